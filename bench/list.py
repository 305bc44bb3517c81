"""What the list costs: start, memory, keys and bytes with a million rows, against the floor and against 100 rows.

    python bench/list.py [--rounds 7]

Goals 2 to 4 of the project: key to paint <= 1.25 x the floor with p99 <= 16 ms; bytes a key <= 1.25 x the floor, at
most 500 on a still move and 6,800 on a scroll; nothing written when idle; opening a million rows <= 1.10 x the time and
+15 MB of opening a hundred. Figures drift from hour to hour, ratios of alternating runs do not.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ptydrive import Paint, Terminal, open_terminal

HERE = Path(__file__).parent
ENV = {"PYTHONPATH": str(HERE.parent), "TEXTUAL_ANIMATIONS": "none"}
DOWN, UP, PAGE_DOWN, HOME, END = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b[H", b"\x1b[F"
MANY, FEW = 1_000_000, 100


def make(path: Path, rows: int) -> Path:
    """A table of tasks with an index by due date."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE task (id INTEGER PRIMARY KEY, title TEXT, state TEXT, due TEXT)")
    values = (
        (i, f"Task number {i} write the report", ("open", "done")[i % 2], f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}")
        for i in range(rows)
    )
    db.executemany("INSERT INTO task VALUES (?, ?, ?, ?)", values)
    db.execute("CREATE INDEX task_due ON task (due, id)")
    db.commit()
    db.close()
    return path


def list_app(path: Path) -> Terminal:
    return open_terminal([sys.executable, str(HERE / "list_app.py"), str(path)], env=ENV)


def floor_app(rows: int) -> Terminal:
    return open_terminal([sys.executable, str(HERE / "floor_app.py"), str(rows)], env=ENV)


def percentile(values: Sequence[float], percent: float) -> float:
    return sorted(values)[min(len(values) - 1, round(percent / 100 * (len(values) - 1)))]


def press(terminal: Terminal, key: bytes, times: int) -> list[Paint]:
    paints = []
    for _ in range(times):
        paints.append(terminal.press(key))
        time.sleep(random.uniform(0.005, 0.02))
    return paints


def compare(name: str, ours: list[Paint], floor: list[Paint]) -> None:
    first = [statistics.median(p.first for p in paints) for paints in (ours, floor)]
    sizes = [statistics.median(p.size for p in paints) for paints in (ours, floor)]
    tail = [percentile([p.first for p in paints], 99) for paints in (ours, floor)]
    print(
        f"{name:12s} key -> paint {first[0]:6.2f} ms, floor {first[1]:6.2f}: {first[0] / first[1]:.2f} x;"
        f" p99 {tail[0]:6.2f} (floor {tail[1]:6.2f});"
        f" {sizes[0]:7,.0f} B, floor {sizes[1]:7,.0f}: {sizes[0] / sizes[1]:.2f} x"
    )


def keys(path: Path, rounds: int) -> None:
    ours, floor = list_app(path), floor_app(MANY)
    both = (ours, floor)
    ours.wait_for(b"Task number")
    floor.wait_for(b"Task number")
    for terminal in both:
        terminal.settle()
    paints: dict[str, tuple[list[Paint], list[Paint]]] = {n: ([], []) for n in ("still", "scroll", "page", "end")}
    for _ in range(rounds):
        for i, terminal in enumerate(both):
            terminal.press(HOME) if paints["still"][i] else None
            paints["still"][i].extend(press(terminal, DOWN, 25))
            press(terminal, DOWN, 5)
            paints["scroll"][i].extend(press(terminal, DOWN, 20))
            paints["page"][i].extend(press(terminal, PAGE_DOWN, 8))
            paints["end"][i].extend(press(terminal, END, 1))
    for name, (mine, others) in paints.items():
        compare(name, mine, others)
    for terminal in both:
        terminal.settle()
    print(f"idle         {ours.count(10)} bytes in 10 s (floor {floor.count(1)} in 1 s)")
    for terminal in both:
        terminal.close()


def start(many: Path, few: Path, rounds: int) -> None:
    times: dict[str, list[float]] = {"many": [], "few": [], "floor": []}
    memory: dict[str, list[float]] = {"many": [], "few": [], "floor": []}
    apps: dict[str, Callable[[], Terminal]] = {
        "many": lambda: list_app(many),
        "few": lambda: list_app(few),
        "floor": lambda: floor_app(MANY),
    }
    for turn in range(rounds + 1):
        for name, run in apps.items():
            terminal = run()
            taken = terminal.wait_for(b"Task number")
            terminal.settle(0.5)
            if turn:
                times[name].append(taken)
                memory[name].append(terminal.rss())
            terminal.close()
    for name in times:
        print(f"start {name:6s} {statistics.median(times[name]):6.0f} ms, {statistics.median(memory[name]):5.1f} MB")
    ratio = statistics.median(a / b for a, b in zip(times["many"], times["few"], strict=True))
    more = statistics.median(memory["many"]) - statistics.median(memory["few"])
    print(f"start {MANY:,} rows against {FEW}: {ratio:.2f} x the time, {more:+.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        many, few = make(Path(folder) / "many.db", MANY), make(Path(folder) / "few.db", FEW)
        keys(many, rounds)
        start(many, few, rounds)


if __name__ == "__main__":
    main()
