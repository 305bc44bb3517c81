"""The backlog of a person, read and sorted: what the board shows, `tickler board` prints and the verbs act on."""

from __future__ import annotations

import sqlite3
from datetime import date

from engine.calendars import business_days
from engine.rules.backlog import Fate, Owed, Pile, pile_up, propose
from engine.rules.businessdays import BusinessDays
from store.frozen import value
from store.journal import Actor
from store.reads import backlog as reads
from store.reads.task_moments import Moment, moment_of
from store.reads.task_search import NOTHING


@value
class Backlog:
    """What is late and due, in rows; where each row is sorted at first; and the days on which people work."""

    piles: tuple[Pile, ...]
    fates: dict[str, Fate]
    days: BusinessDays

    @property
    def owed(self) -> list[Owed]:
        """The tasks one by one, in the order of the rows."""
        return [task for pile in self.piles for task in pile.tasks]


def backlog(
    connection: sqlite3.Connection,
    actor: Actor,
    now: date | Moment,
    *,
    where: str | None = None,
    everybody: bool = False,
) -> Backlog:
    """The backlog of `actor` (theirs and nobody's, or everybody's), as far as it matches the filter `where`.

    BadValue if the filter makes no sense. Not for the thread of a screen.
    """
    sift = NOTHING
    if where is not None:
        from engine.filtering import understand  # only who filters pays for the words of filters

        sift = understand(connection, where, now, actor.name).sift
    rows = reads.rows(connection, now, actor.user_id, everybody=everybody, sift=sift)
    piles = pile_up(Owed(*row) for row in rows)
    return Backlog(piles, propose(piles, moment_of(now).day), business_days(connection))
