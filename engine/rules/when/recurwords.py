"""A recurrence rule in plain English."""

from __future__ import annotations

from engine.rules.when.named import iso
from engine.rules.when.names import ORDINALS, listed, ordinal, spans
from engine.rules.when.recurrence import FREQUENCIES, HOURLY, MONTHLY, WEEKLY, YEARLY, Recurrence
from engine.rules.when.wallclock import DAY, EPOCH_DAY
from engine.rules.wording import MONTHS, WEEKDAYS

_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_MANY = 8
_NTHS = ["", *map(ordinal, range(1, 367))]


def recurrence_words(rule: Recurrence, wall: int) -> str:
    """every 2 weeks on Monday and Thursday at 09:00; what the rule leaves open is told from the start `wall`."""
    unit = _UNITS[rule.freq]
    parts = [f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"]
    days = _days(rule, wall)
    parts += [f"on {days}"] if days else []
    parts += [f"in week {_numbers(rule.by_weekno)}"] if rule.by_weekno else []
    months = rule.by_month or _own_month(rule, wall)
    parts += [f"in {listed(spans([month - 1 for month in months], MONTHS))}"] if months else []
    parts += [_times(rule, wall)] if rule.freq < HOURLY or not rule.plain else []
    text = " ".join(filter(None, parts))
    return f"{text}, of these only {_places(rule.by_setpos)} of each {unit}" if rule.by_setpos else text


def _own_month(rule: Recurrence, wall: int) -> tuple[int, ...]:
    """The start's month, where a yearly rule takes it from there."""
    if rule.freq != YEARLY or any((rule.by_day, rule.by_yearday, rule.by_weekno)):
        return ()
    return (int(iso(wall)[5:7]),)


def _days(rule: Recurrence, wall: int) -> str:
    day = int(iso(wall)[8:10])
    if not any((rule.by_day, rule.by_monthday, rule.by_yearday)):
        if rule.freq in (YEARLY, MONTHLY) and not rule.by_weekno:
            return f"the {ordinal(day)}{' where there is one' if day > 28 else ''}"
        if rule.freq == WEEKLY or rule.by_weekno:
            return WEEKDAYS[(wall // DAY + EPOCH_DAY - 1) % 7]
        return ""
    parts = []
    if rule.by_monthday:
        parts.append(f"{_counted(rule.by_monthday, ' day')} of the month")
    if rule.by_yearday:
        parts.append(f"{_counted(rule.by_yearday)} day of the year")
    if rule.by_day:
        parts.append(_weekdays(rule))
    return " if it is ".join(parts)


def _weekdays(rule: Recurrence) -> str:
    plain = [weekday for weekday, place in rule.by_day or () if not place]
    parts = spans(plain, WEEKDAYS)
    inside = "month" if rule.freq == MONTHLY or rule.by_month else "year"
    placed = [(place, weekday) for weekday, place in rule.by_day or () if place]
    say = [f"the {place_words(place)} {WEEKDAYS[weekday]}" for place, weekday in sorted(placed, key=_order)]
    if say:
        parts.append(f"{few(say)} of the {inside}")
    return listed(parts)


def _order(placed: tuple[int, int]) -> tuple[bool, int, int]:
    return placed[0] < 0, placed[0], placed[1]


def place_words(place: int) -> str:
    """first, second, 20th; last, second to last."""
    if place == -1:
        return "last"
    number = abs(place)
    say = ORDINALS[number - 1] if number <= len(ORDINALS) else ordinal(number)
    return say if place > 0 else f"{say} to last"


def _counted(numbers: tuple[int, ...], what: str = "") -> str:
    """the 2nd and the 15th; the last day."""
    parts = [f"the {span}" for span in spans([number for number in numbers if number > 0], _NTHS)]
    parts += [f"the {place_words(number)}{what}" for number in sorted((n for n in numbers if n < 0), reverse=True)]
    return few(parts)


def _numbers(numbers: tuple[int, ...]) -> str:
    parts = spans([number for number in numbers if number > 0])
    parts += [f"{-number} from the end" if number < -1 else "the last" for number in numbers if number < 0]
    return few(parts)


def _places(numbers: tuple[int, ...]) -> str:
    return few([f"the {place_words(number)}" for number in sorted(numbers, key=lambda number: (number < 0, number))])


def few(parts: list[str]) -> str:
    return (
        listed(parts) if len(parts) <= _MANY else f"{', '.join(parts[: _MANY - 1])} and {len(parts) - _MANY + 1} more"
    )


def _times(rule: Recurrence, wall: int) -> str:
    """at 09:00 and 17:30; at hours 9 to 16, minutes 0, 20 and 40."""
    inside = wall % DAY
    hours = rule.by_hour or (() if rule.freq >= HOURLY else (inside // 3600,))
    minutes = rule.by_minute or (() if rule.freq > HOURLY else (inside // 60 % 60,))
    seconds = rule.by_second or (() if rule.freq == len(FREQUENCIES) - 1 else (inside % 60,))
    if hours and minutes and seconds and len(hours) * len(minutes) * len(seconds) <= _MANY:
        clocks = [(hour, minute, second) for hour in hours for minute in minutes for second in seconds]
        tail = any(second for *_, second in clocks)
        return f"at {listed([f'{h:02d}:{m:02d}' + (f':{s:02d}' if tail else '') for h, m, s in clocks])}"
    parts = []
    for name, numbers in (("hour", hours), ("minute", minutes), ("second", seconds)):
        if numbers and not (name == "second" and numbers == (0,)):
            parts.append(f"{name}{'s' if len(numbers) > 1 else ''} {few(spans(numbers))}")
    return f"at {', '.join(parts)}" if parts else ""
