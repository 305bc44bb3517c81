"""Log lines of a run, from wherever they lie: each run remembers its backend, so older logs stay readable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from store.enums import Level, LogBackend
from store.instants import to_us
from store.reads.log_rows import RowLog
from store.reads.log_which import ALL, LEVELS, NUMBERS, Log, Which
from store.values import LogLine

__all__ = ["ALL", "END", "LEVELS", "NUMBERS", "Log", "Which"]

END = 1 << 62
"""Beyond every number of a line."""


def log(connection: sqlite3.Connection, run_id: int) -> Log:
    """The log of a run, as long as it is now; an empty one if there is no such run."""
    row = connection.execute("SELECT log_backend, log_lines, created_at FROM run WHERE id = ?", (run_id,)).fetchone()
    backend, size, since = row or (LogBackend.DATABASE, 0, 0)
    if backend != LogBackend.FILE:
        return RowLog(connection, run_id, size)
    from store.logfile import path_of  # files are the rarer ones
    from store.reads.log_files import FileLog

    return FileLog(path_of(connection, run_id), size, since)


def page(connection: sqlite3.Connection, run_id: int, first_seq: int, limit: int) -> list[LogLine]:
    """At most `limit` lines from `first_seq` on; a follower asks from the line after its last one."""
    found = log(connection, run_id)
    return found.lines(ALL, first_seq, END, limit, backward=False)


def page_before(connection: sqlite3.Connection, run_id: int, seq: int | None, limit: int) -> list[LogLine]:
    """The `limit` lines in front of `seq` (None: the last ones), in order."""
    found = log(connection, run_id)
    return found.lines(ALL, 1, END if seq is None else seq - 1, limit, backward=True)


def size(connection: sqlite3.Connection, run_id: int) -> int:
    """How many lines the run has; they are numbered 1 to this. 0 if there is no such run."""
    row = connection.execute("SELECT log_lines FROM run WHERE id = ?", (run_id,)).fetchone()
    return int(row[0]) if row else 0


def find(connection: sqlite3.Connection, run_id: int, text: str, from_seq: int, forward: bool = True) -> int | None:
    """The nearest line at or beyond `from_seq` that holds `text`, None if there is none.

    Capitals count only if `text` has some. Reads every line on the way: over a million lines that is tenths
    of a second, so call it away from the screen's loop.
    """
    return nearest(connection, run_id, Which(text), from_seq, forward)


def nearest(
    connection: sqlite3.Connection, run_id: int, which: Which, from_seq: int, forward: bool = True
) -> int | None:
    """The nearest line of these at or beyond `from_seq`."""
    found = log(connection, run_id)
    first, last = (from_seq, END) if forward else (1, from_seq)
    return next(iter(found.seqs(which, first, last, 1, backward=not forward)), None)


def hits(connection: sqlite3.Connection, run_id: int, text: str, first_seq: int, last_seq: int) -> list[int]:
    """Every line from `first_seq` to `last_seq` that holds `text`, as `find` compares it."""
    return log(connection, run_id).seqs(Which(text), first_seq, last_seq, -1, backward=False)


def next_loud(
    connection: sqlite3.Connection,
    run_id: int,
    from_seq: int,
    min_level: Level = Level.ERROR,
    forward: bool = True,
) -> int | None:
    """The nearest warning or error (by `min_level`) at or beyond `from_seq`; of rows an index has only these."""
    return nearest(connection, run_id, Which(level=min_level), from_seq, forward)


def first_at(connection: sqlite3.Connection, run_id: int, at: datetime) -> int | None:
    """The first line written at that time or later, None if all are older. By halving: lines come in time's order."""
    return _first(log(connection, run_id), lambda line: line.at >= to_us(at))


def attempt_starts(
    connection: sqlite3.Connection, run_id: int, known: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """(attempt, number of its first line) of each attempt that has lines, first to last. Reads a few lines of each.

    `known`: what was found before, when the log was shorter.
    """
    found = log(connection, run_id)
    starts = list(known[:-1])
    seq: int | None = known[-1][1] if known else 1
    while seq is not None:
        here = _line(found, seq)
        if here is None:
            break
        number = here.attempt
        starts.append((number, seq))
        seq = _first(found, partial(_is_after, number), seq)
    return starts


def _is_after(attempt: int, line: LogLine) -> bool:
    return line.attempt > attempt


def _line(found: Log, seq: int) -> LogLine | None:
    return next(iter(found.lines(ALL, seq, END, 1, backward=False)), None)


def _first(found: Log, is_past: Callable[[LogLine], bool], low: int = 1) -> int | None:
    """The number of the first line that is past something, where all behind it are."""
    high = found.size + 1
    while low < high:
        middle = (low + high) // 2
        line = _line(found, middle)
        if line is None or is_past(line):
            high = middle
        else:
            low = max(middle, line.seq) + 1
    return low if low <= found.size else None
