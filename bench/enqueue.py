"""Asking for runs (goal 7): one by one with a durable commit each, and many in one transaction.

    python bench/enqueue.py [rounds]

Against raw SQL that writes the same rows into the same tables in the same way, in turns; where PEERS names a python
that has Huey, against that too (as it comes: SQLite with its own settings).
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from beside import PEERS, peer

from engine.requests import request
from store import current
from store.connection import connect
from store.database import session, transaction
from store.opening import open_store

ONE_BY_ONE, TOGETHER = 2_000, 50_000
_RUN = (
    "INSERT INTO run (name, controller, params, available_at, created_at)"
    " VALUES (?, 'shell', '{\"command\":\"true\"}', 1, 1)"
)


def ours_one_by_one(_: Path) -> float:
    """Requests a second, a transaction each, on the connection that the desk's writer holds."""
    with session():
        began = time.perf_counter()
        for number in range(ONE_BY_ONE):
            with transaction() as connection:
                ask(connection, number)
        return ONE_BY_ONE / (time.perf_counter() - began)


def floor_one_by_one(store: Path) -> float:
    """The same rows by plain SQL, a transaction each, synchronous FULL."""
    with closing(connect(store)) as connection:
        began = time.perf_counter()
        for number in range(ONE_BY_ONE):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_RUN, (f"job {number}",))
            connection.execute("COMMIT")
        return ONE_BY_ONE / (time.perf_counter() - began)


def ours_together(_: Path) -> float:
    """Requests a second in one transaction."""
    with session():
        began = time.perf_counter()
        with transaction() as connection:
            for number in range(TOGETHER):
                ask(connection, number)
        return TOGETHER / (time.perf_counter() - began)


def floor_together(store: Path) -> float:
    """The same rows by executemany."""
    with closing(connect(store)) as connection:
        rows = [(f"job {number}",) for number in range(TOGETHER)]
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_RUN, rows)
        connection.execute("COMMIT")
        return TOGETHER / (time.perf_counter() - began)


def ask(connection: sqlite3.Connection, number: int) -> None:
    """One request, as an operation makes it."""
    request(connection, 1, name=f"job {number}", controller="shell", params={"command": "true"})


def main(rounds: int) -> None:
    """Medians of `rounds` rounds on a new store each."""
    sides: dict[str, Callable[[Path], float]] = {
        each.__name__: each for each in (ours_one_by_one, floor_one_by_one, ours_together, floor_together)
    }
    if PEERS:
        sides["huey_enqueue"] = lambda _: float(peer("huey_enqueue", ONE_BY_ONE)["rate"])
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
                store = open_store(Path(folder) / "bench.db").path
                current.use(store)
                found[name].append(measure(store))
    for name, rates in found.items():
        print(f"{name:20} {statistics.median(rates):10,.0f} /s  [{min(rates):,.0f} .. {max(rates):,.0f}]")
    for ours, other, goal in (
        ("ours_one_by_one", "floor_one_by_one", 0.8),
        ("ours_one_by_one", "huey_enqueue", 1.1),
        ("ours_together", "floor_together", 0.4),
    ):
        if other in found:
            ratio = statistics.median(a / b for a, b in zip(found[ours], found[other], strict=True))
            print(f"goal 7: {ours} x{ratio:.2f} of {other} (>= {goal})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
