"""The journal as people read it: acts, newest first, and the rows that each one changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from store.frozen import value
from store.instants import Instant
from store.journal import Actor, parse
from store.values import Act

_ACTS = """
SELECT act.id, act.at, act.actor, act.via, act.operation, act.words, act.can_undo, act.undoes_id,
       act.undone_by_id
FROM act
"""
_CHANGES = "SELECT id, act_id, kind, row_id, action, before, after FROM change"


@value
class RowChange:
    """What an act did to one row; `before` of a deletion is the whole row, an insertion has neither side."""

    id: int
    act_id: int
    kind: str
    row_id: int
    action: str
    before: Mapping[str, str | int | float | None]
    after: Mapping[str, str | int | float | None]


def acts(
    connection: sqlite3.Connection,
    limit: int,
    *,
    before: int | None = None,
    kind: str | None = None,
    row: int | None = None,
) -> tuple[Act, ...]:
    """Up to `limit` acts older than act `before`, newest first.

    With `kind` only those that touched rows of that table, with `row` too only those that touched this one.
    """
    test = ""
    values: tuple[str | int, ...] = ()
    if kind is not None and row is not None:
        test = " AND act.id IN (SELECT act_id FROM change WHERE kind = ? AND row_id = ?)"
        values = (kind, row)
    elif kind is not None:
        test = " AND EXISTS (SELECT 1 FROM change WHERE change.act_id = act.id AND change.kind = ?)"
        values = (kind,)
    query = f"{_ACTS} WHERE act.id < ?{test} ORDER BY act.id DESC LIMIT ?"
    top = (1 << 62) if before is None else before
    return tuple(_act(found) for found in connection.execute(query, (top, *values, limit)))


def act(connection: sqlite3.Connection, number: int) -> Act | None:
    """The act of that id."""
    found = connection.execute(f"{_ACTS} WHERE act.id = ?", (number,)).fetchone()
    return None if found is None else _act(found)


def changes(connection: sqlite3.Connection, act_id: int, limit: int = 1_000_000) -> tuple[RowChange, ...]:
    """What an act changed, newest first: the order in which it is taken back."""
    rows = connection.execute(f"{_CHANGES} WHERE act_id = ? ORDER BY id DESC LIMIT ?", (act_id, limit))
    return tuple(_change(row) for row in rows)


def touches(connection: sqlite3.Connection, act_id: int, kinds: Sequence[str]) -> bool:
    """Whether the act changed a row of one of these tables."""
    query = "SELECT 1 FROM change WHERE act_id = ? AND kind IN (SELECT value FROM json_each(?)) LIMIT 1"
    return connection.execute(query, (act_id, json.dumps(kinds))).fetchone() is not None


_STANDING = "act.undone_by_id IS NULL AND act.operation <> 'undo'"
"""Of an act and its undo neither counts any more; a redo counts as the act it brought back."""


def undoable(connection: sqlite3.Connection, actor: Actor, before: int) -> Act | None:
    """The newest act of the actor older than `before` that stands and can be taken back."""
    return _newest_of(connection, actor, before, f"{_STANDING} AND act.can_undo = 1")


FINAL = (
    "schedule accept", "schedule rewind", "schedule run", "run cancel", "run retry", "run delete", "clock accept",
    "workflow start", "workflow submit", "workflow rerun", "workflow skip", "workflow override", "workflow cancel",
    "task done",
)  # fmt: skip
"""Verbs whose acts stand for ever: what ran has run. Of marking tasks done that is so for the steps of workflows."""


def in_the_way(connection: sqlite3.Connection, actor: Actor, before: int, after: int) -> Act | None:
    """The newest final act of the actor between two others, unless somebody has gone on undoing beyond it since."""
    names = ", ".join(f"'{name}'" for name in FINAL)
    passed = "SELECT 1 FROM act later WHERE later.id > act.id AND later.undoes_id < act.id AND later.actor = act.actor"
    test = f"act.id > {after} AND act.operation IN ({names}) AND act.can_undo = 0 AND NOT EXISTS ({passed})"
    return _newest_of(connection, actor, before, test)


def redoable(connection: sqlite3.Connection, actor: Actor, before: int) -> Act | None:
    """The newest undo of the actor older than `before` that was not taken back itself."""
    return _newest_of(connection, actor, before, "act.undone_by_id IS NULL AND act.operation = 'undo'")


def last(connection: sqlite3.Connection, actor: Actor) -> Act | None:
    """The newest act of the actor, whatever it was; None if there is none."""
    return _newest_of(connection, actor, 1 << 62, "true")


def is_own(connection: sqlite3.Connection, actor: Actor, number: int) -> bool:
    """Whether the actor did that act."""
    query = f"SELECT 1 FROM act WHERE act.id = ? AND ({_BY_USER} OR {_BY_LOGIN})"
    return connection.execute(query, (number, *_known(connection, actor))).fetchone() is not None


def standing_after(connection: sqlite3.Connection, change: RowChange, until: int) -> tuple[tuple[Act, RowChange], ...]:
    """Later changes of the same row by acts before `until` that still stand, oldest first, with their acts.

    An act and its undo cancel each other if both are later; so do an undo and its redo.
    """
    rows = connection.execute(
        f"{_CHANGES} WHERE kind = ? AND row_id = ? AND id > ? AND act_id > ? AND act_id < ? ORDER BY id",
        (change.kind, change.row_id, change.id, change.act_id, until),
    )
    later = [_change(row) for row in rows.fetchall()]
    standing: dict[int, Act] = {}
    for number in dict.fromkeys(each.act_id for each in later):
        by = act(connection, number)
        if by is not None and (by.undoes_id is None or standing.pop(by.undoes_id, None) is None):
            standing[number] = by
    return tuple((standing[each.act_id], each) for each in later if each.act_id in standing)


def touched_after(connection: sqlite3.Connection, rows: Sequence[RowChange], until: int) -> bool:
    """Whether acts before `until` touched one of the rows after the act that changed them all; of one table."""
    found = connection.execute(
        "SELECT 1 FROM json_each(?) j CROSS JOIN change c ON c.kind = ? AND c.row_id = j.value"
        " AND c.act_id > ? AND c.act_id < ? LIMIT 1",
        (json.dumps([row.row_id for row in rows]), rows[0].kind, rows[0].act_id, until),
    )
    return found.fetchone() is not None


_BY_USER = "act.user_id = ?"
_BY_LOGIN = "act.user_id IS NULL AND act.actor = ? AND act.via <> 'engine'"
"""What a person did before the store knew them."""


def _known(connection: sqlite3.Connection, actor: Actor) -> tuple[int | None, str | None]:
    """User row and login of the actor; the row may have been made since a door asked who acts."""
    query = "SELECT id, login FROM user WHERE id = ? OR (? IS NULL AND login = ?)"
    row = connection.execute(query, (actor.user_id, actor.user_id, actor.name)).fetchone()
    if row is None:
        return actor.user_id, actor.name if actor.user_id is None else None
    return int(row[0]), row[1]


def _newest_of(connection: sqlite3.Connection, actor: Actor, before: int, test: str) -> Act | None:
    """Two indexed look-ups instead of one OR, which would walk the whole journal."""
    found = []
    for owner, name in zip((_BY_USER, _BY_LOGIN), _known(connection, actor), strict=True):
        query = f"{_ACTS} WHERE {owner} AND act.id < ? AND {test} ORDER BY act.id DESC LIMIT 1"
        row = connection.execute(query, (name, before)).fetchone()
        if row is not None:
            found.append(_act(row))
    return max(found, key=lambda each: each.id, default=None)


def _act(row: Any) -> Act:
    number, at, actor, via, operation, words, can_undo, undoes_id, undone_by_id = row
    return Act(
        number,
        Instant(at),
        actor,
        via,
        operation,
        words or operation,
        bool(can_undo),
        undoes_id,
        undone_by_id,
    )


def _change(row: Any) -> RowChange:
    number, act_id, kind, row_id, action, before, after = row
    return RowChange(number, act_id, kind, row_id, action, parse(before), parse(after))
