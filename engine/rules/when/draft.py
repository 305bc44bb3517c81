"""What a notation makes of its words, and the small parts that several notations share."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.days import month_length
from engine.rules.when.names import bits, clock, mask_of, named
from engine.rules.when.patterns import Pattern
from engine.rules.when.wallclock import DAY, EPOCH_DAY, FIRST, LAST, WallClock
from engine.rules.wording import MONTHS, WEEKDAYS

MIDNIGHT = 1  # the minute mask of 00:00

_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_DATE = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_MOMENT = re.compile(_DATE + r"(?:[t ](\d{1,2}):(\d{2})(?::(\d{2}))?(z|[+-]\d{2}:?\d{2})?)?")
_SLASHED = re.compile(r"(\d{1,4})(?:/(\d{1,2})(?:/(\d{1,4}))?|\.(\d{1,2})\.(\d{1,4})?)(?=t|$)")


class Place(NamedTuple):
    """Where a rule is read: its zone's clock and the instant from which `every` counts, if one is known."""

    clock: WallClock
    anchor: int | None


class Draft(NamedTuple):
    """A rule without limits. `floor` and `anchor` are instants, set by what counts from a start.

    Notations of others bring limits of their own: `until` (an instant that belongs to it), `most` occurrences from
    the start on, `excluded` days, and a `zone` in place of the one that was asked for.
    """

    spec: str
    words: str
    pattern: Pattern
    floor: int | None = None
    anchor: int | None = None
    until: int | None = None
    most: int | None = None
    excluded: frozenset[date] = frozenset()
    zone: str | None = None


def take_times(words: list[str]) -> tuple[list[str], int]:
    """(the other words, the times as a minute mask; 0 when no time is given)."""
    rest, times = [], 0
    for word in words:
        if ":" in word:
            times |= mask_of(_minute(part) for part in word.split(","))
        elif word != "at":
            rest.append(word)
    return rest, times


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if not found:
        raise BadSpec(f"{quoted(text)} is not a time of day: expected such as 09:00 or 17:30")
    hour, minute = int(found[1]), int(found[2])
    _within(text, ("hour", hour, 0, 23), ("minute", minute, 0, 59))
    return hour * 60 + minute


def _within(text: str, *parts: tuple[str, int, int, int]) -> None:
    for name, value, low, high in parts:
        if not low <= value <= high:
            raise BadSpec(f"{name} {value} in {quoted(text)} does not exist: expected {low} to {high}")


def written(times: int) -> str:
    """A minute mask as it stands in a spec: 09:00,17:30."""
    return ",".join(clock(minute) for minute in bits(times))


def weekday_mask(words: list[str]) -> int:
    """Weekdays as bits, Monday = bit 0, from names, ranges and numbers (0 is Sunday)."""
    mask = 0
    for part in ",".join(words).split(","):
        low, dash, high = part.partition("-")
        first = _weekday(low)
        last = _weekday(high) if dash else first
        mask |= mask_of((first + step) % 7 for step in range((last - first) % 7 + 1))
    return mask


def _weekday(text: str) -> int:
    if text.isdigit() and len(text) == 1 and int(text) <= 6:
        return (int(text) + 6) % 7
    found = named(text, WEEKDAYS)
    if found is None:
        raise BadSpec(f"weekday {quoted(text)} does not exist: expected mon to sun or 0 (Sunday) to 6")
    return found


def month_named(text: str) -> int:
    """1 to 12."""
    found = named(text, MONTHS)
    if found is None:
        raise BadSpec(f"{quoted(text)} is not a month: expected january to december or jan to dec")
    return found + 1


def wall_of(text: str) -> tuple[int, int | None]:
    """(wall, offset in seconds or None) of an ISO date with an optional time."""
    found = _MOMENT.fullmatch(text)
    if not found:
        raise BadSpec(f"{quoted(text)} is not a moment: expected such as 2025-06-01 or 2025-06-01T10:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    _within(text, ("year", year, 1, 9999), ("month", month, 1, 12))
    _within(text, ("day", day, 1, month_length(year, month)))
    _within(text, ("hour", hour, 0, 23), ("minute", minute, 0, 59), ("second", second, 0, 59))
    wall = (date(year, month, day).toordinal() - EPOCH_DAY) * DAY + hour * 3600 + minute * 60 + second
    if not FIRST <= wall <= LAST:
        raise BadSpec(f"{quoted(text)} is at the very edge of the calendar: expected a year from 2 to 9998")
    return wall, _offset(found[7])


def _offset(text: str | None) -> int | None:
    if text is None or text == "z":
        return None if text is None else 0
    hours, minutes = int(text[1:3]), int(text[-2:])
    _within(text, ("hour", hours, 0, 23), ("minute", minutes, 0, 59))
    size = hours * 3600 + minutes * 60
    return -size if text[0] == "-" else size


def refuse_slashes(word: str) -> None:
    """Dates such as 03/04/2025 mean different days to different people."""
    found = _SLASHED.match(word)
    if not found:
        return
    first, second, third = found[1], found[2] or found[4], found[3] or found[5] or ""
    year = f"{first if len(first) > 2 else third if len(third) > 2 else '20' + third}" if third else ""
    pair = (second, third) if len(first) > 2 else (first, second)
    readings = []
    for day, month in (pair, pair[::-1]):
        try:
            read = date(int(year or 2024), int(month), int(day))
        except ValueError:
            continue
        say = f"{read:%Y-%m-%d}" if year else f"{read.day} {MONTHS[read.month - 1].lower()}"
        if say not in readings:
            readings.append(say)
    hint = f"write {' or '.join(readings)}" if readings else "expected a date such as 2025-06-01"
    what = "can be read in two ways" if len(readings) > 1 else "is not how dates are written here"
    raise BadSpec(f"{quoted(word)} {what}: {hint}")
