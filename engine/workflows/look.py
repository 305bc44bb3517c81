"""The engine's look at workflows: steps whose run is over, whose time has come, or whose turn it is.

What is found is derived from the store alone, so that a kill between the end of a run and what follows loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from sqlite3 import Connection

from engine import crash
from engine.clock import Clock
from engine.operations.registry import Act, settle
from engine.turn import Turn
from engine.workflows import asking
from engine.workflows.asking import is_owed as is_owed
from store import journal
from store.errors import StoreTrouble
from store.instants import SECOND, from_us

MOST_SECONDS = 0.2

_NEXT = "SELECT due_at FROM step WHERE state = 'waiting' AND due_at > ? ORDER BY due_at, id LIMIT 1"

log = logging.getLogger("tickler.engine")


class WorkflowLook:
    """Of one engine. `has_more`: the next step goes on at once; `next_at`: when a step is due."""

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.next_at: int | None = None
        self._clock = clock
        self._say = say

    def look(self, connection: Connection, now: int) -> bool:
        """Take workflows on at `now`, microseconds UTC; whether anything was done. A fault does not stop the runs."""
        until = self._clock.monotonic() + MOST_SECONDS
        did = False
        try:
            while is_owed(connection, now) and (not did or self._clock.monotonic() < until):
                with Turn(connection) as writing:
                    take_on(writing, now)
                    crash.point("stepped")
                crash.point("followed")
                did = True
            row = connection.execute(_NEXT, (now,)).fetchone()
            self.next_at = None if row is None else int(row[0])
            self.has_more = did
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("workflows")
            self._say(f"workflows: {fault}")
            self.has_more, self.next_at = False, now + 60 * SECOND
        return did


def take_on(connection: Connection, now: int) -> int:
    """Do what there is to do, inside a transaction; how many steps were taken on."""
    number = journal.begin(connection, now, journal.ENGINE, "workflow step")
    act = Act(connection, journal.ENGINE, from_us(now), number)
    count = asking.ended(act) + asking.due(act) + asking.ready(act)
    settle(act, "workflow step")
    journal.describe(connection, number, f"workflows: {count} steps", can_undo=False)
    journal.end(connection, number)
    return count
