"""What people are told when runs of a schedule end, and the followup task of one that fails."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import expecting
from engine.operations import schedules as ops
from engine.operations import task_editing, tasks
from engine.operations.undo import undo
from store.enums import RunState
from store.instants import to_us
from store.journal import Actor
from tests.engine.firing_stage import at, end, fire, one, start, writing
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

DAY = "2025-06-16"
FAILED = RunState.FAILED


def job(path: Path, *alerts: str, spec: str = "every 10 minutes") -> None:
    ops.add(ANA, at(f"{DAY}T00:00"), "nightly backup", spec=spec, command="true", alert=alerts or None)


def run(path: Path, when: datetime, state: RunState = RunState.SUCCEEDED) -> int:
    """The next run of the schedule, from its occurrence to its end a minute later."""
    fire(path, when)
    (number,) = start(path, when)
    end(path, number, when + timedelta(minutes=1), state)
    return number


def runs(path: Path, states: str) -> None:
    first = at(f"{DAY}T00:10")
    for index, letter in enumerate(states):
        run(path, first + timedelta(minutes=10 * index), FAILED if letter == "F" else RunState.SUCCEEDED)


def notices(path: Path) -> list[Any]:
    return rows(path, "SELECT subject, severity, withdrawn_reason FROM notification ORDER BY id")


def followups(path: Path) -> list[Any]:
    return rows(path, "SELECT name, is_done, folded, deadline_date, done_by, done_date FROM task ORDER BY id")


def test_the_default_tells_of_the_first_failure_and_of_recovery(desk: Path) -> None:
    job(desk)
    runs(desk, "SFFFS")
    assert notices(desk) == [
        ("nightly backup failed", "important", "run 5 succeeded"),
        ("nightly backup works again after 3 failures", "notice", None),
    ]
    assert one(desk).failures == 0
    assert followups(desk) == []


def test_the_nth_in_a_row_is_urgent(desk: Path) -> None:
    job(desk, "nth=3")
    runs(desk, "FFSFFF")
    assert notices(desk) == [("nightly backup failed 3 times in a row", "urgent", None)]
    assert one(desk).failures == 3


def test_a_flapping_job_is_told_of_once_a_day(desk: Path) -> None:
    job(desk, "default", "day=3")
    runs(desk, "FSFSFSFSFS")
    subjects = [subject for subject, _, _ in notices(desk)]
    assert subjects == [
        "nightly backup failed",
        "nightly backup works again after 1 failure",
        "nightly backup failed",
        "nightly backup works again after 1 failure",
        "nightly backup failed 3 times today",
        "nightly backup works again after 1 failure",
    ]


def test_nothing_is_told_of_runs_without_a_schedule_or_cancelled(desk: Path) -> None:
    job(desk)
    run(desk, at(f"{DAY}T00:10"), RunState.CANCELLED)
    assert notices(desk) == []
    assert one(desk).failures == 0


def test_counts_are_those_of_the_list_after_a_random_history(desk: Path) -> None:
    job(desk, "default", "task")
    states = "".join(random.Random(7).choice("FFS") for _ in range(40))
    runs(desk, states)
    assert one(desk).failures == len(states) - len(states.rstrip("F"))
    assert len(rows(desk, "SELECT 1 FROM task")) == len([part for part in states.split("S") if part])
    assert rows(desk, "SELECT sum(folded + 1) FROM task") == [(states.count("F"),)]
    assert len(rows(desk, "SELECT 1 FROM task WHERE is_done = 0")) <= 1


def test_a_failed_job_opens_one_task_that_folds_and_closes_with_the_proof(desk: Path) -> None:
    job(desk, "task")
    runs(desk, "FFF")
    assert followups(desk) == [("nightly backup fails (3 times)", 0, 2, DAY, None, None)]
    (notes,) = rows(desk, "SELECT notes FROM task")[0]
    assert notes.split("\n") == [
        "Run 1 failed on Mon 16 Jun 2025 00:11: failed",
        "Last of 3 failures: Run 3 failed on Mon 16 Jun 2025 00:31: failed",
    ]
    runs_again = at(f"{DAY}T00:40")
    run(desk, runs_again)
    assert followups(desk) == [("nightly backup fails (3 times)", 1, 2, DAY, None, DAY)]
    assert rows(desk, "SELECT notes FROM task")[0][0].endswith(
        "It works again: run 4 succeeded on Mon 16 Jun 2025 00:41."
    )
    run(desk, runs_again + timedelta(minutes=10), FAILED)
    assert [task[1] for task in followups(desk)] == [1, 0], "a new failure opens a new task"


def test_a_task_that_a_person_changed_stays_open_and_says_so(desk: Path) -> None:
    job(desk, "task")
    runs(desk, "F")
    task_editing.edit(ANA, at(f"{DAY}T00:15"), 1, notes="Called the provider.")
    run(desk, at(f"{DAY}T00:20"), FAILED)
    run(desk, at(f"{DAY}T00:30"))
    assert followups(desk) == [("nightly backup fails", 0, 1, DAY, None, None)]
    kept = "Kept open, because ana changed this task."
    assert rows(desk, "SELECT notes FROM task") == [
        (f"Called the provider.\nIt works again: run 3 succeeded on Mon 16 Jun 2025 00:31. {kept}",)
    ]
    run(desk, at(f"{DAY}T00:40"), FAILED)
    run(desk, at(f"{DAY}T00:50"))
    assert rows(desk, "SELECT notes FROM task") == [
        (f"Called the provider.\nIt works again: run 5 succeeded on Mon 16 Jun 2025 00:51. {kept}",)
    ]


def test_a_second_open_task_is_impossible(desk: Path) -> None:
    job(desk, "task")
    runs(desk, "F")
    with writing(desk) as connection, pytest.raises(Exception, match="UNIQUE"):
        connection.execute(
            "INSERT INTO task (name, visible_date, schedule_id, created_at) VALUES ('again', '2025-06-16', 1, 0)"
        )


def test_a_task_that_was_closed_and_is_reopened_by_a_person_is_theirs(desk: Path) -> None:
    job(desk, "task")
    runs(desk, "FS")
    tasks.reopen(ANA, at(f"{DAY}T00:25"), 1)
    run(desk, at(f"{DAY}T00:30"))
    assert followups(desk)[0][1] == 0


def overdue(path: Path, when: str) -> None:
    with writing(path) as connection:
        expecting.tell_overdue(connection, to_us(at(when)))


def test_a_job_that_did_not_finish_in_time_is_told_of_once(desk: Path) -> None:
    job(desk, "default", "by=06:00", spec="daily 02:30")
    assert one(desk).expected_at == to_us(at(f"{DAY}T06:00"))
    overdue(desk, f"{DAY}T05:59")
    assert notices(desk) == []
    overdue(desk, f"{DAY}T06:00")
    overdue(desk, f"{DAY}T06:05")
    assert notices(desk) == [("nightly backup did not finish by 06:00", "urgent", None)]
    assert one(desk).expected_at == to_us(at("2025-06-17T06:00"))
    run(desk, at(f"{DAY}T07:00"))
    assert notices(desk) == [
        ("nightly backup did not finish by 06:00", "urgent", "run 1 succeeded"),
        ("nightly backup works again", "notice", None),
    ]
    assert one(desk).expected_at == to_us(at("2025-06-17T06:00"))


def test_a_job_that_finishes_in_time_is_expected_the_next_time(desk: Path) -> None:
    job(desk, "within=2h", spec="daily 02:30")
    run(desk, at(f"{DAY}T02:30"))
    assert one(desk).expected_at == to_us(at("2025-06-17T04:30"))
    overdue(desk, f"{DAY}T23:00")
    assert notices(desk) == []


def test_a_paused_job_is_not_expected(desk: Path) -> None:
    job(desk, "within=2h", spec="daily 02:30")
    ops.pause(ANA, at(f"{DAY}T01:00"), "nightly backup")
    overdue(desk, f"{DAY}T04:30")
    assert notices(desk) == []
    assert one(desk).expected_at == to_us(at("2025-06-17T04:30"))


def test_editing_and_undo_work_out_anew_what_is_expected(desk: Path) -> None:
    ana = Actor(None, "ana", "cli")
    job(desk, spec="daily 02:30")
    assert one(desk).expected_at is None
    ops.edit(ana, at(f"{DAY}T01:00"), "nightly backup", alert=("within=1h",))
    assert one(desk).expected_at == to_us(at(f"{DAY}T03:30"))
    ops.edit(ana, at(f"{DAY}T01:00"), "nightly backup", spec="daily 05:00")
    assert one(desk).expected_at == to_us(at(f"{DAY}T06:00"))
    undo(ana, at(f"{DAY}T01:10"))
    assert one(desk).expected_at == to_us(at(f"{DAY}T03:30"))
    ops.edit(ana, at(f"{DAY}T01:00"), "nightly backup", alert=("default",))
    assert (one(desk).expected_at, one(desk).alerts) == (None, {})


def test_deleting_a_schedule_takes_its_notices_back(desk: Path) -> None:
    job(desk)
    runs(desk, "F")
    ops.delete(ANA, at(f"{DAY}T01:00"), "nightly backup")
    assert [reason for _, _, reason in notices(desk)] == ["the schedule was deleted"]
