"""Acts and their changes: who did what, and what each row was before.

An operation begins an act; the triggers of `store.schema` hang every change on the newest act, which
is the running one because writers take turns. Undo is an act of its own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping

from store.frozen import value


@value
class Actor:
    """Who acts: a user of the store, or the engine (`user_id` None), and through which door."""

    user_id: int | None
    name: str
    via: str


ENGINE = Actor(None, "engine", "engine")


def begin(connection: sqlite3.Connection, at: int, actor: Actor, operation: str) -> int:
    """Start an act inside the running transaction; `at` is microseconds UTC. Returns its id."""
    row = connection.execute(
        "INSERT INTO act (at, user_id, actor, via, operation) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (at, actor.user_id, actor.name, actor.via, operation),
    ).fetchall()
    return int(row[0][0])


def describe(connection: sqlite3.Connection, act: int, words: str, *, can_undo: bool = True) -> None:
    """Say what the act did, for history and for the undo key."""
    connection.execute("UPDATE act SET words = ?, can_undo = ? WHERE id = ?", (words, can_undo, act))


def end(connection: sqlite3.Connection, act: int, *, is_final: bool = False) -> bool:
    """Forget an act that changed nothing; whether it stays. The number of one that does not may be another's next.

    What is done to runs and to the ledger leaves no changes, as it can't be taken back: an act that `is_final` stays
    if it has words; so does one that cannot be undone, because what it changed is a secret.
    """
    found = connection.execute(
        "DELETE FROM act WHERE id = ? AND NOT EXISTS (SELECT 1 FROM change WHERE act_id = ?)"
        " AND ((? AND can_undo = 1) OR ifnull(words, '') = '')",
        (act, act, not is_final),
    )
    if found.rowcount:
        connection.execute("UPDATE pending_action SET act_id = NULL WHERE act_id = ?", (act,))
    return not found.rowcount


def newest(connection: sqlite3.Connection) -> int | None:
    """The id of the act that is running in this transaction, or of the last one."""
    row = connection.execute("SELECT max(id) FROM act").fetchone()
    return None if row[0] is None else int(row[0])


def keep(
    connection: sqlite3.Connection,
    act: int,
    kind: str,
    row: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    """Keep by hand what an act changed in a row of a table that is not journaled, so that it can be taken back."""
    connection.execute(
        "INSERT INTO change (act_id, kind, row_id, action, before, after) VALUES (?, ?, ?, 'update', ?, ?)",
        (act, kind, row, _literals(connection, before), _literals(connection, after)),
    )


def _literals(connection: sqlite3.Connection, columns: Mapping[str, object]) -> str:
    quoted = connection.execute(f"SELECT {', '.join('quote(?)' for _ in columns)}", tuple(columns.values())).fetchone()
    return "".join(f"{name}={text}," for name, text in zip(columns, quoted, strict=True))


_PAIR = re.compile(r"(\w+)=(?:'((?:[^']|'')*)'|(NULL)|(-?\d+)|(-?\d[\d.e+-]*)),")


def parse(kept: str | None) -> dict[str, str | int | float | None]:
    """The columns of a change's `before` or `after`, from the SQL literals the triggers wrote."""
    values: dict[str, str | int | float | None] = {}
    for name, text, null, whole, real in _PAIR.findall(kept or ""):
        if null:
            values[name] = None
        elif whole:
            values[name] = int(whole)
        elif real:
            values[name] = float(real)
        else:
            values[name] = text.replace("''", "'")
    return values
