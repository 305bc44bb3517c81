"""What may be said of a template, checked one by one and together, whichever door it came through."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.operations.list_names import list_id
from engine.operations.registry import Act
from engine.operations.saving import BadKey, Columns
from engine.operations.schedule_fields import calendar_id, rule_for
from engine.operations.schedule_values import READERS, Place
from engine.operations.task_making import priority
from engine.operations.things import entity_id
from engine.rules.errors import BadValue, shown
from engine.rules.horizons import kind_by_gap, kind_of, midnight, parse_horizon, parse_length
from engine.rules.names import unknown
from engine.rules.recurring import check_dense, without_mark
from engine.rules.task_zones import zone_of_task
from engine.rules.texts import free_text, one_line, thing
from engine.rules.when import Rule
from engine.rules.zones import local
from store import settings
from store.enums import Action, Basis, Missed
from store.errors import Refused
from store.instants import SECOND, from_us, to_us
from store.values import Template

KEYS = (
    "name", "task_name", "spec", "zone", "basis", "mode", "start_at", "end_at", "max_count", "excluded_dates",
    "roll", "calendar", "missed", "duration", "visible", "horizon", "labels", "assignees", "list", "priority",
    "tasks_group_name", "object_class", "object_id", "notes", "checklist", "is_enabled",
)  # fmt: skip
"""Every key of a template in the desk file, in the order it is written."""

SHORT = {
    "start": "start_at", "end": "end_at", "until": "end_at", "count": "max_count", "exclude": "excluded_dates",
    "label": "labels", "assignee": "assignees", "group": "tasks_group_name", "item": "checklist",
}  # fmt: skip
"""Short form -> key. Besides, `object` is class and id together: stay/12."""

OF_SCHEDULE = (
    "name", "spec", "zone", "basis", "start_at", "end_at", "max_count", "excluded_dates", "roll", "missed",
    "is_enabled",
)  # fmt: skip
"""Keys whose columns are the schedule's; `mode` is its `action`, `calendar` its `calendar_id`."""

OF_TEMPLATE = (
    "task_name", "notes", "priority", "tasks_group_name", "object_class", "object_id", "duration", "visible",
    "horizon", "checklist",
)  # fmt: skip
"""Keys whose columns are the template's; `list` is its `list_id`."""

_MODES = (Action.CREATE, Action.REOPEN)
_USUAL: Mapping[str, Any] = {
    "basis": "fixed", "mode": "create", "start_at": None, "end_at": None, "max_count": None, "excluded_dates": [],
    "roll": "none", "calendar": None, "duration": "0d", "visible": None, "horizon": None, "labels": (),
    "assignees": (), "list": None, "priority": None, "tasks_group_name": "", "object_class": None, "object_id": None,
    "notes": "", "checklist": [], "is_enabled": True,
}  # fmt: skip


def fields_of(act: Act, given: Mapping[str, Any], existing: Template | None) -> Columns:
    """All keys of the template as it will be: what `given` says, over what there is, over what is usual.

    Raises BadKey with the key as it was given and what was expected.
    """
    fields = _standing(existing) if existing else dict(_USUAL)
    said = _expanded(given)
    place = Place(act.at, existing.zone if existing else "UTC")
    for key in ("list", "assignees"):  # whose zone may be that of the template
        if key in said:
            fields[key] = _read(key, said[key], place, act)
    zone = said.get("zone") or (existing.zone if existing and "zone" not in said else None)
    place = Place(act.at, _read("zone", zone or usual_zone(act, fields["list"], fields["assignees"]), place, act))
    for key, value in said.items():
        if key not in KEYS:
            raise BadValue(f"template: {unknown(key, [*KEYS, *SHORT, 'object'], 'key of a template')}")
        fields[key] = _read(key, value, place, act)
    fields["zone"] = place.zone
    _complete(fields, said, existing)
    return fields


