"""What happened to an entity: statuses, tasks made, done and superseded, contacts. The newest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from store.instants import Instant, from_us, to_us
from store.titling import titled
from store.values import HistoryLine

Key = tuple[int, int, int]
"""Where a line stands: its instant, and what makes it unique among those of the same instant."""

_STATUSES = """
SELECT s.id, s.was, s.status, s.at, u.name FROM status_change s LEFT JOIN user u ON u.id = s.by_id
WHERE s.entity_id = ?
"""
_TASKS = f"""
SELECT t.id, {titled("t")}, t.kind, t.is_done, t.done_date, t.created_at, t.superseded_at, t.superseded_by_id,
       doer.name, maker.name
FROM entity e
JOIN task t ON t.object_class = e.object_class AND t.object_id = e.object_id
LEFT JOIN user doer ON doer.id = t.done_by LEFT JOIN user maker ON maker.id = t.created_by
WHERE e.id = ? AND t.deleted_at IS NULL
"""
_STATUS, _MADE, _DONE, _SUPERSEDED, _CONTACT = range(5)
"""At the same instant a status comes before the tasks it made."""


def history(
    connection: sqlite3.Connection,
    entity_id: int,
    zone: ZoneInfo,
    before: Key | None = None,
    limit: int = 200,
) -> tuple[tuple[Key, HistoryLine], ...]:
    """At most `limit` lines older than the key `before`, each with its key; 0 for all.

    What has only a day (done, a contact) stands at the start of that day in `zone`, but on the day a task was
    made not before its making. `mark` is the word for what happened; a contact's is `validated` or `contact`.
    """
    statuses = [_status(row) for row in connection.execute(_STATUSES, (entity_id,))]
    lines = [*statuses, *_task_lines(connection, entity_id, zone)]
    lines.sort(key=lambda line: line[0], reverse=True)
    older = [line for line in lines if before is None or line[0] < before]
    return tuple(older[:limit] if limit else older)


def _status(row: Any) -> tuple[Key, HistoryLine]:
    number, was, status, at, by = row
    words = status if was is None else f"{was} -> {status}"
    return (at, _STATUS, number), HistoryLine(Instant(at), "status", words, by, None, "became")


def _task_lines(connection: sqlite3.Connection, entity_id: int, zone: ZoneInfo) -> Iterator[tuple[Key, HistoryLine]]:
    for row in connection.execute(_TASKS, (entity_id,)).fetchall():
        number, name, kind, is_done, done_date, made, superseded, successor, doer, maker = row
        if kind == "contact":
            at, mark = _start(done_date, zone), "validated" if is_done else "contact"
            yield (at, _CONTACT, number), HistoryLine(at, "contact", name, doer, number, mark)
            continue
        yield (made, _MADE, number), HistoryLine(Instant(made), "made", name, maker, number, "made")
        if is_done:
            at = _start(done_date, zone)
            if from_us(made).astimezone(zone).date().isoformat() == done_date:
                at = Instant(max(at, made))
            yield (at, _DONE, number), HistoryLine(at, "done", name, doer, number, "done")
        if superseded is not None:
            words = f"{name} (by task {successor})" if successor else name
            line = HistoryLine(Instant(superseded), "superseded", words, None, number, "superseded")
            yield (superseded, _SUPERSEDED, number), line


def _start(day: str, zone: ZoneInfo) -> Instant:
    return to_us(datetime.combine(date.fromisoformat(day), time(), zone))
