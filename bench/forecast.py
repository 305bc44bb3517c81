"""How long a year ahead takes: `python bench/forecast.py [SCHEDULES]`, a minute at most.

A mixed desk: a fifth are templates (daily to yearly, a few after completion), the others jobs: hourly, daily, weekly
and monthly, some exclusive, some in a slot, one every minute. The goal is ten seconds for 1,000 on a quiet machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.forecast import Wanted, play
from engine.operations import schedules, templates
from store.database import transaction
from store.journal import Actor
from store.opening import open_store

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
WHO = Actor(None, "ana", "cli")
CHORES = (
    "daily",
    "weekly mon,thu",
    "monthly 15",
    "monthly last friday",
    "yearly 8 march",
    "every 3 days",
    "every! 10 days",
)
JOBS = ("cron: {m} * * * *", "daily {h}:{m}", "cron: {m} {h} * * 1-5", "weekly sun {h}:{m}", "monthly 1 {h}:{m}")


def build(path: Path, many: int) -> None:
    """A store with so many schedules, a fifth of them templates."""
    open_store(path)
    for number in range(many // 5):
        templates.add(WHO, NOW, f"chore {number}", CHORES[number % len(CHORES)])
    schedules.add(WHO, NOW, "each minute", "cron: * * * * *", controller="shell", command="true")
    for number in range(many - many // 5 - 1):
        spec = JOBS[number % len(JOBS)].format(m=f"{number * 7 % 60:02}", h=f"{number * 5 % 24:02}")
        more: dict[str, Any] = (
            {"exclusive": True} if number % 200 == 1 else {"slot": "disk"} if number % 100 == 2 else {}
        )
        schedules.add(WHO, NOW, f"job {number}", spec, controller="shell", command="true", **more)
    with transaction() as connection:
        connection.execute(
            "INSERT INTO run (name, schedule_id, controller, state, created_at, available_at, started_at, finished_at)"
            " SELECT name, id, 'shell', 'succeeded', 0, 0, 1000000, (60 + id % 600) * 1000000 FROM schedule"
            " WHERE action = 'run'"
        )


def main(many: int) -> None:
    """Build the desk, and time three forecasts of a year."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        path = Path(folder) / "year.db"
        build(path, many)
        taken = []
        for _ in range(3):
            began = time.perf_counter()
            found = play(path, NOW, NOW + timedelta(days=365), Wanted(limit=0))
            taken.append(time.perf_counter() - began)
        kinds = Counter[str]()
        for row in found.rows:
            kinds[row.kind] += row.count
    each = ", ".join(f"{seconds:.1f}" for seconds in taken)
    print(f"a year of {many:,} schedules: {min(taken):.1f} s at best of 3 ({each})")
    print(f"{len(found.rows):,} rows; " + ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
