"""Lines between two neighbouring layers: which track each takes, so that no two lie on each other.

A line comes from the layer above in the cells where it leaves items, runs along a track across the flow, and goes on
to the layer below. Two lines may cross, but never share a corner or a stretch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from store.frozen import value


@value
class Way:
    """Through a channel: straight (no tracks), along one track, or `over` a free cell from one to another."""

    tracks: tuple[int, ...] = ()
    over: int = 0


@dataclass(slots=True, eq=False)
class _Wire:
    """A line, or one half of it: cells where it comes from above and where it goes on below."""

    line: int
    tops: set[int]
    ends: set[int]
    after: list[_Wire] = field(default_factory=list)
    track: int = 0
    low: int = 0
    high: int = 0

    def measure(self) -> None:
        """Note from where to where its track runs."""
        cells = self.tops | self.ends
        self.low, self.high = min(cells), max(cells)


def ways(lines: Sequence[tuple[Sequence[int], Sequence[int]]]) -> tuple[list[Way], int]:
    """How each line (cells above, cells below) goes, and how many tracks that takes.

    No two lines have a cell above in common, nor one below.
    """
    wires = [
        _Wire(number, set(tops), set(ends))
        for number, (tops, ends) in enumerate(lines)
        if set(tops) != set(ends) or len(set(tops)) > 1
    ]
    taken = {cell for tops, ends in lines for cell in (*tops, *ends)}
    over: dict[int, int] = {}
    while (circle := _circle(wires)) is not None:
        _split(circle, wires, taken, over)
    for wire in wires:
        wire.measure()
    order = _sorted(wires)
    count = _tracks(order)
    found = [Way() for _ in lines]
    for wire in order:
        found[wire.line] = Way((*found[wire.line].tracks, wire.track), over.get(wire.line, 0))
    return found, count


def _musts(wires: Sequence[_Wire]) -> dict[_Wire, list[_Wire]]:
    """Lines that must run below another: those that go on where the other still comes down."""
    ending: dict[int, list[_Wire]] = defaultdict(list)
    for wire in wires:
        for cell in wire.ends:
            ending[cell].append(wire)
    found: dict[_Wire, list[_Wire]] = {wire: list(wire.after) for wire in wires}
    for wire in wires:
        for cell in sorted(wire.tops):
            found[wire] += [other for other in ending[cell] if other.line != wire.line]
    return found


def _circle(wires: Sequence[_Wire]) -> _Wire | None:
    """A line of a circle, each of which must run below the next; None if there is none."""
    musts = _musts(wires)
    above = dict.fromkeys(wires, 0)
    for mine in musts.values():
        for other in mine:
            above[other] += 1
    queue = [wire for wire in wires if not above[wire]]
    for wire in queue:
        for other in musts[wire]:
            above[other] -= 1
            if not above[other]:
                queue.append(other)
    left = {wire for wire in wires if above[wire]}
    if not left:
        return None
    at = next(wire for wire in wires if wire in left)
    seen: set[_Wire] = set()
    # What is left lies on a circle or below one: walking upwards from it ends on a circle.
    back = {other: wire for wire in wires if wire in left for other in musts[wire] if other in left}
    while at not in seen:
        seen.add(at)
        at = back[at]
    return at


def _split(wire: _Wire, wires: list[_Wire], taken: set[int], over: dict[int, int]) -> None:
    """Let a line change its track over a cell in which no other comes or goes."""
    middle = sum(wire.ends) // len(wire.ends)
    away = 1
    while middle + away in taken and (middle - away in taken or middle < away):
        away += 1
    cell = middle + away if middle + away not in taken else middle - away
    taken.add(cell)
    over[wire.line] = cell
    second = _Wire(wire.line, {cell}, wire.ends, wire.after)
    wire.ends, wire.after = {cell}, [second]
    wires.insert(wires.index(wire) + 1, second)


def _sorted(wires: list[_Wire]) -> list[_Wire]:
    """The lines from the one that runs first: in an order that crosses little, of those that are free next."""
    musts = _musts(wires)
    above = dict.fromkeys(wires, 0)
    for mine in musts.values():
        for other in mine:
            above[other] += 1
    cost = dict.fromkeys(wires, 0)
    for wire in wires:
        for other in wires:
            if other is not wire:
                cost[wire] += _crossed(wire, other) - _crossed(other, wire)
    left, order = list(wires), []
    while left:
        wire = min((each for each in left if not above[each]), key=cost.__getitem__)
        left.remove(wire)
        order.append(wire)
        for other in musts[wire]:
            above[other] -= 1
        for other in left:
            cost[other] -= _crossed(other, wire) - _crossed(wire, other)
    return order


def _crossed(first: _Wire, second: _Wire) -> int:
    """How often two lines cross if the first runs above the second."""
    low, high, found = second.low, second.high, 0
    if first.high < low or high < first.low:
        return 0
    for cell in first.ends:
        found += low < cell < high
    low, high = first.low, first.high
    for cell in second.tops:
        found += low < cell < high
    return found


def _tracks(order: Sequence[_Wire]) -> int:
    """Give each line the first track below those that it meets; how many there are."""
    musts = _musts(order)
    least: dict[_Wire, int] = defaultdict(int)
    count = 0
    for at, wire in enumerate(order):
        track = least[wire]
        for other in order[:at]:
            if other.low <= wire.high + 1 and wire.low <= other.high + 1:
                track = max(track, other.track + 1)
        wire.track = track
        count = max(count, track + 1)
        for other in musts[wire]:
            least[other] = max(least[other], track + 1)
    return count
