"""Rows of a CSV file as entities: which columns mean what, and every cell checked.

Texts that come again and again (dates, teams, statuses) are checked once and remembered; that is most of
the speed of an import.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.operations.entities import ID_LENGTH
from engine.operations.entity_fields import KEY_LENGTH, NAME_LENGTH, VALUE_LENGTH
from engine.operations.naming import one_of
from engine.rules.csvrows import BadCsv, Row, Table
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.texts import one_line
from engine.rules.written_days import written_day
from store.errors import Refused
from store.values import EntityClass

_REPORTED = 20
_ENOUGH = 10_000
_REMEMBERED = 50_000
object_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""An object as the store keeps it, without making an encoder each time."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what: names as in the header, dates and attributes by their field."""

    id: str
    status: str | None = None
    name: str | None = None
    team: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


class Found(NamedTuple):
    """One row as the entity it describes; dates and attributes as the text of their columns."""

    line: int
    object_id: str
    status: str | None
    name: str
    team_id: int | None
    dates: str
    attributes: str


@dataclass(slots=True)
class Problems:
    """What is wrong with a file: the first 20 in words, the rest as a count."""

    file: str
    found: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, fault: BadCsv) -> None:
        """One more."""
        self.count += 1
        if self.count <= _REPORTED:
            self.found.append(str(fault).removeprefix(self.file).strip().removeprefix(": "))

    @property
    def is_enough(self) -> bool:
        """Whether reading on would help nobody."""
        return self.count >= _ENOUGH

    def refuse(self) -> None:
        """Refused with all that was found; returns if nothing was."""
        if self.count == 1:
            raise Refused(f"{self.file} {self.found[0]}. Nothing was changed.")
        if self.count:
            rest = [f"and {self.count - _REPORTED:,} more"] if self.count > _REPORTED else []
            least = "at least " if self.is_enough else ""
            head = f"{self.file} cannot be imported, {least}{self.count:,} things are wrong; nothing was changed."
            raise Refused("\n".join([head, *self.found, *rest]))


def columns_of(
    kind: EntityClass, id_: str, status: str | None, name: str | None, team: str | None, maps: tuple[str, ...]
) -> Columns:
    """What the options of the command say; Refused for a field that is none, or one that is given twice."""
    dates: dict[str, str] = {}
    attributes: dict[str, str] = {}
    own = {"status": status, "name": name, "team": team}
    for each in maps:
        target, equals, column = each.partition("=")
        target, column = target.strip(), column.strip()
        if not equals or not target or not column:
            raise Refused(f"--map: '{shown(each)}' is not a field and a column, such as date_from=Arrival.")
        if own.get(target) or target in dates or target in attributes:
            raise Refused(f"--map: {shown(target)} is given twice.")
        if target in own:
            own[target] = column
        elif target in kind.date_fields:
            dates[target] = column
        elif target.startswith("@"):
            attributes[one_line("--map", target[1:], KEY_LENGTH)] = column
        else:
            known = (*kind.date_fields, *own)
            hint = f"a note of your own is @{shown(target)}=..."
            raise Refused(f"--map: {unknown(target, known, f'field of {kind.name}')}; {hint}")
    return Columns(id_, **own, dates=dates, attributes=attributes)


