"""A transaction is written whole or not at all, whatever ends it, and what comes after it can use the connection."""

from __future__ import annotations

import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest

from store.connection import connect
from store.database import session, transaction
from store.errors import StoreTrouble
from tests.stores import empty_store

BIG = "x" * 100_000
"""More than fits into what is left of a store that may not grow."""
Step = Callable[[sqlite3.Connection], object]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return empty_store(tmp_path / "desk.db")


@pytest.fixture(params=["alone", "in a session"])
def held(request: pytest.FixtureRequest, store: Path) -> Iterator[Path]:
    """The store, with the connection closed after each transaction, or kept open as an engine does."""
    with session() if request.param == "in a session" else nullcontext():
        yield store


def whole(*steps: Step) -> None:
    """One transaction, or a part of the one around it."""
    with transaction() as connection:
        for step in steps:
            step(connection)


def put(*keys: str, value: str = "") -> Step:
    rows = [(f"t:{key}", value) for key in keys]
    return lambda connection: connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", rows)


def part(*steps: Step) -> Step:
    return lambda _: whole(*steps)


def survived(kind: type[BaseException], *steps: Step) -> Step:
    """A part that ends by a fault, which whoever is around it takes care of."""

    def run(_: sqlite3.Connection) -> None:
        with pytest.raises(kind):
            whole(*steps)

    return run


def interrupt(_: sqlite3.Connection) -> None:
    signal.raise_signal(signal.SIGINT)


def refuse(_: sqlite3.Connection) -> None:
    raise ValueError("no")


def do(statement: str) -> Step:
    return lambda connection: connection.execute(statement)


def grow_no_more(connection: sqlite3.Connection) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")


def written(store: Path) -> set[str]:
    """What another connection sees."""
    with closing(connect(store)) as other:
        return {key.removeprefix("t:") for (key,) in other.execute("SELECT key FROM meta WHERE key LIKE 't:%'")}


def still_works(store: Path, *before: str) -> None:
    """There is what was there before; the next transaction writes more, and lets go."""
    assert written(store) == {*before}
    with session() as connection:
        connection.execute("PRAGMA max_page_count=1000000")
    whole(put("after"))
    assert written(store) == {*before, "after"}
    with closing(connect(store)) as other:
        other.execute("PRAGMA busy_timeout=0")
        other.execute("BEGIN IMMEDIATE")


def test_what_is_inside_is_seen_when_it_ends(held: Path) -> None:
    seen = list[set[str]]()
    whole(put("a"), lambda _: seen.append(written(held)))
    assert seen == [set()]
    still_works(held, "a")


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (refuse, ValueError),
        (interrupt, KeyboardInterrupt),
        (put("a"), sqlite3.IntegrityError),
        (part(put("c"), interrupt), KeyboardInterrupt),
    ],
)
def test_what_ends_by_a_fault_leaves_nothing(held: Path, end: Step, kind: type[BaseException]) -> None:
    with pytest.raises(kind):
        whole(put("a", "b"), end)
    still_works(held)


def test_a_part_that_fails_takes_back_itself_alone(held: Path) -> None:
    whole(put("a"), survived(ValueError, put("b"), refuse), put("c"))
    still_works(held, "a", "c")


def test_a_part_of_a_part_ends_neither_it_nor_the_whole(held: Path) -> None:
    whole(
        survived(ValueError, put("a"), part(put("b")), refuse),
        part(survived(KeyboardInterrupt, put("c"), interrupt), put("d")),
        put("e"),
    )
    still_works(held, "d", "e")


def test_parts_that_are_kept_go_with_the_whole(held: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        whole(part(put("a")), interrupt)
    still_works(held)


def test_a_commit_that_is_refused_leaves_nothing(held: Path) -> None:
    """What a deferred check finds is found by COMMIT alone, and SQLite then leaves the transaction open."""
    orphan = do("INSERT INTO task_label (task_id, label_id) VALUES (12, 34)")
    with pytest.raises(sqlite3.IntegrityError):
        whole(do("PRAGMA defer_foreign_keys=1"), put("a"), orphan)
    still_works(held)


def test_a_commit_that_must_wait_for_a_reader_leaves_nothing(store: Path) -> None:
    """Without WAL a reader holds up the COMMIT alone: everything before it went well."""
    with closing(connect(store)) as alone:
        assert alone.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    with session() as connection, closing(connect(store)) as reader:
        connection.execute("PRAGMA busy_timeout=0")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        with pytest.raises(StoreTrouble, match="is being written"):
            whole(put("a"))
        reader.execute("COMMIT")
        still_works(store)


def test_a_store_that_is_being_written_says_so_and_nothing_is_begun(store: Path) -> None:
    with session() as connection, closing(connect(store)) as other:
        connection.execute("PRAGMA busy_timeout=0")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreTrouble, match="is being written"):
            whole(put("a"))
        other.execute("ROLLBACK")
        still_works(store)


@pytest.mark.parametrize("fill", [put("b", value=BIG), part(put("b", value=BIG))], ids=["the whole", "a part"])
def test_a_store_that_may_not_grow_is_left_as_it_was(held: Path, fill: Step) -> None:
    """The whole transaction is gone before anybody rolls back: what is gone is not rolled back again."""
    with pytest.raises(StoreTrouble, match="disk is full"):
        whole(grow_no_more, put("a"), fill)
    still_works(held)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes, as where there is a quota."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_commit_that_finds_no_room_leaves_nothing(held: Path) -> None:
    """The rows fit into memory; it is COMMIT that has to write them."""
    whole(put("first"))
    log, reached = held.with_name(f"{held.name}-wal"), list[str]()
    room = (log.stat().st_size if log.exists() else 0) + 65_536
    with files_no_larger_than(room), pytest.raises(StoreTrouble, match=r"cannot (grow|be read or written)"):
        whole(put("a", "b", "c", value=BIG), lambda _: reached.append("the COMMIT"))
    assert reached == ["the COMMIT"]
    still_works(held, "first")
