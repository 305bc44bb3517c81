"""Days and times in a line: behind a key (`due:`), in braces, and as plain words in the middle of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from engine.rules.businessdays import BusinessDays
from engine.rules.dates import parse_clock, parse_instant
from engine.rules.days import FIRST_YEAR, LAST_YEAR, find_day, find_offset, parse_day, plain_words
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import CLOCK_UNITS, Offset, Unit, parse_offset, shift_date
from engine.rules.quickadd.values import When
from engine.rules.quickadd.words import Word
from engine.rules.wording import MONTHS, WEEKDAYS, clock, long_day
from engine.rules.zones import local_day
from store.frozen import value

_EXPECTED = "a day such as fri 14:00, tomorrow, 30 nov, 15th, eom, in 3 days or 2026-11-30"
_MOST_WORDS = 7
_ISO_LENGTH = re.compile(r"p(?:([0-9]{1,4})([dwmy])|t([0-9]{1,4})([hm]))")
_NEVER = frozenset({"later", "someday"})
_LAST_BUSINESS = re.compile(r"(?:the )?last (?:bd|business day|workday|working day)")

_DAYS = "|".join(f"{name[:3]}|{name}" for name in map(str.lower, WEEKDAYS)) + "|tues|weds|thur|thurs"
_MONTHS = "|".join(f"{name[:3]}|{name}" for name in map(str.lower, MONTHS)) + "|sept"
_UNITS = "d|days?|w|weeks?|mo|months?|y|years?|h|hours?|min|minutes?|bd|business|workdays?"
_FIRST = re.compile(
    rf"(?:today|tomorrow|eo(?:d|w|ww|m|q|y)|so(?:w|ww|m|q|y)|easter|noon|next|last|in|on|by|due|at|{_DAYS}|{_MONTHS}"
    r"|[0-9].*|\+[0-9]+[a-z]+),?"
)
_MORE = re.compile(rf"(?:[0-9][0-9a-z:]*|at|noon|[ap]m|bd|business|workday|day|{_DAYS}|{_MONTHS}|{_UNITS}),?")
_SLASHED = re.compile(r"[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?|[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2}")
_DOTTED = re.compile(r"[0-9]{1,2}([.-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})?")
_DATED = re.compile(
    rf"(?:on |by |due )?(.*\b(?:today|tomorrow|eo[dwmqy]w?|so[wmqy]w?|easter|{_DAYS}|{_MONTHS})\b.*"
    r"|in [0-9]+ ?[a-z].*|\+.*|last .*|.*[0-9](?:st|nd|rd|th)\b.*|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*)"
)
_SAYS = re.compile(
    rf"today|tomorrow|eo[dwmqy]w?|so[wmqy]w?|easter|noon|in|last|{_DAYS}|{_MONTHS}|\+.*|[0-9]+(?:st|nd|rd|th)"
    rf"|[0-9]{{1,2}}(?:{_MONTHS})|[0-9]{{4}}-.*|[0-9]+:.*|[0-9]* ?[ap]m"
)
"""One of the words that make a date; figures alone are none."""
_MONTH = re.compile(rf"(?:{_MONTHS}),?")
_NAMED = re.compile(rf"(?:{_DAYS}|{_MONTHS}),?")
_AFTER_FIGURE = re.compile(rf"(?:[ap]m|{_MONTHS})[,;.!]?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:at )?(?:noon|[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}(?::[0-9]{2})? ?[ap]m)")
_SURELY = re.compile(
    rf"(?:(?:on|by|due) )?(?:(?:{_DAYS}),? )?(?:[0-9]{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})(?: [0-9]{{4}})?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?: (?:at )?[0-9]{1,2}(?::[0-9]{2}| ?[ap]m))?|\+[0-9]+m|[0-9]{1,2}:[0-9]{2}"
)
"""What can hardly be anything but a slip in a date: `31 feb`, `fri 30 nov` of a year in which it is a Monday, `+1m`."""
_TWO_READINGS = frozenset({"sun", "sat", "wed"})


@value
class Phrase:
    """Words of the line from the one asked about on: `count` of them say `when`, or `refused` why they cannot."""

    count: int
    when: When | None
    refused: str = ""


def read_when(text: str, now: datetime, zone: str, days: BusinessDays) -> When:
    """The day that `text` names on the clocks of `zone`, seen from the aware `now`, and the time if it names one.

    Whatever `parse_day` and `parse_instant` take, and ISO lengths (`P3D`, `PT90M`) from now. Business days are those
    of `days`. BadValue says what was expected.
    """
    plain = plain_words(text, _EXPECTED)
    today = local_day(now, zone)
    if plain in _NEVER:
        raise BadValue(f"'{plain}' is not a day; leave the date out, or hide the task until one (wait:2027-01-01)")
    if form := _ISO_LENGTH.fullmatch(plain):
        unit = {"m": "mo"}.get(form[2], form[2]) if form[2] else {"m": "min"}.get(form[4], form[4])
        plain = f"+{form[1] or form[3]}{unit}"
    elif re.fullmatch(r"[0-9]{1,5} ?[a-z]+", plain) and (bare := _offset_of(plain)) is not None:
        plain = f"+{bare}"
    offset = find_offset(plain)
    if offset is not None and offset.unit is Unit.BUSINESS_DAY:
        return When(_bounded(shift_date(today, offset, days), text))
    if offset is not None and offset.unit not in CLOCK_UNITS:
        return When(_bounded(shift_date(today, offset), text))
    if _LAST_BUSINESS.fullmatch(plain):
        return When(_last_business(today, days, text))
    if offset is None and find_day(plain, today) is not None:
        return When(parse_day(plain, today))
    at = parse_instant(plain, now, zone)
    return When(_bounded(at.date(), text), clock(at, zone))


def find_phrase(words: Sequence[Word], now: datetime, zone: str, days: BusinessDays) -> Phrase | None:
    """The longest run of words from the first on that says when; None if the first begins no date.

    What looks like a date but cannot be one, or has two readings, comes as a refusal.
    """
    first = words[0].text.lower()
    is_number = first.isdigit() and not (len(words) > 1 and _AFTER_FIGURE.fullmatch(words[1].text))
    if is_number or not _FIRST.fullmatch(first):
        return _numbers(first, now, zone, days)
    run = _run(words)
    if not any(_SAYS.fullmatch(text) for text in run):
        return _numbers(first, now, zone, days)
    for count in range(len(run), 0, -1):
        text = " ".join(run[:count])
        if not (_DATED.fullmatch(text) or _CLOCK.fullmatch(_bare(text))):
            continue
        try:
            when = _read(_bare(text), now, zone, days)
        except BadValue as fault:
            if _SURELY.fullmatch(text):
                return Phrase(count, None, str(fault))
            continue
        if count == 1 and first in _TWO_READINGS and _goes_on(words):
            day = WEEKDAYS[when.day.weekday()]
            readings = f'{day.lower()} for {long_day(when.day)}, or "{shown(words[0].text)}" in quotes for the word'
            return Phrase(1, None, f"{shown(first)} may be {day} or a word: write {readings}")
        return Phrase(count, when)
    return _numbers(first, now, zone, days)


def _run(words: Sequence[Word]) -> list[str]:
    """Words that may belong to one date; a comma ends it."""
    run: list[str] = []
    named: set[bool] = set()
    for word in words[:_MOST_WORDS]:
        text = word.text.lower()
        if word.is_text or (
            run and not _MORE.fullmatch(text) and not (run[-1] in ("on", "by", "due") and _FIRST.fullmatch(text))
        ):
            break
        if _NAMED.fullmatch(text):
            is_month = _MONTH.fullmatch(text) is not None
            if is_month in named:
                break
            named.add(is_month)
        run.append(text.rstrip(",;.!") if text[-1] in ",;.!" else text)
        if text[-1] in ";.!" or (text[-1] == "," and len(run) > 1):
            break
    return run


def _bare(text: str) -> str:
    return re.sub(r"^(?:on|by|due) ", "", text)


def _read(text: str, now: datetime, zone: str, days: BusinessDays) -> When:
    if not _CLOCK.fullmatch(text):
        return read_when(text, now, zone, days)
    at = parse_clock(text.removeprefix("at "))
    return When(local_day(now, zone), f"{at:%H:%M}", True)


def _goes_on(words: Sequence[Word]) -> bool:
    """Whether plain text follows the first word, so that it may be a word of it."""
    return len(words) > 1 and (words[1].is_text or words[1].text[0].isalpha())


def _numbers(text: str, now: datetime, zone: str, days: BusinessDays) -> Phrase | None:
    """`03/04` is never a date, and never guessed to be something else."""
    text = text.rstrip(",;!")
    if not (_SLASHED.fullmatch(text) or _DOTTED.fullmatch(text)):
        return None
    try:
        return Phrase(1, read_when(text, now, zone, days))
    except BadValue as fault:
        return Phrase(1, None, f"{str(fault).rstrip('.')}; in quotes it is text")


def _offset_of(text: str) -> Offset | None:
    """`3d`, `2 wks` as Taskwarrior writes them; BadValue for `1m`, which may be minutes or months."""
    try:
        return parse_offset(text)
    except BadValue as fault:
        if "may be" in str(fault):
            raise
        return None


def _last_business(today: date, days: BusinessDays, text: str) -> date:
    """Of this month, of the next one if it is past."""
    for month in range(13):
        end = shift_date(shift_date(today.replace(day=1), Offset(month + 1, Unit.MONTH)), Offset(-1))
        day = days.last_until(end)
        if day is not None and day >= today:
            return _bounded(day, text)
    raise BadValue(f"'{shown(text)}' has no day within a year")


def _bounded(day: date, text: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue(f"{shown(text)} is out of range: a day lies between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def away_from(text: str) -> Offset | None:
    """`-2d`, `due-2d`: so long before the due day; None for anything else."""
    form = re.fullmatch(r"(?:due)?-([0-9]{1,5} ?[a-z]*)", text.lower())
    if form is None:
        return None
    offset = parse_offset(form[1])
    if offset.unit in CLOCK_UNITS:
        raise BadValue(f"'{shown(text)}' is not a number of days (expected such as -2d, -1w or -5bd)")
    return offset


def day_before(due: date, offset: Offset, days: BusinessDays) -> date:
    """The day so long before the due day."""
    return shift_date(due, Offset(-offset.number, offset.unit), days)


def days_between(early: date, late: date) -> Offset:
    """The length that a template keeps in place of two days."""
    return Offset((late - early) // timedelta(1))
