"""The engine against its floors: python bench/jobs.py shell|latency|lateness|lines|idle|all [pairs]

shell     shell jobs a second (`true`, output captured, results durable) / two threads that spawn it   goal 9: >= 0.65
latency   a committed request until its job runs: same process p50 <= 1.3 ms, p99 <= 6 ms; other process <= 6 ms   10
lateness  10,000 schedules, 166 due at one instant: fired and claimed, and begun                                    11
lines     stored lines a second of a job that prints as fast as it can / 1,000 inserts a commit   goal 15: >= 0.4
idle      processor time and writes of an engine with 10,000 schedules and nothing to do          goal 6: <= 0.3 %

Each figure is of a store on disk in a scratch folder; ours and the floor take turns in the same run. Where PEERS
names a python that has APScheduler and Huey, so do they (bench/peers.py).
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

from beside import PEERS, peer

from engine import crash
from engine.clock import SystemClock
from engine.requests import request
from engine.thread import EngineThread
from engine.wake import tell
from store import current
from store.connection import connect
from store.database import session, transaction
from store.enums import NodeState
from store.instants import SECOND
from store.opening import open_store

CLOCK = SystemClock()


class Desk:
    """A fresh store with an engine at work."""

    def __init__(self, places: int = 10) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tickler-bench-"))
        self.store = open_store(self.folder / "bench.db").path
        with transaction() as connection:
            connection.execute("INSERT INTO setting (key, value) VALUES ('task_max_concurrent', ?)", (str(places),))
        self.engine = EngineThread(self.store)
        self.stack = ExitStack()
        self.reader = connect(self.store, read_only=True)

    def __enter__(self) -> Desk:
        self.stack.enter_context(session())  # as the desk's writer does
        self.engine.start()
        while self.engine.state is not NodeState.ACTIVE:
            time.sleep(0.01)
        self.run(["true"])
        return self

    def __exit__(self, *fault: object) -> None:
        self.engine.stop()
        self.stack.close()
        self.reader.close()
        shutil.rmtree(self.folder)

    def add(self, commands: list[str]) -> list[int]:
        with transaction() as connection:
            now = CLOCK.now()
            return [
                request(connection, now, name=text, controller="shell", params={"command": text}) or 0
                for text in commands
            ]

    def run(self, commands: list[str]) -> float:
        """Seconds from waking the engine until the last of them is over."""
        self.add(commands)
        began = time.perf_counter()
        self.engine.wake()
        while self.reader.execute("SELECT 1 FROM run WHERE state IN ('pending', 'starting', 'running')").fetchone():
            time.sleep(0.01)
        return time.perf_counter() - began


def spawn_floor(count: int, threads: int = 2) -> float:
    """Spawns a second of `threads` threads that run `true` and read what it prints."""

    def work() -> None:
        for _ in range(count // threads):
            subprocess.run(["/bin/true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return count / (time.perf_counter() - began)


def shell(pairs: int) -> None:
    count = 1500
    ours, floor, aps, huey = [], [], list[float](), list[float]()
    with Desk() as desk:
        for _ in range(pairs):
            floor.append(spawn_floor(count))
            ours.append(count / desk.run(["true"] * count))
            if PEERS:
                aps.append(peer("aps_shell", count)["rate"])
                huey.append(peer("huey_shell", count)["rate"])
    report("shell jobs/s", ours, floor, 0.65)
    if PEERS:
        report("  against APScheduler in memory, which keeps nothing", ours, aps, 0.95)
        report("  against Huey, two threads", ours, huey, 1.3)


def report(what: str, ours: list[float], floor: list[float], goal: float) -> None:
    ratio = statistics.median(a / b for a, b in zip(ours, floor, strict=True))
    print(
        f"{what}: ours {statistics.median(ours):,.0f}, floor {statistics.median(floor):,.0f},"
        f" ratio {ratio:.2f} (goal >= {goal}), n={len(ours)}"
    )


def spread(what: str, milliseconds: list[float]) -> None:
    found = sorted(milliseconds)
    print(
        f"{what}: p50 {statistics.median(found):.2f} ms, p99 {found[int(len(found) * 0.99)]:.2f} ms,"
        f" max {found[-1]:.2f} ms, n={len(found)}"
    )


def begun(desk: Desk, run_id: int) -> float:
    """When the process of a run began, seconds."""
    while True:
        row = desk.reader.execute("SELECT started_at FROM run WHERE id = ?", (run_id,)).fetchone()
        if row[0] is not None:
            return float(row[0]) / 1e6
        time.sleep(0.001)


def latency(pairs: int) -> None:
    with Desk() as desk:
        here, there = [], []
        for number in range(40 * pairs):
            time.sleep(0.03 + 0.01 * (number % 5))
            at = time.time()
            (made,) = desk.add(["true"])
            desk.engine.wake()
            here.append((begun(desk, made) - at) * 1000)
        spread("request -> begun, same process, commit included", here)
        if PEERS:
            spread("  APScheduler in SQLite", peer("aps_latency", 20 * pairs)["late"])
        idle = []
        for _ in range(4):
            time.sleep(5)
            at = time.time()
            (made,) = desk.add(["true"])
            desk.engine.wake()
            idle.append((begun(desk, made) - at) * 1000)
        spread("  the same after 5 s of rest", idle)
        child = subprocess.Popen(
            [sys.executable, __file__, "asks", str(desk.store), str(20 * pairs)], stdout=subprocess.PIPE, text=True
        )
        said, _ = child.communicate()
        for line in said.splitlines():
            made, at = line.split()
            there.append((begun(desk, int(made)) - float(at)) * 1000)
        spread("request -> begun, other process, commit included", there)


def asks(store: str, count: str) -> None:
    """The other process."""
    current.use(Path(store))
    for _ in range(int(count)):
        time.sleep(0.05)
        at = time.time()
        with transaction() as connection:
            made = request(connection, CLOCK.now(), name="true", controller="shell", params={"command": "true"})
        tell(Path(store))
        print(made, at)


def lateness(pairs: int) -> None:
    """Schedules that are due together every few seconds, beside others; the first time their rules are parsed."""
    for due, seconds in ((166, 3), (1_000, 5)):
        rows, claims = due_together(due, seconds, pairs)
        cold = claims.pop(min(claims))
        print(f"{due:,} of 10,000 schedules due the first time: committed after {cold / 1000:.1f} ms")
        spread(f"{due:,} due: fired, claimed, committed after", [late / 1000 for late in claims.values()])
        spread("  their processes begun after", [(began - at) / 1000 for at, began in rows if at in claims])
        if PEERS:
            found = [late for _ in range(3) for late in peer("aps_lateness", due)["late"]]
            spread("  APScheduler in memory, its threads begun after", found)


def due_together(due: int, seconds: int, rounds: int) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Planned and begun of each run; by planned instant, how much later their claim was committed. Microseconds."""
    committed: list[int] = []
    insert = (
        "INSERT INTO schedule"
        " (name, spec, zone, anchor_at, controller, params, created_at, cursor_at, next_at, overlap)"
        f" VALUES (?, 'every {seconds} seconds', 'UTC', ?, 'shell', '{{\"command\": \"true\"}}', ?, ?, ?, 'allow')"
    )

    def note(name: str) -> None:
        if name == "committed":
            committed.append(CLOCK.now())

    crash.point = note
    with Desk(places=200) as desk:
        now = CLOCK.now() // SECOND * SECOND
        first = now + 6 * SECOND
        with transaction() as connection:
            connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'bench', 'bench', 'bench')")
            far = [(f"far {n}", now, now, now, now + 86_400 * SECOND) for n in range(10_000 - due)]
            near = [(f"due {n}", first - seconds * SECOND, first, first - 1, first) for n in range(due)]
            connection.executemany(insert, far + near)
        desk.engine.wake()
        time.sleep(6 + seconds * rounds + 2)
        rows = desk.reader.execute(
            "SELECT planned_at, started_at FROM run WHERE planned_at >= ? AND planned_at < ? AND started_at NOT NULL",
            (first, first + seconds * rounds * SECOND),
        ).fetchall()
    return rows, {planned: min(at for at in committed if at > planned) - planned for planned, _ in rows}


