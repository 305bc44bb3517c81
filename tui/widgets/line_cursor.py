"""The list's cursor: it stands on a row or a heading, tells what it stands on, and stays there while data changes."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message
from textual.reactive import reactive

from tui.widgets.line_data import LineData
from tui.widgets.outline import HEADING, Place
from tui.widgets.pages import Key, Row, Section


class LineCursor(LineData, can_focus=False, inherit_bindings=False):
    """Lines with a cursor, which may follow the end."""

    follow: reactive[bool] = reactive(False, repaint=False)
    """Stay at the last row while rows are added. Any movement upwards ends it."""

    @dataclass
    class Highlighted(Message, namespace="line_list"):
        """The cursor stands on another row, or its row has changed. Comes after the paint, once for a burst of keys."""

        list: LineCursor
        section: str | None
        row: Row | None
        """None on a heading and in an empty list."""

        @property
        def control(self) -> LineCursor:
            return self.list

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LineCursor.Highlighted) and message.list is self.list

    _cursor_row: Row | None = None
    _in_sight = True  # the wheel may leave the cursor behind; nothing else does
    _told: tuple[str | None, Row | None] = (None, None)
    _telling = False

    @property
    def cursor_line(self) -> int:
        """The line of the list the cursor stands on."""
        return self._outline.line(self._cursor) if self._outline.total else 0

    @property
    def section(self) -> Section | None:
        """The section the cursor is in."""
        return self._outline.sections[self._cursor.section] if self._outline.total else None

    @property
    def heading(self) -> Section | None:
        """The section whose heading the cursor stands on; None on a row."""
        return self.section if self._cursor.position == HEADING else None

    @property
    def row(self) -> Row | None:
        """The row the cursor stands on; None on a heading, and while that row is far out of view."""
        section = self.section
        return None if section is None else section.rows.at(self._cursor.position)

    def reveal(self, section: str, key: Key, position: int | None = None) -> None:
        """Put the cursor on the row with this key, or on the one behind it, in the middle of the view.

        `position` is where it is believed to be. The row is found without; only the scroll indicator can't know.
        """
        index = next((i for i, known in enumerate(self._outline.sections) if known.key == section), None)
        if index is None:
            return
        self.follow = False
        self.set_folded(section, False)
        guess = max(0, self._cursor.position) if position is None else position
        self._cursor = Place(index, guess + self._outline.sections[index].rows.look_at(key, guess))
        self._outline.changed()
        self._in_sight = True
        self._set_top(self._outline.line(self._cursor) - self._view.height // 2)
        self.paint()

    # -- the cursor's place ---------------------------------------------------------------------------

    @property
    def _cursor(self) -> Place:
        return self._held.get("cursor", Place(0, 0))

    @_cursor.setter
    def _cursor(self, place: Place) -> None:
        self._held["cursor"] = place

    def _started(self) -> None:
        self._cursor = Place(0, 0)
        self._cursor_row = None
        self._in_sight = True
        if self.follow:
            self._to_end()

    def _read(self) -> bool:
        changed = super()._read()
        for _ in range(3):
            if self._outline.total:
                self._cursor = self._standing(self._outline.place(self.cursor_line), -1)
            top = self.top_line
            if self._in_sight:
                self._keep_in_view(self.cursor_line)
            if self.top_line == top:
                break
            changed = True
            super()._read()
        self._cursor_row = self.row or self._cursor_row
        if self._spot() != self._told and not self._telling:
            self._telling = True
            self.call_after_refresh(self._tell)
        return changed

    def _standing(self, place: Place, step: int) -> Place:
        """The place, or its neighbour in the direction of `step` if no cursor can stand there."""
        if not self._outline.is_blank(place):
            return place
        return self._outline.place(self._outline.line(place) + (1 if step > 0 else -1))

    def _spot(self) -> tuple[str | None, Row | None]:
        section = self.section
        return (None if section is None else section.key, self.row)

    def _tell(self) -> None:
        self._telling = False
        if self._spot() != self._told:
            self._told = self._spot()
            self.post_message(self.Highlighted(self, *self._told))

    # -- moving -----------------------------------------------------------------------------------------

    def _find_cursor(self) -> None:
        """Before a step: the cursor may be far out of view, and what stood there moved meanwhile."""
        section, position = self._cursor
        if self._outline.total and position >= 0 and self.row is None and self._cursor_row is not None:
            self._shift(section, self._outline.sections[section].rows.look_at(self._cursor_row.key, position))

    def _go(self, line: int, step: int) -> None:
        """Put the cursor on a line; `step` says from which side it comes."""
        if not self._outline.total:
            return
        before, top = self.cursor_line, self.top_line
        self._cursor = self._standing(self._outline.place(line), step)
        self._in_sight = True
        line = self.cursor_line
        if line < before:
            self.follow = False
        self._keep_in_view(line)
        if self.top_line != top:
            self.paint()
        else:
            self.paint_moved(before - top, line - top)

    def paint_moved(self, before: int, now: int) -> None:
        """Paint after the cursor went from one line of the view to another, and nothing else changed."""
        self.paint([y for y in (before, now) if 0 <= y < self._view.height])

    def _keep_in_view(self, line: int) -> None:
        """Scroll as little as shows the line."""
        top, height = self.top_line, max(1, self._view.height)
        if line < top:
            self._set_top(line)
        elif line >= top + height:
            self._set_top(line - height + 1)

    def _to_end(self) -> None:
        sections = self._outline.sections
        if sections and sections[-1].key not in self._outline.folded and not sections[-1].rows.at_end:
            sections[-1].rows.to_end()
            self._outline.changed()
        if self._outline.total:
            self._cursor = self._outline.place(self._outline.total - 1)
            self._in_sight = True
            self._set_top(self._outline.total)

    def _resized(self) -> None:
        if self.follow:
            self._to_end()

    def _refreshed(self) -> None:
        if self.follow and self._outline.sections:
            self._outline.sections[-1].rows.to_end()
            self._outline.changed()
            self._to_end()

    def watch_follow(self, follow: bool) -> None:
        if follow:
            self._to_end()
            self.paint()

    def action_move(self, lines: int) -> None:
        self._read_unseen()
        self._find_cursor()
        self._go(self.cursor_line + lines, lines)

    def action_page(self, pages: float) -> None:
        self.action_move(round(max(1, self._view.height - 1) * pages) or (1 if pages > 0 else -1))

    def action_first(self) -> None:
        self._read_unseen()
        self._go(0, -1)

    def action_last(self) -> None:
        self._to_end()
        self.paint()
