"""Triggers by what they are for: how many of each scope, and which things of a scope are called so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from store.enums import Scope
from store.reads.task_rows import list_paths

MOST = 10_000
"""Things that are found by a part of their name, at most."""

ORDER = (Scope.ALL, Scope.LIST, Scope.LABEL, Scope.USER, Scope.TASK, Scope.CLASS)
"""Of the groups: what is for everything first, then what many tasks share, then single ones, then entities."""

_TABLES = {Scope.LABEL: "label", Scope.USER: "user", Scope.CLASS: "entity_class"}


def groups(
    connection: sqlite3.Connection, text: str = "", scope: Scope | None = None, scope_ids: Sequence[int] | None = None
) -> list[tuple[Scope, int]]:
    """The scopes that have triggers whose name holds `text`, in `ORDER`, and how many; the others as `triggers.page`.

    One statement, which reads the names once: triggers are made by people, by the hundred.
    """
    terms, values = ["deleted_at IS NULL"], list[Any]()
    if scope is not None:
        terms, values = [*terms, "scope = ?"], [*values, scope]
    if scope_ids is not None:
        terms, values = [*terms, "scope_id IN (SELECT value FROM json_each(?))"], [*values, json.dumps(list(scope_ids))]
    if text:
        terms, values = [*terms, "instr(lower(name), lower(?)) > 0"], [*values, text]
    rows = connection.execute(
        f'SELECT scope, count(*) FROM "trigger" WHERE {" AND ".join(terms)} GROUP BY scope', values
    ).fetchall()
    found = {Scope(row[0]): int(row[1]) for row in rows}
    return [(each, found[each]) for each in ORDER if each in found]


def called(connection: sqlite3.Connection, scope: Scope, name: str) -> list[int]:
    """Ids of the things of a scope that are called so, else of those whose name, or a list's path, holds `name`."""
    if scope is Scope.TASK:
        return [int(name)] if name.isascii() and name.isdigit() and len(name) < 19 else []
    if scope is Scope.LIST:
        known = list(list_paths(connection).items())
    elif scope in _TABLES:
        known = connection.execute(
            f"SELECT id, name FROM {_TABLES[scope]} WHERE instr(lower(name), lower(?)) > 0 LIMIT {MOST}", (name,)
        ).fetchall()
    else:
        return []
    wanted = name.casefold()
    exact = [number for number, each in known if each.casefold() == wanted]
    return exact or [number for number, each in known if wanted in each.casefold()][:MOST]


_INSIDE = {
    Scope.ALL: "SELECT id FROM task WHERE :id IS NULL",
    Scope.TASK: "SELECT id FROM task WHERE id = :id",
    Scope.LIST: (
        "WITH RECURSIVE inside (id) AS (SELECT :id UNION SELECT l.id FROM task_list l JOIN inside ON"
        " l.parent_id = inside.id) SELECT id FROM task WHERE list_id IN inside"
    ),
    Scope.LABEL: "SELECT task_id FROM task_label WHERE label_id = :id",
    Scope.USER: "SELECT task_id FROM task_assignee WHERE user_id = :id",
}
_LIVING = "deleted_at IS NULL AND superseded_at IS NULL AND kind <> 'contact'"


def tasks_in(connection: sqlite3.Connection, scope: Scope, scope_id: int | None, most: int = 1_000) -> int:
    """How many tasks a scope holds, done ones too, counted up to one more than `most`; a class holds none."""
    if scope is Scope.CLASS:
        return 0
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM task WHERE id IN ({_INSIDE[scope]}) AND {_LIVING} LIMIT :most)",
        {"id": scope_id, "most": most + 1},
    ).fetchone()
    return int(row[0])


def first_in(connection: sqlite3.Connection, scope: Scope, scope_id: int | None) -> int | None:
    """The task of a scope that was made first, an open one if there is one; None if it holds none."""
    if scope is Scope.CLASS:
        return None
    query = f"SELECT id FROM task WHERE id IN ({_INSIDE[scope]}) AND {_LIVING} AND is_done = :done ORDER BY id LIMIT 1"
    for is_done in (0, 1):
        row = connection.execute(query, {"id": scope_id, "done": is_done}).fetchone()
        if row is not None:
            return int(row[0])
    return None


_STANDING = """
WITH RECURSIVE later (first, id, depth) AS (
    SELECT id, id, 0 FROM act WHERE id IN (SELECT value FROM json_each(?))
    UNION ALL SELECT later.first, act.undone_by_id, depth + 1 FROM later JOIN act ON act.id = later.id
    WHERE act.undone_by_id IS NOT NULL
)
SELECT first, id, max(depth) FROM later GROUP BY first
"""


def standing(connection: sqlite3.Connection, acts: Sequence[int]) -> dict[int, int | None]:
    """By act: the one that would have to be undone to take it back, itself or its last redo; None if it is undone."""
    rows = connection.execute(_STANDING, (json.dumps(list(acts)),)).fetchall()
    return {first: None if depth % 2 else last for first, last, depth in rows}
