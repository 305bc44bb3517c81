"""How a run leaves the hands that hold it: the writes of every transition, each guarded by the fence.

A fence is raised by every claim. A write that finds another fence, or a state that is over, changes nothing:
whoever made it is a zombie that has to kill its child and be silent. Terminal states are final.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from engine import firing
from engine.rules.endings import Verdict
from store.enums import RunState


@dataclass(frozen=True, slots=True)
class Count:
    """What a run has printed, all attempts together."""

    lines: int
    errors: int
    dropped_lines: int
    dropped_bytes: int


@dataclass(frozen=True, slots=True)
class Start:
    """The process of an attempt, and when it began, microseconds UTC."""

    pid: int
    pid_start: int
    at: int


_COUNTS = "log_lines = ?, log_errors = ?, dropped_lines = ?, dropped_bytes = ?"
_HELD = "id = ? AND fence = ? AND state IN ('starting', 'running')"


def started(connection: sqlite3.Connection, run_id: int, fence: int, start: Start, count: Count) -> bool:
    """starting -> running."""
    rows = connection.execute(
        f"UPDATE run SET state = 'running', pid = ?, started_at = ifnull(started_at, ?), {_COUNTS}"
        " WHERE id = ? AND fence = ? AND state = 'starting'",
        (start.pid, start.at, *_values(count), run_id, fence),
    ).rowcount
    if rows:
        _start_attempt(connection, run_id, fence, start, RunState.RUNNING)
    return bool(rows)


def counted(connection: sqlite3.Connection, run_id: int, fence: int, count: Count) -> bool:
    """Lines were added to a run that goes on."""
    rows = connection.execute(f"UPDATE run SET {_COUNTS} WHERE {_HELD}", (*_values(count), run_id, fence)).rowcount
    return bool(rows)


def over(
    connection: sqlite3.Connection,
    run_id: int,
    fence: int,
    verdict: Verdict,
    at: int,
    code: int | None,
    count: Count,
    start: Start | None = None,
) -> bool:
    """starting or running -> a state that is final. `start` if it was not written before."""
    rows = connection.execute(
        "UPDATE run SET state = ?, reason = ?, error = ?, exit_code = ?, pid = NULL, finished_at = ?,"
        f" started_at = ifnull(started_at, ?), {_COUNTS} WHERE {_HELD}",
        (
            *(verdict.state, verdict.reason, verdict.error, code, at, start.at if start else None),
            *(*_values(count), run_id, fence),
        ),
    ).rowcount
    if rows:
        _end_attempt(connection, run_id, fence, verdict, at, code, start)
        firing.finished(connection, run_id, at)
    return bool(rows)


def again(
    connection: sqlite3.Connection,
    run_id: int,
    fence: int,
    verdict: Verdict,
    at: int,
    code: int | None,
    count: Count,
    start: Start | None,
    available_at: int,
    reason: str,
) -> bool:
    """A failed attempt of a run that has more of them: -> pending until `available_at`."""
    rows = connection.execute(
        "UPDATE run SET state = 'pending', reason = ?, error = ?, exit_code = ?, pid = NULL,"
        f" engine_id = NULL, available_at = ?, started_at = ifnull(started_at, ?), {_COUNTS} WHERE {_HELD}",
        (
            *(reason, verdict.error, code, available_at, start.at if start else None),
            *(*_values(count), run_id, fence),
        ),
    ).rowcount
    if rows:
        _end_attempt(connection, run_id, fence, verdict, at, code, start)
    return bool(rows)


def given_back(connection: sqlite3.Connection, run_id: int, fence: int) -> bool:
    """A claimed run that certainly never began: -> pending, and the attempt does not count."""
    rows = connection.execute(
        "UPDATE run SET state = 'pending', reason = NULL, pid = NULL, engine_id = NULL,"
        f" attempts = attempts - 1 WHERE {_HELD}",
        (run_id, fence),
    ).rowcount
    connection.execute("DELETE FROM attempt WHERE run_id = ? AND fence = ?", (run_id, fence))
    return bool(rows)


def dropped(connection: sqlite3.Connection, run_id: int, verdict: Verdict, at: int) -> bool:
    """pending -> a state that is final, without having been executed (again)."""
    rows = connection.execute(
        "UPDATE run SET state = ?, reason = ?, error = ifnull(?, error), finished_at = ?, fence = fence + 1"
        " WHERE id = ? AND state = 'pending'",
        (verdict.state, verdict.reason, verdict.error, at, run_id),
    ).rowcount
    if rows:
        firing.finished(connection, run_id, at)
    return bool(rows)


def _values(count: Count) -> tuple[int, int, int, int]:
    return count.lines, count.errors, count.dropped_lines, count.dropped_bytes


def _start_attempt(connection: sqlite3.Connection, run_id: int, fence: int, start: Start, state: RunState) -> None:
    connection.execute(
        "UPDATE attempt SET state = ?, pid = ?, pid_start = ?, started_at = ? WHERE run_id = ? AND fence = ?",
        (state, start.pid, start.pid_start, start.at, run_id, fence),
    )


def _end_attempt(
    connection: sqlite3.Connection,
    run_id: int,
    fence: int,
    verdict: Verdict,
    at: int,
    code: int | None,
    start: Start | None,
) -> None:
    pid, pid_start, began = (start.pid, start.pid_start, start.at) if start else (None, None, None)
    connection.execute(
        "UPDATE attempt SET state = ?, finished_at = ?, exit_code = ?, error = ?, pid = ifnull(?, pid),"
        " pid_start = ifnull(?, pid_start), started_at = ifnull(?, started_at)"
        " WHERE run_id = ? AND fence = ?",
        (verdict.state, at, code, verdict.error, pid, pid_start, began, run_id, fence),
    )
