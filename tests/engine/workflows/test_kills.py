"""kill -9 between the end of a step and the start of the next, and in the middle of one: no step twice, none lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.operations import workflow_definitions, workflows
from store.instants import from_us
from tests.engine.engine_stage import Stage, daemon, soon
from tests.engine.stage import ANA, desk, rows
from tests.engine.workflows.flow_stage import HEAD, whole_flows

__all__ = ["desk"]

CLOCK = SystemClock()
NOTED = """
class Noted(Workflow):
    n: int = 0
    begin = start()
    @step(limit=20)
    def increment(self):
        self.n += 1
        with open({ledger!r}, "a") as file:
            file.write(f"{{self.workflow_id}}.{{self.step_id}}\\n")
    @gateway
    def check(self):
        return [self.end] if self.n >= 4 else [self.increment]
    def end(self): ...
    edges = [(begin, increment), (increment, check), (check, increment), (check, end)]

class Slow(Workflow):
    begin = start()
    @step(idempotent={idempotent})
    def sleep(self):
        import time
        with open({ledger!r}, "a") as file:
            file.write("slept\\n")
        time.sleep(0 if self.context.run_id > 1 else 60)
    def end(self): ...
    edges = [(begin, sleep), (sleep, end)]
"""


def prepare(store: Path, name: str, many: int = 1, *, idempotent: bool = False) -> Path:
    ledger = store.with_name("ledger")
    file = store.with_name("flows.py")
    file.write_text(HEAD + NOTED.format(ledger=str(ledger), idempotent=idempotent))
    workflow_definitions.load(ANA, from_us(CLOCK.now()), str(file))
    for _ in range(many):
        workflows.start(ANA, from_us(CLOCK.now()), name)
    return ledger


def recover(store: Path) -> None:
    """Another engine does the rest."""
    with Stage(store, CLOCK) as stage:
        stage.until(lambda: stage.engine.is_idle)
        stage.engine.drain(5)
    whole_flows(store)


@pytest.mark.parametrize("point", ["stepped", "followed", "committed", "taken", "claimed"])
def test_between_the_end_of_a_step_and_the_next_nothing_is_lost_or_done_twice(desk: Path, point: str) -> None:
    ledger = prepare(desk, "noted", 12)
    for _ in range(3):
        with daemon(desk, crash_at=point, wait=False) as engine:
            assert engine.wait(20) == -signal.SIGKILL
    recover(desk)
    steps = [f"{flow}.{step}" for flow, step in rows(desk, "SELECT workflow_id, id FROM step WHERE node = 'increment'")]
    assert sorted(ledger.read_text().split()) == sorted(steps), "each step did its work once"
    assert len(steps) == 12 * 4
    assert rows(desk, "SELECT state, count(*) FROM workflow GROUP BY 1") == [("succeeded", 12)]


@pytest.mark.parametrize("idempotent", [False, True])
def test_a_step_whose_process_dies_with_the_engine_is_lost_unless_it_may_be_done_twice(
    desk: Path, idempotent: bool
) -> None:
    ledger = prepare(desk, "slow", idempotent=idempotent)
    with daemon(desk) as engine:
        soon(ledger.exists)
        engine.kill()
        engine.wait()
    recover(desk)
    (state, error) = rows(desk, "SELECT state, error FROM step WHERE node = 'sleep'")[0]
    (told,) = rows(desk, "SELECT error FROM step_error")[0]
    assert told.startswith("lost: the engine died while it ran")
    assert (state, error) == (("succeeded", None) if idempotent else ("failed", told))
    assert rows(desk, "SELECT state FROM workflow") == [("succeeded",) if idempotent else ("needs attention",)]
    assert len(ledger.read_text().split()) == 1 + idempotent


def test_two_engines_take_turns_and_no_step_is_done_twice(desk: Path) -> None:
    ledger = prepare(desk, "noted", 40)
    with daemon(desk) as first, daemon(desk):
        soon(lambda: rows(desk, "SELECT 1 FROM step WHERE node = 'check' AND state = 'succeeded'"))
        first.kill()
        soon(lambda: rows(desk, "SELECT count(*) FROM workflow WHERE state <> 'open'") == [(40,)])
    recover(desk)
    done = ledger.read_text().split()
    assert len(done) == len(set(done))
    lost = rows(desk, "SELECT count(*) FROM step WHERE state = 'failed' AND error LIKE 'lost: %'")[0][0]
    finished = rows(desk, "SELECT count(*) FROM workflow WHERE state = 'succeeded'")[0][0]
    assert finished + lost == 40
