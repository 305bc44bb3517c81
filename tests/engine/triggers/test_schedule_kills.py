"""kill -9 of an engine while a trigger acts by its schedule: nothing is lost, half, or done twice."""

from __future__ import annotations

import signal
from datetime import date, timedelta
from pathlib import Path

from engine.clock import SystemClock
from store.instants import from_us
from tests.engine.engine_stage import Stage, daemon, whole
from tests.engine.stage import rows
from tests.engine.triggers.schedule_stage import new_desk

CLOCK = SystemClock()
DAY = date(2025, 6, 7)


def test_an_engine_that_dies_while_triggers_act_leaves_all_of_it_to_the_next(tmp_path: Path) -> None:
    t = new_desk(tmp_path)
    early = f"{from_us(CLOCK.now()) - timedelta(minutes=150):%Y-%m-%dT%H:%M:%S}"
    t.trigger("open again", "every 1 hour", scope="label:hourly", when=early)
    t.trigger("next week", "every 1 hour", "move deadline: 7d", scope="label:hourly", when=early)
    tasks = [t.task(f"task {number}", "hourly", when=early, done=early, deadline=DAY) for number in range(3)]
    for _ in range(2):
        with daemon(t.c.path, crash_at="acted", wait=False) as engine:
            assert engine.wait(20) == -signal.SIGKILL
        assert [t.is_done(each) for each in tasks] == [True] * 3
        assert rows(t.c.path, "SELECT count(*) FROM occurrence") == [(0,)]
    with Stage(t.c.path, CLOCK) as stage:
        stage.until(lambda: not any(t.is_done(each) for each in tasks))
        stage.engine.drain(5)
    whole(t.c.path)
    assert {t.c.read(each).deadline_date for each in tasks} == {DAY + timedelta(7)}
    assert [touched for *_, touched in t.decided("open again")] == [3]
    assert [state for _, state, _ in t.ledger("open again")] == ["merged", "fired"]
    assert len(t.acts()) == 2
