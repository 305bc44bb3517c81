"""Reading what jobs print: fair between them, and not faster than the engine takes it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import time

from .child import CHANNEL, Child
from .outbox import Outbox
from .output import Capture, Piece

CHUNK = 65536
REST = 0.010
"""Seconds between two looks at a pipe that brings little: a job that prints byte by byte costs 100 turns a
second. A new job's pipes rest first, as the end of a short one brings its output anyway."""
DROPPING = 0.5
"""Seconds between two words about output that is being dropped."""
WIDE = 1 << 20
"""Bytes that a pipe may hold which was found full: 64 KiB every REST would hold a job up that prints a gigabyte
(measured: 10 against 100 MB/s and more)."""
LAST = WIDE
"""Bytes read from a pipe after its job's end: what a pipe can hold, should strangers still write to it."""


class Pipes:
    """The read ends of all jobs. One read per turn and pipe; none while the outbox is full."""

    def __init__(self, poll: select.epoll, outbox: Outbox) -> None:
        self._poll = poll
        self._outbox = outbox
        self._owners: dict[int, tuple[Child, str]] = {}
        self._watched: set[int] = set()
        self._resting: dict[int, float] = {}
        self._held: set[int] = set()
        self._wide: set[int] = set()

    def add(self, child: Child) -> None:
        """Read from a new job."""
        until = time.monotonic() + REST
        for fd, stream in child.pipes.items():
            self._owners[fd] = child, stream
            self._resting[fd] = until

    def due(self) -> float:
        """Monotonic time at which `turn` has something to do."""
        return next(iter(self._resting.values()), float("inf"))

    def turn(self) -> None:
        """Look again at pipes that have rested, and at those that waited for the engine."""
        now = time.monotonic()
        while self.due() <= now:
            fd = next(iter(self._resting))
            del self._resting[fd]
            self._held.add(fd)
        if self._held and not self._outbox.full:
            for fd in self._held:
                self._poll.register(fd, select.EPOLLIN)
            self._watched |= self._held
            self._held.clear()

    def ready(self, fd: int) -> None:
        """Read once from a pipe that has something."""
        if fd not in self._owners:
            return
        if self._outbox.full:
            self._unwatch(fd)
            self._held.add(fd)
            return
        child, stream = self._owners[fd]
        data = _read(fd)
        if data:
            self._take(child, stream, data)
            if len(data) == CHUNK and fd not in self._wide:
                self._widen(fd)
        if data == b"":
            self._close(fd)
        elif data is None or len(data) < CHUNK // 2:
            self._unwatch(fd)
            self._resting[fd] = time.monotonic() + REST

    def finish(self, child: Child, *, closes: bool = True) -> None:
        """Read what is left in an ended job's pipes, and pass on the end of an output that was too large.

        `closes` False: its process goes on with another job; a pipe that has ended is closed all the same.
        """
        for fd, stream in tuple(child.pipes.items()):
            left, data = LAST, None
            while left > 0 and (data := _read(fd)):
                left -= len(data)
                self._take(child, stream, data)
            if closes or data == b"":
                self._close(fd)
            else:
                self._let_go(fd)
        for capture in (child.capture, child.messages):
            last = () if capture is None else capture.finish(time.time_ns() // 1000)
            if child.dropped()[0]:
                self._tell(child)
            for piece in last:
                self._pass(child, piece)

    def _take(self, child: Child, stream: str, data: bytes) -> None:
        capture = _capture(child, stream)
        piece = capture.feed(stream, time.time_ns() // 1000, data)
        if piece is not None:
            self._pass(child, piece)
        if capture.dropped_lines and time.monotonic() - child.told >= DROPPING:
            self._tell(child)

    def _pass(self, child: Child, piece: Piece) -> None:
        if piece.stream == CHANNEL:
            child.told_lines += self._outbox.put_output(child.key, child.told_lines, piece)
        else:
            child.lines += self._outbox.put_output(child.key, child.lines, piece)

    def _tell(self, child: Child) -> None:
        child.told = time.monotonic()
        self._outbox.put("dropping", child.key, *child.dropped())

    def _close(self, fd: int) -> None:
        child, _ = self._owners[fd]
        del child.pipes[fd]
        self._let_go(fd)
        os.close(fd)

    def _widen(self, fd: int) -> None:
        """A user may have so many pages of pipes and no more; then it stays as it is."""
        self._wide.add(fd)
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, WIDE)

    def _let_go(self, fd: int) -> None:
        del self._owners[fd]
        self._wide.discard(fd)
        self._unwatch(fd)
        self._resting.pop(fd, None)
        self._held.discard(fd)

    def _unwatch(self, fd: int) -> None:
        """Before a close too: a process within its exec may hold the pipe open a moment longer, and with it the
        registration, when a new pipe has the number already.
        """
        if fd in self._watched:
            self._watched.remove(fd)
            self._poll.unregister(fd)


def _capture(child: Child, stream: str) -> Capture:
    """Of its output, or of its channel: what it says of itself is not lost in a flood of what it prints."""
    if stream == CHANNEL:
        if child.messages is None:
            child.messages = Capture(child.order.cap)
        return child.messages
    if child.capture is None:
        child.capture = Capture(child.order.cap)
    return child.capture


def _read(fd: int) -> bytes | None:
    """A chunk, b"" at the end, None when there is nothing now."""
    try:
        return os.read(fd, CHUNK)
    except BlockingIOError:
        return None
