"""The command line against `python -c "import peewee"` (goal 17), and taskwarrior where it is installed.

    python bench/cli.py [--rounds 15] [--tasks N]

`task add` and `task list` on a store with many tasks are to cost at most 2.0 x the yardstick, at any size of
the store. Every round runs each command once, in turn; the figures drift, the ratios of a round do not.
Processor time stands beside the wall clock because it does not see what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUN = "import sys; from tickler.__main__ import main; sys.exit(main())"


def ours(store: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", RUN, "--store", str(store), *words]


def measured(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def filled(folder: Path, tasks: int) -> Path:
    """A store with so many open tasks."""
    store = folder / f"{tasks}.db"
    subprocess.run(ours(store, "team", "add", "North"), check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.executemany(
            "INSERT INTO task (name, visible_date, deadline_date, created_at) VALUES (?, '2025-01-01', ?, 0)",
            ((f"Task {n}", f"2027-{1 + n % 12:02d}-{1 + n % 28:02d}") for n in range(tasks)),
        )
    return store


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--tasks", type=int, default=100_000)
    options = parser.parse_args()
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
        os.environ.pop(name, None)  # an installed command finds its modules compiled
    with tempfile.TemporaryDirectory() as name:
        empty, full = filled(Path(name), 0), filled(Path(name), options.tasks)
        rows = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import peewee": [sys.executable, "-c", "import peewee"],
            "keys": ours(empty, "keys"),
            "task list, empty": ours(empty, "task", "list"),
            f"task list, {options.tasks:,}": ours(full, "task", "list", "--limit", "25"),
            "task add, empty": ours(empty, "task", "add", "Call the parents"),
            f"task add, {options.tasks:,}": ours(full, "task", "add", "Call the parents"),
        }
        peer = Taskwarrior(Path(name), options.tasks) if shutil.which("task") else None
        if peer is not None:
            rows["taskwarrior: list"] = [*peer.command, "rc.verbose=nothing", "limit:25", "list"]
            rows["taskwarrior: add"] = [*peer.command, "add", "Call the parents"]
        for command in rows.values():
            measured(command)
        found: dict[str, list[tuple[float, float]]] = {row: [] for row in rows}
        for _ in range(options.rounds):
            for row, command in rows.items():
                found[row].append(measured(command))
        report(found)
        if peer is not None:
            against(found, options.tasks)
            imports(Path(name), peer, options.tasks)


class Taskwarrior:
    """The peer, with as many tasks as we have."""

    def __init__(self, folder: Path, tasks: int) -> None:
        self._folder = folder / "taskwarrior"
        self._folder.mkdir()
        settings = ("confirmation=no", "hooks=off", "gc=on", "news.version=9.9.9")
        (self._folder / "rc").write_text("\n".join([f"data.location={self._folder}", *settings, ""]))
        self.command = ["task", f"rc:{self._folder / 'rc'}"]
        self.import_seconds = self._imported(tasks)

    def _imported(self, tasks: int) -> float:
        rows = [
            {"description": f"Task {n}", "status": "pending", "entry": "20260101T000000Z",
             "due": f"2027{1 + n % 12:02d}{1 + n % 28:02d}T090000Z"}
            for n in range(tasks)
        ]  # fmt: skip
        file = self._folder / "in.json"
        file.write_text(json.dumps(rows))
        return measured([*self.command, "import", str(file)])[0]


def against(found: dict[str, list[tuple[float, float]]], tasks: int) -> None:
    """Goal 17: adding at most 0.25 x taskwarrior with 100,000 tasks, the first 25 at most 0.05 x."""
    for ours_, theirs, goal in (
        (f"task add, {tasks:,}", "taskwarrior: add", 0.25), (f"task list, {tasks:,}", "taskwarrior: list", 0.05)
    ):  # fmt: skip
        ratio = statistics.median(a[0] / b[0] for a, b in zip(found[ours_], found[theirs], strict=True))
        print(f"{ours_}: x{ratio:.3f} {theirs} (<= {goal})")


def imports(folder: Path, peer: Taskwarrior, tasks: int) -> None:
    """Goal 17: rows a second of an import, at least 2.5 x taskwarrior's."""
    store, file = folder / "import.db", folder / "stays.csv"
    subprocess.run(
        ours(store, "class", "add", "stay", "--status", "on", "--date-field", "date_from"),
        check=True, stdout=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip
    lines = [f"{n},School {n},on,2027-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(tasks)]
    file.write_text("\n".join(["Id,Name,Status,Arrival", *lines, ""]))
    words = ["entity", "import", str(file), "--class", "stay", "--id", "Id", "--name", "Name", "--status", "Status"]
    took = measured(ours(store, *words, "--map", "date_from=Arrival"))[0]
    print(
        f"import: {tasks / took:,.0f} rows/s, taskwarrior {tasks / peer.import_seconds:,.0f}/s,"
        f" x{peer.import_seconds / took:.2f} (>= 2.5)"
    )


def report(found: dict[str, list[tuple[float, float]]]) -> None:
    yard = found["import peewee"]
    print(f"{'':24}{'wall ms':>9}{'cpu ms':>9}{'x wall':>9}{'x cpu':>9}   (medians; x: of the same round)")
    for row, times in found.items():
        walls, cpus = ([each[n] for each in times] for n in (0, 1))
        ratios = [statistics.median(t[n] / y[n] for t, y in zip(times, yard, strict=True)) for n in (0, 1)]
        print(
            f"{row:24}{statistics.median(walls) * 1e3:9.1f}{statistics.median(cpus) * 1e3:9.1f}"
            f"{ratios[0]:9.2f}{ratios[1]:9.2f}"
        )


if __name__ == "__main__":
    main()
