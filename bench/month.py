"""The calendar through a terminal: a month with 100,000 tasks, 1,000 schedules of which 20 run every minute, and keys.

    python bench/month.py [--tasks 100000] [--schedules 1000]

What counts is that no key waits while a month is read in its thread: a step of the cursor and a turned page answer as
fast as with an empty store, and the month that was there stays until the next one is.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from ptydrive import Paint, Terminal, open_terminal
from stores import FIRST, make

HERE = Path(__file__).parent
SIZES = ((24, 80), (45, 160))


def desk(store: Path, rows: int, columns: int) -> Terminal:
    """The desk on a store, at rest on the month."""
    argv = [sys.executable, "-m", "tickler", "--store", str(store)]
    terminal = open_terminal(argv, rows, columns, env={"PYTHONPATH": str(HERE.parent)})
    terminal.wait_for(FIRST.split(" write", 1)[0].encode())
    terminal.settle(1.5)
    return terminal


def told(name: str, paints: Sequence[Paint]) -> None:
    """First byte, last byte and size of some answers."""
    first, last = sorted(paint.first for paint in paints), sorted(paint.last for paint in paints)
    print(
        f"{name:34} first {median(first):6.1f} ms (worst {first[-1]:6.1f})  whole {median(last):7.1f} ms"
        f"  {median(paint.size for paint in paints):6.0f} bytes"
    )


def measure(name: str, store: Path, rows: int, columns: int) -> None:
    """Open, step, turn pages one by one and in a burst, and rest."""
    print(f"-- {name}, {columns}x{rows}")
    terminal = desk(store, rows, columns)
    told("open the month", [terminal.press(b"9", quiet=2.0)])
    terminal.settle(2.0)
    told("step of the cursor", [terminal.press(key) for key in (b"l", b"h", b"l", b"l", b"h") * 8])
    told("step to another week", [terminal.press(key) for key in (b"k", b"j") * 15])
    told("turn a page", [terminal.press(b"L", quiet=1.5) for _ in range(6)])
    told("step while a page is read", _while_reading(terminal))
    terminal.press(b"t", quiet=2.0)
    told("week", [terminal.press(b"]", quiet=1.5)])
    told("agenda", [terminal.press(b"]", quiet=1.5)])
    told("heat map", [terminal.press(b"]", quiet=4.0)])
    if "1 task" not in name:  # no job, so no map
        told("step on the heat map", [terminal.press(key) for key in (b"l", b"j", b"h", b"k") * 8])
    terminal.press(b"]", quiet=2.0)
    terminal.settle(2.0)
    print(f"bytes in 10 idle seconds: {terminal.count(10)}; RSS {terminal.rss():.0f} MB")
    terminal.close()


def _while_reading(terminal: Terminal) -> list[Paint]:
    """A page is turned, and the cursor goes on at once."""
    paints = []
    for _ in range(6):
        terminal.press(b"H", quiet=0.01)
        paints += [terminal.press(b"l", quiet=0.02) for _ in range(3)]
        terminal.settle(1.5)
    return paints


def main() -> None:
    """An empty store beside a full one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--schedules", type=int, default=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        empty = make(Path(folder) / "empty.db", 1)
        full = make(Path(folder) / "full.db", given.tasks, given.schedules)
        with closing(sqlite3.connect(full)) as connection:
            connection.execute(
                "UPDATE task SET deadline_date = date('now', 'start of month', '+' || (id % 60) || ' days')"
                " WHERE deadline_date > date('now')"
            )
            connection.execute("UPDATE schedule SET spec = 'cron: * * * * *', is_enabled = 1 WHERE id <= 20")
            connection.execute("UPDATE schedule SET next_at = next_at + 864000000000")  # planned, but nothing runs
            connection.commit()
        for rows, columns in SIZES:
            measure("1 task", empty, rows, columns)
            measure(f"{given.tasks:,} tasks, {given.schedules:,} schedules", full, rows, columns)


if __name__ == "__main__":
    main()
