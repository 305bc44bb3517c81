"""A graph drawn as text, with a cursor that goes from node to node; what does not fit is scrolled to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from engine.rules.cells import width as cells_of
from engine.rules.workflows.canvas import Span
from engine.rules.workflows.drawing import Drawing, beside
from tui.widgets.painting import Line, Painter, Piece

TOKENS = {
    "step": "text", "open": "warning", "done": "ok", "end": "ok bold", "failed": "error", "skipped": "muted",
    "cancelled": "muted", "override": "accent", "not reached": "muted", "edge": "muted", "path": "text",
}  # fmt: skip
"""Style of a span -> theme token."""


class GraphView(ScrollView, can_focus=True, inherit_bindings=False):
    """The picture of a graph. Arrows and hjkl go to the nearest node on that side, enter opens it."""

    DEFAULT_CSS = "GraphView { width: 1fr; height: 1fr; scrollbar-size: 1 1; }"
    BINDINGS = [
        Binding("j,down", "go('down')", "Node below", show=False, id="graph.down"),
        Binding("k,up", "go('up')", "Node above", show=False, id="graph.up"),
        Binding("l,right", "go('right')", "Node to the right", show=False, id="graph.right"),
        Binding("h,left", "go('left')", "Node to the left", show=False, id="graph.left"),
        Binding("g,home", "end(0)", "First node", show=False, id="graph.first"),
        Binding("G,end", "end(-1)", "Last node", show=False, id="graph.last"),
        Binding("tab", "step(1)", "Next node", show=False, id="graph.next"),
        Binding("shift+tab", "step(-1)", "Node before", show=False, id="graph.previous"),
        Binding("ctrl+d,pagedown", "page(1)", "Half a page down", show=False, id="graph.page-down"),
        Binding("ctrl+u,pageup", "page(-1)", "Half a page up", show=False, id="graph.page-up"),
        Binding("plus", "zoom(1)", "Larger", show=False, id="graph.larger"),
        Binding("minus", "zoom(-1)", "Smaller", show=False, id="graph.smaller"),
        Binding("enter", "open", "Open", show=False, id="graph.open"),
    ]

    painter: reactive[Painter | None] = reactive(None)

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another node."""

        node: str

    @dataclass
    class Opened(Message):
        """Enter, or a click on the node of the cursor."""

        node: str

    @dataclass
    class Zoomed(Message):
        """Draw it larger, or smaller."""

        by: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.drawing: Drawing | None = None
        self._spans: dict[int, list[Span]] = {}
        self._order: tuple[str, ...] = ()
        self.node = ""
        """The node of the cursor; empty in an empty graph."""

    def show(self, drawing: Drawing, node: str = "") -> None:
        """Draw this. The cursor stays on its node; `node` is where it goes if that is not there."""
        if drawing == self.drawing:
            return
        self.drawing = drawing
        self._spans = defaultdict(list)
        for span in drawing.spans:
            self._spans[span.y].append(span)
        boxes = drawing.nodes
        self._order = tuple(sorted(boxes, key=lambda name: (boxes[name].y, boxes[name].x)))
        self.virtual_size = Size(drawing.width, len(drawing.lines))
        if self.node not in boxes:
            self._put(node if node in boxes else next(iter(self._order), ""))
        else:
            self._reveal()
        self.refresh()

    def go_to(self, node: str) -> None:
        """Put the cursor on a node."""
        if node in self._order:
            self._put(node)

    def on_resize(self, event: events.Resize) -> None:
        """The node of the cursor stays in view."""
        self._reveal()

    def _put(self, node: str) -> None:
        if node != self.node:
            self.node = node
            self.post_message(self.Highlighted(node))
        self._reveal()
        self.refresh()

    def _box(self) -> Region | None:
        """Where the node of the cursor stands."""
        box = self.drawing.nodes.get(self.node) if self.drawing else None
        return None if box is None else Region(box.x, box.y, box.width, box.height)

    def _reveal(self) -> None:
        box = self._box()
        if box is not None and self.size:
            self.scroll_to_region(box, animate=False, force=True)

    # -- keys -----------------------------------------------------------------------------------------------

    def action_go(self, way: str) -> None:
        """To the nearest node on that side."""
        if self.drawing is not None and self.node in self._order:
            self._put(beside(self.drawing, self.node, way))

    def action_step(self, by: int) -> None:
        """The next node, or the one before, in the order in which they are read."""
        if self.node in self._order:
            self._put(self._order[(self._order.index(self.node) + by) % len(self._order)])

    def action_end(self, at: int) -> None:
        """The first node, or the last."""
        if self._order:
            self._put(self._order[at])

    def action_page(self, by: int) -> None:
        """Scroll by half a page; the cursor stays where it is."""
        self.scroll_relative(y=by * max(1, self.size.height // 2), animate=False, force=True)

    def action_zoom(self, by: int) -> None:
        """Whoever draws it knows how."""
        self.post_message(self.Zoomed(by))

    def action_open(self) -> None:
        """Open the node of the cursor."""
        if self.node:
            self.post_message(self.Opened(self.node))

    def on_click(self, event: events.Click) -> None:
        """A click goes to a node, one more opens it."""
        at = event.offset + self.scroll_offset
        for name, box in self.drawing.nodes.items() if self.drawing else ():
            if Region(box.x, box.y, box.width, box.height).contains_point(at):
                if name == self.node:
                    self.action_open()
                else:
                    self._put(name)

    # -- drawing --------------------------------------------------------------------------------------------

    def watch_painter(self) -> None:
        """Other colours."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of the picture from where it is scrolled to; the box of the cursor stands on the selection."""
        width, painter, drawing = self.scrollable_content_region.width, self.painter, self.drawing
        at = y + self.scroll_offset.y
        if painter is None or drawing is None or at >= len(drawing.lines):
            return Strip.blank(width, None if painter is None else painter.style("text"))
        pieces = _pieces(drawing.lines[at], self._spans.get(at, []))
        strip: Strip = painter.line(pieces, max(drawing.width, width))
        box = self._box()
        if box is not None and box.y <= at < box.bottom:
            before, own, after = strip.divide([box.x, box.right, strip.cell_length])
            strip = Strip([*before, *_chosen(own, painter), *after])
        cut = strip.crop(self.scroll_offset.x, self.scroll_offset.x + width)
        return Line(cut, cut.cell_length)


def _pieces(line: str, spans: list[Span]) -> list[Piece]:
    """The line in pieces; cells that no span names are blank."""
    styles = {x: span.style for span in spans for x in range(span.x, span.x + span.length)}
    pieces: list[Piece] = []
    x = 0
    for letter in line:
        token = TOKENS.get(styles.get(x, ""), "text")
        if pieces and pieces[-1][1] == token:
            pieces[-1] = (pieces[-1][0] + letter, token)
        else:
            pieces.append((letter, token))
        x += cells_of(letter)
    return pieces


def _chosen(box: Strip, painter: Painter) -> list[Segment]:
    look = painter.style("text", "selection")
    over = Style(bgcolor=look.bgcolor, reverse=look.reverse, bold=True)
    return [Segment(text, (style or Style()) + over) for text, style, _ in box]
