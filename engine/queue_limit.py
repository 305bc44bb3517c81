"""The end of the queue: beyond ten thousand open runs nobody gets another one, and every refusal is counted.

Without it a schedule that fires faster than its runs end would fill the disk before anybody looks.
"""

from __future__ import annotations

import sqlite3

from engine import metrics, telling
from engine.rules.alerts import Severity
from store.errors import QueueFull
from store.instants import from_us

MOST = 10_000
"""Runs that wait or are at work."""
WORDS = f"queue full: {MOST:,} runs wait already"


def room(connection: sqlite3.Connection) -> int:
    """How many more runs may be made."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM run INDEXED BY run_pending WHERE state = 'pending' LIMIT ?))"
        " + (SELECT count(*) FROM run INDEXED BY run_active WHERE state IN ('starting', 'running'))",
        (MOST,),
    ).fetchone()
    return max(0, MOST - int(row[0]))


def admit(connection: sqlite3.Connection) -> None:
    """Before a run is made that a person asked for. Raises QueueFull, which the operation counts."""
    if not room(connection):
        raise QueueFull(f"The {WORDS}; cancel some, or wait until they have run.")


def refused(connection: sqlite3.Connection, many: int, now: int) -> None:
    """So many were refused at `now`, microseconds UTC: count them, and tell people once a day."""
    metrics.refused(connection, many)
    telling.tell(
        connection,
        f"queue:{from_us(now):%Y-%m-%d}",
        now,
        Severity.URGENT,
        "queue",
        "The queue of runs is full",
        f"{MOST:,} runs wait; what is planned meanwhile is skipped. See Runs for what they wait for.",
    )
