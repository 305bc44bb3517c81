"""How headings of sections look, unless a screen draws its own."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.text import fit, safe
from tui.widgets.line_view import LineState
from tui.widgets.pages import Section
from tui.widgets.painting import Piece


def draw_heading(section: Section, width: int, state: LineState) -> Sequence[Piece]:
    """A heading with a fold mark, and at the right its note or its count."""
    return _heading(section, width, "▸ " if state.folded else "▾ ")


def draw_ascii_heading(section: Section, width: int, state: LineState) -> Sequence[Piece]:
    """The same for terminals whose font has only letters."""
    return _heading(section, width, "> " if state.folded else "v ")


def _heading(section: Section, width: int, mark: str) -> Sequence[Piece]:
    count = section.rows.count
    note = safe(section.note or ("" if count is None else f"{count:,}"))
    title = fit(section.title or "", max(0, width - cell_len(note) - 4))
    return [(mark, "heading"), (title, "heading bold"), (f" {note} ", "muted")]
