"""Which engine fires: the one that holds an flock on a side file of the store.

The kernel drops the lock with its process, kill -9 included, so whoever gets it knows that the former
holder is dead and may recover at once: no lease time, no clock. A stopped holder keeps it, which is
right, for it may be inside a transaction. The lock never lies on the database itself, where closing any
descriptor would drop SQLite's own locks.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from store.errors import StoreTrouble


class Lease:
    """The claim of this engine to be the one that fires; `held` says whether it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this engine is the one."""
        return self._descriptor is not None

    def take(self) -> bool:
        """Try without waiting; True if the lease is held now."""
        if self._descriptor is not None:
            return True
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def drop(self) -> None:
        """Let the next one in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(self._path, flags, 0o600)
        except OSError as fault:
            words = f"The engine's lock {self._path} cannot be opened: {fault.strerror}."
            raise StoreTrouble(words) from fault
