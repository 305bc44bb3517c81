"""The log of a run as rows of the store. They lie in the order of `(run_id, seq)`: a page costs the same anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from store.enums import Level
from store.frozen import value
from store.instants import Instant
from store.reads.log_which import LEVELS, NUMBERS, Which
from store.values import LogLine

_COLUMNS = "seq, attempt, at, stream, level, text"


@value
class RowLog:
    """See `Log`."""

    connection: sqlite3.Connection
    run_id: int
    size: int

    def lines(self, which: Which, first: int, last: int, limit: int, *, backward: bool) -> list[LogLine]:
        """As `Log` says."""
        return [_line(*row) for row in self._rows(_COLUMNS, which, first, last, limit, backward)]

    def seqs(self, which: Which, first: int, last: int, limit: int, *, backward: bool) -> list[int]:
        """As `Log` says."""
        return [row[0] for row in self._rows("seq", which, first, last, limit, backward)]

    def at(self, seqs: Sequence[int]) -> list[LogLine]:
        """As `Log` says."""
        rows = self.connection.execute(
            f"SELECT {_COLUMNS} FROM log_line"
            " WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
            (self.run_id, f"[{','.join(map(str, seqs))}]"),
        ).fetchall()
        return [_line(*row) for row in rows]

    def printed(self, attempt: int, streams: tuple[str, ...] = ("stdout", "stderr")) -> int:
        """As `Log` says."""
        rows = self.connection.execute(
            "SELECT count(*) FROM log_line WHERE run_id = ? AND attempt = ?"
            f" AND stream IN ({', '.join('?' * len(streams))})",
            (self.run_id, attempt, *streams),
        ).fetchall()
        return int(rows[0][0])

    def _rows(self, columns: str, which: Which, first: int, last: int, limit: int, backward: bool) -> list[Any]:
        test, values = _test(which)
        order = "DESC" if backward else "ASC"
        rows = self.connection.execute(
            f"SELECT {columns} FROM log_line WHERE run_id = ? AND seq BETWEEN ? AND ?{test}"
            f" ORDER BY seq {order} LIMIT ?",
            (self.run_id, first, last, *values, limit),
        ).fetchall()
        return rows[::-1] if backward else rows


def _line(seq: int, attempt: int, at: int, stream: str, level: int, text: str) -> LogLine:
    return LogLine(seq, attempt, Instant(at), stream, LEVELS.get(level, Level.INFO), text)


def _test(which: Which) -> tuple[str, list[object]]:
    test, values = "", list[object]()
    if which.level is not Level.DEBUG:
        least = NUMBERS[which.level]
        test += " AND level >= 30" if least >= 30 else ""  # an index holds only these
        test += " AND level >= ?"
        values.append(least)
    if which.attempt is not None:
        test += " AND attempt = ?"
        values.append(which.attempt)
    if which.text and which.has_capitals:
        test += " AND instr(text, ?) > 0"
        values.append(which.text)
    elif which.text:
        escaped = which.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        test += " AND text LIKE ? ESCAPE '\\'"
        values.append(f"%{escaped}%")
    return test, values
