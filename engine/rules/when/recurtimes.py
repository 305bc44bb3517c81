"""When in the day a recurrence rule happens, and what that makes of its days: a pattern that can be jumped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import gcd

from engine.rules.when.bad import BadSpec
from engine.rules.when.days import Days, lowest
from engine.rules.when.names import bits, mask_of
from engine.rules.when.patterns import Fixed, Grid, Pattern, Running, Walls, WallSet
from engine.rules.when.recurdays import daily, days_of, picked
from engine.rules.when.recurrence import DAILY, HOURLY, MINUTELY, SECONDLY, Recurrence
from engine.rules.when.wallclock import DAY, EPOCH_DAY
from engine.rules.when.years import Years, sifted
from store.frozen import value

_DIGITS = bytes.maketrans(b"01", b"\0\1")
_UNITS = {HOURLY: 3600, MINUTELY: 60, SECONDLY: 1}
MOST_PICKED = 12
_EVERY_DAY = Years(((1 << 365) - 1,) * 7 + ((1 << 366) - 1,) * 7)


@value
class Several:
    """Walls that have no moment in common."""

    walls: tuple[Walls, ...]

    def after(self, wall: int) -> int | None:
        return min((found for each in self.walls if (found := each.after(wall)) is not None), default=None)

    def upto(self, wall: int) -> int | None:
        return max((found for each in self.walls if (found := each.upto(wall)) is not None), default=None)

    def count(self, after: int, until: int) -> int:
        return sum(each.count(after, until) for each in self.walls)


@value
class Paced:
    """Times (bits 0 to 86399) of days, within every `step`-th unit of `unit` seconds since the wall `base`.

    The step is counted on the wall clock, so which times a day has comes round after some days; `days` holds
    only those that have any.
    """

    days: Years
    times: int
    unit: int
    step: int
    base: int

    def after(self, wall: int) -> int | None:
        day, inside = divmod(wall, DAY)
        found = self.days.first(day + EPOCH_DAY)
        if found == day + EPOCH_DAY:
            rest = self._times(day) >> inside + 1
            if rest:
                return wall + 1 + lowest(rest)
            found = self.days.first(found + 1)
        if found is None:
            return None
        return (found - EPOCH_DAY) * DAY + lowest(self._times(found - EPOCH_DAY))

    def upto(self, wall: int) -> int | None:
        day, inside = divmod(wall, DAY)
        found = self.days.last(day + EPOCH_DAY)
        if found == day + EPOCH_DAY:
            done = self._times(day) & (2 << inside) - 1
            if done:
                return day * DAY + done.bit_length() - 1
            found = self.days.last(found - 1)
        if found is None:
            return None
        return (found - EPOCH_DAY) * DAY + self._times(found - EPOCH_DAY).bit_length() - 1

    def count(self, after: int, until: int) -> int:
        if until <= after:
            return 0
        (low, started), (high, ended) = divmod(after, DAY), divmod(until, DAY)
        total = 0
        if high > low:
            days = (each.count(low + EPOCH_DAY, high - 1 + EPOCH_DAY) for each in _weighed(self))
            total = sum(many << place for place, many in enumerate(days))
        for day, inside, sign in ((high, ended, 1), (low, started, -1)):
            if self.days.count(day + EPOCH_DAY, day + EPOCH_DAY):
                total += sign * (self._times(day) & (2 << inside) - 1).bit_count()
        return total

    def _times(self, day: int) -> int:
        units = DAY // self.unit
        phase = (self.base // self.unit - day * units) % self.step
        return self.times & _comb(phase, self.step, self.unit) if phase < units else 0


@lru_cache(maxsize=64)
def _weighed(paced: Paced) -> tuple[Years, ...]:
    """Its days by how many times they have: a day counts 2**n for the n-th set if it is in it."""
    weights = _weights(paced.times, paced.unit, paced.step, paced.base)
    free = replace(paced.days, sieve=None)
    slices = (_in_order(weight >> place & 1 for weight in weights) for place in range(max(weights).bit_length()))
    return tuple(sifted(free, each, len(weights), EPOCH_DAY) for each in slices)


def _in_order(bits_in_order: Iterable[int]) -> int:
    """The first is bit 0."""
    return int("".join(map(str, reversed(list(bits_in_order)))) or "0", 2)


@lru_cache(maxsize=64)
def _comb(phase: int, step: int, unit: int) -> int:
    """Every `step`-th unit of a day from the one numbered `phase`, as bits of its seconds."""
    teeth = range(phase, DAY // unit, step)
    width = step * unit
    comb, have = (1 << unit) - 1, 1
    while have < len(teeth):
        comb |= comb << width * have
        have *= 2
    return comb << phase * unit & (1 << DAY) - 1


@lru_cache(maxsize=16)
def _weights(times: int, unit: int, step: int, base: int) -> tuple[int, ...]:
    """How many times each day has, from 1 January 1970 on until that comes round."""
    units = DAY // unit
    tooth = (1 << unit) - 1
    inside: Sequence[int]
    if unit == 1:
        inside = f"{times:0{units}b}"[::-1].encode().translate(_DIGITS)
    else:
        inside = [(times >> at * unit & tooth).bit_count() for at in range(units)]
    first, days = base // unit, step // gcd(step, units)
    return tuple(sum(inside[(first - day * units) % step :: step]) for day in range(days))


def pattern_of(rule: Recurrence, wall: int, instant: int) -> Pattern | None:
    """Everything a rule says, from its start on: `wall` is what the clock shows there, `instant` when that is.

    None where no day has such a time. Steps of hours and less run through clock changes evenly; where other
    parts name times too, they are steps on the wall clock, as those parts are.
    """
    if rule.freq >= HOURLY:
        if rule.plain:
            return Grid(instant, rule.interval * _UNITS[rule.freq])
        paced = _paced(rule, wall)
        return None if paced is None else Running(paced)
    start = date.fromordinal(wall // DAY + EPOCH_DAY)
    times = product(_hours(rule, wall), _minutes(rule, wall), _seconds(rule, wall))
    if rule.by_setpos is None or rule.freq == DAILY:
        times = picked(times, rule.by_setpos or ())
        return Fixed(walls_of(days_of(rule, start), times)) if times else None
    if not times:
        return None
    if times.bit_count() == 1:
        return Fixed(walls_of(days_of(rule, start, rule.by_setpos), times))
    return Fixed(_chosen(rule, start, times))


def _chosen(rule: Recurrence, start: date, times: int) -> WallSet:
    """BYSETPOS among days that have several times: each place is a place among the days, and a time."""
    inside = bits(times)
    many = len(inside)
    groups: dict[int, list[int]] = {}
    for position in rule.by_setpos or ():
        day, at = divmod(abs(position) - 1, many)
        if position < 0:
            day, at = -day - 2, many - 1 - at
        groups.setdefault(at, []).append(day + 1)
    if len(groups) > MOST_PICKED:
        raise BadSpec(f"RRULE: BYSETPOS picks {len(groups)} times of day: expected {MOST_PICKED} at most")
    return Several(
        tuple(walls_of(days_of(rule, start, tuple(days)), 1 << inside[at]) for at, days in sorted(groups.items()))
    )


def _paced(rule: Recurrence, wall: int) -> WallSet | None:
    """Steps of hours and less that BY parts limit."""
    days = daily(rule, date.fromordinal(wall // DAY + EPOCH_DAY))
    times = _paced_times(rule, wall)
    unit = _UNITS[rule.freq]
    if rule.interval == 1:
        return walls_of(days, times) if times else None
    weights = _weights(times, unit, rule.interval, wall)
    if not any(weights):
        return None
    if len(weights) == 1:
        return walls_of(days, times & _comb(wall // unit % rule.interval, rule.interval, unit))
    years = replace(
        days if isinstance(days, Years) else _EVERY_DAY, base=date.fromordinal(wall // DAY + EPOCH_DAY).year
    )
    some = _in_order(int(weight > 0) for weight in weights)
    return Paced(sifted(years, some, len(weights), EPOCH_DAY), times, unit, rule.interval, wall)


def _paced_times(rule: Recurrence, wall: int) -> int:
    """The seconds of a day that the rule allows; BYSETPOS picks within each hour, minute or second."""
    hours = mask_of(rule.by_hour or range(24))
    if rule.freq == HOURLY:
        unit = product(1, _minutes(rule, wall), _seconds(rule, wall))
        return product(hours, 1, picked(unit, rule.by_setpos or ()))
    minutes = mask_of(rule.by_minute or range(60))
    if rule.freq == MINUTELY:
        return product(hours, minutes, picked(_seconds(rule, wall), rule.by_setpos or ()))
    times = product(hours, minutes, _mask(rule.by_second) if rule.by_second else (1 << 60) - 1)
    return times if rule.by_setpos is None or {1, -1} & set(rule.by_setpos) else 0


def _hours(rule: Recurrence, wall: int) -> int:
    return mask_of(rule.by_hour or [wall % DAY // 3600])


def _minutes(rule: Recurrence, wall: int) -> int:
    return mask_of(rule.by_minute or [wall % 3600 // 60])


def _seconds(rule: Recurrence, wall: int) -> int:
    return _mask(rule.by_second) if rule.by_second else 1 << wall % 60


def _mask(seconds: Iterable[int]) -> int:
    """A leap second is on no clock that we have."""
    return mask_of(second for second in seconds if second < 60)


def product(hours: int, minutes: int, seconds: int) -> int:
    """Every second of every minute of every hour, as bits of a day."""
    inside = sum(seconds << 60 * minute for minute in bits(minutes))
    return sum(inside << 3600 * hour for hour in bits(hours))


def walls_of(days: Days, times: int) -> Walls:
    """Walls of these seconds of the day; counted in minutes where all are equally far into one."""
    second = lowest(times) % 60
    if times & ~_comb(second, 60, 1):
        return Walls(days, times, 0, 1)
    return Walls(days, int(f"{times:0{DAY}b}"[::-1][second::60][::-1], 2), second)
