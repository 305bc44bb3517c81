"""Definitions as screens and files show them: classes, events, models, teams, users. By name; all of them.

These are the short lists of a desk (tens, not thousands), so they are read whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from store.enums import EventType, Roll, TaskKind
from store.errors import Refused
from store.values import EntityClass, TaskEvent, TaskModel, Team, User

_CLASSES = """
SELECT c.id, c.name, c.statuses, c.date_fields,
       (SELECT count(*) FROM entity e WHERE e.object_class = c.name), c.rev
FROM entity_class c
"""
_EVENTS = """
SELECT id, name, object_class, event_type, entity_status, entity_date_field, offset, roll,
       (SELECT c.name FROM calendar c WHERE c.id = calendar_id), rev
FROM task_event
"""
_MODELS = """
SELECT m.id, m.name, m.description, m.object_class, m.tasks_group_name, m.trigger_event_id, t.name,
       m.deadline_event_id, d.name, m.kind, team.name, m.is_active, m.rev
FROM task_model m
JOIN task_event t ON t.id = m.trigger_event_id
LEFT JOIN task_event d ON d.id = m.deadline_event_id
LEFT JOIN team ON team.id = m.team_id
"""
_TEAMS = "SELECT id, name, rev FROM team"
_USERS = """
SELECT u.id, u.name, u.full_name, u.login, team.name, u.zone, u.rev,
       (SELECT json_group_array(c.key) FROM json_each(u.channels) c), u.quiet_from || '-' || u.quiet_to, u.loud_from,
       u.away_from || '..' || u.away_to, other.name
FROM user u LEFT JOIN team ON team.id = u.team_id LEFT JOIN user other ON other.id = u.substitute_id
"""


def entity_classes(connection: sqlite3.Connection) -> tuple[EntityClass, ...]:
    """Every class of entities, by name."""
    return tuple(_class(row) for row in connection.execute(_CLASSES + " ORDER BY c.name"))


def entity_class(connection: sqlite3.Connection, number: int) -> EntityClass:
    """The class of that id."""
    return _class(_one(connection, _CLASSES + " WHERE c.id = ?", number, "class"))


def task_events(connection: sqlite3.Connection, object_class: str | None = None) -> tuple[TaskEvent, ...]:
    """The events of a class, or of all, by class and name."""
    return tuple(_event(row) for row in _of_class(connection, _EVENTS, "", object_class))


def task_event(connection: sqlite3.Connection, number: int) -> TaskEvent:
    """The event of that id."""
    return _event(_one(connection, _EVENTS + " WHERE id = ?", number, "event"))


def task_models(connection: sqlite3.Connection, object_class: str | None = None) -> tuple[TaskModel, ...]:
    """The models of a class, or of all, by class and name; those switched off too."""
    return tuple(_model(row) for row in _of_class(connection, _MODELS, "m.", object_class))


def task_model(connection: sqlite3.Connection, number: int) -> TaskModel:
    """The model of that id."""
    return _model(_one(connection, _MODELS + " WHERE m.id = ?", number, "model"))


def teams(connection: sqlite3.Connection) -> tuple[Team, ...]:
    """Every team, by name."""
    return tuple(Team(*row) for row in connection.execute(_TEAMS + " ORDER BY name"))


def team(connection: sqlite3.Connection, number: int) -> Team:
    """The team of that id."""
    return Team(*_one(connection, _TEAMS + " WHERE id = ?", number, "team"))


def users(connection: sqlite3.Connection) -> tuple[User, ...]:
    """Every user, by name."""
    return tuple(_user(row) for row in connection.execute(_USERS + " ORDER BY u.name"))


def user(connection: sqlite3.Connection, number: int) -> User:
    """The user of that id."""
    return _user(_one(connection, _USERS + " WHERE u.id = ?", number, "user"))


def _one(connection: sqlite3.Connection, query: str, number: int, noun: str) -> Any:
    row = connection.execute(query, (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no {noun} {number}.")
    return row


def _of_class(connection: sqlite3.Connection, query: str, alias: str, object_class: str | None) -> Iterator[Any]:
    where, values = ("", ()) if object_class is None else (f" WHERE {alias}object_class = ?", (object_class,))
    return connection.execute(f"{query}{where} ORDER BY {alias}object_class, {alias}name", values)


def _class(row: Any) -> EntityClass:
    number, name, statuses, date_fields, entities, rev = row
    return EntityClass(number, name, tuple(json.loads(statuses)), tuple(json.loads(date_fields)), entities, rev)


def _event(row: Any) -> TaskEvent:
    values = list(row)
    values[3], values[7] = EventType(values[3]), Roll(values[7])
    return TaskEvent(*values)


def _user(row: Any) -> User:
    number, name, full_name, login, team, zone, rev, channels, *more = row
    return User(number, name, full_name, login, team, zone, rev, tuple(json.loads(channels)), *more)


def _model(row: Any) -> TaskModel:
    values = list(row)
    values[9] = TaskKind(values[9])
    values[11] = bool(values[11])
    return TaskModel(*values)
