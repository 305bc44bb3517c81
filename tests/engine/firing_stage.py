"""An engine by hand for tests: fire, take runs in hand, let them end, and look at the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from engine import claims, firing
from engine import closing as endings
from engine.rules.endings import Verdict
from store.connection import connect
from store.current import store_path
from store.database import transaction
from store.enums import RunState
from store.instants import from_us, to_us
from store.reads import schedules as reads
from store.values import Schedule
from tests.engine.stage import rows

NOTHING = endings.Count(0, 0, 0, 0)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction as an engine's pass has it, of the store at `path`, which is open."""
    assert path == store_path()
    with transaction() as connection:
        yield connection


def fire(path: Path, now: datetime, limit: int = firing.BATCH) -> firing.FireResult:
    with writing(path) as connection:
        return firing.fire_due(connection, to_us(now), limit)


def start(path: Path, now: datetime) -> list[int]:
    """Take all that may start in hand. Returns the runs."""
    with writing(path) as connection:
        return started(connection, now)


def started(connection: sqlite3.Connection, now: datetime) -> list[int]:
    taken = claims.claim(connection, "engine", to_us(now), to_us(now), 100).taken
    batch = endings.Batch()
    for claim in taken:
        batch.started((claim.run.run_id, claim.run.fence), endings.Start(7, 1, to_us(now)), NOTHING)
    batch.write(connection)
    return [claim.run.run_id for claim in taken]


def end(path: Path, run_id: int, now: datetime, state: RunState = RunState.SUCCEEDED) -> None:
    with writing(path) as connection:
        ended(connection, run_id, now, state)


def ended(
    connection: sqlite3.Connection,
    run_id: int,
    now: datetime,
    state: RunState = RunState.SUCCEEDED,
    again: datetime | None = None,
) -> None:
    """The run's attempt is over; `again`: when it is tried again."""
    fence = connection.execute("SELECT fence FROM run WHERE id = ?", (run_id,)).fetchone()[0]
    later = None if again is None else (to_us(again), "failed; another attempt follows")
    batch = endings.Batch()
    batch.ended((run_id, fence), Verdict(state), to_us(now), 0, NOTHING, None, later)
    batch.write(connection)


def ledger(path: Path) -> list[tuple[str, str, str | None]]:
    """(planned, state, reason), oldest first."""
    found = rows(path, "SELECT planned_at, state, reason FROM occurrence ORDER BY schedule_id, planned_at")
    return [(f"{from_us(planned):%m-%d %H:%M}", state, reason) for planned, state, reason in found]


def states(path: Path) -> list[tuple[str, str]]:
    return [(planned, state) for planned, state, _ in ledger(path)]


def planned(path: Path) -> list[str]:
    """When the runs that were made were planned for, in the order they were made."""
    return [f"{from_us(us):%m-%d %H:%M}" for (us,) in rows(path, "SELECT planned_at FROM run ORDER BY id")]


def one(path: Path, number: int = 1) -> Schedule:
    with closing(connect(path, read_only=True)) as connection:
        return reads.schedule(connection, number)


def next_at(path: Path, number: int = 1) -> str | None:
    us = one(path, number).next_at
    return None if us is None else f"{from_us(us):%Y-%m-%d %H:%M}"
