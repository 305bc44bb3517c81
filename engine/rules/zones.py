"""Zone names and wall clocks: one place decides what a missing or a double hour means."""

from __future__ import annotations

import difflib
import functools
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.rules.errors import BadValue, OutOfCalendar, shown

_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,3}")
_NAME_LENGTH = 64


@functools.lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The zone of that IANA name; BadValue with the nearest real name (or city) when there is none.

    The form is checked first because `ZoneInfo` opens files: paths, directories, NUL and 5000 characters
    end in four different exceptions there.
    """
    if len(name) <= _NAME_LENGTH and _NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise BadValue(f"'{shown(name)}' is not a time zone (expected a name such as {_nearest(name)})")


def wall_instant(wall: datetime, zone: str) -> datetime:
    """The instant at which the clocks of `zone` show the naive `wall`.

    A wall time inside a gap gives the first instant after it (02:30 becomes 03:00, not 03:30); one that
    comes twice gives the first. OutOfCalendar where UTC would leave the years 1 to 9999.
    """
    place = zone_named(zone)
    before, after = wall.replace(tzinfo=place, fold=0), wall.replace(tzinfo=place, fold=1)
    early, late = before.utcoffset(), after.utcoffset()
    if early is None or late is None or early >= late:
        return _within(before)
    return _first_after_gap(wall, early, late, place)


def local_day(at: datetime, zone: str) -> date:
    """The calendar day of the aware instant `at` in `zone`."""
    return local(at, zone).date()


def local(at: datetime, zone: str) -> datetime:
    """The aware instant `at` on the clocks of `zone`; a naive one is a bug and raises TypeError."""
    if at.tzinfo is None:
        raise TypeError("an instant needs a zone; a naive datetime has none")
    try:
        return at.astimezone(zone_named(zone))
    except OverflowError:
        raise OutOfCalendar(f"{at.isoformat()} leaves the years 1 to 9999 in {zone}") from None


def _within(at: datetime) -> datetime:
    """`at`, if its instant has a year in UTC too; otherwise the first comparison would raise."""
    try:
        at.astimezone(UTC)
    except OverflowError:
        raise OutOfCalendar(f"{at.isoformat()} is out of range: the year must lie in 1 to 9999") from None
    return at


def _first_after_gap(wall: datetime, early: timedelta, late: timedelta, place: ZoneInfo) -> datetime:
    """The instant of the change itself, found by halving: zoneinfo does not publish its transitions.

    At `wall - late` the clocks have not jumped yet, at `wall - early` they have, and they jump on
    whole seconds.
    """
    low = (wall - late).replace(tzinfo=UTC, microsecond=0)
    high = (wall - early).replace(tzinfo=UTC, microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(place).utcoffset() == early:
            low = middle
        else:
            high = middle
    return high.astimezone(place)


def _nearest(name: str) -> str:
    if not name or len(name) > _NAME_LENGTH:
        return "Europe/Brussels"
    zones = sorted(available_timezones(), reverse=True)
    known = {zone.rpartition("/")[2].casefold(): zone for zone in zones}
    known |= {zone.casefold(): zone for zone in zones}
    found = difflib.get_close_matches(name.casefold().replace(" ", "_"), known, n=1, cutoff=0.7)
    return known[found[0]] if found else "Europe/Brussels"
