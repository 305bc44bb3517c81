"""Lengths in definitions: of a wait, and until a human step is due."""

from __future__ import annotations

from engine.rules.errors import BadValue, shown
from engine.rules.offsets import parse_offset


def wait_text(given: object) -> str:
    """The length of a wait as it is kept; BadValue unless it is one that passes."""
    if not isinstance(given, str | int) or given == "":
        raise BadValue(f"expected a length such as 3h, 2d or 10bd, not '{shown(given)}'")
    found = parse_offset(given)
    if found.number <= 0:
        raise BadValue(f"'{shown(given)}' does not wait (expected a length such as 3h, 2d or 10bd)")
    return str(found)


def due_text(given: object) -> str:
    """Until when a human step is due, from the day on which it begins."""
    if not isinstance(given, str | int):
        raise BadValue(f"expected a length such as 2d or 10bd, not '{shown(given)}'")
    found = parse_offset(given)
    if found.number < 0:
        raise BadValue(f"'{shown(given)}' is before it begins (expected a length such as 2d or 10bd)")
    return str(found)
