"""A picture of a graph while it is made: where its boxes stand, and the lines between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from engine.rules.workflows.boxes import Box, Zoom, loop, measure, port, put
from engine.rules.workflows.canvas import DOWN, LEFT, RIGHT, STYLES, UP, Canvas, Stroke
from engine.rules.workflows.channels import Way, ways
from engine.rules.workflows.layers import Layered
from engine.rules.workflows.placing import Placed, Sizes, placed
from engine.rules.workflows.standing import Look, Standing


class Direction(StrEnum):
    """Where the edges lead."""

    RIGHT = "LR"
    DOWN = "TD"


class Picture:
    """What is known of a picture while it is made: along the flow and across it, whichever way that leads."""

    def __init__(self, nodes: Sequence[Standing], layers: Layered, way: Direction, zoom: Zoom, loops: set[int]) -> None:
        self.nodes, self.layers, self.zoom, self.loops = nodes, layers, zoom, loops
        self.way, self.is_down = way, way is Direction.DOWN
        self.is_instance = any(each.look is not Look.PLAIN for each in nodes)
        self.measures = [measure(each, zoom, at in loops) for at, each in enumerate(nodes)]
        across, along = (0, 1) if self.is_down else (1, 0)
        self.along = [each[along] for each in self.measures]
        self.placed: Placed = placed(layers, self._sizes([each[across] for each in self.measures]))
        self.ways: list[list[Way]] = []
        self.begins: list[int] = []
        self.leads: list[int] = []
        at = 0
        for rank, row in enumerate(layers.layers):
            self.begins.append(at)
            at += max(self.along[item] for item in row if item < layers.nodes)
            if rank < len(layers.segments):
                at += self._channel(rank)
        self.length = at
        self.rank = {item: rank for rank, row in enumerate(layers.layers) for item in row}

    def _sizes(self, boxes: list[int]) -> Sizes:
        beside = [int(at in self.loops) for at in range(len(self.nodes))]
        rim = 0 if self.zoom is Zoom.DOTS else 1
        if self.is_down:
            return Sizes(boxes, beside, rim, 4, (3, 2, 2))
        return Sizes(boxes, beside, rim, 1, (1, 1, 0))

    def _channel(self, rank: int) -> int:
        """Decide how lines cross the channel below a layer; how many cells it takes along the flow."""
        nets = self.placed.nets[rank]
        found, tracks = ways([(tuple(net.above.values()), tuple(net.below.values())) for net in nets])
        has_back = any(net.is_back and item < self.layers.nodes for net in nets for item in net.above)
        lead = int(has_back or not self.is_down)
        self.ways.append(found)
        self.leads.append(lead)
        return lead + tracks + 1

    def at(self, across: int, along: int) -> tuple[int, int]:
        """Column and line."""
        return (across, along) if self.is_down else (along, across)

    def box(self, node: int) -> Box:
        """Where a node stands."""
        x, y = self.at(self.placed.starts[node], self.begins[self.rank[node]])
        size, length = self.placed.sizes[node], self.along[node]
        return Box(x, y, *((size, length) if self.is_down else (length, size)))

    def end(self, item: int) -> int:
        """The last cell of an item along the flow; a bend is left where it is entered."""
        begin = self.begins[self.rank[item]]
        return begin + self.along[item] - 1 if item < self.layers.nodes else begin


def paint(canvas: Canvas, picture: Picture, strokes: Sequence[Stroke], loops: Mapping[int, Stroke]) -> None:
    """Put it on a canvas: boxes, the edges as they were given to the layers, edges of a node to itself."""
    for node, each in enumerate(picture.nodes):
        put(canvas, each, picture.box(node), picture.zoom)
    for rank in range(len(picture.ways)):
        _channel(canvas, picture, rank, strokes)
    for node, stroke in loops.items():
        box = picture.box(node)
        loop(canvas, picture.nodes[node], box, picture.zoom, -1 - node, stroke, is_right=picture.is_down)


def _channel(canvas: Canvas, picture: Picture, rank: int, strokes: Sequence[Stroke]) -> None:
    """Draw the lines between two layers."""
    begin = picture.begins[rank + 1]
    for at, (net, way) in enumerate(zip(picture.placed.nets[rank], picture.ways[rank], strict=True)):
        number = rank * 1_000_000 + at
        tracks = [_track(picture, rank, each) for each in way.tracks]
        for each in net.segments:
            top, low = net.above[each.upper], net.below[each.lower]
            points = [(top, picture.end(each.upper))]
            across = top
            for index, track in enumerate(tracks):
                points.append((across, track))
                across = low if index == len(tracks) - 1 else way.over
                points.append((across, track))
            points.append((low, begin))
            canvas.line(number, [picture.at(*point) for point in points], strokes[each.edge])
        for item, across in net.above.items():
            stroke = max(strokes[each.edge] for each in net.segments if each.upper == item)
            _meet(canvas, picture, item, across, True, net.is_back, stroke)
        for item, across in net.below.items():
            stroke = max(strokes[each.edge] for each in net.segments if each.lower == item)
            _meet(canvas, picture, item, across, False, not net.is_back, stroke)


def _track(picture: Picture, rank: int, track: int) -> int:
    """Where a track of a channel runs along the flow."""
    tracks = 1 + max((each for way in picture.ways[rank] for each in way.tracks), default=-1)
    return picture.begins[rank + 1] - 1 - tracks + track


def _meet(
    canvas: Canvas, picture: Picture, item: int, across: int, is_below: bool, is_head: bool, stroke: Stroke
) -> None:
    """Where a line meets a box: the head of an arrow, or the place where it leaves."""
    if item >= picture.layers.nodes:
        return
    edge = picture.end(item) if is_below else picture.begins[picture.rank[item]]
    away = 1 if is_below else -1
    if is_head:
        way = (UP if is_below else DOWN) if picture.is_down else (LEFT if is_below else RIGHT)
        is_hollow = stroke is Stroke.THIN and picture.is_instance
        canvas.head(*picture.at(across, edge + away), way, STYLES[stroke], is_hollow=is_hollow)
    else:
        way = (DOWN if is_below else UP) if picture.is_down else (RIGHT if is_below else LEFT)
        port(canvas, picture.nodes[item], *picture.at(across, edge), way, picture.zoom)
