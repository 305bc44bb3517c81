"""From the rows of a calendar to its `BusinessDays`: the one place."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from functools import lru_cache

from engine.holidays import Holidays, country, region
from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays, OwnDay, no_holidays
from engine.rules.errors import BadValue
from store import settings
from store.reads import calendars as reads
from store.values import Calendar

_COUNTRY = re.compile(r"([A-Z]{2,3})(?:-(.{1,20}))?", re.IGNORECASE)


def business_days(connection: sqlite3.Connection, calendar_id: int | None = None) -> BusinessDays:
    """The working days of a calendar; without one those of the setting `calendar`, else Monday to Friday."""
    if calendar_id is None:
        calendar_id = reads.named(connection, str(settings.read(connection, "calendar")))
        if calendar_id is None:
            return MONDAY_TO_FRIDAY
    return days_of(reads.calendar(connection, calendar_id))


def days_named(connection: sqlite3.Connection, name: str | None) -> BusinessDays:
    """The same by the name that somebody typed, which may be a country that no calendar was made of yet.

    BadValue with the nearest if there is no such; no name is the usual calendar.
    """
    if not name:
        return business_days(connection)
    found = as_country(connection, name)
    if found is None:
        from engine.operations.calendars import named_id

        return business_days(connection, named_id(connection, name))
    code, part = found
    week = frozenset(range(7)) - country(code).weekend
    return _days(name.strip().upper(), tuple(sorted(week)), code, part, ())


def days_of(calendar: Calendar) -> BusinessDays:
    """The working days that the value says; equal calendars share one."""
    own = tuple((each.day, each.name, each.is_working) for each in calendar.days)
    return _days(calendar.name, calendar.week, calendar.country, calendar.region, own)


def as_country(connection: sqlite3.Connection, name: str) -> tuple[str, str | None] | None:
    """(country, region) of `BE` or `GB-SCT` where no calendar bears that name; None for anything else."""
    form = _COUNTRY.fullmatch(name.strip())
    if form is None or reads.like(connection, name.strip()) is not None:
        return None
    try:
        code = country(form[1]).code
        return code, region(code, form[2]) if form[2] else None
    except BadValue:
        return None


@lru_cache(maxsize=500)
def _days(
    name: str, week: tuple[int, ...], country: str | None, region: str | None, own: tuple[tuple[date, str, bool], ...]
) -> BusinessDays:
    holidays = no_holidays if country is None else Holidays(country, region)
    return BusinessDays(name, frozenset(week), tuple(OwnDay(*each) for each in own), holidays)
