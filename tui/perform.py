"""The one thread of the desk that writes: operations go in by queue, what came of them returns as messages.

A write on the event loop would freeze every screen while another process holds the store.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from store.connection import is_busy
from store.errors import Refused, StoreTrouble
from store.journal import Actor

PATIENCE = 30.0
"""Seconds, from when it was wished for, that a write is tried again while somebody else holds the store."""
LEAST = 5.0
"""Seconds that it is tried at least, also if it stood in the queue for long or the desk is closing."""
TRY_MS = 500
"""How long SQLite waits in one try; between two, the person may give up."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to do: an operation by its call, and who wants to know how it ended."""

    call: Callable[..., Any]
    args: tuple[Any, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    then: Callable[[Any], None] | None = None
    refused: Callable[[str], None] | None = None
    """Told in words that nothing was written; without it a toast says so."""
    given_up: threading.Event = field(default_factory=threading.Event)
    """Set by whoever wished: do not try again."""


def wish(call: Callable[..., Any], *args: Any, then: Callable[[Any], None] | None = None, **params: Any) -> Wish:
    """An operation with its arguments, to be performed later."""
    return Wish(call, args, params, then)


@runtime_checkable
class Asked(Protocol):
    """Who has wishes performed: what a dialog needs to know of its application."""

    def ask(self, wish: Wish) -> None:
        """Have it performed; who wished is told how it ended."""

    @property
    def waits_for(self) -> str:
        """Who keeps it from being performed, in words; empty if nobody does."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: a result, a refusal in words, or a fault of ours."""

    wish: Wish
    result: Any = None
    refused: str | None = None
    fault: Exception | None = None


class Writer:
    """Performs wishes one after another on a thread of its own, with one open session of the store."""

    def __init__(
        self,
        actor: Callable[[], Actor],
        clock: Callable[[], datetime],
        tell: Callable[[Outcome], Any],
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`tell` is called on the writer's thread and must be safe there (`post_message` is).

        `check` is called before each try and raises StoreTrouble if the store must not be written to.
        """
        self.turn = threading.Lock()
        """Held while the store is written to; who holds it keeps the writer out of the store."""
        self.waits_for = ""
        """Who keeps the writer from writing, in words; empty if nobody does."""
        self._actor = actor
        self._clock = clock
        self._tell = tell
        self._check = check
        self._ends_at: float | None = None
        self._wishes: queue.SimpleQueue[tuple[Wish, float] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish what was asked for, then end."""
        self._ends_at = time.monotonic() + LEAST
        self._wishes.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def wish(self, wish: Wish) -> None:
        """Put a wish in the queue; never blocks."""
        self._wishes.put((wish, time.monotonic()))

    def _work(self) -> None:
        while (asked := self._wishes.get()) is not None:
            outcome = self._outcome(*asked)
            self.waits_for = ""
            self._tell(outcome)

    def _outcome(self, wish: Wish, asked_at: float) -> Outcome:
        began = time.monotonic()
        until = max(asked_at + PATIENCE, began + LEAST)
        while True:
            try:
                with self.turn:
                    return Outcome(wish, result=self._perform(wish))
            except StoreTrouble as trouble:
                if not is_busy(trouble):
                    return Outcome(wish, refused=str(trouble))
                refused = self._still_busy(wish, began, until)
                if refused:
                    return Outcome(wish, refused=refused)
            except Refused as words:
                return Outcome(wish, refused=str(words))
            except Exception as fault:  # a fault of ours must not end the writer
                return Outcome(wish, fault=fault)

    def _perform(self, wish: Wish) -> Any:
        from store.database import session  # peewee, away from the first paint

        self._check()
        with session() as connection:
            connection.execute(f"PRAGMA busy_timeout={TRY_MS}")
            return wish.call(self._actor(), self._clock(), *wish.args, **wish.params)

    def _still_busy(self, wish: Wish, began: float, until: float) -> str:
        """Why it is not tried again, or nothing if it is. Nothing was written so far: a writer begins by waiting."""
        from engine.blockers import blocker
        from store.current import store_path

        now = time.monotonic()
        self.waits_for = who = blocker(store_path())
        if wish.given_up.is_set():
            return f"Not saved: you gave up while {who} held the store."
        if now > until or (self._ends_at is not None and now > self._ends_at):
            return f"Not saved: {who} has held the store for {now - began:.0f} s. Try again."
        return ""
