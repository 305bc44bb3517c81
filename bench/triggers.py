"""Triggers in bulk, each against the raw writes of the very same rows in the same run, all with synchronous FULL.

    python bench/triggers.py zone [rounds] [tasks]
    python bench/triggers.py reset [rounds] [tasks]

`zone`: a list moves to another time zone, and the pending action of each of its tasks (100,000) with it: what the
person waits for, how long the engine takes to plan all of them anew, and the longest time that nobody else can write.
`reset`: a trigger with a schedule opens all done tasks of one label (100,000) again, in one pass.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.clock import HandClock
from engine.operations import lists, triggers
from engine.triggers import look, planning, refollowing
from engine.turn import Turn
from store import current
from store.connection import connect
from store.database import database, transaction
from store.instants import to_us
from store.journal import Actor
from store.opening import open_store
from store.schema import install_triggers

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
ANA = Actor(None, "ana", "cli")
LATER = to_us(NOW) + 7 * 86_400_000_000


def prepared(folder: Path, count: int, *, done: bool) -> Path:
    """A store with so many tasks, in the list house and with the label weekly, due on a hundred days at many times."""
    path = open_store(folder / "first.db").path
    current.use(path)
    lists.add(ANA, NOW, "house", zone="Europe/Brussels")
    chance = random.Random(5)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("INSERT INTO label (id, name) VALUES (1, 'weekly')")
        connection.executemany(
            "INSERT INTO task (id, name, list_id, created_at, visible_date, deadline_date, deadline_time, is_done,"
            " done_at, done_date) VALUES (?, ?, 1, ?, '2025-03-01', ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    f"task {number}",
                    to_us(NOW),
                    (date(2025, 4, 1) + timedelta(chance.randrange(100))).isoformat(),
                    chance.choice((None, "08:00", "09:30", "17:00", f"{chance.randrange(24):02d}:15")),
                    done,
                    to_us(NOW) if done else None,
                    "2025-03-03" if done else None,
                )
                for number in range(1, count + 1)
            ],
        )
        connection.execute("INSERT INTO task_label (task_id, label_id) SELECT id, 1 FROM task")
        connection.execute("COMMIT")
    with transaction():
        install_triggers(database)
    return path


def copied(first: Path, name: str) -> Path:
    """The store again, with all that lies in its log."""
    database.close()
    path = first.with_name(name)
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(first, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    return path


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    current.use(path)
    with closing(connect(path)) as connection:
        yield connection
    database.close()


def timed(call: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def zone(first: Path) -> dict[str, float]:
    """Seconds: of the person's act, of all that follows, of its longest transaction, and of the raw writes."""
    path = copied(first, "zone.db")
    with opened(path) as connection:
        act = timed(lambda: lists.edit(ANA, NOW, "house", zone="America/New_York"))
        longest, total, pieces = 0.0, 0.0, 0
        while refollowing.is_behind(connection):
            began = time.perf_counter()
            with Turn(connection) as writing:
                refollowing.follow_piece(writing, to_us(NOW))
            took = time.perf_counter() - began
            longest, total, pieces = max(longest, took), total + took, pieces + 1
        moved = connection.execute("SELECT id, trigger_id, subject, task_id, due_at, made_at FROM pending_action WHERE"
                                   " state = 'waiting'").fetchall()  # fmt: skip
        gone = connection.execute("SELECT id FROM pending_action WHERE state = 'withdrawn'").fetchall()
    assert len(moved) == len(gone) > 0
    with opened(copied(first, "raw.db")) as connection:
        raw = timed(lambda: _raw(connection, moved, gone))
    return {"act": act, "all": total, "longest": longest, "raw": raw, "rows": len(moved), "ratio": total / raw}


def _raw(connection: sqlite3.Connection, moved: list[Any], gone: list[Any]) -> None:
    with Turn(connection) as writing:
        writing.executemany(
            "UPDATE pending_action SET state = 'withdrawn', reason = 'its time has changed', decided_at = 1"
            " WHERE id = ?",
            gone,
        )
        writing.executemany(
            "INSERT INTO pending_action (id, trigger_id, subject, task_id, due_at, made_at) VALUES (?, ?, ?, ?, ?, ?)",
            moved,
        )


def reset(first: Path) -> dict[str, float]:
    """Seconds: of the pass that opens them, and of the raw update of the same rows, with the journal and without."""
    clock = HandClock(LATER)
    with opened(copied(first, "reset.db")) as connection:
        eye = look.TriggerLook(clock, lambda words: None)
        total = timed(lambda: eye.look(connection, LATER))
        assert connection.execute("SELECT count(*) FROM task WHERE is_done").fetchone() == (0,)
    update = "UPDATE task SET is_done = 0, done_by = NULL, done_date = NULL, done_at = NULL, rev = rev + 1"
    with opened(copied(first, "raw.db")) as connection:
        with_journal = timed(lambda: _alone(connection, update))
    with opened(copied(first, "bare.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        raw = timed(lambda: _alone(connection, update))
    return {"pass": total, "raw, journaled": with_journal, "raw": raw, "ratio": total / with_journal}


def _alone(connection: sqlite3.Connection, statement: str) -> None:
    with Turn(connection) as writing:
        writing.execute(statement)


def main() -> None:
    """Print the median of each figure over the rounds."""
    which = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        path = prepared(Path(folder), count, done=which == "reset")
        if which == "zone":
            triggers.add(ANA, NOW, "soon", "deadline reached", "notify: soon", scope="list:house", delay="-1d")
            with opened(path) as connection, Turn(connection) as writing:
                planning.follow(writing, to_us(NOW), range(1, count + 1))
        else:
            triggers.add(ANA, NOW, "weekly", "schedule: weekly sat", "reopen", scope="label:weekly")
        call = {"zone": zone, "reset": reset}[which]
        found = [call(path) for _ in range(rounds)]
    for key in found[0]:
        print(f"{key:>16}  {statistics.median(each[key] for each in found):12,.3f}")


if __name__ == "__main__":
    main()
