"""The same jobs in APScheduler and Huey, for `bench/jobs.py` to stand beside: run by a python that has both.

    PEERS=/path/to/python python bench/jobs.py shell|latency|lateness

Each part prints one JSON object: `rate` jobs a second, or `late` a list of milliseconds.
"""

from __future__ import annotations

import json
import logging
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

FOLDER = Path(tempfile.mkdtemp(prefix="tickler-peers-"))
stamps: list[tuple[float, float]] = []
done = threading.Semaphore(0)


def shell(_: object = None) -> None:
    """`true`, its output read and thrown away."""
    subprocess.run(["/bin/true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    done.release()


def stamp(asked: float) -> None:
    """When it was asked for, and now."""
    stamps.append((asked, time.time()))
    done.release()


def scheduler(*, durable: bool, workers: int = 10) -> Any:
    """APScheduler as its manual has it, that drops nothing."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.jobstores.memory import MemoryJobStore
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    store = SQLAlchemyJobStore(f"sqlite:///{FOLDER / 'aps.db'}") if durable else MemoryJobStore()
    plain = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1_000_000}
    return BackgroundScheduler(
        jobstores={"default": store},
        executors={"default": ThreadPoolExecutor(workers)},
        job_defaults=plain,
        timezone="UTC",
    )


def aps_shell(count: int) -> dict[str, Any]:
    """Shell jobs of a memory scheduler."""
    made = scheduler(durable=False)
    made.start(paused=True)
    for _ in range(count):
        made.add_job(shell)
    began = time.perf_counter()
    made.resume()
    return {"rate": rate(count, began)}


def huey_shell(count: int) -> dict[str, Any]:
    """Shell jobs of a queue in SQLite with two threads."""
    from huey import SqliteHuey

    queue = SqliteHuey("bench", filename=str(FOLDER / "huey.db"))
    task = queue.task()(shell)
    for number in range(count):
        task(number)
    consumer = queue.create_consumer(workers=2)
    began = time.perf_counter()
    consumer.start()
    return {"rate": rate(count, began)}


def huey_noop(count: int) -> dict[str, Any]:
    """Tasks that do nothing, of a queue in SQLite with one thread; no record of them stays."""
    from huey import SqliteHuey

    queue = SqliteHuey("bench", filename=str(FOLDER / "huey.db"), results=False)

    def nothing(_: int) -> None:
        done.release()

    task = queue.task()(nothing)
    for number in range(count):
        task(number)
    consumer = queue.create_consumer(workers=1)
    began = time.perf_counter()
    consumer.start()
    return {"rate": rate(count, began)}


def huey_enqueue(count: int) -> dict[str, Any]:
    """Tasks put into a queue in SQLite one by one, and never run."""
    from huey import SqliteHuey

    queue = SqliteHuey("bench", filename=str(FOLDER / "huey.db"))
    task = queue.task()(shell)
    began = time.perf_counter()
    for number in range(count):
        task(number)
    return {"rate": count / (time.perf_counter() - began)}


def rate(count: int, began: float) -> float:
    """Jobs a second, when all have ended."""
    for _ in range(count):
        done.acquire()
    return count / (time.perf_counter() - began)


def aps_latency(count: int) -> dict[str, Any]:
    """From asking to the job, durable."""
    made = scheduler(durable=True)
    made.start()
    time.sleep(1)
    for _ in range(count):
        time.sleep(random.uniform(0.02, 0.12))
        made.add_job(stamp, args=[time.time()])
    for _ in range(count):
        done.acquire()
    return {"late": [(at - asked) * 1000 for asked, at in stamps]}


def aps_lateness(due: int) -> dict[str, Any]:
    """10,000 schedules in memory, `due` of them at one instant."""
    made = scheduler(durable=False)
    made.start(paused=True)
    target = int(time.time()) + 15
    from datetime import UTC, datetime, timedelta

    at = datetime.fromtimestamp(target, UTC)
    for number in range(10_000):
        first = at if number < due else at + timedelta(days=1)
        made.add_job(stamp, "interval", hours=1, args=[float(target)], next_run_time=first, id=str(number))
    made.resume()
    for _ in range(due):
        done.acquire()
    return {"late": [(at - asked) * 1000 for asked, at in stamps]}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    parts = {
        each.__name__: each
        for each in (
            aps_shell,
            huey_shell,
            huey_noop,
            huey_enqueue,
            aps_latency,
            aps_lateness,
        )
    }
    print(json.dumps(parts[sys.argv[1]](int(sys.argv[2]))), flush=True)
    import os

    os._exit(0)
