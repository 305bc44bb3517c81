"""Recurring creation (goal 14): 10,000 templates with a full horizon, and a second pass that writes nothing.

    python bench/recurring.py [rounds] [templates]

Against executemany of the very same rows (tasks, ledger lines, labels, assignees) into the same tables with the same
indexes, in one transaction, without triggers; and against peewee's `.create` of such rows, one by one. All with
synchronous FULL. The rules differ: six kinds, a fifth of them with a zone of its own, all with a label and a person.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import peewee

from engine import templates
from engine.turn import Turn
from store import current
from store.connection import connect
from store.instants import to_us
from store.opening import open_store

NOW = to_us(datetime(2025, 3, 3, 9, tzinfo=UTC))
CREATES = 2_000
_TABLES = ("task", "occurrence", "task_label", "task_assignee")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZONES = ("UTC", "UTC", "UTC", "UTC", "Europe/Brussels")


def spec(chance: random.Random) -> str:
    """A rule as people have them."""
    days = chance.sample(_DAYS, 2)
    return chance.choice((
        "daily", f"daily {chance.randrange(24):02d}:{chance.randrange(0, 60, 5):02d}", f"weekly {days[0]}",
        f"weekly {','.join(days)}", f"every {chance.randrange(2, 9)} days", f"monthly {chance.randrange(1, 29)}",
    ))  # fmt: skip


def prepared(folder: Path, count: int) -> Path:
    """A store with that many templates that nobody has looked at, written without its triggers."""
    path = open_store(folder / "first.db").path
    chance = random.Random(14)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        kept = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("INSERT INTO user (id, name) VALUES (1, 'ana')")
        connection.execute("INSERT INTO label (id, name) VALUES (1, 'home')")
        connection.executemany(
            "INSERT INTO schedule (id, name, spec, zone, anchor_at, controller, created_at, cursor_at, next_at, missed,"
            " action) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, 'skip', 'create')",
            [
                (
                    number,
                    f"chore {number}",
                    spec(chance),
                    chance.choice(_ZONES),
                    NOW - NOW % 86_400_000_000,
                    NOW,
                    NOW,
                    NOW,
                )
                for number in range(1, count + 1)
            ],
        )
        connection.executemany(
            "INSERT INTO template (id, schedule_id, task_name, duration, wake_at, created_at)"
            " VALUES (?, ?, ?, '1d', ?, ?)",
            [(number, number, f"chore {number}", NOW, NOW) for number in range(1, count + 1)],
        )
        for table, column in (("template_label", "label_id"), ("template_assignee", "user_id")):
            connection.executemany(
                f"INSERT INTO {table} (template_id, {column}) VALUES (?, 1)", [(n,) for n in range(1, count + 1)]
            )
        for _, text in kept:
            connection.execute(text)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def copy(first: Path, folder: Path, name: str) -> Path:
    path = folder / name
    shutil.copyfile(first, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    return path


def look(connection: sqlite3.Connection) -> tuple[int, float]:
    """Passes until nothing is due; tasks made and seconds."""
    made, began = 0, time.perf_counter()
    while True:
        with Turn(connection) as writing:
            looked = templates.look(writing, NOW)
        made += looked.made
        due = templates.next_look(connection)
        if due is None or due > NOW:
            return made, time.perf_counter() - began


def second(connection: sqlite3.Connection) -> float:
    """What a pass costs that finds nothing to do: the seconds of asking."""
    before = connection.total_changes
    began = time.perf_counter()
    due = templates.next_look(connection)
    if due is not None and due <= NOW:
        look(connection)
    took = time.perf_counter() - began
    assert connection.total_changes == before, "a pass that had nothing to do wrote"
    return took


def second_over_all(connection: sqlite3.Connection) -> float:
    """The same where every template is looked at again, as if something had woken them all."""
    connection.execute("UPDATE template SET wake_at = ?", (NOW,))
    tasks = connection.execute("SELECT count(*) FROM task").fetchone()
    took = look(connection)[1]
    assert connection.execute("SELECT count(*) FROM task").fetchone() == tasks
    return took


def floor(done: Path, path: Path) -> tuple[int, float]:
    """The rows that the pass made, by executemany; rows and seconds."""
    with closing(connect(done)) as source:
        found = {}
        for table in _TABLES:
            columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
            found[table] = columns, source.execute(f"SELECT * FROM {table}").fetchall()
    with closing(connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for table, (columns, rows) in found.items():
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        connection.execute("COMMIT")
        took = time.perf_counter() - began
    return sum(len(rows) for _, rows in found.values()), took


def creates(path: Path) -> float:
    """The same four rows for each task by peewee's `.create`, rows a second, in one transaction, without triggers."""
    db = peewee.SqliteDatabase(str(path), pragmas={"synchronous": 2})

    def model(table: str, /, **columns: peewee.Field) -> type[peewee.Model]:
        meta = type("Meta", (), {"database": db, "table_name": table})
        return type(table, (peewee.Model,), {**columns, "Meta": meta})

    whole, text = peewee.IntegerField, peewee.TextField
    task = model("task", name=text(), visible_date=text(), deadline_date=text(), start_date=text(), created_at=whole(),
                 template_id=whole(), schedule_id=whole(), planned_at=whole())  # fmt: skip
    line = model(
        "occurrence", schedule_id=whole(), planned_at=whole(), state=text(), decided_at=whole(), task_id=whole()
    )
    label = model("task_label", task_id=whole(), label_id=whole())
    person = model("task_assignee", task_id=whole(), user_id=whole())
    with db.connection_context():
        for (name,) in db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute_sql(f"DROP TRIGGER {name}")
        began = time.perf_counter()
        with db.atomic():
            for number in range(1, CREATES + 1):
                made = task.create(
                    name=f"chore {number}", visible_date="2025-03-04", deadline_date="2025-03-05", created_at=NOW,
                    start_date="2025-03-04", template_id=number, schedule_id=number, planned_at=NOW,
                )  # fmt: skip
                line.create(schedule_id=number, planned_at=NOW, state="fired", decided_at=NOW, task_id=made.get_id())
                label.create(task_id=made.get_id(), label_id=1)
                person.create(task_id=made.get_id(), user_id=1)
        return 4 * CREATES / (time.perf_counter() - began)


