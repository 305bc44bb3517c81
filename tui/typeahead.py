"""Keys one after another: what is typed ahead goes where the person meant it to go.

textual hands a key to the widget that has the focus when the key arrives. On a slow line keys come in bursts, and
then the key that opens a form, the letters for its first field, tab and the letters for the second all arrive before
the form is there: letters get lost or go to the wrong field. What follows the enter that saves is for the next screen.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.events import Event, Key
from textual.message import Message
from textual.screen import Screen

PATIENCE = 0.5
"""Seconds after which the next key does not wait any longer, whatever became of the last one."""


ANSWER_EVERY = 0.02
"""Seconds between looks at a screen that does not want keys just now (`holds_keys`)."""


class KeyTaken(Message):
    """Follows a key on its way from the focused widget up to the application, where its bindings are looked up."""

    def __init__(self, turn: int, before: Screen[Any]) -> None:
        super().__init__()
        self.turn = turn
        self.before = before


class TypeAhead:
    """Holds keys back until the one before has done what it does, and a screen that it opened has its focus."""

    def __init__(self, app: App[Any], handle: Callable[[Event], Awaitable[None]]) -> None:
        """`handle` is what textual does with a key."""
        self._app = app
        self._handle = handle
        self._held: deque[Event] = deque()
        self._turn = 0
        self._ends_at: float | None = None
        self._passing: KeyTaken | None = None

    async def take(self, event: Event) -> None:
        """A key arrives: it has its turn at once if nobody else has."""
        self._held.append(event)
        if self._ends_at is None or (time.monotonic() > self._ends_at and not self._is_held):
            await self._next(self._turn)
        elif len(self._held) == 1:
            self._app.set_timer(PATIENCE, lambda turn=self._turn: self._lost_patience(turn))

    @property
    def _is_held(self) -> bool:
        """Whether the screen does not want keys just now."""
        screens = self._app.screen_stack  # none when the desk has ended meanwhile
        return bool(screens and getattr(screens[-1], "holds_keys", False))

    async def _lost_patience(self, turn: int) -> None:
        """The last key has vanished; one that the screen still works on has not, and the screen says for how long."""
        if turn == self._turn and self._is_held:
            self._app.set_timer(ANSWER_EVERY, lambda: self._lost_patience(turn))
        else:
            await self._next(turn)

    async def passed(self) -> None:
        """A key that nobody below wanted has arrived here, and its binding has been run."""
        message, self._passing = self._passing, None
        if message is None:
            return
        if self._held or self._app.screen is not message.before:
            self.taken(message)
        else:
            await self._next(message.turn)

    def taken(self, message: KeyTaken) -> None:
        """The key has arrived. A screen that it opened has to have its focus first, one that saves its answer."""
        screen = self._app.screen
        is_ready = screen is message.before or (screen.is_mounted and (screen.focused or not screen.focus_chain))
        if self._is_held:
            self._app.set_timer(ANSWER_EVERY, lambda: self.taken(message))
        elif is_ready or not screen.call_after_refresh(self.taken, message):
            self._app.call_later(self._next, message.turn)

    async def _next(self, turn: int) -> None:
        """The turn is over, unless that is old news."""
        if turn != self._turn:
            return
        self._turn += 1
        self._ends_at = None
        if self._held:
            self._ends_at = time.monotonic() + PATIENCE
            before = self._app.screen
            taker = self._app.focused or before
            message = KeyTaken(self._turn, before)
            event = self._held.popleft()
            lets_pass = isinstance(event, Key) and getattr(taker, "lets_keys_pass", False)
            self._passing = message if lets_pass else None
            await self._handle(event)
            if lets_pass and event.is_forwarded:  # to a list: the key itself comes by, before a message would
                return
            if not taker.post_message(message):  # it has ended meanwhile
                self.taken(message)