class Reader:
    """Reads the rows of one table as entities of one class; what is wrong with one goes to `problems`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        kind: EntityClass,
        columns: Columns,
        table: Table,
        problems: Problems,
    ) -> None:
        self._connection = connection
        self._kind = kind
        self._problems = problems
        self._lines: dict[str, int] = {}
        self._id = Cell(table, columns.id, _id, remembers=False)
        self._status = Cell(table, columns.status, self._check_status)
        self._name = Cell(table, columns.name, _name, remembers=False)
        self._team = Cell(table, columns.team, self._check_team)
        self._dates = Cells({key: Cell(table, name, _day) for key, name in columns.dates.items()})
        self._texts = Cells({key: Cell(table, name, _text) for key, name in columns.attributes.items()})

    def found(self, row: Row) -> Found | None:
        """The entity of a row, or None if something is wrong with it."""
        values = row.values
        try:
            found = Found(
                row.line, self._id.of(values), self._status.of(values), self._name.of(values) or "",
                self._team.of(values), self._dates.of(values), self._texts.of(values),
            )  # fmt: skip
        except BadValue:
            self._note(row)
            return None
        first = self._lines.setdefault(found.object_id, row.line)
        if first == row.line:
            return found
        words = f"'{shown(found.object_id)}' is on line {first} already"
        self._problems.add(row.bad(self._id.column or "", words))
        return None

    def _note(self, row: Row) -> None:
        """Everything that is wrong with a row, cell by cell."""
        cells = (self._id, self._status, self._name, self._team, *self._dates.cells, *self._texts.cells)
        for cell in cells:
            try:
                cell.of(row.values)
            except BadValue as fault:
                self._problems.add(row.bad(cell.column or "", fault))

    def _check_status(self, text: str) -> str | None:
        if text and text not in self._kind.statuses:
            raise BadValue(unknown(text, self._kind.statuses, f"status of {self._kind.name}"))
        return text or None

    def _check_team(self, text: str) -> int | None:
        try:
            return one_of(self._connection, "team", text) if text else None
        except Refused as fault:
            raise BadValue(str(fault).partition(": ")[2].rstrip(".")) from fault


class Cell:
    """The cells of one column: where they stand, how they are checked, and those that were checked before."""

    __slots__ = ("_check", "_known", "_remembers", "at", "column")

    def __init__(
        self, table: Table, column: str | None, check: Callable[[str], Any], *, remembers: bool = True
    ) -> None:
        self.column = column
        self.at = -1 if column is None else table.position(column)
        self._check = check
        self._known: dict[str, Any] = {}
        self._remembers = remembers

    def of(self, values: Sequence[str]) -> Any:
        """The checked value; None if there is no such column. Raises BadValue."""
        if self.at < 0:
            return None
        text = values[self.at]
        if not self._remembers:
            return self._check(text.strip())
        if text in self._known:
            return self._known[text]
        value = self._check(text.strip())
        if len(self._known) < _REMEMBERED:
            self._known[text] = value
        return value


class Cells:
    """Columns that together make one JSON object; the same cells give the same text, made once."""

    __slots__ = ("_keys", "_known", "cells")

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self._keys = tuple(cells)
        self.cells = tuple(cells.values())
        self._known: dict[tuple[str, ...], str] = {}

    def of(self, values: Sequence[str]) -> str:
        """The object as text, empty cells left out. Raises BadValue."""
        if not self.cells:
            return "{}"
        texts = tuple([values[cell.at] for cell in self.cells])
        known = self._known.get(texts)
        if known is None:
            checked = [cell.of(values) for cell in self.cells]
            known = object_text({key: value for key, value in zip(self._keys, checked, strict=True) if value})
            if len(self._known) < _REMEMBERED:
                self._known[texts] = known
        return known


def _id(text: str) -> str:
    return text if _is_plain(text, ID_LENGTH) else _lined(text, ID_LENGTH)


def _name(text: str) -> str:
    return text if not text or _is_plain(text, NAME_LENGTH) else _lined(text, NAME_LENGTH)


def _text(text: str) -> str:
    return text if not text or _is_plain(text, VALUE_LENGTH) else _lined(text, VALUE_LENGTH)


def _is_plain(text: str, most: int) -> bool:
    """The common case, without a look at each letter."""
    return 0 < len(text) <= most and text.isascii() and text.isprintable()


def _lined(text: str, most: int) -> str:
    try:
        return one_line("", text, most)
    except BadValue as fault:
        raise BadValue(str(fault).removeprefix(": ")) from fault


def _day(text: str) -> str | None:
    return written_day(text).isoformat() if text else None
