"""A list of log lines, of which one may take several rows: the cursor goes from line to line, not from row to row.

Lines that are cut are read sideways, with the keys that collapse and expand where there is something to collapse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState, line_state
from tui.widgets.outline import HEADING, Place
from tui.widgets.pages import Row


class LogList(LineList, can_focus=True, inherit_bindings=False):
    """Rows have `part` and `parts`, and those of a line the same `seq`; the cursor stands on part 0."""

    BINDINGS = LineList.BINDINGS
    wraps = False
    sideways: Callable[[float], bool] | None = None
    """Shows what is left (-) or right (+) of the view, by parts of its width; whether there was any."""

    def rows_in_view(self) -> Iterator[Row]:
        """The rows that are seen, those that are read."""
        top = self.top_line
        for line in range(top, min(top + self._view.height, self._outline.total)):
            place = self._outline.place(line)
            row = None if place.position == HEADING else self._outline.sections[place.section].rows.at(place.position)
            if row is not None:
                yield row

    def repaint(self) -> None:
        """Draw the rows anew: they look different, and are the same."""
        self._redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A line may always be longer than the view."""
        return True if action in ("fold", "unfold") else super().check_action(action, parameters)

    def action_fold(self) -> None:
        """What is left of the view; at its start, and on a heading, collapse."""
        if self.row is None or self.sideways is None or not self.sideways(-0.5):
            super().action_fold()

    def action_unfold(self) -> None:
        """What is right of the view; on a heading expand."""
        if self.row is None or self.sideways is None:
            super().action_unfold()
        else:
            self.sideways(0.5)

    def _part(self, place: Place) -> int:
        row: Any = self._outline.sections[place.section].rows.at(place.position)
        return 0 if row is None else int(row.part)

    def _parts(self) -> int:
        row: Any = self.row
        return 1 if row is None else int(row.parts)

    def _standing(self, place: Place, step: int) -> Place:
        place = super()._standing(place, step)
        if not self.wraps or not self._part(place):
            return place
        line = self._outline.line(place)
        if step > 0:
            below = line
            while below + 1 < self._outline.total and self._part(self._outline.place(below)):
                below += 1
            found = super()._standing(self._outline.place(below), step)
            if not self._part(found):
                return found
        while line > 0 and self._part(self._outline.place(line)):
            line -= 1
        return self._outline.place(line)

    def _keep_in_view(self, line: int) -> None:
        """All parts of the line, or as many as there is room for."""
        if self.wraps:
            height = max(1, self._view.height)
            super()._keep_in_view(line + min(self._parts(), height) - 1)
        super()._keep_in_view(line)

    def _state(self, place: Place, row: Row | None) -> LineState:
        state = super()._state(place, row)
        part: Any = row
        if part is None or not part.part:
            return state
        head: Any = self.row
        return line_state(head is not None and head.seq == part.seq, part.seq in self._marks, state.folded)

    def paint_moved(self, before: int, now: int) -> None:
        if self.wraps:
            self.paint()
        else:
            super().paint_moved(before, now)

    def action_move(self, lines: int) -> None:
        """A line that is longer than the view is scrolled through before the cursor leaves it."""
        first, top, height = self.cursor_line, self.top_line, self._view.height
        below, above = first + self._parts() - (top + height), top - first
        if self.wraps and lines > 0 and below > 0 and first < top + height:
            self._scroll(min(below, height - 1))
        elif self.wraps and lines < 0 and 0 < above < self._parts():
            self._scroll(-min(above, height - 1))
        else:
            super().action_move(lines)
