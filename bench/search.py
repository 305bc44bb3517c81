"""Search among a million tasks: when the first hits are there, when all are, and how long a key waits meanwhile.

    python -m bench.search [--tasks 1000000] [--store FILE]

Prints, for each filter, ms to the first hits and to all of them (median of 5, on a thread of its own connection as
the desk does), how many there are, and ms that the desk's thread needs for a page of them: no key waits longer.
With `--index` it also fills an index of trigrams (FTS5, detail=none) on a copy, in batches: seconds and megabytes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from bench.stores import make
from engine.filtering import understand
from store.connection import connect
from store.reads import tasks
from store.reads.task_finding import stretches

FILTERS = (
    "zanzibar", "école", "garden", "garden zanzibar", '"write the report"', "@rare", "@home", "#house", "@home garden",
    "p1", "late", "due:today", "stay/17", "no:label -garden", "nowhere-to-be-found",
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
    """Milliseconds to the first hits, to all of them, how many, and to a page on the desk's own thread."""
    firsts, alls, pages, hits = [], [], [], -1
    today = date.today()
    for _ in range(5):
        with closing(connect(path, read_only=True)) as connection:
            began, first = clock(), None
            asked = sift = understand(connection, text, today, "ana").sift
            for step, _ in stretches(connection, asked, today):
                first, sift = first or clock(), step
            alls.append(clock() - began)
            firsts.append((first or clock()) - began)
            hits = -1 if sift.ids is None else len(sift.ids)
            began = clock()
            tasks.window(connection, tasks.waiting(today), sift)
            pages.append(clock() - began)
    first_ms, all_ms, page_ms = (statistics.median(each) * 1000 for each in (firsts, alls, pages))
    return first_ms, all_ms, hits, page_ms


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
    parser.add_argument("--index", action="store_true", help="also what an index of trigrams would cost")
    parser.add_argument("--cpu", action="store_true", help="time of the processor instead, on a busy machine")
    given = parser.parse_args()
    clock = time.thread_time if given.cpu else time.perf_counter
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or dressed(Path(folder) / "search.db", given.tasks)
        print(f"{'filter':24}{'first':>8}{'all':>8}{'hits':>8}{'page':>8}   (ms)")
        for text in FILTERS:
            first, whole, hits, page = timed(path, text, clock)
            print(f"{text:24}{first:8.0f}{whole:8.0f}{'many' if hits < 0 else f'{hits:,}':>8}{page:8.1f}")
        if given.index:
            seconds, megabytes = indexed(path, Path(folder))
            print(f"index of trigrams: {seconds:.1f} s to fill, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
