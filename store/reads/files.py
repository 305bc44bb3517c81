"""The files that rows point to: logs of runs whose lines are not in the store, and artifacts. Are they there?"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from store.frozen import value
from store.logfile import LogFile, file_of


@value
class Pointed:
    """A file below the store's folder of files: the log of a run, or with a `name` an artifact of it.

    `size`: bytes of an artifact, lines of a log. `is_over`: the run is, so that nobody writes the file any more.
    """

    run_id: int
    name: str
    file: str
    size: int
    is_over: bool

    def __str__(self) -> str:
        return f"artifact {self.name!r} of run {self.run_id}" if self.name else f"the log of run {self.run_id}"


_LOGS = """
SELECT id, log_lines, finished_at IS NOT NULL FROM run WHERE log_backend = 'file' AND log_lines > 0
  AND (:run IS NULL OR id = :run) ORDER BY id
"""
_ARTIFACTS = """
SELECT a.run_id, a.name, a.file, a.size, r.finished_at IS NOT NULL FROM artifact a JOIN run r ON r.id = a.run_id
WHERE (:run IS NULL OR a.run_id = :run) ORDER BY a.run_id, a.name
"""


def pointed(connection: sqlite3.Connection, run_id: int | None = None) -> list[Pointed]:
    """All of them, or those of one run."""
    wanted = {"run": run_id}
    logs = connection.execute(_LOGS, wanted).fetchall()
    artifacts = connection.execute(_ARTIFACTS, wanted).fetchall()
    return [Pointed(number, "", file_of(number), lines, bool(is_over)) for number, lines, is_over in logs] + [
        Pointed(number, name, file, size, bool(is_over)) for number, name, file, size, is_over in artifacts
    ]


def lost(connection: sqlite3.Connection, folder: Path) -> Iterator[tuple[Pointed, str]]:
    """The files that are not as their rows say, and what is wrong with each: `is gone`.

    `folder`: the store's folder of files. What retention takes away meanwhile is not lost.
    """
    for each in pointed(connection):
        words = _wrong(folder / each.file, each)
        if words and each in pointed(connection, each.run_id):
            yield each, words


def _wrong(path: Path, wanted: Pointed) -> str:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            return "is no regular file any more"
        if wanted.name:
            return "" if found.st_size == wanted.size else f"has {found.st_size:,} bytes of {wanted.size:,}"
        with LogFile(path) as file:
            last = file.last()
        return "" if last >= wanted.size else f"has {last:,} lines of {wanted.size:,}"
    except FileNotFoundError:
        return "is gone"
    except OSError as fault:
        return f"cannot be read ({fault.strerror or os.strerror(fault.errno or 0)})"
