"""The engine's look at triggers: what is due is done, and what a change left to be planned is planned, in pieces."""

from __future__ import annotations

import logging
from collections.abc import Callable
from sqlite3 import Connection

from engine import crash
from engine.clock import Clock
from engine.operations.registry import Act
from engine.triggers import guard, live, refollowing
from engine.triggers.deciding import decide_due, next_due
from engine.turn import Turn
from store import journal
from store.errors import StoreTrouble
from store.instants import SECOND, from_us

MOST_SECONDS = 0.2
"""How long one step acts before the engine sees to its runs again."""

log = logging.getLogger("tickler.engine")


class TriggerLook:
    """Of one engine. `has_more`: the next step goes on at once; `next_at`: when the next action is due;
    `has_acted`: the last look did something, and runs may have come of it.

    `words` says how far it is with planning anew what a change concerns, while that takes more than one step.
    """

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.has_acted = False
        self.next_at: int | None = None
        self.words = ""
        self._done = 0
        self._clock = clock
        self._say = say

    def look(self, connection: Connection, now: int) -> None:
        """Do what is due at `now`, microseconds UTC. A fault in it does not stop the runs."""
        until = self._clock.monotonic() + MOST_SECONDS
        self.has_acted = False
        try:
            self._mark_unreadable(connection, now)
            is_behind = self._catch_up(connection, now, until)
            self.next_at = next_due(connection)
            while self.next_at is not None and self.next_at <= now:
                with Turn(connection) as writing:
                    self.has_acted = decide_due(writing, now) > 0 or self.has_acted
                    crash.point("acted")
                self.next_at = next_due(connection)
                if self._clock.monotonic() > until:
                    break
            self.has_more = is_behind or (self.next_at is not None and self.next_at <= now)
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("triggers")
            self._say(f"triggers: {fault}")
            self.has_more, self.next_at = False, now + 60 * SECOND

    def look_ahead(self, connection: Connection, now: int) -> None:
        """What the rest of the pass has planned is done at once: a run that has failed, a job that is late."""
        if not self.has_more:
            self.next_at = next_due(connection)
            self.has_more = self.next_at is not None and self.next_at <= now

    def _mark_unreadable(self, connection: Connection, now: int) -> None:
        """A trigger that cannot be read harms none of the others; people are told of it."""
        wrong = live.known(connection).wrong
        if wrong:
            with Turn(connection) as writing:
                number = journal.begin(writing, now, journal.ENGINE, "trigger check")
                act = Act(writing, journal.ENGINE, from_us(now), number)
                for each, why in live.known(writing).wrong.items():
                    guard.mark(act, (each,), why)
                journal.describe(writing, number, "stopped triggers that cannot be read", can_undo=False)
                journal.end(writing, number)

    def _catch_up(self, connection: Connection, now: int, until: float) -> bool:
        """Plan anew what a change left to the engine, piece by piece; whether there is more."""
        while refollowing.is_behind(connection):
            with Turn(connection) as writing:
                piece = refollowing.follow_piece(writing, now)
            if piece is not None:
                self._done += piece.tasks
                self.words = f"planning anew for triggers: {self._done:,} tasks"
            if self._clock.monotonic() > until:
                return True
        if self._done:
            self._say(f"planned anew for triggers: {self._done:,} tasks")
        self._done, self.words = 0, ""
        return False
