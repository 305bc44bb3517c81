"""When the engine looks at templates: what is due, in transactions of a few hundred, and never for long at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from sqlite3 import Connection

from engine import crash, recurring_switch, templates
from engine.clock import Clock
from engine.turn import Turn
from store import settings
from store.errors import StoreTrouble
from store.instants import SECOND

MOST_SECONDS = 0.2
"""How long one step makes tasks before the engine sees to its runs again."""
EVERY_SECONDS = 5
"""How often templates that could not be used are tried again while somebody changes the store."""

log = logging.getLogger("tickler.engine")


class TemplateLook:
    """Of one engine. `words` say how far a large backfill is; `has_more`: the next step goes on at once."""

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self.words = ""
        self.has_more = False
        self.next_at: int | None = None
        self._clock = clock
        self._say = say
        self._tried = 0
        self._total = self._done = 0
        self._is_changed = True

    def look(self, connection: Connection, now: int, *, is_changed: bool) -> None:
        """Make the tasks that are due at `now`, microseconds UTC. A fault in it does not stop the runs.

        `is_changed`: somebody has written since the last look, so that what was broken may be mended.
        """
        try:
            if not recurring_switch.is_on(connection):
                self.has_more, self.words, self.next_at = False, "", None
                return
            self._is_changed = self._is_changed or is_changed
            self._look(connection, now)
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("templates")
            self._say(f"templates: {fault}")
            self.has_more, self.next_at = False, now + 60 * SECOND

    def _tries(self, connection: Connection, now: int) -> bool:
        """Whether what is broken is tried again now; if soon, `next_at` says when."""
        if not templates.has_broken(connection):
            self._is_changed = False
            return False
        every = EVERY_SECONDS if self._is_changed else 60 * int(settings.read(connection, "recurring_interval"))
        again = self._tried + every * SECOND
        if self._tried <= now < again:
            self.next_at = again if self.next_at is None else min(self.next_at, again)
            return False
        self._tried, self._is_changed = now, False
        return True

    def _look(self, connection: Connection, now: int) -> None:
        until = self._clock.monotonic() + MOST_SECONDS
        self.next_at = templates.next_look(connection)
        tries_broken = self._tries(connection, now)
        while tries_broken or (self.next_at is not None and self.next_at <= now):
            if not self._total:
                self._total, self._done = templates.waiting(connection, now), 0
            with Turn(connection) as writing:
                looked = templates.look(writing, now, broken=tries_broken)
                crash.point("looked")
            crash.point("made")
            tries_broken = False
            self._done += looked.looked
            for words in looked.words:
                self._say(words)
            self.next_at = templates.next_look(connection)
            if self._clock.monotonic() > until:
                break
        self.has_more = self.next_at is not None and self.next_at <= now
        self.words = f"making recurring tasks: {self._done:,} of {self._total:,} templates" if self.has_more else ""
        if not self.has_more:
            self._total = 0
