"""Triggers as the desk file has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from engine.operations.trigger_fields import KEYS
from engine.rules.triggers.words import MAIN, action_text, event_text, scope_text
from engine.rules.when import counts_from_start
from engine.rules.zones import local
from store import settings
from store.enums import Roll, Scope, TriggerAction
from store.instants import from_us
from store.reads.triggers import page
from store.trigger_values import Trigger

_USUAL: dict[str, Any] = {"description": "", "delay": "0d", "condition": "", "scope": "all", "is_enabled": True}
"""Keys that are written only if they hold something else."""


def triggers(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Every trigger that is not deleted, by name; those of a single task are left out, as tasks are."""
    zone = str(settings.read(connection, "zone"))
    after: str | None = None
    while found := page(connection, after):
        for each in found:
            if each.scope is not Scope.TASK:
                row = _written(each, each.zone or zone) | _state(connection, each, each.zone or zone)
                yield {key: value for key, value in row.items() if value is not None and value != _USUAL.get(key)}
        after = found[-1].name


def other_params(trigger: Trigger) -> dict[str, Any]:
    """The parameters that do not stand behind the colon of its action."""
    if trigger.action is TriggerAction.RUN:
        main = {"schedule", "controller"}
    else:
        main = {MAIN.get(trigger.action, "")}
    return {key: value for key, value in trigger.params.items() if key not in main}


def _written(trigger: Trigger, zone: str) -> dict[str, Any]:
    row: dict[str, Any] = {key: getattr(trigger, key) for key in KEYS}
    row["scope"] = scope_text(trigger.scope, trigger.scope_name)
    row["event"] = event_text(trigger.event, trigger.event_value, trigger.spec)
    row["action"] = action_text(trigger.action, trigger.params)
    row["roll"] = None if trigger.roll is Roll.NONE else trigger.roll.value
    row["params"] = other_params(trigger) or None
    for key in ("start_at", "end_at"):
        at = getattr(trigger, key)
        row[key] = None if at is None else local(from_us(at), zone)
    return row


def _state(connection: sqlite3.Connection, trigger: Trigger, zone: str) -> dict[str, Any]:
    """Where the steps of its schedule count from, and its pause."""
    until = None if trigger.pause_reason is None else trigger.paused_until
    row: dict[str, Any] = {
        "pause_reason": trigger.pause_reason,
        "paused_until": None if until is None else local(from_us(until), zone),
    }
    if trigger.spec is not None and trigger.start_at is None:
        counts = trigger.max_count is not None or counts_from_start(trigger.spec)
        anchor = connection.execute("SELECT anchor_at FROM schedule WHERE id = ?", (trigger.schedule_id,)).fetchone()[0]
        row["anchor_at"] = local(from_us(anchor), zone) if counts else None
    return row
