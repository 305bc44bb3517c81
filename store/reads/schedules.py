"""Schedules by name, and the ledger of what became of their occurrences."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from store.enums import (
    Action,
    AfterExecution,
    Cause,
    Missed,
    OccurrenceState,
    Overlap,
    RepeatAxis,
    Roll,
    RunState,
)
from store.errors import Refused
from store.instants import Instant
from store.reads.ledger import COLUMNS, occurrence_of
from store.values import Occurrence, Schedule

LAST = "\U0010ffff"
"""As `before`: behind every name."""

NOT_FIRED = (OccurrenceState.MERGED, OccurrenceState.SKIPPED, OccurrenceState.MISSED)

# The next time of a paused one is the end of the pause, when the engine must look again: not an occurrence.
_SELECT = """
SELECT s.id, s.name, s.description, s.spec, s.moment, s.repeat_axis, s.repeat_step, s.is_recurring, s.zone,
       s.anchor_at, s.start_at, s.end_at, s.max_count, s.excluded_dates, s.roll,
       (SELECT c.name FROM calendar c WHERE c.id = s.calendar_id), s.controller, s.params, s.timeout,
       s.max_retries, s.missed, s.missed_limit, s.max_lateness, s.start_window, s.jitter, s.overlap, s.is_exclusive,
       s.slot || CASE WHEN s.slot_places > 1 THEN ':' || s.slot_places ELSE '' END, s.backoff, s.backoff_limit,
       s.after_execution, s.is_enabled, s.pause_reason, s.paused_until, s.error, s.alerts, s.failures, s.expected_at,
       u.name,
       (SELECT json_array(r.id, r.pid) FROM run r WHERE r.schedule_id = s.id
          AND r.state IN ('pending', 'starting', 'running') AND r.state <> 'pending'
        ORDER BY r.id DESC LIMIT 1),
       s.cursor_at, CASE WHEN s.pause_reason IS NULL THEN s.next_at END, s.last_run,
       (SELECT r.state FROM run r WHERE r.schedule_id = s.id ORDER BY r.id DESC LIMIT 1),
       s.created_at, s.deleted_at, s.rev
FROM schedule s LEFT JOIN user u ON u.id = s.owner_id
"""
_LINES = f"""
{COLUMNS}
FROM occurrence o JOIN schedule s ON s.id = o.schedule_id LEFT JOIN user u ON u.id = o.accepted_by
"""


def schedule(connection: sqlite3.Connection, number: int) -> Schedule:
    """The schedule of that id, deleted ones too."""
    row = connection.execute(f"{_SELECT} WHERE s.id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no schedule {number}.")
    return _schedule(row)


def named(connection: sqlite3.Connection, name: str) -> Schedule | None:
    """The schedule of that name, if there is one that is not deleted."""
    row = connection.execute(f"{_SELECT} WHERE s.name = ? AND s.deleted_at IS NULL", (name,)).fetchone()
    return None if row is None else _schedule(row)


def page(
    connection: sqlite3.Connection,
    *,
    after: str | None = None,
    before: str | None = None,
    offset: int = 0,
    text: str = "",
    limit: int = 100,
) -> list[Schedule]:
    """Schedules of jobs by name: the first `limit`, those after a name, or the nearest before one (`LAST`: the end).

    `text` must be part of the name, whatever its case. `offset` is for far jumps only.
    """
    terms, values = ["s.deleted_at IS NULL AND s.action = 'run'"], list[Any]()
    if after is not None:
        terms, values = [*terms, "s.name > ?"], [*values, after]
    if before is not None:
        terms, values = [*terms, "s.name < ?"], [*values, before]
    if text:
        terms, values = [*terms, "instr(lower(s.name), lower(?)) > 0"], [*values, text]
    order = "ASC" if before is None else "DESC"
    rows = connection.execute(
        f"{_SELECT} WHERE {' AND '.join(terms)} ORDER BY s.name {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    found = [_schedule(row) for row in rows]
    return found if order == "ASC" else found[::-1]


def action(connection: sqlite3.Connection, number: int) -> Action:
    """What the schedule does when its time has come."""
    return Action(connection.execute("SELECT action FROM schedule WHERE id = ?", (number,)).fetchone()[0])


def next_due(connection: sqlite3.Connection, until: int, limit: int) -> list[Schedule]:
    """Schedules that will happen up to an instant (microseconds UTC), the next one first.

    Chosen before anything else is read of them: at nine in the morning a thousand may be due at once.
    """
    rows = connection.execute(
        f"{_SELECT} WHERE s.id IN (SELECT id FROM schedule WHERE next_at <= ? AND deleted_at IS NULL"
        " AND action = 'run' AND is_enabled AND pause_reason IS NULL ORDER BY next_at, name LIMIT ?)"
        " ORDER BY s.next_at, s.name",
        (until, limit),
    ).fetchall()
    return [_schedule(row) for row in rows]


def count(connection: sqlite3.Connection, text: str = "", most: int = 10_000) -> int:
    """How many schedules there are whose name holds `text`, counted up to `most`."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM schedule WHERE deleted_at IS NULL AND action = 'run'"
        " AND instr(lower(name), lower(?)) > 0 LIMIT ?)",
        (text, most),
    ).fetchone()
    return int(row[0])


