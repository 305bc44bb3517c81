"""Which days a rule names, found by jumping. Days are proleptic ordinals (`date.toordinal`), months are
counted as year * 12 + month - 1, weekdays are bits with Monday = bit 0, days of a month are bits 1 to 31."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Protocol

from engine.rules.when.wallclock import FIRST_DAY, LAST_DAY
from store.frozen import value

LAST_MONTH = 9999 * 12 + 11
# The calendar repeats after 400 years, which are whole weeks: what 4800 of a rule's months lack, all lack.
CYCLE = 4800
ALL_MONTHS = 0b1_1111_1111_1110
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Days(Protocol):
    """A set of days that can be entered anywhere."""

    def first(self, day: int) -> int | None:
        """The earliest day of the set that is not before `day`."""

    def last(self, day: int) -> int | None:
        """The latest day of the set that is not after `day`."""

    def count(self, low: int, high: int) -> int:
        """How many days of the set lie in low..high, both included."""


def lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


@value
class Stride:
    """`base` and every `step` days after it."""

    base: int
    step: int

    def first(self, day: int) -> int | None:
        if day <= self.base:
            return self.base if self.base >= FIRST_DAY else self.first(FIRST_DAY)
        found = day + (self.base - day) % self.step
        return found if found <= LAST_DAY else None

    def last(self, day: int) -> int | None:
        day = min(day, LAST_DAY)
        found = day - (day - self.base) % self.step
        return found if found >= max(self.base, FIRST_DAY) else None

    def count(self, low: int, high: int) -> int:
        low, high = max(low, self.base, FIRST_DAY), min(high, LAST_DAY)
        if high < low:
            return 0
        return (high - self.base) // self.step - (low - 1 - self.base) // self.step


def single(day: int) -> Stride:
    """One day: the next of its stride is off the calendar."""
    return Stride(day, LAST_DAY)


@value
class Weeks:
    """Some weekdays of every `step`-th week, counted from the week whose Monday is `base`."""

    weekdays: int
    step: int = 1
    base: int = 1

    def first(self, day: int) -> int | None:
        day = max(day, self.base, FIRST_DAY)
        week, weekday = divmod(day - self.base, 7)
        over = week % self.step
        rest = 0 if over else self.weekdays >> weekday
        if rest:
            found = day + lowest(rest)
        else:
            found = self.base + (week - over + self.step) * 7 + lowest(self.weekdays)
        return found if found <= LAST_DAY else None

    def last(self, day: int) -> int | None:
        week, weekday = divmod(min(day, LAST_DAY) - self.base, 7)
        over = week % self.step
        done = 0 if over else self.weekdays & ((2 << weekday) - 1)
        if not done:
            week -= over or self.step
            done = self.weekdays
        else:
            week -= over
        found = self.base + week * 7 + done.bit_length() - 1
        return found if found >= max(self.base, FIRST_DAY) else None

    def count(self, low: int, high: int) -> int:
        low, high = max(low, self.base, FIRST_DAY), min(high, LAST_DAY)
        return self._before(high + 1) - self._before(low) if high >= low else 0

    def _before(self, day: int) -> int:
        week, weekday = divmod(day - self.base, 7)
        whole = -(-week // self.step) * self.weekdays.bit_count()
        rest = self.weekdays & ((1 << weekday) - 1) if week % self.step == 0 else 0
        return whole + rest.bit_count()


def shapes(days_of: Callable[[int, int], int]) -> tuple[int, ...]:
    """The days named in each of the 28 kinds of month.

    `days_of(length, weekday of the 1st)` gives the bits; the result's index is (length - 28) * 7 + weekday.
    """
    return tuple(days_of(length, first) for length in range(28, 32) for first in range(7))


@value
class Months:
    """Days by their place in the month: `shapes` says which, for each kind of month.

    Either only the months of the year in the bits `months` (bit 1 is January) count, or every `step`-th one
    from month `base` on. `clamped` holds the days that were asked for and moved to the end of shorter months.
    """

    shapes: tuple[int, ...]
    months: int = ALL_MONTHS
    step: int = 1
    base: int = 12
    clamped: int = 0

    def first(self, day: int) -> int | None:
        if day > LAST_DAY:
            return None
        month, inside = _place(max(day, FIRST_DAY))
        if month < self.base:
            month, inside = self.base, 1
        rest = self._days(month) >> inside << inside
        for _ in range(CYCLE):
            if rest:
                found = _begin(month) + lowest(rest) - 1
                return found if found <= LAST_DAY else None
            month += self._ahead(month)
            if month > LAST_MONTH:
                return None
            rest = self._days(month)
        return None

    def last(self, day: int) -> int | None:
        if day < FIRST_DAY:
            return None
        month, inside = _place(min(day, LAST_DAY))
        rest = self._days(month) & ((2 << inside) - 1) if month >= self.base else 0
        for _ in range(CYCLE):
            if rest:
                found = _begin(month) + rest.bit_length() - 2
                return found if found >= FIRST_DAY else None
            month -= self._back(month)
            if month < self.base:
                return None
            rest = self._days(month)
        return None

    def count(self, low: int, high: int) -> int:
        low, high = max(low, FIRST_DAY), min(high, LAST_DAY)
        if high < low:
            return 0
        (month, inside), (end, until) = _place(low), _place(high)
        if month < self.base:
            month, inside = self.base, 1
        total = -(self._days(month) & ((1 << inside) - 1)).bit_count() if month <= end else 0
        if self.step == 1 and end - month > 2 * CYCLE:
            cycles = (end - month) // CYCLE - 1
            total += cycles * _of_a_cycle(self)
            month += cycles * CYCLE
        while month < end:
            total += self._days(month).bit_count()
            month += self._ahead(month)
        if month == end:
            total += (self._days(end) & ((2 << until) - 1)).bit_count()
        return total

    def moved(self, day: int) -> int:
        """The day of the month that was asked for where `day` stands in for it, else 0."""
        month, inside = _place(day)
        length = _length(month)
        return self.clamped.bit_length() - 1 if inside == length and self.clamped >> (length + 1) else 0

    def _days(self, month: int) -> int:
        if not self.months >> (month % 12 + 1) & 1 or (month - self.base) % self.step:
            return 0
        return self.shapes[(_length(month) - 28) * 7 + (_begin(month) - 1) % 7]

    def _ahead(self, month: int) -> int:
        """How many months on the next one lies that may count."""
        if self.step > 1:
            return self.step - (month - self.base) % self.step
        twice = self.months | self.months << 12
        return lowest(twice >> (month % 12 + 2)) + 1

    def _back(self, month: int) -> int:
        if self.step > 1:
            return (month - self.base) % self.step or self.step
        twice = self.months | self.months << 12
        return month % 12 + 14 - (twice & ((1 << (month % 12 + 13)) - 1)).bit_length()


@lru_cache(maxsize=64)
def _of_a_cycle(months: Months) -> int:
    """How many days lie in 400 years, whichever month they begin with."""
    base = max(months.base, 2001 * 12)
    return sum(months._days(month).bit_count() for month in range(base, base + CYCLE))


def _place(day: int) -> tuple[int, int]:
    """(month, day of the month) of an ordinal."""
    when = date.fromordinal(day)
    return when.year * 12 + when.month - 1, when.day


def _begin(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


def month_length(year: int, month: int) -> int:
    """28 to 31; `month` is 1 to 12."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _LENGTHS[month]


def _length(month: int) -> int:
    return month_length(month // 12, month % 12 + 1)
