"""Definitions on their way into the store: checked, completed, and written only if something differs.

The command line and the desk file both hand over what was given, by the names of the columns (references
by name); a key that is absent keeps what is there, an empty text clears it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from engine.calendars import calendar_id
from engine.operations.naming import NOUNS, one_of
from engine.rules.alerts import Severity
from engine.rules.delivering import parse_quiet
from engine.rules.errors import BadValue, shown
from engine.rules.names import class_name, distinct, field_name, plain_name, plain_text, unknown
from engine.rules.offsets import parse_offset
from engine.rules.zones import zone_named
from store.enums import EventType, Roll, TaskKind
from store.errors import Refused
from store.reads import definitions as reads
from store.values import EntityClass, TaskEvent

Given = Mapping[str, Any]
Columns = dict[str, Any]


class Saved(StrEnum):
    """What writing a row did."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class BadKey(BadValue):
    """A value that cannot be taken, with the key it stands under: `offset: '3x' is not an offset`."""

    def __init__(self, key: str, why: object) -> None:
        self.key = key
        super().__init__(f"{key}: {why}")


def put(connection: sqlite3.Connection, table: str, row: int | None, columns: Columns) -> tuple[int, Saved]:
    """Insert a row, or update those of its columns that differ. Returns its id and what happened."""
    values = {name: _stored(value) for name, value in columns.items()}
    try:
        return _put(connection, table, row, values)
    except sqlite3.IntegrityError as fault:
        if "UNIQUE" not in str(fault):
            raise
        raise Refused(f"There is already a {NOUNS[table]} named {shown(columns.get('name', ''))}.") from fault


def class_columns(connection: sqlite3.Connection, given: Given, row: int | None) -> Columns:
    """A class of entities. What entities or events still use cannot be taken away."""
    before = None if row is None else reads.entity_class(connection, row)
    columns: Columns = {}
    if "name" in given:
        columns["name"] = _at("name", class_name, given["name"])
    if "statuses" in given or before is None:
        columns["statuses"] = _names_at("statuses", plain_name, given.get("statuses", ()))
    if "date_fields" in given or before is None:
        columns["date_fields"] = _names_at("date_fields", field_name, given.get("date_fields", ()))
    if before is not None:
        for key, had in (("statuses", before.statuses), ("date_fields", before.date_fields)):
            for name in had:
                if name not in columns.get(key, had):
                    _not_in_use(connection, before.name, key, name)
    return columns


def event_columns(connection: sqlite3.Connection, given: Given, row: int | None) -> Columns:
    """A task event: a status of its class, or one of its date fields, with an offset."""
    before = None if row is None else reads.task_event(connection, row)
    columns: Columns = {}
    if "name" in given:
        columns["name"] = _at("name", plain_name, given["name"])
    if before is None:
        columns["object_class"] = given["object_class"]
    class_id = one_of(connection, "entity_class", before.object_class if before else given["object_class"])
    columns |= _target(reads.entity_class(connection, class_id), given, before)
    if "offset" in given or before is None:
        columns["offset"] = str(_at("offset", parse_offset, given.get("offset", 0)))
    if "roll" in given:
        columns["roll"] = _roll(given["roll"] or Roll.NONE)
    if "calendar" in given:
        columns["calendar_id"] = _at("calendar", lambda name: calendar_id(connection, name), given["calendar"])
    return columns


def _roll(text: str) -> str:
    """A day of an entity always has its task, so none is skipped."""
    ways = (Roll.NONE, Roll.PREVIOUS, Roll.NEXT)
    if text not in ways:
        raise BadKey("roll", unknown(text, ways, "way to roll a day"))
    return str(text)


