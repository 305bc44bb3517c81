"""Firing: due occurrences become runs and ledger lines, each exactly once, whoever else tries.

Two guards, either of which would do: the schedule's cursor moves by compare-and-set, and a run's key is
unique. The cursor never goes back, so a clock that does fires nothing again. What a schedule does wrong is
marked on it alone, and the others go on.
"""

from __future__ import annotations

import functools
import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine import ledger, queue_limit
from engine.ledger import COLUMNS, Line, Standing
from engine.rules.errors import BadValue, shown
from engine.rules.missed import Catchup, Decision, Gap, Pause, Verdict, decide
from engine.rules.overlap import Entry, OpenRun, admitted, enter
from engine.rules.windows import SPREAD_SECONDS, offset_of, window
from store import journal, settings
from store.enums import FINAL, AfterExecution, Cause, Missed, OccurrenceState, Overlap, RunState
from store.instants import from_us, to_us

BATCH = 500
"""Schedules of one transaction: others wait for its end, and whoever calls may call again at once."""

_DUE = f"""
SELECT {COLUMNS} FROM schedule
WHERE next_at <= ? AND next_at IS NOT NULL AND deleted_at IS NULL AND action = 'run'
  AND is_enabled = 1 AND error IS NULL
  AND (pause_reason IS NULL OR paused_until <= ?)
ORDER BY next_at, id LIMIT ?
"""
_NEXT = """
SELECT next_at FROM schedule
WHERE next_at IS NOT NULL AND deleted_at IS NULL AND action = 'run' AND is_enabled = 1 AND error IS NULL
  AND (pause_reason IS NULL OR paused_until IS NOT NULL)
ORDER BY next_at LIMIT 1
"""
_OPEN = """
SELECT schedule_id, id, state, attempts = 0 AND not_after <= ? FROM run
WHERE state IN ('pending', 'starting', 'running') AND schedule_id IN (SELECT value FROM json_each(?))
ORDER BY id
"""
_MOVE = """
UPDATE schedule SET cursor_at = ?, next_at = ?, last_run = ifnull(?, last_run)
WHERE id = ? AND cursor_at = ? AND rev = ?
"""
_RUN = """
INSERT INTO run (dedupe_key, name, schedule_id, planned_at, controller, params, category, is_exclusive,
                 timeout, max_attempts, available_at, not_after, created_at, log_backend, slot, slot_places,
                 backoff, backoff_limit)
VALUES (?, ?, ?, ?, ?, ?, 'system', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dedupe_key) DO NOTHING
"""
_DROP = """
UPDATE run SET state = 'cancelled', reason = ?, finished_at = ?, fence = fence + 1 WHERE id = ? AND state = 'pending'
"""
_CANCEL = """
UPDATE run SET cancel_requested_at = ? WHERE id = ? AND cancel_requested_at IS NULL
  AND state IN ('starting', 'running')
"""


@dataclass(frozen=True, slots=True)
class FireResult:
    """Runs that were made, and when the next occurrence is due (at once, if that is not after now)."""

    fired: int
    next_at: int | None


@dataclass(slots=True)
class _Batch:
    """Rows to be written together."""

    now: int
    backend: str
    gap: Gap | None
    runs: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    expired: list[int] = field(default_factory=list)
    dropped: list[tuple[str, int, int]] = field(default_factory=list)
    cancelled: list[tuple[int, int]] = field(default_factory=list)
    resumed: list[Standing] = field(default_factory=list)
    room: int | None = None


def fire_due(connection: sqlite3.Connection, now_us: int, limit: int = BATCH, gap: Gap | None = None) -> FireResult:
    """Decide every occurrence that is due at `now_us`, of at most `limit` schedules.

    `gap` is the time before it in which nothing was fired, if there was one. Works inside the transaction that the
    caller has begun, IMMEDIATE. Calling it again changes nothing.
    """
    rows = connection.execute(_DUE, (now_us, now_us, limit)).fetchall()
    fired = fire_these(connection, [Standing(*row) for row in rows], now_us, gap) if rows else 0
    return FireResult(fired, next_due(connection))


def next_due(connection: sqlite3.Connection) -> int | None:
    """When the next occurrence of any schedule is due, microseconds UTC."""
    row = connection.execute(_NEXT).fetchone()
    return None if row is None else int(row[0])


