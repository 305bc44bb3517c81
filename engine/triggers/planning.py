"""Pending actions of tasks: what is wanted of what each task says now, against the rows that are there."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from engine.rules.triggers.due import FROM_STATE, Facts, due, moot
from engine.triggers.facts import Reader, chunks
from engine.triggers.live import Live, at_work
from store.enums import OF_TASKS, Scope, TriggerEvent
from store.instants import to_us
from store.schema import moved

_THERE = """
SELECT id, trigger_id, task_id, due_at, iif(state = 'withdrawn' AND act_id IS NOT NULL, 'cancelled', state)
FROM pending_action WHERE task_id IN (SELECT value FROM json_each(:ids)) AND (state = 'waiting' OR due_at > :now)
"""
_ADD = """
INSERT INTO pending_action (trigger_id, subject, task_id, due_at, made_at, cause_id, chain)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trigger_id, subject, due_at) DO UPDATE
SET state = 'waiting', reason = NULL, decided_at = NULL, made_at = excluded.made_at, cause_id = excluded.cause_id
WHERE state = 'withdrawn' AND act_id IS NULL
"""
"""A row that was withdrawn by somebody, which has their act, stays so."""
_WITHDRAW = """
UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ? WHERE id = ? AND state = 'waiting'
"""


class Index:
    """Triggers by what they are for, so that a task asks only its own."""

    def __init__(self, live: Iterable[Live]) -> None:
        self.by_id = {each.id: each for each in live}
        self._all: list[Live] = []
        self._of: dict[tuple[Scope, int | None], list[Live]] = defaultdict(list)
        for each in self.by_id.values():
            if each.event in OF_TASKS:
                (self._all if each.scope is Scope.ALL else self._of[each.scope, each.scope_id]).append(each)

    def of(self, facts: Facts) -> list[Live]:
        """Those in whose scope the task is, each once."""
        keys = [(Scope.TASK, facts.id), *((Scope.LIST, each) for each in facts.lists)]
        keys += [(Scope.LABEL, each) for each in facts.labels]
        keys += [(Scope.USER, each) for each in facts.people]
        return [*self._all, *(live for key in keys for live in self._of.get(key, ()))]


def follow(
    connection: sqlite3.Connection, now: int, tasks: Collection[int], cause: int | None = None, chain: str = ""
) -> int:
    """Plan anew what waits for these tasks, at `now` in microseconds UTC; how many rows changed.

    What should have been before now is not planned any more: nothing acts upon what was set up after it.
    """
    index = Index(at_work(connection))
    reader = Reader(connection)
    count = 0
    for numbers in chunks(tasks):
        count += _follow(connection, index, reader.read(numbers), numbers, now, cause, chain)
    if count:
        moved(connection, "pending_action")
    return count


def _follow(
    connection: sqlite3.Connection,
    index: Index,
    facts: dict[int, Facts],
    numbers: Sequence[int],
    now: int,
    cause: int | None,
    chain: str,
) -> int:
    rows = connection.execute(_THERE, {"ids": json.dumps(numbers), "now": now}).fetchall()
    there = {(trigger, task, due_at): (number, state) for number, trigger, task, due_at, state in rows}
    wanted: set[tuple[int, int, int]] = set()
    for each in facts.values():
        for live in index.of(each):
            at = _due(live, each)
            if at is not None:
                wanted.add((live.id, each.id, at))
    new = [key for key in wanted if key[2] > now and (key not in there or there[key][1] == "withdrawn")]
    gone: list[tuple[str, int, int]] = []
    for key, (number, state) in there.items():
        if state == "waiting" and key not in wanted:
            why = _why(index, facts.get(key[1]), key[0])
            if why:
                gone.append((why, now, number))
    connection.executemany(_WITHDRAW, gone)
    connection.executemany(_ADD, [_row(key, now, cause, chain) for key in sorted(new, key=lambda key: key[2])])
    return len(gone) + len(new)


def _due(live: Live, facts: Facts) -> int | None:
    """When it waits to act; what is done at once does not wait."""
    if live.event not in FROM_STATE:
        return None
    if live.event in (TriggerEvent.CREATED, TriggerEvent.COMPLETED) and not live.delay.number:
        return None
    at = due(live.event, live.action, live.delay, facts, facts.zone or live.zone, live.days, live.roll)
    return None if at is None else to_us(at)


def _why(index: Index, facts: Facts | None, trigger_id: int) -> str:
    """Why a row that waits is not wanted; empty if it is one of a happening that still holds."""
    if facts is None:
        return "the task is gone"
    live = index.by_id.get(trigger_id)
    if live is None:
        return "the trigger is gone, off or broken"
    if live.event is TriggerEvent.DELETED:
        return moot(live.event, facts, True)
    if facts.gone:
        return facts.gone
    if not live.is_for(facts):
        return "the task is not in its scope any more"
    if live.event in FROM_STATE:
        return _changed(live, facts)
    return moot(live.event, facts, live.scope is not Scope.LABEL or live.scope_id in facts.labels)


def _changed(live: Live, facts: Facts) -> str:
    if live.event is TriggerEvent.COMPLETED and not facts.is_done:
        return "the task was opened again"
    at = _due(live, facts)
    if at is None:
        return "the task was done" if facts.is_done else "the task has no such day any more"
    return "its time has changed"


def plan_once(
    connection: sqlite3.Connection, live: Live, tasks: Iterable[int], due_at: int, now: int, cause: int, chain: str
) -> None:
    """Plan what a happening brings after a delay."""
    connection.executemany(_ADD, [_row((live.id, task, due_at), now, cause, chain) for task in tasks])
    moved(connection, "pending_action")


def _row(key: tuple[int, int, int], now: int, cause: int | None, chain: str) -> tuple[Any, ...]:
    trigger, task, due_at = key
    return trigger, f"task:{task}", task, due_at, now, cause, chain
