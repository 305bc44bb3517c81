"""Forgetting logs, wherever they lie: what retention calls when a run is old enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from engine import logfiles
from store.enums import LogBackend
from store.frozen import value

AT_ONCE = 20_000
"""Rows that one call deletes at most, so that the transaction around it stays short."""


@value
class Forgotten:
    """How many lines went, and whether that was all; if not, call again in another transaction."""

    lines: int
    is_all: bool


def forget(connection: sqlite3.Connection, run_ids: Iterable[int], most: int = AT_ONCE) -> Forgotten:
    """Delete the logs of these runs, in the caller's transaction; no more than `most` rows of the store.

    The runs stay and say that they have no lines. A file goes at once, whatever its length; if the transaction is
    undone afterwards, reading the log says that its file is gone.
    """
    lines, left = 0, most
    for run_id in run_ids:
        row = connection.execute("SELECT log_backend, log_lines FROM run WHERE id = ?", (run_id,)).fetchone()
        if row is None or not row[1]:
            continue
        if row[0] == LogBackend.FILE:
            logfiles.remove(connection, run_id)
            lines += row[1]
        else:
            deleted = _delete(connection, run_id, left)
            lines, left = lines + deleted, left - deleted
            if not left:
                return Forgotten(lines, is_all=False)
        connection.execute("UPDATE run SET log_lines = 0, log_errors = 0 WHERE id = ?", (run_id,))
    return Forgotten(lines, is_all=True)


def _delete(connection: sqlite3.Connection, run_id: int, most: int) -> int:
    """The first lines of a run; numbered without gaps, so that the last of them is known."""
    first = connection.execute("SELECT min(seq) FROM log_line WHERE run_id = ?", (run_id,)).fetchone()[0]
    if first is None:
        return 0
    return connection.execute("DELETE FROM log_line WHERE run_id = ? AND seq < ?", (run_id, first + most)).rowcount
