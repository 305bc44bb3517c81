"""The list's data: shown, read again, counted, folded, while the picture stays still.

What must stay where it is (the top of the view, the cursor, the start of a range) is held by name as a `Place`. A
refresh finds each again: the top by its position, after its section was read again around it; the others by the id of
their row, else by the place the row had, which the next row took.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from store.frozen import value
from tui.widgets.line_view import LineView
from tui.widgets.outline import HEADING, Outline, Place, outline
from tui.widgets.pages import Section

FOLLOWERS = 100
"""Rows behind a held one that are remembered, in case it vanishes together with its next."""


@value
class _Held:
    """A place as it was before a refresh, in words that survive it."""

    section: int
    key: str
    position: int
    ids: tuple[Hashable, ...]
    """Of the row that was there and those behind it."""


class LineData(LineView, can_focus=False, inherit_bindings=False):
    """Lines that can be shown, refreshed, counted and folded."""

    newest_first = False
    """At the very top of the list let new rows push in, instead of keeping what is in view."""

    @property
    def unfolded(self) -> list[str]:
        """Keys of the sections that are not collapsed, in screen order."""
        return [each.key for each in self._outline.sections if each.key not in self._outline.folded]

    def show(self, sections: Sequence[Section]) -> None:
        """Show these sections from their start: another filter, another order, the first time."""
        self._outline = outline(sections)
        self._learn_counts()
        self._held = {name: Place(0, HEADING) for name in self._held}
        self._started()
        self.paint()

    def _started(self) -> None:
        """Called when a new list is shown, before it is painted."""

    def refresh_data(self, sections: Sequence[Section] | None = None) -> None:
        """Read again: the store has changed. `sections`, if groups or counts may be others than before.

        Only what is in view is read now. The same row stays at the top, held places stay on their rows, a vanished
        row's place goes to the one that follows it, folds stay as they are. Lines that look the same are not written.
        """
        old = self._outline
        if not old.sections:
            self.show(sections or ())
            return
        at_start = self.top_line == 0
        self._set_top(self.top_line)
        held = {name: self._hold(place) for name, place in self._held.items()}
        anchors = {old.sections[i].key: begin for i, begin, _ in self._in_view()}
        self._outline = old if sections is None else self._adopting(old, sections)
        self._outline.changed()
        if self._outline.sections:
            self._held = {name: self._found(held_place) for name, held_place in held.items()}
            self._reread(anchors)
            if sections is not None:
                self._learn_counts()
            self._settle_on_rows(held)
            if at_start and self.newest_first:
                self._held["top"] = Place(0, HEADING)
        self._refreshed()
        self.paint()

    def _refreshed(self) -> None:
        """Called when everything was read again, before it is painted."""

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """Learn how many rows sections have, by section key; unknown keys are left alone."""
        for index, section in enumerate(self._outline.sections):
            if section.key in counts:
                self._shift(index, section.rows.set_count(counts[section.key]))
        self.paint()

    def set_folded(self, key: str, folded: bool) -> None:
        """Collapse or expand a section. A place inside a collapsed one goes to its heading."""
        index = next((i for i, section in enumerate(self._outline.sections) if section.key == key), None)
        if index is None or self._outline.sections[index].title is None:
            return
        if folded:
            self._outline.folded.add(key)
            for name, place in self._held.items():
                if place.section == index:
                    self._held[name] = Place(index, HEADING)
        else:
            self._outline.folded.discard(key)
        self._outline.changed()
        self.paint()

    def folded(self) -> frozenset[str]:
        """The keys of the sections that are collapsed."""
        return frozenset(self._outline.folded)

    # -- the steps of a refresh -----------------------------------------------------------------------

    def _in_view(self) -> Iterator[tuple[int, int, int]]:
        return self._outline.spans(self.top_line, self.top_line + max(1, self._view.height))

    def _hold(self, place: Place) -> _Held:
        section = self._outline.sections[place.section]
        ids = section.rows.ids(place.position, FOLLOWERS)
        return _Held(place.section, section.key, place.position, tuple(ids))

    def _adopting(self, old: Outline, sections: Sequence[Section]) -> Outline:
        """The new outline, its pagers going on where those of the same sections stood."""
        new = outline(sections)
        known = {section.key: section for section in old.sections}
        for section in new.sections:
            before = known.get(section.key)
            if before is not None:
                new.folded.discard(section.key)
                if before.rows is not section.rows:
                    section.rows.adopt(before.rows)
        new.folded |= old.folded & {section.key for section in new.sections}
        return new

    def _learn_counts(self) -> None:
        for index, section in enumerate(self._outline.sections):
            if section.count is not None:
                self._shift(index, section.rows.set_count(section.count))

    def _found(self, held: _Held) -> Place:
        """The place in the new outline; of a section that is gone, the heading that took its place."""
        for index, section in enumerate(self._outline.sections):
            if section.key == held.key:
                return Place(index, held.position)
        return Place(min(held.section, len(self._outline.sections) - 1), HEADING)

    def _reread(self, anchors: Mapping[str, int]) -> None:
        for index, section in enumerate(self._outline.sections):
            if section.key in anchors:
                self._shift(index, section.rows.reread(anchors[section.key]))
            else:
                section.rows.forget()
        self._outline.changed()

    def _settle_on_rows(self, held: Mapping[str, _Held]) -> None:
        for name, before in held.items():
            section, _ = self._held[name]
            if name != "top" and self._outline.sections[section].key == before.key:
                position = self._outline.sections[section].rows.find(before.ids)
                if position is not None:
                    self._held[name] = Place(section, position)
