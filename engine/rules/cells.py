"""How many cells of a terminal a text takes, and text that cannot move its cursor: for pictures made of letters."""

from __future__ import annotations

import unicodedata

_WIDE = frozenset("WF")
_NOTHING = frozenset({"Mn", "Me", "Cf"})
"""Marks over a letter and invisible letters: they take no cell, and `visible` leaves them out."""
_UNSEEN = frozenset({"Cs", "Co", "Cn", "Zl", "Zp"})
CUT = "…"


def width(letter: str) -> int:
    """Cells of one letter: 2 for those of East Asia and most emoji, 0 for marks that sit on another, else 1."""
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in _NOTHING:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1


def cells(text: str) -> int:
    """Cells of a text."""
    return len(text) if text.isascii() else sum(map(width, text))


def visible(text: str) -> str:
    """`text` in one line, each letter with one or two cells of its own.

    Control characters show as their pictures (`␛`), odd blanks as a blank; marks without a letter composed with them,
    joiners and turns of direction go, as they would shift all that stands beside them. Twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, unicodedata.normalize("NFC", text)))


def _shown(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    kind = unicodedata.category(letter)
    if kind == "Cc" or kind in _UNSEEN:
        return "\ufffd"
    if kind == "Zs":
        return " "
    return "" if kind in _NOTHING or letter in "\u115f\u1160\u3164\uffa0" else letter


def cut(text: str, most: int) -> str:
    """As much of a visible text as `most` cells hold, with `…` if something is missing."""
    if cells(text) <= most:
        return text
    kept, left = [], most - 1
    for letter in text:
        left -= width(letter)
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept) + CUT if most else ""