def model_columns(connection: sqlite3.Connection, given: Given, row: int | None) -> Columns:
    """A task model. A trigger that names a status without an event makes the event."""
    before = None if row is None else reads.task_model(connection, row)
    columns: Columns = {}
    if before is None:
        columns["object_class"] = given["object_class"]
    class_id = one_of(connection, "entity_class", before.object_class if before else given["object_class"])
    kind = reads.entity_class(connection, class_id).name
    for key, rule in (("name", plain_name), ("description", plain_text)):
        if key in given:
            columns[key] = _at(key, rule, given[key])
    if "tasks_group_name" in given:
        columns["tasks_group_name"] = _optional("tasks_group_name", plain_name, given["tasks_group_name"]) or ""
    if "trigger_event" in given:
        columns["trigger_event_id"] = _trigger(connection, class_id, given["trigger_event"])
    elif before is None:
        raise BadKey("trigger_event", f"expected an event or a status of {kind}")
    if "deadline_event" in given:
        columns["deadline_event_id"] = _deadline(connection, kind, given["deadline_event"])
    if "kind" in given:
        columns["kind"] = _kind(given["kind"])
    if "team" in given:
        columns["team_id"] = team_id(connection, given["team"])
    if "is_active" in given:
        columns["is_active"] = int(given["is_active"])
    return columns


def team_columns(connection: sqlite3.Connection, given: Given, row: int | None) -> Columns:
    """A team."""
    return {"name": _at("name", plain_name, given["name"])} if "name" in given else {}


def user_columns(connection: sqlite3.Connection, given: Given, row: int | None) -> Columns:
    """A user."""
    columns: Columns = {}
    if "name" in given:
        columns["name"] = _at("name", plain_name, given["name"])
    if "full_name" in given:
        columns["full_name"] = _optional("full_name", plain_name, given["full_name"]) or ""
    if "login" in given:
        columns["login"] = _free_login(connection, _optional("login", plain_name, given["login"]), row)
    if "team" in given:
        columns["team_id"] = team_id(connection, given["team"])
    if "zone" in given:
        columns["zone"] = _optional("zone", lambda text: str(zone_named(text)), given["zone"])
    if "quiet" in given:
        columns["quiet_from"], columns["quiet_to"] = _optional("quiet", parse_quiet, given["quiet"]) or (None, None)
    if "loud_from" in given:
        columns["loud_from"] = _loudness(given["loud_from"] or Severity.NOTICE)
    return columns


def _loudness(text: str) -> str:
    if text not in list(Severity):
        raise BadKey("loud_from", unknown(text, Severity, "severity"))
    return str(text)


def team_id(connection: sqlite3.Connection, name: str | None) -> int | None:
    """The id of a team by name; None for none."""
    if not name:
        return None
    return _reference(connection, "team", "team", name)


def _put(connection: sqlite3.Connection, table: str, row: int | None, values: Columns) -> tuple[int, Saved]:
    names = tuple(values)
    if row is None:
        marks = ", ".join("?" * len(names))
        made = connection.execute(
            f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({marks}) RETURNING id', tuple(values.values())
        ).fetchall()
        return int(made[0][0]), Saved.MADE
    if not names:
        return row, Saved.UNCHANGED
    now = connection.execute(f'SELECT {", ".join(names)} FROM "{table}" WHERE id = ?', (row,)).fetchone()
    differing = [name for name, value in zip(names, now, strict=True) if values[name] != value]
    if not differing:
        return row, Saved.UNCHANGED
    sets = ", ".join(f"{name} = ?" for name in differing)
    connection.execute(
        f'UPDATE "{table}" SET {sets}, rev = rev + 1 WHERE id = ?', (*(values[n] for n in differing), row)
    )
    return row, Saved.CHANGED


