"""The lines of a checklist: which one somebody means, and the lists that their changes give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.rules.errors import BadValue, shown
from engine.rules.texts import one_line

Line = tuple[str, bool]
"""A line and whether it is ticked."""

MOST_LINES = 200


def place(lines: Sequence[Line], text: str) -> int:
    """Which line `text` means, from 0: its number as people count, the whole line, or how only this one begins.

    BadValue with the lines there are, or with those that begin so.
    """
    if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= len(lines):
        return int(text[:6]) - 1
    wanted = text.strip().casefold()
    whole = [index for index, (line, _) in enumerate(lines) if line.casefold() == wanted]
    begins = [index for index, (line, _) in enumerate(lines) if wanted and line.casefold().startswith(wanted)]
    if whole or len(begins) == 1:
        return (whole or begins)[0]
    if begins:
        raise BadValue(f"item: several lines begin with '{shown(text)}': {_numbered(lines, begins)}")
    there = f"there are: {_numbered(lines, range(len(lines)))}" if lines else "the checklist is empty"
    raise BadValue(f"item: '{shown(text)}' is no line of the checklist ({there})")


def toggled(lines: Sequence[Line], texts: Iterable[str]) -> tuple[Line, ...]:
    """The lines with those that are meant ticked, or no longer ticked."""
    found = list(lines)
    for index in {place(lines, text) for text in texts}:
        found[index] = (found[index][0], not found[index][1])
    return tuple(found)


def changed(lines: Sequence[Line], add: Iterable[str], remove: Iterable[str]) -> tuple[Line, ...]:
    """Without the lines that are meant by `remove`, and with those of `add` at the end, not ticked."""
    gone = {place(lines, text) for text in remove}
    kept = [line for index, line in enumerate(lines) if index not in gone]
    return _few((*kept, *((one_line("item", text), False) for text in add)))


def replaced(lines: Sequence[Line], texts: Iterable[str]) -> tuple[Line, ...]:
    """These lines instead; one that was there keeps its tick."""
    ticked = {text for text, is_done in lines if is_done}
    plain = [one_line("item", text) for text in texts]
    return _few(tuple((text, text in ticked) for text in plain))


def _few(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if len(lines) > MOST_LINES:
        raise BadValue(f"item: {len(lines)} lines are too many for a checklist (at most {MOST_LINES})")
    return lines


def _numbered(lines: Sequence[Line], which: Iterable[int]) -> str:
    return ", ".join(f"{index + 1} {shown(lines[index][0], 40)}" for index in list(which)[:12])
