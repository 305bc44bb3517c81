"""`cron: MINUTE HOUR DAY MONTH WEEKDAY` as Debian's cron reads it.

The fields are read by cronsim; the jumping is ours. Loaded for the first cron line only.
"""

from __future__ import annotations

import re

from cronsim import CronSim, CronSimError

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.cronwords import ALL_DAYS, ALL_WEEKDAYS, CronFields, cron_words
from engine.rules.when.days import ALL_MONTHS, Days, Months, Weeks, shapes
from engine.rules.when.draft import Draft, Place
from engine.rules.when.monthdays import placed
from engine.rules.when.named import EVERY_DAY
from engine.rules.when.names import bits, mask_of
from engine.rules.when.patterns import Fixed, Running, Walls
from engine.rules.when.wallclock import EPOCH

ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
# name in sentences, cronsim's name, how many values there are, what to write
_FIELDS = (
    ("minute", "minute", 60, "0 to 59"),
    ("hour", "hour", 24, "0 to 23"),
    ("day of month", "day-of-month", 31, "1 to 31, L (last day) or LW (last weekday)"),
    ("month", "month", 12, "1 to 12 or JAN to DEC"),
    ("weekday", "day-of-week", 7, "0 to 7 or SUN to SAT, 5L (last Friday) or 1#2 (second Monday)"),
)
_WORD = re.compile(r"[0-9A-Z*/,#-]+")
_NUMBER = re.compile(r"\d+")
_LONGEST_NUMBER = 4
LAST_DAY, LAST_WEEKDAY = -1000, -1001


def cron(text: str, place: Place) -> Draft:
    words = text.upper().split()
    if len(words) == 1 and words[0][0] == "@":
        words = _alias(words[0].lower()).split()
    if len(words) != len(_FIELDS):
        raise BadSpec(f"cron: expected five fields (minute, hour, day, month, weekday), not {len(words)}")
    fields = _read(words)
    days = _days(fields)
    times = _times(fields)
    if days.first(EPOCH.toordinal()) is None:
        raise BadSpec(_never(words))
    walls = Walls(days, times)
    running = words[0].startswith("*") or words[1].startswith("*")
    return Draft(f"cron: {' '.join(words)}", cron_words(fields), Running(walls) if running else Fixed(walls))


def _alias(word: str) -> str:
    if word not in ALIASES:
        raise BadSpec(f"cron: {quoted(word)} is not known: expected one of {', '.join(ALIASES)}")
    return ALIASES[word]


def _read(words: list[str]) -> CronFields:
    for word, field in zip(words, _FIELDS, strict=True):
        _check(word, *field)
    try:
        read = CronSim(" ".join(words), EPOCH)
    except CronSimError as error:
        raise BadSpec(_refusal(str(error), words)) from None
    weekdays = {day for day in read.weekdays if isinstance(day, int)}
    nths = {day for day in read.weekdays if isinstance(day, tuple)}
    return CronFields(
        mask_of(read.minutes),
        mask_of(read.hours),
        mask_of(day for day in read.days if day > 0),
        mask_of(read.months),
        mask_of((day + 6) % 7 for day in weekdays),
        tuple(sorted(((day + 6) % 7, max(which, -1)) for day, which in nths)),
        LAST_DAY in read.days,
        LAST_WEEKDAY in read.days,
        read.day_and,
    )


def _check(word: str, name: str, _: str, values: int, expected: str) -> None:
    """What cronsim would take in silence or stumble over: huge numbers and steps wider than the field."""
    for part in word.split(","):
        step = part.partition("/")[2]
        if step.isdigit() and (len(step) > _LONGEST_NUMBER or int(step) > values):
            raise BadSpec(f"cron: {name} {quoted(word)} has a step that is too wide: expected 1 to {values}")
    if not _WORD.fullmatch(word) or any(len(number) > _LONGEST_NUMBER for number in _NUMBER.findall(word)):
        raise BadSpec(f"cron: {name} {quoted(word)} is not understood: expected {expected}")


def _refusal(error: str, words: list[str]) -> str:
    at = next((at for at, field in enumerate(_FIELDS) if error.endswith(field[1])), 0)
    name, _, _, expected = _FIELDS[at]
    if name == "day of month":
        try:
            CronSim(f"0 0 {words[at]} * *", EPOCH)
        except CronSimError:
            pass
        else:
            return _never(words)
    return (
        f"cron: {name} {quoted(words[at])} is not understood: expected {expected}, "
        "a list 1,3, a range 1-5 (upwards) or a step */2"
    )


def _never(words: list[str]) -> str:
    return f"cron: {quoted(' '.join(words))} can never match: no year has such a day"


def _times(fields: CronFields) -> int:
    times = 0
    for hour in bits(fields.hours):
        times |= fields.minutes << hour * 60
    return times


def _days(fields: CronFields) -> Days:
    free_day = fields.days == ALL_DAYS
    if not free_day or fields.months != ALL_MONTHS or fields.places or fields.last_day or not fields.both:
        return Months(_shapes(fields), fields.months)
    return EVERY_DAY if fields.weekdays == ALL_WEEKDAYS else Weeks(fields.weekdays)


def _shapes(fields: CronFields) -> tuple[int, ...]:
    nths = [placed(weekday, which) for weekday, which in fields.places]

    def inside(length: int, first: int) -> int:
        kind = (length - 28) * 7 + first
        in_month = (2 << length) - 2
        end = (first + length - 1) % 7
        by_day = fields.days & in_month
        by_day |= 1 << length if fields.last_day else 0
        by_day |= 1 << length - max(0, end - 4) if fields.last_weekday else 0
        by_weekday = mask_of(day for day in range(1, 32) if fields.weekdays >> (first + day - 1) % 7 & 1)
        by_weekday &= in_month
        for nth in nths:
            by_weekday |= nth[kind]
        return by_day & by_weekday if fields.both else by_day | by_weekday

    return shapes(inside)
