"""Runs, newest first, and what is known of one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from store.enums import ACTIVE, Category, RunState
from store.frozen import value
from store.instants import Instant
from store.values import Attempt, Run

_SELECT = """
SELECT r.id, r.name, r.schedule_id, s.name, r.planned_at, r.retry_of, r.controller, r.params, r.category,
       ifnull(u.name, 'system'), r.state, r.reason, r.progress, r.progress_text, r.is_exclusive, r.timeout,
       r.attempts, r.max_attempts, r.available_at, r.pid, r.exit_code, r.error, r.cancel_requested_at,
       r.created_at, r.started_at, r.finished_at, r.log_backend, r.log_lines, r.log_errors,
       r.dropped_lines, r.dropped_bytes, r.progress_at, r.progress_rate, r.result, r.artifacts
FROM run r LEFT JOIN schedule s ON s.id = r.schedule_id LEFT JOIN user u ON u.id = r.creator_id
"""


@value
class Which:
    """Which runs a list shows: of these states (none = all), of these schedules, whose name holds `text`."""

    states: tuple[RunState, ...] = ()
    schedules: tuple[int, ...] | None = None
    text: str = ""


EVERY = Which()
OPEN = Which(states=(RunState.PENDING, *sorted(ACTIVE)))


def run(connection: sqlite3.Connection, run_id: int) -> Run | None:
    """The run of that id."""
    row = connection.execute(f"{_SELECT} WHERE r.id = ? AND r.deleted_at IS NULL", (run_id,)).fetchone()
    return _run(row) if row else None


def page(
    connection: sqlite3.Connection,
    which: Which = EVERY,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Run]:
    """Newest first: the first `limit`, those older than run `before`, or the nearest newer than `after`.

    Every page is a walk down one index, however many runs there are.
    """
    terms, values = list[str](), list[Any]()
    if before is not None:
        terms, values = [*terms, "r.id < ?"], [*values, before]
    if after is not None:
        terms, values = [*terms, "r.id > ?"], [*values, after]
    order = "ASC" if after is not None and before is None else "DESC"
    branches = [_branch(one, terms, values, order, limit) for one in _single_states(which)]
    ids = " UNION ALL ".join(f"SELECT id FROM ({text})" for text, _ in branches)
    rows = connection.execute(
        f"{_SELECT} WHERE r.id IN (SELECT id FROM ({ids}) ORDER BY id {order} LIMIT ?) ORDER BY r.id {order}",
        (*(value for _, given in branches for value in given), limit),
    ).fetchall()
    found = [_run(row) for row in rows]
    return found[::-1] if order == "ASC" else found


def count(connection: sqlite3.Connection, which: Which = EVERY, most: int = 10_000) -> int:
    """How many there are, counted up to `most` so that it costs no more than that."""
    terms, values = _terms(which)
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM run r WHERE {' AND '.join(terms)} LIMIT ?)", (*values, most)
    ).fetchone()
    return int(row[0])


def attempts(connection: sqlite3.Connection, run_id: int) -> list[Attempt]:
    """The tries of a run, first to last."""
    rows = connection.execute(
        "SELECT number, fence, state, pid, claimed_at, started_at, finished_at, exit_code, error FROM attempt"
        " WHERE run_id = ? ORDER BY fence",
        (run_id,),
    ).fetchall()
    return [Attempt(number, fence, RunState(state), *rest) for number, fence, state, *rest in rows]


def schedules_named(connection: sqlite3.Connection, name: str) -> list[int]:
    """Ids of every schedule that has or had that name: the runs of a deleted one stay readable."""
    rows = connection.execute("SELECT id FROM schedule WHERE name = ? ORDER BY id", (name,)).fetchall()
    return [int(row[0]) for row in rows]


def _terms(which: Which) -> tuple[list[str], list[Any]]:
    terms, values = ["r.deleted_at IS NULL"], list[Any]()
    if which.schedules is not None:
        terms.append(f"r.schedule_id IN ({_marks(which.schedules)})")
        values += which.schedules
    if which.states:
        terms.append(f"r.state IN ({_marks(which.states)})")
        values += which.states
    if which.text:
        terms.append("instr(lower(r.name), ?) > 0")
        values.append(which.text.lower())
    return terms, values


def _single_states(which: Which) -> list[Which]:
    """One state each: the index of states is in order of ids only within a state."""
    if len(which.states) < 2:
        return [which]
    return [Which(schedules=which.schedules, states=(state,), text=which.text) for state in which.states]


def _branch(which: Which, terms: Sequence[str], values: Sequence[Any], order: str, limit: int) -> tuple[str, list[Any]]:
    """The ids of one state, found on an index alone; only those that are shown are joined and read."""
    own, given = _terms(which)
    text = f"SELECT r.id FROM run r WHERE {' AND '.join([*own, *terms])} ORDER BY r.id {order} LIMIT ?"
    return text, [*given, *values, limit]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _run(row: Sequence[Any]) -> Run:
    (
        run_id, name, schedule_id, schedule, planned_at, retry_of, controller, params, category, creator,
        state, reason, progress, progress_text, is_exclusive, timeout, tries, max_attempts, available_at, pid,
        exit_code, error, cancel_requested_at, created_at, started_at, finished_at, backend, lines, errors,
        gone_lines, gone_bytes, progress_at, progress_rate, result, artifacts,
    ) = row  # fmt: skip
    return Run(
        run_id, name, schedule_id, schedule, _at(planned_at), retry_of, controller, json.loads(params),
        Category(category), creator, RunState(state), reason, progress, progress_text, bool(is_exclusive),
        timeout, tries, max_attempts, Instant(available_at), pid, exit_code, error, _at(cancel_requested_at),
        Instant(created_at), _at(started_at), _at(finished_at), backend, lines, errors, gone_lines, gone_bytes,
        _at(progress_at), progress_rate, None if result is None else json.loads(result), artifacts,
    )  # fmt: skip


def _at(us: int | None) -> Instant | None:
    return None if us is None else Instant(us)
