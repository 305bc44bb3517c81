"""Zones of an iCalendar file: which place on earth a TZID means, whatever a program has made of its name.

In turn: an IANA name; one at the end of a path; a name of Windows; what the VTIMEZONE of that name calls its place;
a place whose clocks go as that VTIMEZONE says. Where none is found the caller is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from engine.rules.errors import BadValue
from engine.rules.transfer.ics_lines import Component
from engine.rules.zones import zone_named

_TRIED = 24
_LIKELY = ("Europe/", "America/", "Asia/", "Australia/", "Africa/", "Pacific/", "Atlantic/")


class Zones:
    """The zones of one file. `here` is tried first where several places have the same clocks."""

    def __init__(self, found: Iterable[Component], here: str, year: int) -> None:
        self._here, self._year = here, year
        self._defined: dict[str, Component] = {}
        for each in found:
            if each.kind == "VTIMEZONE":
                name = next((prop.text for prop in each.every("TZID")), "")
                self._defined.setdefault(name, each)
        self._known: dict[str, str | None] = {}

    def named(self, tzid: str) -> str | None:
        """The IANA name of what the file calls `tzid`; None if nobody can tell."""
        if tzid not in self._known:
            self._known[tzid] = self._found(tzid)
        return self._known[tzid]

    def _found(self, tzid: str) -> str | None:
        plain = tzid.strip().strip('"')
        parts = [part for part in plain.split("/") if part]
        names = [plain, *("/".join(parts[-count:]) for count in (3, 2, 1) if count <= len(parts))]
        defined = self._defined.get(tzid)
        if defined is not None:
            names += [prop.text for prop in defined.every("X-LIC-LOCATION")]
        for name in names:
            if iana := _iana(name):
                return iana
        return windows(plain) or (self._alike(defined) if defined is not None else None)

    def _alike(self, defined: Component) -> str | None:
        """A place whose clocks showed the same as those of the VTIMEZONE in the middle of each of 24 months."""
        clock = _clock("\r\n".join(defined.text))
        if clock is None:
            return None
        days = [datetime(self._year - 1 + month // 12, month % 12 + 1, 15, 12) for month in range(_TRIED)]  # noqa: DTZ001
        try:
            wanted = [day.replace(tzinfo=clock).utcoffset() for day in days]
        except (ValueError, OverflowError, TypeError, AttributeError):
            return None
        return _place(tuple(wanted), tuple(days), self._here)


@lru_cache(maxsize=64)
def _place(wanted: tuple[timedelta | None, ...], days: tuple[datetime, ...], here: str) -> str | None:
    names = [here, "UTC"]
    names += [name for head in _LIKELY for name in sorted(available_timezones()) if name.startswith(head)]
    for name in names:
        place = zone_named(name)
        if all(day.replace(tzinfo=place).utcoffset() == offset for day, offset in zip(days, wanted, strict=True)):
            return name
    return None


def _iana(name: str) -> str | None:
    try:
        return str(zone_named(name)) if re.search("[A-Za-z]", name) else None
    except BadValue:
        return None


def windows(name: str) -> str | None:
    """The IANA name of a zone of Windows, `Romance Standard Time`."""
    if " " not in name:
        return None
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON.get(name)


def _clock(text: str) -> Any:
    """The VTIMEZONE as a tzinfo; None if the library cannot make one of it."""
    from icalendar import Timezone

    try:
        found: Any = Timezone.from_ical(text)
        return found.to_tz(lookup_tzid=False)
    except Exception:  # the library has no list of what it raises on files that are broken
        return None
