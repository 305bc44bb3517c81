"""Where the items of each layer stand across the flow, and where edges leave and enter them: whole cells."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.rules.workflows.layers import Layered, Segment

ROUNDS = 6
"""Passes over the layers that pull every item to the middle of its neighbours."""
_BEND, _MIXED, _NODES = 8.0, 2.0, 1.0
"""How much a piece of an edge wants to be straight: between two bends most, where nothing else gives it a reason."""


@dataclass(slots=True)
class Net:
    """Pieces of edges in one channel that share a line: those of one fork, or all that simply lead to one item.

    `above` and `below` are the items at its ends and, once placed, the cells across the flow where it meets them.
    """

    segments: list[Segment]
    is_back: bool
    above: dict[int, int] = field(default_factory=dict)
    below: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Sizes:
    """Measures across the flow, in cells. `boxes` are those of the nodes as their text needs them.

    `rim` is 1 if a box has a border, which takes no edge. `beside` is what a node needs next to its box for an edge
    to itself. `apart` is the distance between ports where there is room. `gaps`: between two boxes, a box and an
    edge, two edges.
    """

    boxes: list[int]
    beside: list[int]
    rim: int
    apart: int
    gaps: tuple[int, int, int]


@dataclass(slots=True)
class Placed:
    """`starts` and `sizes` of all items across the flow (an item that is a bend takes one cell), nets by channel."""

    starts: list[int]
    sizes: list[int]
    nets: list[list[Net]]


def nets_of(layered: Layered) -> list[list[Net]]:
    """The lines of each channel. Two edges share one only where they leave one item, or enter one, together."""
    return [_nets(channel) for channel in layered.segments]


def _nets(channel: Sequence[Segment]) -> list[Net]:
    leaves: dict[int, list[Segment]] = defaultdict(list)
    groups: dict[tuple[str, int], list[Segment]] = defaultdict(list)
    for each in channel:
        if each.is_back:
            groups["back", each.upper].append(each)
        else:
            leaves[each.upper].append(each)
    for upper, mine in leaves.items():
        if len(mine) > 1:
            groups["fork", upper] = mine
        else:
            groups["to", mine[0].lower] += mine
    return [
        Net(mine, kind == "back", {each.upper: 0 for each in mine}, {each.lower: 0 for each in mine})
        for (kind, _), mine in groups.items()
    ]


def placed(layered: Layered, sizes: Sizes) -> Placed:
    """Every item a place in its layer: no two share a cell, and edges are straight where they can be."""
    nets = nets_of(layered)
    order = {item: at for row in layered.layers for at, item in enumerate(row)}
    sides = _sides(nets, order)
    items = sum(map(len, layered.layers))
    size = [1] * items
    for node in range(layered.nodes):
        ports = max(len(sides[node, way]) for way in (0, 1))
        size[node] = max(sizes.boxes[node], ports + 2 * sizes.rim)
    offsets = {}
    for (item, way), mine in list(sides.items()):
        rim = sizes.rim if item < layered.nodes else 0
        for net, at in zip(mine, _ports(size[item], rim, len(mine), sizes.apart), strict=True):
            offsets[id(net), item, way] = at
    starts = _spread(layered, nets, size, sizes, offsets)
    for channel in nets:
        for net in channel:
            net.above = {item: starts[item] + offsets[id(net), item, 1] for item in net.above}
            net.below = {item: starts[item] + offsets[id(net), item, 0] for item in net.below}
    found = Placed(starts, size, nets)
    _smooth(layered, found, sides, sizes)
    _straighten(layered, found, sides, sizes.rim)
    _smooth(layered, found, sides, sizes)
    return found


def _sides(nets: list[list[Net]], order: dict[int, int]) -> dict[tuple[int, int], list[Net]]:
    """The nets at the upper (0) and lower (1) side of each item, in the order of their other ends."""
    sides: dict[tuple[int, int], list[Net]] = defaultdict(list)
    for channel in nets:
        for net in channel:
            for item in net.above:
                sides[item, 1].append(net)
            for item in net.below:
                sides[item, 0].append(net)

    def middle(others: dict[int, int]) -> float:
        return sum(order[each] for each in others) / len(others)

    for (_, way), mine in sides.items():
        mine.sort(key=(lambda net: middle(net.below)) if way else (lambda net: middle(net.above)))
    return sides


def _ports(size: int, rim: int, count: int, apart: int) -> list[int]:
    """Cells of a side of that size where `count` lines meet it, about its middle."""
    room = size - 2 * rim
    step = 1 if count < 2 else max(1, min(apart, (room - 1) // (count - 1)))
    first = rim + (room - 1 - step * (count - 1)) // 2
    return [first + step * at for at in range(count)]


def _spread(
    layered: Layered, nets: list[list[Net]], size: list[int], sizes: Sizes, offsets: dict[tuple[int, int, int], int]
) -> list[int]:
    """The first cell of each item: pulled to its neighbours, pushed apart by those beside it."""
    pulls = _pulls(layered, nets, offsets)
    starts = [0] * len(size)
    needs: list[list[int]] = []
    for row in layered.layers:
        need, at = [], 0
        for left, item in enumerate(row):
            if left:
                before = row[left - 1]
                at += size[before] + (sizes.beside[before] if before < layered.nodes else 0)
                at += sizes.gaps[(before >= layered.nodes) + (item >= layered.nodes)]
            need.append(at)
        needs.append(need)
        width = need[-1] + size[row[-1]] if row else 0
        for item, at in zip(row, need, strict=True):
            starts[item] = at - width // 2
    down, up = range(len(needs)), range(len(needs) - 1, -1, -1)
    for turn in range(ROUNDS):
        last = turn >= ROUNDS - 2
        for order, ways in ((down, (0, 1) if last else (0,)), (up, (0, 1) if last else (1,))):
            for rank in order:
                _settle(layered.layers[rank], needs[rank], starts, pulls, ways)
    least = min(starts, default=0)
    return [each - least for each in starts]


_Pull = tuple[int, int, int, float]
"""To which item, own port, its port, how strongly."""


def _pulls(
    layered: Layered, nets: list[list[Net]], offsets: dict[tuple[int, int, int], int]
) -> dict[tuple[int, int], list[_Pull]]:
    pulls: dict[tuple[int, int], list[_Pull]] = defaultdict(list)
    for channel in nets:
        for net in channel:
            for each in net.segments:
                upper, lower = offsets[id(net), each.upper, 1], offsets[id(net), each.lower, 0]
                many = (each.upper >= layered.nodes) + (each.lower >= layered.nodes)
                weight = (_NODES, _MIXED, _BEND)[many]
                pulls[each.upper, 1].append((each.lower, upper, lower, weight))
                pulls[each.lower, 0].append((each.upper, lower, upper, weight))
    return pulls


def _settle(
    row: Sequence[int],
    need: list[int],
    starts: list[int],
    pulls: dict[tuple[int, int], list[_Pull]],
    ways: tuple[int, ...],
) -> None:
    """Place a layer with the least squares between what its items want and get: neighbours that collide are pooled."""
    pools: list[tuple[float, float, int]] = []  # sum of weighted wishes, of weights, items
    for item, at in zip(row, need, strict=True):
        wish = weight = 0.0
        for way in ways:
            for other, own, theirs, much in pulls.get((item, way), ()):
                wish += much * (starts[other] + theirs - own)
                weight += much
        if not weight:
            wish, weight = starts[item] * 0.01, 0.01
        pool = (wish - weight * at, weight, 1)
        while pools and pools[-1][0] / pools[-1][1] >= pool[0] / pool[1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    left = 0
    for wish, weight, count in pools:
        base = int((wish / weight + 0.5) // 1)
        for at in range(left, left + count):
            starts[row[at]] = base + need[at]
        left += count


def _straighten(layered: Layered, found: Placed, sides: dict[tuple[int, int], list[Net]], rim: int) -> None:
    """Move ports along their side where that takes a bend out of a line."""

    def free(item: int, way: int, net: Net, at: int) -> bool:
        if item >= layered.nodes:
            return False
        if not found.starts[item] + rim <= at < found.starts[item] + found.sizes[item] - rim:
            return False
        mine = sides[item, way]
        place = next(index for index, each in enumerate(mine) if each is net)
        cell: Callable[[Net], int] = lambda each: (each.above if way else each.below)[item]  # noqa: E731
        return (not place or cell(mine[place - 1]) < at) and (place + 1 == len(mine) or at < cell(mine[place + 1]))

    for channel in found.nets:
        for net in channel:
            if len(net.above) > 1 or len(net.below) > 1:
                continue
            (upper, top), (lower, bottom) = *net.above.items(), *net.below.items()
            if top == bottom:
                continue
            if free(lower, 0, net, top):
                net.below[lower] = top
            elif free(upper, 1, net, bottom):
                net.above[upper] = bottom


def _smooth(layered: Layered, found: Placed, sides: dict[tuple[int, int], list[Net]], sizes: Sizes) -> None:
    """Move long edges, where they pass a layer, right above where they go on: corners go up, until they meet."""
    widest = max((start + size for start, size in zip(found.starts, found.sizes, strict=True)), default=0)
    for row in reversed(layered.layers):
        for at, item in enumerate(row):
            if item < layered.nodes:
                continue
            (above,), (below,) = sides[item, 0], sides[item, 1]
            least, most = _room(layered, found, sizes, row, at)
            tops, ends = set(above.above.values()), set(below.below.values())
            own = found.starts[item]
            cells = [own, *(cell for cell in sorted(tops | ends) if least <= cell <= min(most, widest - 1))]
            wishes = [((cell not in tops) + (cell not in ends), cell not in ends, abs(cell - own)) for cell in cells]
            best = cells[wishes.index(min(wishes))]
            found.starts[item] = above.below[item] = below.above[item] = best


def _room(layered: Layered, found: Placed, sizes: Sizes, row: Sequence[int], at: int) -> tuple[int, int]:
    """The first and the last cell that the long edge at this place of a layer may take."""
    least, most = 0, sys.maxsize
    if at:
        before = row[at - 1]
        is_node = before < layered.nodes
        least = found.starts[before] + found.sizes[before] + sizes.gaps[2 - is_node]
        least += sizes.beside[before] if is_node else 0
    if at + 1 < len(row):
        most = found.starts[row[at + 1]] - 1 - sizes.gaps[2 - (row[at + 1] < layered.nodes)]
    return least, most
