"""Followups in the store: tasks that a status or a date makes, and dates that move along with their entity.

Shared by the verbs of entities, the import, the desk file and the engine's pass. Nothing here is a verb of its
own: all of it happens inside somebody's act, so that one undo takes the whole of it back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Set
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.actors import own_user_id
from engine.operations.followup_rows import (
    Former,
    Subject,
    come,
    date_triggers,
    derived_tasks,
    holders,
    live_tasks,
    models_of,
    subject,
)
from engine.operations.registry import Act, settle
from engine.rules import followups as rules
from engine.rules.followups import Dates, Event, Model, Move, NewTask
from store import journal
from store.frozen import value
from store.instants import from_us

_LIVE = "superseded_at IS NULL AND deleted_at IS NULL"
_INSERT = """
INSERT INTO task (name, kind, is_done, done_by, done_date, visible_date, deadline_date, has_task_model,
                  task_model_id, tasks_group_name, notes, trigger_event_id, trigger_value, trigger_at,
                  deadline_event_id, object_class, object_id, created_at, created_by,
                  shift_words)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""


def became(
    act: Act, entity_id: int, was: str | None, status: str, models: tuple[Model, ...] | None = None
) -> list[int]:
    """Make the tasks of an entity that went from `was` to `status`; its row says so already. Returns their ids.

    Staying in a status is no change and makes nothing. `models` are those of the class, if they are at hand.
    """
    if was == status:
        return []
    new = planned_tasks(act.connection, entity_id, status, act.at, act.zone, models)
    return _make(act, subject(act.connection, entity_id), new) if new else []


def planned_tasks(
    connection: sqlite3.Connection,
    entity_id: int,
    status: str,
    at: datetime,
    zone: ZoneInfo,
    models: tuple[Model, ...] | None = None,
) -> tuple[NewTask, ...]:
    """The tasks that would be made if the entity took `status` at `at`. Writes nothing."""
    thing = subject(connection, entity_id)
    known = models_of(connection, thing.object_class) if models is None else models
    return tuple(rules.on_status(known, status, thing.team_id, at, zone.key, thing.dates))


def fire_events(
    act: Act,
    object_class: str | None = None,
    entity_id: int | None = None,
    models: tuple[Model, ...] | None = None,
    without_tasks: bool = False,
) -> list[int]:
    """Make the tasks of date events that have come by the act's day: of one entity, of a class, or of all.

    Call after an entity was added or its dates or team changed, and after an event or model was added or
    changed. Returns the ids of the tasks. An event fires once for each value of its field, also when it is
    only noted, `without_tasks`, that it has come.
    """
    made: list[int] = []
    today = act.today
    for name in _classes(act.connection, object_class, entity_id):
        known = models_of(act.connection, name) if models is None else models
        for event in date_triggers(known):
            for thing in come(act.connection, name, event, today, entity_id):
                made += _fire(act, thing, event, () if without_tasks else known)
    return made


def fire_date_events(connection: sqlite3.Connection, now_us: int, today: date | None = None) -> list[int]:
    """The engine's look at all date events, as an act of its own inside the caller's transaction.

    Returns the ids of the tasks made. `today` is the day of `now_us` in the store's zone, worked out if None;
    ValueError if it is another one.
    """
    number = journal.begin(connection, now_us, journal.ENGINE, "date events")
    act = Act(connection, journal.ENGINE, from_us(now_us), number)
    if today not in (None, act.today):
        raise ValueError(f"{today} is not the day of {act.at} in the store's zone")
    made = fire_events(act)
    tell_fired(act, len(made))
    settle(act)
    journal.end(connection, number)
    return made


