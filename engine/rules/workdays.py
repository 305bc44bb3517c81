"""Counting in working days. Named calendars only have to hand over their week and their days off."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta

from engine.rules.errors import BadValue, OutOfCalendar

MONDAY_TO_FRIDAY = frozenset(range(5))
"""Working weekdays by number, 0 = Monday, as `date.weekday` counts them."""

NO_HOLIDAYS: frozenset[date] = frozenset()


def shift_workdays(
    day: date,
    count: int,
    *,
    holidays: Set[date] = NO_HOLIDAYS,
    week: Set[int] = MONDAY_TO_FRIDAY,
) -> date:
    """The `count`-th working day after `day`, before it if negative, `day` itself if 0 (Excel's WORKDAY).

    `day` need not be a working day: 1 after a Saturday is Monday, 1 before it is Friday. Whole weeks are
    hopped over and the holidays met on the way owed again, so a count of decades costs microseconds.
    OutOfCalendar outside the years 1 to 9999, BadValue for a week without a weekday.
    """
    if not week or not week <= frozenset(range(7)):
        raise BadValue("a working week needs at least one weekday from 0 (Monday) to 6 (Sunday)")
    off = [holiday for holiday in holidays if holiday.weekday() in week]
    one_day = timedelta(1 if count > 0 else -1)
    left = abs(count)
    try:
        while left > len(week):
            weeks = (left - 1) // len(week)
            landing = day + one_day * 7 * weeks
            left -= len(week) * weeks - _passed(off, day, landing)
            day = landing
        while left:
            day += one_day
            left -= day.weekday() in week and day not in holidays
    except OverflowError:
        raise OutOfCalendar(f"{count} working days from {day} leave the years 1 to 9999") from None
    return day


def _passed(off: list[date], start: date, landing: date) -> int:
    """How many of `off` a walk from `start` (not counted) to `landing` (counted) meets."""
    if landing > start:
        return sum(start < holiday <= landing for holiday in off)
    return sum(landing <= holiday < start for holiday in off)