def main(rounds: int, count: int) -> None:
    """Medians of `rounds` rounds, ours and the floor in turns."""
    figures: dict[str, list[float]] = {name: [] for name in ("ours", "floor", "peewee", "raw", "second", "over all")}
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as text:
        folder = Path(text)
        first = prepared(folder, count)
        for number in range(rounds):
            path = copy(first, folder, f"ours-{number}.db")
            current.use(path)
            with closing(connect(path)) as connection:
                made, took = look(connection)
                again = second(connection)
            rows, least = floor(path, copy(first, folder, f"floor-{number}.db"))
            with closing(connect(path)) as connection:
                figures["over all"].append(second_over_all(connection) / took)
            figures["ours"].append(rows / took)
            figures["floor"].append(rows / least)
            slow = creates(copy(first, folder, f"peewee-{number}.db"))
            figures["peewee"].append(rows / took / slow)
            figures["raw"].append(rows / least / slow)
            figures["second"].append(again / took)
            for each in folder.glob("*-*"):
                each.unlink()
        print(f"{count:,} templates, {made:,} tasks, {rows:,} rows with ledger, labels and people")
    for name in ("ours", "floor"):
        rates = figures[name]
        print(f"{name:8} {statistics.median(rates):10,.0f} rows/s  [{min(rates):,.0f} .. {max(rates):,.0f}]")
    ratio = statistics.median(a / b for a, b in zip(figures["ours"], figures["floor"], strict=True))
    print(f"goal 14: x{ratio:.2f} of the same rows by executemany (>= 0.4)")
    print(f"goal 14: x{statistics.median(figures['peewee']):.1f} of such rows by peewee's .create,")
    print(f"         where executemany itself reaches x{statistics.median(figures['raw']):.1f} (>= 7 on a small table)")
    print(f"goal 14: a second pass writes nothing in x{statistics.median(figures['second']):.5f} of the first (<= 0.2)")
    print(f"         and x{statistics.median(figures['over all']):.2f} where all of them are looked at again")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7, int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
