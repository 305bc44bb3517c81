"""kill -9 of an engine while it acts on what waits: what it did and the line of it are one transaction."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path

from engine.clock import SystemClock
from store.instants import from_us
from tests.engine.engine_stage import Stage, daemon, whole
from tests.engine.stage import rows
from tests.engine.triggers.schedule_stage import new_desk


def test_an_engine_that_dies_while_it_acts_leaves_nothing_half_and_does_nothing_twice(tmp_path: Path) -> None:
    t, clock = new_desk(tmp_path), SystemClock()
    early = f"{from_us(clock.now()) - timedelta(minutes=150):%Y-%m-%dT%H:%M:%S}"
    t.c.do("trigger add", early, "seen", "created", "create task: look at it", delay="1h", scope="label:L")
    for number in range(3):
        t.task(f"task {number}", "L", when=early)
    with daemon(t.c.path, crash_at="acted", wait=False) as engine:
        assert engine.wait(20) == -signal.SIGKILL
    assert rows(t.c.path, "SELECT state, count(*) FROM pending_action GROUP BY state") == [("waiting", 3)]
    assert rows(t.c.path, "SELECT count(*) FROM task") == [(3,)]
    done = "SELECT count(*) FROM pending_action WHERE state = 'acted' AND reason LIKE 'missed since %'"
    with Stage(t.c.path, clock) as stage:
        stage.until(lambda: rows(t.c.path, done) == [(3,)])
        stage.step()
        stage.engine.drain(5)
    whole(t.c.path)
    assert rows(t.c.path, "SELECT count(*) FROM task") == [(6,)]
