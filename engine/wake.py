"""How an engine learns at once that somebody committed: a byte in a named pipe beside the store.

SQLite has no NOTIFY. The pipe only shortens the engine's nap; if it cannot be made or is full, the
engine still sees every commit by `PRAGMA data_version` within a second.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from store.paths import wake_file

_CLOSED = -1
_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


def tell(store: Path) -> None:
    """Wake the engine of this store, if one listens. Call after a commit; never waits, never raises."""
    try:
        pipe = os.open(wake_file(store), os.O_WRONLY | _FLAGS)
    except OSError:
        return
    with contextlib.suppress(OSError):
        if stat.S_ISFIFO(os.fstat(pipe).st_mode):
            os.write(pipe, b"!")
    os.close(pipe)


class Bell:
    """The engine's end: descriptors for its selector, and a ring of its own for this process's threads.

    Only the active engine opens the pipe: with two readers the byte would wake only one of them.
    """

    def __init__(self, store: Path) -> None:
        self._path = wake_file(store)
        self._own, self._button = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._pipe: int | None = None

    def listen(self) -> None:
        """Make the pipe if it is missing and listen to it."""
        if self._pipe is not None:
            return
        with contextlib.suppress(OSError):
            if not self._path.exists():
                os.mkfifo(self._path, 0o600)
            # Open for writing too: without a writer of its own, a reader is woken for ever by end-of-file.
            pipe = os.open(self._path, os.O_RDWR | _FLAGS)
            if stat.S_ISFIFO(os.fstat(pipe).st_mode):
                self._pipe = pipe
            else:
                os.close(pipe)

    def descriptors(self) -> tuple[int, ...]:
        """What to wait on; readable means that somebody rang."""
        return (self._own,) if self._pipe is None else (self._own, self._pipe)

    def ring(self) -> None:
        """Wake the waiting engine, from any thread or signal handler of this process."""
        with contextlib.suppress(OSError):
            os.write(self._button, b"!")

    def heard(self) -> bool:
        """Whether somebody rang since the last call; forgets the rings."""
        rung = [_drained(descriptor) for descriptor in self.descriptors()]
        return any(rung)

    def close(self) -> None:
        """Stop listening. The pipe stays in place: it belongs to the store, and a successor reads it."""
        descriptors = (*self.descriptors(), self._button)
        # A ring that comes now must not reach a file that gets the number next.
        self._own = self._button = _CLOSED
        self._pipe = None
        for descriptor in descriptors:
            if descriptor != _CLOSED:
                os.close(descriptor)


def _drained(descriptor: int) -> bool:
    heard = False
    with contextlib.suppress(BlockingIOError):
        while os.read(descriptor, 4096):
            heard = True
    return heard
