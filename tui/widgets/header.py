"""The top line (where you are, where you may go, how the engine is) and the bottom line (what you may press).

Both are one line, drawn only when a word on them changes: an idle desk sends nothing over the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.text import fit
from tui.widgets.painting import Painter, Piece

VIEWS: tuple[tuple[str, str, str], ...] = (
    ("1", "today", "Today"),
    ("2", "followups", "Followups"),
    ("3", "schedules", "Schedules"),
    ("4", "runs", "Runs"),
    ("5", "logs", "Logs"),
    ("6", "workflows", "Flows"),
    ("7", "triggers", "Triggers"),
    ("8", "entities", "Entities"),
    ("9", "calendar", "Calendar"),
)
"""Number, mode and name of every view."""

REASON = 24
"""Cells in which the beginning of a reason says more than its short word."""


class Weight(IntEnum):
    """What stays longest where the header is narrow: first what is wrong, then what goes on."""

    NEW, RUNNING, RECURRING, LATE, FAILED, ENGINE, STORE = range(7)


class Status(NamedTuple):
    """One thing at the right of the header, in two lengths."""

    long: str
    short: str
    token: str
    weight: Weight


def _words(status: Sequence[Status], *, long: bool) -> list[Piece]:
    pieces: list[Piece] = []
    for each in status:
        pieces += [(" · " if pieces else " ", "muted"), (each.long if long else each.short, each.token)]
    return [*pieces, (" ", "text")]


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(words) for words, _ in pieces)


def _places(pieces: list[Piece]) -> list[tuple[int, int, str]]:
    """Where each view stands on the line: start, end, mode."""
    modes = {word: view for number, view, name in VIEWS for word in (number, name)}
    found, at = [], 0
    for words, _ in pieces:
        name = words.strip().split(" ", 1)[-1]
        if name in modes:
            found.append((at, at + len(words), modes[name]))
        at += len(words)
    return found


class Header(Widget):
    """Views at the left, the engine at the right; where it is narrow, the other views keep their number."""

    DEFAULT_CSS = "Header { dock: top; height: 1; }"

    status: reactive[tuple[Status, ...]] = reactive(())
    """What stands at the right, in this order."""
    painter: reactive[Painter | None] = reactive(None)

    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, view: str) -> None:
            super().__init__()
            self.view = view

    def __init__(self, view: str) -> None:
        super().__init__()
        self._view = view
        self._places: list[tuple[int, int, str]] = []

    def render_line(self, y: int) -> Strip:
        """` tickler  1 Today  2 Followups ...      engine ok · 2 running · 3 late`"""
        width = self.size.width
        if self.painter is None:
            return Strip.blank(width)
        left, right = self._fitting(width)
        self._places = _places(left)
        gap: Piece = (" " * max(0, width - _length(left) - _length(right)), "text")
        return self.painter.line([*left, gap, *right], width, ground="panel")

    def _fitting(self, width: int) -> tuple[list[Piece], list[Piece]]:
        """The roomiest pair of sides that fits; the names of the views go before anything that is wrong does."""
        for left, status in self._pairs():
            room = width - _length(left) - _length(status)
            if room >= 0:
                return left, status
        left = self._numbers()
        return left, self._few(width - _length(left))

    def _pairs(self) -> Iterator[tuple[list[Piece], list[Piece]]]:
        """All words, from the most room to the least."""
        wide, tight, kept = self._views("  "), self._views(" "), self.status
        yield [(" tickler ", "accent bold"), *wide], _words(kept, long=True)
        yield wide, _words(kept, long=True)
        yield tight, _words(kept, long=True)
        yield tight, _words(kept, long=False)
        yield tight, _words([each for each in kept if each.weight > Weight.RUNNING], long=False)
        yield self._numbers(), _words(kept, long=True)

    def _few(self, room: int) -> list[Piece]:
        """As many as fit, without the lightest; the heaviest says its reason as far as there is room for it."""
        kept = list(self.status)
        while len(kept) > 1 and _length(_words(kept, long=False)) > room:
            kept.remove(min(kept, key=lambda each: each.weight))
        if kept:
            most = max(kept, key=lambda each: each.weight)
            left = room - _length(_words(kept, long=False)) + len(most.short)
            if len(most.long) <= left or left >= REASON:
                kept[kept.index(most)] = most._replace(short=fit(most.long, min(left, len(most.long))))
        return _words(kept, long=False)

    def _views(self, space: str) -> list[Piece]:
        return [
            (f" {number} {name}{space[1:]}", "accent reverse" if view == self._view else "muted")
            for number, view, name in VIEWS
        ]

    def _numbers(self) -> list[Piece]:
        """The name of this view, and of the others only the number; no other on a screen that is no view."""
        return [
            (f" {number} {name}" if view == self._view else f" {number}",
             "accent reverse" if view == self._view else "muted")
            for number, view, name in VIEWS
        ]  # fmt: skip

    def on_click(self, event: events.Click) -> None:
        """Go to the view under the pointer."""
        for start, end, view in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(view))


class Hints(Widget):
    """At most seven keys that work here."""

    DEFAULT_CSS = "Hints { dock: bottom; height: 1; }"

    pairs: reactive[tuple[tuple[str, str], ...]] = reactive(())
    painter: reactive[Painter | None] = reactive(None)

    def render_line(self, y: int) -> Strip:
        """` d done   a add   z later`"""
        if self.painter is None:
            return Strip.blank(self.size.width)
        pieces: list[Piece] = []
        room = self.size.width
        for key, words in self.pairs:
            room -= len(key) + len(words) + 4
            if room < 0:
                break
            pieces += [(f" {key} ", "accent"), (f"{words}  ", "text")]
        return self.painter.line(pieces, self.size.width, ground="panel")


class Place(Widget):
    """The line under the header: what the list shows, and how much of it."""

    DEFAULT_CSS = "Place { height: 1; }"

    words: reactive[tuple[Piece, ...]] = reactive(())
    painter: reactive[Painter | None] = reactive(None)

    def render_line(self, y: int) -> Strip:
        """` / open · everyone   23 of 235 · grouped by deadline event`"""
        width = self.size.width
        if self.painter is None:
            return Strip.blank(width)
        pieces: list[Piece] = [(" ", "text")]
        room = width - 1
        for words, token in self.words:
            cut = words if len(words) <= room else fit(words, room)
            pieces.append((cut, token))
            room -= len(cut)
            if room <= 0:
                break
        return self.painter.line(pieces, width)
