"""Days of the store from ranges of indexes: nothing is sorted, no table walked, whatever the number of rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from store.connection import connect
from store.instants import SECOND
from store.reads import tasks
from store.reads.calendar_days import Bounds, DayFacts, days, due_on
from store.reads.notifications import Viewer
from tests.desk import stays

FIRST = date(2025, 6, 9)
DAY = 24 * 3600 * SECOND
BEGIN = 1_749_427_200 * SECOND
"""Midnight UTC of the first day."""
BOUNDS = tuple(Bounds(FIRST + timedelta(at), BEGIN + at * DAY, BEGIN + (at + 1) * DAY) for at in range(14))
WHO = Viewer(1, BEGIN + 7 * DAY, "2025-06-16")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Six hundred tasks, every third with a start two days before; done, deleted and superseded ones; runs, notices."""
    path: Path = stays(tmp_path_factory.mktemp("store") / "desk.db").path
    with closing(connect(path)) as connection:
        connection.executemany(
            "INSERT INTO task (id, name, is_done, done_date, visible_date, visible_by_hand, deadline_date, start_date,"
            " superseded_at, deleted_at, deadline_time, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            list(_tasks()),
        )
        connection.executemany(
            "INSERT INTO run (name, controller, state, available_at, created_at, finished_at, deleted_at)"
            " VALUES (?, 'shell', ?, 0, 0, ?, ?)",
            [
                (
                    f"job {at}",
                    "failed" if at % 10 == 0 else "succeeded",
                    BEGIN + at * DAY // 40,
                    1 if at % 7 == 0 else None,
                )
                for at in range(320)
            ],
        )
        connection.executemany(
            "INSERT INTO notification (dedupe_key, at, severity, kind, subject, dismissed_at) VALUES (?, ?, 'warning',"
            " 'late', ?, ?)",
            [(f"late:{at}", BEGIN + at * DAY + 1, f"notice {at}", 1 if at % 2 else None) for at in range(6)],
        )
        yield connection


def _tasks() -> Iterator[tuple[object, ...]]:
    for number in range(1, 601):
        due = FIRST + timedelta(number % 20 - 3)
        is_done, is_gone = number % 5 == 0, number % 11 == 0
        start = str(due - timedelta(2)) if number % 3 == 0 else None
        hidden = "2025-06-18" if number % 50 == 1 else "2025-06-01"
        time = "08:00" if number % 40 == 7 else None
        yield (
            number, f"Task {number}", is_done, str(FIRST + timedelta(number % 4)) if is_done else None, hidden,
            number % 50 == 1, str(due), start, 1 if number % 13 == 0 else None, 1 if is_gone else None, time,
        )  # fmt: skip


def found(store: sqlite3.Connection, few: int = 5) -> dict[int, DayFacts]:
    return {each.day.day: each for each in days(store, BOUNDS, few, WHO)}


def test_days_count_all_and_name_a_few(store: sqlite3.Connection) -> None:
    """Against plain Python over the same rows."""
    live = [row for row in _tasks() if not row[2] and row[8] is None and row[9] is None]
    for day, facts in found(store).items():
        text = f"2025-06-{day:02}"
        due = [row for row in live if row[6] == text]
        under_way = [row for row in live if row[7] is not None and str(row[7]) <= text < str(row[6])]
        assert (facts.due, facts.spans) == (len(due), len(under_way))
        assert len(facts.tasks) == min(5, len(due))
        assert {task.id for task in facts.tasks} <= {row[0] for row in due}
        assert {task.id for task in facts.under_way} <= {row[0] for row in under_way}
        assert [task.time for task in facts.tasks] == sorted(
            (task.time for task in facts.tasks), key=lambda time: time or "~"
        )


def test_runs_and_reminders_of_a_day(store: sqlite3.Connection) -> None:
    """Deleted runs and put away notices do not count; of many runs those that failed are named."""
    facts = found(store)
    kept = [at for at in range(40) if at % 7]
    assert {str(state): number for state, number in facts[9].runs} == {
        "failed": len([at for at in kept if at % 10 == 0]),
        "succeeded": len([at for at in kept if at % 10]),
    }
    assert [run.name for run in facts[9].ended] == ["job 10", "job 20", "job 30"]
    assert [each.name for each in facts[11].reminders] == ["notice 2"]
    assert facts[12].reminders == ()
    assert {each.is_notice for each in facts[18].reminders} == {False}
    assert facts[20].runs == ()


def test_every_read_is_a_range_of_an_index(store: sqlite3.Connection) -> None:
    asked: list[str] = []
    store.set_trace_callback(asked.append)
    days(store, BOUNDS, 5, WHO)
    store.set_trace_callback(None)
    plans = {
        str(row[3])
        for each in asked
        if each.startswith("SELECT")
        for row in store.execute(f"EXPLAIN QUERY PLAN {each}")
    }
    assert [plan for plan in plans if plan.startswith("SCAN") and "notification" not in plan] == []
    assert any("COVERING INDEX run_finished" in plan for plan in plans)
    assert any("INDEX task_span" in plan for plan in plans)


def test_a_full_day_is_paged(store: sqlite3.Connection) -> None:
    """All open tasks of a day by id, those that are hidden yet too."""
    rows = tasks.window(store, due_on(date(2025, 6, 18)), limit=100)
    facts = found(store)[18]
    assert len(rows) == facts.due
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert {row.task.deadline_date for row in rows} == {date(2025, 6, 18)}
