"""Offsets: a signed number and a unit, and what they do to days and instants.

An offset moves the day an entity's date names (`-30d`: thirty days before), the day a task becomes visible,
or the instant a trigger acts. Months and years keep the day of the month and stop at the month's last day,
counted from the start: 31 January plus one month is 28 February, plus two is 31 March.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from engine.rules.businessdays import BusinessDays
from engine.rules.errors import BadValue, OutOfCalendar, shown
from engine.rules.workdays import shift_workdays
from engine.rules.zones import local, wall_instant


class Unit(StrEnum):
    """What an offset counts; the value is its canonical short form."""

    MINUTE = "min"
    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "mo"
    YEAR = "y"
    BUSINESS_DAY = "bd"


CLOCK_UNITS = frozenset({Unit.MINUTE, Unit.HOUR})
"""Units of elapsed time; all others move along the calendar."""

_MOST = {
    Unit.MINUTE: 100_000,
    Unit.HOUR: 100_000,
    Unit.DAY: 100_000,
    Unit.WEEK: 14_000,
    Unit.MONTH: 3_000,
    Unit.YEAR: 250,
    Unit.BUSINESS_DAY: 70_000,
}
"""About 270 years at most, so that no sum of a typed date and an offset overflows."""

_NOUNS = {
    Unit.MINUTE: "minute",
    Unit.HOUR: "hour",
    Unit.DAY: "day",
    Unit.WEEK: "week",
    Unit.MONTH: "month",
    Unit.YEAR: "year",
    Unit.BUSINESS_DAY: "business day",
}

_WORDS = {
    **{str(unit): unit for unit in Unit},
    **{noun: unit for unit, noun in _NOUNS.items()},
    **{f"{noun}s": unit for unit, noun in _NOUNS.items()},
    "": Unit.DAY,
    "mins": Unit.MINUTE,
    "hr": Unit.HOUR,
    "hrs": Unit.HOUR,
    "mos": Unit.MONTH,
    "workday": Unit.BUSINESS_DAY,
    "workdays": Unit.BUSINESS_DAY,
}

_FORM = re.compile(r"([+-]?) ?([0-9]{1,30}) ?([a-z ]*?)( before| after)?")
_TEXT_LENGTH = 60
_WEEKEND = 5  # Saturday, as `date.weekday` counts
_EXPECTED = "a number and a unit, such as -30d, 2w, -1mo, 4h, 30min, -10bd or 0"


@dataclass(frozen=True, slots=True)
class Offset:
    """A signed number of units; `str()` is the form that is stored (`-30d`) and reads back equal."""

    number: int
    unit: Unit = Unit.DAY

    def __post_init__(self) -> None:
        most = _MOST[self.unit]
        if not -most <= self.number <= most:
            raise BadValue(f"an offset may count at most {most} {_NOUNS[self.unit]}s, either way")

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"

    def words(self) -> str:
        """As in a sentence about a date: `30 days before`, `15 days after`, `on the day`, `at that time`."""
        if not self.number:
            return "at that time" if self.unit in CLOCK_UNITS else "on the day"
        count = abs(self.number)
        noun = _NOUNS[self.unit] if count == 1 else f"{_NOUNS[self.unit]}s"
        return f"{count} {noun} {'before' if self.number < 0 else 'after'}"


def parse_offset(text: str | int) -> Offset:
    """`15d`, `-1mo`, `2h`, `30min`, `-10bd`, `3` and `+3` (days), `30 days before`, `on the day`.

    `m` alone is refused with both readings: minutes and months differ by a factor of 43,200.
    """
    if isinstance(text, bool):
        raise BadValue(f"{text} is not an offset (expected {_EXPECTED})")
    if isinstance(text, int):
        return Offset(text)
    plain = " ".join(text.lower().split()) if len(text) <= _TEXT_LENGTH else text
    if plain == "on the day":
        return Offset(0)
    if plain == "at that time":
        return Offset(0, Unit.HOUR)
    form = _FORM.fullmatch(plain)
    if not form or (form[1] and form[4]):
        raise BadValue(f"'{shown(text)}' is not an offset (expected {_EXPECTED})")
    sign, digits, word, direction = form.groups()
    if word == "m":
        minutes, months = (f"{sign}{digits}{unit}{direction or ''}" for unit in (Unit.MINUTE, Unit.MONTH))
        raise BadValue(f"'{shown(text)}' may be minutes or months: write {minutes} or {months}")
    if word not in _WORDS:
        raise BadValue(f"'{shown(word)}' is not a unit of an offset (expected {_EXPECTED})")
    return Offset(int(digits) * (-1 if sign == "-" or direction == " before" else 1), _WORDS[word])


def shift_date(day: date, offset: Offset, days: BusinessDays | None = None) -> date:
    """`day` moved by `offset`; hours and minutes count from its 00:00, so `-2h` is the day before.

    Business days are those of `days`, else Monday to Friday.
    Never falls when `day` grows, which `latest_anchor` relies on. BadValue outside the years 1 to 9999.
    """
    if offset.unit is Unit.BUSINESS_DAY:
        return _shift_workdays(day, offset.number, days)
    try:
        if offset.unit in (Unit.MONTH, Unit.YEAR):
            return _shift_months(day, _months(offset))
        return day + timedelta(_days(offset))
    except OverflowError:
        raise _left_calendar(offset, day) from None


def shift_instant(at: datetime, offset: Offset, zone: str, days: BusinessDays | None = None) -> datetime:
    """The aware `at` moved by `offset`, on the clocks of `zone`.

    Days and larger keep the wall time there (a day is 23 or 25 hours long when the clocks change; a time
    that does not exist becomes the first instant after the gap, a double one the first of the two).
    Hours and minutes are elapsed time. An offset of 0 leaves the instant alone.
    """
    here = local(at, zone)
    if not offset.number:
        return here
    if offset.unit not in CLOCK_UNITS:
        day = shift_date(here.date(), offset, days)
        return wall_instant(datetime.combine(day, here.time().replace(fold=0)), zone)
    try:
        return local(at.astimezone(UTC) + _elapsed(offset), zone)
    except OverflowError:
        raise _left_calendar(offset, here.date()) from None


def latest_anchor(offset: Offset, today: date, days: BusinessDays | None = None) -> date:
    """The greatest day `d` with `shift_date(d, offset) <= today`, so that one index range finds what fired.

    31 December 9999 when every day qualifies; BadValue when none of the calendar does.
    """
    try:
        if offset.unit is Unit.BUSINESS_DAY:
            return _latest_workday_anchor(offset.number, today, days)
        if offset.unit in (Unit.MONTH, Unit.YEAR):
            return _latest_month_anchor(_months(offset), today)
        return today - timedelta(_days(offset))
    except (OverflowError, OutOfCalendar):
        if offset.number < 0:
            return date.max
        raise _left_calendar(offset, today) from None


def _latest_month_anchor(months: int, today: date) -> date:
    """All days of the month `months` before today's qualify up to today's number; on a last day, all do."""
    first = _shift_months(today.replace(day=1), -months)
    last = _month_length(first)
    return first.replace(day=last if today.day == _month_length(today) else min(today.day, last))


def _latest_workday_anchor(count: int, today: date, days: BusinessDays | None) -> date:
    """Forward: the day before the count-th latest working day up to today. Back: the count-th after today."""
    if count <= 0:
        return _shift_workdays(today, -count, days)
    today_counts = today.weekday() < _WEEKEND if days is None else days.is_working(today)
    return _shift_workdays(today, today_counts - count, days) - timedelta(1)


def _shift_workdays(day: date, count: int, days: BusinessDays | None) -> date:
    return shift_workdays(day, count) if days is None else days.shift(day, count)


def _left_calendar(offset: Offset, day: date) -> OutOfCalendar:
    return OutOfCalendar(f"the offset {offset} from {day} leaves the years 1 to 9999")


def _days(offset: Offset) -> int:
    """Whole days, downwards: 25 hours end on the next day, 1 hour before midnight is on the day before."""
    if offset.unit in CLOCK_UNITS:
        return _elapsed(offset) // timedelta(1)
    return offset.number * (7 if offset.unit is Unit.WEEK else 1)


def _elapsed(offset: Offset) -> timedelta:
    return timedelta(minutes=offset.number * (60 if offset.unit is Unit.HOUR else 1))


def _months(offset: Offset) -> int:
    return offset.number * (12 if offset.unit is Unit.YEAR else 1)


def _shift_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _month_length(first)))


def _month_length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
