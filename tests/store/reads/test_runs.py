"""Lists of runs by keyset."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.requests import request
from store import journal
from store.connection import connect
from store.enums import Category, RunState
from store.reads import runs
from store.reads.runs import OPEN, Which
from tests.stores import empty_store

STATES = (
    "succeeded",
    "failed",
    "pending",
    "running",
    "succeeded",
    "lost",
    "pending",
    "failed",
    "starting",
    "cancelled",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Runs 1 to 10 of two schedules with one name, one of them deleted, and of none; run 4 of ana."""
    with closing(connect(empty_store(tmp_path / "desk.db"))) as connection:
        journal.begin(connection, 0, journal.ENGINE, "test")
        connection.execute("INSERT INTO user (name) VALUES ('ana')")
        for deleted in (5, None):
            connection.execute(
                "INSERT INTO schedule (name, spec, zone, anchor_at, controller, created_at, cursor_at, deleted_at)"
                " VALUES ('nightly', 'daily 03:00', 'UTC', 0, 'shell', 0, 0, ?)",
                (deleted,),
            )
        for number, state in enumerate(STATES, 1):
            made = request(
                connection,
                number,
                name=f"job {number}" if number % 2 else f"Backup {number}",
                controller="shell",
                params={"command": "true", "n": number},
                schedule_id={0: 1, 1: 2}.get(number % 3),
                creator_id=1 if number == 4 else None,
            )
            connection.execute("UPDATE run SET state = ? WHERE id = ?", (state, made))
        yield connection


def ids(found: list[runs.Run]) -> list[int]:
    return [run.id for run in found]


def test_one_run_with_all_that_is_known(store: sqlite3.Connection) -> None:
    run = runs.run(store, 4)
    assert run is not None
    assert (run.name, run.state, run.creator, run.category) == ("Backup 4", RunState.RUNNING, "ana", Category.USER)
    assert (run.schedule_id, run.schedule) == (2, "nightly")
    assert run.params == {"command": "true", "n": 4}
    assert (run.timeout, run.max_attempts, run.available_at, run.created_at) == (3600, 1, 4, 4)
    other = runs.run(store, 5)
    assert other is not None
    assert (other.creator, other.category, other.schedule) == ("system", Category.SYSTEM, None)
    assert runs.run(store, 99) is None


def test_pages_follow_one_another_both_ways(store: sqlite3.Connection) -> None:
    assert ids(runs.page(store, limit=4)) == [10, 9, 8, 7]
    assert ids(runs.page(store, before=7, limit=4)) == [6, 5, 4, 3]
    assert ids(runs.page(store, before=3, limit=4)) == [2, 1]
    assert ids(runs.page(store, after=3, limit=4)) == [7, 6, 5, 4]
    assert ids(runs.page(store, after=0, limit=2)) == [2, 1]
    assert runs.page(store, after=10) == []
    assert runs.page(store, limit=0) == []


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (Which(states=(RunState.PENDING,)), [7, 3]),
        (OPEN, [9, 7, 4, 3]),
        (Which(states=(RunState.FAILED, RunState.LOST)), [8, 6, 2]),
        (Which(schedules=(2,)), [10, 7, 4, 1]),
        (Which(schedules=(1, 2)), [10, 9, 7, 6, 4, 3, 1]),
        (Which(schedules=()), []),
        (Which(schedules=(2,), states=(RunState.PENDING, RunState.RUNNING)), [7, 4]),
        (Which(text="BACKUP"), [10, 8, 6, 4, 2]),
        (Which(text="job", states=(RunState.PENDING,)), [7, 3]),
        (Which(text="%"), []),
    ],
)
def test_which(store: sqlite3.Connection, which: Which, expected: list[int]) -> None:
    assert ids(runs.page(store, which)) == expected
    assert ids(runs.page(store, which, limit=2)) == expected[:2]
    assert ids(runs.page(store, which, after=0, limit=2)) == expected[-2:]
    if len(expected) > 2:
        assert ids(runs.page(store, which, before=expected[1])) == expected[2:]
    assert runs.count(store, which) == len(expected)
    assert runs.count(store, which, most=1) == min(1, len(expected))


def test_deleted_runs_are_not_listed(store: sqlite3.Connection) -> None:
    store.execute("UPDATE run SET deleted_at = 1 WHERE id > 1")
    assert ids(runs.page(store)) == [1]
    assert runs.run(store, 2) is None


def test_name_finds_every_schedule_that_had_it(store: sqlite3.Connection) -> None:
    assert runs.schedules_named(store, "nightly") == [1, 2]
    assert runs.schedules_named(store, "daily") == []


@pytest.mark.parametrize("which", [Which(), OPEN, Which(schedules=(2,)), Which(states=(RunState.FAILED,))])
def test_pages_are_found_on_an_index(store: sqlite3.Connection, which: Which) -> None:
    said: list[str] = []
    store.set_trace_callback(said.append)
    runs.page(store, which, before=50)
    store.set_trace_callback(None)
    (query,) = said
    steps = [row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()]
    assert not [step for step in steps if step.startswith("SCAN r") and "USING" not in step], steps


def test_attempts(store: sqlite3.Connection) -> None:
    for number, fence, state in ((1, 1, "failed"), (2, 3, "running")):
        store.execute(
            "INSERT INTO attempt (run_id, number, fence, engine_id, state, claimed_at, exit_code)"
            " VALUES (4, ?, ?, 'e', ?, 9, ?)",
            (number, fence, state, number),
        )
    found = runs.attempts(store, 4)
    assert [(each.number, each.fence, each.state, each.claimed_at, each.exit_code) for each in found] == [
        (1, 1, RunState.FAILED, 9, 1),
        (2, 3, RunState.RUNNING, 9, 2),
    ]
