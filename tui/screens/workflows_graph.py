"""What a definition and a workflow have in common on the screen: the graph, its legend, a node's detail."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.rules.workflows.boxes import Zoom
from engine.rules.workflows.drawing import Drawing, draw
from engine.rules.workflows.graph import Graph
from engine.rules.workflows.picture import Direction
from engine.rules.workflows.standing import Visit
from tui.screens.workflows_verbs import WorkflowVerbs
from tui.widgets.graph_view import GraphView
from tui.widgets.header import Header, Hints, Place
from tui.widgets.lines import Lines
from tui.widgets.painting import Piece

ZOOMS = (Zoom.DOTS, Zoom.NAMES, Zoom.FULL)


class GraphScreen(WorkflowVerbs):
    """`t` turns the picture, `+ -` draw it larger or smaller, enter opens the node of the cursor."""

    VIEW = "workflows"
    AUTO_FOCUS = "GraphView"
    DEFAULT_CSS = """
    GraphScreen #graph { width: 1fr; height: 1fr; padding: 0 0 0 1; }
    GraphScreen #legend { height: auto; max-height: 3; color: $muted; }
    """
    GRAPH_HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("t", "turn"), ("+ -", "zoom"))

    def __init__(self) -> None:
        super().__init__()
        self.direction: Direction | None = None
        """None: to the right where that fits, else down."""
        self.zoom = Zoom.FULL
        self._asked: tuple[object, ...] = ()
        """What was drawn last: another workflow's change draws nothing anew."""

    def compose(self) -> ComposeResult:
        """Header, words, graph or list, detail, hints."""
        yield Header(self.VIEW)
        yield Place(id="line")
        with Horizontal(id="body"):
            yield self.make_list()
            with Vertical(id="graph"):
                yield GraphView()
                yield Lines(id="legend")
            with VerticalScroll(id="detail"):
                yield Static(id="detail-text", markup=False)
        yield Hints()

    @property
    def graph_view(self) -> GraphView:
        """The picture."""
        return self.query_one(GraphView)

    @property
    def drawing(self) -> Drawing | None:
        """What is drawn."""
        return self.graph_view.drawing

    def _colour(self) -> None:
        super()._colour()
        self.graph_view.painter = self.desk.painter

    def graph_and_visits(self) -> tuple[Graph, list[Visit] | None]:
        """What to draw; without visits the definition alone."""
        raise NotImplementedError(type(self).__name__)

    def first_node(self) -> str:
        """Where the cursor stands at first."""
        return ""

    def draw_graph(self) -> None:
        """Draw it as wide as there is room; nothing is painted that has not changed."""
        room = self.graph_view.size.width - 1
        if room <= 0:
            return
        graph, visits = self.graph_and_visits()
        asked = (graph, visits, self.direction, self.zoom, room)
        if asked == self._asked:
            return
        self._asked = asked
        found = draw(
            graph, visits, direction=self.direction, zoom=self.zoom, width=room, is_ascii=self.desk.ascii_marks
        )  # fmt: skip
        legend = self.query_one("#legend", Lines)
        legend.styles.height = min(3, len(found.legend))
        legend.show([Content(each) for each in found.legend])
        self.graph_view.show(found, self.first_node())

    def on_resize(self, event: events.Resize) -> None:
        """Another width may take another direction."""
        self.call_after_refresh(self._fitted)

    def _fitted(self) -> None:
        self.draw_graph()
        self.words()
        self.show_detail()

    def action_turn(self) -> None:
        """From left to right, or from top to bottom."""
        if self.drawing is not None:
            self.direction = Direction.RIGHT if self.drawing.direction is Direction.DOWN else Direction.DOWN
            self.draw_graph()
            self.words()

    @on(GraphView.Zoomed)
    def _zoomed(self, event: GraphView.Zoomed) -> None:
        at = ZOOMS.index(self.zoom) + event.by
        if 0 <= at < len(ZOOMS):
            self.zoom = ZOOMS[at]
            self.draw_graph()
            self.words()

    @on(GraphView.Highlighted)
    def _node_moved(self) -> None:
        self._moved()

    @on(GraphView.Opened)
    def _node_opened(self) -> None:
        self.open_current()

    def picture_words(self) -> Piece:
        """How it is drawn: ` · top down, names`."""
        if self.drawing is None or self.drawing.direction is None:
            return ("", "muted")
        way = "left to right" if self.drawing.direction is Direction.RIGHT else "top down"
        more = "" if self.zoom is Zoom.FULL else f", {self.zoom} only"
        return (f" · {way}{more}", "muted")