def rule_and_anchor(act: Act, fields: Columns, existing: Template | None) -> tuple[Rule, int]:
    """The rule of these fields and what it counts from, microseconds UTC; BadKey if there is none.

    Steps of days without a time of day count from the midnight before: their tasks are due on days, not at the
    minute somebody typed them.
    """
    spec = fields["spec"]
    if existing is not None and existing.spec == spec and existing.zone == fields["zone"]:
        anchor = int(existing.anchor_at)
    else:
        is_of_days = re.match(r"(?i)(every|rrule|freq=)", spec) and ":" not in re.sub(r"(?i)^rrule:", "", spec)
        is_of_days = is_of_days and not re.search(r"(?i)(hour|minute|second|BYHOUR|HOURLY|MINUTELY|SECONDLY)", spec)
        today = local(act.at, fields["zone"]).date()
        anchor = to_us(midnight(today, fields["zone"])) if is_of_days else act.now - act.now % SECOND
    columns = {**fields, "moment": None, "repeat_axis": None, "repeat_step": None, "is_recurring": True}
    rule = rule_for(columns, anchor, act.connection)
    horizon = fields["horizon"]
    if horizon is None:
        kind = kind_of(rule.spec) or kind_by_gap(rule, act.at)
        horizon = str(settings.read(act.connection, f"horizon_{kind}"))
    check_dense(rule, act.at, parse_horizon(horizon))
    return rule, anchor


def usual_zone(act: Act, list_path: str | None, assignees: Iterable[str]) -> str:
    """Zone of a task's days where nobody names one: its list's, else its one assignee's, else the store's."""
    connection = act.connection
    number = None if list_path is None else list_id(connection, list_path)
    lists: list[str | None] = []
    while number is not None:
        zone, number = connection.execute("SELECT zone, parent_id FROM task_list WHERE id = ?", (number,)).fetchone()
        lists.append(zone)
    rows = [connection.execute("SELECT zone FROM user WHERE name = ?", (name,)).fetchone() for name in assignees]
    people = [row[0] if row else None for row in rows]
    return zone_of_task(lists, people, str(settings.read(connection, "zone")))


def stored_schedule(connection: sqlite3.Connection, fields: Columns) -> Columns:
    """The columns of the schedule."""
    columns = {key: fields[key] for key in OF_SCHEDULE}
    columns["is_enabled"] = int(fields["is_enabled"])
    columns["is_recurring"] = int(not fields["spec"].lower().startswith("once"))
    return {**columns, "action": fields["mode"], "calendar_id": calendar_id(connection, fields["calendar"])}


def stored_template(connection: sqlite3.Connection, fields: Columns) -> Columns:
    """The columns of the template."""
    number = None if fields["list"] is None else list_id(connection, fields["list"])
    return {**{key: fields[key] for key in OF_TEMPLATE}, "list_id": number}


def _standing(existing: Template) -> Columns:
    fields: Columns = {key: getattr(existing, key) for key in KEYS}
    fields["excluded_dates"] = [day.isoformat() for day in existing.excluded_dates]
    fields["checklist"] = list(existing.checklist)
    fields["calendar"] = existing.calendar
    return fields | {"mode": existing.mode.value, "basis": existing.basis.value, "roll": existing.roll.value,
                     "missed": existing.missed.value}  # fmt: skip


def _expanded(given: Mapping[str, Any]) -> dict[str, Any]:
    said = {SHORT.get(key, key): value for key, value in given.items()}
    if "object" in said:
        text = said.pop("object")
        said["object_class"], said["object_id"] = thing(text) if text else (None, None)
    return said


def _read(key: str, value: Any, place: Place, act: Act) -> Any:
    try:
        if key in _READERS:
            return _READERS[key](value, act)
        if key == "end_at" and _is_day(value):
            at = READERS[key](value, place)
            day = local(from_us(at), place.zone).date() + timedelta(days=1)
            return to_us(midnight(day, place.zone)) - SECOND
        return READERS[key](value, place)
    except (BadValue, Refused) as fault:
        raise BadKey(key, str(fault).removeprefix(f"{key}: ").rstrip(".")) from fault


