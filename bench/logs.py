"""Logs: lines stored in both backends, and a log of a million lines in the desk, beside lnav and toolong.

    python bench/logs.py [intake] [view] [live] [--rounds 5]

Goals 15 and 16 of the project. `intake`: a job that prints as fast as it can, against 1,000 plain inserts a commit.
`view`: through a terminal, the key that opens the log until its last line is there (for the peers, exec until their
first screen), the end and the up key, and a search for one line, which is held against the same LIKE without us.
`live`: the desk open on the log of a job that prints the time every 50 ms, from the printing to the paint.
LNAV and TOOLONG name the programs to stand beside; without them their rows are left out.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from desk import DOWN, END, HOME, UP, in_turns
from jobs import Desk, line_floor, report
from ptydrive import _SEQUENCE, Paint, Terminal, open_terminal

from engine import loglines
from engine.clock import SystemClock
from engine.requests import request
from store.connection import connect
from store.database import transaction
from store.opening import open_store

LINES = 1_000_000
LINE = "INFO worker-3 job 17 step {}: copied block 99 of archive, all is well"
LAST, SOUGHT = b"step 999999:", "step 400000:"
HERE = Path(__file__).parent
PEERS = {name: os.environ[name] for name in ("LNAV", "TOOLONG") if name in os.environ}
_SET = (
    "INSERT INTO setting (key, value) VALUES ('task_log_storage_backend', ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


def intake(folder: Path, rounds: int) -> None:
    """Lines a second from the job's first byte to its end in the store."""
    count, found = 300_000, dict[str, list[float]]()
    with Desk() as desk:

        def stored(backend: str) -> float:
            with transaction() as connection:
                connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'bench', 'bench', 'bench')")
                connection.execute(_SET, (f'"{backend}"',))
            took = desk.run([f"yes '{LINE.format(1234)}' | head -{count}"])
            lines, dropped = desk.reader.execute(
                "SELECT log_lines, dropped_lines FROM run ORDER BY id DESC LIMIT 1"
            ).fetchone()
            assert lines - 2 + dropped - (dropped > 0) == count, (lines, dropped)
            return count / took

        sides = {"floor": lambda: line_floor(100_000)} | {
            backend: lambda backend=backend: stored(backend)  # type: ignore[misc]  # a default binds the name
            for backend in ("database", "file")
        }
        found = in_turns(sides, rounds)
    for backend in ("database", "file"):
        report(f"lines/s of a job, {backend}", found[backend], found["floor"], 0.4)


