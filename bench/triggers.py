"""Triggers at scale (issue 5): what they add to the plain writes of the same rows, measured in one run.

    python bench/triggers.py label [tasks]    label so many tasks at once, with three triggers on the label
    python bench/triggers.py zone [actions]   another zone for the store: all waiting actions are worked out anew
    python bench/triggers.py fire [actions]   the engine's passes over so many due actions, for each kind of action
    python bench/triggers.py reset [tasks]    a schedule opens all done tasks of a label again
    python bench/triggers.py none [acts]      an act in a store without triggers: what asking for them costs

Each is told as a ratio to executemany of the very rows that it left (tasks, labels, changes, actions, notices), into
the same tables with the same indexes and without the triggers of the journal, in one transaction, synchronous FULL.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from engine.clock import HandClock
from engine.operations import labels, settings, task_editing, tasks, triggers
from engine.operations.registry import NAMED
from engine.triggers import deciding
from engine.triggers.look import TriggerLook
from store import current
from store.connection import connect
from store.database import database
from store.instants import to_us
from store.journal import Actor
from store.opening import open_store

__all__ = ["labels", "settings", "task_editing", "tasks", "triggers"]

AT = datetime(2025, 6, 2, 8, tzinfo=UTC)
ME = Actor(None, "bench", "cli")
WRITTEN = ("task", "task_label", "pending_action", "notification", "change")


def do(verb: str, *args: object, **more: object) -> None:
    NAMED[verb].call(ME, AT, *args, **more)


def prepared(folder: Path, count: int, *, has_label: bool) -> Path:
    """A store with so many open tasks with days to come, written without its triggers."""
    path = open_store(folder / "first.db").path
    current.use(path)
    do("label add", "weekly")
    do("label add", "seen")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        kept = bare(connection)
        days = [(date(2025, 6, 10) + timedelta(days=number)).isoformat() for number in range(60)]
        connection.executemany(
            "INSERT INTO task (id, name, visible_date, deadline_date, created_at) VALUES (?, ?, '2025-06-01', ?, ?)",
            [(n, f"task {n}", days[n % 60], to_us(AT) - n) for n in range(1, count + 1)],
        )
        if has_label:
            connection.executemany(
                "INSERT INTO task_label (task_id, label_id) VALUES (?, 1)", [(n,) for n in range(1, count + 1)]
            )
        for text in kept:
            connection.execute(text)
        connection.execute("COMMIT")
    database.close()
    return path


def bare(connection: sqlite3.Connection) -> list[str]:
    """Take the triggers of the journal away; their texts."""
    kept = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in kept:
        connection.execute(f"DROP TRIGGER {name}")
    return [text for _, text in kept]


def copied(path: Path, name: str) -> Path:
    """A copy of a store that nobody has open."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, path.with_name(name))
    return path.with_name(name)


def raw(before: Path, after: Path) -> float:
    """Seconds for writing what differs between two stores with executemany, one statement for each table."""
    with closing(connect(before)) as connection:
        connection.execute("BEGIN")
        bare(connection)
        connection.execute("COMMIT")
        connection.execute("ATTACH ? AS done", (str(after),))
        work = []
        for table in WRITTEN:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            new = connection.execute(
                f"SELECT * FROM done.{table} x WHERE NOT EXISTS (SELECT 1 FROM main.{table} y WHERE y.id = x.id)"
            ).fetchall()
            same = " AND ".join(f"y.{name} IS x.{name}" for name in names)
            moved = connection.execute(
                f"SELECT x.* FROM done.{table} x JOIN main.{table} y ON y.id = x.id WHERE NOT ({same})"
            ).fetchall()
            work.append((f"INSERT INTO main.{table} VALUES ({', '.join('?' * len(names))})", new))
            sets = ", ".join(f"{name} = ?" for name in names[1:])
            work.append((f"UPDATE main.{table} SET {sets} WHERE id = ?", [(*row[1:], row[0]) for row in moved]))
        connection.execute("DETACH done")
        connection.execute("PRAGMA foreign_keys=0")
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in work:
            connection.executemany(statement, rows)
        connection.execute("COMMIT")
        took = time.perf_counter() - began
        print(f"  raw: {sum(len(rows) for _, rows in work):,} rows in {took:.2f} s")
        return took


def passes(path: Path, now: int) -> tuple[int, float, float]:
    """Steps of the engine's look until nothing is due nor behind: how many, all seconds, the longest."""
    look, steps, longest = TriggerLook(HandClock(now), lambda words: print(f"  {words}")), 0, 0.0
    look._clock.monotonic = time.monotonic  # type: ignore[method-assign]  # its budget is real time
    with closing(connect(path)) as connection:
        began = time.perf_counter()
        while True:
            each = time.perf_counter()
            look.look(connection, now)
            longest, steps = max(longest, time.perf_counter() - each), steps + 1
            if not look.has_more:
                return steps, time.perf_counter() - began, longest