def settle(connection: sqlite3.Connection, schedule_id: int, now_us: int) -> None:
    """Decide all that is due of one schedule by the definition as it stands, before it is changed."""
    schedule = ledger.standing(connection, schedule_id)
    if schedule.error is not None:
        ledger.close(connection, schedule, now_us, OccurrenceState.MISSED, "", Cause.DOWN)
    elif not schedule.is_enabled:
        words = ledger.off_words(connection, schedule_id)
        ledger.close(connection, schedule, now_us, OccurrenceState.SKIPPED, words, Cause.OFF)
    elif schedule.pause_reason is not None and (schedule.paused_until or now_us + 1) > now_us:
        words = ledger.pause_words(connection, schedule_id, schedule.pause_reason)
        ledger.close(connection, schedule, now_us, OccurrenceState.SKIPPED, words, Cause.PAUSED)
    elif schedule.next_at is not None and schedule.next_at <= now_us:
        gap = ledger.silence(connection, schedule.next_at, now_us)
        fire_these(connection, [schedule], now_us, gap, is_engine=False)


def finished(connection: sqlite3.Connection, run_id: int, now_us: int) -> None:
    """A run has ended: if it was the planned run of a one-off, its `after_execution` happens now.

    A one-off that was given a new moment meanwhile is left alone.
    """
    row = connection.execute(
        "SELECT s.id, s.name, s.after_execution, r.state FROM run r JOIN schedule s ON s.id = r.schedule_id"
        " WHERE r.id = ? AND r.planned_at IS NOT NULL AND s.is_recurring = 0 AND s.next_at IS NULL"
        " AND s.deleted_at IS NULL AND s.is_enabled = 1",
        (run_id,),
    ).fetchone()
    if row is None or row[3] not in FINAL or row[2] == AfterExecution.KEEP:
        return
    schedule_id, name, after = row[:3]
    what = "is_enabled = 0" if after == AfterExecution.DISABLE else "deleted_at = :now"
    act = journal.begin(connection, now_us, journal.ENGINE, "schedule end")
    values = {"id": schedule_id, "now": now_us}
    connection.execute(f"UPDATE schedule SET {what}, rev = rev + 1 WHERE id = :id", values)
    done = "switched off" if after == AfterExecution.DISABLE else "deleted"
    journal.describe(connection, act, f"{done} after its run: schedule {shown(name)}")


def fire_these(
    connection: sqlite3.Connection,
    due: Sequence[Standing],
    now_us: int,
    gap: Gap | None = None,
    *,
    is_engine: bool = True,
) -> int:
    """Decide what is due of these, as they were read; returns how many runs were made.

    One that was fired or edited since it was read is left alone. Without `is_engine` what the journal keeps belongs
    to the running act.
    """
    batch = _Batch(now_us, str(settings.read(connection, "task_log_storage_backend")), gap)
    opened = _open_runs(connection, due, batch)
    for schedule in due:
        try:
            decision = _decided(connection, schedule, batch)
        except Exception as fault:
            why = str(fault) if isinstance(fault, BadValue) else f"{type(fault).__name__}: {fault}"
            ledger.quarantine(connection, schedule, why)
            continue
        entry = enter(Overlap(schedule.overlap), opened.get(schedule.id, ()))
        verdicts = admitted(decision.verdicts, entry)
        verdicts = _within_queue(connection, batch, verdicts)
        fired = [verdict for verdict in verdicts if verdict.state is OccurrenceState.FIRED]
        if not _move(connection, schedule, decision, now_us if fired else None):
            continue
        if fired:
            _ask_to_end(batch, entry.cancels, opened.get(schedule.id, ()), fired[0])
        _take(batch, schedule, decision, verdicts)
    if batch.resumed:
        _resume(connection, batch, is_engine)
    return _written(connection, batch)


