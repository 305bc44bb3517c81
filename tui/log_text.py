"""The text of a log line, harmless and in its colours: how long it is, wrapped into parts, shifted sideways."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.style import Style

from tui.sgr import sgr
from tui.text import safe

Parts = tuple[tuple[tuple[str, Style | None], ...], ...]


def coloured(text: str) -> Sequence[tuple[str, Style | None]]:
    """Harmless pieces of a line with the styles that it asked for; None for that of its level."""
    if "\x1b" not in text and "\t" not in text:
        return ((safe(text), None),)
    return [(piece, style or None) for piece, style in sgr(text)]


@lru_cache(maxsize=2048)
def length(text: str) -> int:
    """Cells that a line takes."""
    return sum(cell_len(piece) for piece, _ in coloured(text))


def shifted(pieces: Sequence[tuple[str, Style | None]], cells: int, mark: str) -> list[tuple[str, Style | None]]:
    """The pieces without so many cells at their start, and a mark in the first cell that is left if any are gone."""
    left, kept = cells + 1, list[tuple[str, Style | None]]()
    if not any(piece for piece, _ in pieces):
        return kept
    for piece, style in pieces:
        size = cell_len(piece)
        if left >= size:
            left -= size
            continue
        gone = _fitting(piece, left)
        rest = piece[gone:]
        if cell_len(piece[:gone]) < left:  # half of a wide letter
            rest = " " * (cell_len(rest[0]) - 1) + rest[1:]
        kept.append((rest, style))
        left = 0
    return [(mark, None), *kept]


@lru_cache(maxsize=2048)
def wrapped(text: str, width: int) -> Parts:
    """The pieces of a line as parts of at most `width` cells; one empty part if there is nothing to see."""
    parts: list[list[tuple[str, Style | None]]] = [[]]
    left = width
    for piece, style in coloured(text):
        rest = piece
        while rest:
            fits = _fitting(rest, left)
            if fits:
                parts[-1].append((rest[:fits], style))
                left -= cell_len(rest[:fits])
                rest = rest[fits:]
            if rest:
                parts.append([])
                left = width
    return tuple(tuple(part) for part in parts)


def _fitting(text: str, width: int) -> int:
    """How many characters fit into so many cells; what takes no cell stays with the one before it."""
    if text.isascii():
        return min(len(text), width)
    for index, letter in enumerate(text):
        width -= cell_len(letter)
        if width < 0:
            return index
    return len(text)