def fire_due(act: Act, due: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Fire these date events (id) for these entities (id) if they have come by the act's day; tasks made by each.

    What has not come, or has fired for that value already, is not in the answer.
    """
    made: dict[tuple[int, int], int] = {}
    events: dict[int, tuple[str, Event, tuple[Model, ...]]] = {}
    for name in _classes(act.connection, None, None):
        known = models_of(act.connection, name)
        events |= {event.id: (name, event, known) for event in date_triggers(known)}
    for number, entity_id in due:
        if number in events:
            name, event, known = events[number]
            for thing in come(act.connection, name, event, act.today, entity_id):
                made[number, entity_id] = len(_fire(act, thing, event, known))
    return made


def pass_over(act: Act, action_id: int) -> None:
    """Let the date event of a pending action have fired, without tasks: nobody wants them for this date."""
    event_id, entity_id = act.connection.execute(
        "SELECT task_event_id, entity_id FROM pending_action WHERE id = ?", (action_id,)
    ).fetchone()
    thing = subject(act.connection, entity_id)
    for event in date_triggers(models_of(act.connection, thing.object_class)):
        if event.id == event_id and event.field in thing.dates:
            _fired(act, thing, event, _value(thing, event))


def tell_fired(act: Act, tasks: int) -> None:
    """Say in the journal how many tasks date events made; nothing, if none has fired."""
    if act.connection.execute("SELECT 1 FROM change WHERE act_id = ? LIMIT 1", (act.id,)).fetchone():
        journal.describe(act.connection, act.id, f"date events: {tasks} new", can_undo=False)


def date_events_due(connection: sqlite3.Connection, today: date) -> bool:
    """Whether `fire_date_events` would fire any: a read, so that a pass need not take the turn to write."""
    return any(
        come(connection, name, event, today, limit=1)
        for name in _classes(connection, None, None)
        for event in date_triggers(models_of(connection, name))
    )


def date_events_mark(connection: sqlite3.Connection, today: date) -> tuple[object, ...]:
    """What the answer of `date_events_due` hangs on: while it stays the same, nobody need ask again."""
    kinds = "('entity', 'entity_class', 'event_fire', 'task_event', 'task_model', 'calendar', 'calendar_day')"
    versions = connection.execute(f"SELECT version FROM feed WHERE kind IN {kinds} ORDER BY kind")
    return today, *versions.fetchall()


def planned_moves(connection: sqlite3.Connection, entity_id: int, dates: Mapping[str, date | None]) -> tuple[Move, ...]:
    """What would move in the entity's open tasks if its date fields held `dates`. Writes nothing."""
    thing = subject(connection, entity_id)
    now = {field: day for field, day in dates.items() if day is not None}
    moved = rules.moved_fields(thing.dates, now)
    return tuple(rules.moves(derived_tasks(connection, thing), now, moved))


def carry_out(act: Act, entity_id: int, moves: Iterable[Move], was: Dates) -> None:
    """Write planned moves once the entity's row holds its new dates; `was` are the old ones."""
    thing = subject(act.connection, entity_id)
    _write(act, moves)
    _belong(act, thing, rules.moved_fields(was, thing.dates))


def catch_up(act: Act, entity_id: int, tasks: Set[int]) -> None:
    """Let open tasks have the dates that their entity gives them now, except those set by hand.

    A done task stays when dates move; opened again, it must not show the days of dates that are gone.
    """
    thing = subject(act.connection, entity_id)
    chosen = [task for task in derived_tasks(act.connection, thing) if task.id in tasks]
    fields = frozenset(event.field for task in chosen for event in (task.trigger, task.deadline_event) if event)
    _write(act, rules.moves(chosen, thing.dates, fields))
    _belong(act, thing, fields)


def doer(act: Act) -> int | None:
    """The user who acts; None for the engine."""
    return None if act.actor.via == journal.ENGINE.via else own_user_id(act)


def _write(act: Act, moves: Iterable[Move]) -> None:
    for move in moves:
        if not move.by_hand:
            values: list[object] = [_iso(move.becomes)]
            words = ", shift_words = ?" if move.field == "deadline_date" else ""
            values += [move.shift_words] if words else []
            statement = f"UPDATE task SET {move.field} = ?{words}, rev = rev + 1 WHERE id = ?"
            act.connection.execute(statement, (*values, move.task_id))


def _belong(act: Act, thing: Subject, fields: Set[str | None]) -> None:
    """Tasks that a date event made belong to the value its field has now, which must not make them again."""
    models = models_of(act.connection, thing.object_class)
    for event in date_triggers(models):
        if event.field in fields and event.field in thing.dates:
            _belong_to(act, thing, event, models)


@value
class _Stamp:
    """Who makes tasks, and when: worked out once for all that one event makes."""

    by: int | None
    now: int
    today: str


def _make(act: Act, thing: Subject, new: Iterable[NewTask]) -> list[int]:
    planned = list(new)
    if not planned:
        return []
    stamp = _Stamp(doer(act), act.now, act.today.isoformat())
    formers = live_tasks(act.connection, thing)
    return [_put(act.connection, thing, each, formers.get(each.model.id), stamp) for each in planned]


def _put(connection: sqlite3.Connection, thing: Subject, new: NewTask, former: Former | None, stamp: _Stamp) -> int:
    """Insert a task. The live one of its model and entity becomes history and hands on notes and assignees."""
    model, deadline = new.model, new.model.deadline
    if former is not None:
        supersede = "UPDATE task SET superseded_at = ?, rev = rev + 1 WHERE id = ?"
        connection.execute(supersede, (stamp.now, former.id))
    done = (stamp.by, stamp.today) if new.is_done else (None, None)
    made = connection.execute(_INSERT, (
        model.name, model.kind, new.is_done, *done, new.visible.isoformat(), _iso(new.deadline), model.id,
        model.tasks_group_name, former.notes if former else "", model.trigger.id, _iso(new.trigger_value),
        stamp.now, None if deadline is None else deadline.id, thing.object_class, thing.object_id, stamp.now,
        stamp.by, new.shift_words,
    )).fetchall()  # fmt: skip
    number = int(made[0][0])
    if former is not None:
        link = "UPDATE task SET superseded_by_id = ?, rev = rev + 1 WHERE id = ?"
        connection.execute(link, (number, former.id))
        connection.execute(
            "INSERT INTO task_assignee (task_id, user_id) SELECT ?, user_id FROM task_assignee WHERE task_id = ?",
            (number, former.id),
        )
    return number


def _fire(act: Act, thing: Subject, event: Event, models: tuple[Model, ...]) -> list[int]:
    """Fire one event for one entity; a model whose task followed the date here has no other one to make."""
    value = _value(thing, event)
    _fired(act, thing, event, value)
    has_task = holders(act.connection, thing, event, value)
    new = rules.on_date(models, event, thing.team_id, thing.dates)
    return _make(act, thing, (each for each in new if each.model.id not in has_task))


def _belong_to(act: Act, thing: Subject, event: Event, models: tuple[Model, ...]) -> None:
    """Open tasks of the event take the new value of its field as their reason.

    When every model has its task for this value, the event has fired for it.
    """
    value = _value(thing, event)
    act.connection.execute(
        "UPDATE task SET trigger_value = ?, rev = rev + 1 WHERE trigger_event_id = ? AND object_class = ?"
        f" AND object_id = ? AND is_done = 0 AND {_LIVE} AND trigger_value IS NOT ?",
        (value, event.id, thing.object_class, thing.object_id, value),
    )
    serving = {new.model.id for new in rules.on_date(models, event, thing.team_id, thing.dates)}
    if serving and serving <= holders(act.connection, thing, event, value):
        _fired(act, thing, event, value)


def _fired(act: Act, thing: Subject, event: Event, value: str) -> None:
    act.connection.execute(
        "INSERT INTO event_fire (task_event_id, entity_id, value, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (event.id, thing.id, value, act.now),
    )


def _value(thing: Subject, event: Event) -> str:
    return thing.dates[event.field or ""].isoformat()


def _classes(connection: sqlite3.Connection, object_class: str | None, entity_id: int | None) -> list[str]:
    if entity_id is not None:
        return [subject(connection, entity_id).object_class]
    if object_class is not None:
        return [object_class]
    return [row[0] for row in connection.execute("SELECT name FROM entity_class ORDER BY id").fetchall()]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
