"""The schedule of a trigger: a row that says when, whose action is to act. It comes and goes with the trigger."""

from __future__ import annotations

import re

from engine.operations.registry import Act
from engine.operations.saving import BadKey, Columns, put
from engine.operations.schedule_fields import calendar_id, rule_for
from engine.operations.trigger_rows import drop
from engine.rules.horizons import midnight
from engine.rules.when import Rule
from engine.rules.zones import local
from store import settings
from store.enums import Action, TriggerEvent
from store.instants import SECOND, from_us, iso, to_us
from store.trigger_values import Trigger

_COLUMNS = ("spec", "zone", "start_at", "end_at", "max_count")


def save_schedule(act: Act, fields: Columns, existing: Trigger | None) -> tuple[int | None, bool]:
    """The id of the trigger's schedule, None if it has none, and whether it says something new.

    BadKey if the rule can't be read. A change is not retroactive: it counts from now on.
    """
    number = existing.schedule_id if existing is not None else None
    if fields["event"] is not TriggerEvent.SCHEDULE:
        if number is not None:
            drop(act, number)
        return None, number is not None
    rule, anchor = rule_of(act, fields, number)
    columns = {key: fields[key] for key in _COLUMNS} | {
        "zone": zone_of(act, fields, number),
        "name": _free_name(act, fields["name"], number),
        "roll": fields["roll"].value,
        "calendar_id": calendar_id(act.connection, fields["calendar"]),
        "is_recurring": int(not fields["spec"].lower().startswith("once")),
        "is_enabled": int(fields["is_enabled"]),
        "anchor_at": anchor,
    }
    if number is not None:
        is_moved = any(getattr(existing, key) != fields[key] for key in (*_COLUMNS, "roll", "calendar"))
        put(act.connection, "schedule", number, columns)
        if is_moved:
            act.connection.execute("UPDATE schedule SET cursor_at = ? WHERE id = ?", (act.now, number))
        return number, is_moved
    following = rule.next(act.at)
    columns |= {
        "action": Action.ACT.value, "controller": "", "cursor_at": act.now, "created_at": act.now,
        "next_at": None if following is None else to_us(following), "owner_id": act.actor.user_id,
    }  # fmt: skip
    return put(act.connection, "schedule", None, columns)[0], True


def lies_ahead(act: Act, fields: Columns, number: int) -> None:
    """What can never happen is a mistake of who typed it; a trigger that a file brings may have ended."""
    rule, _ = rule_of(act, fields, number)
    if rule.next(act.at) is None:
        raise BadKey("event", f"all of it is past; nothing would ever happen after {iso(act.now, rule.zone)}")


def zone_of(act: Act, fields: Columns, number: int | None) -> str:
    """In which zone its start and end are meant: the one that was said, else the store's when it was made."""
    if fields["zone"] is not None:
        return str(fields["zone"])
    query = 'SELECT s.zone FROM schedule s JOIN "trigger" t ON t.schedule_id = s.id WHERE s.id = ? AND t.zone IS NULL'
    row = act.connection.execute(query, (number,)).fetchone()
    return str(settings.read(act.connection, "zone") if row is None else row[0])


def rule_of(act: Act, fields: Columns, number: int | None) -> tuple[Rule, int]:
    """The rule and what its steps count from, microseconds UTC: the midnight before, unless it has a time of day."""
    spec, row = fields["spec"], None
    fields = {**fields, "zone": zone_of(act, fields, number)}
    if number is not None:
        row = act.connection.execute("SELECT spec, zone, anchor_at FROM schedule WHERE id = ?", (number,)).fetchone()
    if row is not None and tuple(row[:2]) == (spec, fields["zone"]):
        anchor = int(row[2])
    elif re.search(r"(?i):|hour|minute|second|hourly|minutely", spec.removeprefix("RRULE:")):
        anchor = act.now - act.now % SECOND
    else:
        anchor = to_us(midnight(local(from_us(act.now), fields["zone"]).date(), fields["zone"]))
    columns = {**fields, "moment": None, "repeat_axis": None, "repeat_step": None, "is_recurring": True,
               "excluded_dates": []}  # fmt: skip
    try:
        return rule_for(columns, anchor, act.connection), anchor
    except BadKey as fault:
        key = {"spec": "event"}.get(fault.key, fault.key)
        raise BadKey(key, str(fault).removeprefix(f"{fault.key}: ")) from fault


def _free_name(act: Act, name: str, number: int | None) -> str:
    """That of the trigger; with a number behind it if a job or a template is called so."""
    free, count = name, 1
    while act.connection.execute(
        "SELECT 1 FROM schedule WHERE name = ? AND deleted_at IS NULL AND id IS NOT ?", (free, number)
    ).fetchone():
        count += 1
        free = f"{name} {count}"
    return free
