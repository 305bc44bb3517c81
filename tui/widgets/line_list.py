"""The list under every long view: followups under headings, runs, ledger, logs, search hits.

It draws over pagers (`tui.widgets.pages`), holds a cursor and marks, and tells its screen what happened by messages.
The cursor and the marks belong to rows, not to lines: a refresh moves neither, whoever changed the store.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.message import Message

from tui.widgets.headings import draw_ascii_heading, draw_heading
from tui.widgets.line_cursor import LineCursor
from tui.widgets.line_view import Draw, DrawHeading, LineState, line_state
from tui.widgets.outline import HEADING, Place
from tui.widgets.pages import PAGE, Row

RANGE = 10_000
"""Rows a range may mark. For more there are filters, and verbs on all that match."""


class LineList(LineCursor, can_focus=True, inherit_bindings=False):
    """A list of any length with a cursor, marks, foldable sections and a follow mode."""

    lets_keys_pass = True
    """It takes no key but by bindings, so that every key goes up to the application."""

    BINDINGS = [
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="list.half-down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="list.half-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page-up"),
        Binding("g,home", "first", "First line", show=False, id="list.first"),
        Binding("G,end", "last", "Last line", show=False, id="list.last"),
        Binding("h,left", "fold", "Collapse", show=False, id="list.collapse"),
        Binding("l,right", "unfold", "Expand", show=False, id="list.expand"),
        Binding("space", "mark", "Mark", show=False, id="list.mark"),
        Binding("v", "range", "Mark a range", show=False, id="list.range"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]

    @dataclass
    class Opened(Message):
        """Enter, or a second click, on a row."""

        list: LineList
        section: str
        row: Row

        @property
        def control(self) -> LineList:
            return self.list

    @dataclass
    class Marked(Message):
        """Other rows are marked than before."""

        list: LineList
        ids: frozenset[Hashable]

        @property
        def control(self) -> LineList:
            return self.list

    @dataclass
    class Folded(Message):
        """The person collapsed or expanded a section."""

        list: LineList
        section: str
        folded: bool

        @property
        def control(self) -> LineList:
            return self.list

    def __init__(
        self,
        draw: Draw,
        *,
        heading: DrawHeading | None = None,
        empty: str = "",
        newest_first: bool = False,
        ascii_marks: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`draw` makes a row's pieces; `empty` is the sentence of an empty list: what to press to fill it."""
        super().__init__(
            draw,
            heading=heading or (draw_ascii_heading if ascii_marks else draw_heading),
            empty=empty,
            indicator="|" if ascii_marks else "│",
            id=id,
            classes=classes,
        )
        self.newest_first = newest_first
        self._marks: set[Hashable] = set()
        self._dragging = False

    # -- marks ------------------------------------------------------------------------------------------

    @property
    def marked(self) -> frozenset[Hashable]:
        """Ids of the marked rows, in view or not."""
        return frozenset(self._marks)

    def targets(self) -> frozenset[Hashable]:
        """Ids a verb is for: the marked rows, an open range among them, else the row under the cursor."""
        if "range" in self._held:
            self.action_range()
        return self.marked or frozenset(() if self.row is None else (self.row.id,))

    def marked_in_view(self) -> int:
        """How many of the marked rows a person sees now."""
        number, first = 0, self.top_line
        for index, begin, end in self._outline.spans(first, first + self._view.height):
            rows = self._outline.sections[index].rows
            number += sum(1 for id in rows.ids(begin, end - begin) if id in self._marks)
        return number

    def set_marks(self, ids: Iterable[Hashable]) -> None:
        """Mark these rows and no others; an open range ends."""
        before, self._marks = self._marks, set(ids)
        self._held.pop("range", None)
        self.paint()
        if before != self._marks:
            self.post_message(self.Marked(self, self.marked))

    def action_mark(self) -> None:
        if "range" in self._held:
            self.action_range()
        elif self.row is not None:
            self.set_marks(self._marks ^ {self.row.id})
            self.action_move(1)

    def action_range(self) -> None:
        """Start a range at the cursor; the second time mark all rows from there to the cursor."""
        if "range" not in self._held:
            if self.row is not None:
                self._held["range"] = self._cursor
                self.paint()
            return
        first, last = sorted((self._held["range"], self._cursor))
        if self._outline.line(last) - self._outline.line(first) >= RANGE:
            self.notify(f"A range marks at most {RANGE:,} rows. Filter, and act on all that match.", markup=False)
            self.set_marks(self._marks)
        else:
            self.set_marks(self._marks | {row.id for row in self._between(first, last)})

    def _between(self, first: Place, last: Place) -> Iterator[Row]:
        """The rows from one place to another; those out of view are read."""
        for index in range(first.section, last.section + 1):
            rows = self._outline.sections[index].rows
            position = max(0, first.position) if index == first.section else 0
            end = last.position + 1 if index == last.section else self._outline.rows(index)
            while position < end:
                moved = rows.ensure(position, min(position + PAGE, end) - 1)
                self._shift(index, moved)
                position, end = position + moved, end + moved
                for at in range(position, min(position + PAGE, end)):
                    row = rows.at(at)
                    if row is not None:
                        yield row
                position += PAGE

    def _started(self) -> None:
        super()._started()
        self._held.pop("range", None)
        self._marks = set()

    def _state(self, place: Place, row: Row | None) -> LineState:
        state = super()._state(place, row)
        marked = row is not None and (row.id in self._marks or self._in_range(place))
        return line_state(place == self._cursor, marked, state.folded)

    def _in_range(self, place: Place) -> bool:
        start = self._held.get("range")
        return start is not None and min(start, self._cursor) <= place <= max(start, self._cursor)

    def paint_moved(self, before: int, now: int) -> None:
        if "range" in self._held:
            self.paint()
        else:
            super().paint_moved(before, now)

    # -- folding and opening ----------------------------------------------------------------------------

    def _fold(self, folded: bool) -> None:
        section = self.section
        if section is not None and section.title is not None:
            self.set_folded(section.key, folded)
            self.post_message(self.Folded(self, section.key, folded))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of collapsing to the screen where nothing can be collapsed."""
        if action in ("fold", "unfold"):
            return any(section.title is not None for section in self._outline.sections)
        return super().check_action(action, parameters)

    def action_fold(self) -> None:
        if self.section is not None and self.section.key not in self._outline.folded:
            self._fold(True)

    def action_unfold(self) -> None:
        if self.section is not None and self._cursor.position == HEADING:
            if self.section.key in self._outline.folded:
                self._fold(False)
            else:
                self.action_move(1)

    def action_open(self) -> None:
        section, row = self.section, self.row
        if section is not None and row is not None:
            self.post_message(self.Opened(self, section.key, row))
        elif section is not None and self._cursor.position == HEADING:
            self._fold(section.key not in self._outline.folded)

    # -- mouse ------------------------------------------------------------------------------------------

    def _scroll(self, lines: int) -> None:
        if lines < 0:
            self.follow = False
        self._set_top(self.top_line + lines)
        self._in_sight = self.top_line <= self.cursor_line < self.top_line + self._view.height
        self.paint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(max(1, round(self.app.scroll_sensitivity_y)))
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(-max(1, round(self.app.scroll_sensitivity_y)))
        event.stop()

    def on_click(self, event: events.Click) -> None:
        line = self.top_line + event.y
        if self._on_indicator(event) or line >= self._outline.total:
            return
        if line == self.cursor_line:
            self.action_open()
        elif not self._outline.is_blank(self._outline.place(line)):
            self._go(line, 1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._on_indicator(event):
            self._dragging = True
            self.capture_mouse()
            self._drag_to(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging:
            self._drag_to(event.y)

    def on_mouse_up(self) -> None:
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def _on_indicator(self, event: events.MouseEvent) -> bool:
        return event.x >= self._view.width - 1 and self._outline.total > self._view.height

    def _drag_to(self, y: int) -> None:
        lowest = self._outline.total - self._view.height
        share = max(0, y) / max(1, self._view.height - 1)
        self._scroll(round(lowest * min(1.0, share)) - self.top_line)
