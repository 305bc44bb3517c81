"""What a long list reads: sections of rows, each behind a window of a few pages that follows the eye.

A list of a million rows must cost what a list of a hundred does, so nothing here holds, counts or numbers all rows.
A `Pager` keeps one contiguous stretch of its section. It grows at either end by keyset (rows after or before the row
at that end), is replaced on a far jump (by offset; the end by keyset from behind), and is trimmed at the far side.

Positions are what the scroll indicator and the cursor count in, and they are a guess as long as rows come and go: the
rows above the window may be more or fewer than believed. That is found out when the window reaches an end. So what
reads returns by how much the positions *moved*, and the widget moves its own along: the picture stays still.

Needs no terminal and no textual.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol

from store.frozen import value

PAGE = 200
"""Rows of one read."""
FIRST = 64
"""Rows of the first read of a section, if the eye needs no more: a list is painted before anybody moves in it."""
KEEP = 2000
"""Rows one section holds at most."""

Key = tuple[object, ...]
"""Where a row stands in its section's order: what the source sorts by, ending in something unique."""

END: Key = ()
"""As `before`: behind the last row."""


class Row(Protocol):
    """A row: any frozen, hashable value. Equal rows draw the same picture."""

    @property
    def key(self) -> Key: ...

    @property
    def id(self) -> Hashable:
        """Same before and after a change of the row; unique in the whole list."""


class Fetch(Protocol):
    """Reads rows of one section, in screen order, at most `limit`.

    At most one of the others is given: `after` a key (rows behind it), `before` a key (the rows nearest in front of
    it, still in screen order; END: the last rows), `offset` (rows from that position on), none (from the first row).
    Keys are compared by the source alone, and need not be there any more. Fewer than `limit` rows mean that there
    are no more on that side.
    """

    def __call__(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]: ...


