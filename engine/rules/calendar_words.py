"""Business calendars as people write them: `mon,tue`, `2025-12-24: Christmas Eve`, `2025-12-24..2026-01-02: closed`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from engine.rules.businessdays import OwnDay, ranges
from engine.rules.errors import BadValue, shown
from engine.rules.names import NAME_LENGTH, unknown
from engine.rules.wording import WEEKDAYS
from engine.rules.written_days import written_day

LONGEST = 3_660
"""Days that one range may have."""
MOST = 20_000
"""Own days that one calendar may have."""

_SHORT = tuple(name[:3].lower() for name in WEEKDAYS)
_RANGE = re.compile(r"\s*([^:\s]+?)\s*(?:\.\.\s*([^:\s]+?)\s*)?(?::\s*(.*?)\s*)?", re.DOTALL)
_EXPECTED = "expected a day such as 2025-12-24, 2025-12-24: Christmas Eve or 2025-12-24..2026-01-02: closed"


def parse_week(given: str | Sequence[str | int]) -> tuple[int, ...]:
    """Working weekdays, 0 = Sunday, in their order: from `mon-fri`, `sun,mon,tue`, `1,2,3` or a list of such.

    `none` is a week without any, for a calendar that names the days that are worked.
    """
    parts = given.split(",") if isinstance(given, str) else [str(each) for each in given]
    found: set[int] = set()
    for part in parts:
        text = part.strip().lower()
        if text and text != "none":
            low, dash, high = text.partition("-")
            first = _weekday(low.strip())
            last = _weekday(high.strip()) if dash else first
            found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return tuple(sorted(found))


def week_words(week: Iterable[int]) -> str:
    """`mon,tue,wed,thu,fri`, Monday first; reads back equal."""
    return ",".join(_SHORT[(day + 6) % 7] for day in sorted(week, key=lambda day: (day + 6) % 7)) or "none"


def week_range(week: Iterable[int]) -> str:
    """The same in few letters where the days follow each other: `mon-fri`, `sun-thu`."""
    days = frozenset(week)
    for first in days:
        last = (first + len(days) - 1) % 7
        if 2 < len(days) < 7 and all((first + step) % 7 in days for step in range(len(days))):
            return f"{week_words((first,))}-{week_words((last,))}"
    return "every day" if len(days) == 7 else week_words(days)


def parse_days(texts: Iterable[str], *, is_working: bool) -> list[OwnDay]:
    """The days of such texts, ranges day by day; BadValue names the one that cannot be read."""
    found: dict[date, OwnDay] = {}
    for text in texts:
        for day, name in _days(text):
            found[day] = OwnDay(day, name, is_working)
    return list(found.values())


def day_texts(days: Iterable[tuple[date, str]]) -> list[str]:
    """The same as texts, days that follow each other under one name together."""
    return [_text(*each) for each in ranges(days)]


def _text(first: date, last: date, name: str) -> str:
    days = first.isoformat() if first == last else f"{first}..{last}"
    return f"{days}: {name}" if name else days


def _days(text: str) -> list[tuple[date, str]]:
    form = _RANGE.fullmatch(text) if len(text) <= NAME_LENGTH * 2 else None
    if form is None:
        raise BadValue(f"'{shown(text)}' is not a day ({_EXPECTED})")
    first = written_day(form[1])
    last = written_day(form[2]) if form[2] else first
    name = form[3] or ""
    if not name.isprintable() or len(name) > NAME_LENGTH:
        raise BadValue(f"'{shown(text)}' has a name that is too long or cannot be shown on a line")
    long = (last - first).days + 1
    if long < 1:
        raise BadValue(f"'{shown(text)}' ends before it begins")
    if long > LONGEST:
        raise BadValue(f"'{shown(text)}' has {long:,} days (at most {LONGEST:,})")
    return [(first + timedelta(step), name) for step in range(long)]


def _weekday(text: str) -> int:
    """0 = Sunday."""
    if len(text) == 1 and text in "0123456":
        return int(text)
    if len(text) >= 2:
        for number, name in enumerate(WEEKDAYS):
            if name.lower().startswith(text):
                return (number + 1) % 7
    raise BadValue(unknown(text, _SHORT, "weekday"))
