"""Days as people look at them: what the store knows of each, what is planned on it, and whether it is worked."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from engine.calendars import business_days
from engine.planned import planned
from engine.rules.errors import BadValue
from engine.rules.horizons import midnight
from engine.rules.planned import NOTHING, DayPlan
from engine.rules.wording import WEEKDAYS
from store import settings
from store.frozen import value
from store.instants import to_us
from store.reads.calendar_days import Bounds, DayFacts, days
from store.reads.notifications import Viewer

WEEKEND = "weekend"


@value
class Off:
    """A day that nobody works on; `name` is that of the holiday, empty for a weekend."""

    name: str


@value
class Day:
    """A day with everything on it."""

    facts: DayFacts
    plan: DayPlan
    off: Off | None

    @property
    def day(self) -> date:
        """Which."""
        return self.facts.day


def agenda(
    connection: sqlite3.Connection, first: date, last: date, now: datetime, who: Viewer, few: int
) -> tuple[Day, ...]:
    """The days from `first` to `last`, with the first `few` things of each kind."""
    plans = planned(connection, first, last, now, few)
    return tuple(
        Day(each.facts, plans.get(each.day, NOTHING), each.off)
        for each in without_plans(connection, first, last, who, few)
    )


def without_plans(connection: sqlite3.Connection, first: date, last: date, who: Viewer, few: int) -> tuple[Day, ...]:
    """The same without what is only planned, which takes longer to find out."""
    zone = str(settings.read(connection, "zone"))
    off = days_off(connection, first, last)
    facts = days(connection, bounds_of(first, last, zone), few, who)
    return tuple(Day(each, NOTHING, off.get(each.day)) for each in facts)


def bounds_of(first: date, last: date, zone: str) -> tuple[Bounds, ...]:
    """The days of a zone with their instants; one of them has 23 or 25 hours now and then."""
    dates = [first + timedelta(number) for number in range((last - first).days + 2)]
    begins = [to_us(midnight(day, zone)) for day in dates]
    return tuple(Bounds(day, begins[at], begins[at + 1]) for at, day in enumerate(dates[:-1]))


def days_off(connection: sqlite3.Connection, first: date, last: date) -> Mapping[date, Off]:
    """The days off of the usual business calendar. One whose country cannot be read has its weekends."""
    found = {}
    try:
        calendar = business_days(connection)
        for number in range((last - first).days + 1):
            day = first + timedelta(number)
            if why := calendar.why_off(day):
                found[day] = Off("" if why == WEEKEND else why)
    except BadValue:
        return {}
    return found


def first_weekday(connection: sqlite3.Connection) -> int:
    """With which weekday a week begins, 0 = Monday as `date.weekday` counts."""
    name = str(settings.read(connection, "week_start"))
    return next((number for number, known in enumerate(WEEKDAYS) if known.lower() == name), 0)
