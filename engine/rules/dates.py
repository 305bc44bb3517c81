"""Dates and times as people type them; the days themselves are read in `engine.rules.days`.

Points in time lie between 1970 and 2200: microseconds UTC that fit 63 bits, with room for any offset.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from engine.rules.days import LAST_YEAR, find_day, find_offset, parse_day, parse_iso_day, plain_words
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import shift_instant
from engine.rules.zones import local, local_day, wall_instant

__all__ = ["parse_clock", "parse_day", "parse_instant", "parse_iso_day"]

FIRST_INSTANT_YEAR = 1970
_EXPECTED = "a time such as 2026-11-30T14:00, 30 nov 14:00, tomorrow 14:00, 14:00 or +2h"

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?"
_TIME = re.compile(r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6}))?)?)? ?(am|pm)?")
_ISO = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[t ]({_CLOCK}) ?(z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?")
_DAY_CLOCK = re.compile(rf"(?:(.+?) )??(?:at )?(noon|{_CLOCK}(?: ?[ap]m)?|[0-9]{{1,2}} ?[ap]m)")
_DAY_HOUR = re.compile(r"(today|tomorrow|yesterday|.+(?= at )) (?:at )?([0-9]{1,2})")
_EPOCH_SECONDS = re.compile(r"@([0-9]{1,10})")


def parse_instant(text: str, now: datetime, zone: str) -> datetime:
    """The aware instant that `text` names, on the clocks of `zone`, seen from the aware `now`.

    Takes ISO 8601 (with an offset, or else a wall time of `zone`), a day of `parse_day` with a time
    (`tomorrow 14:00`, `30 nov at 9`, `fri 2pm`, `today noon`) or without (its start), a time alone
    (today's), `now`, `+2h`, `in 3 days`, `@1764000000`. A wall time in a gap is the first instant after
    it, one that comes twice the first. BadValue says what was expected.
    """
    plain = plain_words(text, _EXPECTED)
    at = _relative(plain, now, zone)
    if at is None:
        at = _iso(plain, zone)
    if at is None:
        at = _day_and_time(plain, local_day(now, zone), zone)
    if at is None:
        raise BadValue(f"'{shown(text)}' is not a time (expected {_EXPECTED})")
    here = local(at, zone)
    _bounded(here, text)
    return here


def parse_clock(text: str) -> time:
    """The time of day that `text` names, `14:00`, `2pm`, `noon`; BadValue says what was expected."""
    plain = plain_words(text, "a time of day such as 14:00 or 2pm")
    form = _DAY_CLOCK.fullmatch(plain)
    if form is None or form[1]:
        raise BadValue(f"'{shown(text)}' is not a time of day (expected HH:MM, such as 14:00, or 2pm)")
    return _clock_time(form[2])


def _bounded(day: date, text: str) -> None:
    """Asked before the clocks of a zone are, too: they overflow in the years 1 and 9999."""
    if not FIRST_INSTANT_YEAR <= day.year <= LAST_YEAR:
        limits = f"{FIRST_INSTANT_YEAR} and {LAST_YEAR}"
        raise BadValue(f"{shown(text)} is out of range: a point in time lies between {limits}")


def _relative(text: str, now: datetime, zone: str) -> datetime | None:
    """`now`, a distance from now, or seconds since 1970."""
    if text == "now":
        return now
    form = _EPOCH_SECONDS.fullmatch(text)
    if form:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(form[1]))
    offset = find_offset(text)
    return None if offset is None else shift_instant(now, offset, zone)


def _iso(text: str, zone: str) -> datetime | None:
    form = _ISO.fullmatch(text)
    day = find_day(form[1], date.min) if form else None
    if form is None or day is None:
        return None
    _bounded(day, text)
    wall = datetime.combine(day, _clock_time(form[2]))
    return wall.replace(tzinfo=_fixed(form[3])) if form[3] else wall_instant(wall, zone)


def _fixed(offset: str) -> timezone:
    if offset == "z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 18 or minutes > 59:
        raise BadValue(f"no zone is {offset} away from UTC (expected an offset such as +02:00)")
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _day_and_time(text: str, today: date, zone: str) -> datetime | None:
    """A day, a time, or both in this order."""
    form = _DAY_CLOCK.fullmatch(text) or _DAY_HOUR.fullmatch(text)
    day: date | None = today
    at = time()
    if form:
        at = _clock_time(form[2])
    if not form or form[1]:
        day = find_day(form[1] if form else text, today)
    if day is None:
        return None
    _bounded(day, text)
    return wall_instant(datetime.combine(day, at), zone)


def _clock_time(text: str) -> time:
    """`14:00`, `14:00:30.5`, `9`, `2pm`, `noon`; the callers' patterns admit nothing else."""
    form = _TIME.fullmatch("12:00" if text == "noon" else text)
    if not form:
        raise BadValue(f"{shown(text)} is not a time of day (expected HH:MM)")
    hour, minute, second = (int(part or 0) for part in form.groups()[:3])
    half = form[5]
    if half and not 1 <= hour <= 12:
        raise BadValue(f"{text} is not a time of day: {half} goes with 1 to 12")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise BadValue(f"{text} is not a time of day (expected 00:00 to 23:59)")
    return time(hour, minute, second, int((form[4] or "").ljust(6, "0")))
