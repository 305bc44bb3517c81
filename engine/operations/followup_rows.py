"""What followups need from the store, as the values of `engine.rules.followups`."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from engine.rules.followups import Dates, Derived, Event, Model, latest_value
from engine.rules.offsets import Offset, Unit, parse_offset
from store.enums import EventType, Roll, TaskKind
from store.frozen import value
from store.titling import titled

_EVENT = "{0}.id, {0}.event_type, {0}.entity_status, {0}.entity_date_field, {0}.offset, {0}.roll, {0}.calendar_id"
_PARTS = 7
_MODELS = f"""
SELECT {_EVENT.format("tr")}, {_EVENT.format("dl")}, m.id, m.name, m.tasks_group_name, m.kind, m.team_id
FROM task_model m JOIN task_event tr ON tr.id = m.trigger_event_id
LEFT JOIN task_event dl ON dl.id = m.deadline_event_id
WHERE m.object_class = ? AND m.is_active ORDER BY m.id
"""
_DERIVED = f"""
SELECT {_EVENT.format("tr")}, {_EVENT.format("dl")},
       t.id, {titled("t")}, t.visible_date, t.deadline_date, t.visible_by_hand, t.deadline_by_hand
FROM task t LEFT JOIN task_event tr ON tr.id = t.trigger_event_id
LEFT JOIN task_event dl ON dl.id = t.deadline_event_id
WHERE t.object_class = ? AND t.object_id = ? AND t.is_done = 0 AND t.kind <> 'contact'
  AND t.superseded_at IS NULL AND t.deleted_at IS NULL
ORDER BY ifnull(t.deadline_date, '9999-12-31'), t.id
"""
_SUBJECT = "SELECT e.id, e.object_class, e.object_id, e.team_id, e.dates FROM entity e"
_COME = """
WHERE e.object_class = ? AND json_extract(e.dates, ?) <= ?
  AND NOT EXISTS (SELECT 1 FROM event_fire f WHERE f.task_event_id = ? AND f.entity_id = e.id
                  AND f.value = json_extract(e.dates, ?))
  AND EXISTS (SELECT 1 FROM task_model m WHERE m.trigger_event_id = ? AND m.is_active
              AND (m.team_id IS NULL OR m.team_id = e.team_id))
"""


@value
class Subject:
    """An entity as far as its followups need it."""

    id: int
    object_class: str
    object_id: str
    team_id: int | None
    dates: Dates


@value
class Former:
    """The live task of a model, which a new one will supersede."""

    id: int
    notes: str


def models_of(connection: sqlite3.Connection, object_class: str) -> tuple[Model, ...]:
    """The active models of a class, oldest first. Read once for many entities and hand them on."""
    rows = connection.execute(_MODELS, (object_class,)).fetchall()
    return tuple(_model(connection, row) for row in rows)


def date_triggers(models: Iterable[Model]) -> list[Event]:
    """The date events at which one of the models makes its task."""
    found = {m.trigger.id: m.trigger for m in models if m.trigger.event_type is EventType.DATE_FIELD}
    return list(found.values())


def subject(connection: sqlite3.Connection, entity_id: int) -> Subject:
    """The entity whose row has that id."""
    return _subject(connection.execute(f"{_SUBJECT} WHERE e.id = ?", (entity_id,)).fetchone())


def live_tasks(connection: sqlite3.Connection, thing: Subject) -> dict[int, Former]:
    """The live tasks that models made for an entity, by model."""
    rows = connection.execute(
        "SELECT task_model_id, id, notes FROM task WHERE object_class = ? AND object_id = ?"
        " AND task_model_id IS NOT NULL AND superseded_at IS NULL AND deleted_at IS NULL",
        (thing.object_class, thing.object_id),
    )
    return {model: Former(number, notes) for model, number, notes in rows.fetchall()}


def derived_tasks(connection: sqlite3.Connection, thing: Subject) -> list[Derived]:
    """The open tasks of an entity, by deadline, none last."""
    rows = connection.execute(_DERIVED, (thing.object_class, thing.object_id)).fetchall()
    return [_derived(connection, row) for row in rows]


def come(
    connection: sqlite3.Connection,
    object_class: str,
    event: Event,
    today: date,
    entity_id: int | None = None,
    limit: int = -1,
) -> list[Subject]:
    """Entities whose date has reached the event and for whose value it has not fired, if a model serves them.

    One walk through the entities of the class, or a look at the one of `entity_id`.
    """
    latest = latest_value(event, today)
    if latest is None:
        return []
    path = f'$."{event.field}"'
    values: list[object] = [object_class, path, latest.isoformat(), event.id, path, event.id]
    one = "" if entity_id is None else " AND e.id = ?"
    values += [limit] if entity_id is None else [entity_id, limit]
    rows = connection.execute(f"{_SUBJECT} {_COME}{one} ORDER BY e.id LIMIT ?", values).fetchall()
    return [_subject(row) for row in rows]


def holders(connection: sqlite3.Connection, thing: Subject, event: Event, value: str) -> set[int]:
    """Models that have a task, deleted ones too, of this entity for this event and value of its field."""
    rows = connection.execute(
        "SELECT task_model_id FROM task WHERE object_class = ? AND object_id = ? AND trigger_event_id = ?"
        " AND trigger_value = ? AND task_model_id IS NOT NULL",
        (thing.object_class, thing.object_id, event.id, value),
    )
    return {row[0] for row in rows.fetchall()}


def dates_of(text: str) -> dict[str, date]:
    """The date fields that hold a day, from the column `dates`."""
    return {field: date.fromisoformat(day) for field, day in json.loads(text).items() if day}


def _subject(row: Any) -> Subject:
    number, object_class, object_id, team_id, dates = row
    return Subject(number, object_class, object_id, team_id, dates_of(dates))


def _model(connection: sqlite3.Connection, row: Any) -> Model:
    number, name, group, kind, team_id = row[2 * _PARTS :]
    trigger, deadline = _events(connection, row)
    assert trigger is not None
    return Model(number, name, group, TaskKind(kind), team_id, trigger, deadline)


def _derived(connection: sqlite3.Connection, row: Any) -> Derived:
    number, name, visible, deadline, visible_by_hand, deadline_by_hand = row[2 * _PARTS :]
    due = date.fromisoformat(deadline) if deadline else None
    by_hand = bool(visible_by_hand), bool(deadline_by_hand)
    return Derived(number, name, date.fromisoformat(visible), due, *by_hand, *_events(connection, row))


def _events(connection: sqlite3.Connection, row: Any) -> tuple[Event | None, Event | None]:
    """The trigger and the deadline event at the head of a row."""
    first, second = row[:_PARTS], row[_PARTS : 2 * _PARTS]
    return _maybe_event(connection, first), _maybe_event(connection, second)


def _maybe_event(connection: sqlite3.Connection, row: Any) -> Event | None:
    """Its calendar is read only if a day hangs on it."""
    number, event_type, status, field, offset, roll, calendar_id = row
    if number is None:
        return None
    moved, days = _offset(offset), None
    if roll != Roll.NONE or moved.unit is Unit.BUSINESS_DAY:
        from engine.calendars import business_days

        days = business_days(connection, calendar_id)
    return Event(number, EventType(event_type), status, field, moved, Roll(roll), days)


_offset: Callable[[str], Offset] = functools.lru_cache(maxsize=1_000)(parse_offset)
