"""How fast a run goes, and how long it will still take.

Instants are microseconds UTC. The speed is the mean since it began: a rate of the last moment jumps, and a
remaining time that jumps is believed by nobody.
"""

from __future__ import annotations

from engine.rules.durations import duration_words

_SECOND = 1_000_000
_LEAST = 2.0
"""Seconds and per cent before which no speed can be told."""
_LONGEST = 30 * 86_400


def remaining(percent: int, began: int | None, at: int | None, now: int) -> int | None:
    """Seconds that are left at `now`, None if that cannot be told yet; `at` is when the progress was said.

    Counts down between two words of progress, never below 0.
    """
    if began is None or at is None or not _LEAST <= percent < 100:
        return None
    spent = (at - began) / _SECOND
    if spent < _LEAST:
        return None
    left = spent * (100 - percent) / percent - (now - at) / _SECOND
    return max(0, round(left)) if left <= _LONGEST else None


def rate(percent: int, began: int | None, at: int) -> str:
    """Per cent a minute, an hour or a day, whichever is readable: `12 %/min`; "" if it cannot be told yet."""
    if began is None or percent < _LEAST or at - began < _LEAST * _SECOND:
        return ""
    second = percent / ((at - began) / _SECOND)
    for unit, seconds in (("min", 60), ("h", 3_600), ("d", 86_400)):
        if second * seconds >= 1:
            return f"{second * seconds:.3g} %/{unit}"
    return f"{second * 86_400:.2g} %/d"


def words(percent: int, text: str, speed: str, left: int | None) -> str:
    """`40 %  reading users.csv  12 %/min, about 5m 00s left`."""
    about = "" if left is None else f"about {duration_words(left)} left"
    parts = (f"{percent} %", text, ", ".join(part for part in (speed, about) if part))
    return "  ".join(part for part in parts if part)
