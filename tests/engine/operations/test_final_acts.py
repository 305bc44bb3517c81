"""What is done to runs and to the ledger stands in the log, and undo says that it cannot be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import runs as verbs
from engine.operations import schedules as ops
from engine.operations.schedule_ledger import accept, rewind
from engine.operations.undo import undo
from engine.queries.history import log
from engine.requests import request
from store.database import transaction
from store.enums import Missed
from store.errors import Refused
from store.reads.history import FINAL
from store.values import Act
from tests.engine.engine_stage import add
from tests.engine.firing_stage import at, fire
from tests.engine.operations.test_runs import put
from tests.engine.stage import ANA, AT, BO, desk
from tickler.catalog import WHERE

__all__ = ["desk"]

NOW = at("2025-06-04T09:00")


def acts(*operations: str) -> list[Act]:
    """The acts of these operations, oldest first."""
    found = [act for act in log(ANA, NOW, limit=1000) if isinstance(act, Act) and act.operation in operations]
    return found[::-1]


def missed_days(path: Path) -> None:
    """A daily job that did not run on 1 to 4 June."""
    ops.add(ANA, at("2025-05-31T12:00"), "job", spec="daily 00:00", command="true", missed=Missed.SKIP)
    fire(path, at("2025-06-04T08:00"))


def test_each_leaves_who_when_and_what(desk: Path) -> None:
    missed_days(desk)
    ops.run_now(BO, NOW, "job")
    ops.run_now(BO, NOW, "job", planned=at("2025-06-02T00:00"))
    accept(ANA, NOW, schedule="job", until=at("2025-06-01T12:00"))
    accept(ANA, NOW, schedule="job")
    rewind(ANA, at("2025-06-03T07:00"))
    found = acts("schedule run", "schedule accept", "schedule rewind")
    assert [(act.actor, act.operation, act.words) for act in found] == [
        ("bo", "schedule run", "run now: job (run 1)"),
        ("bo", "schedule run", "run now: job, planned for 2025-06-02T00:00:00+00:00 (run 2)"),
        ("ana", "schedule accept", "accepted 1 line of the ledger: job, up to 2025-06-01T12:00:00+00:00"),
        ("ana", "schedule accept", "accepted 2 lines of the ledger: job"),
        ("ana", "schedule rewind", "let go on from now: job"),
    ]
    assert not any(act.can_undo for act in found)


def test_verbs_of_runs_leave_acts(desk: Path) -> None:
    runs = [add("true") for _ in range(2)]
    put("running", runs[1])
    for run in (*runs, runs[1]):
        verbs.cancel(BO, AT, run)
    verbs.retry(ANA, AT, runs[0])
    verbs.delete(ANA, AT, runs[0])
    assert [(act.actor, act.words) for act in acts("run cancel", "run retry", "run delete")] == [
        ("bo", "cancel: run 1 true"),
        ("bo", "cancel: run 2 true"),
        ("bo", "kill: run 2 true"),
        ("ana", "retry: run 1 true (run 3)"),
        ("ana", "deleted run 1 true"),
    ]


def test_what_changes_nothing_leaves_no_act(desk: Path) -> None:
    missed_days(desk)
    accept(ANA, NOW, schedule="job")
    number = len(log(ANA, NOW, limit=1000))
    accept(ANA, NOW, schedule="job")
    rewind(ANA, NOW)
    assert len(log(ANA, NOW, limit=1000)) == number


def test_undo_says_what_cannot_be_undone_and_goes_on_before_it_when_told_to(desk: Path) -> None:
    missed_days(desk)
    ops.edit(ANA, NOW, "job", description="nightly")
    ops.edit(ANA, NOW, "job", description="weekly")
    second = acts("schedule edit")[-1]
    accept(ANA, NOW, schedule="job")
    with pytest.raises(Refused) as words:
        undo(ANA, NOW)
    assert str(words.value) == (
        f"'accepted 4 lines of the ledger: job' cannot be undone. Before it: 'changed schedule: job';"
        f" undo --id {second.id} takes that back."
    )
    assert undo(ANA, NOW, id_=second.id).act == second.id
    assert undo(ANA, NOW).words == "undid: changed schedule: job"


def test_what_was_done_after_it_is_undone_first_and_others_are_not_held_up(desk: Path) -> None:
    missed_days(desk)
    ops.edit(BO, NOW, "job", description="nightly")
    ops.edit(ANA, NOW, "job", jitter="5m")
    accept(ANA, NOW, schedule="job")
    ops.edit(ANA, NOW, "job", timeout="5m")
    assert undo(BO, NOW).words == "undid: changed schedule: job"
    assert undo(ANA, NOW).words == "undid: changed schedule: job"
    with pytest.raises(Refused, match=r"^'accepted 4 lines of the ledger: job' cannot be undone\. Before it"):
        undo(ANA, NOW)


def test_nothing_before_it(desk: Path) -> None:
    with transaction() as connection:
        request(connection, 0, name="true", controller="shell", params={"command": "true"})
    verbs.cancel(ANA, AT, 1)
    put("failed", 1)
    verbs.retry(ANA, AT, 1)
    with pytest.raises(Refused, match=r"^'retry: run 1 true \(run 2\)' cannot be undone\.$"):
        undo(ANA, AT)


def test_every_verb_that_stands_for_ever_is_one_of_the_catalog() -> None:
    assert set(FINAL) <= set(WHERE)
