"""Days as people type them. What has two readings is refused with both, never guessed.

A weekday, a day of the month or a date without a year is the next one, today counted: `fri` on a Friday is
today. `next fri` is the Friday of the next week; weeks start on Monday. Days lie between 1900 and 2200, so
that no later sum with an offset overflows.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date

from engine.rules.errors import BadValue, OutOfCalendar, shown
from engine.rules.named_days import named_day
from engine.rules.offsets import CLOCK_UNITS, Offset, parse_offset, shift_date
from engine.rules.wording import MONTHS, WEEKDAYS

FIRST_YEAR, LAST_YEAR = 1900, 2200

_TEXT_LENGTH = 80
_EXPECTED = "a day such as 2026-11-30, 30 nov, fri, tomorrow or in 3 days"

_MONTH_NUMBERS = {name.lower()[:size]: n for n, name in enumerate(MONTHS, 1) for size in (3, len(name))}
_MONTH_NUMBERS["sept"] = 9
_WEEKDAY_NUMBERS = {name.lower()[:size]: n for n, name in enumerate(WEEKDAYS) for size in (3, len(name))}
_WEEKDAY_NUMBERS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}

_WEEKDAY = "|".join(_WEEKDAY_NUMBERS)
_MONTH = "|".join(_MONTH_NUMBERS)

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2})|\.?)")
_DAY_MONTH = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)?[ -]?({_MONTH})(?:,?[ -]([0-9]{{4}}))?")
_MONTH_DAY = re.compile(rf"({_MONTH}) ?([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? ([0-9]{{4}}))?")
_WEEKDAY_ALONE = re.compile(rf"(next )?({_WEEKDAY})")
_WEEKDAY_FIRST = re.compile(rf"({_WEEKDAY}),? (.*[0-9].*)")
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)")
_COUNTED = re.compile(r"(in )?([0-9]+ ?(?:business )?(?!before|after)[a-z]*)( ago)?")


def parse_day(text: str, today: date) -> date:
    """The day that `text` names, seen from `today`; BadValue says what was expected.

    Takes `2026-11-30`, `30 nov`, `nov 30 2027`, `Sat 14 Jun 2025`, `today`, `fri`, `next fri`, `15th`,
    `in 3 days`, `2 weeks ago`, `+3d`, `-1mo`, `+3bd`, `last fri`, and `eow eom eoq eoy` for the end of the period.
    """
    plain = plain_words(text, _EXPECTED)
    day = find_day(plain, today)
    if day is None:
        raise BadValue(f"'{shown(text)}' is not a day (expected {_EXPECTED})")
    return _bounded(day, text)


def parse_iso_day(text: str) -> date:
    """`2026-11-30` and nothing else: the form of imports and of the desk file."""
    form = _ISO.fullmatch(text) if len(text) == len("YYYY-MM-DD") else None
    try:
        day = date(*map(int, form.groups())) if form else None
    except ValueError:
        day = None
    if day is None:
        raise BadValue(f"{shown(text) or 'nothing'} is not a date (expected YYYY-MM-DD)")
    return _bounded(day, text)


def plain_words(text: str, expected: str) -> str:
    """`text` in lower case with single blanks; BadValue if it is empty or too long to be a date."""
    if len(text) > _TEXT_LENGTH or not text.strip():
        raise BadValue(f"'{shown(text)}' cannot be read (expected {expected})")
    return " ".join(text.lower().split())


def find_day(plain: str, today: date) -> date | None:
    """The day that `plain` (of `plain_words`) names, of any year; None if it does not look like a day."""
    for rule in _RULES:
        day = rule(plain, today)
        if day is not None:
            return day
    return None


def find_offset(plain: str) -> Offset | None:
    """`+3d`, `-2h`, `in 3 days`, `2 weeks ago`; a number without any of these words is none."""
    if plain[0] in "+-":
        return parse_offset(plain)
    form = _COUNTED.fullmatch(plain)
    if not form or bool(form[1]) == bool(form[3]):
        return None
    offset = parse_offset(form[2])
    return Offset(-offset.number, offset.unit) if form[3] else offset


def _bounded(day: date, text: str) -> date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise BadValue(f"{shown(text)} is out of range: a day lies between {FIRST_YEAR} and {LAST_YEAR}")


def _iso(text: str, today: date) -> date | None:
    form = _ISO.fullmatch(text)
    if not form:
        return None
    year, month, number = (int(part) for part in form.groups())
    day = _real_day(year, month, number, text)
    if len(text) != len("YYYY-MM-DD"):
        raise BadValue(f"{text} is not complete: write {day}")
    return day


def _real_day(year: int, month: int, number: int, text: str) -> date:
    """The date, or BadValue that says which part of it does not exist."""
    if not 1 <= month <= 12:
        raise BadValue(f"{text} is not a date: there is no month {month} (expected YYYY-MM-DD)")
    if year < 1:
        raise BadValue(f"{text} is not a date: there is no year 0")
    length = calendar.monthrange(year, month)[1]
    if not 1 <= number <= length:
        raise BadValue(f"{text} is not a date: {MONTHS[month - 1]} {year} has {length} days")
    return date(year, month, number)


def _month_and_day(text: str, today: date) -> date | None:
    """`30 nov`, `nov 30`, either with a year."""
    form = _DAY_MONTH.fullmatch(text)
    if form:
        number, month, year = int(form[1]), _MONTH_NUMBERS[form[2]], form[3]
    else:
        form = _MONTH_DAY.fullmatch(text)
        if not form:
            return None
        month, number, year = _MONTH_NUMBERS[form[1]], int(form[2]), form[3]
    if year:
        return _real_day(int(year), month, number, text)
    most = calendar.monthrange(2000, month)[1]
    if not 1 <= number <= most:
        raise BadValue(f"{text} is not a date: {MONTHS[month - 1]} has at most {most} days")
    return _next_of(today, number, month)


def _ordinal(text: str, today: date) -> date | None:
    form = _ORDINAL.fullmatch(text)
    if not form:
        return None
    number = int(form[1])
    if not 1 <= number <= 31:
        raise BadValue(f"{text} is not a day of a month (expected 1st to 31st)")
    return _next_of(today, number)


def _next_of(today: date, number: int, month: int | None = None) -> date:
    """The first day from `today` on with that number (in that month): the 31st skips short months."""
    start = today.year * 12 + today.month - 1
    for index in range(start, min(start + 12 * 9, 12 * 10_000)):
        year, month_index = divmod(index, 12)
        if month in (None, month_index + 1) and number <= calendar.monthrange(year, month_index + 1)[1]:
            day = date(year, month_index + 1, number)
            if day >= today:
                return day
    raise OutOfCalendar(f"there is no such day between {today} and the year 10000")


def _weekday(text: str, today: date) -> date | None:
    form = _WEEKDAY_ALONE.fullmatch(text)
    if not form:
        return None
    away = _WEEKDAY_NUMBERS[form[2]] - today.weekday()
    return shift_date(today, Offset(away + 7 if form[1] else away % 7))


def _weekday_and_date(text: str, today: date) -> date | None:
    """`Sat 14 Jun 2025`, as the screens show it; a weekday that does not fit its date is a slip to report."""
    form = _WEEKDAY_FIRST.fullmatch(text)
    day = find_day(form[2], today) if form else None
    if form and day and day.weekday() != _WEEKDAY_NUMBERS[form[1]]:
        raise BadValue(f"{shown(text)} does not fit: {day} is a {WEEKDAYS[day.weekday()]}")
    return day


def _counted(text: str, today: date) -> date | None:
    offset = find_offset(text)
    if offset is None:
        return None
    if offset.unit in CLOCK_UNITS:
        raise BadValue(f"'{shown(text)}' names a time, not a day (expected {_EXPECTED})")
    return shift_date(today, offset)


def _numbers(text: str, today: date) -> date | None:
    """Never a day: `03/04/2025` is April in Brussels and March in Boston."""
    form = _YEAR_FIRST.fullmatch(text)
    if form:
        day = _real_day(int(form[1]), int(form[2]), int(form[3]), text)
        raise BadValue(f"{text} is not how a date is written here: write {day}")
    form = _NUMBERS.fullmatch(text)
    if not form:
        return None
    first, second, year = int(form[1]), int(form[3]), form[4]
    pairs = [(first, second), (second, first)][: 1 if first == second else 2]
    readings = [pair for pair in pairs if _exists(*pair, year)]
    if not readings:
        raise BadValue(f"{text} is not a date (expected YYYY-MM-DD)")
    names = " or ".join(f"{number} {MONTHS[month - 1]}" for number, month in readings)
    forms = " or ".join(_unambiguous(number, month, year) for number, month in readings)
    raise BadValue(f"{text} {'may be' if len(readings) > 1 else 'looks like'} {names}: write {forms}")


def _exists(number: int, month: int, year: str | None) -> bool:
    try:
        return bool(date(_full_year(year), month, number))
    except ValueError:
        return False


def _full_year(year: str | None) -> int:
    if year is None:
        return 2000
    return int(year) + (2000 if len(year) == 2 else 0)


def _unambiguous(number: int, month: int, year: str | None) -> str:
    if year is None:
        return f"{number} {MONTHS[month - 1][:3].lower()}"
    return date(_full_year(year), month, number).isoformat()


_RULES: tuple[Callable[[str, date], date | None], ...] = (
    _iso,
    named_day,
    _month_and_day,
    _ordinal,
    _weekday,
    _weekday_and_date,
    _counted,
    _numbers,
)
