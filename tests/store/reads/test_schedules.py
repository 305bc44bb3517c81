"""Pages of schedules and of their ledger."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store import journal
from store.connection import connect
from store.enums import OccurrenceState, RunState
from store.errors import Refused
from store.reads import schedules as reads
from tests.stores import empty_store

NAMES = ("Archive", "backup 1", "backup 2", "backup 3", "report")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Five schedules by name and a deleted one; the first has a ledger, newest id not newest instant of all."""
    path = empty_store(tmp_path / "desk.db")
    with closing(connect(path)) as connection:
        journal.begin(connection, 0, journal.ENGINE, "test")
        for name in (*reversed(NAMES), "gone"):
            connection.execute(
                "INSERT INTO schedule (name, spec, zone, controller, anchor_at, created_at, cursor_at, deleted_at)"
                " VALUES (?1, 'daily 00:00', 'UTC', 'shell', 0, 0, 0, iif(?1 = 'gone', 1, NULL))",
                (name,),
            )
        for schedule_id, planned, state in ((1, 10, "fired"), (1, 20, "missed"), (2, 5, "skipped"), (1, 30, "merged")):
            connection.execute(
                "INSERT INTO occurrence (schedule_id, planned_at, state, decided_at) VALUES (?, ?, ?, 0)",
                (schedule_id, planned, state),
            )
        yield connection


def names(found: list[reads.Schedule]) -> list[str]:
    return [each.name for each in found]


def test_pages_by_name_from_both_ends(store: sqlite3.Connection) -> None:
    assert names(reads.page(store)) == list(NAMES)
    assert names(reads.page(store, limit=2)) == ["Archive", "backup 1"]
    assert names(reads.page(store, after="backup 1", limit=2)) == ["backup 2", "backup 3"]
    assert names(reads.page(store, before="backup 3", limit=2)) == ["backup 1", "backup 2"]
    assert names(reads.page(store, before=reads.LAST, limit=2)) == ["backup 3", "report"]
    assert names(reads.page(store, offset=3, limit=2)) == ["backup 3", "report"]
    assert names(reads.page(store, after="report")) == []


def test_text_is_part_of_the_name(store: sqlite3.Connection) -> None:
    assert names(reads.page(store, text="BACKUP", after="backup 1")) == ["backup 2", "backup 3"]
    assert (reads.count(store), reads.count(store, "backup"), reads.count(store, most=2)) == (5, 3, 2)


def test_one_by_id_is_found_when_deleted_and_one_by_name_is_not(store: sqlite3.Connection) -> None:
    assert reads.schedule(store, 6).deleted_at == 1
    assert reads.named(store, "gone") is None
    found = reads.named(store, "report")
    assert found is not None
    assert found == reads.schedule(store, 1)
    with pytest.raises(Refused, match="There is no schedule 7"):
        reads.schedule(store, 7)


def test_status_and_pid_are_of_the_open_run_and_last_state_of_the_newest(store: sqlite3.Connection) -> None:
    def run(state: str, pid: int | None) -> None:
        store.execute(
            "INSERT INTO run (name, schedule_id, controller, state, pid, available_at, created_at)"
            " VALUES ('x', 1, 'shell', ?, ?, 0, 0)",
            (state, pid),
        )

    def told() -> tuple[str, int | None, RunState | None]:
        found = reads.schedule(store, 1)
        return found.status, found.pid, found.last_state

    assert told() == ("idle", None, None)
    run("failed", None)
    assert told() == ("idle", None, RunState.FAILED)
    run("running", 4711)
    assert told() == ("running", 4711, RunState.RUNNING)
    run("pending", None)
    assert told() == ("running", 4711, RunState.PENDING)


def test_ledger_of_one_by_planned_instant(store: sqlite3.Connection) -> None:
    assert [line.planned_at for line in reads.ledger(store, 1)] == [30, 20, 10]
    assert [line.planned_at for line in reads.ledger(store, 1, limit=1)] == [30]
    assert [line.planned_at for line in reads.ledger(store, 1, before=30)] == [20, 10]
    assert [line.planned_at for line in reads.ledger(store, 1, after=10, limit=1)] == [20]
    assert [line.state for line in reads.ledger(store, 1, states=reads.NOT_FIRED)] == ["merged", "missed"]


def test_ledger_of_all_in_the_order_of_decisions(store: sqlite3.Connection) -> None:
    assert [line.id for line in reads.ledger_of_all(store)] == [4, 3, 2, 1]
    assert [line.id for line in reads.ledger_of_all(store, before=4, states=reads.NOT_FIRED)] == [3, 2]
    assert [line.id for line in reads.ledger_of_all(store, after=1, limit=2)] == [3, 2]
    line = reads.ledger_of_all(store, limit=1)[0]
    assert (line.schedule, line.state, line.count) == ("report", OccurrenceState.MERGED, 1)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"{reads._SELECT} WHERE s.deleted_at IS NULL AND s.name > 'a' ORDER BY s.name LIMIT 9", "schedule_name"),
        (f"{reads._SELECT} WHERE s.id = 1", "run_open_by_schedule"),
        (f"{reads._LINES} WHERE o.schedule_id = 1 ORDER BY o.planned_at DESC LIMIT 9", "sqlite_autoindex_occurrence_1"),
    ],
)
def test_pages_walk_an_index(store: sqlite3.Connection, query: str, index: str) -> None:
    plan = " ".join(row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_lists_do_not_load_peewee() -> None:
    code = "import engine.queries.schedules, sys; sys.exit('peewee' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
