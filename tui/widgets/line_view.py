"""The drawing half of the list: a window over an outline, painted line by line and only where it changed.

Textual's own row widgets hold every row and repaint themselves whole. Here a paint asks the pagers for the rows that
are in view, takes their lines from a cache, compares them with what is on the screen and has only the lines that
differ written. Nothing is read while textual renders, nothing moves by animation, nothing is written when idle.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import Any

from textual.color import Color
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from store.frozen import value
from tui.text import safe
from tui.themes import token_colors
from tui.widgets.outline import HEADING, Outline, Place, outline
from tui.widgets.pages import Row, Section
from tui.widgets.painting import Line, Painter, Piece

MARGIN, INDENT = 1, 2
"""Cells left of every line, and more left of a row under a heading."""
CACHED_LINES = 400
READS = 200
"""Sections read for one paint at most; only a source that contradicts itself comes near."""


@value
class LineState:
    """What a drawer may want to know besides the row. Each must be visible without colour: give marks characters."""

    pointer: bool = False
    """The cursor stands on the line."""
    marked: bool = False
    folded: bool = False
    """Of a heading: its rows are hidden."""


@cache
def line_state(pointer: bool, marked: bool, folded: bool) -> LineState:
    """One of the eight states there are."""
    return LineState(pointer, marked, folded)


Draw = Callable[[Any, int, LineState], Sequence[Piece]]
"""(row, width in cells, state) -> pieces from left to right; what is missing is padded, what is too much cut."""
DrawHeading = Callable[[Section, int, LineState], Sequence[Piece]]


class LineView(ScrollView, can_focus=False, inherit_bindings=False):
    """Lines of sections, scrolled by whole lines. `LineList` adds the cursor."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        overflow: hidden hidden;
        background: $background;
    }
    """

    find: reactive[str] = reactive("", repaint=False)
    """Text to highlight in all rows, whatever the case of its letters."""

    def __init__(
        self,
        draw: Draw,
        *,
        heading: DrawHeading,
        empty: str,
        indicator: str,
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._draw_heading = heading
        self._indicator = indicator
        self.empty = empty
        self._outline: Outline = outline(())
        self._held: dict[str, Place] = {"top": Place(0, HEADING)}
        self._shown: list[Strip] = []
        self._view = Size(0, 0)  # as of the last rendering; asking textual for `size` walks its whole map
        self._lines: dict[Hashable, Line] = {}
        self._painter: Painter | None = None
        self._colors: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    # -- where we are -----------------------------------------------------------------------------

    @property
    def top_line(self) -> int:
        """The line of the list that the first line of the view shows."""
        total = self._outline.total
        if not total:
            return 0
        line = self._outline.line(self._held["top"])
        lowest = max(0, total - self._view.height)
        if line > lowest:
            line = lowest
            self._held["top"] = self._outline.place(line)
        return line

    @property
    def total_lines(self) -> int:
        """Lines of the whole list, as far as known."""
        return self._outline.total

    def _set_top(self, line: int) -> None:
        if self._outline.total:
            lowest = max(0, self._outline.total - self._view.height)
            self._held["top"] = self._outline.place(max(0, min(line, lowest)))

    def _shift(self, section: int, moved: int) -> None:
        """Positions of a section moved: what is held there moves along."""
        self._outline.changed()
        if moved:
            for name, place in self._held.items():
                if place.section == section and place.position >= 0:
                    self._held[name] = Place(section, max(0, place.position + moved))

    # -- reading and painting -----------------------------------------------------------------------

    def _read(self) -> bool:
        """Have the rows in view at hand. Did lengths or positions turn out to be others than believed?"""
        for attempt in range(READS):
            top = self.top_line
            for index, begin, end in self._outline.spans(top, top + self._view.height):
                rows = self._outline.sections[index].rows
                length = rows.length
                moved = rows.ensure(begin, end)
                if moved or rows.length != length:
                    self._shift(index, moved)
                    break
            else:
                return attempt > 0
        return True

    def _read_unseen(self) -> None:
        """Before a step in a list that nobody has seen yet: its lengths are not known before it is read."""
        if not self._view and self._outline.total:
            self._view = self.app.size
            self._read()
            self._view = Size(0, 0)

    def paint(self, lines: Iterable[int] | None = None) -> None:
        """Bring the screen up to date; `lines` of the view alone, if nothing else can have changed."""
        if not self._view:
            return
        if self._read():
            lines = None
        self._sync()
        top, thumb = self.top_line, self._thumb()
        changed = []
        for y in range(self._view.height) if lines is None else lines:
            strip = self._line(top + y, y in thumb)
            if strip is not self._shown[y]:
                self._shown[y] = strip
                changed.append(y)
        if changed:
            self.refresh(*(Region(0, y, self._view.width, 1) for y in changed))

    def _match_size(self) -> None:
        """Before textual takes lines: draw all of them if the size is not what it was."""
        size = self.size
        if size == self._view:
            return
        if size.width != self._view.width:
            self._lines.clear()
        self._view = size
        self._resized()
        self._read()
        self._sync()
        top, thumb = self.top_line, self._thumb()
        self._shown = [self._line(top + y, y in thumb) for y in range(self._view.height)]

    def _resized(self) -> None:
        """Called when the view has a new size, before it is read for."""

    def _sync(self) -> None:
        """Tell textual, without the layout that setting these otherwise asks for."""
        self.set_reactive(Widget.virtual_size, Size(self._view.width, self._outline.total))
        self.set_scroll(None, self.top_line)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self.styles.gutter.totals != (0, 0):
            return super().render_lines(crop)
        self._match_size()
        strips = self._shown[crop.y : crop.bottom]
        background = Color.parse(self._theme()["ground"])
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self._view.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        self._match_size()
        return self._shown[y]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        self._set_top(round(new_value))
        self.paint()

    def _line(self, line: int, thumb: bool) -> Line:
        total = self._outline.total
        if not total:
            return self._empty_line(line)
        if line >= total:
            return self._made((), "ground", thumb, 0, lambda width: ())
        place = self._outline.place(line)
        section = self._outline.sections[place.section]
        if place.position == HEADING:
            state = self._state(place, None)
            key: Hashable = (section.title, section.note, section.rows.count, state)
            return self._made(
                key, self._ground(state), thumb, 0, lambda width: self._draw_heading(section, width, state)
            )
        row = None if self._outline.is_blank(place) else section.rows.at(place.position)
        if row is None:
            return self._made((), "ground", thumb, 0, lambda width: ())
        state = self._state(place, row)
        indent = 0 if section.title is None else INDENT
        return self._made((row, state), self._ground(state), thumb, indent, lambda width: self._draw(row, width, state))

    def _state(self, place: Place, row: Row | None) -> LineState:
        section = self._outline.sections[place.section]
        return line_state(False, False, row is None and section.key in self._outline.folded)

    def _ground(self, state: LineState) -> str:
        if not state.pointer:
            return "ground"
        return "selection" if self.has_focus else "panel"

    def _made(
        self, key: Hashable, ground: str, thumb: bool, indent: int, draw: Callable[[int], Sequence[Piece]]
    ) -> Line:
        """A line from the cache, or drawn. The first cell is a margin, the last the scroll indicator's."""
        key = (key, ground, thumb, indent)
        line = self._lines.get(key)
        if line is None:
            width = max(0, self._view.width - 1)
            indent += MARGIN
            pieces = [(" " * indent, "text"), *draw(max(0, width - indent))]
            end = (self._indicator if thumb else " ", "muted")
            if len(self._lines) >= CACHED_LINES:
                self._lines.clear()
            line = self.painter.line(pieces, width, end, ground=ground, find=self._pattern)
            self._lines[key] = line
        return line

    def _empty_line(self, y: int) -> Line:
        text = textwrap.wrap(safe(self.empty), max(10, self._view.width - 6))
        piece = text[y - 1] if 0 < y <= len(text) and self._outline.sections else ""
        return self._made(("empty", piece), "ground", False, INDENT, lambda width: [(piece, "muted")])

    def _thumb(self) -> range:
        """The lines of the view that the scroll indicator covers; none if everything is in view."""
        height, total = self._view.height, self._outline.total
        if total <= height or not height:
            return range(0)
        size = max(1, height * height // total)
        start = round(self.top_line * (height - size) / (total - height))
        return range(start, start + size)

    # -- theme and search ---------------------------------------------------------------------------

    def _theme(self) -> dict[str, str]:
        if not self._colors:
            self._colors = token_colors(self.app.theme_variables)
        return self._colors

    @property
    def painter(self) -> Painter:
        """The styles of the theme in use."""
        if self._painter is None:
            self._painter = Painter.of(self.app)
        return self._painter

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._colors and token_colors(self.app.theme_variables) != self._colors:
            self._colors, self._painter = {}, None
            self._redraw()

    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self.paint()

    def watch_find(self, find: str) -> None:
        self._pattern = re.compile(re.escape(safe(find)), re.IGNORECASE) if find else None
        self._redraw()

    def _redraw(self) -> None:
        self._lines.clear()
        self.paint()
