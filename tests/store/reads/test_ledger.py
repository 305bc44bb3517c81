"""The ledger by day, by schedule and in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store import journal
from store.connection import connect
from store.reads import ledger
from store.reads.ledger import Part, Which
from store.values import Occurrence
from tests.stores import empty_store

BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = 3_600_000_000
JUNE_1 = 1_748_728_800_000_000
"""2025-06-01 00:00 in Brussels."""

LINES = (
    (1, 1, "missed", "down", None),
    (1, 2, "fired", None, None),
    (2, 3, "skipped", "overlap", None),
    (2, 4, "merged", "down", None),
    (1, 25, "missed", "down", 9),
    (1, 49, "missed", "expired", None),
    (1, 49.5, "fired", None, None),
)
"""Schedule, hours after the first of June, state, cause, accepted."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Two schedules; a deleted one keeps its ledger."""
    path = empty_store(tmp_path / "desk.db")
    with closing(connect(path)) as connection:
        journal.begin(connection, 0, journal.ENGINE, "test")
        for name in ("Backup", "report"):
            connection.execute(
                "INSERT INTO schedule (name, spec, zone, controller, anchor_at, created_at, cursor_at)"
                " VALUES (?, 'daily 00:00', 'UTC', 'shell', 0, 0, 0)",
                (name,),
            )
        for schedule, hours, state, cause, accepted in LINES:
            connection.execute(
                "INSERT INTO occurrence (schedule_id, planned_at, state, cause, accepted_at, reason, count, decided_at)"
                " VALUES (?, ?, ?, ?, ?, 'the disk was full', iif(?3 = 'skipped', 40, 1), 0)",
                (schedule, int(JUNE_1 + hours * HOUR), state, cause, accepted),
            )
        yield connection


def numbers(found: list[Occurrence]) -> list[int]:
    return [each.id for each in found]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (Which(), [6, 3, 1]),
        (Which(Part.UNFIRED), [6, 5, 4, 3, 1]),
        (Which(Part.ALL, schedule_id=1), [7, 6, 5, 2, 1]),
        (Which(schedule_id=1), [6, 1]),
        (Which(schedule="BACK"), [6, 1]),
        (Which(text="DISK was"), [6, 3, 1]),
        (Which(text="report"), [3]),
        (Which(cause="over"), [3]),
        (Which(Part.UNFIRED, cause="merged"), [4]),
        (Which(start=JUNE_1 + 2 * HOUR, end=JUNE_1 + 49 * HOUR), [3]),
        (Which(text="nothing like it"), []),
    ],
)
def test_what_is_asked_for(store: sqlite3.Connection, which: Which, expected: list[int]) -> None:
    assert numbers(ledger.page(store, which)) == expected
    assert ledger.ids(store, which, 100) == expected
    assert ledger.total(store, which).lines == len(expected)


def test_pages_from_both_ends(store: sqlite3.Connection) -> None:
    every = ledger.page(store, Which(Part.UNFIRED))
    places = [(each.planned_at, each.id) for each in every]
    assert numbers(ledger.page(store, Which(Part.UNFIRED), limit=2)) == [6, 5]
    assert numbers(ledger.page(store, Which(Part.UNFIRED), after=places[1], limit=2)) == [4, 3]
    assert numbers(ledger.page(store, Which(Part.UNFIRED), before=places[3], limit=2)) == [5, 4]
    assert numbers(ledger.page(store, Which(Part.UNFIRED), before=(0, 0), limit=2)) == [3, 1]
    assert numbers(ledger.page(store, Which(Part.UNFIRED), offset=3)) == [3, 1]


def test_totals_count_gaps_and_say_where_they_stopped(store: sqlite3.Connection) -> None:
    assert ledger.total(store, Which()) == ledger.Total(3, 42, True)
    assert ledger.total(store, Which(), most=2).is_all is False


def test_days_are_those_of_the_zone_and_end_where_the_next_begins(store: sqlite3.Connection) -> None:
    found = ledger.days(store, Which(), BRUSSELS)
    assert [day for day, _, _ in found] == [date(2025, 6, 3), date(2025, 6, 1)]
    assert found[1][1:] == (JUNE_1, JUNE_1 + 24 * HOUR)
    assert [day for day, _, _ in ledger.days(store, Which(), BRUSSELS, most=1)] == [date(2025, 6, 3)]


def test_schedules_with_something_to_accept(store: sqlite3.Connection) -> None:
    assert ledger.schedules_to_accept(store) == [(1, "Backup"), (2, "report")]
    store.execute("UPDATE occurrence SET accepted_at = 1 WHERE schedule_id = 1")
    assert ledger.schedules_to_accept(store) == [(2, "report")]


@pytest.mark.parametrize("which", [Which(), Which(Part.UNFIRED), Which(schedule_id=1), Which(Part.ALL, schedule_id=1)])
def test_no_list_sorts_or_walks_what_it_does_not_show(store: sqlite3.Connection, which: Which) -> None:
    asked: list[str] = []
    store.set_trace_callback(asked.append)
    ledger.page(store, which, limit=5)
    store.set_trace_callback(None)
    plan = " ".join(row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {asked[-1]}"))
    assert "TEMP B-TREE" not in plan
    assert "USING INDEX" in plan or "USING COVERING INDEX" in plan
