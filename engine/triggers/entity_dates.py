"""Dates of entities that will make something happen, as pending actions: of triggers, and of events that make tasks.

Both are planned by the same rule value, `engine.rules.followups.Event`, into the same rows. What is made of a row when
its day comes is the trigger's action, or by `engine.operations.followups` the tasks of models. A date of a trigger that
is past when it is set brings nothing; one of an event has fired already, inside the act that set it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from typing import Any

from engine.operations.followup_rows import date_triggers, models_of
from engine.operations.registry import Act
from engine.rules.errors import BadValue
from engine.rules.followups import Event
from engine.rules.offsets import CLOCK_UNITS, shift_instant
from engine.rules.zones import wall_instant
from engine.triggers.live import Live, at_work
from store.enums import EventType, Scope, TriggerEvent
from store.frozen import value
from store.instants import to_us
from store.schema import moved

FIRED = "it has come already"
MOVED = "the date is another one now"
UNSERVED = "no model makes a task at it any more"

OF_CLASSES = frozenset({"task_event", "task_model", "entity_class"})
"""Kinds that tell of a class, all of whose entities are planned anew."""
EVERYWHERE = frozenset({"calendar", "calendar_day", "setting", "trigger", "user"})
OF_ENTITIES = frozenset({"entity", "event_fire"})

_SERVED = """
EXISTS (SELECT 1 FROM task_model m WHERE m.trigger_event_id = :event AND m.is_active
        AND (m.team_id IS NULL OR m.team_id = e.team_id))
"""
_FIRED = """
EXISTS (SELECT 1 FROM event_fire f WHERE f.task_event_id = :event AND f.entity_id = e.id
        AND f.value = json_extract(e.dates, :path))
"""
_WANTED = """
SELECT e.id, json_extract(e.dates, :path), {of_event} FROM entity e
WHERE e.object_class = :class AND ifnull(json_extract(e.dates, :path), '') <> '' {one}
"""
_THERE = """
SELECT p.id, p.entity_id, p.due_at, iif(p.state = 'withdrawn' AND p.act_id IS NOT NULL, 'cancelled', p.state)
FROM pending_action p WHERE {key} AND (p.state = 'waiting' OR p.due_at > :now) {one}
"""
_OF_CLASS = "p.entity_id IN (SELECT id FROM entity WHERE object_class = :class)"
_INSERT = """
INSERT INTO pending_action (trigger_id, task_event_id, subject, entity_id, due_at, made_at, cause_id, chain)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT {target} DO UPDATE
SET state = 'waiting', reason = NULL, decided_at = NULL, made_at = excluded.made_at, cause_id = excluded.cause_id
WHERE state = 'withdrawn' AND act_id IS NULL
"""
_OF_TRIGGER = _INSERT.format(target="(trigger_id, subject, due_at)")
_OF_EVENT = _INSERT.format(target="(task_event_id, subject, due_at) WHERE task_event_id IS NOT NULL")
_WITHDRAW = """
UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ? WHERE id = ? AND state = 'waiting'
"""
_LEFT_OVER = """
UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ?
WHERE state = 'waiting' AND task_event_id IN (SELECT id FROM task_event WHERE object_class = ?)
  AND task_event_id NOT IN (SELECT value FROM json_each(?))
