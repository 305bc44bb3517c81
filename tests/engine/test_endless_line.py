"""F67: a job that prints and prints and never ends its line; through a real engine, with the caps as they come."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from engine.clock import SystemClock
from engine.supervisor.output import LINE, MARK
from store.enums import RunState
from tests.engine.engine_stage import add, daemon, log_of, run_of, soon, whole
from tests.engine.stage import desk

__all__ = ["desk"]

CLOCK = SystemClock()
GROWTH = 30
"""MB that an engine and its supervisor may grow together."""


def peak_mb(pid: int) -> float:
    """The most memory that a process has had so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@pytest.mark.parametrize(
    ("size", "seconds"), [(50_000_000, 20.0), pytest.param(1_000_000_000, 60.0, marks=pytest.mark.slow)]
)
def test_F67_a_line_without_an_end_takes_no_memory_and_is_counted_exactly(
    desk: Path, size: int, seconds: float
) -> None:
    with daemon(desk) as engine:
        small = add("echo warm", now=CLOCK.now())
        soon(lambda: run_of(desk, small).finished_at)
        both = [engine.pid, *(child.pid for child in psutil.Process(engine.pid).children())]
        assert len(both) >= 2
        before = [peak_mb(pid) for pid in both]
        run = add(f"head -c {size} /dev/zero | tr '\\0' x", now=CLOCK.now())
        deadline = time.monotonic() + seconds
        soon(lambda: run_of(desk, run).finished_at, seconds)
        assert time.monotonic() < deadline
        after = [peak_mb(pid) for pid in both]
    over = run_of(desk, run)
    assert (over.state, over.exit_code, over.dropped_lines) == (RunState.SUCCEEDED, 0, 0)
    (line,) = [line.text for line in log_of(desk, run) if line.stream == "stdout"]
    assert line == "x" * (LINE - len(MARK)) + MARK.decode()
    assert over.dropped_bytes == size - LINE
    assert sum(after) - sum(before) < GROWTH
    whole(desk)
