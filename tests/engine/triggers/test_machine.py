"""Triggers of the machine half, with real jobs: failed, recovered, late; what they make, start and stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.operations import schedules, triggers
from store.database import transaction
from store.instants import from_us, to_us
from tests.engine.engine_stage import Stage
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk) as made:
        yield made


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    """The job `backup` fails as long as this file is not there."""
    return tmp_path / "flag"


def backup(flag: Path, **more: Any) -> None:
    schedules.add(ANA, AT, "backup", "daily 02:00", controller="shell", command=f"test -e {flag}", **more)


def add(event: str, action: str, **more: Any) -> None:
    triggers.add(ANA, AT, more.pop("name", f"{event} -> {action}"), event, action, **more)


def run(stage: Stage) -> None:
    """Run the job to its end, with all that comes of it."""
    stage.turn(90)
    schedules.run_now(ANA, from_us(stage.clock.now()), "backup")
    stage.step()
    stage.until(lambda: stage.engine.is_idle)


def test_a_failing_job_makes_one_task_and_a_notice_each_time_and_its_recovery_completes_it(
    stage: Stage, flag: Path
) -> None:
    backup(flag)
    add("run failed: backup", "create task: See to the backup", deadline="1d")
    add("run failed: backup", "notify: The backup failed", severity="urgent")
    add("run recovered: backup", "notify: The backup is well")
    run(stage)
    task = "SELECT name, is_done, deadline_date, folded FROM task"
    assert rows(stage.store, task) == [("See to the backup", 0, "2025-05-21", 0)]
    run(stage)
    assert rows(stage.store, task) == [("See to the backup", 0, "2025-05-21", 1)]
    notices = "SELECT subject, text FROM notification WHERE kind = 'trigger' ORDER BY id"
    failed = [("The backup failed", f"Run {number} failed: exit 1") for number in (1, 2)]
    assert rows(stage.store, notices) == failed
    flag.touch()
    run(stage)
    assert rows(stage.store, task) == [("See to the backup", 1, "2025-05-21", 1)]
    assert rows(stage.store, notices) == [*failed, ("The backup is well", "Run 3 succeeded")]
    run(stage)
    assert len(rows(stage.store, notices)) == 3, "a success after a success is no recovery"


def test_a_run_is_started_in_the_owners_name_and_knows_its_subject_by_its_environment(stage: Stage, flag: Path) -> None:
    backup(flag)
    schedules.add(ANA, AT, "mend", "daily 03:00", controller="shell", command="true")
    add("run failed: backup", "run: mend")
    command = 'echo "$SUBJECT" of "$SUBJECT_NAME"'
    add("run failed: backup", "run: shell", name="look; $(touch never)", command=command)
    run(stage)
    found = rows(stage.store, "SELECT name, state, category, chain, creator_id IS NOT NULL FROM run WHERE id > 1")
    assert found == [
        ("mend", "succeeded", "system", "1", 1),
        ("look; $(touch never)", "succeeded", "system", "2", 1),
    ]
    assert ("run:1 of backup",) in rows(stage.store, "SELECT text FROM log_line WHERE run_id = 3")


def test_a_trigger_that_runs_the_job_that_failed_stops_after_one_more_try(stage: Stage, flag: Path) -> None:
    backup(flag)
    add("run failed: backup", "run: backup", name="again")
    run(stage)
    assert rows(stage.store, "SELECT state, chain FROM run") == [("failed", ""), ("failed", "1")]
    (error,) = rows(stage.store, 'SELECT error FROM "trigger"')[0]
    assert error == "stopped: it acted already for the same cause"
    assert ("trigger again was stopped",) in rows(stage.store, "SELECT subject FROM notification")


def test_what_a_failure_brings_later_waits_and_is_done_then(stage: Stage, flag: Path) -> None:
    backup(flag)
    add("run failed", "create task: Look again", delay="2h")
    run(stage)
    assert rows(stage.store, "SELECT subject, state FROM pending_action") == [("run:1", "waiting")]
    stage.turn(2 * 3600)
    stage.step()
    assert rows(stage.store, "SELECT name FROM task") == [("Look again",)]


def test_a_job_that_is_late_makes_a_task(stage: Stage, flag: Path) -> None:
    backup(flag, alert=("by=06:00",), zone="UTC")
    add("run late: backup", "create task: Where is the backup?")
    with transaction() as connection:
        expected = to_us(AT) + 3_600_000_000
        connection.execute("UPDATE schedule SET expected_at = ?", (expected,))
    stage.step()
    assert rows(stage.store, "SELECT count(*) FROM task") == [(0,)]
    stage.turn(3600)
    stage.step()
    stage.step()
    assert rows(stage.store, "SELECT subject, state FROM pending_action") == [("schedule:1", "acted")]
    assert rows(stage.store, "SELECT name FROM task") == [("Where is the backup?",)]
