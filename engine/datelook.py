"""The net under date events: what has come and has no pending action is found once a day, and when an engine begins.

Their rows are planned in the act that changes an entity, an event or a model, and `engine.triggers.look` makes the
tasks when the day comes. Two things no act tells of: a new release of the holidays library, which may move a day to an
earlier one, and stores of a version that had no rows. A missed day must lose nothing whatever the cause, so the scan
of before is kept; it finds nothing as a rule, and writes only if it does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from sqlite3 import Connection

from engine.operations import followups
from engine.operations.registry import Act
from engine.triggers import entity_dates
from store import journal
from store.database import transaction
from store.errors import StoreTrouble
from store.instants import from_us

UNPLANNED = "dates_unplanned"
"""Key of `meta` in a store whose dates of entities have no rows yet."""

log = logging.getLogger("tickler.engine")


class DateLook:
    """Of one engine."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._day: date | None = None

    def look(self, connection: Connection, due: int, today: date) -> None:
        """Make the tasks that are due on `today`, as an act of its own. A fault in it does not stop the runs."""
        if today == self._day:
            return
        try:
            if followups.date_events_due(connection, today):
                with transaction() as writing:
                    followups.fire_date_events(writing, due, today)
            if connection.execute("SELECT 1 FROM meta WHERE key = ?", (UNPLANNED,)).fetchone():
                with transaction() as writing:
                    _plan(writing, due)
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("date events")
            self._say(f"date events: {fault}")
        self._day = today


def _plan(connection: Connection, now: int) -> None:
    """Rows for every date of every entity, once in the life of a store."""
    number = journal.begin(connection, now, journal.ENGINE, "date events")
    entity_dates.follow_all(Act(connection, journal.ENGINE, from_us(now), number))
    connection.execute("DELETE FROM meta WHERE key = ?", (UNPLANNED,))
    journal.end(connection, number)
