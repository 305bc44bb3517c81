"""The fields of a cron line, and the same in plain English."""

from __future__ import annotations

from typing import NamedTuple

from engine.rules.when.days import ALL_MONTHS
from engine.rules.when.names import ORDINALS, bits, clock, listed, ordinal, runs, spans
from engine.rules.wording import MONTHS, WEEKDAYS

_MANY_TIMES = 6
ALL_DAYS = 0xFFFF_FFFE
ALL_WEEKDAYS = 0x7F


class CronFields(NamedTuple):
    """A line's fields as bits. Weekdays have Monday = bit 0; `places` are (weekday, 1 to 5 or -1 for last).

    `both`: a day must match as day of the month and as weekday, as Debian wants if either begins with a star.
    """

    minutes: int
    hours: int
    days: int
    months: int
    weekdays: int
    places: tuple[tuple[int, int], ...]
    last_day: bool
    last_weekday: bool
    both: bool


def cron_words(fields: CronFields) -> str:
    """at 11:00 on Monday to Friday; every 15 minutes from 09:00 to 17:59 in March."""
    minutes, hours = bits(fields.minutes), bits(fields.hours)
    few = len(minutes) * len(hours) <= _MANY_TIMES
    time = f"at {_times(minutes, hours)}" if few else _pace(minutes, hours)
    date = _date(fields) or ("every day" if few else "")
    return f"{date} {time}" if date == "every day" else f"{time} {date}".rstrip()


def _times(minutes: list[int], hours: list[int]) -> str:
    return listed([clock(hour * 60 + minute) for hour in hours for minute in minutes])


def _pace(minutes: list[int], hours: list[int]) -> str:
    if minutes == [0] and len(hours) == 24:
        return "every hour on the hour"
    if minutes == [0] and (step := _step(hours, 24)):
        return f"every {step} hours on the hour"
    if len(minutes) == 60:
        return f"every minute{_hours(hours)}"
    if step := _step(minutes, 60):
        return f"every {step} minutes{_hours(hours)}"
    name = "minute" if len(minutes) == 1 else "minutes"
    every = " of every hour" if len(hours) == 24 else _hours(hours)
    return f"at {name} {listed(spans(minutes))}{every}"


def _step(values: list[int], size: int) -> int:
    """n if the values are 0, n, 2n ... and n divides `size`, else 0."""
    step = values[1] if len(values) > 1 else size
    return step if 1 < step < size and size % step == 0 and values == list(range(0, size, step)) else 0


def _hours(hours: list[int]) -> str:
    if len(hours) == 24:
        return ""
    if step := _step(hours, 24):
        return f" of every {ordinal(step)} hour from 00:00"
    return f" from {listed([f'{low:02d}:00 to {high:02d}:59' for low, high in runs(hours)])}"


def _date(fields: CronFields) -> str:
    by_day = _by_day(fields)
    by_weekday = _by_weekday(fields, "or" if by_day and fields.both else "and")
    months = "" if fields.months == ALL_MONTHS else listed(spans(bits(fields.months >> 1), MONTHS))
    inside = f" in {months}" if months else ""
    if by_day and by_weekday:
        joint = "if it is" if fields.both else "and on"
        return f"on {by_day} of the month {joint} {by_weekday}{inside}"
    if by_day:
        return f"on {by_day} of {months or 'every month'}"
    return f"on {by_weekday}{inside}" if by_weekday else inside.strip()


def _by_day(fields: CronFields) -> str:
    """the 1st and the 15th; nothing if every day of the month will do."""
    if fields.days == ALL_DAYS:
        return ""
    parts = [f"the {span}" for span in spans(bits(fields.days), ["", *map(ordinal, range(1, 32))])]
    parts += ["the last day"] if fields.last_day else []
    parts += ["the last weekday (Monday to Friday)"] if fields.last_weekday else []
    return listed(parts)


def _by_weekday(fields: CronFields, last: str) -> str:
    """Monday to Friday; the last Friday; nothing if every weekday will do."""
    if fields.weekdays == ALL_WEEKDAYS and fields.both:
        return ""
    parts = spans(bits(fields.weekdays), WEEKDAYS)
    for weekday, which in fields.places:
        parts.append(f"the {'last' if which < 0 else ORDINALS[which - 1]} {WEEKDAYS[weekday]} of the month")
    return listed(parts, last) if parts else ""