def ledger(
    connection: sqlite3.Connection,
    schedule_id: int,
    *,
    states: Sequence[OccurrenceState] = (),
    cause: Cause | None = None,
    unaccepted: bool = False,
    before: int | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[Occurrence]:
    """Lines of one schedule, newest first: those planned before, or the nearest planned after, an instant.

    `unaccepted`: what was missed or skipped and nobody has said to have seen.
    """
    only = [("o.schedule_id = ?", schedule_id), *_only(states, cause, unaccepted)]
    return _lines(connection, "o.planned_at", only, before, after, limit)


def ledger_of_all(
    connection: sqlite3.Connection,
    *,
    states: Sequence[OccurrenceState] = (),
    cause: Cause | None = None,
    unaccepted: bool = False,
    before: int | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[Occurrence]:
    """Lines of every schedule in the order they were decided, newest first; `before` and `after` are ids."""
    return _lines(connection, "o.id", _only(states, cause, unaccepted), before, after, limit)


def to_accept(
    connection: sqlite3.Connection,
    *,
    schedule_id: int | None,
    until: int,
    cause: Cause | None,
    ids: Sequence[int] | None,
) -> list[int]:
    """Ids of the lines that nobody has accepted and that lie before `until` as a whole, newest first."""
    terms = [("ifnull(o.until_at, o.planned_at) <= ?", until), *_only((), cause, unaccepted=True)]
    if schedule_id is not None:
        terms.append(("o.schedule_id = ?", schedule_id))
    if ids is not None:
        terms.append(("o.id IN (SELECT value FROM json_each(?))", json.dumps(list(ids))))
    where = " AND ".join(term for term, _ in terms)
    rows = connection.execute(
        f"SELECT o.id FROM occurrence o WHERE {where} ORDER BY o.planned_at DESC, o.id",
        tuple(value for _, value in terms),
    ).fetchall()
    return [int(row[0]) for row in rows]


def lines(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Occurrence]:
    """The lines of these ids, newest first."""
    rows = connection.execute(
        f"{_LINES} WHERE o.id IN (SELECT value FROM json_each(?)) ORDER BY o.planned_at DESC, o.id",
        (json.dumps(list(ids)),),
    ).fetchall()
    return [occurrence_of(row) for row in rows]


Terms = list[tuple[str, Any]]
"""Conditions, each with its one value."""


def _only(states: Sequence[OccurrenceState], cause: Cause | None, unaccepted: bool) -> Terms:
    terms: Terms = []
    if states:
        terms.append(("o.state IN (SELECT value FROM json_each(?))", json.dumps(states)))
    if cause is not None:
        terms.append(("o.cause = ?", cause))
    if unaccepted:
        terms.append(("o.state IN ('missed', 'skipped') AND o.accepted_at IS ?", None))
    return terms


def _lines(
    connection: sqlite3.Connection, key: str, terms: Terms, before: int | None, after: int | None, limit: int
) -> list[Occurrence]:
    """One walk down the index that orders by `key`."""
    if before is not None:
        terms = [*terms, (f"{key} < ?", before)]
    if after is not None:
        terms = [*terms, (f"{key} > ?", after)]
    where = [term for term, _ in terms] or ["1"]
    order = "DESC" if after is None else "ASC"
    rows = connection.execute(
        f"{_LINES} WHERE {' AND '.join(where)} ORDER BY {key} {order} LIMIT ?",
        (*(value for _, value in terms), limit),
    ).fetchall()
    found = [occurrence_of(row) for row in rows]
    return found if order == "DESC" else found[::-1]


def _schedule(row: Sequence[Any]) -> Schedule:
    (
        number, name, description, spec, moment, repeat_axis, repeat_step, is_recurring, zone, anchor_at,
        start_at, end_at, max_count, excluded_dates, roll, calendar, controller, params, timeout, max_retries, missed,
        missed_limit, max_lateness, start_window, jitter, overlap, is_exclusive, slot, backoff, backoff_limit,
        after_execution, is_enabled, pause_reason, paused_until, error, alerts, failures, expected_at, owner, active,
        cursor_at, next_at, last_run, last_state, created_at, deleted_at, rev,
    ) = row  # fmt: skip
    return Schedule(
        number, name, description, spec, _at(moment), RepeatAxis(repeat_axis) if repeat_axis else None,
        repeat_step, bool(is_recurring), zone, Instant(anchor_at), _at(start_at), _at(end_at), max_count,
        tuple(date.fromisoformat(day) for day in json.loads(excluded_dates)), Roll(roll), calendar,
        controller, json.loads(params),
        timeout, max_retries, Missed(missed), missed_limit, max_lateness, start_window, jitter, Overlap(overlap),
        bool(is_exclusive), slot, backoff, backoff_limit, AfterExecution(after_execution), bool(is_enabled),
        pause_reason, _at(paused_until), error, json.loads(alerts), failures, _at(expected_at), owner,
        "running" if active else "idle",
        json.loads(active)[1] if active else None, Instant(cursor_at), _at(next_at), _at(last_run),
        RunState(last_state) if last_state else None, Instant(created_at), _at(deleted_at), rev,
    )  # fmt: skip


def _at(us: int | None) -> Instant | None:
    return None if us is None else Instant(us)
