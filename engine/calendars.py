"""From the rows of a calendar to its `BusinessDays`: the one place."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date
from functools import lru_cache

from engine.holidays import Holidays, country, region
from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays, OwnDay, no_holidays
from engine.rules.errors import BadValue
from engine.rules.names import unknown
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
    found = _as_country(connection, name)
    if found is None:
        return business_days(connection, _known(connection, name))
    code, part = found
    return _days(name.strip().upper(), week_of(code), code, part, ())


def calendar_id(connection: sqlite3.Connection, name: str | None) -> int | None:
    """The calendar of that name, its case aside. A country that nobody made one of yet, `BE` or `GB-SCT`, gets its own.

    None for no name; BadValue with the nearest if there is no such.
    """
    if not name:
        return None
    found = _as_country(connection, name)
    if found is None:
        return _known(connection, name)
    values = (name.strip().upper(), json.dumps(week_of(found[0])), *found)
    made = connection.execute(
        "INSERT INTO calendar (name, week, country, region) VALUES (?, ?, ?, ?) RETURNING id", values
    ).fetchall()
    return int(made[0][0])


def week_of(code: str | None) -> tuple[int, ...]:
    """The working week that is usual in a country; without one Monday to Friday."""
    return (1, 2, 3, 4, 5) if code is None else tuple(sorted(frozenset(range(7)) - country(code).weekend))


def days_of(calendar: Calendar) -> BusinessDays:
    """The working days that the value says; equal calendars share one."""
    own = tuple((each.day, each.name, each.is_working) for each in calendar.days)
    return _days(calendar.name, calendar.week, calendar.country, calendar.region, own)


def _known(connection: sqlite3.Connection, name: str) -> int:
    number = reads.like(connection, name)
    if number is None and name.isascii() and name.isdigit():
        row = connection.execute("SELECT id FROM calendar WHERE id = ?", (int(name[:18]),)).fetchone()
        number = None if row is None else int(row[0])
    if number is None:
        words = unknown(name, [each.name for each in reads.listed(connection)], "calendar")
        hint = "" if "did you mean" in words else "; a country is written such as BE or GB-SCT"
        raise BadValue(f"{words}{hint}")
    return number


def _as_country(connection: sqlite3.Connection, name: str) -> tuple[str, str | None] | None:
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
