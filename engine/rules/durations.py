"""Lengths of time: what people write for a timeout, and what lists show for a run."""

from __future__ import annotations

import re
from fractions import Fraction

from engine.rules.errors import BadValue, shown

MOST_SECONDS = 100_000 * 86_400
"""About 270 years: any sum with an instant still fits 63 bits of microseconds."""

_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))

_NAMES = (
    r"w(?:eeks?)?",
    r"d(?:ays?)?",
    r"h(?:(?:ou)?rs?)?",
    r"m(?:in(?:ute)?s?)?",
    r"s(?:ec(?:ond)?s?)?",
)
_NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,6})?)"
_WORDS = re.compile(" ?".join(rf"(?:{_NUMBER} ?{name})?" for name in _NAMES))
_WHOLE = "([0-9]{1,12})"
_ISO = re.compile(
    rf"p(?:{_WHOLE}w)?(?:{_WHOLE}d)?(?:t(?:{_WHOLE}h)?(?:{_WHOLE}m)?(?:{_WHOLE}s)?)?",
)
_TEXT_LENGTH = 80
_EXPECTED = "a length of time such as 90s, 15m, 1h30m, 2d or a number of seconds"


def parse_duration(text: str | int) -> int:
    """Whole seconds from `1h30m`, `1.5 hours`, `2d`, `90s`, `PT90M` or `3600` (seconds); never negative.

    Units go from the largest to the smallest, each at most once. `m` is minutes: months have no fixed length
    and are refused.
    """
    if isinstance(text, bool):
        raise BadValue(f"{text} is not a duration (expected {_EXPECTED})")
    if isinstance(text, int):
        return _bounded(text)
    plain = " ".join(text.lower().split()) if len(text) <= _TEXT_LENGTH else ""
    if re.fullmatch(r"[+-]?[0-9]+", plain):
        return _bounded(int(plain))
    form = _WORDS.fullmatch(plain) or _ISO.fullmatch(plain)
    if not form or not any(form.groups()):
        raise BadValue(f"'{shown(text)}' is not a duration (expected {_EXPECTED})")
    parts = zip(form.groups(), _UNITS, strict=True)
    total = sum(Fraction(number) * seconds for number, (_, seconds) in parts if number)
    if total != int(total):
        raise BadValue(f"'{shown(text)}' is not a whole number of seconds (expected {_EXPECTED})")
    return _bounded(int(total))


def duration_text(seconds: int) -> str:
    """The exact short form for settings and the desk file: `1h30m`, `2d`, `0s`; it reads back equal."""
    parts = []
    for name, size in _UNITS[1:]:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"


def duration_words(seconds: float) -> str:
    """For lists, two units at most, never more than has passed: `0.4s 12s 4m 02s 1h05m 2d 03h`."""
    if seconds < 0:
        return "0s"
    if seconds < 10 and seconds != int(seconds):
        return f"{int(seconds * 10) / 10}s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3_600:
        return f"{whole // 60}m {whole % 60:02}s"
    minutes = whole // 60
    if minutes < 1_440:
        return f"{minutes // 60}h{minutes % 60:02}m"
    hours = minutes // 60
    return f"{hours // 24:,}d {hours % 24:02}h"


def _bounded(seconds: int) -> int:
    if seconds < 0:
        raise BadValue("a duration cannot be negative")
    if seconds > MOST_SECONDS:
        raise BadValue("a duration can be at most 100000 days")
    return seconds
