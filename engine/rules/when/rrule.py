"""`RRULE:FREQ=...` as RFC 5545 reads it, with DTSTART and EXDATE beside it where the text has them.

The parts are compiled to sets of days and times that are jumped over, so that no answer walks from the start
as dateutil's does. Where RFC 5545 leaves things open, libical is followed: of FREQ=YEARLY;BYMONTHDAY=29 the
month is that of the start. Clock changes follow the house, not RFC 5545.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.draft import Draft, Place, wall_of
from engine.rules.when.named import say_date, say_moment
from engine.rules.when.recurrence import HOURLY, Recurrence, read_parts
from engine.rules.when.recurtimes import pattern_of
from engine.rules.when.recurwords import recurrence_words
from engine.rules.when.wallclock import DAY, EPOCH_DAY, LAST, WallClock, clock_of

_LINES = re.compile(r"\s+(?=(?:DTSTART|RRULE|EXDATE|RDATE|EXRULE|DTEND|DURATION)\b)", re.IGNORECASE)
_LINE = re.compile(r"(DTSTART|RRULE|EXDATE|RDATE|EXRULE|DTEND|DURATION)((?:;[^:;]+)*):(.*)", re.IGNORECASE)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_EXPECTED = "expected such as RRULE:FREQ=WEEKLY;BYDAY=MO,TH"


class _Stamp(NamedTuple):
    """A date or a time of iCalendar: `wall` on its clock, which is UTC if `utc` says so, else the rule's."""

    wall: int
    dated: bool
    utc: bool


class _Start(NamedTuple):
    """Where the rule begins: on the clock of `zone` (None: the one asked for), `text` as the spec keeps it."""

    wall: int
    instant: int
    text: str = ""
    zone: str | None = None
    dated: bool = False


def rrule(text: str, place: Place) -> Draft:
    lines = _lines(text)
    start = _start(lines.pop("DTSTART", None), place)
    if "RRULE" not in lines:
        raise BadSpec(f"RRULE is missing: {_EXPECTED}")
    rule, said = read_parts(lines.pop("RRULE")[1])
    clock = place.clock if start.zone is None else clock_of(start.zone)
    excluded, without = _excluded(lines.pop("EXDATE", None), clock)
    if lines:
        raise BadSpec(f"{next(iter(lines))} cannot be read: expected DTSTART, RRULE and EXDATE only")
    if start.dated:
        rule = _whole_days(rule)
    spec = " ".join(part for part in (start.text, f"RRULE:{said}", without) if part)
    pattern = pattern_of(rule, start.wall, start.instant)
    until = None if rule.until is None else _until(rule.until, clock)
    if pattern is None:
        raise BadSpec(f"{quoted(said)} can never match: no day has such a time")
    words = f"{recurrence_words(rule, start.wall)} from {_say(rule, start)}"
    return Draft(
        spec, words, pattern, start.instant - 1, start.instant, until, rule.count, excluded, start.zone
    )  # fmt: skip


def _lines(text: str) -> dict[str, tuple[str, str]]:
    """Lines by name, as (parameters, value); spaces and folded lines inside a value do not count."""
    found: dict[str, tuple[str, str]] = {}
    for line in _LINES.split(text):
        line = re.sub(r"\s+", "", line)
        line = f"RRULE:{line}" if line[:5].upper() == "FREQ=" else line
        read = _LINE.fullmatch(line)
        if not read:
            raise BadSpec(f"{quoted(line)} is not understood: {_EXPECTED}")
        name = read[1].upper()
        if name in found:
            raise BadSpec(f"{name} was given twice: expected it once")
        found[name] = (read[2][1:], read[3])
    return found


def _start(line: tuple[str, str] | None, place: Place) -> _Start:
    if line is None:
        if place.anchor is None:
            raise BadSpec("RRULE needs a start to count from, such as DTSTART:20260101T090000 RRULE:FREQ=DAILY")
        return _Start(place.anchor + place.clock.stretch(place.anchor)[2], place.anchor)
    params, said = line
    zone = _zone("DTSTART", params)
    stamp = _stamp("DTSTART", said)
    zone = "UTC" if stamp.utc else zone
    clock = place.clock if zone is None else clock_of(zone)
    tail = f";TZID={zone}" if zone and not stamp.utc else ""
    instant = clock.instant(stamp.wall)
    return _Start(stamp.wall, instant, f"DTSTART{tail}:{said.upper()}", zone, stamp.dated)


def _zone(name: str, params: str) -> str | None:
    """The zone among a line's parameters."""
    zone = None
    for param in filter(None, params.split(";")):
        key, _, said = param.partition("=")
        if key.upper() == "TZID" and said:
            zone = said.strip('"')
        elif param.upper() not in ("VALUE=DATE", "VALUE=DATE-TIME"):
            raise BadSpec(f"{name}: {quoted(param)} is not understood: expected TZID=Europe/Brussels or VALUE=DATE")
    return zone


def _stamp(name: str, text: str) -> _Stamp:
    read = _STAMP.fullmatch(text.upper())
    if not read:
        raise BadSpec(f"{name} is {quoted(text)}: expected such as 20260101T090000 or 20260101")
    year, month, day, hour, minute, second, utc = read.groups()
    clock = "" if hour is None else f"t{hour}:{minute}:{second}"
    wall, _ = wall_of(f"{year}-{month}-{day}{clock}")
    return _Stamp(wall, hour is None, utc == "Z")


def _until(text: str, clock: WallClock) -> int:
    """The last instant that belongs to the rule; a date means all of its day."""
    if text.startswith("9999"):
        return LAST  # how others write that there is no end
    stamp = _stamp("UNTIL", text)
    if stamp.utc:
        return stamp.wall
    return clock.instant(stamp.wall + DAY) - 1 if stamp.dated else clock.instant(stamp.wall)


def _excluded(line: tuple[str, str] | None, clock: WallClock) -> tuple[frozenset[date], str]:
    """(local dates, the canonical line) of EXDATE, which takes whole days out."""
    if line is None:
        return frozenset(), ""
    params, said = line
    _zone("EXDATE", params)
    days = set()
    for part in said.split(","):
        stamp = _stamp("EXDATE", part)
        if not stamp.dated:
            raise BadSpec(f"EXDATE {quoted(part)} has a time: expected whole days such as {part[:8]}")
        days.add(date.fromordinal(stamp.wall // DAY + EPOCH_DAY))
    return frozenset(days), "EXDATE:" + ",".join(f"{day:%Y%m%d}" for day in sorted(days))


def _whole_days(rule: Recurrence) -> Recurrence:
    """A start without a time leaves the parts that name times without meaning (libical)."""
    return rule if rule.freq >= HOURLY else replace(rule, by_hour=None, by_minute=None, by_second=None)


def _say(rule: Recurrence, start: _Start) -> str:
    return say_moment(start.wall) if rule.freq >= HOURLY else say_date(start.wall)
