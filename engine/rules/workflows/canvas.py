"""A sheet of cells on which lines, boxes and words are put, and how it reads as text.

Of two lines that cross the upright one is drawn through: `─│─` crosses, `─┼─` is one line that branches.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from enum import IntEnum
from itertools import groupby

from engine.rules.cells import width
from store.frozen import value


class Stroke(IntEnum):
    """How a line is drawn; where several share a cell, the highest."""

    THIN = 1
    HEAVY = 2
    DASHED = 3


@value
class Span:
    """Cells of a line that are shown alike: `length` of them from column `x` of line `y`. `style` is a word."""

    x: int
    y: int
    length: int
    style: str


UP, RIGHT, DOWN, LEFT = range(4)
_AHEAD = {(0, -1): UP, (1, 0): RIGHT, (0, 1): DOWN, (-1, 0): LEFT, (0, 0): UP}

_JOINTS = " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"
"""By what goes up, right, down, left from a cell: nothing, thin or heavy, read as a number of four digits of three."""
_DASHES = {"━": "╍", "┃": "╏"}
_PLAIN = {Stroke.THIN: "-|", Stroke.HEAVY: "=#", Stroke.DASHED: "~!"}
_HEADS = {False: ("▲▶▼◀", "^>v<"), True: ("△▷▽◁", "^>v<")}


class Canvas:
    """Cells by line and column. What is put later stands over what was there; lines of one net join, others cross."""

    def __init__(self, *, is_ascii: bool = False) -> None:
        self.is_ascii = is_ascii
        self._letters: dict[tuple[int, int], tuple[str, str]] = {}
        self._lines: dict[tuple[int, int], dict[int, list[int]]] = {}
        self._known = functools.cache(self._drawn)

    def put(self, x: int, y: int, text: str, style: str) -> None:
        """Write visible text from there on. A wide letter takes two cells."""
        for letter in text:
            self._letters[x, y] = (letter, style)
            if not letter.isascii() and width(letter) == 2:
                x += 1
                self._letters[x, y] = ("", style)
            x += 1

    def line(self, net: int, points: Iterable[tuple[int, int]], stroke: Stroke) -> None:
        """A line of that net over these corners; each is in one row or column with the one before."""
        before: tuple[int, int] | None = None
        for x, y in points:
            if before is not None:
                self._stretch(net, before, (x, y), stroke)
            before = x, y

    def _stretch(self, net: int, begin: tuple[int, int], end: tuple[int, int], stroke: Stroke) -> None:
        (x, y), (to_x, to_y) = begin, end
        step_x, step_y = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
        ahead = _AHEAD[step_x, step_y]
        back, count = (ahead + 2) % 4, abs(to_x - x) + abs(to_y - y)
        for at in range(count + 1 if count else 0):
            nets = self._lines.setdefault((x, y), {})
            arms = nets.get(net)
            if arms is None:
                arms = nets[net] = [0, 0, 0, 0]
            if at and arms[back] < stroke:
                arms[back] = stroke
            if at < count and arms[ahead] < stroke:
                arms[ahead] = stroke
            x, y = x + step_x, y + step_y

    def head(self, x: int, y: int, way: int, style: str, *, is_hollow: bool = False) -> None:
        """The head of an arrow."""
        self.put(x, y, _HEADS[is_hollow][self.is_ascii][way], style)

    def rows(self) -> tuple[tuple[str, ...], tuple[Span, ...]]:
        """The lines, all of one width, and what is shown alike in them. Nothing was put left of or above (0, 0)."""
        if not self._lines and not self._letters:
            return (), ()
        wide = 1 + max(x for x, _ in (*self._lines, *self._letters))
        high = 1 + max(y for _, y in (*self._lines, *self._letters))
        lines = [[" "] * wide for _ in range(high)]
        styles: list[list[str]] = [[""] * wide for _ in range(high)]
        for (x, y), nets in self._lines.items():
            if (x, y) not in self._letters:
                lines[y][x], styles[y][x] = self._joint(nets)
        for (x, y), (letter, style) in self._letters.items():
            lines[y][x], styles[y][x] = letter, style
        return tuple(map("".join, lines)), tuple(_spans(styles))

    def _joint(self, nets: dict[int, list[int]]) -> tuple[str, str]:
        """The letter and the style of a cell with lines."""
        if len(nets) == 1:
            (arms,) = nets.values()
        else:
            arms = max(_joined(nets), key=lambda arms: (arms[UP] > 0 and arms[DOWN] > 0, max(arms)))
        return self._known(*arms)

    def _drawn(self, up: int, right: int, down: int, left: int) -> tuple[str, str]:
        most = Stroke(max(up, right, down, left))
        upright, level = bool(up or down), bool(left or right)
        if self.is_ascii:
            return "+" if upright and level else _PLAIN[most][upright], STYLES[most]
        joint = _JOINTS[min(up, 2) * 27 + min(right, 2) * 9 + min(down, 2) * 3 + min(left, 2)]
        return _DASHES.get(joint, joint) if most is Stroke.DASHED else joint, STYLES[most]


def _joined(nets: dict[int, list[int]]) -> list[list[int]]:
    """The lines in a cell: two of which one ends where the other begins are one."""
    if len(nets) < 2:
        return list(nets.values())
    ends = [arms for arms in nets.values() if sum(arm > 0 for arm in arms) == 1]
    return [arms for arms in nets.values() if arms not in ends] + [
        [max(each) for each in zip(*ends, strict=True)]
    ] * bool(ends)


STYLES = {Stroke.THIN: "edge", Stroke.HEAVY: "path", Stroke.DASHED: "override"}
"""What the spans of lines are called."""


def _spans(styles: list[list[str]]) -> Iterable[Span]:
    for y, row in enumerate(styles):
        x = 0
        for style, cells in groupby(row):
            length = len(list(cells))
            if style:
                yield Span(x, y, length, style)
            x += length
