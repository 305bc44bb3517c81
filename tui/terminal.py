"""The terminal that the desk is in: signals that end it, a line that is cut, and a shell that wants it back whole."""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import termios
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

LEAVE_SECONDS = 3.0
"""How long the screens have to end after a signal. Those that hang are left behind."""

_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_HANG_UP = 128 + signal.SIGHUP
_GONE = select.POLLHUP | select.POLLERR
_WHOLE = (
    b"\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?2004l\x1b[?2048l\x1b[?7h"
    b"\x1b[<u\x1b[m\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Takes back, in the order that terminals need, what textual asks of them."""


class Terminal:
    """Ends a desk that is told to by a signal, or whose terminal is gone. One for a process, made before textual's.

    `status` is the exit status that such an end has, None if a person left. `abandon` stops what must not be left
    behind (the engine, the writer) when the screens do not end by themselves.
    """

    def __init__(self, abandon: Callable[[], None]) -> None:
        self.status: int | None = None
        self.is_cut = False
        self._abandon = abandon
        self._over = threading.Event()
        self._ours = [number for number in (0, 1, 2) if os.isatty(number)]
        self._attributes: list[Any] | None = None
        with suppress(termios.error):
            self._attributes = termios.tcgetattr(0)

    def watch(self, loop: AbstractEventLoop, leave: Callable[[], None]) -> None:
        """From now on `leave` is called on the loop when the desk must end; it has LEAVE_SECONDS to do so.

        A signal that is ignored already (nohup) stays so; the line is watched in any case. textual would go on
        reading the end of a closed terminal for ever, at the cost of a whole core.
        """

        def end(status: int) -> None:
            if self.status is None:
                self.status = status
                threading.Thread(target=self._insist, name="insist", daemon=True).start()
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(leave)

        def caught(number: int, _frame: FrameType | None) -> None:
            end(128 + number)

        for number in _ENDS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, caught)
        threading.Thread(target=self._watch_line, args=(end,), name="line", daemon=True).start()

    def over(self) -> None:
        """The screens have ended. What runs is being stopped: a hang-up changes nothing, TERM and ^C go at once."""
        self._over.set()
        if _is_gone(0):
            self._cut()

        def go(number: int, _frame: FrameType | None) -> None:
            os._exit(128 + number)

        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, go)

    def _watch_line(self, end: Callable[[int], None]) -> None:
        poll = select.poll()
        poll.register(0, _GONE)
        poll.poll()
        self._cut()
        end(_HANG_UP)

    def _cut(self) -> None:
        """Put something silent in the place of the terminal that is gone: textual neither spins nor blocks on it."""
        if self.is_cut:
            return
        self.is_cut = True
        if self.status is None:
            self.status = _HANG_UP
        silent, _ = os.pipe2(os.O_NONBLOCK)  # who was about to read must not wait
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in self._ours:
            os.dup2(nowhere if number else silent, number)

    def _insist(self) -> None:
        if self._over.wait(LEAVE_SECONDS):
            return
        if not self.is_cut:
            self._restore()
        self._abandon()
        os._exit(self.status or 1)

    def _restore(self) -> None:
        """By hand, and without waiting for a terminal that takes nothing."""

        def write() -> None:
            with suppress(OSError):
                os.write(2, _WHOLE)

        writing = threading.Thread(target=write, daemon=True)
        writing.start()
        writing.join(1)
        if self._attributes is not None:
            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSANOW, self._attributes)


class Output:
    """The terminal as textual's thread writes to it: words for a line that has just been cut are nobody's fault."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        """Write, or do nothing where nobody reads any more; any other fault is raised."""
        self._unless_cut(self._file.write, text)

    def flush(self) -> None:
        """Send what was written."""
        self._unless_cut(self._file.flush)

    @staticmethod
    def _unless_cut(call: Callable[..., object], *words: str) -> None:
        try:
            call(*words)
        except OSError as fault:
            if fault.errno != errno.EIO:
                raise


class Driver(LinuxDriver):
    """textual's, whose writing thread outlives the terminal by the moment that `Terminal` takes to notice."""

    def __init__(self, *args: Any, **params: Any) -> None:
        super().__init__(*args, **params)
        self._file = cast(Any, Output(cast(TextIO, self._file)))


def say(words: str) -> None:
    """One line below the shell's prompt, if anybody is there to read it."""
    if sys.__stderr__ is not None:
        with suppress(OSError, ValueError):
            sys.__stderr__.write(f"tickler: {words}\n")
            sys.__stderr__.flush()


def _is_gone(number: int) -> bool:
    poll = select.poll()
    poll.register(number, _GONE)
    return any(event & _GONE for _, event in poll.poll(0))
