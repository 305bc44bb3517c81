"""How far ahead tasks are made: the horizon of a template, counted from today inclusive by day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from engine.rules.errors import BadValue, OutOfCalendar, shown
from engine.rules.offsets import CLOCK_UNITS, Offset, Unit, parse_offset, shift_date
from engine.rules.when import Rule
from engine.rules.zones import local, wall_instant
from store.frozen import value

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_INTERVALS = re.compile(r"([0-9]{1,3}) intervals?")
_EVERY = re.compile(r"every (?:([0-9]+) )?(hour|day|week|month|year)s?\b")
_AXES = {"hour": Unit.HOUR, "day": Unit.DAY, "week": Unit.WEEK, "month": Unit.MONTH, "year": Unit.YEAR}
_EXPECTED = "a length such as 7d, 2w or 2mo, '2 intervals', or 'next'"


@value
class Horizon:
    """How far ahead: an `offset` from today, a number of `intervals`, or with neither the next one only."""

    offset: Offset | None = None
    intervals: int = 0

    def __str__(self) -> str:
        if self.offset is not None:
            return str(self.offset)
        return f"{self.intervals} interval{'s' if self.intervals > 1 else ''}" if self.intervals else "next"


@lru_cache(maxsize=1024)
def parse_horizon(text: str) -> Horizon:
    """`7d`, `2w`, `2mo`, `1y`, `2 intervals`, `next`; BadValue says what was expected."""
    plain = " ".join(text.lower().split())
    if plain in ("next", "next one", "next one only"):
        return Horizon()
    if form := _INTERVALS.fullmatch(plain):
        if not int(form[1]):
            raise BadValue(f"'{shown(text)}' is not a horizon (expected {_EXPECTED})")
        return Horizon(None, int(form[1]))
    try:
        offset = parse_offset(text)
    except BadValue:
        raise BadValue(f"'{shown(text)}' is not a horizon (expected {_EXPECTED})") from None
    if offset.number < 0 or offset.unit in CLOCK_UNITS or offset.unit is Unit.BUSINESS_DAY:
        raise BadValue(f"'{shown(text)}' is not a horizon (expected {_EXPECTED})")
    return Horizon(offset)


@lru_cache(maxsize=1024)
def parse_length(text: str) -> Offset:
    """A length of days before the due day: `2d`, `1w`, `1mo`; BadValue says what was expected."""
    offset = parse_offset(text)
    if offset.number < 0 or offset.unit in CLOCK_UNITS:
        raise BadValue(f"'{shown(text)}' is not a number of days (expected such as 2d, 1w or 5bd)")
    return offset


@lru_cache(maxsize=4096)
def kind_of(spec: str) -> str | None:
    """Whose horizon a canonical spec has by default: daily, weekly, monthly, yearly or every; None: ask its gaps."""
    word = spec.partition(" ")[0]
    if word in ("daily", "weekly", "monthly", "yearly", "every"):
        return word
    found = re.search(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)", spec.upper())
    if found is None:
        return "yearly" if word == "once" else None
    return "every" if re.search(r"INTERVAL=0*([2-9]|1[0-9])", spec.upper()) else found[1].lower()


def kind_by_gap(rule: Rule, now: datetime) -> str:
    """The same for a rule that has no such word, such as a cron line: by the days between the next two."""
    first = rule.next(now)
    second = None if first is None else rule.next(first)
    if first is None or second is None:
        return "yearly"
    days = (second - first).days
    return "daily" if days <= 1 else "weekly" if days <= 7 else "monthly" if days <= 62 else "yearly"


def last_day(rule: Rule, horizon: Horizon, today: date, begin: datetime | None = None) -> date:
    """The last day whose occurrences become tasks on `today`; those after `begin` count, else those of today on."""
    offset = _as_offset(rule.spec, horizon)
    if offset is not None:
        return shifted(today, offset)
    at: datetime | None = begin or midnight(today, rule.zone) - _TICK
    found = at
    for _ in range(max(1, horizon.intervals)):
        at = None if at is None else rule.next(at)
        found = at or found
    assert found is not None
    return max(today, local(found, rule.zone).date())


def wake_of(rule: Rule, horizon: Horizon, following: datetime | None, now: datetime, today: date) -> datetime | None:
    """When to look again: the midnight at which the first undecided occurrence comes within the horizon."""
    if following is None:
        return None
    offset = _as_offset(rule.spec, horizon)
    day = today + timedelta(1) if offset is None else _first_day(local(following, rule.zone).date(), offset)
    return max(midnight(max(day, today), rule.zone), now + _SECOND)


@lru_cache(maxsize=16_384)
def _first_day(target: date, offset: Offset) -> date:
    """The first day from which `offset` reaches the target."""
    day = shifted(target, Offset(-offset.number, offset.unit))
    while shifted(day, offset) >= target and day.year > 2:
        day -= timedelta(1)
    while shifted(day, offset) < target:
        day += timedelta(1)
    return day


@lru_cache(maxsize=8192)
def midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return wall_instant(datetime.combine(day, time()), zone).astimezone(UTC)


@lru_cache(maxsize=16_384)
def shifted(day: date, offset: Offset) -> date:
    """The day moved; at the end of the calendar it stays inside."""
    try:
        return shift_date(day, offset)
    except OutOfCalendar:
        return date(9998, 12, 30) if offset.number > 0 else date(2, 1, 1)


@lru_cache(maxsize=4096)
def _step(spec: str) -> tuple[int, Unit] | None:
    """(number, unit) of a rule that steps: `every 3 days`, FREQ=DAILY;INTERVAL=3."""
    if form := _EVERY.match(spec):
        return int(form[1] or 1), _AXES[form[2]]
    found = re.search(r"FREQ=(DAI|WEEK|MONTH|YEAR)", spec.upper())
    if found is None:
        return None
    number = re.search(r"INTERVAL=([0-9]+)", spec.upper())
    units = {"DAI": Unit.DAY, "WEEK": Unit.WEEK, "MONTH": Unit.MONTH, "YEAR": Unit.YEAR}
    return int(number[1]) if number else 1, units[found[1]]


@lru_cache(maxsize=4096)
def _as_offset(spec: str, horizon: Horizon) -> Offset | None:
    """The horizon as a distance from today, if it is one."""
    if horizon.offset is not None or not horizon.intervals:
        return horizon.offset
    step = _step(spec)
    if step is None:
        return None
    number, unit = step[0] * horizon.intervals, step[1]
    if unit is Unit.HOUR:
        number, unit = -(-number // 24), Unit.DAY
    try:
        return Offset(number, unit)
    except BadValue:
        return Offset(100_000)
