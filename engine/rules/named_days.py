"""Days that have names: today, ends and beginnings of periods, the last Friday or working day of the month, Easter."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from engine.rules.errors import OutOfCalendar
from engine.rules.offsets import Offset, shift_date
from engine.rules.workdays import shift_workdays

_LAST = re.compile(r"(?:the )?last (day|bd|business day|workday|working day|[a-z]{3,9})(?: of the month)?")
_BUSINESS = frozenset({"bd", "business day", "workday", "working day"})
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def named_day(text: str, today: date) -> date | None:
    """The day that `text` (lower case, single blanks) names, seen from `today`; None if it is no such name.

    `eow eom eoq eoy` are last days, `eoww` Friday; `sow soww som soq soy` the first day of the next period. `last fri`
    is the last Friday of this month, of the next one if it is past, and so is `last bd`, counted Monday to Friday.
    """
    away = {"yesterday": -1, "today": 0, "eod": 0, "tomorrow": 1, "sod": 1}.get(text)
    if away is None:
        away = _OF_WEEK[text] - today.weekday() if text in _OF_WEEK else None
    if away is not None:
        return shift_date(today, Offset(away + 7 if text == "eoww" and away < 0 else away))
    month = {"eom": today.month, "eoq": (today.month + 2) // 3 * 3, "eoy": 12}.get(text)
    if month is not None:
        return date(today.year, month, calendar.monthrange(today.year, month)[1])
    month = {"som": today.month, "soq": (today.month + 2) // 3 * 3, "soy": 12}.get(text)
    if month is not None:
        return shift_date(date(today.year, month, calendar.monthrange(today.year, month)[1]), Offset(1))
    return _easter(today) if text == "easter" else _last(text, today)


_OF_WEEK = {"eow": 6, "eoww": 4, "sow": 7, "soww": 7}


def _easter(today: date) -> date:
    from dateutil.easter import easter

    try:
        return next(day for day in (easter(today.year), easter(today.year + 1)) if day >= today)
    except ValueError:  # it is computed for the years 1583 to 4099
        raise OutOfCalendar(f"there is no Easter after {today} that could be told") from None


def _last(text: str, today: date) -> date | None:
    found = _LAST.fullmatch(text)
    if found is None:
        return None
    what = found[1]
    weekday = next((n for n, name in enumerate(_WEEKDAYS) if what != "day" and name.startswith(what)), None)
    if weekday is None and what not in _BUSINESS and what != "day":
        return None
    day = _last_of(today, what, weekday)
    return day if day >= today else _last_of(shift_date(today.replace(day=1), Offset(32)), what, weekday)


def _last_of(inside: date, what: str, weekday: int | None) -> date:
    """Of the month that `inside` lies in."""
    day = inside.replace(day=calendar.monthrange(inside.year, inside.month)[1])
    if what in _BUSINESS:
        return shift_workdays(day, -1) if day.weekday() > 4 else day
    return day if weekday is None else day - timedelta((day.weekday() - weekday) % 7)
