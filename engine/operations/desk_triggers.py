"""Triggers of a desk file: their fields, where the steps of a schedule count from, and pauses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.operations import desk_state
from engine.operations.registry import Act
from engine.operations.saving import Saved
from engine.operations.trigger_rows import arm
from engine.operations.trigger_saving import save_trigger
from store import settings
from store.reads import triggers as reads
from store.trigger_values import Trigger


def save(act: Act, given: Mapping[str, Any]) -> Saved:
    """Make the trigger of that name or change it. Whoever loads a new one owns it."""
    existing = reads.named(act.connection, given["name"])
    fields, said = desk_state.split(given)
    made = reads.trigger(act.connection, save_trigger(act, fields, existing))
    is_other = _anchored(act, made, said)
    is_other |= desk_state.paused(act, made, zone_of(act, made), said, _pause)
    if existing is None:
        return Saved.MADE
    return Saved.CHANGED if is_other or made.rev != existing.rev else Saved.UNCHANGED


def zone_of(act: Act, trigger: Trigger) -> str:
    """On whose clocks the times of its pause are."""
    return trigger.zone or str(settings.read(act.connection, "zone"))


def _anchored(act: Act, trigger: Trigger, said: Mapping[str, Any]) -> bool:
    if trigger.schedule_id is None:
        return False
    anchor = desk_state.instant("anchor_at", said.get("anchor_at"), zone_of(act, trigger))
    row = act.connection.execute("SELECT anchor_at FROM schedule WHERE id = ?", (trigger.schedule_id,)).fetchone()
    if anchor is None or anchor == row[0]:
        return False
    act.connection.execute(
        "UPDATE schedule SET anchor_at = ?, rev = rev + 1 WHERE id = ?", (anchor, trigger.schedule_id)
    )
    arm(act, trigger.id)
    return True


def _pause(act: Act, name: str, reason: str, until: Any) -> None:
    from engine.operations.triggers import pause

    pause.__wrapped__(act, name, reason, until)  # type: ignore[attr-defined]  # in this act