def _stored(value: Any) -> Any:
    """Lists and objects as the text that JSON columns hold them, so that equal is equal."""
    if isinstance(value, (tuple, list, dict)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value


def _at(key: str, rule: Any, value: Any) -> Any:
    try:
        return rule(value)
    except BadValue as fault:
        raise BadKey(key, fault) from fault


def _optional(key: str, rule: Any, value: str | None) -> Any:
    return _at(key, rule, value) if value else None


def _names_at(key: str, rule: Any, names: Any) -> tuple[str, ...]:
    return tuple(_at(key, distinct, [_at(key, rule, name) for name in names]))


def _target(kind: EntityClass, given: Given, before: TaskEvent | None) -> Columns:
    """What the event hangs on: its type, and the status or the date field; the other one is dropped."""
    event_type = _event_type(given, before)
    if event_type is EventType.STATUS_CHANGE:
        key, other, names, noun = "entity_status", "entity_date_field", kind.statuses, "status"
    else:
        key, other, names, noun = "entity_date_field", "entity_status", kind.date_fields, "date field"
    if given.get(other):
        raise BadKey(other, f"does not go with event_type {event_type}")
    target = given.get(key) or (getattr(before, key) if before else None)
    if not target:
        raise BadKey(key, f"expected the {noun} of {kind.name} (one of {', '.join(names) or 'none yet'})")
    if target not in names:
        raise BadKey(key, unknown(target, names, f"{noun} of {kind.name}"))
    return {"event_type": event_type.value, key: target, other: None}


def _event_type(given: Given, before: TaskEvent | None) -> EventType:
    """The type that is said, else the one that follows from what the event hangs on."""
    said = given.get("event_type")
    if said:
        if said not in list(EventType):
            raise BadKey("event_type", unknown(said, EventType, "event type"))
        return EventType(said)
    status, field = given.get("entity_status"), given.get("entity_date_field")
    if status and field:
        raise BadKey("entity_date_field", "give a status or a date field, not both")
    if status or field:
        return EventType.STATUS_CHANGE if status else EventType.DATE_FIELD
    if before is None:
        raise BadKey("event_type", "expected a status or a date field that the event hangs on")
    return before.event_type


def _reference(connection: sqlite3.Connection, key: str, table: str, name: str, object_class: str | None = None) -> int:
    try:
        return one_of(connection, table, name, object_class)
    except Refused as fault:
        raise BadKey(key, str(fault).partition(": ")[2].rstrip(".")) from fault


def _trigger(connection: sqlite3.Connection, class_id: int, name: str) -> int:
    kind = reads.entity_class(connection, class_id)
    found = connection.execute(
        "SELECT id FROM task_event WHERE object_class = ? AND name = ?", (kind.name, name)
    ).fetchone()
    if found:
        return int(found[0])
    if name in kind.statuses:
        given = {"name": name, "object_class": kind.name, "entity_status": name}
        return put(connection, "task_event", None, event_columns(connection, given, None))[0]
    names = [event.name for event in reads.task_events(connection, kind.name)]
    raise BadKey(
        "trigger_event",
        unknown(name, dict.fromkeys([*names, *kind.statuses]), f"event or status of {kind.name}"),
    )


def _deadline(connection: sqlite3.Connection, kind: str, name: str | None) -> int | None:
    if not name:
        return None
    event = reads.task_event(connection, _reference(connection, "deadline_event", "task_event", name, kind))
    if event.event_type is not EventType.DATE_FIELD:
        raise BadKey("deadline_event", f"'{shown(name)}' hangs on a status; a deadline hangs on a date field")
    return event.id


def _kind(text: str) -> str:
    kinds = (TaskKind.ACTIONABLE, TaskKind.INFORMATIONAL)
    if text not in kinds:
        raise BadKey("kind", unknown(text, kinds, "kind of model"))
    return str(text)


def _free_login(connection: sqlite3.Connection, login: str | None, row: int | None) -> str | None:
    query = "SELECT name FROM user WHERE login = ? AND id IS NOT ?"
    other = connection.execute(query, (login, row)).fetchone()
    if other:
        raise BadKey("login", f"'{shown(login)}' is the login of {shown(other[0])} already")
    return login


def _not_in_use(connection: sqlite3.Connection, kind: str, key: str, name: str) -> None:
    """Refuse to take away a status or a date field that something still hangs on."""
    column = "entity_status" if key == "statuses" else "entity_date_field"
    events = connection.execute(
        f"SELECT name FROM task_event WHERE object_class = ? AND {column} = ?", (kind, name)
    ).fetchone()
    if events:
        raise BadKey(key, f"'{shown(name)}' cannot be left out: the event '{shown(events[0])}' uses it")
    from store.reads.trigger_uses import waiting_for

    trigger = waiting_for(connection, kind, key, name)
    if trigger is not None:
        raise BadKey(key, f"'{shown(name)}' cannot be left out: the trigger '{shown(trigger)}' uses it")
    test = "status = ?" if key == "statuses" else "json_extract(dates, '$.' || ?) IS NOT NULL"
    entity = connection.execute(
        f"SELECT object_id FROM entity WHERE object_class = ? AND {test} LIMIT 1", (kind, name)
    ).fetchone()
    if entity:
        raise BadKey(key, f"'{shown(name)}' cannot be left out: {kind} {shown(entity[0])} has it")
