"""The header's figures."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.requests import request
from store import journal
from store.connection import connect
from store.instants import SECOND, Instant, to_us
from store.reads.pulse import MOST, engine, pulse, to_accept
from tests.stores import empty_store

NOW = to_us(datetime(2025, 6, 1, 12, tzinfo=UTC))
HOUR = 3600 * SECOND


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(empty_store(tmp_path / "desk.db"))) as connection:
        journal.begin(connection, 0, journal.ENGINE, "test")
        yield connection


def node(store: sqlite3.Connection, name: str, state: str, beat: int, pid: int, host: str = "") -> None:
    store.execute(
        "INSERT INTO node VALUES (?, 'daemon', ?, 'boot', ?, '1', ?, 7, ?, '')",
        (name, host or os.uname().nodename, pid, state, NOW - beat * SECOND),
    )


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_nothing(store: sqlite3.Connection) -> None:
    found = pulse(store, NOW)
    assert (found.engine, found.running, found.pending, found.late, found.due_today, found.failed) == (
        *(None, 0, 0, 0, 0, 0),
    )


def test_engine_that_fires_and_no_other(store: sqlite3.Connection) -> None:
    node(store, "a", "standby", 0, os.getpid())
    node(store, "b", "stopped", 0, os.getpid())
    assert engine(store, NOW) is None
    node(store, "c", "active", 4, os.getpid())
    found = engine(store, NOW)
    assert found is not None
    assert (found.id, found.pid, found.since, found.beat_at) == ("c", os.getpid(), 7, NOW - 4 * SECOND)


@pytest.mark.parametrize(
    ("beat", "host", "is_dead", "seen"),
    [
        (10, "", True, True),
        (20, "", True, False),
        (20, "", False, True),
        (20, "elsewhere", True, True),
    ],
)
def test_silent_engine_is_shown_unless_its_process_is_gone(
    store: sqlite3.Connection, beat: int, host: str, is_dead: bool, seen: bool
) -> None:
    node(store, "a", "active", beat, dead_pid() if is_dead else os.getpid(), host)
    assert (engine(store, NOW) is not None) == seen


def test_runs(store: sqlite3.Connection) -> None:
    ends = [("running", None), ("starting", None), ("pending", None), ("failed", 1), ("failed", 23), ("failed", 25)]
    ends += [("lost", 2), ("succeeded", 1), ("cancelled", 1)]
    for state, ago in ends:
        made = request(store, NOW, name="x", controller="shell", params={})
        at = None if ago is None else NOW - ago * HOUR
        store.execute("UPDATE run SET state = ?, finished_at = ? WHERE id = ?", (state, at, made))
    found = pulse(store, NOW)
    assert (found.running, found.pending, found.failed) == (2, 1, 3)


def task(store: sqlite3.Connection, deadline: str | None, **more: object) -> None:
    row = {"name": "x", "visible_date": "2025-05-01", "created_at": 0, "deadline_date": deadline} | more
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    store.execute(f"INSERT INTO task ({names}) VALUES ({marks})", tuple(row.values()))


def test_tasks_late_and_due_today(store: sqlite3.Connection) -> None:
    for deadline in ("2025-05-31", "2025-06-01", "2025-06-01", "2025-06-02", None):
        task(store, deadline)
    task(store, "2025-05-31", is_done=1, done_date="2025-05-30")
    task(store, "2025-05-31", kind="contact")
    task(store, "2025-05-31", superseded_at=1)
    task(store, "2025-05-31", deleted_at=1)
    found = pulse(store, NOW)
    assert (found.late, found.due_today) == (1, 2)
    tomorrow = pulse(store, NOW, date(2025, 6, 2))
    assert (tomorrow.late, tomorrow.due_today) == (3, 1)


def test_days_are_counted_in_the_zone_of_the_store(store: sqlite3.Connection) -> None:
    task(store, "2025-06-01")
    store.execute("UPDATE setting SET value = '\"Pacific/Auckland\"' WHERE key = 'zone'")
    assert pulse(store, Instant(NOW + HOUR)).late == 1


def test_counts_stop_so_that_a_large_store_answers_at_once(store: sqlite3.Connection) -> None:
    store.execute("BEGIN")
    store.executemany(
        "INSERT INTO task (name, visible_date, created_at, deadline_date) VALUES ('x', '2025-05-01', 0, ?)",
        [("2025-05-31",)] * (MOST + 500),
    )
    store.execute("COMMIT")
    took = []
    for _ in range(9):
        began = time.process_time()
        assert pulse(store, NOW).late == MOST
        took.append(time.process_time() - began)
    assert sorted(took)[4] < 0.02


def test_what_nobody_has_accepted_is_counted_in_its_index(store: sqlite3.Connection) -> None:
    store.execute(
        "INSERT INTO schedule (id, name, spec, zone, anchor_at, cursor_at, controller, created_at)"
        " VALUES (1, 'job', 'daily', 'UTC', 0, 0, 'shell', 0)"
    )
    lines = [("missed", None), ("skipped", None), ("skipped", 5), ("merged", None), ("fired", None)]
    for at, (state, accepted) in enumerate(lines):
        store.execute(
            "INSERT INTO occurrence (schedule_id, planned_at, state, decided_at, accepted_at) VALUES (1, ?, ?, 0, ?)",
            (at, state, accepted),
        )
    assert to_accept(store) == 2
    said: list[str] = []
    store.set_trace_callback(said.append)
    to_accept(store)
    store.set_trace_callback(None)
    (statement,) = said
    plan = store.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    assert any("INDEX occurrence_to_accept" in row[3] for row in plan)
