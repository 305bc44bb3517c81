"""Log lines of a run. They lie in the order of `(run_id, seq)`, so a page costs the same at any line."""

from __future__ import annotations

import sqlite3

from store.enums import Level
from store.instants import Instant
from store.values import LogLine

_COLUMNS = "seq, attempt, at, stream, level, text"

LEVELS = {10: Level.DEBUG, 20: Level.INFO, 30: Level.WARNING, 40: Level.ERROR}
"""What the stored numbers mean."""

NUMBERS = {level: number for number, level in LEVELS.items()}


def page(connection: sqlite3.Connection, run_id: int, first_seq: int, limit: int) -> list[LogLine]:
    """At most `limit` lines from `first_seq` on; a follower asks from the line after its last one."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM log_line WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?",
        (run_id, first_seq, limit),
    ).fetchall()
    return [_line(row) for row in rows]


def size(connection: sqlite3.Connection, run_id: int) -> int:
    """How many lines the run has; they are numbered 1 to this. 0 if there is no such run."""
    row = connection.execute("SELECT log_lines FROM run WHERE id = ?", (run_id,)).fetchone()
    return int(row[0]) if row else 0


def find(connection: sqlite3.Connection, run_id: int, text: str, from_seq: int, forward: bool = True) -> int | None:
    """The nearest line at or beyond `from_seq` that holds `text`, None if there is none.

    Capitals count only if `text` has some. Reads every line on the way: over a million lines that is tenths
    of a second, so call it away from the screen's loop.
    """
    test, needle = _needle(text)
    beyond, order = (">=", "ASC") if forward else ("<=", "DESC")
    row = connection.execute(
        f"SELECT seq FROM log_line WHERE run_id = ? AND seq {beyond} ? AND {test} ORDER BY seq {order} LIMIT 1",
        (run_id, from_seq, needle),
    ).fetchone()
    return int(row[0]) if row else None


def hits(connection: sqlite3.Connection, run_id: int, text: str, first_seq: int, last_seq: int) -> list[int]:
    """Every line from `first_seq` to `last_seq` that holds `text`, as `find` compares it."""
    test, needle = _needle(text)
    rows = connection.execute(
        f"SELECT seq FROM log_line WHERE run_id = ? AND seq BETWEEN ? AND ? AND {test} ORDER BY seq",
        (run_id, first_seq, last_seq, needle),
    ).fetchall()
    return [int(row[0]) for row in rows]


def next_loud(
    connection: sqlite3.Connection,
    run_id: int,
    from_seq: int,
    min_level: Level = Level.ERROR,
    forward: bool = True,
) -> int | None:
    """The nearest warning or error (by `min_level`) at or beyond `from_seq`; an index has only these."""
    beyond, order = (">=", "ASC") if forward else ("<=", "DESC")
    row = connection.execute(
        f"SELECT seq FROM log_line WHERE run_id = ? AND seq {beyond} ? AND level >= 30 AND level >= ?"
        f" ORDER BY seq {order} LIMIT 1",
        (run_id, from_seq, NUMBERS[min_level]),
    ).fetchone()
    return int(row[0]) if row else None


def _needle(text: str) -> tuple[str, str]:
    if text.lower() != text:
        return "instr(text, ?) > 0", text
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return "text LIKE ? ESCAPE '\\'", f"%{escaped}%"


def _line(row: tuple[int, int, int, str, int, str]) -> LogLine:
    seq, attempt, at, stream, level, text = row
    return LogLine(seq, attempt, Instant(at), stream, LEVELS.get(level, Level.INFO), text)
