"""What there is to do, read without taking the turn to write: an idle engine writes nothing but its beat."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine import firing
from engine.rules.errors import BadValue
from engine.rules.zones import wall_instant, zone_named
from store import settings
from store.frozen import value
from store.instants import SECOND, from_us, to_us

_LONGEST_DAY = 26 * 3600 * SECOND
_CANCELLING = """
SELECT r.id, r.fence, r.state, r.cancel_hard, ifnull(u.name, 'the engine')
FROM run r INDEXED BY run_cancelling LEFT JOIN user u ON u.id = r.cancel_by
WHERE r.cancel_requested_at IS NOT NULL AND r.state IN ('pending', 'starting', 'running')
"""


@value
class Wish:
    """Somebody asked for the end of an open run; `level` 1 gently, 2 at once."""

    run_id: int
    fence: int
    state: str
    level: int
    who: str

    @property
    def key(self) -> str:
        """As `Live.key`."""
        return f"{self.run_id}:{self.fence}"


@dataclass(slots=True)
class Outlook:
    """As of one look at the store; instants in microseconds UTC.

    `next_fire`: when the next occurrence is due. `waits`: a run could have begun by the time of the look.
    `next_run`: when the next run will become available after it. `today`: the day in the store's zone, up to
    `midnight`.
    """

    next_fire: int | None
    waits: bool
    next_run: int | None
    wishes: tuple[Wish, ...]
    places: int
    cap: int
    grace: int
    today: date
    midnight: int

    def is_of_day(self, now: int) -> bool:
        """Whether `today` still holds; a day has 26 hours at most."""
        return self.midnight - _LONGEST_DAY <= now < self.midnight


_PENDING = (
    "SELECT available_at FROM run INDEXED BY run_pending"
    " WHERE state = 'pending' AND available_at {} ? ORDER BY available_at LIMIT 1"
)
_AVAILABLE, _LATER = _PENDING.format("<="), _PENDING.format(">")


def after_own(connection: sqlite3.Connection, known: Outlook, due: int) -> None:
    """Bring the outlook up to date after a pass of our own, in which nobody can have wished or set anything."""
    known.next_fire, known.waits, known.next_run = _work(connection, due)
    if known.wishes:
        known.wishes = tuple(wish for wish in known.wishes if wish.state != "pending")


def look(connection: sqlite3.Connection, due: int) -> Outlook:
    """Read what is to be done at `due` and later: each part from an index."""
    known = settings.read_all(connection)
    zone = zone_or_utc(known["zone"])
    today = from_us(due).astimezone(zone).date()
    tomorrow = wall_instant(datetime.combine(today + timedelta(days=1), time()), zone.key)
    return Outlook(
        *_work(connection, due),
        wishes=tuple(
            Wish(run_id, fence, state, 1 + hard, who)
            for run_id, fence, state, hard, who in connection.execute(_CANCELLING).fetchall()
        ),
        places=known["task_max_concurrent"],
        cap=known["log_cap"],
        grace=known["cancel_grace"],
        today=today,
        midnight=to_us(tomorrow),
    )


def _work(connection: sqlite3.Connection, due: int) -> tuple[int | None, bool, int | None]:
    """next_fire, waits, next_run."""
    waits = connection.execute(_AVAILABLE, (due,)).fetchone()
    later = connection.execute(_LATER, (due,)).fetchone()
    return firing.next_due(connection), waits is not None, later and later[0]


def zone_or_utc(name: str) -> ZoneInfo:
    """A store from another machine may name a zone that this one does not know; its days are then UTC's."""
    try:
        return zone_named(name)
    except BadValue:
        return ZoneInfo("UTC")


def nothing() -> Outlook:
    """Before the first look."""
    return Outlook(None, False, None, (), 0, 0, 0, date.min, 0)
