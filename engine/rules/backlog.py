"""What is left after an absence, sorted: what to do now, later, never; and how a pile is spread over working days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from engine.rules.businessdays import BusinessDays
from engine.rules.errors import BadValue
from store.frozen import value

A_DAY = 6
"""Tasks of a backlog that one can do in a day beside everything else: what is proposed, and can be changed."""
MOST_DAYS = 260
"""Working days over which a backlog is spread at most: a year."""
_LONG = 10
"""Working days that are proposed at most."""
_NO_PRIORITY = 5


class Fate(StrEnum):
    """What becomes of a row of the backlog."""

    NOW = "now"
    SPREAD = "spread"
    SKIP = "skip"
    HAND = "hand"
    DROP = "drop"


@value
class Owed:
    """A task that is late or due. `chore` is the template that made it; `reopens` if that has but one task.

    `follows` is true where the day comes from a date of its entity: whoever moves it takes it off that date.
    """

    id: int
    name: str
    due: date
    priority: int | None
    chore: int | None
    reopens: bool
    follows: bool
    about: str
    people: tuple[str, ...]


@value
class Pile:
    """A row of the board: one task, or all of one chore, the oldest first."""

    tasks: tuple[Owed, ...]

    @property
    def id(self) -> str:
        """The same as long as the task, or the chore, is owed."""
        first = self.tasks[0]
        return f"task {first.id}" if first.chore is None else f"chore {first.chore}"

    @property
    def first(self) -> Owed:
        """The oldest."""
        return self.tasks[0]

    @property
    def is_chore(self) -> bool:
        """Whether it comes back by itself, so that passed ones can be skipped."""
        return self.tasks[0].chore is not None

    @property
    def rank(self) -> tuple[int, date, int]:
        """What goes first: the highest priority, then the oldest."""
        return min(map(_rank, self.tasks))

    def passed(self, today: date) -> tuple[Owed, ...]:
        """What skipping to the next one skips: all before today; where there is none, today's."""
        return tuple(each for each in self.tasks if each.due < today) or self.tasks


def pile_up(owed: Iterable[Owed]) -> tuple[Pile, ...]:
    """Tasks of one chore in one row, the highest priority and then the oldest row first."""
    rows: dict[tuple[str, int], list[Owed]] = {}
    for task in owed:
        key = ("task", task.id) if task.chore is None else ("chore", task.chore)
        rows.setdefault(key, []).append(task)
    piles = (Pile(tuple(sorted(tasks, key=lambda each: (each.due, each.id)))) for tasks in rows.values())
    return tuple(sorted(piles, key=lambda pile: pile.rank))


def propose(piles: Sequence[Pile], today: date) -> dict[str, Fate]:
    """Where each row is sorted at first, by its id. Nothing is handed over or dropped unasked.

    A chore that was missed more than once goes on with its next one. What is due today, most urgent, or hangs on a
    date of its entity is done now; the rest is spread, unless it is no more than a day's work.
    """
    fates = {pile.id: _proposal(pile, today) for pile in piles}
    if sum(len(pile.tasks) for pile in piles if fates[pile.id] is not Fate.SKIP) <= A_DAY:
        return {id: Fate.NOW if fate is Fate.SPREAD else fate for id, fate in fates.items()}
    return fates


def proposed_days(tasks: int) -> int:
    """Over how many working days so many tasks are spread at first."""
    return max(1, min(_LONG, -(-tasks // A_DAY)))


def spread(tasks: Sequence[Owed], count: int, today: date, days: BusinessDays) -> dict[int, date]:
    """The new day of each task, by its id: over `count` working days from `today` on, as evenly as can be.

    The days differ by one task at most, the first ones having more. A task whose day hangs on its entity and is still
    to come keeps it: it goes first, and is never put later. Then the highest priority goes first, then the oldest.
    BadValue for a count below 1, above a year, or where the calendar has no so many working days.
    """
    found = working_days(count, today, days)
    limits = {task.id: _limit(task, found) for task in tasks}
    share, more = divmod(len(tasks), count)
    slots = [day for index, day in enumerate(found) for _ in range(share + (index < more))]
    in_order = sorted(tasks, key=lambda task: (limits[task.id] or date.max, *_rank(task)))
    return {task.id: min(day, limits[task.id] or day) for task, day in zip(in_order, slots, strict=True)}


def working_days(count: int, today: date, days: BusinessDays) -> list[date]:
    """The first `count` working days, today counted if it is one. BadValue as for `spread`."""
    if not 1 <= count <= MOST_DAYS:
        raise BadValue(f"over: expected 1 to {MOST_DAYS} working days, not {count}")
    found: list[date] = []
    begin = today
    while len(found) < count:
        day = days.first_from(begin)
        if day is None:
            raise BadValue(f"over: {days.words} has no {count} working days from {today} on")
        found.append(day)
        begin = day + timedelta(1)
    return found


def loads(planned: Mapping[int, date]) -> dict[date, int]:
    """How many tasks each day gets, in order."""
    found: dict[date, int] = {}
    for day in sorted(planned.values()):
        found[day] = found.get(day, 0) + 1
    return found


def is_away(last: date | None, today: date, days: int) -> bool:
    """Whether somebody whose last act was on that day comes back after more than so many days; 0: never ask."""
    return last is not None and days > 0 and (today - last).days > days


def _rank(task: Owed) -> tuple[int, date, int]:
    return (task.priority or _NO_PRIORITY, task.due, task.id)


def _proposal(pile: Pile, today: date) -> Fate:
    if pile.is_chore:
        return Fate.SKIP if len(pile.tasks) > 1 else Fate.NOW if pile.first.due >= today else Fate.SPREAD
    task = pile.first
    return Fate.NOW if task.due >= today or task.priority == 1 or task.follows else Fate.SPREAD


def _limit(task: Owed, days: Sequence[date]) -> date | None:
    """The last of the days on which a task still keeps the day of its entity; None if it has none, or it is over."""
    if not task.follows:
        return None
    return max((day for day in days if day <= task.due), default=None)
