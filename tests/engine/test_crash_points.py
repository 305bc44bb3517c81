"""kill -9 of an engine at every named point: what the next engine finds, and that nothing ran twice."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from engine import crash
from engine.clock import SystemClock
from engine.operations import schedules
from store.enums import RunState
from store.instants import from_us
from tests.engine.engine_stage import Stage, add, daemon, is_alive, log_of, run_of, soon, states, texts, whole
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

CLOCK = SystemClock()
BEFORE_ANYTHING = ("lease", "recovering", "recovered", "taken", "fired", "claimed")
AFTER_THE_CLAIM = ("committed", "submitted", "heard-start", "heard-end")
IN_A_LOOK = ("looked", "made")
"""Met where tasks of templates are made: see `test_kills`."""
IN_A_MESSAGE = ("to-send", "answered")
"""Met where people are told outside the desk: see `test_deliveries`."""
IN_A_WORKFLOW = ("stepped", "followed")
"""Met where steps of workflows follow one another: see `workflows.test_kills`."""


def die(store: Path, point: str) -> None:
    """An engine that kills itself at that point."""
    with daemon(store, crash_at=point, wait=False) as engine:
        assert engine.wait(20) == -signal.SIGKILL


def recover(store: Path, *ids: int) -> None:
    """Another engine comes, and works until these runs are over."""
    with Stage(store, SystemClock()) as stage:
        stage.over(*ids)
        stage.until(lambda: stage.engine.is_idle)
        stage.engine.drain(5)
    whole(store)
    assert not {"starting", "running"} & set(states(store))


def ledger(store: Path) -> list[str]:
    file = store.with_name("ledger")
    return file.read_text().split() if file.exists() else []


def note(store: Path, then: str = "") -> str:
    """A command that leaves a trace each time it runs."""
    return f"echo $TICKLER_RUN_ID >> {store.with_name('ledger')}; {then}"


def test_every_point_is_met() -> None:
    assert set(crash.POINTS) == {*BEFORE_ANYTHING, *AFTER_THE_CLAIM, *IN_A_LOOK, *IN_A_MESSAGE, *IN_A_WORKFLOW}


@pytest.mark.parametrize("point", BEFORE_ANYTHING)
def test_before_the_claim_is_committed_nothing_has_happened(desk: Path, point: str) -> None:
    at = CLOCK.now()
    run = add(note(desk), now=at)
    schedules.add(ANA, from_us(at - 3_600_000_000), "hourly", spec="every 1 hour", command=note(desk))
    die(desk, point)
    recover(desk, run)
    fired = rows(desk, "SELECT count(*), count(DISTINCT planned_at) FROM occurrence WHERE state = 'fired'")
    assert fired == [(1, 1)]
    assert sorted(ledger(desk)) == [str(number) for (number,) in rows(desk, "SELECT id FROM run ORDER BY id")]
    assert rows(desk, "SELECT DISTINCT state, attempts FROM run") == [("succeeded", 1)]


def test_claimed_and_never_handed_over_waits_again_with_its_attempt_given_back(desk: Path) -> None:
    run = add(note(desk), now=CLOCK.now())
    die(desk, "committed")
    assert run_of(desk, run).state is RunState.STARTING
    recover(desk, run)
    found = run_of(desk, run)
    assert (found.state, found.attempts) == (RunState.SUCCEEDED, 1)
    assert ledger(desk) == [str(run)]
    assert texts(desk, run)[0] == "the engine died before this was started; it waits again"
    assert rows(desk, "SELECT number, fence FROM attempt") == [(1, 2)]


def test_handed_over_and_nothing_heard_runs_at_most_once(desk: Path) -> None:
    run = add(note(desk, "sleep 0.2"), now=CLOCK.now())
    die(desk, "submitted")
    recover(desk, run)
    assert run_of(desk, run).state in (RunState.SUCCEEDED, RunState.LOST)
    assert len(ledger(desk)) <= 1


def test_what_the_supervisor_saw_end_is_the_result_although_the_engine_died(desk: Path) -> None:
    run = add("echo first; echo second; exit 5", now=CLOCK.now())
    die(desk, "heard-end")
    died_at = CLOCK.now()
    recover(desk, run)
    found = run_of(desk, run)
    assert (found.state, found.reason) == (RunState.FAILED, "exit 5")
    assert texts(desk, run, "stdout") == ["first", "second"]
    assert found.finished_at is not None
    assert found.finished_at < died_at
    assert texts(desk, run)[0].startswith("start  echo first")


def test_Z14_run_in_the_middle_is_lost_says_why_and_its_children_are_dead(desk: Path) -> None:
    now = CLOCK.now()
    over = add("true", now=now)
    run = add("sleep 300 & echo $!; echo $$; wait", now=now)
    with daemon(desk) as engine:
        soon(lambda: run_of(desk, over).finished_at and len(texts(desk, run, "stdout")) == 2)
        children = [int(pid) for pid in texts(desk, run, "stdout")]
        before = rows(desk, "SELECT * FROM run WHERE id = ?", over)
        engine.kill()
        engine.wait()
        soon(lambda: not any(is_alive(pid) for pid in children))
    recover(desk, run)
    found = run_of(desk, run)
    assert (found.state, found.reason) == (RunState.LOST, "the engine died while it ran, and it was stopped")
    assert log_of(desk, run)[-1].text.startswith("end  lost: the engine died while it ran")
    assert rows(desk, "SELECT * FROM run WHERE id = ?", over) == before
    assert not list(desk.with_name("desk.db.runs").glob("*.jsonl"))


def test_end_that_was_heard_at_the_start_of_a_run_is_settled(desk: Path) -> None:
    run = add("sleep 300", now=CLOCK.now(), max_retries=3)
    die(desk, "heard-start")
    recover(desk, run)
    assert run_of(desk, run).state is RunState.LOST
    assert run_of(desk, run).attempts == 1
