"""`w`: the sentences about a schedule, an occurrence, a run and the task of a failing job."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import runs as run_ops
from engine.operations import schedules as ops
from engine.operations import tasks
from engine.operations.desk import load
from engine.queries.why import Kind, why
from store.enums import RunState
from store.errors import Refused
from store.journal import Actor
from tests.engine.firing_stage import at, end, fire, start
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

NOW = at("2025-06-16T12:00")


def said(kind: Kind, thing: object) -> list[str]:
    return list(why(ANA, NOW, kind, str(thing)).lines)


@pytest.fixture
def failing(desk: Path) -> Path:
    """A nightly backup that failed twice and has a task."""
    ops.add(
        ANA, at("2025-06-13T12:00"), "nightly backup", spec="daily 02:30", command="true", alert=("default", "task")
    )
    for day in (14, 15):
        fire(desk, at(f"2025-06-{day}T02:30"))
        (number,) = start(desk, at(f"2025-06-{day}T02:30"))
        end(desk, number, at(f"2025-06-{day}T02:31"), RunState.FAILED)
    return desk


def test_a_schedule_by_its_name_or_id(failing: Path) -> None:
    lines = said(Kind.SCHEDULE, "nightly backup")
    assert lines == said(Kind.SCHEDULE, 1)
    assert lines[0] == "Added by ana on Fri 13 Jun 2025."
    assert lines[1:] == [
        "Happens every day at 02:30, UTC.",
        "The last decision, for Sun 15 Jun 2025 02:30: fired.",
        "Its last run that ended, 2, failed.",
        "It has failed 2 times in a row.",
        "Task 1 is open about it, and closes when it works again.",
        "Next: Mon 16 Jun 2025 02:30.",
        "Told of: the first failure, recovery; a failure opens a task.",
    ]


def test_a_paused_one_says_until_when_and_why(failing: Path) -> None:
    ops.pause(ANA, NOW, "nightly backup", "disk move", at("2025-06-20T08:00"))
    assert any("It is paused until Fri 20 Jun 2025 08:00: disk move." in line for line in said(Kind.SCHEDULE, 1))


def test_an_occurrence_by_its_id_or_the_last_of_a_schedule(failing: Path) -> None:
    lines = said(Kind.OCCURRENCE, "nightly backup")
    (number,) = rows(failing, "SELECT max(id) FROM occurrence")[0]
    assert lines == said(Kind.OCCURRENCE, number)
    assert lines[0] == "Planned by nightly backup for Sun 15 Jun 2025 02:30."
    assert "Its run 2 is failed." in lines
    assert lines[-1].startswith("Next: ")


def test_an_occurrence_that_did_not_run_says_what_stood_in_the_way(failing: Path) -> None:
    ops.pause(ANA, at("2025-06-15T12:00"), "nightly backup", "disk move")
    ops.resume(ANA, NOW, "nightly backup")
    decided = [line for line in said(Kind.OCCURRENCE, "nightly backup") if line.startswith("Decided")]
    assert decided == ["Decided at Mon 16 Jun 2025 12:00: skipped (paused): paused by ana: disk move."]


def test_a_run_says_what_made_it_how_it_ended_and_what_is_next(failing: Path) -> None:
    assert said(Kind.RUN, 2) == [
        "Planned by nightly backup for Sun 15 Jun 2025 02:30; made 0s later.",
        "It is failed.",
        "It is final; a retry makes a new run.",
        "Next: Mon 16 Jun 2025 02:30.",
    ]
    again = run_ops.retry(ANA, NOW, 2)
    assert f"Run {again.id} tried it again." in said(Kind.RUN, 2)
    assert said(Kind.RUN, again.id)[1] == "It tries run 2 again."
    assert "No engine is at work, so nothing begins. Open the desk, or run: tickler engine." in said(Kind.RUN, again.id)


def test_names_are_taken_where_only_one_has_them(failing: Path) -> None:
    with pytest.raises(Refused, match=r"2 runs are named 'nightly backup'; name one by its id, the newest is 2\."):
        said(Kind.RUN, "nightly backup")
    made = tasks.add(ANA, NOW, "Call the baker")
    assert said(Kind.TASK, "Call the baker") == said(Kind.TASK, made.id)
    for kind, words in ((Kind.TASK, "no task named"), (Kind.RUN, "no run named"), (Kind.OCCURRENCE, "is no schedule")):
        with pytest.raises(Refused, match=words):
            said(kind, "nothing of the sort")
    for kind in Kind:
        with pytest.raises(Refused, match=r"no|99"):
            said(kind, 99)


def test_the_task_of_a_failing_job_says_which_job(failing: Path) -> None:
    assert said(Kind.TASK, "nightly backup fails (2 times)")[:3] == [
        "Opened when nightly backup failed on Sat 14 Jun 2025.",
        "It failed 1 time more since.",
        "nightly backup has failed 2 times in a row; the task closes by itself when it works again,"
        " unless somebody has changed it.",
    ]


def test_what_a_file_made_names_the_file(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "jobs.toml"
    file.write_text('[[schedule]]\nname = "tidy"\nspec = "daily 03:00"\nparams = { command = "true" }\n')
    load(ANA, NOW, str(file))
    assert said(Kind.SCHEDULE, "tidy")[0] == "Added by ana on Mon 16 Jun 2025 with the desk file jobs.toml."
    load(Actor(None, "demo", "demo"), NOW, str(_named(file, "other")))
    assert said(Kind.SCHEDULE, "other")[0] == "Part of the living sample, made on Mon 16 Jun 2025."


def _named(file: Path, name: str) -> Path:
    file.write_text(file.read_text().replace("tidy", name))
    return file


def test_the_answer_names_the_thing(failing: Path) -> None:
    kinds = (Kind.TASK, Kind.SCHEDULE, Kind.OCCURRENCE, Kind.RUN)
    named = {kind: why(ANA, NOW, kind, "2" if kind is Kind.RUN else "1").name for kind in kinds}
    assert named == {
        Kind.TASK: "nightly backup fails (2 times)",
        Kind.SCHEDULE: "nightly backup",
        Kind.OCCURRENCE: "nightly backup, Sat 14 Jun 2025 02:30",
        Kind.RUN: "run 2 of nightly backup",
    }


def test_a_merged_one_names_the_one_it_went_into_on_the_clock_of_its_schedule(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T12:00"), "job", spec="daily 02:30", zone="Europe/Brussels", command="true")
    fire(desk, at("2025-06-04T10:00"))
    assert said(Kind.OCCURRENCE, 1)[2].startswith(
        "Decided at Wed 4 Jun 2025 12:00: merged into the one of Wed 4 Jun 2025 02:30 (down)"
    )
