"""Taking pending runs in hand: oldest first, while places are free, and never beside an exclusive run.

An exclusive run starts only when nothing is active. While one waits, younger runs wait behind it: on a desk
that is never idle it would otherwise wait for ever. Runs of one schedule wait for one another unless its
overlap is `allow`. A run of a named slot waits for a place in it, and others pass it by.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine import closing, ledger, loglines
from engine.controllers import CONTROLLERS, Command, command_of, own
from engine.live import Live
from engine.rules.endings import Verdict
from engine.rules.loudness import ERROR
from engine.rules.slots import Holder, free_key, full, waiting_words
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
r.log_lines, r.log_errors, r.dropped_lines, r.dropped_bytes, r.schedule_id, s.overlap, r.not_after, r.log_backend,
r.slot, r.slot_places, r.backoff, r.backoff_limit
"""
_WAITING = f"""
SELECT {_COLUMNS} FROM run r INDEXED BY run_pending LEFT JOIN schedule s ON s.id = r.schedule_id
WHERE r.state = 'pending' AND r.available_at <= ?
  AND (s.id IS NULL OR s.overlap = 'allow' OR NOT EXISTS (
    SELECT 1 FROM run o INDEXED BY run_open_by_schedule WHERE o.schedule_id = r.schedule_id
      AND o.state IN ('pending', 'starting', 'running') AND o.state <> 'pending'))
  AND (r.slot IS NULL OR r.is_exclusive
    OR r.slot_places > ifnull((SELECT value FROM json_each(?) WHERE key = r.slot), 0))
ORDER BY r.available_at, r.id LIMIT ?
"""
_CLAIM = """
UPDATE run SET state = 'starting', fence = fence + 1, attempts = attempts + 1, engine_id = ?, reason = NULL,
  error = NULL, exit_code = NULL, idempotent = max(idempotent, ?), slot_key = ?
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
_MARK_SLOT = """
UPDATE run SET reason = ? WHERE id IN (
  SELECT id FROM run INDEXED BY run_waiting_for_slot
  WHERE state = 'pending' AND available_at <= ? AND slot = ? AND slot_places <= ?
  ORDER BY available_at, id LIMIT ?)
  AND reason IS NOT ?
