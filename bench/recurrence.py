"""How fast the time rules answer, against cronsim: `python bench/recurrence.py`, about a minute.

Both sides are timed in turns, so that a busy machine slows both, and the median of nine turns counts.
A walk asks for one occurrence after the other; scattered asks from all over ten years, where cronsim,
whose object is rule and cursor in one, has to be made anew each time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cronsim import CronSim

from engine.rules.when import Rule, parse

ZONE = "Europe/Paris"
PARIS = ZoneInfo(ZONE)
START = datetime(2026, 1, 1, 0, 0, 30, tzinfo=PARIS)
SCATTERED = [START + timedelta(seconds=step * 7_919_011 % 315_360_000) for step in range(200)]
TURNS = 9
# line, how many to walk per turn, goal of the walk
LINES = [("*/2 * * * *", 4000, 3), ("0 11 * * 1-5", 1000, 3), ("0 9 31 * *", 400, 3), ("0 9 29 2 *", 200, 10)]
ANCHORED = ["every 15 minutes", "every 3 days", "every 2 weeks on fri 09:00", "every month", "every year"]


def turns(*sides: Callable[[], int]) -> list[float]:
    """Median microseconds per answer of each side; a side returns how many answers it gave."""
    taken: list[list[float]] = [[] for _ in sides]
    for _ in range(TURNS):
        for side, times in zip(sides, taken, strict=True):
            before = time.perf_counter()
            answers = side()
            times.append((time.perf_counter() - before) / answers * 1e6)
    return [statistics.median(times) for times in taken]


def walk(rule: Rule, many: int) -> int:
    now: datetime | None = START
    for _ in range(many):
        now = rule.next(now) if now else None
    return many


def simulate(line: str, many: int) -> int:
    coming = CronSim(line, START)
    for _ in range(many):
        next(coming)
    return many


def scatter(rule: Rule) -> int:
    for now in SCATTERED:
        rule.next(now)
    return len(SCATTERED)


def simulate_scattered(line: str) -> int:
    for now in SCATTERED:
        next(CronSim(line, now))
    return len(SCATTERED)


def against_cronsim() -> None:
    print(f"{'next occurrence, ' + ZONE:32}{'ours':>10}{'cronsim':>11}{'ratio':>9}   goal")
    for line, many, goal in LINES:
        rule = parse(f"cron: {line}", ZONE)
        scatter(rule), walk(rule, many)
        ours, theirs = turns(lambda r=rule, n=many: walk(r, n), lambda s=line, n=many: simulate(s, n))
        print(f"{line + '  walk':32}{ours:8.2f}us{theirs:9.2f}us{theirs / ours:8.1f}x   {goal}x")
        ours, theirs = turns(lambda r=rule: scatter(r), lambda s=line: simulate_scattered(s))
        print(f"{line + '  scattered':32}{ours:8.2f}us{theirs:9.2f}us{theirs / ours:8.1f}x   {goal}x")


def against_distance() -> None:
    print(f"\n{'start lies back':32}{'1 year':>10}{'20 years':>11}{'ratio':>9}   goal")
    for spec in ANCHORED:
        near, far = (parse(spec, ZONE, anchor=START - timedelta(days=365.25 * years)) for years in (1, 20))
        scatter(near), scatter(far)
        one, twenty = turns(lambda r=near: scatter(r) + scatter(r), lambda r=far: scatter(r) + scatter(r))
        print(f"{spec:32}{one:8.2f}us{twenty:9.2f}us{twenty / one:8.2f}x   1.2x")


def gaps() -> None:
    rule = parse("cron: * * * * *", ZONE)
    after, until = START.astimezone(UTC), START.astimezone(UTC) + timedelta(days=60)
    (took,) = turns(lambda: int(rule.count(after, until) == 86_400))
    print(f"\ncount 60 days of minutes     {took:10.1f}us")
    first = time.perf_counter()
    parse("cron: 17 4 * * 2", "America/Argentina/Ushuaia").next(START)
    print(f"first answer in a new zone   {(time.perf_counter() - first) * 1e6:10.1f}us")
    code = (
        "import time, sys, enum, typing, datetime, zoneinfo, dataclasses, re; m = time.perf_counter();"
        "import engine.rules.when; print((time.perf_counter() - m) * 1e3, 'cronsim' in sys.modules)"
    )
    root = Path(__file__).resolve().parent.parent
    cached = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = partial(subprocess.check_output, [sys.executable, "-c", code], cwd=root, text=True, env=cached)
    took = statistics.median(float(run().split()[0]) for _ in range(7))
    print(f"import beyond the stdlib     {took:10.1f}ms")


if __name__ == "__main__":
    against_cronsim()
    against_distance()
    gaps()
