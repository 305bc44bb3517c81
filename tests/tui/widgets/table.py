"""Rows in memory that answer as a table does, and remember what they were asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.widgets.pages import END, Key


@dataclass(frozen=True, slots=True)
class Item:
    """A row that stands where its number says; `id` stays when the number changes."""

    number: float
    id: Hashable
    title: str = ""

    @property
    def key(self) -> Key:
        return (self.number,)


class Asked(NamedTuple):
    section: str
    after: Key | None
    before: Key | None
    offset: int | None
    limit: int


class Table:
    """Items in order of their numbers, by section."""

    def __init__(self, **sections: Iterable[Item]) -> None:
        self.sections = {name: sorted(items, key=lambda item: item.number) for name, items in sections.items()}
        self.asked: list[Asked] = []

    def fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Item]:
        self.asked.append(Asked(section, after, before, offset, limit))
        rows = self.sections[section]
        if before is not None:
            stop = len(rows) if before == END else bisect_left(rows, before, key=lambda item: item.key)
            return rows[max(0, stop - limit) : stop]
        start = offset or 0
        if after is not None:
            start = bisect_right(rows, after, key=lambda item: item.key)
        return rows[start : start + limit]

    def put(self, section: str, item: Item) -> None:
        """Add an item, or give the one with its id another number or title."""
        self.remove(section, item.id)
        rows = self.sections[section]
        rows.insert(bisect_left(rows, item.key, key=lambda known: known.key), item)

    def remove(self, section: str, id: Hashable) -> None:
        self.sections[section] = [item for item in self.sections[section] if item.id != id]


class Numbers:
    """A million rows that nobody holds."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[Asked] = []

    def fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Item]:
        self.asked.append(Asked(section, after, before, offset, limit))
        if before is not None:
            stop = self.count if before == END else min(self.count, int(str(before[0])))
            return [item(number) for number in range(max(0, stop - limit), stop)]
        start = int(str(after[0])) + 1 if after is not None else offset or 0
        return [item(number) for number in range(start, min(self.count, start + limit))]


def item(number: int) -> Item:
    return Item(number, number, f"row {number}")


def items(count: int, prefix: str = "row") -> list[Item]:
    """Items numbered 0, 10, 20, ... so that others fit between; ids like `row 3`."""
    return [Item(10 * number, f"{prefix} {number}", f"{prefix} {number}") for number in range(count)]
