"""A workflow's graph drawn with letters: from left to right or from the top down, in three sizes.

Without steps it is the definition. With them it shows how far a workflow is: heavy borders are open (or failed),
double ones an end, dashed ones an override or what the definition no longer has, dotted ones not reached; the path
that was taken is heavier than what was not. What is too large to be read as a picture is a list, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.rules.cells import cells, cut
from engine.rules.wording import count_of
from engine.rules.workflows.boxes import Box, Zoom, sample
from engine.rules.workflows.canvas import Canvas, Span, Stroke
from engine.rules.workflows.graph import Graph
from engine.rules.workflows.layers import bends, layered
from engine.rules.workflows.picture import Direction, Picture, paint
from engine.rules.workflows.standing import Look, Standing, Visit, standings, travelled
from store.frozen import value

MOST_NODES = 400
MOST_EDGES = 800
MOST_BENDS = 1_500
"""Beyond these a picture is a list: nobody finds a way through it, and it would take seconds."""


@value
class Drawing:
    """A picture: lines of one width (in cells), where each node stands in them, and what is shown alike.

    The styles of `spans` are the words of `Look`, and `edge`, `path` and `override` for lines. `legend` says what the
    borders mean, of those that occur. `direction` is None for a list.
    """

    lines: tuple[str, ...]
    nodes: Mapping[str, Box]
    spans: tuple[Span, ...]
    legend: tuple[str, ...]
    direction: Direction | None
    zoom: Zoom

    @property
    def width(self) -> int:
        """Cells of every line."""
        return cells(self.lines[0]) if self.lines else 0

    @property
    def text(self) -> str:
        """As it is printed: without blanks at the ends of lines, the legend below."""
        lines = [line.rstrip() for line in self.lines]
        return "\n".join([*lines, "", *self.legend] if self.legend else lines)


def draw(
    graph: Graph, visits: Sequence[Visit] | None = None, *, direction: Direction | None = None,
    zoom: Zoom = Zoom.FULL, width: int = 80, is_ascii: bool = False,
) -> Drawing:  # fmt: skip
    """The picture of a definition, or of a workflow that has taken these steps.

    Without a direction it leads to the right if that is at most `width` cells wide, else down. The same values give
    the same picture.
    """
    nodes = standings(graph, visits, is_ascii=is_ascii)
    strokes = _strokes(graph, visits)
    legend = _legend(nodes, set(strokes.values()), zoom, width, is_ascii=is_ascii) if visits is not None else ()
    number = {each.node: at for at, each in enumerate(nodes)}
    edges = [(number[origin], number[to]) for origin, to in strokes if origin != to]
    if len(nodes) > MOST_NODES or len(edges) > MOST_EDGES or bends(len(nodes), edges) > MOST_BENDS:
        return _listed(nodes, strokes, legend, zoom, width)
    layers = layered(len(nodes), edges)
    loops = {number[origin]: stroke for (origin, to), stroke in strokes.items() if origin == to}
    picture = Picture(nodes, layers, direction or Direction.RIGHT, zoom, set(loops))
    if direction is None and picture.length > width:
        picture = Picture(nodes, layers, Direction.DOWN, zoom, set(loops))
    canvas = Canvas(is_ascii=is_ascii)
    paint(canvas, picture, [stroke for (origin, to), stroke in strokes.items() if origin != to], loops)
    lines, spans = canvas.rows()
    boxes = {each.node: picture.box(at) for at, each in enumerate(nodes)}
    return Drawing(lines, boxes, spans, legend, picture.way, zoom)


def beside(drawing: Drawing, name: str, way: str) -> str:
    """The node next to `name`, `up`, `down`, `left` or `right` of it; itself if there is none on that side."""
    own = drawing.nodes[name]
    x, y = _middle(own)
    found, least = name, 0
    for other, box in drawing.nodes.items():
        right, down = _middle(box)
        ahead, aside = {
            "right": (right - x, down - y), "left": (x - right, down - y),
            "down": (down - y, right - x), "up": (y - down, right - x),
        }[way]  # fmt: skip
        # Half cells; a cell is twice as high as wide.
        far = ahead + 2 * abs(aside) if way in ("left", "right") else 2 * ahead + abs(aside)
        if ahead > 0 and other != name and _is_beyond(own, box, way) and (found == name or far < least):
            found, least = other, far
    return found


def _middle(box: Box) -> tuple[int, int]:
    return 2 * box.x + box.width, 2 * box.y + box.height


def _is_beyond(own: Box, box: Box, way: str) -> bool:
    return {
        "right": box.x >= own.x + own.width,
        "left": box.x + box.width <= own.x,
        "down": box.y >= own.y + own.height,
        "up": box.y + box.height <= own.y,
    }[way]


def _strokes(graph: Graph, visits: Sequence[Visit] | None) -> dict[tuple[str, str], Stroke]:
    """Every edge, in the order of the definition, then those that only steps have gone."""
    known = {each.name for each in graph.nodes}
    found = {edge: Stroke.THIN for edge in graph.edges if edge[0] in known and edge[1] in known}
    return found | travelled(visits or ())


def _legend(
    nodes: Iterable[Standing], strokes: set[Stroke], zoom: Zoom, width: int, *, is_ascii: bool
) -> tuple[str, ...]:
    """What the borders and lines mean, of those that occur, in lines of at most `width` cells."""
    looks = {each.look: each for each in reversed(list(nodes)) if not each.is_gone}
    parts = [f"{sample(looks[look], zoom, is_ascii=is_ascii)} {look}" for look in Look if look in looks]
    gone = next((each for each in nodes if each.is_gone), None)
    if gone is not None and zoom is not Zoom.DOTS:
        parts.append(f"{sample(gone, zoom, is_ascii=is_ascii)} no longer defined")
    for stroke, words in ((Stroke.HEAVY, "path taken"), (Stroke.THIN, "not taken"), (Stroke.DASHED, "by override")):
        if stroke in strokes:
            parts.append(f"{_STROKES[stroke][is_ascii] * 2} {words}")
    lines: list[str] = []
    for part in parts:
        if lines and cells(lines[-1]) + 3 + cells(part) <= width:
            lines[-1] += f"   {part}"
        else:
            lines.append(part)
    return tuple(lines)


_STROKES = {Stroke.THIN: "─-", Stroke.HEAVY: "━=", Stroke.DASHED: "╍~"}


def _listed(
    nodes: Sequence[Standing], strokes: Iterable[tuple[str, str]], legend: tuple[str, ...], zoom: Zoom, width: int
) -> Drawing:
    """The nodes in a list, each with what follows it: for what is too large to be drawn."""
    after: dict[str, list[str]] = {each.node: [] for each in nodes}
    names = {each.node: each.name for each in nodes}
    for origin, to in strokes:
        after[origin].append(names[to])
    rows = [_too_large(len(nodes), sum(map(len, after.values()))), ""]
    boxes, spans = {}, []
    for each in nodes:
        following = after[each.node]
        more = f", {len(following) - 3:,} more" if len(following) > 3 else ""
        leads = f" -> {', '.join(following[:3])}{more}" if following else ""
        line = cut(f"{each.mark or ' '} {each.name}  {each.words}{leads}", width)
        boxes[each.node] = Box(0, len(rows), cells(line), 1)
        spans.append(Span(0, len(rows), cells(line), str(each.look)))
        rows.append(line)
    wide = max(map(cells, rows))
    lines = tuple(row + " " * (wide - cells(row)) for row in rows)
    return Drawing(lines, boxes, tuple(spans), legend, None, zoom)


def _too_large(nodes: int, edges: int) -> str:
    if nodes > MOST_NODES:
        return f"{count_of(nodes, 'step')} are too many for a picture (at most {MOST_NODES:,}): listed instead"
    return f"{count_of(edges, 'edge')} are too many for a picture that can be read: listed instead"
