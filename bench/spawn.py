"""Shell jobs through the supervisor against the floor of two threads that spawn. usage: python bench/spawn.py [rounds]

Goals 9, 10 and 15 as far as the supervisor goes: jobs per second with ten at once (the engine is to reach 0.65 x the
floor, so this has to reach 0.85 x), time from submit to `Started`, lines per second of a job that floods.
"""

from __future__ import annotations

import itertools
import os
import select
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from engine.supervisor.client import Job, Supervisor
from engine.supervisor.events import Event, Exited, Failed, Lost, Output, Started

JOBS = 400
AT_ONCE = 10
FLOOD = 1_000_000
ENV = {"PATH": "/usr/bin:/bin"}
_keys = map(str, itertools.count())


def floor() -> float:
    """Jobs per second of two threads that run `true` and keep its output."""

    def work() -> None:
        for _ in range(JOBS // 2):
            subprocess.run(["/bin/true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)

    threads = [threading.Thread(target=work) for _ in range(2)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return JOBS / (time.perf_counter() - begin)


def fetch(supervisor: Supervisor) -> list[Event]:
    """What has happened, at least one event."""
    select.select([supervisor], [], [])
    happened = supervisor.events()
    for event in happened:
        if isinstance(event, Lost | Failed):
            raise SystemExit(f"the supervisor failed: {event}")
    return happened


def events(supervisor: Supervisor) -> Iterator[Event]:
    """What happens, as it comes."""
    while True:
        yield from fetch(supervisor)


def job(command: str, cap: int = 10_000_000) -> Job:
    return Job(next(_keys), command, "/", ENV, cap=cap)


def rate(supervisor: Supervisor, command: str) -> float:
    """Jobs per second, ten at once."""
    begin = time.perf_counter()
    supervisor.submit([job(command) for _ in range(AT_ONCE)])
    submitted, done = AT_ONCE, 0
    while done < JOBS:
        ended = sum(isinstance(event, Exited) for event in fetch(supervisor))
        done += ended
        more = min(ended, JOBS - submitted)
        if more:
            submitted += more
            supervisor.submit([job(command) for _ in range(more)])
    return JOBS / (time.perf_counter() - begin)


def beginning(folder: Path) -> float:
    """Milliseconds from the start of a supervisor to its first Started."""
    begin = time.perf_counter()
    supervisor = Supervisor(folder, uuid.uuid4().hex)
    supervisor.start()
    supervisor.submit([job("true")])
    next(event for event in events(supervisor) if isinstance(event, Started))
    taken = (time.perf_counter() - begin) * 1000
    supervisor.close(1)
    return taken


def latencies(supervisor: Supervisor) -> list[float]:
    """Milliseconds from submit to Started, one at a time."""
    taken = []
    for _ in range(100):
        begin = time.perf_counter()
        supervisor.submit([job("true")])
        for event in events(supervisor):
            if isinstance(event, Started):
                taken.append((time.perf_counter() - begin) * 1000)
            elif isinstance(event, Exited):
                break
    return sorted(taken)


def flood(supervisor: Supervisor, cap: int) -> float:
    """Lines per second that a job prints; they arrive as text and are split, as whoever stores them must."""
    begin = time.perf_counter()
    supervisor.submit([job(f"yes 'a line of some forty characters, or so' | head -n {FLOOD}", cap)])
    lines = 0
    for event in events(supervisor):
        if isinstance(event, Output):
            lines += len(event.text.split("\n"))
        elif isinstance(event, Exited):
            lines += event.dropped_lines
            break
    if lines != FLOOD:
        raise SystemExit(f"{lines} lines of {FLOOD}")
    return lines / (time.perf_counter() - begin)


def show(name: str, figures: list[float], unit: str, floors: list[float] | None = None) -> None:
    text = f"{name:42s} {statistics.median(figures):10,.2f} {unit} [{min(figures):,.2f} .. {max(figures):,.2f}]"
    if floors:
        text += f"  {statistics.median(a / b for a, b in zip(figures, floors, strict=True)):.2f} x the floor"
    print(text, flush=True)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(Path(folder), uuid.uuid4().hex)
        supervisor.start()
        rate(supervisor, "true"), floor()
        floors, trues, echoes, begins, waits, floods, drops = [], [], [], [], [], [], []
        for _ in range(rounds):
            floors.append(floor())
            trues.append(rate(supervisor, "true"))
            echoes.append(rate(supervisor, "echo x"))
            begins.append(beginning(Path(folder)))
            waits.append(latencies(supervisor))
            floods.append(flood(supervisor, 1 << 30))
            drops.append(flood(supervisor, 1 << 20))
        supervisor.close(1)
    show("floor: two threads, /bin/true", floors, "jobs/s")
    show(f"true, {AT_ONCE} at once", trues, "jobs/s", floors)
    show(f"echo x, {AT_ONCE} at once", echoes, "jobs/s", floors)
    show("a supervisor's start to its first Started", begins, "ms")
    show("submit to Started, p50", [wait[len(wait) // 2] for wait in waits], "ms")
    show("submit to Started, p99", [wait[-2] for wait in waits], "ms")
    show("a flood, all passed on", floods, "lines/s")
    show("a flood, nearly all dropped", drops, "lines/s")
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
