"""Taking pending runs in hand: oldest first, while places are free, and never beside an exclusive run.

An exclusive run starts only when nothing is active. While one waits, younger runs wait behind it: on a desk
that is never idle it would otherwise wait for ever. Runs of one schedule wait for one another unless its
overlap is `allow`.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine import closing, loglines
from engine.controllers import Command, command_of
from engine.live import Live
from engine.rules.endings import Verdict
from engine.rules.loudness import ERROR
from store.enums import Overlap, RunState

EXCLUSIVE = "waiting: exclusive"
EXPIRED = Verdict(RunState.CANCELLED, "expired")
_MARKED = 500
"""Rows that are told so at once; who is further behind waits for many things."""
REFUSALS = 200
"""Runs that can never begin, ended in one transaction."""

# Indexes are named: without statistics SQLite prefers the one of states, and reads all that waits to find the oldest.
_COLUMNS = """
r.id, r.fence, r.controller, r.params, r.timeout, r.attempts, r.max_attempts, r.is_exclusive, r.dedupe_key,
r.log_lines, r.log_errors, r.dropped_lines, r.dropped_bytes, r.schedule_id, s.overlap, r.not_after, r.log_backend
"""
_WAITING = f"""
SELECT {_COLUMNS} FROM run r INDEXED BY run_pending LEFT JOIN schedule s ON s.id = r.schedule_id
WHERE r.state = 'pending' AND r.available_at <= ?
  AND (s.id IS NULL OR s.overlap = 'allow' OR NOT EXISTS (
    SELECT 1 FROM run o INDEXED BY run_open_by_schedule WHERE o.schedule_id = r.schedule_id
      AND o.state IN ('pending', 'starting', 'running') AND o.state <> 'pending'))
ORDER BY r.available_at, r.id LIMIT ?
"""
_CLAIM = """
UPDATE run SET state = 'starting', fence = fence + 1, attempts = attempts + 1, engine_id = ?, reason = NULL,
  error = NULL, exit_code = NULL
