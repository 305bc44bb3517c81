"""The row by which everybody sees an engine: where it runs, what it does, and that it lives."""

from __future__ import annotations

import functools
import os
import sqlite3
import uuid

from engine.rules.pulse import BEAT_SECONDS
from engine.supervisor.procfs import boot
from store.enums import NodeState
from store.instants import SECOND

_FORGET = 7 * 86_400 * SECOND
_SILENT = 60 * SECOND


class Node:
    """Of this engine. Its name is random: a pid comes again, a host name may be another machine's too."""

    def __init__(self, kind: str) -> None:
        self.name = str(uuid.uuid4())
        self.boot = boot()
        self._kind = kind
        self._said: tuple[NodeState, str] | None = None
        self._beat_at = 0

    def is_due(self, now: int, state: NodeState, words: str = "") -> bool:
        """Whether the row should be written: something else is true now, or it is time to say that it lives."""
        return self._said != (state, words) or not 0 <= now - self._beat_at < BEAT_SECONDS * SECOND

    def next_at(self) -> int:
        """When the next beat is due, microseconds UTC."""
        return self._beat_at + BEAT_SECONDS * SECOND

    def say(self, connection: sqlite3.Connection, now: int, state: NodeState, words: str = "") -> None:
        """Write the row. `since` counts from the last change of state; the version comes with the second beat."""
        version = _version() if self._said else ""
        connection.execute(
            "INSERT INTO node (id, kind, host, boot_id, pid, version, state, since, beat_at, words)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " since = CASE WHEN state = excluded.state THEN since ELSE excluded.since END,"
            " state = excluded.state, beat_at = excluded.beat_at, words = excluded.words, version = excluded.version",
            (
                self.name, self._kind, os.uname().nodename, self.boot, os.getpid(), version, state, now, now,
                words,
            ),
        )  # fmt: skip
        self._said = state, words
        self._beat_at = now

    def succeed(self, connection: sqlite3.Connection) -> list[int]:
        """Whoever is said to fire is dead, for this engine holds the lease; their pids."""
        rows = connection.execute(
            "UPDATE node SET state = 'stopped', words = 'ended without saying so'"
            " WHERE state = 'active' AND id <> ? RETURNING pid",
            (self.name,),
        ).fetchall()
        return [int(row[0]) for row in rows]


def tidy(connection: sqlite3.Connection, now: int) -> None:
    """Forget engines that ended long ago and hold no open run; close those that stood by and fell silent."""
    connection.execute(
        "UPDATE node SET state = 'stopped', words = 'ended without saying so' WHERE state = 'standby' AND beat_at < ?",
        (now - _SILENT,),
    )
    connection.execute(
        "DELETE FROM node WHERE state = 'stopped' AND beat_at < ? AND id NOT IN"
        " (SELECT engine_id FROM run WHERE state IN ('starting', 'running') AND engine_id IS NOT NULL)",
        (now - _FORGET,),
    )


@functools.cache
def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # a sixth of what the engine's start loads

    try:
        return version("tickler")
    except PackageNotFoundError:
        return "source"
