"""Business calendars: which days are worked, why the others are not, and where a day goes that is none.

Weekdays are numbered as people who know the recurring-task API number them: 0 = Sunday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.rules.errors import BadValue, OutOfCalendar
from engine.rules.wording import MONTHS, WEEKDAYS
from store.enums import Roll
from store.frozen import value

FARTHEST = 3_660
"""Days that are looked through for a working one: after ten years without, there is none."""

_WEEKEND = frozenset({0, 6})
_ONE = timedelta(1)


@value
class OwnDay:
    """A day that a calendar treats in its own way: off, or worked although it would be off."""

    day: date
    name: str
    is_working: bool = False


def no_holidays(year: int) -> Mapping[date, str]:
    """Of a calendar without a country."""
    return {}


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """A working week, the holidays of a country, and own days, which go before both.

    `name` is the calendar's, empty for plain weekdays. `holidays` gives the names of a year's days off; it is asked
    for a year only when a day of it matters, so it may read them from wherever they lie, and should remember them.
    Hashable and picklable if `holidays` is.
    """

    name: str = ""
    week: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    own: tuple[OwnDay, ...] = ()
    holidays: Callable[[int], Mapping[date, str]] = no_holidays
    _own: dict[date, OwnDay] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.week <= frozenset(range(7)):
            raise BadValue("a working week has weekdays from 0 (Sunday) to 6 (Saturday)")
        object.__setattr__(self, "_own", {each.day: each for each in self.own})

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        own = self._own.get(day)
        if own is not None:
            return own.is_working
        return day.isoweekday() % 7 in self.week and day not in self.holidays(day.year)

    def why_off(self, day: date) -> str:
        """`Labour Day`, `weekend`; empty for a working day."""
        own = self._own.get(day)
        if own is not None:
            return "" if own.is_working else own.name or "a day off"
        if name := self.holidays(day.year).get(day):
            return name
        if day.isoweekday() % 7 in self.week:
            return ""
        is_weekend = day.isoweekday() % 7 in _WEEKEND or len(self.week) >= 5  # Friday, where Friday is one of the two
        return "weekend" if is_weekend else f"no work on a {WEEKDAYS[day.weekday()]}"

    def roll(self, day: date, roll: Roll) -> date | None:
        """Where the day goes: itself if it is worked or nothing is said; None if it is left out.

        None also where there is no working day within ten years.
        """
        if roll is Roll.NONE or self.is_working(day):
            return day
        if roll is Roll.SKIP:
            return None
        return self.first_from(day) if roll is Roll.NEXT else self.last_until(day)

    def first_from(self, day: date) -> date | None:
        """The first working day that is not before `day`; None if ten years have none."""
        return self._walk(day, _ONE)

    def last_until(self, day: date) -> date | None:
        """The last working day that is not after `day`; None if ten years have none."""
        return self._walk(day, -_ONE)

    def shift(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, before it if negative, `day` itself if 0 (Excel's WORKDAY).

        `day` need not be worked: 1 after a Saturday is Monday, 1 before it is Friday. OutOfCalendar outside the years
        1 to 9999, and where the calendar has no further working day.
        """
        for _ in range(abs(count)):
            try:
                found = self.first_from(day + _ONE) if count > 0 else self.last_until(day - _ONE)
            except OverflowError:
                found = None
            if found is None:
                raise OutOfCalendar(f"{count} working days from {day}: {self.words} has no such day")
            day = found
        return day

    @property
    def words(self) -> str:
        """`the calendar BE`, `Monday to Friday`."""
        return f"the calendar {self.name}" if self.name else "Monday to Friday"

    def _walk(self, day: date, step: timedelta) -> date | None:
        try:
            for _ in range(FARTHEST):
                if self.is_working(day):
                    return day
                day += step
        except OverflowError:
            pass
        return None


MONDAY_TO_FRIDAY = BusinessDays()


def day_words(day: date) -> str:
    """`Thu 1 May`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1]}"


def shift_words(days: BusinessDays, day: date) -> str:
    """Why something is not on `day`, where it should be: `from Thu 1 May: Labour Day`; empty if the day is worked."""
    why = days.why_off(day)
    return f"from {day_words(day)}: {why}" if why else ""


def ranges(days: Iterable[tuple[date, str]]) -> list[tuple[date, date, str]]:
    """(first, last, name) of days that follow each other under one name; how people write a closed week."""
    found: list[tuple[date, date, str]] = []
    for day, name in sorted(days):
        if found and found[-1][1] + _ONE == day and found[-1][2] == name:
            found[-1] = (found[-1][0], day, name)
        else:
            found.append((day, day, name))
    return found
