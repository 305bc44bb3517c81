"""An engine stepped by hand with real shell jobs, and engines as processes of their own that can be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.clock import Clock, HandClock
from engine.engine import Engine
from engine.requests import request
from store.connection import connect
from store.database import transaction
from store.enums import Level
from store.instants import to_us
from store.reads import logs, runs
from store.values import LogLine, Run
from tests.engine.stage import AT, rows

NOW = to_us(AT)
PATIENCE = 20.0


class Stage:
    """An engine of the open store whose clock the test turns."""

    def __init__(self, store: Path, clock: Clock | None = None, places: int = 10) -> None:
        self.store = store
        self.clock = clock or HandClock(NOW)
        self.said: list[str] = []
        set_places(places)
        self.engine = Engine(self.clock, "test", say=self.said.append)
        self.engine.open()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *fault: object) -> None:
        self.engine.close()

    def turn(self, seconds: float) -> None:
        assert isinstance(self.clock, HandClock)
        self.clock.turn(seconds)

    def step(self) -> int:
        """One step after somebody rang."""
        self.engine.wake()
        return self.engine.step(self.clock.now())

    def until(self, condition: Callable[[], Any]) -> None:
        """Step as the loop does until the condition holds; fails after PATIENCE."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not come to that"
            self.engine.wait(min(self.engine.step(self.clock.now()), self.clock.now() + 50_000))

    def over(self, *ids: int) -> list[Run]:
        """Step until these runs have ended."""
        self.engine.wake()
        self.until(lambda: all(run_of(self.store, number).finished_at for number in ids))
        return [run_of(self.store, number) for number in ids]

    def add(self, command: str, **more: Any) -> int:
        return add(command, now=self.clock.now(), **more)

    def do(self, command: str, **more: Any) -> Run:
        """Run a command to its end."""
        return self.over(self.add(command, **more))[0]


def add(command: str, *, now: int = NOW, **more: Any) -> int:
    given = {"name": command[:40], "controller": "shell", "params": {"command": command}} | more
    with transaction() as connection:
        made = request(connection, now, **given)
    assert made is not None
    return made


def set_places(places: int) -> None:
    with transaction() as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        connection.execute(
            "INSERT INTO setting (key, value) VALUES ('task_max_concurrent', ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (str(places),),
        )


def run_of(store: Path, number: int) -> Run:
    with closing(connect(store, read_only=True)) as connection:
        found = runs.run(connection, number)
    assert found is not None
    return found


def log_of(store: Path, number: int) -> list[LogLine]:
    with closing(connect(store, read_only=True)) as connection:
        return logs.page(connection, number, 1, 1_000_000)


def texts(store: Path, number: int, stream: str | None = None) -> list[str]:
    return [line.text for line in log_of(store, number) if stream in (None, line.stream)]


def states(store: Path) -> list[str]:
    return [state for (state,) in rows(store, "SELECT state FROM run ORDER BY id")]


def is_alive(pid: int) -> bool:
    """Whether the process lives; a zombie that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def soon(condition: Callable[[], Any], patience: float = PATIENCE) -> float:
    """Wait for something that other processes do; the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, "it did not come to that"
        time.sleep(0.01)
    return time.monotonic() - began


@contextlib.contextmanager
def daemon(store: Path, *options: str, crash_at: str = "", wait: bool = True) -> Iterator[subprocess.Popen[str]]:
    """`tickler engine` in a process of its own, which is killed in the end if it still lives."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tickler", "--store", str(store), "engine", *options],
        env={**os.environ, "TICKLER_CRASH_AT": crash_at},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if wait:
            soon(lambda: process.poll() is not None or node_of(store, process.pid) in ("active", "standby"))
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def node_of(store: Path, pid: int) -> str | None:
    found = rows(store, "SELECT state FROM node WHERE pid = ? ORDER BY since DESC", pid)
    return str(found[0][0]) if found else None


def whole(store: Path) -> None:
    """What must hold after every fault: the invariants of runs that can be asked of the store."""
    for query, what in INVARIANTS.items():
        assert rows(store, query) == [], what
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    assert rows(store, "PRAGMA foreign_key_check") == []
    for run, lines, errors in rows(store, "SELECT id, log_lines, log_errors FROM run WHERE log_backend = 'file'"):
        found = log_of(store, run)
        assert [line.seq for line in found] == list(range(1, lines + 1)), "no gaps in a file"
        assert sum(line.level is Level.ERROR for line in found) == errors, "errors of a file are counted"


_ROWS = "(SELECT {what} FROM log_line WHERE run_id = run.id) AND log_backend = 'database'"
INVARIANTS = {
    "SELECT dedupe_key FROM run WHERE dedupe_key IS NOT NULL GROUP BY dedupe_key HAVING count(*) > 1": "one run a key",
    "SELECT run_id FROM attempt GROUP BY run_id, fence HAVING count(*) > 1": "one attempt a fence",
    "SELECT id FROM run WHERE fence < (SELECT max(fence) FROM attempt WHERE run_id = run.id)": "fences only rise",
    "SELECT id FROM run WHERE (finished_at IS NULL) <> (state IN ('pending', 'starting', 'running'))": "ends are timed",
    "SELECT id FROM run WHERE attempts <> (SELECT count(*) FROM attempt WHERE run_id = run.id)": "attempts are counted",
    f"SELECT id FROM run WHERE log_lines <> {_ROWS.format(what='count(*)')}": "lines are counted",
    f"SELECT id FROM run WHERE log_lines <> {_ROWS.format(what='ifnull(max(seq), 0)')}": "no gaps",
    f"SELECT id FROM run WHERE log_errors <> {_ROWS.format(what='ifnull(sum(level >= 40), 0)')}": "errors are counted",
}  # fmt: skip
