"""Recurring tasks on a business calendar: W18 for what people do."""

from __future__ import annotations

import pytest

from tests.engine.recurring_stage import Chores, r
from tests.engine.stage import desk, rows

__all__ = ["desk", "r"]

MADE = "2025-04-20T09:00"


@pytest.mark.parametrize(
    ("roll", "due"),
    [("next", ["05-02", "06-02"]), ("previous", ["04-30", "05-30"]), ("skip", []), ("none", ["05-01", "06-01"])],
)
def test_W18_a_recurring_task_rolls_over_a_holiday_and_says_why(r: Chores, roll: str, due: list[str]) -> None:
    r.add("Pay", "monthly 1", MADE, zone="Europe/Brussels", calendar="BE", roll=roll)
    r.look(MADE)
    assert r.due("Pay") == due
    words = [words for (words,) in rows(r.path, "SELECT shift_words FROM task ORDER BY deadline_date")]
    causes = ["from Thu 1 May: Labor Day", "from Sun 1 June: weekend"]
    moved = causes if roll in ("next", "previous") else [None] * len(due)
    assert words == moved


def test_open_tasks_follow_a_calendar_that_is_changed_and_undo_takes_them_back(r: Chores) -> None:
    r.do("calendar add", MADE, "office", country="BE")
    r.add("Pay", "monthly 1", MADE, zone="Europe/Brussels", calendar="office", roll="next")
    r.look(MADE)
    done = r.task("2025-06-02", "Pay")
    r.do("task done", MADE, done)
    r.do("calendar edit", "2025-04-21", "office", off=("2025-05-02..2025-05-04: bridge", "2025-06-02: fair"))
    assert r.due("Pay", is_done=False)[0] == "05-05"
    assert r.due("Pay", is_done=True) == ["06-02"]
    r.do("undo", "2025-04-21")
    assert r.due("Pay", is_done=False)[0] == "05-02"
    assert r.look("2025-04-21", "2025-04-22") == 0
    assert r.due("Pay") == ["05-02", "06-02"]
    assert r.do("calendar show", "2025-04-22", "office", year=2025).off == ()
