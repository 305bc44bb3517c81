"""Days off from an .ics file: what lasts whole days in a calendar that others keep, such as school holidays.

The file is taken apart by the `icalendar` library, which takes half a second to import, and only after its lines were
looked through here: a file that is broken is refused whole, with the line and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.rules.calendar_words import LONGEST, MOST
from engine.rules.errors import BadValue, shown
from engine.rules.names import NAME_LENGTH
from engine.rules.when import bounded, parse
from store.errors import Refused
from store.frozen import value

LIMIT = 5_000_000
"""Bytes of a file; the public holidays of a country for ten years have a hundredth of that."""
YEARS = 10
"""So far ahead an event that recurs becomes days."""

_DEEPEST = 8
_MOST_EVENTS = 20_000
_LINE = re.compile(r"([A-Za-z0-9-]+)(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?:")
_ONE = timedelta(1)


@value
class Found:
    """Days off with their names, and how many events were left out because they have a time of day."""

    days: tuple[tuple[date, str], ...]
    timed: int


@value
class _Event:
    """Where an event of the file begins, and where its properties stand."""

    line: int
    lines: dict[str, int]

    def of(self, *names: str) -> int:
        """The line of the first of these properties that it has, else its own."""
        return next((self.lines[name] for name in names if name in self.lines), self.line)


class _Bad(Exception):
    """What is wrong, and on which line."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")