"""
_UNMARK_SLOTS = """
UPDATE run INDEXED BY run_waiting_for_slot SET reason = NULL
WHERE state = 'pending' AND slot IS NOT NULL AND reason LIKE 'waiting: slot %'
  AND slot_places > ifnull((SELECT value FROM json_each(?) WHERE key = slot), 0)
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is marked starting, with what is to be started; `key` is its idempotency key."""

    run: Live
    command: Command
    key: str
    slot_key: str | None = None


@dataclass(slots=True)
class Claims:
    """What a pass took in hand. `refused` ended without having begun; `held`: an exclusive run makes others wait.

    `slots`: who holds places, by the name of the slot. `files`: those of a person's own controllers, if looked at.
    """

    taken: list[Claim] = field(default_factory=list)
    refused: int = 0
    held: bool = False
    slots: dict[str, list[Holder]] = field(default_factory=dict)
    files: own.Files | None = None

    @property
    def makes_wait(self) -> bool:
        """Whether a run that could begin otherwise may have to say what it waits for."""
        return self.held or bool(self.slots)


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
    slot: str | None
    slot_places: int
    backoff: int
    backoff_limit: int


def claim(connection: sqlite3.Connection, engine_id: str, now: int, due: int, places: int) -> Claims:
    """Mark starting what may start: of the runs available at `due`, so many that `places` are active at most.

    Inside the caller's transaction; nothing may be started before that is committed.
    """
    claims = Claims()
    active = connection.execute(
        "SELECT id, is_exclusive, slot, slot_key, slot_places FROM run INDEXED BY run_active"
        " WHERE state IN ('starting', 'running')"
    ).fetchall()
    for run_id, is_exclusive, slot, key, slot_places in active:
        claims.held = claims.held or bool(is_exclusive)
        if slot is not None:
            claims.slots.setdefault(slot, []).append(Holder(run_id, key or "", slot_places))
    free = places - len(active)
    while len(claims.taken) < free and not claims.held and claims.refused < REFUSALS:
        rows = _waiting(connection, claims, due, free - len(claims.taken))
        if not rows:
            break
        known = len(claims.taken)
        _taken(connection, claims, rows, now, len(active))
        _mark_starting(connection, claims, known, engine_id, now)
    if active and free <= 0 and not claims.held:
        claims.held = any(row.is_exclusive for row in _waiting(connection, claims, due, 1))
    return claims


def _waiting(connection: sqlite3.Connection, claims: Claims, due: int, limit: int) -> list[Pending]:
    taken = json.dumps(full(claims.slots)) if claims.slots else "{}"
    return [Pending(*row) for row in connection.execute(_WAITING, (due, taken, limit)).fetchall()]


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
        _expire(connection, run_id, now)
    return len(rows)


def _expire(connection: sqlite3.Connection, run_id: int, now: int) -> None:
    ledger.expired(connection, run_id, now)
    closing.dropped(connection, run_id, EXPIRED, now)


def mark_waiting(connection: sqlite3.Connection, now: int, claims: Claims) -> None:
    """Let waiting runs say which exclusive run or slot they wait for, or say so no longer."""
    if claims.held:
        connection.execute(_MARK, (EXCLUSIVE, now, _MARKED, EXCLUSIVE))
        return
    connection.execute("UPDATE run SET reason = NULL WHERE state = 'pending' AND reason = ?", (EXCLUSIVE,))
    taken = full(claims.slots)
    for name, places in taken.items():
        words = waiting_words(name, claims.slots[name])
        connection.execute(_MARK_SLOT, (words, now, name, places, _MARKED, words))
    connection.execute(_UNMARK_SLOTS, (json.dumps(taken),))


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
        key = None if row.slot is None else free_key(row.slot, row.slot_places, claims.slots.get(row.slot, ()))
        if row.slot is not None and key is None:
            continue
        claim = _claimed(connection, claims, row, now, key)
        if claim is None:
            claims.refused += 1
            continue
        claims.taken.append(claim)
        if row.slot is not None and key is not None:
            claims.slots.setdefault(row.slot, []).append(Holder(row.id, key, row.slot_places))
        if row.schedule_id is not None and row.overlap != Overlap.ALLOW:
            schedules.add(row.schedule_id)
        if row.is_exclusive:
            claims.held = True
            return


def _claimed(
    connection: sqlite3.Connection, claims: Claims, row: Pending, now: int, slot_key: str | None
) -> Claim | None:
    """The claim to be marked, None if the run can never be started: then it is over and says why."""
    if row.attempts == 0 and row.not_after is not None and row.not_after <= now:
        _expire(connection, row.id, now)
        return None
    try:
        command = _command(row.controller, row.params, claims)
    except ValueError as fault:
        loglines.append(connection, row.id, row.attempts, now, f"end  failed: {fault}", ERROR)
        closing.dropped(connection, row.id, Verdict(RunState.FAILED, str(fault), str(fault)), now)
        return None
    run = Live(
        row.id, row.fence + 1, row.attempts + 1, row.max_attempts, row.timeout, command.text,
        row.lines, row.errors, row.dropped_lines, row.dropped_bytes, row.log_backend,
        backoff=row.backoff, backoff_limit=row.backoff_limit,
    )  # fmt: skip
    return Claim(run, command, row.dedupe_key or f"run:{row.id}", slot_key)


def _command(controller: str, params: str, claims: Claims) -> Command:
    """A controller of a person's own may have changed since the last claim."""
    if controller in CONTROLLERS:
        return _same(controller, params, ())
    if claims.files is None:
        claims.files = own.files()
    return _same(controller, params, claims.files)


@functools.lru_cache(maxsize=1024)
def _same(controller: str, params: str, files: own.Files) -> Command:
    """Schedules ask for the same again and again."""
    return command_of(controller, json.loads(params))


def _mark_starting(connection: sqlite3.Connection, claims: Claims, known: int, engine_id: str, now: int) -> None:
    """Mark those taken after the first `known`; whose place in a slot is held after all waits on."""
    plain = [claim for claim in claims.taken[known:] if claim.slot_key is None]
    taken = plain + [
        claim for claim in claims.taken[known:] if claim.slot_key and _has_place(connection, claims, claim, engine_id)
    ]
    claimed = connection.executemany(_CLAIM, [_marked(claim, engine_id) for claim in plain])
    if plain and claimed.rowcount != len(plain):
        raise RuntimeError("a run was claimed that does not wait")
    claims.taken[known:] = sorted(taken, key=lambda claim: claims.taken.index(claim))
    runs = [claim.run for claim in taken]
    connection.executemany(_ATTEMPT, [(run.run_id, run.attempt, run.fence, engine_id, now) for run in runs])


def _has_place(connection: sqlite3.Connection, claims: Claims, claim: Claim, engine_id: str) -> bool:
    """Mark a run starting that holds a key. The index has the last word: it may know a holder that was not seen."""
    try:
        return connection.execute(_CLAIM, _marked(claim, engine_id)).rowcount == 1
    except sqlite3.IntegrityError:
        key = str(claim.slot_key)
        holder = connection.execute(
            "SELECT id FROM run WHERE slot_key = ? AND state IN ('starting', 'running')", (key,)
        ).fetchone()
        claims.slots[key.rpartition("#")[0]] = [Holder(holder[0] if holder else 0, key, 1)]
        return False


def _marked(claim: Claim, engine_id: str) -> tuple[object, ...]:
    run = claim.run
    return engine_id, claim.command.is_idempotent, claim.slot_key, run.run_id, run.fence - 1
