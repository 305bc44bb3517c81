"""Days by their place in the year, for the fourteen kinds of year, found by jumping.

A kind is leap * 7 + the weekday of 1 January (Monday = 0). Days are ordinals, as in `days`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import gcd, lcm

from engine.rules.when.days import lowest
from engine.rules.when.wallclock import FIRST_DAY, LAST_DAY
from store.frozen import value

KINDS = 14
PLAIN = (0,) * KINDS
_LAST_YEAR = 9999
_WIDEST = 372  # days of the longest period, which is 53 weeks, and one to spare
_CENTURIES = 146_097  # days of 400 years, after which the calendar comes again, whole weeks and all


@value
class Sieve:
    """Days that come round: bit i is the i-th day after `base`, and again after every `period` days.

    `bits` are little-endian and repeated to the period and `_WIDEST` days more.
    """

    bits: bytes
    period: int
    base: int

    def window(self, day: int) -> int:
        """Bits of the `_WIDEST` days from `day` on."""
        at = (day - self.base) % self.period
        return int.from_bytes(self.bits[at >> 3 : (at + _WIDEST >> 3) + 1], "little") >> (at & 7)

    def centuries(self, day: int) -> int:
        """Bits of 400 years from `day` on."""
        once = int.from_bytes(self.bits, "little") & ((1 << self.period) - 1)
        return _repeated(once, self.period, self.period + _CENTURIES) >> (day - self.base) % self.period


def sifted(years: Years, bits: int, period: int, base: int) -> Years:
    """Only the days that come round; nothing is sifted where all days do."""
    if bits == (1 << period) - 1:
        return years
    whole = _repeated(bits, period, period + _WIDEST + 8)
    start = max(years.base, date.fromordinal(base).year - 1)
    return replace(
        years, base=start, sieve=Sieve(whole.to_bytes((whole.bit_length() + 7) // 8 + 1, "little"), period, base)
    )


def _repeated(bits: int, period: int, need: int) -> int:
    have = period
    while have < need:
        bits |= bits << have
        have *= 2
    return bits


@value
class Years:
    """Some days of every `step`-th year from the year `base` on; a `sieve` lets only some of them through.

    `masks` holds, for each kind of year, bits of the days from the begin of its period, which lies `shifts`
    days after 1 January: a year that is counted in weeks begins up to three days before or after.
    """

    masks: tuple[int, ...]
    shifts: tuple[int, ...] = PLAIN
    step: int = 1
    base: int = 2
    sieve: Sieve | None = None

    def first(self, day: int) -> int | None:
        day = max(day, FIRST_DAY)
        if day > LAST_DAY or not any(self.masks):
            return None
        year = max(date.fromordinal(day).year - (self.shifts != PLAIN), self.base)
        for this in range(year + (self.base - year) % self.step, min(_LAST_YEAR, year + self._round()) + 1, self.step):
            begin, rest = self._period(this)
            if day > begin:
                rest = rest >> day - begin << day - begin
            if rest:
                found = begin + lowest(rest)
                return found if found <= LAST_DAY else None
        return None

    def last(self, day: int) -> int | None:
        day = min(day, LAST_DAY)
        if day < FIRST_DAY or not any(self.masks):
            return None
        year = date.fromordinal(day).year + (self.shifts != PLAIN)
        for this in range(year - (year - self.base) % self.step, self.base - 1, -self.step):
            begin, rest = self._period(this)
            if day < begin + _WIDEST:
                rest &= (2 << day - begin) - 1 if day >= begin else 0
            if rest:
                found = begin + rest.bit_length() - 1
                return found if found >= FIRST_DAY else None
        return None

    def count(self, low: int, high: int) -> int:
        low, high = max(low, FIRST_DAY), min(high, LAST_DAY)
        start = low + (1 - low) % _CENTURIES
        if self.step == 1 and high - start > _CENTURIES and start > january(self.base + 1)[0]:
            cycles = (high + 1 - start) // _CENTURIES
            end = start + cycles * _CENTURIES
            inside = sum(self._block(start + cycle * _CENTURIES) for cycle in range(cycles))
            return self._walk(low, start - 1) + inside + self._walk(end, high)
        return self._walk(low, high)

    def _round(self) -> int:
        """After how many years the same days come again, and what was not there never will be."""
        years = lcm(400, self.step) + self.step
        return years if self.sieve is None else years * (self.sieve.period // gcd(self.sieve.period, _CENTURIES))

    def _walk(self, low: int, high: int) -> int:
        if high < low:
            return 0
        total, spread = 0, self.shifts != PLAIN
        year = max(date.fromordinal(low).year - spread, self.base)
        until = min(date.fromordinal(high).year + spread, _LAST_YEAR)
        for this in range(year + (self.base - year) % self.step, until + 1, self.step):
            begin, days = self._period(this)
            if low > begin:
                days = days >> low - begin << low - begin
            if high < begin + _WIDEST:
                days &= (2 << high - begin) - 1 if high >= begin else 0
            total += days.bit_count()
        return total

    def _block(self, start: int) -> int:
        """How many days lie in the 400 years from `start` on, which is a day that 400 years begin with."""
        days = _centuries(self.masks, self.shifts)
        return (days & self.sieve.centuries(start) if self.sieve else days).bit_count()

    def _period(self, year: int) -> tuple[int, int]:
        """(the day that the period of the year begins with, bits of its days from there)."""
        begin, kind = january(year)
        begin += self.shifts[kind]
        days = self.masks[kind]
        if self.sieve is not None and days:
            days &= self.sieve.window(begin)
        return begin, days


def january(year: int) -> tuple[int, int]:
    """(the ordinal of 1 January, the kind of the year), also for the years 0 and 10000."""
    past = year - 1
    begin = past * 365 + past // 4 - past // 100 + past // 400 + 1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return begin, 7 * leap + (begin - 1) % 7


@lru_cache(maxsize=64)
def _centuries(masks: tuple[int, ...], shifts: tuple[int, ...]) -> int:
    """The days of 400 years that begin with a year such as 1 or 401, as bits."""
    days = 0
    for year in range(402):
        begin, kind = january(year)
        at = begin + shifts[kind] - 1
        days |= masks[kind] << at if at >= 0 else masks[kind] >> -at
    return days & ((1 << _CENTURIES) - 1)
