"""Lines that are drawn by hand in parts, of which only what changed is written again, in as few bytes as it needs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.text import safe
from tui.themes import token_colors
from tui.widgets.painting import Line, Painter, Piece

Part = tuple[int, tuple[Piece, ...], str]
"""Width in cells, pieces, and the ground they stand on. The parts of a line fill the widget."""


class Parts(Widget):
    """Takes lines of parts; a line is written from its left to the last part that changed, as textual writes lines."""

    lets_keys_pass = True
    painter: reactive[Painter | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__()
        self._drawn: Sequence[Sequence[Part]] = ()
        self._strips: dict[int, Line] = {}

    def put(self, lines: Sequence[Sequence[Part]]) -> None:
        """Show these lines."""
        old, self._drawn = self._drawn, lines
        if len(old) != len(lines):
            self._strips.clear()
            self.refresh()
            return
        regions = [
            Region(*span, 1)
            for y, (was, now) in enumerate(zip(old, lines, strict=True))
            if (span := _span(y, was, now))
        ]
        for region in regions:
            self._strips.pop(region.y, None)
        if regions:
            self.refresh(*regions)

    def watch_painter(self) -> None:
        """Another palette."""
        self._strips.clear()

    def on_resize(self) -> None:
        """Other room, other parts."""
        self._strips.clear()
        self.lay_out()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The cursor looks otherwise."""
        super().watch_has_focus(_has_focus)
        self.lay_out()

    def lay_out(self) -> None:
        """Put the lines as they are now. Here they hang on neither the room nor the focus."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: textual's own way would encode each piece anew."""
        strips: list[Strip] = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        background = Color.parse(token_colors(self.app.theme_variables)["ground"])
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """One line."""
        painter, width = self.painter, self.size.width
        if painter is None:
            return Strip.blank(width, self.rich_style)
        line = self._strips.get(y)
        if line is None:
            line = self._strips[y] = _line(self._drawn[y] if y < len(self._drawn) else (), width, painter)
        return line


def _span(y: int, was: Sequence[Part], now: Sequence[Part]) -> tuple[int, int, int] | None:
    """(x, y, width) of what differs; None if nothing does."""
    if len(was) != len(now):
        return 0, y, sum(part[0] for part in now)
    begin = end = x = 0
    for before, after in zip(was, now, strict=True):
        if before != after:
            begin, end = begin if end else x, x + after[0]
        x += after[0]
    return (begin, y, end - begin) if end else None


def _line(parts: Sequence[Part], width: int, painter: Painter) -> Line:
    segments: list[Segment] = []
    used = 0
    for room, pieces, ground in parts:
        left = room
        for text, token in pieces:
            shown = safe(text, left)
            if shown:
                segments.append(Segment(shown, painter.style(token, ground)))
                left -= segments[-1].cell_length
        if left > 0:
            segments.append(Segment(" " * left, painter.style("text", ground)))
        used += room
    if used < width:
        segments.append(Segment(" " * (width - used), painter.style("text")))
    return Line(segments, max(width, used))
