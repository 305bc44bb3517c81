"""What the header shows. Every count stops at a limit, so that any store answers in a millisecond."""

from __future__ import annotations

import os
import sqlite3
from datetime import date
from zoneinfo import ZoneInfo

from store import settings
from store.enums import NodeState
from store.instants import SECOND, Instant, from_us
from store.reads.task_moments import Moment, Sql, moment_of
from store.values import Node, Pulse

MOST = 10_000
"""Counts stop here; a header shows `9,999+`."""

_SILENT = 15 * SECOND
_RECENT = 24 * 3600 * SECOND
_OPEN = "is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"


def pulse(connection: sqlite3.Connection, now: Instant, on: date | Moment | None = None) -> Pulse:
    """The engine that fires, and what runs, waits, is late or failed within a day of `now`.

    `on` says what is late: the moment of `now` (`engine.moments`), or its day in the store's zone, which is worked out
    if the caller knows neither.
    """
    if on is None:
        on = from_us(now).astimezone(ZoneInfo(settings.read(connection, "zone"))).date()
    moment = moment_of(on)
    return Pulse(
        engine=engine(connection, now),
        running=_count(connection, "run INDEXED BY run_active", "state IN ('starting', 'running')"),
        pending=_count(connection, "run INDEXED BY run_pending", "state = 'pending'"),
        late=_tasks(connection, moment.late()),
        due_today=_tasks(connection, moment.due_today()),
        failed=_failed(connection, now - _RECENT),
        attention=attention(connection),
    )


def attention(connection: sqlite3.Connection) -> int:
    """Workflows of which a step failed, or waits for what cannot come."""
    return _count(
        connection, "workflow INDEXED BY workflow_by_state", "state = 'needs attention' AND deleted_at IS NULL"
    )


def to_accept(connection: sqlite3.Connection) -> int:
    """Lines of the ledger that say what was missed or skipped, and that nobody has accepted."""
    return _count(
        connection,
        "occurrence INDEXED BY occurrence_to_accept",
        "state IN ('missed', 'skipped') AND accepted_at IS NULL",
    )


def acts_by(connection: sqlite3.Connection, until: int) -> bool:
    """Whether a trigger has anything to do up to then, microseconds UTC."""
    which = "state = 'waiting' AND due_at <= ? AND trigger_id IS NOT NULL"
    return connection.execute(f"SELECT 1 FROM pending_action WHERE {which} LIMIT 1", (until,)).fetchone() is not None


def engine(connection: sqlite3.Connection, now: Instant) -> Node | None:
    """The engine that fires; None if there is none, or if it is silent and its process is gone."""
    rows = connection.execute(
        "SELECT id, kind, host, pid, version, state, since, beat_at, words FROM node"
        " WHERE state = 'active' ORDER BY beat_at DESC LIMIT 1"
    ).fetchall()
    if not rows:
        return None
    node_id, kind, host, pid, version, state, since, beat_at, words = rows[0]
    if now - beat_at > _SILENT and _is_gone(host, pid):
        return None
    return Node(node_id, kind, host, pid, version, NodeState(state), Instant(since), Instant(beat_at), words)


def _is_gone(host: str, pid: int) -> bool:
    """Whether a process of this machine has ended; of another machine nothing is known."""
    if host != os.uname().nodename:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _tasks(connection: sqlite3.Connection, which: Sql) -> int:
    test, values = which
    return _count(connection, "task", f"{_OPEN} AND {test}", *values)


def _count(connection: sqlite3.Connection, table: str, which: str, *values: object) -> int:
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {which} LIMIT ?)"
    return int(connection.execute(query, (*values, MOST)).fetchone()[0])


def _failed(connection: sqlite3.Connection, since: int) -> int:
    """Runs that failed or were lost since then, looking at the newest thousand of each."""
    newest = "SELECT finished_at FROM run WHERE state = '{}' AND deleted_at IS NULL ORDER BY id DESC LIMIT 1000"
    rows = connection.execute(
        f"SELECT (SELECT count(*) FROM ({newest.format('failed')}) WHERE finished_at >= ?)"
        f" + (SELECT count(*) FROM ({newest.format('lost')}) WHERE finished_at >= ?)",
        (since, since),
    ).fetchall()
    return int(rows[0][0])
