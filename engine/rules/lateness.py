"""What the clocks make of the day and the time by which a task is due: ahead, due today, or late.

A task with a day alone is due all that day and late from the next; one with a time is late from that time on. Both are
meant on the clocks of the task's zone (`task_zones`). What is late stays late: the hour that clocks show twice does not
take it back, so the clocks are read by how far they have come, not by what they show.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from engine.rules.errors import OutOfCalendar
from engine.rules.zones import local, wall_instant
from store.frozen import value

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_END_OF_DAY = "24:00"
"""The time of a task without one: after every other of its day."""


class Due(StrEnum):
    """Where a task stands; the values are keys of `wording.STATES`."""

    AHEAD = "open"
    TODAY = "due_today"
    LATE = "late"


@value
class Lateness:
    """`days` from today to the day it is due, on the clocks of the task: less than 0 if that has passed.

    `changes_at` is the instant (UTC) at which it becomes due today, or late; None: it stays as it is.
    """

    due: Due
    days: int
    changes_at: datetime | None


def reached(now: datetime, zone: str) -> datetime:
    """The latest naive wall minute whose instant (`wall_instant`) has come in `zone`: it never goes back."""
    here = local(now, zone).replace(second=0, microsecond=0)
    if here.fold:
        while here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset():
            here += _MINUTE
        here -= _MINUTE
    return here.replace(tzinfo=None, fold=0)


def mark_of(now: datetime, zone: str) -> str:
    """The same as text, `2025-06-14 09:30`: what `store.reads.task_moments` compares deadlines with."""
    return f"{reached(now, zone):%Y-%m-%d %H:%M}"


def due_of(deadline: date, clock: str | None, mark: str) -> Due:
    """Where a task stands when its clocks have come to `mark`; `clock` is HH:MM or None."""
    if f"{deadline.isoformat()} {clock or _END_OF_DAY}" <= mark:
        return Due.LATE
    return Due.TODAY if deadline.isoformat() == mark[:10] else Due.AHEAD


def lateness(deadline: date, clock: str | None, zone: str, now: datetime) -> Lateness:
    """Where a task stands at the aware instant `now`, and when that changes."""
    here = reached(now, zone)
    due = due_of(deadline, clock, f"{here:%Y-%m-%d %H:%M}")
    return Lateness(due, (deadline - here.date()).days, _changes_at(due, deadline, clock, zone))


def _changes_at(due: Due, deadline: date, clock: str | None, zone: str) -> datetime | None:
    if due is Due.LATE:
        return None
    try:
        wall = datetime.combine(deadline, time())
        if due is Due.TODAY:
            wall = datetime.combine(deadline, time.fromisoformat(clock)) if clock else wall + _DAY
        return wall_instant(wall, zone).astimezone(UTC)
    except (OutOfCalendar, OverflowError):
        return None
