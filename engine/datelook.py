"""The engine's look at date events: tasks that appear because a date has come while nobody did anything."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from sqlite3 import Connection

from engine.operations import followups
from store.database import transaction
from store.errors import StoreTrouble
from store.instants import SECOND

EVERY_SECONDS = 5
"""How often entities that changed are looked over; the operations that changed them have fired theirs at once."""

log = logging.getLogger("tickler.engine")


class DateLook:
    """Looks when the day changes, and when something changed on which date events hang."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._seen = 0
        self._mark: tuple[object, ...] = ()

    def look(self, connection: Connection, now: int, due: int, today: date) -> None:
        """Make the tasks that are due on `today`, as an act of its own. A fault in it does not stop the runs."""
        if 0 <= now - self._seen < EVERY_SECONDS * SECOND and self._mark[:1] == (today,):
            return
        self._seen = now
        mark = followups.date_events_mark(connection, today)
        try:
            if mark != self._mark and followups.date_events_due(connection, today):
                with transaction() as writing:
                    followups.fire_date_events(writing, due, today)
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("date events")
            self._say(f"date events: {fault}")
        self._mark = mark
