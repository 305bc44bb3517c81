"""Lists of business calendars, and a year of one with everything that is off in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from engine import holidays
from engine.calendars import days_named, days_of
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from engine.operations.saving import BadKey
from engine.rules.calendar_words import day_texts, week_words
from engine.rules.wording import long_day
from store.frozen import value
from store.reads import calendars as reads
from store.values import Calendar


@value
class DayOff:
    """A day that is not as its weekday would have it: `what` is holiday, own or worked."""

    day: date
    name: str
    what: str

    @property
    def words(self) -> str:
        """`Christmas Day`, `worked: stocktaking`."""
        if self.what == "worked":
            return f"worked{': ' if self.name else ''}{self.name}"
        return self.name or "a day off"


@value
class CalendarYear:
    """A calendar and a year of it."""

    name: str
    week: tuple[int, ...]
    country: str | None
    region: str | None
    off: tuple[str, ...]
    work: tuple[str, ...]
    year: int
    days: tuple[DayOff, ...]
    working_days: int
    missing: str
    rev: int

    def __str__(self) -> str:
        """What it is made of, then a line for each day of the year that is off, or worked against the week."""
        place = " ".join(filter(None, (self.country, self.region))) or "no country"
        lines = [f"{self.name}: {week_words(self.week)}, {place}"]
        lines += [f"{self.year}: {self.working_days} working days", *filter(None, (self.missing,))]
        return "\n".join([*lines, *(f"  {long_day(each.day)}   {each.words}" for each in self.days)])


@query("calendar list")
def listed(look: Look) -> tuple[Calendar, ...]:
    """List the business calendars."""
    return reads.listed(look.connection)


@query("calendar show")
def one(
    look: Look,
    calendar: Annotated[str, Help("its name or id; or a country that has none yet", metavar="CALENDAR")],
    year: Annotated[int | None, Help("which year; else this one")] = None,
) -> CalendarYear:
    """Show a business calendar with the days of a year that are off."""
    shown_year = look.today.year if year is None else year
    if not 1 <= shown_year <= 9998:
        raise BadKey("year", "expected a year from 1 to 9998")
    number = reads.like(look.connection, calendar)
    if number is None:
        days = days_named(look.connection, calendar)
        if isinstance(days.holidays, holidays.Holidays) and not days.own:
            week = tuple(sorted(days.week))
            found = Calendar(0, days.name, week, days.holidays.country, days.holidays.region, (), 0)
            return year_of(found, shown_year)
        number = one_of(look.connection, "calendar", calendar)
    return year_of(reads.calendar(look.connection, number), shown_year)


def year_of(calendar: Calendar, year: int) -> CalendarYear:
    """A year of a calendar. The first that has a country loads the library of holidays, a fifth of a second."""
    days = days_of(calendar)
    own = {each.day: each for each in calendar.days}
    named = days.holidays(year)
    told, working, day = list[DayOff](), 0, date(year, 1, 1)
    while day.year == year:
        working += days.is_working(day)
        if day in own:
            each = own[day]
            told.append(DayOff(day, each.name, "worked" if each.is_working else "own"))
        elif day in named:
            told.append(DayOff(day, named[day], "holiday"))
        day += timedelta(1)
    missing = holidays.no_data(calendar.country, year) if calendar.country else ""
    off, work = (day_texts((d.day, d.name) for d in calendar.days if d.is_working is is_on) for is_on in (False, True))
    return CalendarYear(
        calendar.name, calendar.week, calendar.country, calendar.region, tuple(off), tuple(work), year, tuple(told),
        working, missing, calendar.rev,
    )  # fmt: skip
