"""`OnCalendar: Mon..Fri *-*-* 02:30:00`, a calendar event of systemd.time(7).

The fields are read by the oncalendar library; the jumping is ours. Clock changes follow the house: hours or
minutes left open by a star run through evenly, a time that a gap swallows fires at its end.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from oncalendar import BaseIterator, OnCalendarError

from engine.rules.errors import BadValue
from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.cronwords import ALL_DAYS, ALL_WEEKDAYS, CronFields, cron_words
from engine.rules.when.days import ALL_MONTHS, Days, Months, Weeks, shapes
from engine.rules.when.draft import Draft, Place
from engine.rules.when.named import EVERY_DAY
from engine.rules.when.names import listed, mask_of, runs, spans
from engine.rules.when.patterns import Fixed, Running
from engine.rules.when.recurtimes import product, walls_of
from engine.rules.when.recurwords import few, place_words
from engine.rules.zones import zone_named
from store.frozen import value

_PREFIX = re.compile(r"oncalendar\s*[:=]\s*", re.IGNORECASE)
_FRACTION = re.compile(r":\d+\.\d|/\d+\.\d")
_LONG = re.compile(r"\d{5,}")
_STEP = re.compile(r"/(\d+)")
_FORM = "expected such as Mon..Fri *-*-* 02:30:00 (weekdays, year-month-day, hour:minute:second)"
# What oncalendar calls a field, how many values it has, what to write.
_FIELDS = {
    "day-of-week": "Mon to Sun, a list Mon,Thu or a range Mon..Fri (upwards)",
    "year": "1970 to 2199",
    "month": "1 to 12",
    "day-of-month": "1 to 31, or ~1 to ~28 counted from the end of the month",
    "hour": "0 to 23",
    "minute": "0 to 59",
    "second": "0 to 59",
    "date": "year-month-day such as *-*-01 or *-12~01",
    "time": "hour:minute or hour:minute:second",
}
_ALIASES = dict.fromkeys(("semi-annually", "biannually", "bi-annually"), "semiannually")
_HOURS, _STEPS = 23, 60
_YEARS = range(1970, 2200)
_START = datetime(1970, 1, 1)  # noqa: DTZ001  only the fields are read, no time is counted


@value
class SomeYears:
    """The days that lie in some years, which are (first, last) of each stretch."""

    days: Days
    years: tuple[tuple[int, int], ...]

    def first(self, day: int) -> int | None:
        for low, high in self._spans():
            if high >= day:
                found = self.days.first(max(low, day))
                if found is not None and found <= high:
                    return found
        return None

    def last(self, day: int) -> int | None:
        for low, high in reversed(self._spans()):
            if low <= day:
                found = self.days.last(min(high, day))
                if found is not None and found >= low:
                    return found
        return None

    def count(self, low: int, high: int) -> int:
        return sum(self.days.count(max(low, begin), min(high, end)) for begin, end in self._spans())

    def _spans(self) -> list[tuple[int, int]]:
        return [(date(low, 1, 1).toordinal(), date(high, 12, 31).toordinal()) for low, high in self.years]


def on_calendar(text: str, place: Place) -> Draft:
    said = " ".join(_PREFIX.sub("", text, count=1).split())
    words, zone = _zone(said)
    read = _read(words)
    days, months = _day_fields(read)
    times = product(mask_of(read.hours), mask_of(read.minutes), mask_of(read.seconds))
    walls = walls_of(_years(days, read), times)
    if days.first(1) is None or (walls.after(0) is None and walls.upto(0) is None):
        raise BadSpec(f"OnCalendar: {quoted(said)} can never match: no year has such a day")
    running = len(read.hours) == 24 or len(read.minutes) == 60
    pattern = Running(walls) if running else Fixed(walls)
    return Draft(f"OnCalendar: {said}", _words(read, months), pattern, zone=zone)


def _zone(text: str) -> tuple[str, str | None]:
    """(the rest, the zone that the text ends with, if it does)."""
    rest, _, last = text.rpartition(" ")
    if not rest or not last[0].isalpha():
        return text, None
    try:
        return rest, zone_named(last).key
    except BadValue as error:
        if "/" in last:
            raise BadSpec(f"OnCalendar: {error}") from None
        return text, None


def _read(text: str) -> BaseIterator:
    """The fields as oncalendar reads them; it says only which one is wrong, and trips over long numbers."""
    if _FRACTION.search(text):
        raise BadSpec("OnCalendar: seconds with a fraction cannot be kept: expected whole seconds such as 12:30:45")
    if found := _LONG.search(text):
        raise BadSpec(f"OnCalendar: the number {quoted(found[0])} is too long: expected at most four digits")
    for part, most in ((text.rpartition(":")[0].split(" ")[-1].partition(":")[0], _HOURS), (text, _STEPS)):
        if wide := next((step for step in _STEP.findall(part) if int(step) > most), None):
            raise BadSpec(f"OnCalendar: the step {wide} is too wide: expected 1 to {most}")
    try:
        return BaseIterator(_ALIASES.get(text.lower(), text), _START)
    except OnCalendarError as error:
        field = str(error).removeprefix("Bad ")
        if field not in _FIELDS:
            raise BadSpec(f"OnCalendar: {quoted(text)} has too few or too many parts: {_FORM}") from None
        raise BadSpec(
            f"OnCalendar: the {field} in {quoted(text)} is not understood: expected {_FIELDS[field]}"
        ) from None


def _day_fields(read: BaseIterator) -> tuple[Days, int]:
    """(the days in any year, bits of the months)."""
    months, weekdays = mask_of(read.months), mask_of(read.weekdays)
    free = mask_of(day for day in read.days if day > 0) == ALL_DAYS
    if free and months == ALL_MONTHS:
        return (EVERY_DAY if weekdays == ALL_WEEKDAYS else Weeks(weekdays)), months

    def inside(length: int, first: int) -> int:
        numbers = (day if day > 0 else length + 1 + day for day in read.days if day)
        named = {day for day in numbers if 1 <= day <= length}
        return mask_of(day for day in named if weekdays >> (first + day - 1) % 7 & 1)

    return Months(shapes(inside), months), months


def _years(days: Days, read: BaseIterator) -> Days:
    if len(read.years) == len(_YEARS):
        return days
    return SomeYears(days, tuple(runs(sorted(read.years))))


def _words(read: BaseIterator, months: int) -> str:
    """every day at 02:30; what a line of cron could say is said as there."""
    hours, minutes, weekdays = mask_of(read.hours), mask_of(read.minutes), mask_of(read.weekdays)
    last = read.days == {-1}
    backward = [] if last else sorted((day for day in read.days if day < 0), reverse=True)
    days = 0 if last else ALL_DAYS if backward else mask_of(read.days)
    words = cron_words(CronFields(minutes, hours, days, months, weekdays, (), last, False, True))
    if read.seconds != {0}:
        seconds = sorted(read.seconds)
        words += f", at second{'s' if len(seconds) > 1 else ''} {listed(spans(seconds))}"
    if backward:
        words += f", only {few([f'the {place_words(day)} day' for day in backward])} of the month"
    if len(read.years) < len(_YEARS):
        words += f", in {few(spans(sorted(read.years)))}"
    return words
