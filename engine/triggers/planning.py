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
SELECT id, trigger_id, task_id, due_at, state, act_id FROM pending_action
WHERE task_id IN (SELECT value FROM json_each(:ids)) AND (state = 'waiting' OR due_at > :now)
"""
_ADD = """
INSERT INTO pending_action (trigger_id, subject, task_id, due_at, made_at, cause_id, chain)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trigger_id, subject, due_at) DO UPDATE
SET state = 'waiting', reason = NULL, decided_at = NULL, made_at = excluded.made_at, cause_id = excluded.cause_id,
    chain = excluded.chain
WHERE state = 'withdrawn' AND act_id IS NULL
"""
_WITHDRAW = """
UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ? WHERE id = ? AND state = 'waiting'
"""
_UNDONE = """
UPDATE pending_action SET state = 'withdrawn', reason = 'undone', decided_at = :now
WHERE state = 'waiting' AND cause_id = :cause AND task_id IN (SELECT value FROM json_each(:ids))
"""
_AS_BEFORE = """
UPDATE pending_action SET state = 'waiting', reason = NULL, decided_at = NULL
WHERE state = 'withdrawn' AND act_id IS NULL AND decided_at = :then AND made_at <= :then AND cause_id IS NOT :cause
  AND task_id IN (SELECT value FROM json_each(:ids))
"""


class Index:
    """Triggers by what they are for, so that a task asks only its own."""

    def __init__(self, live: Iterable[Live]) -> None:
        self.by_id = {each.id: each for each in live}
        self._all: list[Live] = []
        self._of: dict[tuple[Scope, int | None], list[Live]] = defaultdict(list)
        self.is_asked = any(each.event in FROM_STATE for each in self.by_id.values())
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
    connection: sqlite3.Connection,
    now: int,
    tasks: Collection[int],
    cause: int | None = None,
    chain: str = "",
    only: Live | None = None,
) -> int:
    """Plan anew what waits for these tasks, at `now` in microseconds UTC; how many rows changed.

    What should have been before now is not planned any more: nothing acts upon what was set up after it. `only`: of
    one trigger alone.
    """
    index = Index(at_work(connection) if only is None else (only,))
    reader = Reader(connection)
    count = 0
    for numbers in chunks(tasks):
        facts = reader.read(numbers)
        rows = connection.execute(_THERE, {"ids": json.dumps(numbers), "now": now}).fetchall()
        there = {(row[1], row[2], row[3]): row for row in rows if row[1] and (only is None or row[1] == only.id)}
        if there or index.is_asked:
            count += _follow(connection, index, facts, there, (now, cause, chain))
    if count:
        moved(connection, "pending_action")
    return count


_Key = tuple[int, int, int]
"""Trigger, task, instant."""


def _follow(
    connection: sqlite3.Connection,
    index: Index,
    facts: dict[int, Facts],
    there: dict[_Key, Sequence[Any]],
    stamp: tuple[int, int | None, str],
) -> int:
    now, wanted = stamp[0], set[_Key]()
    for each in facts.values():
        for live in index.of(each):
            at = due_at(live, each)
            if at is not None:
                wanted.add((live.id, each.id, at))
    new = sorted((key[2], key) for key in wanted if key[2] > now and _is_new(there.get(key)))
    gone = []
    for key, (number, *_, state, _act) in there.items():
        if state == "waiting" and key not in wanted:
            why = unwanted(index.by_id.get(key[0]), facts.get(key[1]), None)
            if why:
                gone.append((why, now, number))
    connection.executemany(_WITHDRAW, gone)
    connection.executemany(_ADD, [_row(key, *stamp) for _, key in new])
    return len(gone) + len(new)


def _is_new(row: Sequence[Any] | None) -> bool:
    """What a person has cancelled stays so; what was withdrawn because something changed comes back."""
    return row is None or (row[4] == "withdrawn" and row[5] is None)


def take_back(connection: sqlite3.Connection, now: int, tasks: Collection[int], cause: int, then: int) -> None:
    """The act `cause`, done at `then`, was undone: what it has planned for these tasks is withdrawn.

    What it has withdrawn waits again, also if it is late by now; `follow` finds out what of it is wanted.
    """
    for numbers in chunks(tasks):
        found = {"now": now, "cause": cause, "then": then, "ids": json.dumps(numbers)}
        connection.execute(_UNDONE, found)
        connection.execute(_AS_BEFORE, found)
    moved(connection, "pending_action")


def due_at(live: Live, facts: Facts) -> int | None:
    """When a trigger waits to act on a task, as its state says, microseconds UTC; what is done at once waits not."""
    if live.event not in FROM_STATE:
        return None
    if live.event in (TriggerEvent.CREATED, TriggerEvent.COMPLETED) and not live.delay.number:
        return None
    at = due(live.event, live.action, live.delay, facts, live.zone_of(facts), live.days, live.roll)
    return None if at is None else to_us(at)


def unwanted(live: Live | None, facts: Facts | None, due: int | None) -> str:
    """Why a row that waits, for the instant `due` (None: one that is not asked for), is not wanted; empty if it is."""
    if facts is None:
        return "the task is gone"
    if live is None:
        return "the trigger is gone, off or broken"
    if live.event is not TriggerEvent.DELETED and facts.gone:
        return facts.gone
    if not live.is_for(facts):
        return "the task is not in its scope any more"
    if live.event in FROM_STATE:
        at = due_at(live, facts)
        return "" if at is not None and at == due else _changed(live, facts, at)
    return moot(live.event, facts, _has_label(live, facts))


def _has_label(live: Live, facts: Facts) -> bool:
    """Whether the task bears the label whose coming the trigger waits for; any, if it waits for any."""
    if live.event_value is not None:
        return int(live.event_value) in facts.labels
    return live.scope is not Scope.LABEL or live.scope_id in facts.labels


def _changed(live: Live, facts: Facts, at: int | None) -> str:
    if live.event is TriggerEvent.COMPLETED and not facts.is_done:
        return "the task was opened again"
    if at is not None or live.event in (TriggerEvent.CREATED, TriggerEvent.COMPLETED):
        return "its time has changed"
    day = facts.day if live.event is TriggerEvent.DATE else facts.deadline_date
    if day is None:
        return "the task has no such day any more"
    return "the task was done" if facts.is_done else "the task was opened again"


def plan_once(
    connection: sqlite3.Connection, live: Live, tasks: Iterable[int], due_at: int, now: int, cause: int, chain: str
) -> None:
    """Plan what a happening brings after a delay."""
    connection.executemany(_ADD, [_row((live.id, task, due_at), now, cause, chain) for task in tasks])
    moved(connection, "pending_action")


def _row(key: _Key, now: int, cause: int | None, chain: str) -> tuple[Any, ...]:
    trigger, task, due_at = key
    return trigger, f"task:{task}", task, due_at, now, cause, chain
