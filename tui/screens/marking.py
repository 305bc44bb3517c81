"""Marks of a view of tasks: all that match, in view or not, and the others instead.

What matches is read once, when it is asked for, and marked: what appears later is not acted on by surprise. The number
of marked rows stands in the line under the header before any verb is pressed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import closing

from textual import on, work

from engine.rules.wording import count_of
from store.reads import tasks
from tui.screens.view import View
from tui.widgets.line_list import LineList
from tui.widgets.painting import Piece

MOST = 100_000
"""Tasks that one key may mark."""


class Marking(View):
    """mark all, invert."""

    sift: tasks.Filter = tasks.NOTHING
    _said: tuple[Piece, ...] = ()

    @property
    def sources(self) -> Mapping[str, tasks.Section]:
        """What stands in the sections of the list, by their keys; sections of other rows are left out."""
        return {}

    def action_mark_all(self) -> None:
        """Mark all tasks of the open sections, or of the group under the cursor; none, if they are all marked."""
        self._mark(invert=False)

    def action_invert(self) -> None:
        """Mark those that are not marked, and no longer those that are."""
        self._mark(invert=True)

    def _mark(self, *, invert: bool) -> None:
        heading = self.list.heading
        keys = [heading.key] if heading is not None and not invert else self.list.unfolded
        sources = [self.sources[key] for key in keys if key in self.sources]
        self._read_all(tuple(sources), self.sift, invert)

    @work(thread=True, exclusive=True, group="mark", exit_on_error=False)
    def _read_all(self, sources: tuple[tasks.Section, ...], sift: tasks.Filter, invert: bool) -> None:
        found: set[Hashable] = set()
        with closing(self.in_thread()) as connection:
            for source in sources:
                found.update(tasks.ids(connection, source, sift, MOST + 1 - len(found)))
        self.app.call_from_thread(self._all_read, frozenset(found), invert)

    def _all_read(self, found: frozenset[Hashable], invert: bool) -> None:
        if not self.is_mounted:
            return
        marked = self.list.marked
        if len(found) > MOST:
            self.notify(f"More than {MOST:,} tasks match. Filter first.")
        elif not found:
            self.notify("There is no task to mark.")
        elif invert:
            self.list.set_marks((found | marked) - (found & marked))
        else:
            self.list.set_marks(marked - found if found <= marked else marked | found)

    def say(self, *words: Piece) -> None:
        """Put words in the line under the header, behind how many rows are marked."""
        self._said = words
        number = len(self.list.marked)
        marks: list[Piece] = [(f"{count_of(number, 'task')} marked   ", "mark bold")] if number else []
        super().say(*marks, *words)

    @on(LineList.Marked)
    def _marks_changed(self) -> None:
        self.say(*self._said)
