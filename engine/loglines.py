"""Writing log lines: whole blocks in few statements.

A row bound for itself costs more than twice as much processor time as one of a hundred in a statement
(measured: 3.5 against 1.4 us), and a job may print a hundred thousand lines a second.
"""

from __future__ import annotations

import sqlite3
from itertools import repeat

from engine.rules.loudness import ERROR, INFO, levels

ENGINE = "engine"
"""The stream of what tickler itself says about a run; jobs have `stdout` and `stderr`."""

Row = tuple[int, int, int, int, str, int, str]
"""run_id, seq, attempt, at, stream, level, text."""

_AT_ONCE = 100
_ROW = "INSERT INTO log_line (run_id, seq, attempt, at, stream, level, text) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ROWS = (
    "INSERT INTO log_line (run_id, seq, attempt, at, stream, level, text)"
    " SELECT ?1, ?2 + column1, ?3, ?4, ?5, ?6, column2 FROM (VALUES "
    + ", ".join(f"({number}, ?{number + 7})" for number in range(_AT_ONCE))
    + ")"
)


class Lines:
    """Lines of runs that are to be stored together: single rows, and blocks of a hundred that share all but the text.

    Their seq must be the next ones of their runs.
    """

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._blocks: list[tuple[object, ...]] = []

    def say(self, run_id: int, seq: int, attempt: int, at: int, line: str, level: int) -> None:
        """Add a line of tickler's own about a run."""
        self._rows.append((run_id, seq, attempt, at, ENGINE, level, line))

    def print(self, run_id: int, seq: int, attempt: int, at: int, stream: str, text: str) -> tuple[int, int]:
        """Add what a job printed: lines joined by newlines, kept as they are; how many, and how many are errors."""
        lines, found, done = text.split("\n"), levels(text), 0
        if found is None:
            for done in range(0, len(lines) - _AT_ONCE + 1, _AT_ONCE):
                shared = (run_id, seq + done, attempt, at, stream, INFO)
                self._blocks.append((*shared, *lines[done : done + _AT_ONCE]))
            done = len(lines) - len(lines) % _AT_ONCE
        self._rows += zip(
            repeat(run_id), range(seq + done, seq + len(lines)), repeat(attempt), repeat(at), repeat(stream),
            found or repeat(INFO), lines[done:],
        )  # fmt: skip
        return len(lines), found.count(ERROR) if found else 0

    def add(self, others: Lines) -> None:
        """Take these too."""
        self._rows += others._rows
        self._blocks += others._blocks

    def write(self, connection: sqlite3.Connection) -> None:
        """In the caller's transaction."""
        for block in self._blocks:
            connection.execute(_ROWS, block)
        if self._rows:
            connection.executemany(_ROW, self._rows)


def append(connection: sqlite3.Connection, run_id: int, attempt: int, at: int, line: str, level: int = INFO) -> None:
    """Say one line about a run that nobody has in hand, and count it."""
    rows = connection.execute(
        "UPDATE run SET log_lines = log_lines + 1, log_errors = log_errors + ? WHERE id = ? RETURNING log_lines",
        (int(level >= ERROR), run_id),
    ).fetchall()
    for (seq,) in rows:
        connection.execute(_ROW, (run_id, seq, attempt, at, ENGINE, level, line))
