"""Boxes of a picture: how large a node's text needs it, and its border on a canvas."""

from __future__ import annotations

from enum import StrEnum

from engine.rules.cells import cells
from engine.rules.workflows.canvas import DOWN, LEFT, RIGHT, STYLES, UP, Canvas, Stroke
from engine.rules.workflows.standing import Border, Look, Standing
from store.frozen import value


class Zoom(StrEnum):
    """How much of each node is shown."""

    FULL = "full"
    """Its name, its state and who waits."""
    NAMES = "names"
    """Its name and its mark."""
    DOTS = "dots"
    """Its mark alone."""


@value
class Box:
    """Where a node stands: its first column and line, and how many cells it takes."""

    x: int
    y: int
    width: int
    height: int


_CORNERS = {
    Border.THIN: tuple("┌─┐│└┘"),
    Border.ROUND: tuple("╭─╮│╰╯"),
    Border.HEAVY: tuple("┏━┓┃┗┛"),
    Border.DOUBLE: tuple("╔═╗║╚╝"),
    Border.DASHED: tuple("┌╌┐╎└┘"),
    Border.HEAVY_DASHED: tuple("┏╍┓╏┗┛"),
    Border.DOTTED: tuple("┌┈┐┊└┘"),
}
_ASCII = {
    Border.THIN: tuple("+-+|++"),
    Border.ROUND: tuple("/-\\|\\/"),
    Border.HEAVY: tuple("######"),
    Border.DOUBLE: tuple("+=+H++"),
    Border.DASHED: tuple("+~+!++"),
    Border.HEAVY_DASHED: tuple("#~#!##"),
    Border.DOTTED: tuple("...:.."),
}
_TEES = {Border.HEAVY: "┷┠┯┨", Border.HEAVY_DASHED: "┷┠┯┨", Border.DOUBLE: "╧╟╤╢"}
_THIN_TEES = "┴├┬┤"
_DOTS = {
    Look.PLAIN: ("○", "o"),
    Look.OPEN: ("◆", "#"),
    Look.DONE: ("●", "*"),
    Look.END: ("◉", "@"),
    Look.FAILED: ("x", "x"),
    Look.SKIPPED: ("-", "-"),
    Look.CANCELLED: ("/", "/"),
    Look.OVERRIDE: ("^", "^"),
    Look.UNREACHED: ("·", "."),
}


def words(standing: Standing, zoom: Zoom) -> list[str]:
    """The lines of text in its box."""
    if zoom is Zoom.DOTS:
        return []
    mark = f"{standing.mark} " if standing.mark.strip() else ""
    if zoom is Zoom.NAMES:
        times = f" x{standing.visits}" if standing.visits > 1 else ""
        return [f"{mark}{standing.name}{times}"]
    return [standing.name, f"{mark}{standing.words}"]


def measure(standing: Standing, zoom: Zoom, has_loop: bool) -> tuple[int, int]:
    """Width and height of its box, in cells. An edge to itself needs two lines beside it."""
    if zoom is Zoom.DOTS:
        return 1, 1
    text = words(standing, zoom)
    return max(map(cells, text)) + 4, max(len(text), 2 if has_loop else 1) + 2


def put(canvas: Canvas, standing: Standing, box: Box, zoom: Zoom) -> None:
    """Draw a node."""
    style = str(standing.look)
    if zoom is Zoom.DOTS:
        _dot(canvas, standing, box, style)
        return
    first, level, last, upright, low, end = (_ASCII if canvas.is_ascii else _CORNERS)[standing.border]
    inner = box.width - 2
    canvas.put(box.x, box.y, f"{first}{level * inner}{last}", style)
    text = words(standing, zoom)
    above = (box.height - 2 - len(text)) // 2
    for at in range(box.height - 2):
        line = text[at - above] if above <= at < above + len(text) else ""
        left = (inner - cells(line)) // 2
        line = " " * left + line + " " * (inner - left - cells(line))
        canvas.put(box.x, box.y + 1 + at, f"{upright}{line}{upright}", style)
    canvas.put(box.x, box.y + box.height - 1, f"{low}{level * inner}{end}", style)


def _dot(canvas: Canvas, standing: Standing, box: Box, style: str) -> None:
    for x in range(box.width):
        for y in range(box.height):
            canvas.put(box.x + x, box.y + y, "=#"[box.height > 1] if canvas.is_ascii else "═║"[box.height > 1], style)
    canvas.put(box.x + box.width // 2, box.y + box.height // 2, _DOTS[standing.look][canvas.is_ascii], style)


def port(canvas: Canvas, standing: Standing, x: int, y: int, way: int, zoom: Zoom) -> None:
    """Show in the border of a box that a line leaves it there, upwards, to the right, down or to the left."""
    if zoom is Zoom.DOTS:
        return
    tees = _TEES.get(standing.border, _THIN_TEES)
    canvas.put(x, y, "+" if canvas.is_ascii else tees[way], str(standing.look))


def loop(canvas: Canvas, standing: Standing, box: Box, zoom: Zoom, net: int, stroke: Stroke, *, is_right: bool) -> None:
    """Draw the edge of a node to itself: right of its box, or below it."""
    x, y = box.x + box.width, box.y + box.height
    style, is_hollow = STYLES[stroke], stroke is Stroke.THIN and standing.look is not Look.PLAIN
    if zoom is Zoom.DOTS:
        canvas.put(*((x, box.y) if is_right else (box.x, y)), "@" if canvas.is_ascii else "↻", style)
    elif is_right:
        canvas.line(net, [(x - 1, box.y + 1), (x, box.y + 1), (x, box.y + 2), (x - 1, box.y + 2)], stroke)
        port(canvas, standing, x - 1, box.y + 1, RIGHT, zoom)
        canvas.head(x - 1, box.y + 2, LEFT, style, is_hollow=is_hollow)
    else:
        points = [(box.x + 1, y - 1), (box.x + 1, y), (box.x + 3, y), (box.x + 3, y - 1)]
        canvas.line(net, points, stroke)
        port(canvas, standing, box.x + 1, y - 1, DOWN, zoom)
        canvas.head(box.x + 3, y - 1, UP, style, is_hollow=is_hollow)


def sample(standing: Standing, zoom: Zoom, *, is_ascii: bool) -> str:
    """What stands for a look in the legend: its border and its mark."""
    if zoom is Zoom.DOTS:
        return _DOTS[standing.look][is_ascii]
    first, level, last, *_ = (_ASCII if is_ascii else _CORNERS)[standing.border]
    mark = "" if standing.look is Look.OPEN else standing.mark
    return f"{first}{level}{last} {mark}".rstrip()
