"""What the supervisor has to tell, on its way to the engine or, when that is dead, to the journal."""

from __future__ import annotations

import os
import select
from collections import deque

from .journal import Journal
from .output import Piece
from .wire import pack

WINDOW = 1 << 20
"""Bytes of output that the engine has not fetched, sent or not, from which no more is read from jobs."""
SAVED = 1 << 20
"""Bytes of output that the journal takes when the engine is dead: of what it has not stored."""


class Frame:
    """What is in one frame that matters after it was sent: the output, and the jobs that it says are over."""

    __slots__ = ("number", "outputs", "over", "size")

    def __init__(self, number: int) -> None:
        self.number = number
        self.size = 0
        self.outputs: list[tuple[str, int, int, Piece]] = []
        self.over: list[str] = []


class Outbox:
    """Messages in order, several to a frame, never blocking.

    `full` tells the reader of jobs to stop, `engine` whether anybody is there to listen.
    """

    def __init__(self, line: int, poll: select.epoll, journal: Journal) -> None:
        self.engine = True
        self.full = False
        self._line = line
        self._poll = poll
        self._journal = journal
        self._queue: list[tuple[object, ...]] = []
        self._next = Frame(1)
        self._buffer = memoryview(b"")
        self._waits = False
        self._sent: deque[Frame] = deque()
        self._taken: deque[Frame] = deque()
        self._unfetched = 0
        self._unstored = 0
        self._room = SAVED
        self._unsaved: dict[str, list[int]] = {}
        self._full: set[tuple[str, str]] = set()

    def put(self, *message: object) -> None:
        """Queue a message; without an engine it is lost: the journal has all that recovery needs."""
        if self.engine:
            self._queue.append(message)

    def put_over(self, kind: str, key: str, *fields: object) -> None:
        """Queue the last message of a job."""
        self.put(kind, key, *fields)
        self._next.over.append(key)

    def put_output(self, key: str, first: int, piece: Piece) -> int:
        """Queue a piece of a job's output, `first` lines of which went before; its number of lines."""
        lines = piece.block.count(b"\n")
        if not self.engine:
            self._save(key, lines, first, piece)
            return lines
        self._queue.append(("output", key, piece.at, piece.stream, lines, piece.block, first))
        self._next.outputs.append((key, lines, first, piece))
        self._next.size += len(piece.block)
        self._unfetched += len(piece.block)
        self.full = self.full or self._unfetched >= WINDOW
        return lines

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._queue and not self._buffer

    def flush(self) -> None:
        """Send what the socket takes."""
        while self.engine and (self._buffer or self._queue):
            if not self._buffer:
                self._buffer = memoryview(pack(self._queue))
                self._queue = []
                self._sent.append(self._next)
                self._next = Frame(self._next.number + 1)
            try:
                self._buffer = self._buffer[os.write(self._line, self._buffer) :]
            except BlockingIOError:
                self._await(True)
                return
            except OSError:
                return  # the engine is gone; reading the socket says so
        self._await(False)

    def acknowledge(self, taken: int, stored: int) -> None:
        """The engine has fetched the first `taken` frames and stored what the first `stored` said."""
        while self._sent and self._sent[0].number <= taken:
            frame = self._sent.popleft()
            self._taken.append(frame)
            self._unfetched -= frame.size
            self._unstored += frame.size
        while self._taken and self._taken[0].number <= stored:
            frame = self._taken.popleft()
            self._unstored -= frame.size
            for key in frame.over:
                self._journal.forget(key)
        for frame in self._taken:
            if self._unstored <= SAVED:
                break
            self._unstored -= frame.size
            frame.size = 0
            frame.outputs = []
        if self._unfetched < WINDOW // 2:
            self.full = False

    def lose(self) -> None:
        """The engine is dead: write the output that it did not store to the journal."""
        self.engine = False
        self.full = self._waits = False
        self._buffer = memoryview(b"")
        self._queue = []
        for frame in (*self._taken, *self._sent, self._next):
            for output in frame.outputs:
                self._save(*output)
        self._taken.clear()
        self._sent.clear()

    def settle(self) -> None:
        """Write how much output could not be saved."""
        for key, (lines, size) in self._unsaved.items():
            self._journal.unsaved(key, lines, size)

    def _await(self, writable: bool) -> None:
        if writable != self._waits:
            self._waits = writable
            self._poll.modify(self._line, select.EPOLLIN | (select.EPOLLOUT if writable else 0))

    def _save(self, key: str, lines: int, first: int, piece: Piece) -> None:
        """Of a stream, what comes after a piece that did not fit is counted too: saved, it would look like the next."""
        source = key, piece.stream
        if self._room >= len(piece.block) and source not in self._full:
            self._room -= len(piece.block)
            text = piece.block[:-1].decode("utf-8", "replace")
            self._journal.output(key, piece.at, piece.stream, lines, first, text)
        else:
            self._full.add(source)
            count = self._unsaved.setdefault(key, [0, 0])
            count[0] += lines
            count[1] += len(piece.block)
