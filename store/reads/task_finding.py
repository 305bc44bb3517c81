"""Looking for tasks that may be rare among a million: stretch by stretch, so that what is found is shown as it comes.

There is no index of words, on purpose. On a million tasks (bench/search.py) one of trigrams (FTS5, detail=none) takes
15 s to fill and 59 MB beside a store of 395 MB, and is wrong about every row that was written since; reading the rows
takes about a second of a thread of its own, and what the lists show first is known long before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from store.reads import tasks
from store.reads.task_parts import Part, What
from store.reads.task_search import Asks, Filter, Path

MOST = 20_000
"""Tasks that are known by their ids. What more tasks than this pass fills pages from the index of the list at once."""

_STRETCH = 50_000
"""Ids that are looked through at once: about 30 ms."""

_DRIVEN = frozenset({What.LABEL, What.PERSON, What.LIST, What.THING})
"""Parts that an index answers: they are looked for at once, whatever else is asked."""


def found(connection: sqlite3.Connection, sift: Filter, most: int = MOST) -> Filter:
    """The filter with the ids of all that pass it; itself if it asks nothing rare or more than `most` pass."""
    *_, (last, _) = stretches(connection, sift, None, most)
    return last


def stretches(
    connection: sqlite3.Connection, sift: Filter, today: date | None, most: int = MOST
) -> Iterator[tuple[Filter, bool]]:
    """Filters by the ids of what is known to pass so far, and whether that is all. Not for a screen's thread.

    The first are those among the next open tasks by deadline of `today`, if it is given. Ends with the filter itself
    if more than `most` pass.
    """
    if sift.path is not Path.SCAN:
        yield sift, True
        return
    if today is not None:
        near = tasks.ids_nearby(connection, tasks.waiting(today), sift, most)
        if near:
            yield _with_ids(near), False
    conditions, values = sift.conditions()
    driver = next((found for part in sift.parts if isinstance(part, Part) and (found := part.driver())), None)
    if driver is not None:
        conditions, values = f"{conditions} AND {driver[0]}", (*values, *driver[1])
    query = f"SELECT task.id FROM task {_by(sift)} WHERE deleted_at IS NULL{conditions}"
    known: list[int] = []
    for low, high in _ranges(connection, sift):
        rows = connection.execute(
            f"{query} AND task.id > ? AND task.id <= ? LIMIT ?", (*values, low, high, most + 1 - len(known))
        )
        before = len(known)
        known += [row[0] for row in rows]
        if len(known) > most:
            yield sift, True
            return
        if len(known) > before:
            yield _with_ids(known), False
    yield _with_ids(known), True


def _ranges(connection: sqlite3.Connection, sift: Filter) -> Iterator[tuple[int, int]]:
    last = int(connection.execute("SELECT ifnull(max(id), 0) FROM task").fetchone()[0])
    step = last if _is_driven(sift.parts) else _STRETCH
    for high in range(last, 0, -max(1, step)):
        yield max(0, high - step), high


def _by(sift: Filter) -> str:
    """Of a text no index knows anything; SQLite would walk one all the same."""
    return "" if _is_driven(sift.parts) else "NOT INDEXED"


def _is_driven(parts: tuple[Asks, ...]) -> bool:
    return any(isinstance(part, Part) and part.what in _DRIVEN and not part.is_not for part in parts)


def _with_ids(ids: list[int]) -> Filter:
    return replace(tasks.NOTHING, ids=tuple(sorted(ids)))