WHERE id = ? AND fence = ? AND state = 'pending'
"""
_ATTEMPT = """
INSERT INTO attempt (run_id, number, fence, engine_id, state, claimed_at) VALUES (?, ?, ?, ?, 'starting', ?)
"""
_MARK = """
UPDATE run SET reason = ? WHERE id IN (
  SELECT id FROM run INDEXED BY run_pending WHERE state = 'pending' AND available_at <= ?
  ORDER BY available_at, id LIMIT ?)
  AND reason IS NOT ?
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is marked starting, with what is to be started; `key` is its idempotency key."""

    run: Live
    command: Command
    key: str


@dataclass(slots=True)
class Claims:
    """What a pass took in hand. `refused` ended without having begun; `held`: an exclusive run makes others wait."""

    taken: list[Claim] = field(default_factory=list)
    refused: int = 0
    held: bool = False


class Pending(NamedTuple):
    """A row that waits, in the order of `_COLUMNS`."""

    id: int
    fence: int
    controller: str
    params: str
    timeout: int
    attempts: int
    max_attempts: int
    is_exclusive: int
    dedupe_key: str | None
    lines: int
    errors: int
    dropped_lines: int
    dropped_bytes: int
    schedule_id: int | None
    overlap: str | None
    not_after: int | None
    log_backend: str


def claim(connection: sqlite3.Connection, engine_id: str, now: int, due: int, places: int) -> Claims:
    """Mark starting what may start: of the runs available at `due`, so many that `places` are active at most.

    Inside the caller's transaction; nothing may be started before that is committed.
    """
    claims = Claims()
    active, exclusive = connection.execute(
        "SELECT count(*), ifnull(max(is_exclusive), 0) FROM run INDEXED BY run_active"
        " WHERE state IN ('starting', 'running')"
    ).fetchone()
    free = places - active
    claims.held = bool(exclusive)
    while len(claims.taken) < free and not claims.held and claims.refused < REFUSALS:
        rows = connection.execute(_WAITING, (due, free - len(claims.taken))).fetchall()
        if not rows:
            break
        known = len(claims.taken)
        _taken(connection, claims, [Pending(*row) for row in rows], now, active)
        _mark_starting(connection, claims.taken[known:], engine_id, now)
    return claims


def first_expiry(connection: sqlite3.Connection) -> int | None:
    """When the first window of a run that has not begun ends. Reads all that waits: not for every pass."""
    rows = connection.execute(
        "SELECT min(not_after) FROM run WHERE state = 'pending' AND attempts = 0 AND not_after IS NOT NULL"
    ).fetchall()
    return None if rows[0][0] is None else int(rows[0][0])


def expire(connection: sqlite3.Connection, now: int) -> int:
    """Cancel what has waited beyond its window without ever having begun; how many."""
    rows = connection.execute(
        "SELECT id FROM run WHERE state = 'pending' AND attempts = 0 AND not_after <= ?", (now,)
    ).fetchall()
    for (run_id,) in rows:
        closing.dropped(connection, run_id, EXPIRED, now)
    return len(rows)


def mark_waiting(connection: sqlite3.Connection, now: int, is_held: bool) -> None:
    """Let waiting runs say that it is an exclusive run they wait for, or say so no longer."""
    if is_held:
        connection.execute(_MARK, (EXCLUSIVE, now, _MARKED, EXCLUSIVE))
    else:
        connection.execute("UPDATE run SET reason = NULL WHERE state = 'pending' AND reason = ?", (EXCLUSIVE,))


def _taken(connection: sqlite3.Connection, claims: Claims, waiting: Iterable[Pending], now: int, busy: int) -> None:
    """Of the rows, oldest first, those that may begin while `busy` runs are active.

    The first row always comes to something, so that asking again comes to an end.
    """
    schedules = set[int]()
    for row in waiting:
        if row.schedule_id in schedules:
            continue
        if row.is_exclusive and (busy or claims.taken):
            claims.held = True
            return
        claim = _claimed(connection, row, now)
        if claim is None:
            claims.refused += 1
            continue
        claims.taken.append(claim)
        if row.schedule_id is not None and row.overlap != Overlap.ALLOW:
            schedules.add(row.schedule_id)
        if row.is_exclusive:
            claims.held = True
            return


def _claimed(connection: sqlite3.Connection, row: Pending, now: int) -> Claim | None:
    """The claim to be marked, None if the run can never be started: then it is over and says why."""
    if row.attempts == 0 and row.not_after is not None and row.not_after <= now:
        closing.dropped(connection, row.id, EXPIRED, now)
        return None
    try:
        command = _command(row.controller, row.params)
    except ValueError as fault:
        loglines.append(connection, row.id, row.attempts, now, f"end  failed: {fault}", ERROR)
        closing.dropped(connection, row.id, Verdict(RunState.FAILED, str(fault), str(fault)), now)
        return None
    run = Live(
        row.id, row.fence + 1, row.attempts + 1, row.max_attempts, row.timeout, command.text,
        row.lines, row.errors, row.dropped_lines, row.dropped_bytes, row.log_backend,
    )  # fmt: skip
    return Claim(run, command, row.dedupe_key or f"run:{row.id}")


@functools.lru_cache(maxsize=1024)
def _command(controller: str, params: str) -> Command:
    """Schedules ask for the same again and again."""
    return command_of(controller, json.loads(params))


def _mark_starting(connection: sqlite3.Connection, taken: Iterable[Claim], engine_id: str, now: int) -> None:
    runs = [claim.run for claim in taken]
    claimed = connection.executemany(_CLAIM, [(engine_id, run.run_id, run.fence - 1) for run in runs])
    if runs and claimed.rowcount != len(runs):
        raise RuntimeError("a run was claimed that does not wait")
    connection.executemany(_ATTEMPT, [(run.run_id, run.attempt, run.fence, engine_id, now) for run in runs])
