"""Ctrl+Z and back: nobody waits for a desk that sleeps, and it comes back whole."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType
from typing import Any

from textual.app import App

SUSPEND_SECONDS = 2.0
"""How long a desk that is to be suspended waits for the end of what is being written."""


class Suspension:
    """Stands before textual's handlers of SIGTSTP and SIGCONT.

    A process that sleeps inside a transaction blocks every writer, so the store is left first. A SIGCONT that follows
    no suspension (the kernel sends one when a terminal is closed, a shell after SIGSTOP) must not start textual's
    threads a second time: the first ones would never end.
    """

    def __init__(self, app: App[Any], quiet: Callable[[float], AbstractContextManager[bool]]) -> None:
        """`quiet` keeps this process out of the store; False if that takes longer than it may."""
        self._app = app
        self._quiet = quiet
        self._sleeps = False
        self._former: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def take_over(self) -> None:
        """Call when textual has installed its handlers; it does where there is a terminal."""
        for number, handler in ((signal.SIGTSTP, self._stop), (signal.SIGCONT, self._continue)):
            former = signal.getsignal(number)
            if callable(former):
                self._former[number] = former
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        with self._quiet(SUSPEND_SECONDS) as is_quiet:
            if is_quiet:
                self._sleeps = True
                self._former[number](number, frame)
                return
        self._app.notify("The store is being written to; suspend the desk in a moment.", severity="warning")

    def _continue(self, number: int, frame: FrameType | None) -> None:
        if self._sleeps:
            self._sleeps = False
            self._former[number](number, frame)
        self._app.refresh(layout=True)
