"""What passes a filter, in the order of a list: found once beside the screen, then read page by page at once.

A page of a filter that very many tasks match, looked for along the index of its list, takes 20 to 260 ms on a million
tasks; a last page or one by offset far longer. Here a worker walks through the section once and keeps day and id of
each hit (16 bytes); a page is then a search by halves and a read of its rows by their ids, whatever matches.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from typing import Any

from store.frozen import value
from store.reads.task_rows import many, snapshot
from store.reads.tasks import Filter, Key, Row, Section

_FETCHED = 1_000
"""Rows taken at once: the interpreter is let go between, so that keys are answered."""
_TRIES = 3
"""Pages that are looked through for tasks that are still in the section; after that they are shown as they are."""


@value
class Ranked:
    """The tasks of a section that pass, in its order, as they were when they were looked for."""

    section: Section
    days: list[str]
    ids: array[int]

    def __len__(self) -> int:
        return len(self.ids)

    def window(
        self,
        connection: sqlite3.Connection,
        after: Key | None = None,
        before: Key | None = None,
        offset: int | None = None,
        limit: int = 200,
    ) -> tuple[Row, ...]:
        """As `tasks.window`, at a price that does not depend on the filter. What has left the section is left out."""
        is_back = before is not None
        at = self._place(after, before, offset)
        found: list[Row] = []
        with snapshot(connection):
            for tried in range(1, _TRIES + 1):
                wanted = limit - len(found)
                span = range(max(0, at - wanted), at) if is_back else range(at, min(at + wanted, len(self)))
                rows = self._rows(connection, span, is_checked=tried < _TRIES)
                found = [*rows, *found] if is_back else [*found, *rows]
                at = span.start if is_back else span.stop
                if len(found) == limit or len(span) < wanted:
                    break
        return tuple(found)

    def _place(self, after: Key | None, before: Key | None, offset: int | None) -> int:
        """The position at which a page begins, or (in front of `before`) ends."""
        if before is not None:
            return bisect_left(range(len(self)), self._rank(before), key=self._at) if before else len(self)
        if after is not None:
            return bisect_right(range(len(self)), self._rank(after), key=self._at)
        return min(offset or 0, len(self))

    def _at(self, position: int) -> Any:
        return self._rank((self.days[position], self.ids[position]))

    def _rank(self, key: Key) -> Any:
        return _Falling(key) if self.section.is_descending else key

    def _rows(self, connection: sqlite3.Connection, span: range, *, is_checked: bool) -> list[Row]:
        numbers = self.ids[span.start : span.stop].tolist()
        if is_checked:
            still = set(_still(connection, self.section, numbers))
            numbers = [number for number in numbers if number in still]
        tasks = {task.id: task for task in many(connection, numbers)}
        places = ((self.days[at], self.ids[at]) for at in span)
        return [Row(key, tasks[key[1]]) for key in places if key[1] in tasks]


@value
class _Falling:
    """A key that sorts the other way round."""

    key: Key

    def __lt__(self, other: _Falling) -> bool:
        return other.key < self.key


def ranked(connection: sqlite3.Connection, section: Section, sift: Filter) -> Ranked:
    """All of a section that passes. Walks through it: not for the thread of a screen."""
    conditions, values = sift.conditions()
    by = "NOT INDEXED" if sift.ids is not None or not section.index else f"INDEXED BY {section.index}"
    way = "DESC" if section.is_descending else "ASC"
    rows = connection.execute(
        f"SELECT {section.order}, task.id FROM task {by} WHERE {section.where}{conditions}"
        f" ORDER BY {section.order} {way}, task.id {way}",
        (*section.values, *values),
    )
    days: list[str] = []
    ids = array("q")
    known: dict[str, str] = {}
    while some := rows.fetchmany(_FETCHED):
        days += [known.setdefault(day, day) for day, _ in some]
        ids.extend([number for _, number in some])
    return Ranked(section, days, ids)


def _still(connection: sqlite3.Connection, section: Section, ids: list[int]) -> list[int]:
    """Those of these ids that are in the section now."""
    chosen = "task.id IN (SELECT value FROM json_each(?))"
    query = f"SELECT task.id FROM task NOT INDEXED WHERE {chosen} AND {section.where}"
    return [row[0] for row in connection.execute(query, (json.dumps(ids), *section.values))]
