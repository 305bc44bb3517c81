"""Stores of a size for the benches: real ones, made in seconds because their triggers are off meanwhile."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from store import current
from store.database import database, transaction
from store.opening import open_store
from store.schema import install_triggers

FIRST = "Task number 0 write the report"
"""Name of the task that any list by deadline shows first: a bench waits for it."""


def make(path: Path, tasks: int, schedules: int = 0) -> Path:
    """A store with that many open tasks under ten deadline events, and schedules that are due tomorrow."""
    open_store(path)
    current.use(path)
    now = time.time_ns() // 1000
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        kept = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('task', 'schedule')"
        for (name,) in connection.execute(kept).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("BEGIN")
        _definitions(connection, now)
        _tasks(connection, tasks, now)
        _schedules(connection, schedules, now)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with transaction():
        install_triggers(database)
    database.close()
    return path


def _definitions(connection: sqlite3.Connection, now: int) -> None:
    connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (?, 'bench', 'bench', 'make')", (now,))
    connection.execute(
        "INSERT INTO entity_class (name, statuses, date_fields) VALUES ('stay', '[\"on\"]', '[\"day\"]')"
    )
    connection.executemany(
        "INSERT INTO task_event (name, object_class, event_type, entity_date_field, offset)"
        " VALUES (?, 'stay', 'date_field', 'day', ?)",
        [(f"{number} days before", f"-{number}d") for number in range(10)],
    )
    connection.executemany(
        "INSERT INTO entity (object_class, object_id, name, status, created_at) VALUES ('stay', ?, ?, 'on', ?)",
        [(str(number), f"School {number}", now) for number in range(5_000)],
    )


def _tasks(connection: sqlite3.Connection, tasks: int, now: int) -> None:
    today = date.today()
    days = [(today + timedelta(days=number - 200)).isoformat() for number in range(600)]
    connection.executemany(
        "INSERT INTO task (name, visible_date, deadline_date, deadline_event_id, object_class, object_id, created_at)"
        " VALUES (?, '2020-01-01', ?, ?, 'stay', ?, ?)",
        (
            (
                f"Task number {number} write the report", days[0 if number == 0 else 1 + number % 599],
                1 + number % 10, str(number % 5_000), now,
            )
            for number in range(tasks)
        ),
    )  # fmt: skip


def _schedules(connection: sqlite3.Connection, schedules: int, now: int) -> None:
    due = now + 86_400_000_000
    connection.executemany(
        "INSERT INTO schedule (name, spec, zone, anchor_at, controller, params, created_at, cursor_at, next_at)"
        " VALUES (?, 'daily 00:00', 'UTC', ?, 'shell', '{\"command\": \"true\"}', ?, ?, ?)",
        [(f"job {number:05}", now, now, now, due) for number in range(schedules)],
    )
