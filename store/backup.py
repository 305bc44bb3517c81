"""A copy of a store that is whole, taken while others go on working."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from store.connection import connect, in_words
from store.errors import StoreTrouble


def back_up(store: Path, target: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Copy with SQLite's own backup in steps, check the copy, then put it in place under its name.

    `progress(done, total)` counts pages. Raises StoreTrouble if the copy does not pass its check.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    umask = os.umask(0o077)
    try:
        with in_words(target), closing(connect(store, read_only=True)) as source:
            with closing(sqlite3.connect(part)) as copy:

                def step(_status: int, remaining: int, total: int) -> None:
                    if progress is not None:
                        progress(total - remaining, total)

                source.backup(copy, pages=512, progress=step)
                verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                raise StoreTrouble(f"The copy of {store} did not pass its check: {verdict}.")
    finally:
        os.umask(umask)
    _settle(part, target)
    return target


def _settle(part: Path, target: Path) -> None:
    descriptor = os.open(part, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.rename(target)
