"""One verb on many tasks: chosen by a filter, moved each from its own day, in one act that one undo takes back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.operations import lists, task_editing, tasks, templates
from engine.operations.task_choice import Several, Would
from engine.operations.undo import redo, undo
from engine.templates import look
from store.database import transaction
from store.instants import to_us
from store.reads.task_rows import many
from tests.desk import Desk, desk, refused
from tests.engine.stage import contents

__all__ = ["desk"]

NOW = "2025-06-02"
MANY = 120
"""More than are changed unasked, more than an undo tells of one by one, and more of one day than a quarter."""


def pile(desk: Desk, number: int = MANY) -> list[int]:
    """Open tasks, due on the days from 1 June to 10 June, one after the other."""
    with transaction() as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'Ana', 'cli', 'seed')")
        connection.executemany(
            "INSERT INTO task (name, visible_date, deadline_date, created_at) VALUES (?, '2025-05-01', ?, 0)",
            [(f"water {index}", date(2025, 6, 1 + index % 10).isoformat()) for index in range(number)],
        )
    return [row[0] for row in desk.rows("SELECT id FROM task ORDER BY id")]


def due(desk: Desk, numbers: list[int]) -> list[date | None]:
    """The days by which the tasks are due."""
    with transaction() as connection:
        return [task.deadline_date for task in many(connection, numbers)]


def test_each_moves_from_its_own_day(desk: Desk) -> None:
    numbers = pile(desk, 3)
    tasks.move(desk.ana, desk.at(NOW), *numbers, by="-1w")
    assert due(desk, numbers) == [date(2025, 5, 25), date(2025, 5, 26), date(2025, 5, 27)]
    assert desk.rows("SELECT DISTINCT deadline_by_hand FROM task") == [(1,)]


def test_a_dry_run_says_to_which_day_each_would_go(desk: Desk) -> None:
    (number,) = pile(desk, 1)
    would = tasks.move(desk.ana, desk.at(NOW), number, by="3d", dry_run=True)
    assert isinstance(would, Would)
    assert would.rows == (f"task {number}: water 0, due 2025-06-01 -> 2025-06-04",)
    assert due(desk, [number]) == [date(2025, 6, 1)]


def test_business_days_keep_to_the_calendar(desk: Desk) -> None:
    friday = tasks.add(desk.ana, desk.at(NOW), "x", deadline=date(2025, 6, 6))
    tasks.move(desk.ana, desk.at(NOW), friday.id, by="2bd")
    assert due(desk, [friday.id]) == [date(2025, 6, 10)], "Monday and Tuesday"


def test_one_without_a_day_has_none_to_move(desk: Desk) -> None:
    (dated,) = pile(desk, 1)
    bare = tasks.add(desk.ana, desk.at(NOW), "no day")
    found = tasks.move(desk.ana, desk.at(NOW), dated, bare.id, by="3d")
    assert isinstance(found, Several)
    assert found.left_out == (f"Task {bare.id} has no due day to move; say which day.",)
    assert due(desk, [dated, bare.id]) == [date(2025, 6, 4), None]


@pytest.mark.parametrize("by", ["2h", "0", "3 parsecs", "500000d"])
def test_what_moves_no_day_is_refused(desk: Desk, by: str) -> None:
    numbers = pile(desk, 1)
    before = contents(desk.path)
    assert refused(tasks.move, desk.ana, desk.at(NOW), *numbers, by=by)
    assert contents(desk.path) == before


def test_a_move_beyond_the_years_is_refused_whole(desk: Desk) -> None:
    numbers = pile(desk, 2)
    before = contents(desk.path)
    assert "out of range" in refused(tasks.move, desk.ana, desk.at(NOW), *numbers, by="200y")
    assert contents(desk.path) == before


def test_all_that_match_are_counted_first_and_changed_only_on_a_word(desk: Desk) -> None:
    numbers, at = pile(desk), desk.at(NOW)
    before = contents(desk.path)
    would = tasks.done(desk.ana, at, filter="water", dry_run=True)
    assert isinstance(would, Would)
    assert (would.tasks, len(would.rows), str(would).split(",")[0]) == (MANY, 20, f"{MANY} tasks")
    assert refused(tasks.done, desk.ana, at, filter="water").startswith(f"{MANY} tasks match 'water'.")
    assert contents(desk.path) == before
    found = tasks.done(desk.ana, at, filter="water", yes=True)
    assert isinstance(found, Several)
    assert {task.id for task in found} == set(numbers)
    undo(desk.ana, at)
    assert contents(desk.path) == before


def test_a_filter_means_open_tasks_and_reopening_done_ones(desk: Desk) -> None:
    numbers, at = pile(desk, 4), desk.at(NOW)
    tasks.done(desk.ana, at, *numbers[:2])
    left = tasks.delete(desk.ana, at, filter="water")
    assert isinstance(left, Several)
    assert [task.id for task in left] == numbers[2:]
    again = tasks.reopen(desk.ana, at, filter="water")
    assert isinstance(again, Several)
    assert {task.id for task in again} == set(numbers[:2])


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"filter": "nothing like it"}, "No task matches 'nothing like it'."),
        ({"filter": " "}, "filter: expected what it asks for, such as '#house late', not nothing."),
    ],
)
def test_a_filter_that_chooses_nothing_is_refused(desk: Desk, more: dict[str, Any], why: str) -> None:
    pile(desk, 1)
    assert refused(tasks.delete, desk.ana, desk.at(NOW), **more) == why
    assert "not both" in refused(tasks.delete, desk.ana, desk.at(NOW), 1, filter="water")


@pytest.mark.parametrize(
    "act",
    [
        lambda desk, at, ids: tasks.move(desk.ana, at, *ids, by="1w"),
        lambda desk, at, ids: tasks.move(desk.ana, at, *ids, visible=date(2025, 6, 9)),
        lambda desk, at, ids: tasks.done(desk.ana, at, *ids),
        lambda desk, at, ids: tasks.delete(desk.ana, at, *ids),
        lambda desk, at, ids: task_editing.assign(desk.ana, at, *ids, to=("Bo",)),
        lambda desk, at, ids: task_editing.label(desk.ana, at, *ids, add=("home",), remove=()),
        lambda desk, at, ids: task_editing.edit(desk.ana, at, *ids, priority=1, list="house"),
    ],
    ids=["move", "later", "done", "delete", "assign", "label", "edit"],
)
def test_one_undo_takes_all_of_it_back_and_redo_does_it_again(desk: Desk, act: Any) -> None:
    lists.add(desk.ana, desk.at(NOW), "house")
    numbers, at = pile(desk), desk.at(NOW)
    before = contents(desk.path)
    act(desk, at, numbers)
    after = contents(desk.path)
    assert after != before
    assert undo(desk.ana, at).changes >= MANY
    assert contents(desk.path) == before
    redo(desk.ana, at)
    assert contents(desk.path) == after


def test_an_undo_of_many_is_refused_where_one_was_changed_since(desk: Desk) -> None:
    numbers, at = pile(desk), desk.at(NOW)
    tasks.move(desk.ana, at, *numbers, by="1w")
    tasks.move(desk.bo, at, numbers[-2], by="1d")
    before = contents(desk.path)
    assert "has another deadline_date since: Bo did this" in refused(undo, desk.ana, at)
    assert contents(desk.path) == before


def test_assigning_replaces_and_leaves_who_stays(desk: Desk) -> None:
    numbers, at = pile(desk, 3), desk.at(NOW)
    task_editing.assign(desk.ana, at, *numbers[:2], to=("Ana",))
    links = desk.rows("SELECT id FROM task_assignee")
    task_editing.assign(desk.ana, at, *numbers, to=("Ana", "Bo"))
    assert set(links) <= set(desk.rows("SELECT id FROM task_assignee")), "whoever keeps it is not written anew"
    assert desk.rows("SELECT count(*) FROM task_assignee") == [(6,)]
    task_editing.assign(desk.ana, at, *numbers)
    assert desk.rows("SELECT count(*) FROM task_assignee") == [(0,)]


def test_tasks_of_a_template_are_edited_by_it_and_others_are_not(desk: Desk) -> None:
    at = desk.at(NOW)
    templates.add(desk.ana, at, "Water the plants", "daily")
    with transaction() as connection:
        look(connection, to_us(at))
    made = [row[0] for row in desk.rows("SELECT id FROM task WHERE template_id IS NOT NULL ORDER BY id")]
    own = tasks.add(desk.ana, at, "own", deadline=date(2025, 6, 3))
    task_editing.label(desk.ana, at, made[0], own.id, add=("home",))
    task_editing.label(desk.ana, at, made[0], made[1], add=("home",))
    tasks.move(desk.ana, at, made[2], own.id, by="1d")
    edited = "SELECT id FROM task WHERE is_edited ORDER BY id"
    assert [row[0] for row in desk.rows(edited)] == made[:3]
