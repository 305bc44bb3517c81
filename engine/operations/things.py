"""Entities, users and teams as people name them in the verbs of tasks and entities."""

from __future__ import annotations

import sqlite3

from engine.actors import own_user_id
from engine.operations.naming import one_of
from engine.operations.registry import Act
from engine.rules.errors import shown
from engine.rules.texts import thing
from store.errors import Refused


def entity_id(connection: sqlite3.Connection, object_class: str, object_id: str) -> int:
    """The row of an entity. Refused if there is none; an unknown class is told from an unknown id."""
    row = connection.execute(
        "SELECT id FROM entity WHERE object_class = ? AND object_id = ?", (object_class, object_id)
    ).fetchone()
    if row is None:
        one_of(connection, "entity_class", object_class)
        raise Refused(f"There is no {shown(object_class)} {shown(object_id)}.")
    return int(row[0])


def named_thing(connection: sqlite3.Connection, text: str) -> tuple[str, str]:
    """Class and id of the entity that `stay/12` names. Refused if there is none."""
    object_class, object_id = thing(text)
    entity_id(connection, object_class, object_id)
    return object_class, object_id


def user_id(act: Act, name: str) -> int:
    """The user of that name; whoever acts may be named before the store has met them."""
    met = act.connection.execute("SELECT id FROM user WHERE name = ?", (name,)).fetchone()
    if met is None and name == act.actor.name:
        return own_user_id(act)
    return one_of(act.connection, "user", name)
