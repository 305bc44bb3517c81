"""Cancel and retry without an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import runs as verbs
from engine.operations import schedules
from engine.requests import request
from store.database import transaction
from store.enums import Category, RunState
from store.errors import Refused
from store.journal import ENGINE
from tests.engine.engine_stage import add, log_of, run_of, whole
from tests.engine.stage import ANA, AT, BO, desk, rows

__all__ = ["desk"]


def put(state: str, number: int, more: str = "") -> None:
    """Bring a run into a state as an engine would."""
    over = ", finished_at = 5" if state not in ("pending", "starting", "running") else ""
    with transaction() as connection:
        connection.execute(f"UPDATE run SET state = ?{over}{more} WHERE id = ?", (state, number))


def test_pending_run_is_cancelled_here_and_now(desk: Path) -> None:
    run = add("true")
    found = verbs.cancel(ANA, AT, run)
    assert (found.state, found.reason, found.finished_at) == (RunState.CANCELLED, "cancelled by ana", found.created_at)
    assert [line.text for line in log_of(desk, run)] == ["end  cancelled by ana"]
    assert rows(desk, "SELECT u.name FROM run r JOIN user u ON u.id = r.cancel_by") == [("ana",)]
    whole(desk)


def test_running_run_is_asked_and_a_second_time_to_be_killed(desk: Path) -> None:
    run = add("true")
    put("running", run)
    asked = verbs.cancel(ANA, AT, run)
    assert (asked.state, asked.cancel_requested_at) == (RunState.RUNNING, asked.created_at)
    assert rows(desk, "SELECT cancel_hard FROM run") == [(0,)]
    verbs.cancel(BO, AT, run)
    assert rows(desk, "SELECT cancel_hard, u.name FROM run r JOIN user u ON u.id = r.cancel_by") == [(1, "ana")]
    assert log_of(desk, run) == []


def test_engine_cancels_without_a_user(desk: Path) -> None:
    run = add("true")
    put("running", run)
    verbs.cancel(ENGINE, AT, run)
    assert rows(desk, "SELECT cancel_by FROM run") == [(None,)]
    assert rows(desk, "SELECT count(*) FROM user") == [(0,)]


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled", "lost"])
def test_run_that_is_over_cannot_be_cancelled(desk: Path, state: str) -> None:
    run = add("true")
    put(state, run)
    before = rows(desk, "SELECT * FROM run")
    with pytest.raises(Refused, match=rf"^Run {run} has ended already \({state}\)\.$"):
        verbs.cancel(ANA, AT, run)
    assert rows(desk, "SELECT * FROM run") == before


def test_no_such_run(desk: Path) -> None:
    for verb in (verbs.cancel, verbs.retry):
        with pytest.raises(Refused, match=r"^There is no run 7\.$"):
            verb(ANA, AT, 7)


@pytest.mark.parametrize("state", ["failed", "cancelled", "lost"])
def test_Z5_retry_makes_a_new_run_and_leaves_the_old_one(desk: Path, state: str) -> None:
    run = add("exit 3", max_retries=2, timeout=60, is_exclusive=True, not_after=99, dedupe_key="k")
    put(state, run, ", attempts = 3, error = 'exit 3', progress = 50, cancel_requested_at = 4, log_lines = 0")
    before = rows(desk, "SELECT * FROM run WHERE id = ?", run)
    made = verbs.retry(ANA, AT, run)
    assert rows(desk, "SELECT * FROM run WHERE id = ?", run) == before
    assert (made.retry_of, made.state, made.progress, made.error, made.reason) == (run, RunState.PENDING, 0, None, None)
    assert (made.attempts, made.max_attempts, made.cancel_requested_at) == (0, 3, None)
    assert (made.name, made.params, made.timeout, made.is_exclusive) == ("exit 3", {"command": "exit 3"}, 60, True)
    assert (made.category, made.creator) == (Category.USER, "ana")
    assert rows(desk, "SELECT not_after, dedupe_key, fence FROM run WHERE id = ?", made.id) == [(None, None, 0)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("succeeded", r"Run 1 has succeeded; there is nothing to try again\."),
        ("running", r"Run 1 is not over \(running\); wait for its end or cancel it\."),
        ("pending", r"Run 1 is not over \(pending\); wait for its end or cancel it\."),
    ],
)
def test_retry_refused(desk: Path, state: str, words: str) -> None:
    run = add("true")
    put(state, run)
    with pytest.raises(Refused, match=f"^{words}$"):
        verbs.retry(ANA, AT, run)
    assert rows(desk, "SELECT count(*) FROM run") == [(1,)]


def test_cancelled_run_of_a_one_off_applies_what_comes_after(desk: Path) -> None:
    made = schedules.add(
        ANA, AT, "once", moment="2025-05-21T10:00Z", once=True, command="true", after_execution="delete"
    )
    with transaction() as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        connection.execute("UPDATE schedule SET next_at = NULL")
        run = request(connection, 0, name="once", controller="shell", params={}, schedule_id=made.id, planned_at=5)
    assert run is not None
    verbs.cancel(ANA, AT, run)
    assert rows(desk, "SELECT deleted_at IS NOT NULL FROM schedule") == [(1,)]
    assert run_of(desk, run).schedule == "once"


def test_key_makes_one_run(desk: Path) -> None:
    with transaction() as connection:
        made = [request(connection, 0, name="x", controller="shell", params={}, dedupe_key="k") for _ in range(2)]
    assert made == [1, None]


def test_Z1_run_of_a_person_is_hers_and_one_without_is_the_systems(desk: Path) -> None:
    schedules.add(ANA, AT, "nightly", "daily 02:30", command="true")
    mine = schedules.run_now(ANA, AT, "nightly")
    assert (mine.state, mine.progress, mine.category, mine.creator) == (RunState.PENDING, 0, Category.USER, "ana")
    own = run_of(desk, add("true"))
    assert (own.state, own.progress, own.category, own.creator) == (RunState.PENDING, 0, Category.SYSTEM, "system")
    assert rows(desk, "SELECT creator_id FROM run WHERE id = ?", own.id) == [(None,)]


def test_Z13_run_is_put_out_of_sight_and_stays_in_the_store(desk: Path) -> None:
    run = add("true")
    put("failed", run)
    assert verbs.delete(ANA, AT, run).id == run
    with pytest.raises(Refused, match=r"^There is no run 1\.$"):
        verbs.delete(ANA, AT, run)
    assert rows(desk, "SELECT state, deleted_at IS NOT NULL FROM run") == [("failed", 1)]
