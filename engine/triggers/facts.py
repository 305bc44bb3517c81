"""Tasks as triggers see them, read by the hundred."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, time
from typing import Any

from engine.rules.task_zones import zone_of_task
from engine.rules.triggers.due import Facts
from store.enums import Scope, TaskKind
from store.instants import from_us

_TASKS = """
SELECT t.id, t.name, t.is_done, t.done_at, t.created_at, ifnull(t.start_date, t.deadline_date), t.deadline_date,
       t.deadline_time, t.list_id, t.deleted_at, t.superseded_by_id, t.superseded_at, t.kind,
       (SELECT group_concat(label_id) FROM task_label WHERE task_id = t.id),
       (SELECT group_concat(user_id) FROM task_assignee WHERE task_id = t.id)
FROM task t WHERE t.id IN (SELECT value FROM json_each(?))
"""
_OF_SCOPE = {
    Scope.ALL: "SELECT id FROM task WHERE :id IS NULL",
    Scope.TASK: "SELECT id FROM task WHERE id = :id",
    Scope.LIST: (
        "WITH RECURSIVE inside(id) AS (SELECT :id UNION SELECT l.id FROM task_list l JOIN inside ON"
        " l.parent_id = inside.id) SELECT id FROM task WHERE list_id IN inside"
    ),
    Scope.LABEL: "SELECT task_id FROM task_label WHERE label_id = :id",
    Scope.USER: "SELECT task_id FROM task_assignee WHERE user_id = :id",
}
_LIVING = "deleted_at IS NULL AND superseded_at IS NULL AND kind <> 'contact'"


def facts_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, Facts]:
    """The tasks of these ids, by id; one that was removed for good is not there."""
    return Reader(connection).read(numbers)


class Reader:
    """Reads facts; lists and people are read once for all of them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT id, parent_id, zone FROM task_list").fetchall()
        self._lists: dict[int, tuple[int | None, str | None]] = {row[0]: (row[1], row[2]) for row in rows}
        self._people: dict[int, str | None] = dict(connection.execute("SELECT id, zone FROM user").fetchall())
        self._places: dict[tuple[int | None, str | None], tuple[tuple[int, ...], frozenset[int], str | None]] = {}

    def read(self, numbers: Iterable[int]) -> dict[int, Facts]:
        """The tasks of these ids."""
        rows = self._connection.execute(_TASKS, (json.dumps(list(numbers)),)).fetchall()
        return {facts.id: facts for facts in map(self._facts, rows)}

    def _facts(self, row: Sequence[Any]) -> Facts:
        (number, name, is_done, done_at, created_at, day, deadline, clock, list_id, deleted_at, by_id, superseded_at,
         kind, labels, people) = row  # fmt: skip
        lists, who, zone = self._place(list_id, people)
        gone = "the task was deleted" if deleted_at is not None else ""
        if superseded_at is not None:
            gone = gone or (f"task {by_id} took its place" if by_id else "the task was superseded")
        if kind == TaskKind.CONTACT:
            gone = gone or "it is a line of contact history"
        return Facts(
            number, name, bool(is_done), None if done_at is None else from_us(done_at), from_us(created_at), _day(day),
            _day(deadline), time.fromisoformat(clock) if clock else None, lists, _numbers(labels), who, zone, gone,
        )  # fmt: skip

    def _place(self, list_id: int | None, people: str | None) -> tuple[tuple[int, ...], frozenset[int], str | None]:
        """Its lists, its people, and the zone that these give it; most tasks share theirs."""
        found = self._places.get((list_id, people))
        if found is None:
            lists, who = tuple(self._above(list_id)), _numbers(people)
            zones = [self._people.get(each) for each in who]
            zone = zone_of_task((self._lists[each][1] for each in lists), zones, "") or None
            found = self._places[list_id, people] = lists, who, zone
        return found

    def _above(self, number: object) -> Iterator[int]:
        while isinstance(number, int) and number in self._lists:
            yield number
            number = self._lists[number][0]


def ids_of_scope(
    connection: sqlite3.Connection, scope: Scope, scope_id: int | None, limit: int = -1, after: int = 0
) -> list[int]:
    """The first `limit` living tasks of a scope behind `after`, by id; a class of entities has none of its own."""
    query = f"{living(scope)} AND id > :after ORDER BY id LIMIT :limit"
    rows = connection.execute(query, {"id": scope_id, "after": after, "limit": limit})
    return [row[0] for row in rows.fetchall()]


def living(scope: Scope) -> str:
    """The statement for the ids of the living tasks of a scope, whose id it takes as `:id`."""
    inside = _OF_SCOPE.get(scope, "SELECT 0 WHERE :id IS NULL")
    return f"SELECT id FROM task WHERE id IN ({inside}) AND {_LIVING}"


def chunks(numbers: Collection[int], size: int = 1_000) -> Iterator[list[int]]:
    """The ids in handfuls, so that no statement and no list grows with the store."""
    ordered = sorted(numbers)
    for at in range(0, len(ordered), size):
        yield ordered[at : at + size]


@functools.lru_cache(maxsize=4_000)
def _numbers(text: str | None) -> frozenset[int]:
    return frozenset(map(int, text.split(","))) if text else frozenset()


@functools.lru_cache(maxsize=4_000)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