"""


@value
class Rule:
    """One date field of a class, and when it is due: for a trigger, else for an event at which models make tasks."""

    object_class: str
    event: Event
    zone: str
    trigger_id: int | None = None

    def due(self, day: date) -> int | None:
        """The instant, microseconds UTC, for an entity whose field holds `day`; None beyond the calendar.

        An event comes with its day. A trigger may count hours, from 00:00 of the date.
        """
        event = self.event
        try:
            if self.trigger_id is not None and event.offset.unit in CLOCK_UNITS:
                at = shift_instant(_midnight(day, self.zone), event.offset, self.zone)
                rolled = event.kept(at.date())
                return to_us(
                    at if rolled == at.date() else wall_instant(datetime.combine(rolled, at.time()), self.zone)
                )
            due = event.day({event.field or "": day})
            return None if due is None else to_us(_midnight(due, self.zone))
        except BadValue:
            return None


def follow(act: Act, kinds: frozenset[str], since: int = 0, chain: str = "") -> None:
    """Plan anew what waits for the entities that the act concerns with what it changed after the change `since`."""
    if not kinds & (OF_ENTITIES | OF_CLASSES | EVERYWHERE):
        return
    ids = _entities(act, since) if kinds & OF_ENTITIES else frozenset()
    whole = _classes(act, kinds, since)
    triggers = _triggers(act, kinds, since)
    count = 0
    for name in _all_classes(act.connection):
        if not (ids or name in whole or triggers):
            continue
        rules = list(_rules(act, name))
        if name in whole:
            count += _give_up(act, name, rules)
        for rule in rules:
            if name in whole or rule.trigger_id in triggers:
                count += _follow(act, rule, None, chain)
            elif ids:
                count += _follow(act, rule, ids, chain)
    if count:
        moved(act.connection, "pending_action")


def follow_entities(act: Act, ids: Collection[int]) -> None:
    """The same for these entities, whatever was changed."""
    for name in _all_classes(act.connection) if ids else ():
        for rule in _rules(act, name):
            _follow(act, rule, ids, "")


def settle(act: Act) -> None:
    """The same at the end of an act, in a store that has no triggers."""
    rows = act.connection.execute("SELECT DISTINCT kind FROM change WHERE act_id = ?", (act.id,)).fetchall()
    follow(act, frozenset(row[0] for row in rows))


def follow_all(act: Act) -> None:
    """The same for every entity: for a store whose rows were written by something that does not know of them."""
    follow(act, frozenset({"calendar"}))


def _rules(act: Act, object_class: str) -> Iterator[Rule]:
    zone = act.zone.key
    for event in date_triggers(models_of(act.connection, object_class)):
        yield Rule(object_class, event, zone)
    for live in at_work(act.connection):
        if live.event is TriggerEvent.FIELD and _is_for(act.connection, live, object_class):
            yield Rule(object_class, event_of(live), live.zone, live.id)


def event_of(live: Live) -> Event:
    """A trigger on a date field as the event that it waits for."""
    return Event(live.id, EventType.DATE_FIELD, None, live.event_value, live.delay, live.roll, live.days)


def _is_for(connection: sqlite3.Connection, live: Live, object_class: str) -> bool:
    if live.scope is Scope.ALL:
        return True
    row = connection.execute("SELECT name FROM entity_class WHERE id = ?", (live.scope_id,)).fetchone()
    return row is not None and row[0] == object_class


def _follow(act: Act, rule: Rule, ids: Collection[int] | None, chain: str) -> int:
    """Plan one rule anew for these entities, or for all of its class; how many rows changed."""
    values = {
        "class": rule.object_class, "path": f'$."{rule.event.field}"', "event": rule.event.id, "now": act.now,
        "trigger": rule.trigger_id, "ids": json.dumps(list(ids or ())),
    }  # fmt: skip
    of_event = "0" if rule.trigger_id is not None else f"{_SERVED} + 2 * {_FIRED}"
    one = "" if ids is None else "AND e.id IN (SELECT value FROM json_each(:ids))"
    due: dict[str, int | None] = {}
    is_of_trigger = rule.trigger_id is not None
    wanted: dict[int, tuple[int, str]] = {}
    for number, text, state in act.connection.execute(_WANTED.format(of_event=of_event, one=one), values).fetchall():
        at = due[text] if text in due else due.setdefault(text, rule.due(date.fromisoformat(text)))
        if at is not None:
            wanted[number] = at, "" if is_of_trigger or state == 1 else FIRED if state >= 2 else UNSERVED
    return _compare(act, rule, wanted, _there(act, rule, ids, values), chain)


def _there(
    act: Act, rule: Rule, ids: Collection[int] | None, values: dict[str, Any]
) -> list[tuple[int, int, int, str]]:
    key = "p.trigger_id = :trigger" if rule.trigger_id is not None else "p.task_event_id = :event"
    one = f"AND {_OF_CLASS}" if ids is None else "AND p.entity_id IN (SELECT value FROM json_each(:ids))"
    return act.connection.execute(_THERE.format(key=key, one=one), values).fetchall()


def _compare(
    act: Act, rule: Rule, wanted: dict[int, tuple[int, str]], there: list[tuple[int, int, int, str]], chain: str
) -> int:
    now, gone, known = act.now, [], set[int]()
    for number, entity, at, state in there:
        is_wanted = wanted.get(entity) == (at, "")
        if state == "waiting" and not is_wanted:
            gone.append((wanted[entity][1] or MOVED if entity in wanted else MOVED, now, number))
        elif is_wanted and state != "withdrawn":
            known.add(entity)
    event = None if rule.trigger_id is not None else rule.event.id
    new = [
        (rule.trigger_id, event, f"entity:{entity}", entity, at, now, act.id, chain)
        for entity, (at, why) in wanted.items()
        if at > now and not why and entity not in known
    ]
    act.connection.executemany(_WITHDRAW, gone)
    act.connection.executemany(_OF_EVENT if event is not None else _OF_TRIGGER, new)
    return len(gone) + len(new)


def _give_up(act: Act, object_class: str, rules: list[Rule]) -> int:
    """Events at which no model makes anything any more."""
    events = [rule.event.id for rule in rules if rule.trigger_id is None]
    values = (UNSERVED, act.now, object_class, json.dumps(events))
    return act.connection.execute(_LEFT_OVER, values).rowcount


def _entities(act: Act, since: int) -> frozenset[int]:
    """Entities that the act changed, and those of which it noted, or took back, that an event has fired."""
    rows = act.connection.execute(
        "SELECT row_id FROM change WHERE act_id = :act AND id > :since AND kind = 'entity' AND action <> 'delete'"
        " UNION SELECT f.entity_id FROM change c JOIN event_fire f ON f.id = c.row_id"
        " WHERE c.act_id = :act AND c.id > :since AND c.kind = 'event_fire'",
        {"act": act.id, "since": since},
    )
    return frozenset(row[0] for row in rows.fetchall())


def _classes(act: Act, kinds: frozenset[str], since: int) -> frozenset[str]:
    """Classes all of whose entities are to be planned anew."""
    if kinds & {"calendar", "calendar_day", "setting"}:
        return frozenset(_all_classes(act.connection))
    found: set[str] = set()
    for kind in kinds & OF_CLASSES:
        column = "name" if kind == "entity_class" else "object_class"
        rows = act.connection.execute(
            f"SELECT DISTINCT x.{column} FROM change c LEFT JOIN {kind} x ON x.id = c.row_id"
            " WHERE c.act_id = ? AND c.id > ? AND c.kind = ?",
            (act.id, since, kind),
        ).fetchall()
        if (None,) in rows:  # one was deleted, and its class is not worth parsing for
            return frozenset(_all_classes(act.connection))
        found.update(row[0] for row in rows)
    return frozenset(found)


def _triggers(act: Act, kinds: frozenset[str], since: int) -> frozenset[int | None]:
    """Triggers that were changed, and those of people whose zone may be another one."""
    if not kinds & {"trigger", "user"}:
        return frozenset()
    rows = act.connection.execute(
        "SELECT t.id FROM change c JOIN \"trigger\" t ON (c.kind = 'trigger' AND t.id = c.row_id)"
        " OR (c.kind = 'user' AND t.owner_id = c.row_id)"
        " WHERE c.act_id = ? AND c.id > ? AND c.kind IN ('trigger', 'user') AND t.event = 'field'",
        (act.id, since),
    )
    return frozenset(row[0] for row in rows.fetchall())


def _all_classes(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM entity_class ORDER BY id").fetchall()]


def _midnight(day: date, zone: str) -> datetime:
    return wall_instant(datetime.combine(day, time()), zone)
