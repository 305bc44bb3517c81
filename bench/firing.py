"""How long firing takes: 10,000 schedules, of which 166, 1,000 or all are due at once (goals 11 and 12).

    python bench/firing.py [rounds]

Each round is on a store of its own, one transaction for each batch, committed with synchronous FULL. `bare` is the
floor measured in the same round: the same rows written by executemany into the same tables, without a rule. `armed`
is what an engine needs at start before it can sleep: the next due instant.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from engine import firing, timing
from store import journal
from store.connection import connect
from store.instants import SECOND, to_us
from store.opening import open_store

SCHEDULES = 10_000
DUE = (166, 1_000, 10_000)
NOW = to_us(datetime(2025, 6, 2, 10, tzinfo=UTC))
SPECS = ("cron: */5 * * * *", "daily 10:00", "weekly mon 10:00", "cron: 0 10 * * 1-5")


def fill(path: Path, due: int) -> None:
    """`due` schedules are due now, the rest an hour later."""
    rows = [
        (
            f"job {number:05}", SPECS[number % len(SPECS)], "Europe/Paris" if number % 2 else "UTC",
            json.dumps({"command": "true"}), NOW - (60 + number) * SECOND,
            NOW if number < due else NOW + 3600 * SECOND,
        )
        for number in range(SCHEDULES)
    ]  # fmt: skip
    with closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        journal.begin(connection, NOW, journal.ENGINE, "bench")
        connection.executemany(
            "INSERT INTO schedule (name, spec, zone, controller, params, anchor_at, created_at, cursor_at, next_at)"
            " VALUES (?, replace(?, '10', iif(?3 = 'UTC', '10', '12')), ?3, 'shell', ?4, ?5, ?5, ?6 - 1, ?6)",
            rows,
        )
        connection.execute("COMMIT")


def fired(connection: sqlite3.Connection, due: int) -> float:
    """Seconds until everything due is committed, cold: no rule was parsed before."""
    began = time.perf_counter()
    made = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        result = firing.fire_due(connection, NOW)
        connection.execute("COMMIT")
        made += result.fired
        if result.next_at is None or result.next_at > NOW:
            break
    taken = time.perf_counter() - began
    assert made == due, (made, due)
    return taken


def bare(connection: sqlite3.Connection, due: int) -> float:
    """Seconds for the same rows without a rule."""
    numbers = [(number, f"b:{number}") for number in range(1, due + 1)]
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "UPDATE schedule SET cursor_at = cursor_at + 1, next_at = next_at + 1, last_run = 0 WHERE id = ?1 AND ?2 = ?2",
        numbers,
    )
    connection.executemany(
        "INSERT INTO run (dedupe_key, name, schedule_id, controller, available_at, created_at)"
        " VALUES (?2, 'job', ?1, 'shell', 0, 0)",
        numbers,
    )
    connection.executemany(
        "INSERT INTO occurrence (schedule_id, planned_at, state, decided_at, run_id)"
        " VALUES (?1, 1, 'fired', 0, (SELECT id FROM run WHERE dedupe_key = ?2))",
        numbers,
    )
    connection.execute("COMMIT")
    return time.perf_counter() - began


def armed(path: Path) -> float:
    """Seconds from nothing until the next due instant is known."""
    began = time.perf_counter()
    with closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        firing.fire_due(connection, NOW - 3600 * SECOND)
        connection.execute("COMMIT")
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Medians of `rounds` rounds, with the spread."""
    for due in DUE:
        ours, floor, arming = [], [], []
        for _ in range(rounds):
            timing._spec_rule.cache_clear()
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "bench.db"
                open_store(path)
                fill(path, due)
                arming.append(armed(path))
                with closing(connect(path)) as connection:
                    ours.append(fired(connection, due))
                    floor.append(bare(connection, due))
        ratio = statistics.median(ours) / statistics.median(floor)
        print(
            f"{due:6,} of {SCHEDULES:,} due: fired {_ms(ours)}, bare rows {_ms(floor)}, ratio {ratio:.2f};"
            f" armed {_ms(arming)}"
        )


def _ms(taken: list[float]) -> str:
    return f"{statistics.median(taken) * 1000:.1f} ms (up to {max(taken) * 1000:.1f})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
