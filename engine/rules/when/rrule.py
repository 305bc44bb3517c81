"""`RRULE:FREQ=...` as RFC 5545 reads it, with DTSTART, RDATE and EXDATE beside it where the text has them.

The parts are compiled to sets of days and times that are jumped over, so that no answer walks from the start
as dateutil's does. Where RFC 5545 leaves things open, libical is followed: of FREQ=YEARLY;BYMONTHDAY=29 the
month is that of the start. Clock changes follow the house, not RFC 5545.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.draft import Draft, Place, wall_of
from engine.rules.when.named import say_date, say_moment
from engine.rules.when.names import listed
from engine.rules.when.patterns import Pattern
from engine.rules.when.recurrence import HOURLY, Recurrence, read_parts
from engine.rules.when.recurtimes import pattern_of
from engine.rules.when.recurwords import recurrence_words
from engine.rules.when.rule import Rule, ended
from engine.rules.when.union import Except, Listed, Part, Union
from engine.rules.when.wallclock import DAY, EPOCH_DAY, LAST, WallClock, clock_of

_LINES = re.compile(r"\s+(?=(?:DTSTART|RRULE|EXDATE|RDATE|EXRULE|DTEND|DURATION)\b)", re.IGNORECASE)
_LINE = re.compile(r"(DTSTART|RRULE|EXDATE|RDATE|EXRULE|DTEND|DURATION)((?:;[^:;]+)*):(.*)", re.IGNORECASE)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_MANY_DATES = 3
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
    start = _start(_only(lines, "DTSTART"), place, needs="RRULE" in lines)
    said = _only(lines, "RRULE")
    clock = place.clock if start.zone is None else clock_of(start.zone)
    _, more, with_ = _dates("RDATE", lines.pop("RDATE", []), clock)
    excluded, gone, without = _dates("EXDATE", lines.pop("EXDATE", []), clock)
    if lines:
        raise BadSpec(f"{next(iter(lines))} cannot be read: expected DTSTART, RRULE, RDATE and EXDATE only")
    if said is None and not more:
        raise BadSpec(f"RRULE is missing: {_EXPECTED}")
    draft = _listed(start, more) if said is None else _ruled(said[1], start, clock)
    spec = " ".join(part for part in (start.text, draft.spec, *with_, *without) if part)
    draft = draft._replace(spec=spec, excluded=excluded, zone=start.zone)
    return draft if not gone and (not more or said is None) else _amended(draft, clock.zone, more, gone)


def _ruled(said: str, start: _Start, clock: WallClock) -> Draft:
    rule, said = read_parts(said)
    if start.dated:
        rule = _whole_days(rule)
    pattern = pattern_of(rule, start.wall, start.instant)
    until = None if rule.until is None else _until(rule.until, clock)
    if pattern is None:
        raise BadSpec(f"{quoted(said)} can never match: no day has such a time")
    words = f"{recurrence_words(rule, start.wall)} from {_say(rule, start)}"
    return Draft(f"RRULE:{said}", words, pattern, start.instant - 1, start.instant, until, rule.count)


def _listed(start: _Start, more: frozenset[int]) -> Draft:
    """Dates without a rule; the start is the first of them, if there is one."""
    instants = tuple(sorted(more | {start.instant} if start.text else more))
    words = f"{len(instants)} times" if len(instants) > 1 else "once"
    return Draft("", f"{words} from the dates that are listed", Listed(instants), instants[0] - 1, instants[0])


def _amended(draft: Draft, zone: str, more: frozenset[int], gone: frozenset[int]) -> Draft:
    """With dates more and less. COUNT and UNTIL are of the rule alone, and what is taken out counts too."""
    assert draft.floor is not None
    clock = clock_of(zone)
    ceiling = LAST
    if draft.until is not None or draft.most is not None:
        plain = Rule(draft.spec, zone, draft.pattern, floor=draft.floor)
        ceiling = ended(plain, draft.until, draft.most).ceiling
    pattern: Pattern = Union((Part(draft.pattern, None, draft.floor, ceiling), Part(Listed(tuple(sorted(more))))))
    words = draft.words + (f", {draft.most} times" if draft.most else "")
    words += f", until {_moment_words(draft.until, clock)}" if draft.until is not None else ""
    for said, dates in (("; also", more), ("; not", gone)):
        if 0 < len(dates) <= _MANY_DATES:
            words += f"{said} on {listed([_moment_words(at, clock) for at in sorted(dates)])}"
        elif dates:
            words += f"{said} {len(dates)} times that are listed"
    floor = min([draft.floor, *(at - 1 for at in more)])
    return draft._replace(
        words=words, pattern=Except(pattern, gone) if gone else pattern, floor=floor, until=None, most=None
    )


def _moment_words(at: int, clock: WallClock) -> str:
    return say_moment(at + clock.stretch(at)[2])


def _only(lines: dict[str, list[tuple[str, str]]], name: str) -> tuple[str, str] | None:
    """The one line of that name, taken from them."""
    found = lines.pop(name, [])
    if len(found) > 1:
        raise BadSpec(f"{name} was given twice: expected it once")
    return found[0] if found else None


def _lines(text: str) -> dict[str, list[tuple[str, str]]]:
    """Lines by name, as (parameters, value); spaces and folded lines inside a value do not count."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in _LINES.split(text):
        line = re.sub(r"\s+", "", line)
        line = f"RRULE:{line}" if line[:5].upper() == "FREQ=" else line
        read = _LINE.fullmatch(line)
        if not read:
            raise BadSpec(f"{quoted(line)} is not understood: {_EXPECTED}")
        found.setdefault(read[1].upper(), []).append((read[2][1:], read[3]))
    return found


def _start(line: tuple[str, str] | None, place: Place, *, needs: bool) -> _Start:
    if line is None:
        if place.anchor is None and not needs:
            return _Start(0, 0)
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


def _dates(
    name: str, lines: Sequence[tuple[str, str]], clock: WallClock
) -> tuple[frozenset[date], frozenset[int], list[str]]:
    """(days, instants, the canonical lines) of RDATE or EXDATE.

    A date without a time is midnight for RDATE; EXDATE takes the whole of that day out.
    """
    days, instants, texts = set[date](), set[int](), list[str]()
    for params, said in lines:
        zone = _zone(name, params)
        timed = []
        for part in said.split(","):
            stamp = _stamp(name, part)
            if stamp.dated and name == "EXDATE":
                days.add(date.fromordinal(stamp.wall // DAY + EPOCH_DAY))
                continue
            instants.add(stamp.wall if stamp.utc else (clock_of(zone) if zone else clock).instant(stamp.wall))
            timed.append(part.upper())
        texts += [f"{name}{f';TZID={zone}' if zone else ''}:{','.join(timed)}"] if timed else []
    whole = [f"{name}:" + ",".join(f"{day:%Y%m%d}" for day in sorted(days))] if days else []
    return frozenset(days), frozenset(instants), [*whole, *texts]


def _whole_days(rule: Recurrence) -> Recurrence:
    """A start without a time leaves the parts that name times without meaning (libical)."""
    return rule if rule.freq >= HOURLY else replace(rule, by_hour=None, by_minute=None, by_second=None)


def _say(rule: Recurrence, start: _Start) -> str:
    return say_moment(start.wall) if rule.freq >= HOURLY else say_date(start.wall)
