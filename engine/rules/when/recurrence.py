"""The parts of a recurrence rule (RFC 5545, section 3.3.10), read and checked one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.names import listed, mask_of
from store.frozen import value

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY = range(7)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_STEP = 9999
MOST_ELAPSED = 1_000_000
MOST_COUNT = 1_000_000
_LONGEST_NUMBER = 7
_PLACED = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d+")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")
# part -> lowest, highest, whether counting from the end is possible
_LISTS = {
    "BYSECOND": (0, 60, False),
    "BYMINUTE": (0, 59, False),
    "BYHOUR": (0, 23, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYMONTH": (1, 12, False),
    "BYSETPOS": (1, 366, True),
}


@value
class Recurrence:
    """The parts as they were given. Numbers are sorted and told once; None is a part that is not there.

    `by_day` holds (weekday, place): Monday is 0, place 0 is every one. `until` is text still: it needs a zone.
    """

    freq: int
    interval: int = 1
    count: int | None = None
    until: str | None = None
    wkst: int = 0
    by_second: tuple[int, ...] | None = None
    by_minute: tuple[int, ...] | None = None
    by_hour: tuple[int, ...] | None = None
    by_day: tuple[tuple[int, int], ...] | None = None
    by_monthday: tuple[int, ...] | None = None
    by_yearday: tuple[int, ...] | None = None
    by_weekno: tuple[int, ...] | None = None
    by_month: tuple[int, ...] | None = None
    by_setpos: tuple[int, ...] | None = None

    @property
    def placed(self) -> bool:
        """Whether some weekday is named by its place, such as the first Monday."""
        return any(place for _, place in self.by_day or ())

    @property
    def plain(self) -> bool:
        """Whether nothing but the step says when."""
        return not any(getattr(self, name) for name in _BY)


_BY = ("by_second", "by_minute", "by_hour", "by_day", "by_monthday", "by_yearday", "by_weekno", "by_month", "by_setpos")


def read_parts(text: str) -> tuple[Recurrence, str]:
    """(the rule, its canonical text) of FREQ=WEEKLY;BYDAY=MO; raises BadSpec that names the part."""
    parts: dict[str, str] = {}
    for part in text.upper().strip(";").split(";"):
        name, equals, said = part.partition("=")
        if name not in _READERS:
            raise BadSpec(f"RRULE: {quoted(name)} is not a part: expected {listed([*_READERS], 'or')}")
        if not equals or not said:
            raise BadSpec(f"RRULE: {name} says nothing: expected such as {name}={_EXAMPLES.get(name, '1')}")
        if name in parts:
            raise BadSpec(f"RRULE: {name} was given twice: expected it once, with a list")
        parts[name] = said
    if "FREQ" not in parts:
        raise BadSpec(f"RRULE: FREQ is missing: expected FREQ={listed(FREQUENCIES, 'or')}")
    rule = Recurrence(**{_field(name): _READERS[name](name, said) for name, said in parts.items() if name in _KEPT})
    for name in ("RSCALE", "SKIP"):
        if name in parts:
            _READERS[name](name, parts[name])
    _agree(rule)
    return rule, ";".join(f"{name}={said}" for name, said in parts.items())


def _field(name: str) -> str:
    return f"by_{name[2:].lower()}" if name.startswith("BY") else name.lower()


def _agree(rule: Recurrence) -> None:
    """What RFC 5545 rules out, and what nobody agrees on."""
    name = FREQUENCIES[rule.freq]
    if rule.count is not None and rule.until is not None:
        raise BadSpec("RRULE: COUNT and UNTIL were both given: expected one of them")
    if rule.by_weekno and rule.freq != YEARLY:
        raise BadSpec(f"RRULE: BYWEEKNO does not go with FREQ={name}: expected FREQ=YEARLY")
    if rule.by_yearday and rule.freq in (MONTHLY, WEEKLY, DAILY):
        raise BadSpec(f"RRULE: BYYEARDAY does not go with FREQ={name}: expected FREQ=YEARLY")
    if rule.by_monthday and rule.freq == WEEKLY:
        raise BadSpec("RRULE: BYMONTHDAY does not go with FREQ=WEEKLY: expected FREQ=MONTHLY or DAILY")
    if rule.placed and (rule.freq not in (YEARLY, MONTHLY) or rule.by_weekno):
        where = "BYWEEKNO" if rule.by_weekno else f"FREQ={name}"
        raise BadSpec(f"RRULE: BYDAY with a number does not go with {where}: expected FREQ=MONTHLY or FREQ=YEARLY")
    if rule.by_setpos and not any(getattr(rule, name) for name in _BY[:-1]):
        raise BadSpec("RRULE: BYSETPOS picks from a set: expected another BY part such as BYDAY")
    if rule.by_weekno and (rule.by_monthday or rule.by_yearday or (rule.by_month and not rule.by_day)):
        raise BadSpec("RRULE: BYWEEKNO goes with BYDAY only, and then with BYMONTH: expected no other day beside it")
    if rule.freq == YEARLY and rule.by_yearday and (rule.by_month or rule.by_monthday):
        raise BadSpec("RRULE: BYYEARDAY goes with BYDAY only: expected no BYMONTH or BYMONTHDAY beside it")
    most = MOST_ELAPSED if rule.freq >= HOURLY and rule.plain else MOST_STEP
    if rule.interval > most:
        beside = " beside BY parts" if rule.freq >= HOURLY and not rule.plain else ""
        raise BadSpec(f"RRULE: INTERVAL is {rule.interval}: expected 1 to {most} with FREQ={name}{beside}")


def _freq(name: str, text: str) -> int:
    if text not in FREQUENCIES:
        raise BadSpec(f"RRULE: FREQ is {quoted(text)}: expected {listed(FREQUENCIES, 'or')}")
    return FREQUENCIES.index(text)


def _number(name: str, text: str, expected: str) -> int:
    if not _NUMBER.fullmatch(text) or len(text) > _LONGEST_NUMBER + 1:
        raise BadSpec(f"RRULE: {name} is {quoted(text)}: expected {expected}")
    return int(text)


def _positive(name: str, text: str) -> int:
    most = MOST_COUNT if name == "COUNT" else MOST_ELAPSED
    expected = f"a whole number from 1 to {most}"
    found = _number(name, text, expected)
    if not 1 <= found <= most:
        raise BadSpec(f"RRULE: {name} is {quoted(text)}: expected {expected}")
    return found


def _until(name: str, text: str) -> str:
    if not _UNTIL.fullmatch(text):
        raise BadSpec(f"RRULE: UNTIL is {quoted(text)}: expected such as 20261231T235959Z, 20261231T235959 or 20261231")
    return text


def _weekday(name: str, text: str) -> int:
    if text not in WEEKDAYS:
        raise BadSpec(f"RRULE: {name} is {quoted(text)}: expected {listed(WEEKDAYS, 'or')}")
    return WEEKDAYS.index(text)


def _days(name: str, text: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for part in text.split(","):
        read = _PLACED.fullmatch(part)
        place = int(read[1] or 0) if read else 0
        if not read or (read[1] and not 1 <= abs(place) <= 53):
            raise BadSpec(f"RRULE: BYDAY {quoted(part)} is not understood: expected such as MO, 1FR or -1SU (the last)")
        found.add((WEEKDAYS.index(read[2]), place))
    return tuple(sorted(found))


def _list(name: str, text: str) -> tuple[int, ...]:
    low, high, backward = _LISTS[name]
    expected = f"{low} to {high}" + (f" or -{high} to -{low}" if backward else "")
    found = set()
    for part in text.split(","):
        number = _number(name, part, f"{expected}, or a list of such")
        if not low <= (abs(number) if backward else number) <= high:
            raise BadSpec(f"RRULE: {name} {quoted(part)} does not exist: expected {expected}")
        found.add(number)
    return tuple(sorted(found))


def _rscale(name: str, text: str) -> str:
    if text != "GREGORIAN":
        raise BadSpec(f"RRULE: the calendar {quoted(text)} is not known: expected RSCALE=GREGORIAN")
    return text


def _skip(name: str, text: str) -> str:
    if text != "OMIT":
        raise BadSpec(f"RRULE: SKIP={text[:20]} is not known: expected SKIP=OMIT or 'monthly 31 clamp'")
    return text


_READERS: dict[str, Callable[[str, str], Any]] = {
    "FREQ": _freq,
    "INTERVAL": _positive,
    "COUNT": _positive,
    "UNTIL": _until,
    "WKST": _weekday,
    "BYDAY": _days,
    **dict.fromkeys(_LISTS, _list),
    "RSCALE": _rscale,
    "SKIP": _skip,
}
_KEPT = frozenset(_READERS) - {"RSCALE", "SKIP"}
_EXAMPLES = {"FREQ": "DAILY", "UNTIL": "20261231", "WKST": "MO", "BYDAY": "MO", "RSCALE": "GREGORIAN", "SKIP": "OMIT"}


def months_of(rule: Recurrence) -> int:
    """Bits of the months that count, January = bit 1."""
    return mask_of(rule.by_month or range(1, 13))
