"""What may be said of a schedule, checked one by one and together, whichever door it came through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine import calendars
from engine.controllers import command_of
from engine.operations.saving import BadKey, Columns
from engine.operations.schedule_values import READERS, Place
from engine.rules.durations import duration_text
from engine.rules.errors import BadValue
from engine.rules.names import unknown
from engine.rules.slots import parse_slot
from engine.rules.when import Rule, is_open
from engine.timing import on_days, rule_from
from store.enums import RepeatAxis, Roll
from store.values import Schedule

KEYS = tuple(READERS)
"""Every key of a schedule in the desk file, in the order it is written."""

SHORT = {"start": "start_at", "end": "end_at", "count": "max_count", "exclude": "excluded_dates", "alert": "alerts"}
"""Short form -> key. Besides, `command` is the `command` of the params."""

RULE = (
    "spec", "moment", "repeat_axis", "repeat_step", "is_recurring", "zone", "start_at", "end_at", "max_count",
    "excluded_dates", "roll", "calendar",
)  # fmt: skip
"""Keys that say when it happens."""


def columns_of(given: Mapping[str, Any], existing: Schedule | None, now: datetime, zone: str) -> Columns:
    """All columns of the schedule as it will be: what `given` says, over what there is, over what is usual.

    `zone` counts where nobody names one. Raises BadKey with the key as it was given and what was expected.
    """
    place = Place(now, existing.zone if existing else zone)
    place = Place(now, _read("zone", given.get("zone"), place))
    columns = _standing(existing) if existing else {key: READERS[key](None, place) for key in _OPTIONAL}
    said: set[str] = set()
    for key, value in given.items():
        column = SHORT.get(key, key)
        if column in READERS:
            columns[column] = _read(key, value, place)
        elif key != "command":
            raise BadValue(f"schedule: {unknown(key, [*KEYS, *SHORT, 'command'], 'key of a schedule')}")
        if value is not None and value != "":
            said.add(column)
    if "command" in given:
        columns["params"] = {**columns["params"], "command": given["command"]}
        said.add("params")
    columns["zone"] = place.zone
    _one_notation(columns, said, existing)
    _pauses(columns, said)
    if existing is None or said & {"controller", "params"}:
        command_of(columns["controller"], columns["params"])
    if "name" not in columns:
        raise BadKey("name", "expected a name")
    return columns


def rule_for(columns: Columns, anchor_at: int, connection: sqlite3.Connection) -> Rule:
    """The rule that the columns describe; BadKey if there is none, it can never match or its calendar is unknown."""
    notation = (columns["spec"], columns["moment"], columns["repeat_axis"], columns["repeat_step"])
    fixed = (*notation, columns["is_recurring"], columns["zone"], anchor_at)
    key = "moment" if columns["spec"] is None else "spec"
    try:
        rule = rule_from(*fixed, None, None, None, "[]")
    except BadValue as fault:
        raise BadKey(key, fault) from fault
    if columns["max_count"] is not None and is_open(rule.pattern):
        raise BadKey("count", "how often the machine started is not counted; expected an end instead")
    try:
        excluded = json.dumps(columns["excluded_dates"])
        rule = rule_from(*fixed, columns["start_at"], columns["end_at"], columns["max_count"], excluded)
    except BadValue as fault:
        raise BadKey("end", fault) from fault
    if not columns["calendar"] and columns["roll"] == Roll.NONE:
        return rule
    try:
        days = calendars.days_named(connection, columns["calendar"])
    except BadValue as fault:
        raise BadKey("calendar", fault) from fault
    try:
        return on_days(rule, days, columns["roll"])
    except BadValue as fault:
        raise BadKey("roll", fault) from fault


def _standing(schedule: Schedule) -> Columns:
    columns: Columns = {key: getattr(schedule, key) for key in KEYS}
    columns["excluded_dates"] = [day.isoformat() for day in schedule.excluded_dates]
    columns["params"] = dict(schedule.params)
    columns["roll"] = schedule.roll.value
    return columns


def _read(key: str, value: Any, place: Place) -> Any:
    try:
        return READERS[SHORT.get(key, key)](value, place)
    except BadValue as fault:
        raise BadKey(key, fault) from fault


def _one_notation(columns: Columns, said: set[str], existing: Schedule | None) -> None:
    """A spec, or a moment with its axis and step; saying one drops the other."""
    by_moment = sorted(said & {"moment", "repeat_axis", "repeat_step"})
    if "spec" in said and by_moment:
        raise BadKey(by_moment[0], "goes with a moment, not with a spec; give one of the two")
    if "moment" in said:
        columns["spec"] = None
    elif "spec" in said:
        columns |= {"moment": None, "repeat_axis": None, "repeat_step": None}
    if columns["spec"] is not None:
        if by_moment:
            raise BadKey(by_moment[0], "goes with a moment; this schedule has a spec")
        recurs = not columns["spec"].lower().startswith("once") or "|" in columns["spec"]
        if "is_recurring" in said and columns["is_recurring"] is not recurs:
            raise BadKey("is_recurring", "a spec says so itself, as 'once 2025-06-29 08:00' does")
        columns["is_recurring"] = recurs
    elif columns["moment"] is None:
        raise BadKey("spec", "expected when it happens, such as 'daily 02:30' or 'cron: 0 11 * * 1-5'")
    else:
        _repeat(columns, said, existing)


def _pauses(columns: Columns, said: set[str]) -> None:
    """The longest pause between two attempts is not shorter than the first; who says only the first moves it."""
    if columns["backoff"] <= columns["backoff_limit"]:
        return
    if "backoff_limit" in said:
        raise BadKey("backoff_limit", f"expected at least the backoff, {duration_text(columns['backoff'])}")
    columns["backoff_limit"] = columns["backoff"]


def calendar_id(connection: sqlite3.Connection, name: str | None) -> int | None:
    """The calendar of that name, made if it is a country's; BadKey with the nearest if there is no such."""
    try:
        return calendars.calendar_id(connection, name)
    except BadValue as fault:
        raise BadKey("calendar", fault) from fault


def stored(columns: Columns, connection: sqlite3.Connection) -> Columns:
    """The columns as the table holds them: a slot and the number of its places apart, a calendar by its id."""
    slot = parse_slot(columns["slot"]) if columns["slot"] else None
    row = {**columns, "slot": slot and slot.name, "slot_places": slot.places if slot else 1}
    row["calendar_id"] = calendar_id(connection, row.pop("calendar"))
    return row


def _repeat(columns: Columns, said: set[str], existing: Schedule | None) -> None:
    """A moment says how it repeats or that it does not; a guess would run a job daily, or never again."""
    if "is_recurring" not in said and (existing is None or existing.moment is None):
        if columns["repeat_axis"] is None:
            raise BadKey("moment", "say how it repeats (repeat axis: minute, hour, ...) or that it is once")
        columns["is_recurring"] = True
    if columns["is_recurring"] and columns["repeat_axis"] is None:
        raise BadKey("repeat_axis", f"expected one of {', '.join(RepeatAxis)}")
    if columns["repeat_axis"] is not None and columns["repeat_step"] is None:
        columns["repeat_step"] = 1


_OPTIONAL = tuple(key for key in KEYS if key != "name")
