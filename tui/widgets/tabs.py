"""The tabs of a view as words: which there are, which one this is."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.painting import Piece

SCHEDULES, TO_ACCEPT, UNFIRED, LEDGER = TABS = ("schedules", "missed", "not fired", "ledger")
"""The tabs of Schedules; the last three are the ledger in parts."""


def tab_words(names: Sequence[str], current: str) -> list[Piece]:
    """` schedules  [missed]  ledger   `: brackets say it where there is no colour, and name the keys."""
    pieces: list[Piece] = []
    for name in names:
        pieces.append((f"[{name}]" if name == current else f" {name} ", "accent bold" if name == current else "muted"))
    return [*pieces, ("  ", "text")]
