"""Notices: what people are told, newest first, and how many wait to be read.

A notice of a task concerns those it is assigned to, one of a schedule its owner, any other everybody; so does a task of
nobody and a schedule without an owner. A trigger may name one person, or everybody. It is asked when it is read, so a
task that passes to somebody else takes its notices along. While a task is hidden until a day, so are its notices. What
one person put away is kept in a row of its own (`user_id`, and the key of the notice with `@` and that id), which is no
notice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from store.frozen import value
from store.instants import Instant
from store.journal import Actor

MOST = 1_000
"""Counting stops here: a header says `1,000+`."""
LOOKED_AT = 3_000
"""A header is written at every change: with 100,000 notices of others it must not walk them all."""

_SELECT = """
SELECT n.id, n.at, n.severity, n.kind, n.subject, n.text, n.schedule_id, s.name, n.run_id, n.task_id,
       ifnull(n.dismissed_at, own.dismissed_at), own.snoozed_until, n.withdrawn_at, n.withdrawn_reason, n.dedupe_key
"""
_FROM = """
FROM notification n
LEFT JOIN notification own ON own.dedupe_key = n.dedupe_key || '@' || :user
LEFT JOIN schedule s ON s.id = n.schedule_id
"""
CONCERNS = """
n.user_id IS NULL AND CASE
  WHEN n.audience = 'all' THEN 1
  WHEN n.audience = 'person' THEN ifnull(n.for_id, {user}) = {user}
  WHEN n.task_id IS NOT NULL THEN
    NOT EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = n.task_id)
    OR EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = n.task_id AND a.user_id = {user})
  WHEN n.schedule_id IS NOT NULL THEN
    ifnull((SELECT o.owner_id FROM schedule o WHERE o.id = n.schedule_id), {user}) = {user}
  ELSE 1 END
"""
"""Of a notice `n`: whether it is for that person."""
_MINE = CONCERNS.format(user=":user")
_NOW = f"""
n.dismissed_at IS NULL AND n.withdrawn_at IS NULL AND {_MINE}
AND own.dismissed_at IS NULL AND (own.snoozed_until IS NULL OR own.snoozed_until <= :now)
AND NOT EXISTS (SELECT 1 FROM task t WHERE t.id = n.task_id AND t.visible_date > :today)
"""

_RECENT = f"""
ifnull((SELECT id FROM notification WHERE dismissed_at IS NULL AND withdrawn_at IS NULL
        ORDER BY id DESC LIMIT 1 OFFSET {LOOKED_AT}), 0)
"""


@value
class Viewer:
    """Who asks, and when: microseconds UTC, and the day of the store (`2025-06-16`). `user` is 0 for a stranger."""

    user: int
    now: int
    today: str


def viewer(connection: sqlite3.Connection, actor: Actor, now: int, today: date) -> Viewer:
    """The person behind an actor, who may have got their row since the actor was made."""
    number = actor.user_id
    if number is None:
        found = connection.execute("SELECT id FROM user WHERE login = ?", (actor.name,)).fetchone()
        number = found[0] if found else 0
    return Viewer(number, now, today.isoformat())


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


def notice(connection: sqlite3.Connection, who: Viewer, number: int) -> Notice | None:
    """The notice of that id, if it is for that person."""
    query = f"{_SELECT} {_FROM} WHERE n.id = :id AND {_MINE}"
    row = connection.execute(query, {"user": who.user, "id": number}).fetchone()
    return _notice(row) if row else None


def page(
    connection: sqlite3.Connection,
    who: Viewer,
    *,
    every: bool = False,
    before: int | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[Notice]:
    """Newest first: the first `limit`, those older than `before`, or the nearest newer than `after`, by id.

    Those that are open for that person; all that there ever were for them with `every`.
    """
    terms = [_MINE if every else _NOW]
    if before is not None:
        terms.append("n.id < :before")
    if after is not None:
        terms.append("n.id > :after")
    order = "ASC" if after is not None and before is None else "DESC"
    rows = connection.execute(
        f"{_SELECT} {_FROM} WHERE {' AND '.join(terms)} ORDER BY n.id {order} LIMIT :limit",
        {**_given(who), "before": before, "after": after, "limit": limit},
    ).fetchall()
    found = [_notice(row) for row in rows]
    return found[::-1] if order == "ASC" else found


def count(connection: sqlite3.Connection, who: Viewer) -> int:
    """How many are open for that person, counted up to `MOST`, among the newest `LOOKED_AT` that are open at all."""
    query = f"SELECT count(*) FROM (SELECT 1 {_FROM} WHERE {_NOW} AND n.id >= {_RECENT} LIMIT {MOST})"
    return int(connection.execute(query, _given(who)).fetchone()[0])


def loud_since(connection: sqlite3.Connection, who: Viewer, last: int) -> list[Notice]:
    """Open notices newer than the one with id `last` that are important or urgent, oldest first."""
    rows = connection.execute(
        f"{_SELECT} {_FROM} WHERE n.id > :last AND {_NOW} AND n.severity IN ('important', 'urgent')"
        " ORDER BY n.id LIMIT 20",
        {**_given(who), "last": last},
    ).fetchall()
    return [_notice(row) for row in rows]


def open_between(
    connection: sqlite3.Connection, who: Viewer, begin: int, end: int, limit: int
) -> list[tuple[int, str, int]]:
    """(id, words, instant) of open notices of a time, oldest first, among the newest `LOOKED_AT` that are open."""
    rows = connection.execute(
        f"SELECT n.id, n.subject, n.at {_FROM} WHERE {_NOW} AND n.at >= :begin AND n.at < :end"
        f" AND n.id >= {_RECENT} ORDER BY n.at, n.id LIMIT :limit",
        {**_given(who), "begin": begin, "end": end, "limit": limit},
    )
    return rows.fetchall()


def snoozed_between(
    connection: sqlite3.Connection, who: Viewer, begin: int, end: int, limit: int
) -> list[tuple[int, str, int]]:
    """(id, words, instant) of the notices that come back to that person in that time, the first one first."""
    rows = connection.execute(
        f"SELECT n.id, n.subject, own.snoozed_until {_FROM} WHERE n.dismissed_at IS NULL AND n.withdrawn_at IS NULL"
        f" AND {_MINE} AND own.dismissed_at IS NULL AND own.snoozed_until > :now AND own.snoozed_until >= :begin"
        f" AND own.snoozed_until < :end AND n.id >= {_RECENT} ORDER BY own.snoozed_until, n.id LIMIT :limit",
        {**_given(who), "begin": begin, "end": end, "limit": limit},
    )
    return rows.fetchall()


def newest(connection: sqlite3.Connection) -> int:
    """The highest id, 0 if there is none."""
    return int(connection.execute("SELECT ifnull(max(id), 0) FROM notification").fetchone()[0])


def _given(who: Viewer) -> dict[str, Any]:
    return {"user": who.user, "now": who.now, "today": who.today}


def _notice(row: Sequence[Any]) -> Notice:
    fields = list(row)
    for instant in (1, 10, 11, 12):
        fields[instant] = None if row[instant] is None else Instant(row[instant])
    return Notice(*fields)
