"""Search among a million tasks: when the first hits are there, when all are, and how long a key waits meanwhile.

    python -m bench.search [--tasks 1000000] [--store FILE]

Prints, for each filter, ms to the first hits and to all of them in the order of the lists (median of 3, on a thread of
its own connection as the desk does), how many there are, and ms that the desk's thread needs for the dearest page of
them. With `--desk` the desk itself is used, by keys: the longest time its loop was held, by the time of its thread
(what others do with the machine does not count), while each filter is typed, answered, and paged to its end and back.
With `--index` it also fills an index of trigrams (FTS5, detail=none) on a copy, in batches: seconds and megabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from bench.stores import make
from engine.filtering import understand
from store.connection import connect
from store.reads import tasks
from store.reads.task_finding import stretches
from store.reads.task_ranking import ranked

FILTERS = (
    "zanzibar", "école", "ecole", "garden", "garden zanzibar", '"write the report"', "@rare", "@home", "#house",
    "@home garden", "p1", "late", "due:today", "stay/17", "no:label -garden", "nowhere-to-be-found",
)  # fmt: skip
_WORDS = [
    "call",
    "parents",
    "send",
    "contract",
    "allergy",
    "kitchen",
    "garden",
    "roof",
    "invoice",
    "paint",
    "wall",
    "meeting",
    "school",
    "bus",
    "driver",
    "list",
    "room",
    "number",
    "key",
    "binder",
    "report",
    "blog",
    "photo",
    "mail",
    "letter",
    "bank",
    "rent",
    "water",
    "plant",
    "lamp",
    "door",
    "window",
    "floor",
]
_DRESSED = """
UPDATE task SET notes = words(id) WHERE id % 3 = 0;
UPDATE task SET name = substr(words(id * 7), 1, 30) || ' ' || id WHERE id % 2 = 0;
UPDATE task SET name = 'Order from Zanzibar' WHERE id % 200000 = 100000;
UPDATE task SET name = 'Fête à l''École ' || id WHERE id % 100000 = 7;
UPDATE task SET priority = 1 + id % 4 WHERE id % 50 = 0;
INSERT INTO label (id, name) VALUES (1, 'home'), (2, 'rare');
INSERT INTO task_label (task_id, label_id) SELECT id, 1 FROM task WHERE id % 10 = 0;
INSERT INTO task_label (task_id, label_id) SELECT id, 2 FROM task WHERE id % 50000 = 3;
INSERT INTO task_list (id, name) VALUES (1, 'house');
UPDATE task SET list_id = 1 WHERE id % 20 = 0;
"""


def dressed(path: Path, number: int) -> Path:
    """A store of so many tasks, with words, labels, a list and a few rare names in it."""
    make(path, number)
    chance = random.Random(3)
    texts = [" ".join(chance.choice(_WORDS) for _ in range(12)) for _ in range(5_000)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = ON")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.create_function("words", 1, lambda row: texts[row % len(texts)])
        connection.execute("BEGIN")
        for statement in _DRESSED.strip().split(";\n"):
            connection.execute(statement)
        for _, text in triggers:
            connection.execute(text)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def timed(path: Path, text: str, clock: Callable[[], float]) -> tuple[float, float, int, float]:
    """Milliseconds to the first hits, to all of them, how many wait, and to the dearest page on the desk's thread."""
    firsts, alls, pages, hits = [], [], [], -1
    today = date.today()
    for _ in range(3):
        with closing(connect(path, read_only=True)) as connection:
            began, first = clock(), None
            sift = understand(connection, text, today, "ana").sift
            for step, _ in stretches(connection, sift, today):
                first, sift = first or clock(), step
            found = ranked(connection, tasks.waiting(today), sift)
            alls.append(clock() - began)
            firsts.append((first or clock()) - began)
            hits, dearest = len(found), 0.0
            for asked in ({}, {"before": tasks.END}, {"offset": hits // 2}):
                began = clock()
                found.window(connection, **asked)
                dearest = max(dearest, clock() - began)
            pages.append(dearest)
    first_ms, all_ms, page_ms = (statistics.median(each) * 1000 for each in (firsts, alls, pages))
    return first_ms, all_ms, hits, page_ms


async def held(path: Path) -> None:
    """Print, for each filter, the longest time that the desk's loop was held, in ms of its thread."""
    from textual.worker import WorkerCancelled

    from tests.tui.waiting import type_ahead
    from tui.app import Desk
    from tui.screens.sifted import SiftedTasks

    longest = Longest()
    desk = Desk(path, engine=False)
    async with desk.run_test(size=(160, 45)) as pilot:
        for place in "12":
            await type_ahead(pilot, place)
            for text in FILTERS:
                longest.ms = 0.0
                with longest:
                    keys = ["space" if letter == " " else letter for letter in text]
                    await type_ahead(pilot, "/", "ctrl+u", *keys, "enter")
                    while desk.workers:
                        with suppress(WorkerCancelled):
                            await desk.workers.wait_for_complete()
                    asked, longest.ms = longest.ms, 0.0
                    await type_ahead(pilot, "G", *["ctrl+u"] * 12, "g", *["ctrl+d"] * 12)
                answer = desk.screen.answer if isinstance(desk.screen, SiftedTasks) else None
                hits = sum(map(len, answer.ranked.values())) if answer else 0
                print(f"{place} {text:24}{asked:10.1f}{longest.ms:10.1f}{hits:12,}", flush=True)
    desk.close()


class Longest:
    """The longest that one step of the loop took, in ms of this thread, while it is entered."""

    def __init__(self) -> None:
        self.ms = 0.0
        self._run: Callable[[asyncio.Handle], None] = getattr(asyncio.Handle, "_run")  # noqa: B009

    def __enter__(self) -> None:
        run = self._run

        def timed(handle: asyncio.Handle) -> None:
            began = time.thread_time()
            run(handle)
            self.ms = max(self.ms, (time.thread_time() - began) * 1000)

        setattr(asyncio.Handle, "_run", timed)  # noqa: B010  # the one place that every step of the loop goes through

    def __exit__(self, *_: object) -> None:
        setattr(asyncio.Handle, "_run", self._run)  # noqa: B010


def indexed(path: Path, folder: Path) -> tuple[float, float]:
    """Seconds and megabytes of an index of trigrams on a copy of the store."""
    copy = folder / "indexed.db"
    shutil.copyfile(path, copy)
    before, began, last = copy.stat().st_size, time.perf_counter(), 0
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("CREATE VIRTUAL TABLE w USING fts5(t, tokenize='trigram', content='', detail=none)")
        query = "SELECT id, name || ' ' || notes FROM task WHERE id > ? ORDER BY id LIMIT 20000"
        while rows := connection.execute(query, (last,)).fetchall():
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO w (rowid, t) VALUES (?, ?)", rows)
            connection.execute("COMMIT")
            last = rows[-1][0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return time.perf_counter() - began, (copy.stat().st_size - before) / 1e6


def main() -> None:
    """Make the store, if none is given, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path, help="one that this bench has made before")
    parser.add_argument("--desk", action="store_true", help="the longest time that the desk's loop is held instead")
    parser.add_argument("--index", action="store_true", help="also what an index of trigrams would cost")
    parser.add_argument("--cpu", action="store_true", help="time of the processor instead, on a busy machine")
    given = parser.parse_args()
    clock = time.thread_time if given.cpu else time.perf_counter
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or dressed(Path(folder) / "search.db", given.tasks)
        if given.desk:
            print(f"  {'filter':24}{'asked':>10}{'paged':>10}{'hits':>12}   (ms of the loop's thread)")
            asyncio.run(held(path))
            return
        print(f"{'filter':24}{'first':>8}{'all':>8}{'hits':>10}{'page':>8}   (ms)")
        for text in FILTERS:
            first, whole, hits, page = timed(path, text, clock)
            print(f"{text:24}{first:8.0f}{whole:8.0f}{hits:10,}{page:8.1f}")
        if given.index:
            seconds, megabytes = indexed(path, Path(folder))
            print(f"index of trigrams: {seconds:.1f} s to fill, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
