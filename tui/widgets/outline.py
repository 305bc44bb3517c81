"""Which line of a list shows what: headings, rows and the blank lines between groups.

Lines are counted from the top of the whole list, places from the start of a section; both change when a section
folds, is counted or read again. What must survive that (the top of the view, the cursor) is kept as a `Place`.
Needs no terminal and no textual.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from tui.widgets.pages import Section

HEADING = -1
"""The position of a section's heading."""


class Place(NamedTuple):
    """A line of the list: the index of its section and the position in it (HEADING, a row, or the blank behind)."""

    section: int
    position: int


@dataclass(slots=True)
class Outline:
    """The sections of a list in screen order, and which of them are folded."""

    sections: tuple[Section, ...]
    folded: set[str]
    _starts: list[int] | None = None

    def changed(self) -> None:
        """Lengths or folds are not what they were."""
        self._starts = None

    @property
    def total(self) -> int:
        """Lines of the whole list."""
        return self._first_lines()[-1]

    def rows(self, index: int) -> int:
        """Rows a section shows: none while it is folded."""
        section = self.sections[index]
        return 0 if section.key in self.folded else section.rows.length

    def _height(self, index: int) -> int:
        rows, titled = self.rows(index), self.sections[index].title is not None
        last = index + 1 == len(self.sections)
        blank = titled and not last and (rows > 0 or self.rows(index + 1) > 0)  # folded groups stand close
        return rows + titled + blank

    def _first_lines(self) -> list[int]:
        if self._starts is None:
            heights = (self._height(index) for index in range(len(self.sections)))
            self._starts = list(accumulate(heights, initial=0))
        return self._starts

    def place(self, line: int) -> Place:
        """What stands on a line; the nearest there is for a line outside the list."""
        starts = self._first_lines()
        line = max(0, min(line, starts[-1] - 1))
        index = min(bisect_right(starts, line), len(self.sections)) - 1
        heading = self.sections[index].title is not None
        return Place(index, line - starts[index] - heading)

    def line(self, place: Place) -> int:
        """The line of a place; the nearest of its section if that got shorter."""
        heading = self.sections[place.section].title is not None
        last = self._height(place.section) - 1
        within = max(0, min(place.position + heading, last))
        return min(self._first_lines()[place.section] + within, max(0, self.total - 1))

    def is_blank(self, place: Place) -> bool:
        """Is it the empty line behind a group, where no cursor stands?"""
        return self.sections[place.section].title is not None and place.position >= self.rows(place.section)

    def spans(self, first: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The rows that lines `first` to `stop` (excluded) show, as (section, first position, stop position).

        A section nobody has counted or read counts as one row, or the cursor could never go down into it.
        """
        starts = self._first_lines()
        index = bisect_left(starts, first)
        if index == len(starts) or starts[index] != first:
            index -= 1
        while index < len(self.sections) and starts[index] < stop:
            section = self.sections[index]
            if section.key not in self.folded:
                top = starts[index] + (section.title is not None)
                begin, end = max(0, first - top), stop - top
                if section.rows.length == 0 and section.rows.count is None:
                    end = max(1, end)
                if end > begin and begin <= section.rows.length:
                    yield index, begin, end
            index += 1


def outline(sections: Sequence[Section]) -> Outline:
    """The outline of sections as they want to be shown at first."""
    return Outline(tuple(sections), {section.key for section in sections if section.folded})
