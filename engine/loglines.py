"""Writing log lines, of each run to its backend: rows of the store in whole blocks, or text at the end of a file.

A row bound for itself costs more than twice as much processor time as one of a hundred in a statement
(measured: 3.5 against 1.4 us), and a job may print a hundred thousand lines a second.
"""

from __future__ import annotations

import sqlite3
from itertools import repeat

from engine import logfiles
from engine.rules.loudness import ERROR, INFO, levels
from store.enums import LogBackend

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

    Their seq must be the next ones of their runs. What is added goes to `backend`; lines taken from others to theirs.
    """

    def __init__(self, backend: str = LogBackend.DATABASE) -> None:
        self._in_file = backend == LogBackend.FILE
        self._rows: list[Row] = []
        self._blocks: list[tuple[object, ...]] = []
        self._texts: dict[int, tuple[int, list[bytes]]] = {}
        self._last: set[int] = set()

    def say(self, run_id: int, seq: int, attempt: int, at: int, line: str, level: int) -> None:
        """Add a line of tickler's own about a run."""
        self.put(run_id, seq, attempt, at, ENGINE, [line], [level])

    def put(
        self, run_id: int, seq: int, attempt: int, at: int, stream: str, lines: list[str], found: list[int] | None
    ) -> None:
        """Add lines whose levels are known; INFO if None."""
        if self._in_file:
            lines = [line.replace("\n", "⏎") for line in lines]  # one line is one line: a file knows no other end
            self._text(run_id, seq, logfiles.text_of(seq, attempt, at, stream, lines, found))
        else:
            self._rows += zip(
                repeat(run_id), range(seq, seq + len(lines)), repeat(attempt), repeat(at), repeat(stream),
                found or repeat(INFO), lines,
            )  # fmt: skip

    def print(self, run_id: int, seq: int, attempt: int, at: int, stream: str, text: str) -> tuple[int, int]:
        """Add what a job printed: lines joined by newlines, kept as they are; how many, and how many are errors."""
        lines, found = text.split("\n"), levels(text)
        if self._in_file:
            self._text(run_id, seq, logfiles.text_of(seq, attempt, at, stream, lines, found))
        elif found is None:
            for done in range(0, len(lines) - _AT_ONCE + 1, _AT_ONCE):
                shared = (run_id, seq + done, attempt, at, stream, INFO)
                self._blocks.append((*shared, *lines[done : done + _AT_ONCE]))
            done = len(lines) - len(lines) % _AT_ONCE
            self.put(run_id, seq + done, attempt, at, stream, lines[done:], None)
        else:
            self.put(run_id, seq, attempt, at, stream, lines, found)
        return len(lines), found.count(ERROR) if found else 0

    def settle(self, run_id: int) -> None:
        """These are the last lines of an attempt: they are to be on the disk when they are written."""
        self._last.add(run_id)

    def add(self, others: Lines) -> None:
        """Take these too."""
        self._rows += others._rows
        self._blocks += others._blocks
        self._last |= others._last
        for run_id, (seq, texts) in others._texts.items():
            self._texts.setdefault(run_id, (seq, []))[1].extend(texts)

    def write(self, connection: sqlite3.Connection) -> None:
        """In the caller's transaction."""
        for block in self._blocks:
            connection.execute(_ROWS, block)
        if self._rows:
            connection.executemany(_ROW, self._rows)
        for run_id, (seq, texts) in self._texts.items():
            logfiles.write(connection, run_id, seq, b"".join(texts), settles=run_id in self._last)

    def _text(self, run_id: int, seq: int, text: bytes) -> None:
        self._texts.setdefault(run_id, (seq, []))[1].append(text)


def append(connection: sqlite3.Connection, run_id: int, attempt: int, at: int, line: str, level: int = INFO) -> None:
    """Say one line about a run that nobody has in hand, and count it."""
    rows = connection.execute(
        "UPDATE run SET log_lines = log_lines + 1, log_errors = log_errors + ? WHERE id = ?"
        " RETURNING log_lines, log_backend",
        (int(level >= ERROR), run_id),
    ).fetchall()
    for seq, backend in rows:
        lines = Lines(backend)
        lines.say(run_id, seq, attempt, at, line, level)
        lines.settle(run_id)
        lines.write(connection)