def _within_queue(connection: sqlite3.Connection, batch: _Batch, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts, those that would fire beyond the end of the queue skipped."""
    wanted = sum(verdict.state is OccurrenceState.FIRED for verdict in verdicts)
    if not wanted:
        return verdicts
    if batch.room is None:
        batch.room = queue_limit.room(connection)
    if wanted > batch.room:
        queue_limit.refused(connection, wanted - batch.room, batch.now)
        verdicts = admitted(verdicts, Entry(batch.room, queue_limit.WORDS, cause=Cause.QUEUE))
        wanted = batch.room
    batch.room -= wanted
    return verdicts


def _decided(connection: sqlite3.Connection, schedule: Standing, batch: _Batch) -> Decision:
    lateness = schedule.max_lateness
    catchup = Catchup(
        Missed(schedule.missed),
        schedule.missed_limit,
        None if lateness is None else timedelta(seconds=lateness),
    )
    pause = None
    if schedule.paused_until is not None and schedule.pause_reason is not None:
        words = ledger.pause_words(connection, schedule.id, schedule.pause_reason)
        pause = Pause(from_us(schedule.paused_until), words)
    cursor, now = from_us(schedule.cursor_at), from_us(batch.now)
    decision = decide(schedule.rule(connection), cursor, now, catchup, pause, batch.gap)
    if decision.next is not None and decision.next <= decision.cursor:
        raise BadValue("the rule gave a next time that is not later than the last one")
    return decision


def _move(connection: sqlite3.Connection, schedule: Standing, decision: Decision, last_run: int | None) -> bool:
    """Compare-and-set of the cursor. False: somebody else was here, or the schedule was edited."""
    cursor = max(to_us(decision.cursor), schedule.cursor_at)
    next_at = None if decision.next is None else to_us(decision.next)
    moved = connection.execute(_MOVE, (cursor, next_at, last_run, schedule.id, schedule.cursor_at, schedule.rev))
    return moved.rowcount == 1


def _take(batch: _Batch, schedule: Standing, decision: Decision, verdicts: Sequence[Verdict]) -> None:
    """Collect the rows of one schedule."""
    may_wait = schedule.missed == Missed.RUN_ALL or schedule.overlap == Overlap.QUEUE
    following = None if decision.next is None else to_us(decision.next)
    for verdict in verdicts:
        line = ledger.line(schedule.id, verdict, batch.now)
        batch.lines.append(line)
        if verdict.state is OccurrenceState.FIRED:
            spread = schedule.jitter or SPREAD_SECONDS * (verdict.cause is Cause.ASLEEP)
            offset = offset_of(schedule.id, _host(), spread) if spread else 0
            when = window(line[1], batch.now, offset, schedule.start_window, following, may_wait=may_wait)
            batch.runs.append((
                line[7], schedule.name, schedule.id, line[1], schedule.controller, schedule.params,
                schedule.is_exclusive, schedule.timeout, 1 + schedule.max_retries, when.available_at,
                when.not_after, batch.now, batch.backend, schedule.slot, schedule.slot_places, schedule.backoff,
                schedule.backoff_limit,
            ))  # fmt: skip
    if schedule.pause_reason is not None:
        batch.resumed.append(schedule)


def _ask_to_end(batch: _Batch, cancels: Sequence[int], opened: Sequence[OpenRun], by: Verdict) -> None:
    """What waits is cancelled here and now; what runs is asked, as only its engine may end it."""
    for run in opened:
        if run.id in cancels:
            words = f"replaced by the run planned for {by.planned:%Y-%m-%d %H:%M} UTC"
            batch.dropped.append((words, batch.now, run.id))
            batch.cancelled.append((batch.now, run.id))


@functools.cache
def _host() -> str:
    return os.uname().nodename


def _written(connection: sqlite3.Connection, batch: _Batch) -> int:
    for run_id in batch.expired:
        ledger.expired(connection, run_id, batch.now)
        batch.dropped.append(("expired", batch.now, run_id))
    for words, now, run_id in batch.dropped:
        ledger.unbegun(connection, run_id, now, OccurrenceState.SKIPPED, Cause.OVERLAP, words)
    connection.executemany(_DROP, batch.dropped)
    connection.executemany(_CANCEL, batch.cancelled)
    made = connection.executemany(_RUN, batch.runs).rowcount if batch.runs else 0
    ledger.write(connection, batch.lines)
    return made


def _resume(connection: sqlite3.Connection, batch: _Batch, is_engine: bool) -> None:
    """Pauses that had an end are over."""
    if is_engine:
        names = ", ".join(shown(schedule.name) for schedule in batch.resumed[:5])
        act = journal.begin(connection, batch.now, journal.ENGINE, "schedule resume")
        journal.describe(connection, act, f"pause is over: {names}")
    connection.executemany(
        "UPDATE schedule SET pause_reason = NULL, paused_until = NULL, rev = rev + 1 WHERE id = ?",
        [(schedule.id,) for schedule in batch.resumed],
    )


def _open_runs(connection: sqlite3.Connection, due: Sequence[Standing], batch: _Batch) -> dict[int, list[OpenRun]]:
    """Open runs by schedule, oldest first. Those that wait beyond their window are cancelled, not counted."""
    ids = json.dumps([schedule.id for schedule in due])
    opened: dict[int, list[OpenRun]] = {}
    for schedule_id, run_id, state, expired in connection.execute(_OPEN, (batch.now, ids)).fetchall():
        if expired and state == RunState.PENDING:
            batch.expired.append(run_id)
        else:
            opened.setdefault(schedule_id, []).append(OpenRun(run_id, RunState(state)))
    return opened
