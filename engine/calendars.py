"""From the rows of a calendar to its `BusinessDays`: the one place."""

from __future__ import annotations

import sqlite3
from datetime import date
from functools import lru_cache

from engine.holidays import Holidays
from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays, OwnDay, no_holidays
from store import settings
from store.reads import calendars as reads
from store.values import Calendar


def business_days(connection: sqlite3.Connection, calendar_id: int | None = None) -> BusinessDays:
    """The working days of a calendar; without one those of the setting `calendar`, else Monday to Friday."""
    if calendar_id is None:
        calendar_id = reads.named(connection, str(settings.read(connection, "calendar")))
        if calendar_id is None:
            return MONDAY_TO_FRIDAY
    return days_of(reads.calendar(connection, calendar_id))


def days_of(calendar: Calendar) -> BusinessDays:
    """The working days that the value says; equal calendars share one."""
    own = tuple((each.day, each.name, each.is_working) for each in calendar.days)
    return _days(calendar.name, calendar.week, calendar.country, calendar.region, own)


@lru_cache(maxsize=500)
def _days(
    name: str, week: tuple[int, ...], country: str | None, region: str | None, own: tuple[tuple[date, str, bool], ...]
) -> BusinessDays:
    holidays = no_holidays if country is None else Holidays(country, region)
    return BusinessDays(name, frozenset(week), tuple(OwnDay(*each) for each in own), holidays)
