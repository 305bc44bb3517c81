"""Where a task goes when it is moved: to a day, or so much later than it is due."""

from __future__ import annotations

import re
from datetime import date

from engine.rules.businessdays import BusinessDays
from engine.rules.days import FIRST_YEAR, LAST_YEAR, parse_day
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import CLOCK_UNITS, Offset, parse_offset, shift_date

_SIGNED = re.compile(r"\s*[+-]\s*[0-9]")


def parse_move(text: str, today: date, *, is_many: bool) -> date | Offset:
    """What was typed: of several tasks `+3d`, `-1w`, `+2bd` moves each from its own day, anything else is a day.

    Of one task `+3d` is counted from today, as everywhere a day is asked for. BadValue says what was expected.
    """
    return parse_by(text) if is_many and _SIGNED.match(text) else parse_day(text, today)


def parse_by(text: str) -> Offset:
    """An offset by which a due day can move: in days or more, and not by nothing."""
    offset = parse_offset(text)
    if offset.unit in CLOCK_UNITS:
        raise BadValue(f"'{shown(text)}' is a time, and days are moved (expected a form such as 3d, -1w or 2bd)")
    if not offset.number:
        raise BadValue(f"'{shown(text)}' moves nothing (expected a form such as 3d, -1w or 2bd)")
    return offset


def moved(day: date, offset: Offset, days: BusinessDays | None = None) -> date:
    """The day so much later; BadValue outside the years in which tasks have days."""
    found = shift_date(day, offset, days)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadValue(f"{offset} from {day} is out of range: a day lies between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def by_words(offset: Offset) -> str:
    """`3 days later`, `1 week earlier`, of each task."""
    return offset.words().replace("after", "later").replace("before", "earlier")
