"""The engine's turn to write."""

from __future__ import annotations

import sqlite3
from types import TracebackType


class Turn:
    """One transaction on the engine's own connection, for statements whose text is fixed.

    Without peewee's bookkeeping, which takes as long as a small commit; nothing inside may use its models.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        """Wait for the turn, up to the busy timeout."""
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, or undo all of it. On a full disk SQLite has undone it already."""
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
