"""How a screen learns what changed, whoever changed it: own engine, other session, command line."""

from __future__ import annotations

import sqlite3


class Watch:
    """What changed since I last looked.

    `PRAGMA data_version` moves when another connection has committed, which costs microseconds to ask;
    only then are the versions of the watched kinds compared. The connection must not be written through.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._data_version = -1
        self._versions: dict[str, int] = {}
        self.pull()

    def pull(self) -> frozenset[str]:
        """Kinds (table names) with changes since the last call; empty if nothing was committed.

        `log` is among them after every commit, because log lines are not counted.
        """
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._data_version:
            return frozenset()
        self._data_version = version
        now = dict(self._connection.execute("SELECT kind, version FROM feed").fetchall())
        changed = {kind for kind, count in now.items() if self._versions.get(kind) != count}
        self._versions = now
        return frozenset(changed | {"log"})
