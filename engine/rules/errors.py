"""What the rules raise when a value makes no sense."""

from __future__ import annotations


class BadValue(ValueError):
    """A value that cannot be taken. `str()` is one sentence that names it and what was expected."""


class OutOfCalendar(BadValue):
    """The result of a sum of dates has no year from 1 to 9999."""


def shown(text: object, limit: int = 60) -> str:
    """What somebody typed, short enough and harmless enough to stand in a sentence."""
    words = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[: limit + 1])
    return words if len(words) <= limit else words[: limit - 1] + "…"
