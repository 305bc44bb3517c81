"""Which days a recurrence rule names, compiled to sets that can be entered anywhere.

Sets are bits of days within a month, a year, or a year that is counted in weeks; all that a rule can say of
a day follows from the kind of month or year it lies in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from engine.rules.when.days import Days, Months, Stride, Weeks, month_length, shapes
from engine.rules.when.names import bits, mask_of
from engine.rules.when.recurrence import DAILY, MONTHLY, WEEKLY, YEARLY, Recurrence, months_of
from engine.rules.when.years import KINDS, Years, january, sifted

_EVERY_SEVENTH = sum(1 << 7 * week for week in range(54))
# With the last week of the year before and the first of the year after, a week may lie in two years.
_BEFORE = 7

Positions = tuple[int, ...]


def days_of(rule: Recurrence, start: date, positions: Positions = ()) -> Days:
    """The days of the rule whose first is counted from `start`; `positions` picks some days of each period."""
    if rule.freq == YEARLY:
        return _weekly_years(rule, start, positions) if rule.by_weekno else _yearly(rule, start, positions)
    if rule.freq == MONTHLY:
        return _monthly(rule, start, positions)
    return _weekly(rule, start, positions) if rule.freq == WEEKLY else daily(rule, start)


def picked(days: int, positions: Positions) -> int:
    """The bits at these places: 1 is the first, -1 the last; all of them where no place is named."""
    if not positions:
        return days
    places = bits(days)
    many = len(places)
    wanted = (position - 1 if position > 0 else many + position for position in positions)
    return mask_of({places[at] for at in wanted if 0 <= at < many})


def daily(rule: Recurrence, start: date) -> Days:
    """Days that are only limited, by month, day of the year or month, and weekday; every n-th of FREQ=DAILY."""
    step = rule.interval if rule.freq == DAILY else 1
    base = start.toordinal()
    limits = (rule.by_month, rule.by_yearday, rule.by_monthday, rule.by_day)
    if not any(limits):
        return Stride(base if step > 1 else 1, step)
    years = Years(_by_kind(lambda leap, first: _limited(rule, leap, first)), base=start.year)
    return sifted(years, 1, step, base)


def _yearly(rule: Recurrence, start: date, positions: Positions) -> Days:
    def inside(leap: int, first: int) -> int:
        if any((rule.by_yearday, rule.by_monthday, rule.by_day)):
            alone = rule.by_monthday and not rule.by_month and not rule.by_day
            found = _limited(rule, leap, first) & (_months(leap, [start.month]) if alone else -1)
        else:
            found = _months(leap, rule.by_month or [start.month]) & _monthdays(leap, [start.day])
        return picked(found, positions)

    return Years(_by_kind(inside), step=rule.interval, base=start.year)


def _monthly(rule: Recurrence, start: date, positions: Positions) -> Days:
    numbers = rule.by_monthday or (() if rule.by_day else (start.day,))

    def inside(length: int, first: int) -> int:
        found = (2 << length) - 2
        if numbers:
            found &= mask_of(day if day > 0 else length + 1 + day for day in numbers if abs(day) <= length)
        if rule.by_day:
            found &= _weekdays(rule.by_day, first, 0, length) << 1
        return picked(found, positions)

    base = start.year * 12 + start.month - 1
    return Months(shapes(inside), months_of(rule), rule.interval, base)


def _weekly(rule: Recurrence, start: date, positions: Positions) -> Days:
    begin = start.toordinal() - (start.weekday() - rule.wkst) % 7
    week = mask_of((day - rule.wkst) % 7 for day, _ in rule.by_day or ((start.weekday(), 0),))
    if not rule.by_month:
        kept = picked(week, positions)
        return Weeks(kept, rule.interval, begin) if kept else Years((0,) * KINDS)

    def inside(leap: int, first: int) -> int:
        found = week * _EVERY_SEVENTH & _in_weeks(rule, leap, first)
        weeks = (picked(found >> at & 0x7F, positions) << at for at in range(0, found.bit_length(), 7))
        return sum(weeks)

    years = Years(_by_kind(inside), _shifts(rule), base=start.year - 1)
    return sifted(years, 0x7F, 7 * rule.interval, begin)


def _weekly_years(rule: Recurrence, start: date, positions: Positions) -> Days:
    week = mask_of((day - rule.wkst) % 7 for day, _ in rule.by_day or ((start.weekday(), 0),))

    def inside(leap: int, first: int) -> int:
        weeks = _length(rule, leap, first) // 7
        numbers = (number - 1 if number > 0 else weeks + number for number in rule.by_weekno or ())
        found = sum({week << 7 * number for number in numbers if 0 <= number < weeks})
        return picked(found & _in_weeks(rule, leap, first), positions)

    shifts, masks, day = _shifts(rule), _by_kind(inside), start.toordinal()
    year = start.year + 1
    while _begin(year, shifts) > day:
        year -= 1
    # A start in the last week of the year before, after all days that it names: years are counted from the
    # start's own (libical).
    if year < start.year and not masks[january(year)[1]] >> day - _begin(year, shifts):
        year = start.year
    return Years(masks, shifts, rule.interval, year)


def _by_kind(inside: Callable[[int, int], int]) -> tuple[int, ...]:
    """`inside(leap, weekday of 1 January)` for each kind of year."""
    return tuple(inside(*divmod(kind, 7)) for kind in range(KINDS))


def _limited(rule: Recurrence, leap: int, first: int) -> int:
    """The days of a year that all given parts agree on; bit 0 is 1 January."""
    found = _months(leap, rule.by_month or range(1, 13))
    length = 365 + leap
    if rule.by_yearday:
        found &= mask_of(day - 1 if day > 0 else length + day for day in rule.by_yearday if abs(day) <= length)
    if rule.by_monthday:
        found &= _monthdays(leap, rule.by_monthday)
    if not rule.by_day:
        return found
    if not rule.placed or not rule.by_month:
        return found & _weekdays(rule.by_day, first, 0, length)
    within = 0
    for begin, end in _spans(leap):
        within |= _weekdays(rule.by_day, first, begin, end)
    return found & within


def _spans(leap: int) -> list[tuple[int, int]]:
    """Where each month begins and ends in the year."""
    found, begin = [], 0
    for month in range(1, 13):
        end = begin + month_length(2000 if leap else 2001, month)
        found.append((begin, end))
        begin = end
    return found


def _months(leap: int, months: Iterable[int]) -> int:
    spans = [_spans(leap)[month - 1] for month in months]
    return sum((1 << end) - (1 << begin) for begin, end in spans)


def _monthdays(leap: int, days: Iterable[int]) -> int:
    found = 0
    for day in days:
        for begin, end in _spans(leap):
            if abs(day) <= end - begin:
                found |= 1 << (begin + day - 1 if day > 0 else end + day)
    return found


def _weekdays(days: Iterable[tuple[int, int]], first: int, begin: int, end: int) -> int:
    """Weekdays in begin..end, of a stretch whose day 0 is the weekday `first`; by place counted from its ends."""
    found = 0
    for weekday, place in days:
        nearest = begin + (weekday - first - begin) % 7
        if place == 0:
            every = _EVERY_SEVENTH << nearest
        elif place > 0:
            every = 1 << nearest + 7 * (place - 1)
        else:
            at = nearest + (end - 1 - nearest) // 7 * 7 + 7 * (place + 1)
            every = 1 << at if at >= begin else 0
        found |= every & (1 << end) - 1
    return found


def _shifts(rule: Recurrence) -> tuple[int, ...]:
    """Where the first week begins: the one that has at least four days in the year."""
    into = ((first - rule.wkst) % 7 for _ in range(2) for first in range(7))
    return tuple(-days if days <= 3 else 7 - days for days in into)


def _begin(year: int, shifts: tuple[int, ...]) -> int:
    begin, kind = january(year)
    return begin + shifts[kind]


def _length(rule: Recurrence, leap: int, first: int) -> int:
    """364 or 371 days of a year that is counted in weeks."""
    shifts, days = _shifts(rule), 365 + leap
    return days + shifts[(first + days) % 7] - shifts[first]


def _in_weeks(rule: Recurrence, leap: int, first: int) -> int:
    """The days of a year counted in weeks that lie in the rule's months; bit 0 is the first of its first week."""
    whole = (1 << _length(rule, leap, first)) - 1
    if not rule.by_month:
        return whole
    found = _months(leap, rule.by_month) << _BEFORE
    found |= (1 << _BEFORE) - 1 if 12 in rule.by_month else 0
    found |= 0x7F << _BEFORE + 365 + leap if 1 in rule.by_month else 0
    return found >> _BEFORE + _shifts(rule)[first] & whole
