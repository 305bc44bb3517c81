"""How a time rule says no."""

from __future__ import annotations

from engine.rules.errors import BadValue, shown

SHOWN = 40


class BadSpec(BadValue):
    """A schedule that cannot be read; the one sentence names the part and what was expected."""


def quoted(text: str) -> str:
    """Somebody's text inside a sentence."""
    return f"'{shown(text, SHOWN)}'"