class Pager:
    """The rows of one section, read as they are looked at."""

    def __init__(self, section: str, fetch: Fetch, count: int | None = None) -> None:
        self.section = section
        self.fetch = fetch
        self._told = count
        self._guess = 0
        self._rows: list[Row] = []
        self._start = 0
        self._top = self._bottom = False  # is the first, the last row of the section in the window?

    @property
    def _stop(self) -> int:
        return self._start + len(self._rows)

    @property
    def length(self) -> int:
        """Positions the section has as far as is known. Grows while it is read, until `count` is known."""
        if self._bottom:
            return self._stop
        return max(self._stop, self._guess if self._told is None else self._told)

    @property
    def count(self) -> int | None:
        """How many rows there are, or None if nobody has counted and the window does not hold all of them."""
        return self._stop if self._top and self._bottom else self._told

    def at(self, position: int) -> Row | None:
        """The row at a position if it is at hand; reads nothing."""
        index = position - self._start
        return self._rows[index] if 0 <= index < len(self._rows) else None

    @property
    def at_end(self) -> bool:
        """Is the last row at hand?"""
        return self._bottom

    def ids(self, position: int, limit: int) -> list[Hashable]:
        """The ids of the row at a position and of those behind it that are at hand."""
        index = position - self._start
        return [row.id for row in self._rows[index : index + limit]] if index >= 0 else []

    def find(self, ids: Sequence[Hashable]) -> int | None:
        """The position of the first of these ids whose row is at hand."""
        if not ids:
            return None
        positions = {row.id: self._start + index for index, row in enumerate(self._rows)}
        return next((positions[id] for id in ids if id in positions), None)

    def set_count(self, count: int) -> int:
        """Learn how many rows there are. Returns by how much positions moved."""
        self._told = count
        if self._bottom and not self._top:
            return self._move_to(max(0, count - len(self._rows)))
        return 0

    def ensure(self, first: int, stop: int) -> int:
        """Have the rows of positions `first` to `stop` (excluded) at hand. Returns by how much positions moved."""
        first, moved = max(0, first), 0
        read = bool(self._rows) or (self._top and self._bottom)
        if not read or first > self._stop + PAGE or stop < self._start - PAGE:
            self._jump(first, stop)
        while not self._top and first + moved <= self._start:
            moved += self._grow_up()
        while not self._bottom and stop + moved >= self._stop:
            self._grow_down()
        self._trim(first + moved, stop + moved)
        return moved

    def to_end(self) -> None:
        """Look at the last rows; reads them from behind, whatever the count. Positions start anew."""
        rows = self._read(before=END)
        whole = len(rows) < PAGE
        length = len(rows) if whole else max(self.length, len(rows) + (0 if self._bottom else 1))
        self._put(rows, max(0, length - len(rows)), top=whole, bottom=True)

    def reread(self, position: int) -> int:
        """Read the surroundings of a position again, which keeps its row or gets the one that took its place.

        Returns by how much positions moved: the rows that were in front of it may have become more or fewer.
        """
        anchor = self.at(position)
        if anchor is None:
            self.forget()
            return 0
        return self.look_at(anchor.key, position)

    def look_at(self, key: Key, position: int) -> int:
        """Read around `key`, believed at `position`. Its row, or the one behind, stands at `position` + the result."""
        above = self._read(before=key)
        below = self._read(after=above[-1].key if above else None)
        top, bottom = len(above) < PAGE, len(below) < PAGE
        rows = [*above, *below]
        start = 0 if top else max(0, position - len(above))
        if bottom and not top and self._told is not None:
            start = max(0, self._told - len(rows))
        self._put(rows, start, top=top, bottom=bottom)
        return start + len(above) - position

    def forget(self) -> None:
        """Drop all rows; the length stays what it was until they are read again."""
        self._guess = self.length
        if self._top and self._bottom:
            self._told = None
        self._put([], 0, top=False, bottom=False)

    def adopt(self, other: Pager) -> None:
        """Go on where another pager of the same section stood, with this one's source."""
        self._rows, self._start = other._rows, other._start
        self._top, self._bottom = other._top, other._bottom
        self._guess = other.length

    def _read(
        self, *, after: Key | None = None, before: Key | None = None, offset: int | None = None, limit: int = PAGE
    ) -> list[Row]:
        return list(self.fetch(self.section, after, before, offset, limit))

    def _put(self, rows: list[Row], start: int, *, top: bool, bottom: bool) -> None:
        self._rows, self._start, self._top, self._bottom = rows, start, top, bottom

    def _jump(self, first: int, stop: int) -> None:
        if first <= PAGE:
            limit = FIRST if stop < FIRST else PAGE
            rows = self._read(limit=limit)
            self._put(rows, 0, top=True, bottom=len(rows) < limit)
        elif stop >= self.length - PAGE:
            self.to_end()
        else:
            offset = first - PAGE // 4
            rows = self._read(offset=offset)
            if rows:
                self._put(rows, offset, top=False, bottom=len(rows) < PAGE)
            else:
                self.to_end()

    def _grow_up(self) -> int:
        if not self._rows:
            self._top = True
            return 0
        rows = self._read(before=self._rows[0].key)
        self._rows[:0] = rows
        self._top = len(rows) < PAGE
        old = self._start
        self._start = 0 if self._top else max(0, old - len(rows))
        return self._start + len(rows) - old

    def _grow_down(self) -> None:
        rows = self._read(after=self._rows[-1].key if self._rows else None)
        self._rows.extend(rows)
        self._bottom = len(rows) < PAGE

    def _move_to(self, start: int) -> int:
        moved, self._start = start - self._start, start
        return moved

    def _trim(self, first: int, stop: int) -> None:
        if len(self._rows) > KEEP and first - self._start > KEEP // 2:
            cut = first - self._start - KEEP // 4
            del self._rows[:cut]
            self._start += cut
            self._top = False
        if len(self._rows) > KEEP and self._stop - stop > KEEP // 2:
            self._guess = self.length
            del self._rows[stop + KEEP // 4 - self._start :]
            self._bottom = False


def few(rows: Sequence[Row]) -> Fetch:
    """Reads of rows that are few, known, and in the order of their keys."""

    def fetch(section: str, after: Key | None, before: Key | None, offset: int | None, limit: int) -> Sequence[Row]:
        if before is not None:
            return [row for row in rows if not before or row.key < before][-limit:]
        behind = [row for row in rows if after is None or row.key > after]
        return behind[offset or 0 :][:limit]

    return fetch


@value
class Section:
    """A group of rows under a heading, or (no title) rows without one."""

    key: str
    title: str | None
    count: int | None
    """Rows in it; None: not counted yet."""
    rows: Pager
    note: str = ""
    """Stands at the right of the heading instead of the count: `3 open · 2 late`."""
    folded: bool = False
    """Collapsed when the list first shows it."""


def section(
    key: str,
    title: str | None,
    fetch: Fetch,
    count: int | None = None,
    *,
    note: str = "",
    folded: bool = False,
) -> Section:
    """A section with its own pager."""
    return Section(key, title, count, Pager(key, fetch, count), note, folded)