def filled(path: Path, backend: str) -> Path:
    """A store whose one run has a million lines."""
    now = SystemClock().now()
    with closing(connect(open_store(path).path)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'bench', 'bench', 'bench')")
        connection.execute(_SET, (f'"{backend}"',))
        run = request(connection, now, name="copy", controller="shell", params={"command": "true"}) or 0
        for first in range(0, LINES, 20_000):
            connection.execute("BEGIN IMMEDIATE")
            printed = loglines.Lines(backend)
            text = "\n".join(LINE.format(number) for number in range(first, first + 20_000))
            printed.print(run, first + 1, 1, now + first, "stdout", text)
            printed.write(connection)
            connection.execute("COMMIT")
        connection.execute(
            "UPDATE run SET log_lines = ?, state = 'succeeded', attempts = 1, started_at = ?, finished_at = ?",
            (LINES, now, now),
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def until(terminal: Terminal, keys: bytes, text: bytes, patience: float = 30) -> float:
    """Milliseconds from keys to a text on the wire."""
    began = time.perf_counter()
    os.write(terminal.fd, keys)
    seen = b""
    while time.perf_counter() - began < patience:
        seen += terminal._read(0.5)
        if text in _SEQUENCE.sub(b"", seen):
            return (time.perf_counter() - began) * 1e3
    raise TimeoutError(f"{text!r} was not painted after {keys!r}; the last bytes were {seen[-300:]!r}")


class Figures:
    """What was measured of one program."""

    def __init__(self) -> None:
        self.opened: list[float] = []
        self.end: list[float] = []
        self.up: list[Paint] = []
        self.search: list[float] = []
        self.busy: list[Paint] = []

    def told(self, name: str) -> None:
        """One line."""
        middle = statistics.median
        end = f"{middle(self.end):6.1f} ms" if self.end else "        -"
        words = f"{name:10} first screen {middle(self.opened):7.1f} ms  end {end}"
        words += f"  up {middle(p.first for p in self.up):5.1f} ms {middle(p.size for p in self.up):6.0f} bytes"
        if self.search:
            words += f"  search {middle(self.search):6.1f} ms"
            words += f"  down while searching p50 {middle(p.first for p in self.busy):.1f} ms"
            words += f" max {max(p.first for p in self.busy):.1f}"
        print(words)


def ours(store: Path, figures: Figures) -> None:
    """Open the desk, then its log by key."""
    terminal = open_terminal(
        [sys.executable, "-m", "tickler", "--store", str(store)], env={"PYTHONPATH": str(HERE.parent)}
    )
    terminal.wait_for(b"Today")
    terminal.settle(1.0)
    figures.opened.append(until(terminal, b"5", LAST))
    terminal.settle(0.5)
    until(terminal, HOME, b"step 0:")
    terminal.settle(0.3)
    figures.end.append(until(terminal, END, LAST))
    terminal.settle(0.3)
    figures.up += [terminal.press(UP) for _ in range(8)]
    until(terminal, HOME, b"step 0:")
    os.write(terminal.fd, b"/" + SOUGHT.encode())
    terminal.settle(0.7)
    figures.search.append(until(terminal, b"\r", b"1 of 1 match"))
    terminal.settle(1.0)
    os.write(terminal.fd, b"/" + b"\x7f" * 20 + b"nowhere in it")
    terminal.settle(0.7)
    os.write(terminal.fd, b"\r")
    figures.busy += [terminal.press(DOWN, quiet=0.005) for _ in range(15)]
    terminal.close()


def theirs(program: str, file: Path, figures: Figures) -> None:
    """Exec to the first screen of a text file, then the same keys."""
    is_lnav = "lnav" in Path(program).name
    terminal = open_terminal([program, str(file)], env={"HOME": str(file.parent)})
    figures.opened.append(terminal.wait_for(b"job 17 step", timeout=30))
    terminal.settle(1.0)
    if not is_lnav:  # it opens at the end, and writes of a line only the letters that are others than before
        os.write(terminal.fd, HOME)
        terminal.settle(0.7)
        figures.end.append(until(terminal, END, LAST))
        terminal.settle(0.5)
    figures.up += [terminal.press(UP) for _ in range(8)]
    terminal.close()


def like_floor(store: Path) -> float:
    """Milliseconds of the search in SQL alone."""
    with closing(connect(store, read_only=True)) as connection:
        began = time.perf_counter()
        (count,) = connection.execute("SELECT count(*) FROM log_line WHERE text LIKE ?", (f"%{SOUGHT}%",)).fetchone()
        assert count == 1
        return (time.perf_counter() - began) * 1e3


def view(folder: Path, rounds: int) -> None:
    """A million lines, ours and theirs in turns."""
    stores = {backend: filled(folder / f"{backend}.db", backend) for backend in ("database", "file")}
    file = folder / "big.log"
    with file.open("w") as lines:
        for number in range(LINES):
            at = f"2026-11-{1 + number // 50_000:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
            lines.write(f"{at}.{number % 1000:03} {LINE.format(number)}\n")
    found = {name: Figures() for name in (*stores, *PEERS)}
    floors = []
    for _ in range(rounds):
        for name, store in stores.items():
            ours(store, found[name])
        for name, program in PEERS.items():
            theirs(program, file, found[name])
        floors.append(like_floor(stores["database"]))
    for name, figures in found.items():
        figures.told(name)
    for name in stores:
        mine = found[name]
        search = statistics.median(mine.search) / statistics.median(floors)
        print(f"goal 16, {name}: search x{search:.2f} LIKE (<= 1.3; LIKE {statistics.median(floors):.0f} ms)")
        for peer, figures in ((peer, found[peer]) for peer in PEERS):
            opened = statistics.median(mine.opened) / statistics.median(figures.opened)
            end = statistics.median(mine.end) / statistics.median(figures.end or [float("nan")])
            size = statistics.median(p.size for p in mine.up) / statistics.median(p.size for p in figures.up)
            print(f"  beside {peer}: first screen x{opened:.2f}, end x{end:.2f}, bytes of an up key x{size:.2f}")
    print("  wanted: first screen <= 0.25 lnav, <= 0.1 toolong; end <= 0.5, up key's bytes <= 0.25 toolong")


PRINTER = """
import time
for number in range({count}):
    print(f"at {{time.clock_gettime_ns(time.CLOCK_MONOTONIC)}} #{{number}}", flush=True)
    time.sleep(0.05)
"""
_STAMP = re.compile(rb"at (\d{9,}) #")


def live(folder: Path, rounds: int) -> None:
    """Milliseconds from a line's own time to its paint on the terminal, with the log open and followed."""
    for backend in ("database", "file"):
        store, found = open_store(folder / f"live-{backend}.db").path, dict[int, float]()
        with closing(connect(store)) as connection:
            connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'bench', 'bench', 'bench')")
            connection.execute(_SET, (f'"{backend}"',))
            command = f"{sys.executable} -c {shlex.quote(PRINTER.format(count=60 * rounds))}"
            request(
                connection, SystemClock().now(), name="live", controller="shell", params={"command": command}
            )  # fmt: skip
        terminal = open_terminal(
            [sys.executable, "-m", "tickler", "--store", str(store)], env={"PYTHONPATH": str(HERE.parent)}
        )
        terminal.wait_for(b"Today")
        terminal.settle(0.02)
        os.write(terminal.fd, b"5t")
        deadline, seen = time.perf_counter() + 3 * rounds + 6, b""
        while time.perf_counter() < deadline and b"exit 0" not in seen:
            seen = _SEQUENCE.sub(b"", seen[-400:] + terminal._read(0.2))
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            for stamp in map(int, _STAMP.findall(seen)):
                found.setdefault(stamp, (now - stamp) / 1e6)
        terminal.close()
        opened = min((stamp + late * 1e6 for stamp, late in found.items()), default=0)
        times = sorted(late for stamp, late in found.items() if stamp > opened)  # those before it waited for the key
        assert times, f"nothing was painted; the last bytes were {seen[-300:]!r}"
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(f"goal 15, {backend}: {len(times)} lines painted, p50 {p50:.0f} ms  p95 {p95:.0f} ms (<= 150)")


def main() -> None:
    """The parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["intake", "view", "live"])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        for part in given.parts:
            print(f"-- {part}")
            {"intake": intake, "view": view, "live": live}[part](Path(folder), given.rounds)


if __name__ == "__main__":
    main()
