"""A graph in layers: every edge leads to a later layer, and few of them cross.

The steps of Sugiyama's method (Sugiyama, Tagawa, Toda 1981): turn the edges that close a circle, rank by the longest
path, let long edges bend in every layer they pass, order each layer by the middle of its neighbours. Our own, as no
library that does it is both kept and fit: grandalf rests since 2023 (and is GPL or EPL), fast-sugiyama gives another
picture in every process and panics at an edge from a step to itself, graphlay is months old and four megabytes of
machine code, and neither has wheels for musl. All of them place by points, not by cells, so that placing and
edges would be ours all the same.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from store.frozen import value

SWEEPS = 12
"""Passes over the layers that look for fewer crossings; the best order found is kept."""
GIVES_UP = 4
"""Passes without a better order after which it stops."""

Edge = tuple[int, int]


@value
class Segment:
    """A piece of edge number `edge` between two neighbouring layers. `is_back`: the edge leads to `upper`."""

    upper: int
    lower: int
    edge: int
    is_back: bool


@value
class Layered:
    """Items in layers, in order. Items below `nodes` are the nodes, the others are where a long edge passes a layer."""

    nodes: int
    layers: tuple[tuple[int, ...], ...]
    segments: tuple[tuple[Segment, ...], ...]
    """For each channel below a layer but the last: the pieces of edges that cross it."""


def layered(nodes: int, edges: Sequence[Edge]) -> Layered:
    """Nodes 0 to `nodes - 1` in layers. `edges` are pairs, none twice and none from a node to itself."""
    turned = _turned(nodes, edges)
    ranks = _ranks(
        nodes, [(to, origin) if back else (origin, to) for (origin, to), back in zip(edges, turned, strict=True)]
    )
    rows: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for node, rank in enumerate(ranks):
        rows[rank].append(node)
    segments: list[list[Segment]] = [[] for _ in rows[1:]]
    items = nodes
    for number, ((origin, to), back) in enumerate(zip(edges, turned, strict=True)):
        upper, end = (to, origin) if back else (origin, to)
        for rank in range(ranks[upper], ranks[end]):
            lower = end if rank + 1 == ranks[end] else items
            if lower != end:
                rows[rank + 1].append(lower)
                items += 1
            segments[rank].append(Segment(upper, lower, number, back))
            upper = lower
    return Layered(nodes, _ordered(rows, segments), tuple(map(tuple, segments)))


def bends(nodes: int, edges: Sequence[Edge]) -> int:
    """How many layers all edges pass together: what a picture of them costs, known before it is made."""
    turned = _turned(nodes, edges)
    ranks = _ranks(
        nodes, [(to, origin) if back else (origin, to) for (origin, to), back in zip(edges, turned, strict=True)]
    )
    return sum(abs(ranks[origin] - ranks[to]) for origin, to in edges)


def _turned(nodes: int, edges: Sequence[Edge]) -> list[bool]:
    """Which edges close a circle when one walks from the beginnings on, and so lead back."""
    after: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    entered = [0] * nodes
    for number, (origin, to) in enumerate(edges):
        after[origin].append((number, to))
        entered[to] += 1
    turned = [False] * len(edges)
    state = bytearray(nodes)
    for begin in sorted(range(nodes), key=lambda node: (entered[node] > 0, node)):
        if state[begin]:
            continue
        state[begin] = 1
        walk = [(begin, iter(after[begin]))]
        while walk:
            node, ways = walk[-1]
            for number, to in ways:
                if state[to] == 1:
                    turned[number] = True
                elif not state[to]:
                    state[to] = 1
                    walk.append((to, iter(after[to])))
                    break
            else:
                state[node] = 2
                walk.pop()
    return turned


def _ranks(nodes: int, edges: Sequence[Edge]) -> list[int]:
    """The layer of each node: the longest way to it; what only begins stands right above what it leads to."""
    after: list[list[int]] = [[] for _ in range(nodes)]
    entered = [0] * nodes
    for origin, to in edges:
        after[origin].append(to)
        entered[to] += 1
    begins = [node for node in range(nodes) if not entered[node]]
    ranks, queue = [0] * nodes, list(begins)
    for node in queue:
        for to in after[node]:
            ranks[to] = max(ranks[to], ranks[node] + 1)
            entered[to] -= 1
            if not entered[to]:
                queue.append(to)
    for node in begins:
        if after[node]:
            ranks[node] = min(ranks[to] for to in after[node]) - 1
    return ranks


def _ordered(rows: list[list[int]], segments: list[list[Segment]]) -> tuple[tuple[int, ...], ...]:
    """The layers in an order with few crossings."""
    above: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for channel in segments:
        for each in channel:
            below[each.upper].append(each.lower)
            above[each.lower].append(each.upper)
    best, fewest, idle = [list(row) for row in rows], _crossings(rows, below), 0
    current = [list(row) for row in rows]
    for sweep in range(SWEEPS):
        if not fewest or idle >= GIVES_UP:
            break
        downwards = sweep % 2 == 0
        order = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
        for at in order:
            other = current[at - 1] if downwards else current[at + 1]
            current[at] = _by_middle(current[at], other, above if downwards else below)
        _swap(current, above, below)
        found = _crossings(current, below)
        idle += 1
        if found < fewest:
            best, fewest, idle = [list(row) for row in current], found, 0
    return tuple(map(tuple, best))


def _by_middle(row: list[int], other: list[int], near: dict[int, list[int]]) -> list[int]:
    """A layer by the mean place of its neighbours in `other`; what has none keeps its place."""
    place = {item: at for at, item in enumerate(other)}
    keys = {
        item: sum(place[each] for each in near[item]) / len(near[item]) if near[item] else float(at)
        for at, item in enumerate(row)
    }
    return sorted(row, key=keys.__getitem__)


def _swap(rows: list[list[int]], above: dict[int, list[int]], below: dict[int, list[int]]) -> None:
    """Exchange neighbours in a layer where that leaves fewer crossings."""
    places = {item: at for row in rows for at, item in enumerate(row)}
    for row in rows:
        for at in range(len(row) - 1):
            first, second = row[at], row[at + 1]
            now = turned = 0
            for near in (above, below):
                theirs = [places[each] for each in near[second]]
                for each in near[first] if theirs else ():
                    mine = places[each]
                    for other in theirs:
                        if mine > other:
                            now += 1
                        elif other > mine:
                            turned += 1
            if turned < now:
                row[at], row[at + 1] = second, first
                places[first], places[second] = at + 1, at


def _crossings(rows: list[list[int]], below: dict[int, list[int]]) -> int:
    """Pairs of pieces between neighbouring layers that cross."""
    found = 0
    for row, other in pairwise(rows):
        place = {item: at for at, item in enumerate(other)}
        ends: list[int] = []
        for item in row:
            mine = [place[each] for each in below[item]]
            found += sum(len(ends) - bisect_right(ends, at) for at in mine)
            for at in mine:
                insort(ends, at)
    return found