def compared(path: Path, work: Callable[[], object]) -> None:
    """Time the work against the raw writes of what it left."""
    before = copied(path, "before.db")
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    database.close()
    plain = raw(before, copied(path, "after.db"))
    print(f"  {took:.2f} s, {took / plain:.1f} times the raw writes")


def label(count: int) -> None:
    """Label tasks at once, without triggers and with three: two that wait, one that acts."""
    for number in (0, 3):
        with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
            path = prepared(Path(folder), count, has_label=False)
            for name, event, action, delay in (
                ("again", "completed", "reopen", "10d"), ("remind", "deadline reached", "notify", "-1d"),
                ("mark", "label added", "add label: seen", "0d"),
            )[:number]:  # fmt: skip
                do("trigger add", name, event, action, scope="label:weekly", delay=delay)
            print(f"label {count:,} tasks, {number} triggers")
            compared(path, lambda: do("task label", *range(1, count + 1), add=("weekly",)))


def zone(count: int) -> None:
    """Another zone for the store."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        path = prepared(Path(folder), count, has_label=True)
        do("trigger add", "remind", "deadline reached", "notify", scope="label:weekly", delay="-1d")
        database.close()
        print(f"plan {count:,} actions")
        print("  {} steps, {:.2f} s, the longest {:.2f} s".format(*passes(path, to_us(AT))))
        print(f"zone of {count:,} actions")

        def work() -> None:
            began = time.perf_counter()
            do("setting set", "zone", "Asia/Tokyo")
            print(f"  the act held the writer for {time.perf_counter() - began:.2f} s")
            database.close()
            print("  {} steps, {:.2f} s, the longest {:.2f} s".format(*passes(path, to_us(AT))))

        compared(path, work)


def fire(count: int) -> None:
    """So many due actions."""
    for action in ("add label: seen", "notify", "reopen", "move deadline: 7d"):
        with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
            path = prepared(Path(folder), count, has_label=True)
            if action == "reopen":
                do("task done", *range(1, count + 1))
                do("trigger add", "it", "completed", action, scope="label:weekly", delay="1d")
            else:
                do("trigger add", "it", "deadline reached", action, scope="label:weekly", delay="-1d")
            database.close()
            passes(path, to_us(AT))
            print(f"{action}: {count:,} due")
            now = to_us(AT + timedelta(days=200))

            def work(path: Path = path, now: int = now) -> None:
                print("  {} steps, {:.2f} s, the longest {:.2f} s".format(*passes(path, now)))

            compared(path, work)
            with closing(connect(path)) as connection:
                left = deciding.next_due(connection)
                done = connection.execute("SELECT count(*) FROM pending_action WHERE state = 'acted'").fetchone()[0]
                assert (done, left is None or left > now) == (count, True), (done, left)


def reset(count: int) -> None:
    """A label that is on so many done tasks, and a schedule that opens them again."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        path = prepared(Path(folder), count, has_label=True)
        with closing(connect(path)) as connection:
            kept = bare(connection)
            connection.execute("UPDATE task SET is_done = 1, done_date = '2025-06-02', done_at = ?", (to_us(AT),))
            for text in kept:
                connection.execute(text)
        do("trigger add", "weekly", "schedule: weekly sat 00:00", "reopen", scope="label:weekly")
        database.close()
        now = to_us(AT + timedelta(days=7))
        print(f"reset of {count:,} tasks")
        compared(path, lambda: print("  {} steps, {:.2f} s, the longest {:.2f} s".format(*passes(path, now))))
        with closing(connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM task WHERE is_done").fetchone() == (0,)


def none(count: int) -> None:
    """What an act pays for asking whether there are triggers."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        path = prepared(Path(folder), 1, has_label=False)
        with closing(connect(path)) as connection:
            began = time.perf_counter()
            for _ in range(count):
                connection.execute('SELECT 1 FROM "trigger" LIMIT 1').fetchone()
            asked = (time.perf_counter() - began) / count
        began = time.perf_counter()
        for _ in range(min(count, 300)):
            do("task add", "x")
        act = (time.perf_counter() - began) / min(count, 300)
        print(f"asking {asked * 1e6:.1f} us of an act of {act * 1e6:,.0f} us: {asked / act:.2%}")
        database.close()


if __name__ == "__main__":
    {"label": label, "zone": zone, "fire": fire, "reset": reset, "none": none}[sys.argv[1]](
        int(sys.argv[2]) if len(sys.argv) > 2 else {"zone": 100_000, "reset": 100_000}.get(sys.argv[1], 10_000)
    )
