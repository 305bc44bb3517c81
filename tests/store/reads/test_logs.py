"""Pages of a log, and finding in it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine import loglines
from engine.requests import request
from store.connection import connect
from store.enums import Level
from store.reads import logs
from tests.stores import empty_store

LINES = 250_000


def filled(path: Path, lines: list[str]) -> sqlite3.Connection:
    """A store whose run 2 has printed these lines; runs 1 and 3 have one line each."""
    connection = connect(empty_store(path))
    connection.execute("BEGIN")
    for _ in range(3):
        request(connection, 0, name="x", controller="shell", params={})
    loglines.append(connection, 1, 1, 5, "of another run: needle")
    loglines.append(connection, 3, 1, 5, "of another run: needle")
    printed = loglines.Lines()
    assert printed.print(2, 1, 1, 7, "stdout", "\n".join(lines))[0] == len(lines)
    printed.write(connection)
    connection.execute("UPDATE run SET log_lines = ? WHERE id = 2", (len(lines),))
    connection.execute("COMMIT")
    return connection


@pytest.fixture
def log(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    lines = ["start", "Needle one", "ERROR 50%_done", "plain", "warning: needle two", "end"]
    with closing(filled(tmp_path / "desk.db", lines)) as connection:
        yield connection


def test_page_from_any_line(log: sqlite3.Connection) -> None:
    page = logs.page(log, 2, 2, 2)
    assert [(line.seq, line.text, line.level, line.at, line.stream, line.attempt) for line in page] == [
        (2, "Needle one", Level.INFO, 7, "stdout", 1),
        (3, "ERROR 50%_done", Level.ERROR, 7, "stdout", 1),
    ]
    assert [line.seq for line in logs.page(log, 2, 6, 100)] == [6]
    assert logs.page(log, 2, 7, 100) == []
    assert logs.page(log, 99, 1, 100) == []


def test_size(log: sqlite3.Connection) -> None:
    assert (logs.size(log, 2), logs.size(log, 99)) == (6, 0)


@pytest.mark.parametrize(
    ("text", "start", "forward", "found"),
    [
        ("needle", 1, True, 2),
        ("needle", 3, True, 5),
        ("needle", 6, True, None),
        ("needle", 6, False, 5),
        ("needle", 1, False, None),
        ("Needle", 3, True, None),
        ("Needle", 6, False, 2),
        ("50%_", 1, True, 3),
        ("5_%", 1, True, None),
        ("\\", 1, True, None),
    ],
)
def test_find(log: sqlite3.Connection, text: str, start: int, forward: bool, found: int | None) -> None:
    assert logs.find(log, 2, text, start, forward) == found


def test_hits_between_two_lines(log: sqlite3.Connection) -> None:
    assert logs.hits(log, 2, "needle", 1, 6) == [2, 5]
    assert logs.hits(log, 2, "needle", 3, 4) == []


def test_next_loud_line(log: sqlite3.Connection) -> None:
    assert logs.next_loud(log, 2, 1) == 3
    assert logs.next_loud(log, 2, 4) is None
    assert logs.next_loud(log, 2, 4, Level.WARNING) == 5
    assert logs.next_loud(log, 2, 6, Level.WARNING, forward=False) == 5
    assert logs.next_loud(log, 2, 2, forward=False) is None


def test_page_of_a_long_log_costs_what_one_of_a_short_log_costs(tmp_path: Path) -> None:
    lines = [f"step {number}" for number in range(LINES)]
    with closing(filled(tmp_path / "desk.db", lines)) as connection:
        assert logs.page(connection, 2, 100, 1)[0].text == "step 99"
        assert logs.page(connection, 2, LINES - 1, 5)[1].text == f"step {LINES - 1}"
        took = []
        for number in range(50):
            began = time.process_time()
            assert len(logs.page(connection, 2, 1 + number * 4_000, 50)) == 50
            took.append(time.process_time() - began)
    assert sorted(took)[25] < 0.001
