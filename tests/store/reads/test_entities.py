"""Lists of entities and their histories, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store.connection import connect
from store.reads import entities as reads
from store.reads.entity_history import history
from tests.store.reads.many_tasks import TODAY, store

__all__ = ["store"]

ORDER = [*("Ä", "a 1", "b"), *map(str, range(1, 60)), *map(str, range(100, 110)), "2025-1", "2025-10", "2025-2"]
"""Words first, then by number; those of one number by their text."""


@pytest.fixture(scope="module")
def connection(store: Path) -> Iterator[sqlite3.Connection]:
    """Entities with all kinds of ids, of two classes."""
    with closing(connect(store)) as opened:
        opened.execute("INSERT INTO entity_class (name, statuses, date_fields) VALUES ('room', '[\"free\"]', '[]')")
        opened.executemany(
            "INSERT OR IGNORE INTO entity (object_class, object_id, name, status, created_at) VALUES (?, ?, ?, ?, 0)",
            [
                *(("stay", number, f"House {number}", "confirmed") for number in reversed(ORDER)),
                *(("room", str(number), "", "free") for number in range(5)),
            ],
        )
        yield opened


def keys(rows: tuple[reads.Row, ...]) -> list[tuple[str, str]]:
    """Class and id."""
    return [(row.entity.object_class, row.entity.object_id) for row in rows]


def in_order() -> list[tuple[str, str]]:
    """Everything, as lists show it."""
    words = sorted(each for each in ORDER if not each[0].isdigit())
    return [
        *(("room", str(number)) for number in range(5)),
        *(("stay", each) for each in [*words, *(each for each in ORDER if each[0].isdigit())]),
    ]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_in_both_directions_give_all_in_the_order_of_numbers(connection: sqlite3.Connection, size: int) -> None:
    forth: list[reads.Row] = []
    while page := reads.window(connection, TODAY, after=forth[-1].key if forth else None, limit=size):
        forth += page
    back: list[reads.Row] = []
    while page := reads.window(connection, TODAY, before=back[0].key if back else reads.END, limit=size):
        back[:0] = page
    assert keys(tuple(forth)) == keys(tuple(back)) == in_order()
    assert keys(reads.window(connection, TODAY, offset=9, limit=3)) == in_order()[9:12]
    assert len(set(forth)) == len(forth), "rows can be kept in sets"


@pytest.mark.parametrize(
    ("sift", "index"),
    [
        (reads.ALL, "entity_in_order"),
        (reads.Filter(classes=("stay",)), "entity_in_order"),
        (reads.Filter(classes=("stay",), status="confirmed"), "entity_by_status"),
    ],
)
def test_pages_come_from_an_index_without_sorting(
    connection: sqlite3.Connection, sift: reads.Filter, index: str
) -> None:
    found = reads.window(connection, TODAY, sift, limit=1000)
    assert reads.count(connection, sift) == len(found)
    assert keys(found) == [key for key in in_order() if key in set(keys(found))]
    assert {row.entity.status for row in found if sift.status} <= {sift.status}
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    reads.window(connection, TODAY, sift, after=found[3].key, limit=5)
    connection.set_trace_callback(None)
    plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}")]
    assert f"USING INDEX {index}" in plan[0]
    assert not [step for step in plan if "TEMP B-TREE" in step]


def test_open_and_late_tasks_are_counted(connection: sqlite3.Connection) -> None:
    entity = reads.one(connection, "stay", "104", TODAY)
    assert entity is not None
    open_tasks, late_tasks = connection.execute(
        "SELECT count(*), sum(deadline_date < ?1 AND visible_date <= ?1) FROM task WHERE object_id = '104'"
        " AND is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL",
        (TODAY.isoformat(),),
    ).fetchone()
    assert (entity.open_tasks, entity.late_tasks) == (open_tasks, late_tasks)
    assert late_tasks > 0
    assert reads.one(connection, "stay", "104", date(2020, 1, 1)) != entity
    assert reads.one(connection, "stay", "none", TODAY) is None
    assert reads.of_row(connection, entity.id, TODAY) == entity


@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels", "America/New_York"])
def test_history_goes_on_behind_a_key_and_ends(connection: sqlite3.Connection, zone: str) -> None:
    entity = reads.one(connection, "stay", "105", TODAY)
    assert entity is not None
    whole = history(connection, entity.id, ZoneInfo(zone), limit=0)
    assert [key for key, _ in whole] == sorted((key for key, _ in whole), reverse=True)
    assert {line.kind for _, line in whole} == {"made", "done", "superseded", "contact"}
    pages = history(connection, entity.id, ZoneInfo(zone), limit=4)
    while page := history(connection, entity.id, ZoneInfo(zone), before=pages[-1][0], limit=4):
        pages += page
    assert pages == whole
