"""`why` of triggers, of their actions, and of tasks that triggers have made or touched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.queries.why import Kind, why
from store.errors import Refused
from tests.engine.recurring_stage import at
from tests.engine.stage import ANA
from tests.engine.triggers.schedule_stage import EARLY, Desk, new_desk


@pytest.fixture
def t(tmp_path: Path) -> Desk:
    """A label that resets, one that reminds, one that makes a task."""
    t = new_desk(tmp_path)
    t.c.do("trigger install", EARLY, "weekly on Saturday", "remind 1 day before")
    t.c.do("trigger add", EARLY, "pay", "deadline reached", "create task: Check the bank", scope="label:money")
    t.task("Bins", "weekly on Saturday", done="2025-06-02T10:00")
    t.task("Rent", "remind 1 day before", "money", deadline=date(2025, 6, 6))
    return t


def lines(kind: Kind, name: object, when: str) -> list[str]:
    return list(why(ANA, at(when), kind, str(name)).lines)


def test_a_trigger_says_what_it_does_did_and_will_do(t: Desk) -> None:
    assert lines(Kind.TRIGGER, "weekly on Saturday", EARLY) == [
        "Saturday at 00:00, for each task with label weekly on Saturday: reopen it.",
        "It is on, for label weekly on Saturday.",
        "Added on Mon 2 Jun 2025 09:00, and acts with the rights of ana.",
        "Next on Sat 7 Jun 2025 00:00, for all its tasks in UTC.",
    ]
    t.c.look("2025-06-07T00:00")
    said = lines(Kind.TRIGGER, "weekly on Saturday", "2025-06-08T09:00")
    assert "It has acted 1 time, last on Sat 7 Jun 2025 00:00." in said
    assert "The last decision: done on Sat 7 Jun 2025 00:00, for 1 task in UTC." in said
    assert said[-1] == "Next on Sat 14 Jun 2025 00:00, for all its tasks in UTC."


def test_a_trigger_that_rests_says_why(t: Desk) -> None:
    t.c.do("trigger pause", EARLY, "pay", "the bank is closed", until=at("2025-06-20T00:00"))
    assert "It is paused until Fri 20 Jun 2025 00:00: the bank is closed." in lines(Kind.TRIGGER, "pay", EARLY)
    t.c.do("trigger disable", EARLY, "remind 1 day before")
    said = lines(Kind.TRIGGER, "remind 1 day before", EARLY)
    assert "It is switched off." in said
    assert "Nothing waits for it now." in said


def test_a_task_says_which_trigger_opened_it_and_which_is_next(t: Desk) -> None:
    t.c.look("2025-06-07T00:00")
    said = lines(Kind.TASK, 1, "2025-06-08T09:00")
    assert "Trigger weekly on Saturday: reopen, on Sat 7 Jun 2025 00:00." in said
    assert said[-1] == "Next, on Sat 14 Jun 2025 00:00: trigger weekly on Saturday (reopen)."


def test_a_task_says_which_trigger_made_it(t: Desk) -> None:
    t.c.look("2025-06-06T00:00")
    assert t.c.read(3).name == "Check the bank"
    assert lines(Kind.TASK, 3, "2025-06-08T09:00")[0] == "Made by the trigger pay on Fri 6 Jun 2025 00:00."
    assert lines(Kind.TASK, 1, "2025-06-08T09:00")[0].startswith("Made by hand")


def test_an_action_says_when_it_was_planned_and_why_it_was_withdrawn(t: Desk) -> None:
    (number,) = t.c.ask("SELECT p.id FROM pending_action p JOIN trigger t ON t.id = p.trigger_id"
                        " WHERE t.name = 'remind 1 day before'")[0]  # fmt: skip
    said = lines(Kind.ACTION, number, EARLY)
    assert said[0].startswith("Of the trigger remind 1 day before: 1 day before the deadline of")
    assert said[1] == "Planned on Mon 2 Jun 2025 09:00 for Thu 5 Jun 2025 00:00, for task 2, Rent."
    assert said[2].startswith("It waits")
    t.c.do("task done", "2025-06-03T09:00", 2)
    said = lines(Kind.ACTION, number, "2025-06-03T10:00")
    assert said[2] == "It was withdrawn on Tue 3 Jun 2025 09:00, for task 2, Rent: the task was done."
    assert "Trigger remind 1 day before: " + said[2].removeprefix("It was ") in lines(Kind.TASK, 2, "2025-06-03T10:00")


def test_what_is_not_there_is_refused(t: Desk) -> None:
    for kind, name, words in (
        (Kind.ACTION, 999, "There is no action 999"), (Kind.ACTION, "pay", "action: expected its id"),
        (Kind.TRIGGER, "nobody", "trigger: "),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            lines(kind, name, EARLY)
