"""The return board: what is read, what is proposed, and that carrying it out is one act with one undo."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.absence import away_since
from engine.backlogs import backlog
from engine.operations import backlog as verbs
from engine.operations import tasks, templates
from engine.operations.settings import set_setting
from engine.operations.task_choice import Several, Would
from engine.operations.undo import undo
from engine.queries.board import board
from engine.rules.backlog import Fate
from engine.templates import look
from store.database import transaction
from store.instants import to_us
from tests.desk import Desk, desk, refused
from tests.engine.stage import contents

__all__ = ["desk"]

NOW = "2025-06-16"
"""A Monday."""


def late(desk: Desk, name: str, days: int, **more: object) -> int:
    """A task that is late by so many days."""
    day = date.fromisoformat(NOW) - timedelta(days)
    return tasks.add(desk.ana, desk.at("2025-06-01"), name, deadline=day, **more).id  # type: ignore[arg-type]


def chores(desk: Desk, spec: str = "daily", **more: object) -> list[int]:
    """The tasks of a chore from 10 June on, when the engine looked last."""
    at = desk.at("2025-06-10")
    templates.add(desk.ana, at, "Water the plants", spec, start="2025-06-10", **more)  # type: ignore[arg-type]
    with transaction() as connection:
        look(connection, to_us(at))
    return [row[0] for row in desk.rows("SELECT id FROM task WHERE template_id IS NOT NULL ORDER BY deadline_date")]


def days(desk: Desk) -> dict[str, str]:
    """The due day of each open task by its name."""
    return dict(desk.rows("SELECT name, deadline_date FROM task WHERE is_done = 0 AND deleted_at IS NULL"))


def test_the_backlog_is_ones_own_and_nobodys_unless_everybodys_is_asked_for(desk: Desk) -> None:
    late(desk, "mine", 2, assignee=("Ana",))
    late(desk, "both", 3, assignee=("Ana", "Bo"))
    late(desk, "nobody's", 4)
    late(desk, "his", 5, assignee=("Bo",))
    tasks.add(desk.ana, desk.at(NOW), "to come", deadline=date(2025, 6, 17))
    tasks.add(desk.ana, desk.at(NOW), "today", deadline=date(2025, 6, 16))
    tasks.add(desk.ana, desk.at(NOW), "without a day")
    at = desk.at(NOW)
    assert {row.name for row in board(desk.ana, at)} == {"mine", "both", "nobody's", "today"}
    assert {row.name for row in board(desk.ana, at, everybody=True)} >= {"his", "mine"}
    assert [row.name for row in board(desk.bo, at, filter="his")] == ["his"]


def test_a_chore_is_one_row_and_is_skipped_to_its_next_which_stays(desk: Desk) -> None:
    made = chores(desk)
    (row,) = board(desk.ana, desk.at(NOW))
    assert (row.fate, row.name, row.count, row.oldest) == (Fate.SKIP, "Water the plants", 7, date(2025, 6, 10))
    before = contents(desk.path)
    skipped = verbs.skip(desk.ana, desk.at(NOW))
    assert isinstance(skipped, Several)
    assert [task.id for task in skipped] == made[:6]
    assert desk.rows("SELECT count(*) FROM skip") == [(6,)]
    (row,) = board(desk.ana, desk.at(NOW))
    assert (row.count, row.oldest) == (1, date(2025, 6, 16))
    with transaction() as connection:
        look(connection, to_us(desk.at(NOW)))
    assert board(desk.ana, desk.at(NOW)) == (row,), "no later pass makes them again"
    undo(desk.ana, desk.at(NOW))
    assert board(desk.ana, desk.at(NOW))[0].count == 7
    assert {row for row in before if row[0] == "skip"} == {row for row in contents(desk.path) if row[0] == "skip"}


def test_a_chore_of_one_task_that_reopens_is_closed_by_nobody(desk: Desk) -> None:
    (only,) = chores(desk, "weekly sat", mode="reopen")
    desk.rows("SELECT 1")
    verbs.skip(desk.ana, desk.at(NOW))
    assert desk.rows("SELECT is_done, done_by, deleted_at FROM task WHERE id = ?", only) == [(1, None, None)]
    with transaction() as connection:
        look(connection, to_us(desk.at("2025-06-21")))
    assert desk.rows("SELECT is_done, deadline_date FROM task WHERE id = ?", only) == [(0, "2025-06-21")]


def test_what_does_not_recur_cannot_be_skipped(desk: Desk) -> None:
    number = late(desk, "once", 3)
    assert refused(verbs.skip, desk.ana, desk.at(NOW)) == "None of these tasks recurs."
    why = refused(verbs.apply, desk.ana, desk.at(NOW), skip=(number,))
    assert why == f"Task {number} (once) does not recur: there is no next one to skip to."


def test_a_spread_goes_over_working_days_and_takes_one_undo(desk: Desk) -> None:
    for index in range(7):
        late(desk, f"t{index}", 9 - index)
    before = contents(desk.path)
    would = verbs.spread_out(desk.ana, desk.at(NOW), "3d", dry_run=True)
    assert isinstance(would, Would)
    assert (would.tasks, would.rows[0]) == (7, "task 1: t0, due 2025-06-07: 2025-06-16")
    assert contents(desk.path) == before
    verbs.spread_out(desk.ana, desk.at(NOW), "3d")
    found = days(desk)
    assert [found[f"t{index}"][8:] for index in range(7)] == ["16", "16", "16", "17", "17", "18", "18"]
    words = "sorted the backlog: 7 moved"
    assert desk.rows("SELECT words FROM act ORDER BY id DESC LIMIT 1") == [(words,)]
    undo(desk.ana, desk.at(NOW))
    assert contents(desk.path) == before


def test_all_fates_are_one_act(desk: Desk) -> None:
    made = chores(desk)
    one, two, three = late(desk, "move", 3), late(desk, "hand", 3, assignee=("Ana",)), late(desk, "drop", 3)
    before = contents(desk.path)
    verbs.apply(
        desk.ana, desk.at(NOW), move=(f"{one}=2025-06-20",), hand=(f"{two}=Bo",), skip=tuple(made[:2]), drop=(three,)
    )
    assert days(desk)["move"] == "2025-06-20"
    assert desk.rows("SELECT user_id FROM task_assignee WHERE task_id = ?", two) == [(desk.bo.user_id,)]
    assert desk.rows("SELECT words FROM act ORDER BY id DESC LIMIT 1") == [
        ("sorted the backlog: 1 moved, 1 handed over, 2 skipped, 1 dropped",)
    ]
    undo(desk.ana, desk.at(NOW))
    kept = ("task", "task_assignee", "skip")
    assert [row for row in contents(desk.path) if row[0] in kept] == [row for row in before if row[0] in kept]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"move": ("12",)}, "move: expected a task and what becomes of it, such as 12=..., not '12'"),
        ({"move": ("x=2025-06-20",)}, "move: expected a task"),
        ({"move": ("1=soon",)}, "soon is not a date (expected YYYY-MM-DD)"),
        ({"move": ("1=2025-06-20", "1=2025-06-21")}, "Task 1 is named twice"),
        ({"move": ("1=2025-06-20",), "drop": (1,)}, "Task 1 is named twice"),
        ({"drop": (4711,)}, "There is no task 4711."),
        ({"hand": ("1=Bob",)}, "user: 'Bob' is no user; did you mean Bo?"),
        ({}, "Name at least one task by its id."),
    ],
)
def test_a_plan_that_makes_no_sense_changes_nothing(desk: Desk, more: dict[str, tuple[str, ...]], why: str) -> None:
    assert late(desk, "x", 3) == 1
    before = contents(desk.path)
    assert refused(verbs.apply, desk.ana, desk.at(NOW), **more).startswith(why)
    assert contents(desk.path) == before


@pytest.mark.parametrize("over", ["0d", "2w", "3h", "300d", "soon"])
def test_days_to_spread_over_are_a_number_of_days(desk: Desk, over: str) -> None:
    late(desk, "x", 3)
    assert refused(verbs.spread_out, desk.ana, desk.at(NOW), over)


def test_what_was_done_meanwhile_is_left_out_and_named(desk: Desk) -> None:
    one, two = late(desk, "one", 3), late(desk, "two", 3)
    tasks.done(desk.bo, desk.at(NOW), two)
    found = verbs.apply(desk.ana, desk.at(NOW), move=(f"{one}=2025-06-20", f"{two}=2025-06-20"))
    assert isinstance(found, Several)
    assert found.left_out == (f"Task {two} is already done (by Bo on 2025-06-16).",)
    assert days(desk) == {"one": "2025-06-20"}


def test_many_are_spread_handed_over_or_dropped_only_on_a_word(desk: Desk) -> None:
    for index in range(51):
        late(desk, f"t{index}", 3)
    at = desk.at(NOW)
    assert refused(verbs.drop, desk.ana, at).startswith("51 tasks are late or due. --dry-run shows them")
    assert refused(verbs.hand, desk.ana, at) == "Say who does them from now on: --to NAME."
    verbs.hand(desk.ana, at, "Bo", yes=True)
    assert refused(verbs.drop, desk.ana, at, yes=True) == "Nothing is late or due."
    verbs.drop(desk.bo, at, yes=True)
    assert days(desk) == {}


def test_a_day_that_hangs_on_an_entity_is_flagged_and_proposed_for_now(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    flagged = [row for row in board(desk.ana, desk.at(NOW)) if row.follows]
    assert {row.name for row in flagged} == {"Prepare summary sheet", "Collect allergy info", "Finalize waiting list"}
    assert {row.fate for row in flagged} == {Fate.NOW}


def test_away_is_told_by_the_last_act(desk: Desk) -> None:
    tasks.add(desk.bo, desk.at("2025-06-05"), "x")
    with transaction() as connection:
        assert away_since(connection, desk.bo, date(2025, 6, 10)) is None
        assert away_since(connection, desk.bo, date(2025, 6, 11)) == date(2025, 6, 5)
    set_setting(desk.ana, desk.at("2025-06-05"), "away_days", "0")
    with transaction() as connection:
        assert away_since(connection, desk.bo, date(2025, 7, 11)) is None
        assert backlog(connection, desk.bo, date(2025, 6, 11)).piles == ()


def test_a_skipped_one_that_counts_from_its_completion_is_opened_again_as_after_any(desk: Desk) -> None:
    (number,) = chores(desk, "every! 3 days", mode="reopen")
    verbs.skip(desk.ana, desk.at(NOW))
    assert desk.rows("SELECT id, is_done, deadline_date FROM task") == [(number, 0, "2025-06-19")]
