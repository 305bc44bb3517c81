"""The desk itself, through a terminal: start, keys and bytes with up to a million tasks, against floors and peers.

    python bench/desk.py [start] [keys] [busy] [editor] [--rounds 7]

Goals 1 to 5 of the project. `start`: exec to the first painted task, against a bare textual app and, where `DOOIT`
names its program, dooit. `keys`: cursor moves in Followups with 1,000,000 tasks, against the line floor. `busy`: the
same keys while a job of the engine in the same process floods its log, or spawns shell jobs flat out. `editor`: letters
typed into the form of a schedule, with its groups folded and with all of them open.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ptydrive import Paint, Terminal, open_terminal
from stores import FIRST, make

HERE = Path(__file__).parent
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each start compiles us anew, while textual is compiled already
DOWN, UP, END, HOME = b"\x1b[B", b"\x1b[A", b"\x1b[F", b"\x1b[H"
BACK_TAB, CLEAR = b"\x1b[Z", b"\x15"
BARE, FEW, MANY = "bare textual app", "desk, 1 task", "desk, 100,000 tasks, 1,000 schedules"
GROUPS, FIELDS_ABOVE = 6, 6
"""Headings in the form of a schedule that runs a command, and fields above the first of them."""
MARK = FIRST.split(" write", 1)[0].encode()


def desk(store: Path, *keys: bytes) -> Terminal:
    """The desk on a store."""
    return open_terminal([sys.executable, "-m", "tickler", "--store", str(store)], env={"PYTHONPATH": str(HERE.parent)})


def painted(argv: list[str], text: bytes, env: dict[str, str] | None = None) -> float:
    """Milliseconds from exec until `text` is on the wire."""
    terminal = open_terminal(argv, env=env)
    try:
        return terminal.wait_for(text)
    finally:
        terminal.close()


def start(folder: Path, rounds: int) -> None:
    """Exec to first task, A B C in turns."""
    empty = make(folder / "empty.db", 1)
    hundred = make(folder / "hundred-thousand.db", 100_000, 1_000)
    here = {"PYTHONPATH": str(HERE.parent)}
    sides: dict[str, Callable[[], float]] = {
        BARE: lambda: painted([sys.executable, str(HERE / "bare_app.py")], b"READY"),
        FEW: lambda: painted([sys.executable, "-m", "tickler", "--store", str(empty)], MARK, here),
        MANY: lambda: painted([sys.executable, "-m", "tickler", "--store", str(hundred)], MARK, here),
    }
    if "DOOIT" in os.environ:
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "d"), "XDG_CONFIG_HOME": str(folder / "c")}
        sides["dooit, empty"] = lambda: painted([os.environ["DOOIT"]], b"Workspaces", home)
    figures = in_turns(sides, rounds)
    for name, values in figures.items():
        print(f"{name:40} {statistics.median(values):8.0f} ms  [{min(values):.0f} .. {max(values):.0f}]")
    many, few, bare = (statistics.median(figures[name]) for name in (MANY, FEW, BARE))
    print(f"goal 1: x{many / bare:.2f} bare (<= 1.35), x{many / few:.2f} own empty (<= 1.10)")
    if "dooit, empty" in figures:
        print(f"        x{many / statistics.median(figures['dooit, empty']):.2f} dooit (<= 0.5)")


def in_turns(sides: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Figures of each side, measured alternately after one warm-up."""
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, measure in sides.items():
            value = measure()
            if number:
                figures[name].append(value)
    return figures


def press(terminal: Terminal, key: bytes, times: int) -> list[Paint]:
    """Press a key at random moments."""
    found = []
    for _ in range(times):
        time.sleep(random.uniform(0.01, 0.03))
        found.append(terminal.press(key))
    return found