def line_floor(count: int) -> float:
    """Lines a second of plain inserts, a thousand a commit, NORMAL."""
    folder = Path(tempfile.mkdtemp(prefix="tickler-bench-"))
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, run_id INTEGER, at REAL, level INTEGER, text TEXT)")
    connection.execute("CREATE INDEX log_run ON log (run_id, id)")
    line = "INFO worker-3 job 17 step 1234: copied block 99 of archive, all is well"
    began = time.perf_counter()
    for _ in range(count // 1000):
        connection.execute("BEGIN")
        rows = zip(repeat(1, 1000), repeat(1.0), repeat(20), repeat(line))
        connection.executemany("INSERT INTO log (run_id, at, level, text) VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    shutil.rmtree(folder)
    return count / took


def lines(pairs: int) -> None:
    count = 100_000
    text = "INFO worker-3 job 17 step 1234: copied block 99 of archive, all is well"
    ours, floor = [], []
    with Desk() as desk:
        for _ in range(pairs):
            floor.append(line_floor(count))
            took = desk.run([f"yes '{text}' | head -{count}"])
            newest = "SELECT log_lines, dropped_lines FROM run ORDER BY id DESC LIMIT 1"
            stored, dropped = desk.reader.execute(newest).fetchone()
            assert (stored, dropped) == (count + 2, 0), (stored, dropped)
            ours.append(count / took)
    report("stored lines/s", ours, floor, 0.4)


def idle(pairs: int) -> None:
    with Desk() as desk:
        now = CLOCK.now()
        insert = (
            "INSERT INTO schedule (name, spec, zone, anchor_at, controller, created_at, cursor_at, next_at)"
            " VALUES (?, 'every 1 day', 'UTC', ?, 'shell', ?, ?, ?)"
        )
        with transaction() as connection:
            connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'bench', 'bench', 'bench')")
            rows = [(f"far {n}", now, now, now, now + 80_000_000_000) for n in range(10_000)]
            connection.executemany(insert, rows)
        desk.engine.wake()
        time.sleep(12)
        cpu, began = time.process_time(), time.perf_counter()
        wakes = switches()
        time.sleep(5 * pairs)
        took = time.perf_counter() - began
        share, rate = (time.process_time() - cpu) / took, (switches() - wakes) / took
        print(f"idle with 10,000 schedules: {share * 100:.2f} % of a processor (<= 0.3), {rate:.1f} wake-ups/s (<= 2)")


def switches() -> int:
    """How often threads of this process went to sleep, all together."""
    found = 0
    for thread in Path("/proc/self/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found += int(line.split()[1])
    return found


def main(what: str, pairs: str = "7") -> None:
    rows: dict[str, Callable[[int], None]] = {
        "shell": shell,
        "latency": latency,
        "lateness": lateness,
        "lines": lines,
        "idle": idle,
    }
    for name, row in rows.items():
        if what in (name, "all"):
            row(int(pairs))


if __name__ == "__main__":
    if sys.argv[1] == "asks":
        asks(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
