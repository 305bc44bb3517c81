"""Workflows that ended long ago go with their steps; what is under way stays, and the tasks of people."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.workflow_lists import AT, fill
from engine.workflows.forgetting import workflows
from store.connection import connect
from store.database import database
from store.opening import open_store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A hundred workflows, each begun a microsecond after the one before: 92 are over."""
    path = open_store(tmp_path / "desk.db").path
    database.close()
    fill(path, 100)
    with closing(connect(path)) as connection:
        yield connection


def count(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {query}").fetchone()[0])


def test_what_is_over_goes_with_its_steps_and_what_is_under_way_stays(desk: sqlite3.Connection) -> None:
    assert workflows(desk, AT + 51) == (50, 0)
    assert count(desk, "workflow WHERE id <= 50") == 0
    assert count(desk, "step WHERE workflow_id <= 50") == 0
    assert count(desk, "step_parent l LEFT JOIN step s ON s.id = l.step_id WHERE s.id IS NULL") == 0
    assert workflows(desk, AT + 1_000_000) == (42, 0)
    assert count(desk, "workflow WHERE state IN ('open', 'needs attention')") == count(desk, "workflow") == 8
    assert count(desk, "task") == 5


def test_a_version_goes_once_nobody_follows_it_and_the_newest_never(desk: sqlite3.Connection) -> None:
    desk.execute("UPDATE workflow SET definition_id = 3 WHERE definition_id = 1")
    assert workflows(desk, AT + 1)[1] == 1
    desk.execute("UPDATE workflow_definition SET deleted_at = ? WHERE id = 4", (AT,))
    assert workflows(desk, AT + 1)[1] == 0
    assert [row[0] for row in desk.execute("SELECT id FROM workflow_definition ORDER BY id")] == [2, 3, 4]


def test_it_stops_when_it_is_told_to(desk: sqlite3.Connection) -> None:
    heard: list[int] = []

    def stop(done: int) -> bool:
        heard.append(done)
        return False

    gone, _ = workflows(desk, AT + 1_000_000, stop)
    assert heard == [gone] == [92]