def told(name: str, paints: Sequence[Paint]) -> None:
    """p50, p99 and bytes of some key presses."""
    first = sorted(paint.first for paint in paints)
    size = statistics.median(paint.size for paint in paints)
    p50, p99 = first[len(first) // 2], first[int(len(first) * 0.99)]
    print(f"{name:46} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  {size:6.0f} bytes")


def keys(folder: Path, rounds: int) -> None:
    """Cursor moves in Followups with a million tasks against the floor; bytes of ten idle seconds."""
    million = make(folder / "million.db", 1_000_000)
    ours, floor = desk(million), open_terminal([sys.executable, str(HERE / "floor_app.py"), "1000000"])
    ours.wait_for(MARK)
    ours.settle(1.0)
    ours.press(b"2")
    ours.settle(2.0)
    floor.settle(1.0)
    still: dict[str, list[Paint]] = {"ours": [], "floor": []}
    scroll: dict[str, list[Paint]] = {"ours": [], "floor": []}
    for _ in range(rounds):
        for name, terminal in (("ours", ours), ("floor", floor)):
            terminal.press(HOME)
            still[name] += press(terminal, DOWN, 15)
            scroll[name] += press(terminal, DOWN, 25)[15:]
    for kind, found in (("still", still), ("scroll", scroll)):
        for name in found:
            told(f"{kind}: {name}", found[name])
        first = statistics.median(p.first for p in found["ours"]) / statistics.median(p.first for p in found["floor"])
        size = statistics.median(p.size for p in found["ours"]) / statistics.median(p.size for p in found["floor"])
        print(f"goals 2 and 3, {kind}: x{first:.2f} floor time (<= 1.25), x{size:.2f} floor bytes (<= 1.25)")
    ends = []
    for _ in range(3):
        ends.append(ours.press(END))
        ours.press(HOME)
    told("end", ends)
    ours.settle(1.0)
    print(f"bytes in 10 idle seconds: {ours.count(10)} (goal 3: 0); RSS {ours.rss():.0f} MB")
    ours.close()
    floor.close()


def busy(folder: Path, rounds: int) -> None:
    """Keys at rest, while a job floods its log with 10,000 lines a second, and while shell jobs run flat out."""
    store = make(folder / "busy.db", 100_000)
    terminal = desk(store)
    terminal.wait_for(MARK)
    terminal.settle(1.0)
    terminal.press(b"2")
    terminal.settle(2.0)
    rest = press(terminal, DOWN, 10 * rounds)
    told("at rest", rest)
    flood = "i=0; while [ $i -lt 300 ]; do seq 1000; i=$((i+1)); sleep 0.1; done"
    run(store, "flood", flood)
    told("a job logs 10,000 lines/s", loaded := press(terminal, DOWN, 10 * rounds))
    compare("logs", rest, loaded)
    for number in range(12):
        run(store, f"spawner {number}", "i=0; while [ $i -lt 3000 ]; do /bin/true; i=$((i+1)); done")
    told("shell jobs flat out", loaded := press(terminal, DOWN, 10 * rounds))
    compare("spawning", rest, loaded)
    terminal.close()


def editor(folder: Path, rounds: int) -> None:
    """Letters into the name and the rule of a schedule: from the key to its paint, and all its bytes."""
    store = make(folder / "editor.db", 1_000, 5)
    for groups in ("folded", "open"):
        terminal = desk(store)
        terminal.wait_for(MARK)
        terminal.settle(1.0)
        for key in (b"3", DOWN, b"e"):
            terminal.press(key)
            terminal.settle(1.0)
        if groups == "open":
            for _ in range(GROUPS):
                terminal.press(BACK_TAB)
                terminal.press(b" ", quiet=0.5)
            for _ in range(FIELDS_ABOVE):
                terminal.press(BACK_TAB)
        for field, text in (("name", b"backup of the house "), ("when", b"weekly mon,thu 09:30")):
            paints = list[Paint]()
            for _ in range(max(1, rounds * 10 // 7)):
                terminal.press(CLEAR, quiet=0.5)
                paints += [terminal.press(bytes([letter]), quiet=0.3) for letter in text]
            first = sorted(paint.first for paint in paints)
            p50, p95 = first[len(first) // 2], first[int(len(first) * 0.95)]
            size = statistics.median(paint.size for paint in paints)
            print(
                f"groups {groups}, {len(first)} letters, {field}: p50 {p50:5.1f}  p95 {p95:5.1f} ms  {size:5.0f} bytes"
            )
            terminal.press(b"\t")
        terminal.close()


def run(store: Path, name: str, command: str) -> None:
    """Add a schedule from another process and run it now."""
    front = [sys.executable, "-m", "tickler", "--store", str(store), "schedule"]
    for words in (["add", name, "--spec", "yearly 1 jan", "--command", command], ["run", name]):
        subprocess.run([*front, *words], check=True, stdout=subprocess.DEVNULL)
    time.sleep(0.5)


def compare(name: str, rest: Sequence[Paint], loaded: Sequence[Paint]) -> None:
    """The ratios of goal 5."""
    at = [sorted(p.first for p in paints) for paints in (rest, loaded)]
    p50 = at[1][len(at[1]) // 2] / at[0][len(at[0]) // 2]
    p99 = at[1][int(len(at[1]) * 0.99)] / at[0][int(len(at[0]) * 0.99)]
    print(f"goal 5, {name}: p50 x{p50:.2f} (<= 1.3), p99 x{p99:.2f} (<= 2)")


def main() -> None:
    """The parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["start", "keys", "busy"])
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        for part in given.parts:
            print(f"-- {part}")
            {"start": start, "keys": keys, "busy": busy, "editor": editor}[part](Path(folder), given.rounds)


if __name__ == "__main__":
    main()
