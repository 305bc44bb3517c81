"""The notations that name their days: daily, weekly, monthly, yearly and once."""

from __future__ import annotations

from datetime import date

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.days import Months, Stride, Weeks, single
from engine.rules.when.draft import (
    MIDNIGHT,
    Draft,
    Place,
    month_named,
    take_times,
    wall_of,
    weekday_mask,
    written,
)
from engine.rules.when.monthdays import day_number, month_days, numbered
from engine.rules.when.names import bits, minutes, short, weekdays
from engine.rules.when.patterns import Fixed, Walls
from engine.rules.when.wallclock import DAY, EPOCH_DAY
from engine.rules.wording import MONTHS

EVERY_DAY = Stride(1, 1)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def daily(words: list[str], place: Place) -> Draft:
    rest, times = take_times(words)
    if rest:
        raise BadSpec(f"daily: {quoted(rest[0])} is not a time of day: expected times such as 09:00,17:30")
    times = times or MIDNIGHT
    return Draft(f"daily {written(times)}", f"every day at {minutes(times)}", Fixed(Walls(EVERY_DAY, times)))


def weekly(words: list[str], place: Place) -> Draft:
    rest, times = take_times(words)
    rest = [word for word in rest if word != "on"]
    if not rest:
        raise BadSpec("weekly needs weekdays: expected such as weekly mon,thu 09:00 or weekly 1,4")
    mask, times = weekday_mask(rest), times or MIDNIGHT
    names = ",".join(short(day) for day in bits(mask))
    spec = f"weekly {names} {written(times)}"
    return Draft(spec, f"{weekdays(mask)} at {minutes(times)}", Fixed(Walls(Weeks(mask), times)))


def monthly(words: list[str], place: Place) -> Draft:
    rest, times = take_times(words)
    days = month_days([word for word in rest if word != "on"], "monthly")
    times = times or MIDNIGHT
    return Draft(
        f"monthly {days.text} {written(times)}",
        f"{days.words} of every month{days.extra} at {minutes(times)}",
        Fixed(Walls(Months(days.shapes, clamped=days.clamped), times)),
    )


def yearly(words: list[str], place: Place) -> Draft:
    rest, times = take_times(words)
    rest = [word for word in rest if word not in ("on", "of", "the")]
    policies = [word for word in rest if word in ("clamp", "skip")]
    rest = [word for word in rest if word not in policies]
    if len(rest) != 2 or len(policies) > 1:
        raise BadSpec("yearly needs a day and a month: expected such as yearly 8 march or yearly march 8 09:00")
    day, month = _day_and_month(rest)
    leap = day == 29 and month == 2
    if leap and not policies:
        raise BadSpec(
            "yearly 29 feb: most years have no 29 February; write 'yearly 29 feb clamp' (the 28th instead) "
            "or 'yearly 29 feb skip' (leap years only)"
        )
    policy, times = policies[0] if leap else "", times or MIDNIGHT
    clamp = policy == "clamp"
    days = Months(numbered(1 << day, clamp=clamp), 1 << month, clamped=1 << day if clamp else 0)
    extra = {"": "", "clamp": " (or the 28th)", "skip": " in leap years"}[policy]
    spec = f"yearly {day} {short(month - 1, MONTHS)} {policy}".strip()
    often = "" if policy == "skip" else " every year"
    return Draft(
        f"{spec} {written(times)}",
        f"{day} {MONTHS[month - 1]}{extra}{often} at {minutes(times)}",
        Fixed(Walls(days, times)),
    )


def _day_and_month(pair: list[str]) -> tuple[int, int]:
    number, name = pair if pair[0][:1].isdigit() else pair[::-1]
    month = month_named(name)
    digits = day_number(number)
    if not digits or len(digits) > 2:
        raise BadSpec(f"yearly: {quoted(number)} is not a day: expected such as yearly 8 march")
    day, most = int(digits), _LONGEST[month - 1]
    if not 1 <= day <= most:
        raise BadSpec(f"yearly: {MONTHS[month - 1]} has no day {day}: expected 1 to {most}")
    return day, month


def once(words: list[str], place: Place) -> Draft:
    wall, offset = wall_of(" ".join(word for word in words if word != "at"))
    if offset is not None:
        instant = wall - offset
        wall = instant + place.clock.stretch(instant)[2]
        if place.clock.instant(wall) != instant:
            raise BadSpec("once: clocks go back and this time comes twice: expected the first of the two")
    day, inside = divmod(wall, DAY)
    walls = Walls(single(day + EPOCH_DAY), 1 << inside // 60, inside % 60)
    return Draft(f"once {iso(wall)}", f"once on {say_moment(wall)}", Fixed(walls))


def iso(wall: int) -> str:
    """A wall as text: 2025-06-01T10:00, with seconds where it has some."""
    day, inside = divmod(wall, DAY)
    tail = f":{inside % 60:02d}" if inside % 60 else ""
    return f"{date.fromordinal(day + EPOCH_DAY)}T{inside // 3600:02d}:{inside // 60 % 60:02d}{tail}"


def say_moment(wall: int) -> str:
    """1 June 2025 at 10:00."""
    return f"{say_date(wall)} at {iso(wall).partition('T')[2]}"


def say_date(wall: int) -> str:
    """1 June 2025."""
    when = date.fromordinal(wall // DAY + EPOCH_DAY)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
