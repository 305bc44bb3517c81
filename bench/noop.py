"""Many small runs against Huey and the floor: PEERS=/path/to/python python bench/noop.py [rounds] [places]

Runs that do nothing, each durable with a record that was pending, running and finished, its log and its attempt, by a
warm controller; from waking the engine until the last one is over.                        goal 8
  at FULL   >= 1.0 x Huey with one worker
  at NORMAL >= 2 x Huey with one worker, >= 0.35 x claim and finish by plain SQL, a commit each

Huey's queue is in SQLite as it comes (NORMAL); it keeps no record of a job. Sides take turns in the same run, each on
a new store. Then two engines of one store, one of which is killed in the middle: nothing is lost, nothing runs twice
but what the kill met.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from beside import PEERS, peer

from engine.clock import SystemClock
from engine.engine import Engine
from engine.requests import request
from engine.thread import EngineThread
from store.connection import connect
from store.database import session, transaction
from store.enums import NodeState
from store.opening import open_store

COUNT = 3_000
KILLED = 2_000
CODE = """
from tickler import controller

@controller("noop", warm=True)
def noop():
    pass

@controller("note", warm=True, idempotent=True)
def note(context):
    with open("{ledger}", "a") as file:
        file.write(f"{{context.run_id}}\\n")
"""
_OPEN = "SELECT 1 FROM run WHERE state IN ('pending', 'starting', 'running') LIMIT 1"


@contextmanager
def desk(places: int, durable: str = "FULL") -> Iterator[Path]:
    """A new store with the controllers, whose engines commit as said."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        os.environ["TICKLER_HOME"] = folder
        controllers = Path(folder) / "controllers"
        controllers.mkdir()
        (controllers / "noop.py").write_text(CODE.format(ledger=f"{folder}/ledger"))
        store = open_store(Path(folder) / "bench.db").path
        with transaction() as connection:
            connection.execute("INSERT INTO setting (key, value) VALUES ('task_max_concurrent', ?)", (str(places),))
        with _synchronous(durable):
            yield store


@contextmanager
def _synchronous(durable: str) -> Iterator[None]:
    """Only here: an engine of the desk always commits with FULL."""
    opened = Engine.open

    def opens(engine: Engine) -> None:
        opened(engine)
        engine._connection.execute(f"PRAGMA synchronous = {durable}")

    Engine.open = opens  # type: ignore[method-assign]
    try:
        yield
    finally:
        Engine.open = opened  # type: ignore[method-assign]


def ask(count: int, controller: str) -> None:
    """Requests, in one transaction."""
    with session(), transaction() as connection:
        now = SystemClock().now()
        for _ in range(count):
            request(connection, now, name=controller, controller=controller, params={})


def ours(places: int, durable: str) -> float:
    """Runs a second."""
    with desk(places, durable) as store, closing(connect(store, read_only=True)) as reader:
        engine = EngineThread(store)
        engine.start()
        try:
            while engine.state is not NodeState.ACTIVE:
                time.sleep(0.01)
            ask(1, "noop")
            over(engine, reader)
            ask(COUNT, "noop")
            took = over(engine, reader)
        finally:
            engine.stop()
        done = reader.execute("SELECT count(*), sum(attempts) FROM run WHERE state = 'succeeded'").fetchone()
        assert done == (COUNT + 1, COUNT + 1), done
        return COUNT / took


def over(engine: EngineThread, reader: sqlite3.Connection) -> float:
    """Seconds from waking the engine until nothing is open."""
    began = time.perf_counter()
    engine.wake()
    while reader.execute(_OPEN).fetchone():
        time.sleep(0.005)
    return time.perf_counter() - began


def floor(durable: str) -> float:
    """Claim and finish by plain SQL, a commit each."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {durable}")
        connection.execute(
            "CREATE TABLE j (id INTEGER PRIMARY KEY, state TEXT, run_at REAL, prio INTEGER, payload TEXT,"
            " claimed_by TEXT, done_at REAL)"
        )
        connection.execute("CREATE INDEX j_q ON j (state, prio DESC, run_at, id)")
        rows = [(number,) for number in range(COUNT * 2)]
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO j (state, run_at, prio, payload) VALUES ('queued', ?, 0, '{}')", rows)
        connection.execute("COMMIT")
        began = time.perf_counter()
        for _ in range(COUNT):
            claimed = connection.execute(
                "UPDATE j SET state = 'running', claimed_by = 'w' WHERE id = (SELECT id FROM j WHERE state = 'queued'"
                " AND run_at <= 1e12 ORDER BY prio DESC, run_at, id LIMIT 1) RETURNING id"
            ).fetchall()
            connection.execute("UPDATE j SET state = 'done', done_at = 1 WHERE id = ?", claimed[0])
        took = time.perf_counter() - began
        connection.close()
        return COUNT / took


def two_engines() -> None:
    """Two processes; the one that fires is killed in the middle."""
    with desk(10) as store, closing(connect(store, read_only=True)) as reader:
        ask(KILLED, "note")
        engines = [subprocess.Popen([sys.executable, "-m", "tickler", "--store", str(store), "engine"]) for _ in "ab"]
        try:
            done = "SELECT count(*) FROM run WHERE state = 'succeeded'"
            while reader.execute(done).fetchone()[0] < KILLED // 3:
                time.sleep(0.01)
            (pid,) = reader.execute("SELECT pid FROM node WHERE state = 'active'").fetchone()
            os.kill(pid, signal.SIGKILL)
            while reader.execute(_OPEN).fetchone():
                time.sleep(0.05)
        finally:
            for engine in engines:
                engine.terminate()
                engine.wait()
        ran = (store.parent / "ledger").read_text().split()
        states = reader.execute("SELECT state, count(*), sum(lost_count) FROM run GROUP BY state").fetchall()
        twice = len(ran) - len(set(ran))
        print(
            f"two engines, one killed: {states}, ran {len(set(ran)):,} of {KILLED:,}, {twice} twice (<= 10: the kill's)"
        )
        assert len(set(ran)) == KILLED


def main(rounds: int, places: int) -> None:
    sides: dict[str, Callable[[], float]] = {
        "ours FULL": lambda: ours(places, "FULL"),
        "ours NORMAL": lambda: ours(places, "NORMAL"),
        "floor NORMAL": lambda: floor("NORMAL"),
        "floor FULL": lambda: floor("FULL"),
    }
    if PEERS:
        sides["Huey, 1 worker"] = lambda: float(peer("huey_noop", COUNT)["rate"])
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            found[name].append(measure())
    for name, rates in found.items():
        print(f"{name:16} {statistics.median(rates):9,.0f} /s  [{min(rates):,.0f} .. {max(rates):,.0f}]")
    goals = [("ours FULL", "Huey, 1 worker", 1.0), ("ours NORMAL", "Huey, 1 worker", 2.0)]
    for one, other, goal in [*goals, ("ours NORMAL", "floor NORMAL", 0.35)]:
        if other in found:
            ratio = statistics.median(a / b for a, b in zip(found[one], found[other], strict=True))
            print(f"goal 8: {one} x{ratio:.2f} of {other} (>= {goal})")
    two_engines()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