def _is_day(value: Any) -> bool:
    """A whole day belongs to what ends on it."""
    if isinstance(value, str):
        return (
            bool(value) and ":" not in value and "noon" not in value and not re.search(r"\d ?[ap]m|^@|^\+|now", value)
        )
    return isinstance(value, date) and not isinstance(value, datetime)


def _complete(fields: Columns, said: Mapping[str, Any], existing: Template | None) -> None:
    """What follows from what was said."""
    if not fields.get("name"):
        raise BadKey("name", "expected a name")
    if not fields.get("spec"):
        raise BadKey("spec", "expected when it recurs, such as 'weekly mon,thu' or 'every! 10 days'")
    fields["spec"], is_marked = without_mark(fields["spec"])
    if is_marked:
        if said.get("basis") == Basis.FIXED:
            raise BadKey("basis", "every! counts from the day it was done; write every, or leave the basis out")
        fields["basis"] = Basis.COMPLETION.value
    elif "spec" in said and "basis" not in said:
        fields["basis"] = Basis.FIXED.value
    if not fields.get("task_name") or (existing and "task_name" not in said and existing.task_name == existing.name):
        fields["task_name"] = fields["name"]
    if not fields.get("missed"):
        fields["missed"] = (Missed.RUN_ONCE if fields["mode"] == Action.REOPEN else Missed.SKIP).value
    if (fields["object_class"] is None) != (fields["object_id"] is None):
        raise BadKey("object_class", "goes with object_id; give both or neither")


def _choice(kinds: Iterable[str]) -> Any:
    names = [str(kind) for kind in kinds]

    def read(value: Any, _: Act) -> str:
        if value not in names:
            raise BadValue(f"expected one of {', '.join(names)}, not '{shown(value)}'")
        return str(value)

    return read


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(f"expected a text, not '{shown(value)}'")
    return value


def _texts(value: Any, what: str) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
        raise BadValue(f"expected {what}, not '{shown(value)}'")
    return [each for each in value if each.strip()]


def _length(value: Any, _: Act) -> str | None:
    return None if value is None or value == "" else str(parse_length(value))


def _list(value: Any, act: Act) -> str | None:
    if not value:
        return None
    from store.reads.lists import one

    return one(act.connection, list_id(act.connection, _text(value))).path


def _priority(value: Any, _: Act) -> int | None:
    if value is None or value == "" or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(f"expected a number from 1 (most urgent) to 4, not '{shown(value)}'")
    return priority(value)


def _id(value: Any, _: Act) -> str | None:
    return None if value is None or value == "" else one_line("object_id", str(value))


_READERS: Mapping[str, Any] = {
    "task_name": lambda value, _: one_line("task_name", _text(value)) if value else "",
    "basis": _choice(Basis),
    "mode": _choice(_MODES),
    "missed": lambda value, act: READERS["missed"](value, Place(act.at, "UTC")) if value else "",
    "duration": lambda value, act: _length(value, act) or "0d",
    "visible": _length,
    "horizon": lambda value, _: str(parse_horizon(_text(value))) if value else None,
    "labels": lambda value, _: tuple(_texts(value or (), 'a list of labels, such as ["home"]')),
    "assignees": lambda value, _: tuple(_texts(value or (), 'a list of names, such as ["ana"]')),
    "list": _list,
    "priority": _priority,
    "tasks_group_name": lambda value, _: one_line("group", _text(value), 200) if value else "",
    "object_class": lambda value, _: _text(value) if value else None,
    "object_id": _id,
    "notes": lambda value, _: free_text("notes", _text(value or "")),
    "checklist": lambda value, _: [one_line("item", each) for each in _texts(value or (), "a list of texts")],
}


def check_object(act: Act, fields: Columns) -> None:
    """What its tasks are about must be there."""
    if fields["object_class"] is not None:
        try:
            entity_id(act.connection, fields["object_class"], fields["object_id"])
        except Refused as fault:
            raise BadKey("object_id", str(fault).rstrip(".")) from fault
