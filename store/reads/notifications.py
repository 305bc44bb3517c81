"""Notices: what people are told, newest first, and how many wait to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from store.frozen import value
from store.instants import Instant

MOST = 1_000
"""Counting stops here: a header says `1,000+`."""

_SELECT = """
SELECT n.id, n.at, n.severity, n.kind, n.subject, n.text, n.schedule_id, s.name, n.run_id, n.task_id,
       n.dismissed_at, n.snoozed_until, n.withdrawn_at, n.withdrawn_reason, n.dedupe_key
FROM notification n LEFT JOIN schedule s ON s.id = n.schedule_id
"""
_OPEN = "n.dismissed_at IS NULL AND n.withdrawn_at IS NULL"
_NOW = f"{_OPEN} AND (n.snoozed_until IS NULL OR n.snoozed_until <= ?)"


@value
class Notice:
    """One thing that is told once. `severity`: notice, warning, important or urgent.

    `kind` says what it is about: failed, failing, often, overdue, recovered (of a schedule), due, late (of a task),
    or queue. It was withdrawn when what it says was over.
    """

    id: int
    at: Instant
    severity: str
    kind: str
    subject: str
    text: str
    schedule_id: int | None
    schedule: str | None
    run_id: int | None
    task_id: int | None
    dismissed_at: Instant | None
    snoozed_until: Instant | None
    withdrawn_at: Instant | None
    withdrawn_reason: str | None
    dedupe_key: str

    def state(self, now: int) -> str:
        """A word for where it stands: open, snoozed, dismissed or withdrawn."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.dismissed_at is not None:
            return "dismissed"
        return "snoozed" if self.snoozed_until is not None and self.snoozed_until > now else "open"


def notice(connection: sqlite3.Connection, number: int) -> Notice | None:
    """The notice of that id."""
    row = connection.execute(f"{_SELECT} WHERE n.id = ?", (number,)).fetchone()
    return _notice(row) if row else None


def page(
    connection: sqlite3.Connection,
    now: int | None,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[Notice]:
    """Newest first: the first `limit`, those older than `before`, or the nearest newer than `after`, by id.

    Those that are open and not snoozed at `now`, microseconds UTC; all that there ever were if it is None.
    """
    terms, values = (["1"], list[Any]()) if now is None else ([_NOW], [now])
    if before is not None:
        terms, values = [*terms, "n.id < ?"], [*values, before]
    if after is not None:
        terms, values = [*terms, "n.id > ?"], [*values, after]
    order = "ASC" if after is not None and before is None else "DESC"
    rows = connection.execute(
        f"{_SELECT} WHERE {' AND '.join(terms)} ORDER BY n.id {order} LIMIT ?", (*values, limit)
    ).fetchall()
    found = [_notice(row) for row in rows]
    return found[::-1] if order == "ASC" else found


def count(connection: sqlite3.Connection, now: int) -> int:
    """How many are open and not snoozed at `now`, counted up to `MOST`."""
    row = connection.execute(f"SELECT count(*) FROM (SELECT 1 FROM notification n WHERE {_NOW} LIMIT {MOST})", (now,))
    return int(row.fetchone()[0])


def loud_since(connection: sqlite3.Connection, now: int, last: int) -> list[Notice]:
    """Open notices newer than the one with id `last` that are important or urgent, oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE n.id > ? AND {_NOW} AND n.severity IN ('important', 'urgent') ORDER BY n.id LIMIT 20",
        (last, now),
    ).fetchall()
    return [_notice(row) for row in rows]


def newest(connection: sqlite3.Connection) -> int:
    """The highest id, 0 if there is none."""
    return int(connection.execute("SELECT ifnull(max(id), 0) FROM notification").fetchone()[0])


def _notice(row: Sequence[Any]) -> Notice:
    fields = list(row)
    for instant in (1, 10, 11, 12):
        fields[instant] = None if row[instant] is None else Instant(row[instant])
    return Notice(*fields)
