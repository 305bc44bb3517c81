"""Reads of workflows walk down indexes, whatever is asked, and pages fit together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.workflow_lists import cases, fill
from store.connection import connect
from store.database import database
from store.enums import FlowState
from store.opening import open_store
from store.reads import tasks, workflows
from store.reads.task_search import NOTHING

MANY = 600


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Six hundred workflows, of which 42 are open and 6 stuck."""
    path = open_store(tmp_path_factory.mktemp("workflows") / "desk.db").path
    database.close()
    fill(path, MANY)
    with closing(connect(path)) as connection:
        yield connection


def plans(connection: sqlite3.Connection, name: str) -> list[str]:
    """How SQLite finds the rows of every statement of a case."""
    said: list[str] = []
    connection.set_trace_callback(said.append)
    cases(connection, MANY)[name]()
    connection.set_trace_callback(None)
    return [row[3] for text in said for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("name", ["first page", "deep page", "open", "open or stuck", "of a rare name, stuck"])
def test_a_page_is_a_walk_down_one_index(many: sqlite3.Connection, name: str) -> None:
    found = plans(many, name)
    whole = {"SCAN s", "SCAN step", "SCAN o", "SCAN t", "SCAN a", "SCAN l"}
    assert not whole & set(found)
    assert ("SCAN w" in found) is (name == "first page"), "which goes down the table itself, and ends with the page"
    assert "USE TEMP B-TREE FOR ORDER BY" not in found[:2]


@pytest.mark.parametrize("name", ["problems", "problems, deep", "its steps", "one", "mine (few)"])
def test_what_is_wrong_and_what_is_mine_read_no_table_whole(many: sqlite3.Connection, name: str) -> None:
    whole = [each for each in plans(many, name) if each in ("SCAN s", "SCAN step", "SCAN w", "SCAN workflow", "SCAN t")]
    assert whole == []


def test_pages_fit_together_both_ways(many: sqlite3.Connection) -> None:
    questions: list[dict[str, Any]] = [
        {}, {"state": FlowState.OPEN}, {"name": "refund"}, {"mine": "ana"}, {"text": "customer 1"}
    ]  # fmt: skip
    for asked in questions:
        whole = [each.id for each in workflows.page(many, limit=MANY, **asked)]
        assert whole == sorted(whole, reverse=True)
        assert len(whole) > 20
        seen: list[int] = []
        while page := workflows.page(many, after=seen[-1] if seen else None, limit=7, **asked):
            seen += [each.id for each in page]
        assert seen == whole
        back = workflows.page(many, before=whole[10], limit=4, **asked)
        assert [each.id for each in back] == whole[6:10]


def test_states_and_names_are_those_asked_for(many: sqlite3.Connection) -> None:
    stuck = workflows.page(many, state=FlowState.ATTENTION, limit=MANY)
    assert {each.state for each in stuck} == {FlowState.ATTENTION}
    assert len(stuck) == 6 == workflows.problem_count(many)
    assert workflows.count(many, (FlowState.OPEN, FlowState.ATTENTION)) == 48
    assert {each.version for each in workflows.page(many, name="refund", limit=MANY)} == {1, 2, 3}
    assert {each.waits_for for each in workflows.page(many, mine="bo", limit=MANY)} == {"bo (approve)"}


def test_problems_page_after_page(many: sqlite3.Connection) -> None:
    whole = workflows.problems(many)
    assert [each.workflow_id for each in whole] == [598, 498, 398, 298, 198, 98]
    seen, after = [], None
    while page := workflows.problems(many, after, 2):
        seen += page
        after = (page[-1].workflow_id, page[-1].id)
    assert seen == whole


def test_many_open_steps_are_counted_and_not_listed(tmp_path: Path) -> None:
    path = open_store(tmp_path / "desk.db").path
    database.close()
    fill(path, 99)
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO step (workflow_id, node, kind, state, created_at) VALUES (98, ?, 'machine', 'pending', 1)",
            [(f"part_{number}",) for number in range(5)],
        )
        connection.commit()
    with closing(connect(path)) as connection:
        assert (
            workflows.workflow(connection, 98).waits_for == "approve failed; part 0 (pending); part 1 (pending); 3 more"
        )


def test_steps_that_wait_for_people_are_found_by_their_own_index(many: sqlite3.Connection) -> None:
    from datetime import date

    section = tasks.of_workflows(date(2025, 6, 4), 7)
    source, where, values = tasks._source(section, NOTHING)
    query = f"EXPLAIN QUERY PLAN SELECT task.id FROM {source} WHERE {where}"
    plan = [row[3] for row in many.execute(query, tuple(values))]
    assert any("step_human" in each for each in plan)
    assert not any(each.startswith("SCAN") for each in plan)
    rows = tasks.window(many, section, limit=100)
    assert len(rows) == 30
    assert all(row.task.step_id for row in rows)
