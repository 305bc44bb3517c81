"""Stores to open a desk on, and what its jobs leave behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.operations import schedules
from tests.desk import Desk, stays

YEARLY = "yearly 1 january"
HOLD_THE_LOCK = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
store.execute("ROLLBACK")
"""


def small_store(path: Path) -> Desk:
    """Stay 12, confirmed today, so that nothing is late; no schedule."""
    desk = stays(path)
    desk.become("confirmed", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M"))
    return desk


def with_job(desk: Desk, command: str, name: str = "long job") -> Path:
    """A run of `command` that waits for an engine; returns the file that will hold its pid."""
    pid = desk.path.parent / "job.pid"
    now = datetime.now(UTC) - timedelta(minutes=1)
    schedules.add(desk.ana, now, name, spec=YEARLY, command=f"echo $$ > '{pid}'; {command}", timeout="1h")
    schedules.run_now(desk.ana, now, name)
    return pid


def is_alive(pid: Path) -> bool:
    """Whether the process whose pid stands in the file lives."""
    try:
        os.kill(int(pid.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def states(store: Path) -> list[str]:
    """Of the runs, in their order."""
    with closing(sqlite3.connect(store)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM run ORDER BY id")]


def left_of(folder: Path) -> list[str]:
    """Command lines of processes that still work on something in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(folder) in words and int(entry.name) != os.getpid():
                found.append(words)
    return found


@contextmanager
def write_lock(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process inside a write transaction."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield holder
    finally:
        holder.communicate("")