def days_off(data: bytes, file: str, today: date) -> Found:
    """The whole days of the events in `data`; Refused with line and reason for a file that is not to be trusted.

    `file` is what the refusal calls it. Events that recur are followed until ten years after `today`.
    """
    try:
        text = _text(data)
        events = _looked_through(text)
        return _found(_parsed(text), events, today)
    except _Bad as fault:
        raise Refused(f"{file} {fault}; nothing was imported.") from fault


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _Bad(data.count(b"\n", 0, fault.start) + 1, f"not UTF-8 (byte 0x{data[fault.start]:02x})") from fault
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _looked_through(text: str) -> list[_Event]:
    """The events in their order; what is no iCalendar at all stops here."""
    opened: list[tuple[str, int]] = []
    events: list[_Event] = []
    number = 0
    for number, line in _unfolded(text):
        form = _LINE.match(line)
        if form is None:
            raise _Bad(number, f"'{shown(line, 40)}' is no line of an .ics file (expected NAME:value)")
        name, what = form[1].upper(), line[form.end() :].strip().upper()
        if not opened and (name, what) != ("BEGIN", "VCALENDAR"):
            raise _Bad(number, "expected BEGIN:VCALENDAR")
        if name == "BEGIN":
            opened.append((what, number))
            if what == "VEVENT":
                events.append(_Event(number, {}))
        elif name == "END":
            if opened[-1][0] != what:
                raise _Bad(number, f"END:{shown(what, 20)} where END:{shown(opened[-1][0], 20)} was expected")
            opened.pop()
        elif opened[-1][0] == "VEVENT":
            events[-1].lines.setdefault(name, number)
        if len(opened) > _DEEPEST or len(events) > _MOST_EVENTS:
            raise _Bad(number, "nested too deep" if len(opened) > _DEEPEST else f"more than {_MOST_EVENTS:,} events")
    if opened:
        raise _Bad(opened[-1][1], f"BEGIN:{shown(opened[-1][0], 20)} has no END")
    if not number:
        raise _Bad(1, "expected BEGIN:VCALENDAR")
    return events


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines as they were before they were folded, each with the number of its first."""
    began, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield began, "".join(parts)
        began, parts = number, [line] if line.strip() else []
    if parts:
        yield began, "".join(parts)


def _parsed(text: str) -> list[Any]:
    try:
        from icalendar import Calendar
    except ImportError as fault:
        raise Refused(f".ics files need the library 'icalendar', which is not here ({fault}).") from fault
    try:
        return [event for each in Calendar.from_ical(text, multiple=True) for event in each.walk("VEVENT")]
    except (ValueError, RecursionError, AttributeError, TypeError, LookupError) as fault:
        raise _Bad(1, f"no iCalendar: {shown(fault)}") from fault


def _found(parsed: list[Any], events: list[_Event], today: date) -> Found:
    if len(parsed) != len(events):
        raise _Bad(1, f"{len(events):,} events begin, but {len(parsed):,} can be read")
    days: dict[date, str] = {}
    timed = taken = 0
    for each, place in zip(parsed, events, strict=True):
        if each.errors:
            name, why = each.errors[0]
            raise _Bad(place.of(str(name).upper()), f"{shown(name)} cannot be read ({shown(why)})")
        if str(each.get("STATUS", "")).upper() == "CANCELLED":
            continue
        start = _day_of(each, "DTSTART", place)
        if start is None:
            timed += 1
            continue
        name, long = _name(each), _length(each, start, place)
        for first in _starts(each, start, place, today):
            taken += long
            if taken > MOST:
                raise _Bad(place.line, f"up to here {taken:,} days are off (at most {MOST:,})")
            if long > (date.max - first).days:
                raise _Bad(place.of("DTEND", "DURATION"), "the event leaves the years 1 to 9999")
            for step in range(long):
                days.setdefault(first + timedelta(step), name)
    return Found(tuple(sorted(days.items())), timed)


def _day_of(event: Any, key: str, place: _Event) -> date | None:
    """A whole day; None for a time of day."""
    found = event.get(key)
    if found is None or isinstance(found, list):
        raise _Bad(place.of(key), f"an event needs one {key}")
    at = found.dt
    return None if isinstance(at, datetime) or not isinstance(at, date) else at


def _name(event: Any) -> str:
    text = event.get("SUMMARY", "")
    words = " ".join(str(text[0] if isinstance(text, list) else text).split())
    return "".join(letter for letter in words if letter.isprintable())[:NAME_LENGTH]


def _length(event: Any, start: date, place: _Event) -> int:
    """Days that the event lasts; its end is the day after the last, as RFC 5545 has it."""
    long = 1
    if "DTEND" in event:
        end = _day_of(event, "DTEND", place)
        if end is None:
            raise _Bad(place.of("DTEND"), "begins with a day and ends with a time")
        long = max(1, (end - start).days) if end >= start else 0
    elif "DURATION" in event:
        length = event["DURATION"].dt
        long = length.days if isinstance(length, timedelta) and length >= _ONE else 0
    if not 1 <= long <= LONGEST:
        why = "ends before it begins" if long < 1 else f"lasts {long:,} days (at most {LONGEST:,})"
        raise _Bad(place.of("DTEND", "DURATION"), f"the event {why}")
    return long


def _starts(event: Any, start: date, place: _Event, today: date) -> list[date]:
    """The days on which it begins: the first, and those that its rule adds."""
    found = {start, *_more(event, "RDATE", place)}
    if "RRULE" in event:
        rule = event["RRULE"]
        if isinstance(rule, list):
            raise _Bad(place.of("RRULE"), "an event needs one RRULE at most")
        begin = datetime.combine(start, time(), UTC)
        until = datetime(min(9000, max(today.year, start.year) + YEARS), 12, 31, tzinfo=UTC)
        try:
            spec = f"RRULE:{rule.to_ical().decode()}"
            steps = bounded(parse(spec, "UTC", anchor=begin), start=begin)
            found |= {each.date() for each in steps.between(begin - timedelta(seconds=1), until, LONGEST)}
        except BadValue as fault:
            raise _Bad(place.of("RRULE"), str(fault)) from fault
    return sorted(found - set(_more(event, "EXDATE", place)))


def _more(event: Any, key: str, place: _Event) -> Iterator[date]:
    given = event.get(key, [])
    for part in given if isinstance(given, list) else [given]:
        for each in part.dts:
            at = each.dt
            if isinstance(at, datetime):
                yield at.date()
            elif isinstance(at, date):
                yield at
            else:
                raise _Bad(place.of(key), f"{key} is no day")
