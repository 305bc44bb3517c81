"""Definitions are named by people: the one place that finds the row behind a name, or says what is near."""

from __future__ import annotations

import sqlite3

from engine.rules.names import as_sentence, unknown
from store.errors import Refused

NOUNS = {
    "entity_class": "class",
    "task_event": "event",
    "task_model": "model",
    "team": "team",
    "user": "user",
    "schedule": "schedule",
    "template": "template",
    "task_list": "list",
    "label": "label",
    "calendar": "calendar",
    "saved_filter": "filter",
    "trigger": "trigger",
}
"""Table -> the noun of the command line."""


def one_of(connection: sqlite3.Connection, table: str, text: str, object_class: str | None = None) -> int:
    """The id of the definition that `text` names: its name, `class/name` for events and models, or its id.

    A name goes before an id, so that a team may be called 12. Refused with the nearest name if there is
    none, and with the classes if events or models of several classes bear it.
    """
    found = _named(connection, table, text, object_class)
    if not found and text.isascii() and text.isdigit() and len(text) < 19:
        found = connection.execute(f"SELECT id, '' FROM {table} WHERE id = ?", (int(text),)).fetchall()
    if len(found) == 1:
        return int(found[0][0])
    noun = NOUNS[table]
    if found:
        forms = ", ".join(f"{each[1]}/{text}" for each in found)
        raise Refused(f"{noun}: '{text}' is there for several classes; write one of {forms}.")
    of_class = f" of {object_class}" if object_class else ""
    names = _names(connection, table, object_class)
    raise Refused(as_sentence(f"{noun}: {unknown(text, names, noun + of_class)}"))


def _named(connection: sqlite3.Connection, table: str, text: str, object_class: str | None) -> list[tuple[int, str]]:
    if table not in ("task_event", "task_model"):
        live = " AND deleted_at IS NULL" if table == "schedule" else ""
        return connection.execute(f"SELECT id, '' FROM {table} WHERE name = ?{live}", (text,)).fetchall()
    query = (
        f"SELECT id, object_class FROM {table} WHERE name = ?"
        " AND object_class = ifnull(?, object_class) ORDER BY object_class"
    )
    found = connection.execute(query, (text, object_class)).fetchall()
    if not found and object_class is None and "/" in text:
        before, _, name = text.partition("/")
        found = connection.execute(query, (name, before)).fetchall()
    return found


def _names(connection: sqlite3.Connection, table: str, object_class: str | None) -> list[str]:
    where, values = ("", ()) if object_class is None else (" WHERE object_class = ?", (object_class,))
    rows = connection.execute(f"SELECT DISTINCT name FROM {table}{where} ORDER BY name LIMIT 1000", values)
    return [str(row[0]) for row in rows]
