"""The top line (where you are, where you may go, how the engine is) and the bottom line (what you may press).

Both are one line, drawn only when a word on them changes: an idle desk sends nothing over the line.
"""

from __future__ import annotations

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
    ("8", "entities", "Entities"),
)
"""Number, mode and name of every view."""


class Header(Widget):
    """Views at the left, the engine at the right; where it is narrow, the other views keep their number."""

    DEFAULT_CSS = "Header { dock: top; height: 1; }"

    status: reactive[tuple[Piece, ...]] = reactive(())
    """What stands at the right, least important first; what does not fit is left out from the left."""
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
        right = self._right(width // 2)
        taken = sum(len(words) for words, _ in right)
        left = self._left(width - taken)
        used = sum(len(words) for words, _ in left)
        gap: Piece = (" " * max(0, width - taken - used), "text")
        return self.painter.line([*left, gap, *right], width, ground="panel")

    def _left(self, room: int) -> list[Piece]:
        named = sum(len(number) + len(name) + 3 for number, _, name in VIEWS)
        pieces: list[Piece] = [(" ", "text")]
        if named + 11 <= room:
            pieces.append(("tickler  ", "accent bold"))
        at = sum(len(words) for words, _ in pieces)
        self._places = []
        for number, view, name in VIEWS:
            here = view == self._view
            words = f" {number} {name} " if here or named < room else f" {number} "
            pieces.append((words, "accent reverse" if here else "muted"))
            self._places.append((at, at + len(words), view))
            at += len(words)
        return pieces

    def _right(self, room: int) -> list[Piece]:
        pieces: list[Piece] = [(" ", "text")]
        for words, token in reversed(self.status):
            if len(words) + 3 > room:
                break
            if len(pieces) > 1:
                pieces.insert(0, (" · ", "muted"))
            pieces.insert(0, (words, token))
            room -= len(words) + 3
        return pieces

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
