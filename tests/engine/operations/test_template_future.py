"""From the row of a task that recurs: what a line would mean, all future ones at once, and no more."""

from __future__ import annotations

from datetime import date

import pytest

from engine.queries.recurring import foresee
from engine.queries.tasks import show
from store.errors import Refused
from tests.engine.recurring_stage import FIRST, Chores, at, r
from tests.engine.stage import ANA, desk

__all__ = ["desk", "r"]

PASS = "2025-03-03T11:00"
W15 = "2025-03-05"
"""The day on which statement W15 changes the template of W2."""


@pytest.fixture
def w2(r: Chores) -> Chores:
    """Weekly on Monday and Thursday, with its four tasks."""
    r.add("bins", "weekly mon,thu")
    r.look(PASS)
    assert r.due() == ["03-06", "03-10", "03-13", "03-17"]
    return r


def lines(text: str, task: int, when: str = W15, **more: bool) -> str:
    return str(foresee(ANA, at(when), task, text, **more))


def test_W15_is_told_before_it_is_done(w2: Chores) -> None:
    w2.do("task note", W15, w2.task("2025-03-10"), text="with glass")
    said = lines("weekly tue", w2.task("2025-03-06"))
    assert "3 open tasks go: Thu 6 Mar, Thu 13 Mar, Mon 17 Mar" in said
    assert "2 new tasks: Tue 11 Mar, Tue 18 Mar" in said
    assert "stay as they are: 1 edited" in said
    w2.do("task future", W15, w2.task("2025-03-06"), rule="weekly tue")
    assert w2.due() == ["03-10", "03-11", "03-18"]


def test_a_day_for_all_future_ones_changes_the_rule_and_keeps_the_task(w2: Chores) -> None:
    task = w2.task("2025-03-06")
    assert "Monday and Friday\n" in lines("fri", task, all_=True)
    w2.do("task future", W15, task, deadline=date(2025, 3, 7))
    assert w2.due() == ["03-07", "03-10", "03-14", "03-17"]
    assert (w2.show("bins").spec, w2.task("2025-03-07")) == ("weekly mon,fri", task)
    assert not show(ANA, at(W15), task).is_edited
    assert w2.look("2025-03-05T13:00") == 0
    w2.do("undo", W15)
    assert (w2.due(), w2.show("bins").spec) == (["03-06", "03-10", "03-13", "03-17"], "weekly mon,thu")


@pytest.mark.parametrize(
    ("spec", "to", "after"),
    [
        ("every 3 days", "2025-03-08", ["03-08", "03-11"]),
        ("monthly 15", "2025-03-17", ["03-17", "04-17"]),
        ("yearly 8 march", "2025-04-02", ["04-02"]),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO", "2025-03-12", ["03-12"]),
        ("monthly second monday", "2025-03-20", ["03-20", "04-17"]),
    ],
)
def test_each_notation_moves_in_its_own_words(r: Chores, spec: str, to: str, after: list[str]) -> None:
    r.add("chore", spec)
    r.look(PASS)
    first = f"2025-{r.due()[0]}"
    r.do("task future", W15, r.task(first), deadline=date.fromisoformat(to))
    assert r.due()[: len(after)] == after


@pytest.mark.parametrize(
    ("spec", "to", "why"),
    [("daily", "2025-03-20", "no telling"), ("weekly mon,thu", "2025-03-10", "no telling")],
)
def test_what_cannot_be_told_is_refused(r: Chores, spec: str, to: str, why: str) -> None:
    r.add("chore", spec)
    r.look(PASS)
    with pytest.raises(Refused, match=why):
        r.do("task future", W15, r.task("2025-03-06"), deadline=date.fromisoformat(to))
    assert "2025-03-06" in r.due(full=True)


def test_one_that_was_edited_takes_the_new_name_with_all_future_ones(w2: Chores) -> None:
    task = w2.task("2025-03-06")
    w2.do("task note", W15, task, text="two bags")
    w2.do("task future", W15, task, name="Bins out")
    names = {name for (name,) in w2.ask("SELECT DISTINCT name FROM task WHERE deleted_at IS NULL")}
    assert (names, w2.show("bins").task_name) == ({"Bins out"}, "Bins out")
    w2.do("undo", W15)
    assert {name for (name,) in w2.ask("SELECT DISTINCT name FROM task")} == {"bins"}


def test_it_recurs_no_more_and_may_again(w2: Chores) -> None:
    task = w2.task("2025-03-06")
    w2.do("task done", W15, w2.task("2025-03-10"))
    w2.do("task stop", W15, task)
    assert [day for (day,) in w2.ask("SELECT deadline_date FROM task WHERE deleted_at IS NULL ORDER BY 1")] == [
        "2025-03-06", "2025-03-10",
    ]  # fmt: skip
    assert w2.look("2025-03-05T13:00", "2025-03-20") == 0
    with pytest.raises(Refused, match="does not recur"):
        w2.do("task stop", W15, task)
    w2.do("task repeat", W15, task, "weekly thu")
    assert w2.look("2025-03-05T14:00") == 1
    w2.do("undo", W15)
    w2.do("undo", W15)
    assert w2.due() == ["03-06", "03-10", "03-13", "03-17"]


def test_a_plain_task_hears_its_next_three_dates(r: Chores) -> None:
    task = r.do("task add", FIRST, "Rent", deadline=date(2025, 3, 28)).id
    assert "then Fri 11 Apr 2025, Fri 25 Apr 2025, Fri 9 May 2025" in lines("every 2 weeks on fri", task)
    done = lines("every! 10 days", task)
    assert "if each is done on its day: Mon 7 Apr 2025, Thu 17 Apr 2025, Sun 27 Apr 2025" in done
    r.do("task repeat", W15, task, "every! 10 days")
    again = lines("every! 20 days", task)
    assert "every 20 days from 28 March 2025, counted from the day it was done" in again
    assert "if each is done on its day: Thu 17 Apr 2025" in again
    assert lines("+3d", task).startswith("moves to Sat 8 Mar 2025")
    with pytest.raises(Refused, match="or a rule such as"):
        lines("soonish", task)


def test_a_clock_change_is_named_among_the_dates(r: Chores) -> None:
    r.set("zone", "Europe/Brussels")
    task = r.do("task add", FIRST, "Check", deadline=date(2025, 3, 28), time="02:30").id
    assert "02:30 does not exist" in lines("daily 02:30", task)


def test_all_that_they_say_changes_with_all_future_ones(w2: Chores) -> None:
    w2.do("user add", FIRST, "bo")
    w2.do("list add", FIRST, "house")
    edited = w2.task("2025-03-06")
    w2.do("task note", W15, edited, text="two bags")
    w2.do(
        "task future", W15, edited, label=("home", "out"), assignee=("bo",), list="house", priority=2,
        item=("glass", "paper"), duration="1d",
    )  # fmt: skip
    made = w2.show("bins")
    assert (made.labels, made.assignees, made.list, made.priority) == (("home", "out"), ("bo",), "house", 2)
    assert (made.checklist, made.duration) == (("glass", "paper"), "1d")
    for day in ("2025-03-06", "2025-03-10"):
        task = w2.read(w2.task(day))
        assert (task.labels, task.assignees, task.list, task.priority) == (("home", "out"), ("bo",), "house", 2)
        assert [item.text for item in task.checklist] == ["glass", "paper"]
    assert w2.read(w2.task("2025-03-10")).start_date == date(2025, 3, 9)
    w2.do("undo", W15)
    assert (w2.show("bins").labels, w2.read(edited).labels, w2.read(edited).priority) == ((), (), None)
