"""`every N units [on DAYS] [TIMES] [from MOMENT]`: what counts from a start."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.rules.errors import shown
from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.days import Days, Months, Stride, Weeks
from engine.rules.when.draft import Draft, Place, take_times, wall_of, weekday_mask, written
from engine.rules.when.monthdays import MonthDays, month_days, numbered
from engine.rules.when.named import iso, say_date, say_moment, weekly
from engine.rules.when.names import bits, minutes, named, ordinal, short, weekdays
from engine.rules.when.patterns import Fixed, Grid, Walls
from engine.rules.when.wallclock import DAY, EPOCH_DAY
from engine.rules.wording import WEEKDAYS

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
MOST = 9999
_SHORT = {"s": 0, "sec": 0, "secs": 0, "min": 1, "mins": 1, "h": 2, "hr": 2, "hrs": 2}
_SHORT |= {"d": 3, "w": 4, "wk": 4, "wks": 4, "mo": 5, "y": 6, "yr": 6, "yrs": 6}
_UNITS = {name + s: place for place, name in enumerate(UNITS) for s in ("", "s")} | _SHORT
_SIZES = (1, 60, 3600)
_DAY, _WEEK, _MONTH, _YEAR = 3, 4, 5, 6
_EXPECTED = "expected such as every 3 days, every 15 minutes or every 2 weeks on fri 09:00"


class _Start(NamedTuple):
    """`wall` is what the clock shows at the start, `instant` when that is, `text` what a spec says of it."""

    wall: int
    instant: int
    text: str = ""


def every(words: list[str], place: Place) -> Draft:
    """Occurrences lie strictly after the anchor; those of `from MOMENT` begin with the moment itself."""
    words, _, moment = _cut(words, "from")
    words, on, days = _cut(words, "on")
    rest, times = take_times(words)
    more, times_on = take_times(days)
    if not on and len(rest) == 1 and named(re.split("[,-]", rest[0])[0], WEEKDAYS) is not None:
        return weekly(words, place)
    step, unit = _step(rest)
    start = _start(moment, unit, place, " ".join(["every", *rest]))
    times |= times_on
    if unit < _DAY:
        if on or times:
            raise BadSpec(f"every {UNITS[unit]}: days and times of day need steps of days or larger")
        grid = Grid(start.instant, step * _SIZES[unit])
        return _draft(step, unit, "", grid, start, f" from {say_moment(start.wall)}")
    if on and not more:
        raise BadSpec("every: nothing follows 'on': expected such as every 2 weeks on fri")
    return _on_days(step, unit, more, times, start)


def _on_days(step: int, unit: int, more: list[str], times: int, start: _Start) -> Draft:
    """Steps of days and larger; without times the start's own wall time is kept."""
    days, text, words = _days(step, unit, more, start.wall)
    inside = start.wall % DAY
    walls = Walls(days, times) if times else Walls(days, 1 << inside // 60, inside % 60)
    clock = minutes(times) if times else iso(start.wall).partition("T")[2]
    text += f" {written(times)}" if times else ""
    return _draft(step, unit, text, Fixed(walls), start, f"{words} at {clock} from {say_date(start.wall)}")


def _draft(step: int, unit: int, text: str, pattern: Fixed | Grid, start: _Start, words: str) -> Draft:
    head = f"every {UNITS[unit]}" if step == 1 else f"every {step} {UNITS[unit]}s"
    floor = start.instant - 1 if start.text else start.instant
    return Draft(f"{head}{text}{start.text}", head + words, pattern, floor, start.instant)


def _cut(words: list[str], mark: str) -> tuple[list[str], bool, list[str]]:
    if mark not in words:
        return words, False, []
    at = words.index(mark)
    return words[:at], True, words[at + 1 :]


def _step(rest: list[str]) -> tuple[int, int]:
    """(step, unit) of "3 days", "3d" or "hour"."""
    words = list(rest)
    if words and words[0][:1] in "+-.0123456789":
        digits = words[0].rstrip("abcdefghijklmnopqrstuvwxyz")
        words = [digits, *([words[0][len(digits) :]] if digits != words[0] else []), *words[1:]]
        step = _read_step(digits)
        words = words[1:]
    else:
        step = 1
    if len(words) != 1 or words[0] not in _UNITS:
        wrong = next((word for word in words if word not in _UNITS), words[-1] if words else "")
        what = f"{quoted(wrong)} is not understood here" if wrong else "a unit is missing"
        raise BadSpec(f"every: {what}: {_EXPECTED}")
    return step, _UNITS[words[0]]


def _read_step(text: str) -> int:
    if not text.isdigit() or len(text.lstrip("0")) > len(str(MOST)) or not 1 <= int(text) <= MOST:
        raise BadSpec(f"every: the step is {shown(text)}: expected a whole number from 1 to {MOST}")
    return int(text)


def _start(moment: list[str], unit: int, place: Place, what: str) -> _Start:
    clock = place.clock
    if not moment:
        if place.anchor is None:
            raise BadSpec(f"{what} needs a start to count from, such as {what} from 2025-06-01T10:00")
        return _Start(place.anchor + clock.stretch(place.anchor)[2], place.anchor)
    wall, offset = wall_of(" ".join(word for word in moment if word != "at"))
    instant = clock.instant(wall) if offset is None else wall - offset
    if offset is not None:
        wall = instant + clock.stretch(instant)[2]
    text = f" from {iso(wall)}"
    if clock.instant(wall) != instant:
        if unit < _DAY:
            text += signed(wall - instant)
        else:
            instant = clock.instant(wall)
    return _Start(wall, instant, text)


def signed(offset: int) -> str:
    """An offset in seconds as +02:00."""
    size = abs(offset) // 60
    return f"{'-' if offset < 0 else '+'}{size // 60:02d}:{size % 60:02d}"


def _days(step: int, unit: int, words: list[str], wall: int) -> tuple[Days, str, str]:
    """(days, what the spec says of them, what the sentence says)."""
    begin = wall // DAY + EPOCH_DAY
    if unit == _DAY and words:
        raise BadSpec(f"every {step} days: {quoted(' '.join(words))} goes with weeks, months or years only")
    if unit in (_DAY, _WEEK) and not words:
        return Stride(begin, step * (7 if unit == _WEEK else 1)), "", ""
    if unit == _WEEK:
        mask = weekday_mask(words)
        names = ",".join(short(day) for day in bits(mask))
        return Weeks(mask, step, begin - (begin - 1) % 7), f" on {names}", f" on {weekdays(mask)}"
    if unit == _YEAR and words:
        raise BadSpec("every year: days go with weeks and months; write such as yearly 8 march 09:00")
    say = _from_start(begin) if not words else month_days(words, "monthly")
    year, month, _ = iso(wall).split("-")
    base = int(year) * 12 + int(month) - 1
    days = Months(say.shapes, step=step * (12 if unit == _YEAR else 1), base=base, clamped=say.clamped)
    said = f" on {say.words}{say.extra}" if unit == _MONTH else ""
    return days, f" on {say.text}" if words else "", said


def _from_start(day: int) -> MonthDays:
    """The start's own day of the month; shorter months end earlier and count from the start all the same."""
    number = int(iso((day - EPOCH_DAY) * DAY)[8:10])
    clamped = 1 << number if number > 28 else 0
    extra = " (or the last day)" if clamped else ""
    return MonthDays("", f"the {ordinal(number)}", numbered(1 << number, clamp=True), extra, clamped)
