"""Entities in screen order, one by one, and what happened to each.

Ids that are numbers stand in the order of numbers (stay 9 before stay 10), others alphabetically.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

from store.frozen import value
from store.reads.task_moments import Moment, Sql, moment_of
from store.reads.task_parts import occurs
from store.values import Entity

Key = tuple[object, ...]
"""Where an entity stands: class, number of its id (0 for words), id."""

END: Key = ()
"""As `before`: behind the last row."""

_PAGE = 200
_NUMBER = "CAST(e.object_id AS INTEGER)"
_ORDER = ("e.object_class", _NUMBER, "e.object_id")
_OPEN = (
    "FROM task INDEXED BY task_open_by_object WHERE object_class = e.object_class AND object_id = e.object_id"
    " AND is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
)
_LATE = f"{_OPEN} AND {{late}} AND visible_date <= ?"
_COLUMNS = f"""
{_NUMBER}, e.id, e.object_class, e.object_id, e.name, e.status, e.status_at, team.name, c.date_fields,
e.dates, e.attributes, (SELECT count(*) {_OPEN}), (SELECT count(*) {_LATE}), e.created_at, e.rev
"""
_JOINS = "CROSS JOIN entity_class c ON c.name = e.object_class LEFT JOIN team ON team.id = e.team_id"


@value
class Filter:
    """Entities pass that fit every part; None or empty asks nothing.

    `text` is looked for in the name, in `stay 12`, in the status and in the attributes.
    """

    classes: tuple[str, ...] = ()
    status: str | None = None
    team_id: int | None = None
    text: str = ""

    def conditions(self) -> tuple[str, list[object]]:
        """SQL about `entity e` and its values."""
        asked = {"e.status": self.status, "e.team_id": self.team_id}
        parts = [f"{column} = ?" for column, value in asked.items() if value is not None]
        values: list[object] = [value for value in asked.values() if value is not None]
        if self.classes:
            parts.append(f"e.object_class IN ({', '.join('?' * len(self.classes))})")
            values += self.classes
        if self.text.strip():
            found = [occurs(column, self.text) for column in _TEXTS]
            parts.append("(" + " OR ".join(sql for sql, _ in found) + ")")
            values += [pattern for _, patterns in found for pattern in patterns]
        return " AND ".join(parts) or "true", values


ALL = Filter()

_TEXTS = ("e.name", "(e.object_class || ' ' || e.object_id)", "e.status", "e.attributes")


@value
class Row:
    """An entity in a list, with the key behind which the next page begins."""

    key: Key
    entity: Entity

    def __hash__(self) -> int:
        """The mappings of an entity have no hash; rows are kept in caches."""
        return hash((self.key, self.entity.id, self.entity.rev))

    @property
    def id(self) -> int:
        """The id of the entity's row."""
        return self.entity.id


def one(connection: sqlite3.Connection, object_class: str, object_id: str, now: date | Moment) -> Entity | None:
    """The entity of that class and id; `now` decides which of its tasks are late."""
    return _single(connection, "e.object_class = ? AND e.object_id = ?", (object_class, object_id), now)


def of_row(connection: sqlite3.Connection, entity_id: int, now: date | Moment) -> Entity | None:
    """The entity whose row has that id."""
    return _single(connection, "e.id = ?", (entity_id,), now)


def window(
    connection: sqlite3.Connection,
    now: date | Moment,
    sift: Filter = ALL,
    *,
    after: Key | None = None,
    before: Key | None = None,
    offset: int | None = None,
    limit: int = _PAGE,
) -> tuple[Row, ...]:
    """At most `limit` rows in order of class and id, fewer only where the list ends on that side.

    One of: behind the key `after`; the nearest in front of the key `before` (END: the last ones); from the
    position `offset` on; none of them: the first ones.
    """
    conditions, values = sift.conditions()
    way, beyond, start = ("DESC", "<", before or None) if before is not None else ("ASC", ">", after)
    if start is not None:
        conditions += f" AND ({', '.join(_ORDER)}) {beyond} (?, ?, ?)"
        values += start
    columns, late = _columns(now)
    rows = connection.execute(
        f"SELECT {columns} FROM entity e INDEXED BY {_index(sift)} {_JOINS} WHERE {conditions}"
        f" ORDER BY {', '.join(f'{column} {way}' for column in _ORDER)} LIMIT ? OFFSET ?",
        (*late, *values, limit, offset or 0),
    )
    found = [_row(row) for row in rows]
    return tuple(found[::-1] if before is not None else found)


def listed(
    connection: sqlite3.Connection, now: date | Moment, sift: Filter = ALL, limit: int = _PAGE
) -> tuple[Entity, ...]:
    """The first `limit` entities; 0 for all."""
    return tuple(row.entity for row in window(connection, now, sift, limit=limit or -1))


def count(connection: sqlite3.Connection, sift: Filter = ALL, most: int = -1) -> int:
    """How many entities pass, counted up to `most`."""
    conditions, values = sift.conditions()
    query = f"SELECT count(*) FROM (SELECT 1 FROM entity e WHERE {conditions} LIMIT ?)"
    return int(connection.execute(query, (*values, most)).fetchone()[0])


def _index(sift: Filter) -> str:
    return "entity_by_status" if len(sift.classes) == 1 and sift.status is not None else "entity_in_order"


def _columns(now: date | Moment) -> Sql:
    moment = moment_of(now)
    late, values = moment.late()
    return _COLUMNS.format(late=late), (*values, moment.day.isoformat())


def _single(
    connection: sqlite3.Connection, where: str, values: tuple[object, ...], now: date | Moment
) -> Entity | None:
    columns, late = _columns(now)
    row = connection.execute(f"SELECT {columns} FROM entity e {_JOINS} WHERE {where}", (*late, *values)).fetchone()
    return None if row is None else _row(row).entity


def _row(row: Any) -> Row:
    number, row_id, object_class, object_id, name, status, status_at, team, fields, dates, *rest = row
    attributes, open_tasks, late_tasks, created_at, rev = rest
    kept = json.loads(dates)
    days = {field: _day(kept.get(field)) for field in json.loads(fields)}
    entity = Entity(
        row_id, object_class, object_id, name, status, status_at, team, days, json.loads(attributes),
        open_tasks, late_tasks, created_at, rev,
    )  # fmt: skip
    return Row((object_class, number, object_id), entity)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
