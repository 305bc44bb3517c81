"""Words of several lines that change often: what has changed is drawn again, and nothing is laid out for it.

A `Static` lays out the whole screen when its words change, which in a form of forty fields takes longer than a frame.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget


class Lines(ScrollView, can_focus=False):
    """Words that wrap at the width of the widget; what does not fit is scrolled to."""

    DEFAULT_CSS = "Lines { overflow-x: hidden; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words: tuple[Content, ...] = ()
        self._drawn: list[Strip] = []

    def show(self, words: Sequence[Content]) -> None:
        """Draw these."""
        if tuple(words) != self._words:
            self._words = tuple(words)
            self._draw()

    def notify_style_update(self) -> None:
        """The colours are part of what was drawn."""
        super().notify_style_update()
        if self.is_mounted:
            self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Another width wraps otherwise."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_region.width - self.styles.scrollbar_size_vertical  # there or not: they never wrap anew
        if width <= 0:
            return
        old = self._drawn
        joined = Content("\n").join(self._words)
        self._drawn = new = Visual.to_strips(self, joined, width, None, self.visual_style) if self._words else []
        at_top = self.scroll_offset.y
        for line in range(max(len(old), len(new))):
            if line >= len(old) or line >= len(new) or old[line] != new[line]:
                self.refresh(Region(0, line - at_top, self.size.width, 1))
        size = Size(width, len(new))
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)  # of textual: the bar comes and goes without a layout where it need not

    def render_line(self, y: int) -> Strip:
        """The words of a line, as wide as the widget."""
        line = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        strip = self._drawn[line] if line < len(self._drawn) else Strip.blank(0)
        return strip.adjust_cell_length(width, self.rich_style)
