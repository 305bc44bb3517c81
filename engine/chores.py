"""Housekeeping that may be an hour late: fold the write-ahead log in, tidy up, ask for the chores that are runs.

Nothing that must happen on time is here: the `schedule` library lives in memory, counts from the end of the
last time and stops a round at the first job that raises, so every chore is guarded, repeatable and small.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import schedule

from engine import node, telling
from engine.clock import Clock
from engine.requests import request
from store import settings
from store.connection import connect, is_busy
from store.instants import SECOND

_LARGE = 16 << 20
"""Bytes of write-ahead log from which it is folded in even while there is work."""
_SMALL = 1 << 20
_DAY = 86_400 * SECOND
_NOTICES = 500
"""Old notices that are forgotten at once."""

log = logging.getLogger("tickler.engine")


class Chores:
    """For the engine's thread alone."""

    def __init__(self, store: Path, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._is_idle = False
        self._asked = -1
        self._moved = 0
        self._pair: tuple[sqlite3.Connection, sqlite3.Connection] | None = None
        self._scheduler = schedule.Scheduler()
        self._scheduler.every(1).seconds.do(self._guarded, self.checkpoint)
        self._scheduler.every(60).seconds.do(self._guarded, self.ask_for_runs)
        self._scheduler.every(10).minutes.do(self._guarded, self._tidy)
        self._scheduler.every(6).hours.do(self._guarded, self._optimise)

    def run(self, *, is_idle: bool) -> None:
        """Do what is due."""
        self._is_idle = is_idle
        self._scheduler.run_pending()

    def checkpoint(self) -> bool:
        """Move what the write-ahead log holds into the database, if it is large, or worth it and nothing else goes on.

        A second connection holds the write lock meanwhile, so that nobody can commit during it: SQLite before
        3.51.3 may lose a commit that meets the restart of the log. The file keeps its size afterwards, so that only
        the time of its last change tells whether there is anything to move.
        """
        size, changed = self._log_file()
        if size < (_SMALL if self._is_idle else _LARGE) or changed == self._moved:
            return False
        if self._pair is None:
            self._pair = connect(self._store), connect(self._store)
        guard, worker = self._pair
        guard.execute("BEGIN IMMEDIATE")
        worker.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        guard.execute("ROLLBACK")
        self._moved = changed
        return True

    def close(self) -> None:
        """Let go of the store."""
        for connection in self._pair or ():
            connection.close()
        self._pair = None

    def ask_for_runs(self) -> list[str]:
        """Ask for the chores that are runs, once in the time of each; the names of those that are new.

        The key of a run names the day or week (UTC), so that any number of engines and restarts ask once.
        """
        now = self._clock.now()
        day = now // _DAY
        if day == self._asked:
            return []
        with closing(connect(self._store)) as connection:
            keep = settings.read(connection, "keep_backups")
            chores: list[tuple[str, str, dict[str, Any]]] = [
                ("retention", f"{day}", {}),
                ("integrity", f"week {(day + 3) // 7}", {}),
            ]
            if keep > 0:
                chores.append(("backup", f"{day}", {"keep": min(keep, 1000)}))
            connection.execute("BEGIN IMMEDIATE")
            made = [
                name
                for name, key, params in chores
                if request(connection, now, name=name, controller=name, params=params, dedupe_key=f"chore:{name}:{key}")
            ]
            connection.execute("COMMIT")
        self._asked = day
        return made

    def _tidy(self) -> None:
        with closing(connect(self._store)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            now = self._clock.now()
            node.tidy(connection, now)
            telling.forget(connection, now - settings.read(connection, "keep_runs") * _DAY, _NOTICES)
            connection.execute("COMMIT")

    def _optimise(self) -> None:
        with closing(connect(self._store)) as connection:
            connection.execute("PRAGMA optimize")

    def _log_file(self) -> tuple[int, int]:
        """Its size in bytes, and when it was changed."""
        with contextlib.suppress(FileNotFoundError):
            found = self._store.with_name(f"{self._store.name}-wal").stat()
            return found.st_size, found.st_mtime_ns
        return 0, 0

    def _guarded(self, chore: Callable[[], object]) -> None:
        try:
            chore()
        except sqlite3.Error as fault:
            if not is_busy(fault):
                log.warning("housekeeping %s: %s", getattr(chore, "__name__", chore), fault)
        except Exception:
            log.exception("housekeeping %s", getattr(chore, "__name__", chore))
