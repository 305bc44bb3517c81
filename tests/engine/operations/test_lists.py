"""Lists lie in each other, labels lie on tasks; undo puts both back."""

from __future__ import annotations

from datetime import date

import pytest

from engine.operations import labels, lists, tasks
from engine.operations.undo import undo
from engine.queries import lists as queries
from tests.desk import Desk, desk, refused

__all__ = ["desk"]

NOW = "2025-06-01"


def test_a_path_makes_the_lists_above_it_and_names_are_found_by_path_or_alone(desk: Desk) -> None:
    made = lists.add(desk.ana, desk.at(NOW), "house/garden/roses")
    assert made.path == "house/garden/roses"
    assert [each.path for each in queries.lists(desk.ana, desk.at(NOW))] == [
        "house", "house/garden", "house/garden/roses",
    ]  # fmt: skip
    task = tasks.add(desk.ana, desk.at(NOW), "Prune", list="roses")
    assert (task.list, task.list_id) == ("house/garden/roses", made.id)
    lists.add(desk.ana, desk.at(NOW), "work/roses")
    why = refused(tasks.add, desk.ana, desk.at(NOW), "Prune", list="roses")
    assert why == "list: 'roses' is there several times; write one of house/garden/roses, work/roses."
    why = refused(tasks.add, desk.ana, desk.at(NOW), "Prune", list="house/gardn")
    assert why.startswith("list: 'house/gardn' is no list; did you mean house/garden?")


def test_a_list_cannot_lie_in_itself_and_moves_with_what_lies_in_it(desk: Desk) -> None:
    for path in ("house/garden/roses", "work"):
        lists.add(desk.ana, desk.at(NOW), path)
    why = refused(lists.edit, desk.ana, desk.at(NOW), "house", parent="house/garden")
    assert why == "parent: the list house cannot lie in house/garden, which lies in it."
    lists.edit(desk.ana, desk.at(NOW), "house/garden", parent="work")
    assert [each.path for each in queries.lists(desk.ana, desk.at(NOW))] == [
        "house", "work", "work/garden", "work/garden/roses",
    ]  # fmt: skip
    undo(desk.ana, desk.at(NOW))
    assert queries.one_list(desk.ana, desk.at(NOW), "roses").path == "house/garden/roses"


def test_a_list_that_is_used_is_kept_and_its_counts_are_those_of_its_tasks(desk: Desk) -> None:
    lists.add(desk.ana, desk.at(NOW), "house")
    for name, day in (("Paint", date(2025, 5, 30)), ("Sweep", None)):
        tasks.add(desk.ana, desk.at(NOW), name, list="house", deadline=day)
    (house,) = queries.lists(desk.ana, desk.at(NOW))
    assert (house.open, house.late) == (2, 1)
    why = refused(lists.delete, desk.ana, desk.at(NOW), "house")
    assert why == "The list house cannot be deleted: 2 open tasks are in it."


@pytest.mark.parametrize("zone", ["Mars/Base", "local time"])
def test_a_zone_that_is_not_there_is_refused(desk: Desk, zone: str) -> None:
    assert "zone" in refused(lists.add, desk.ana, desk.at(NOW), "house", zone=zone)


def test_the_first_task_that_bears_a_label_makes_it(desk: Desk) -> None:
    task = tasks.add(desk.ana, desk.at(NOW), "Pay rent", label=("home", "@bills", "home"), priority=1, item=("call",))
    assert (task.labels, task.priority, [item.text for item in task.checklist]) == (("bills", "home"), 1, ["call"])
    assert [(each.name, each.open) for each in queries.labels(desk.ana, desk.at(NOW))] == [("bills", 1), ("home", 1)]
    labels.edit(desk.ana, desk.at(NOW), "home", "house")
    labels.delete(desk.ana, desk.at(NOW), "bills")
    from engine.queries import tasks as reading

    assert reading.show(desk.ana, desk.at(NOW), task.id).labels == ("house",)
    undo(desk.ana, desk.at(NOW))
    assert reading.show(desk.ana, desk.at(NOW), task.id).labels == ("bills", "house")


def test_what_a_task_cannot_have_is_named_by_its_field(desk: Desk) -> None:
    assert refused(tasks.add, desk.ana, desk.at(NOW), "x", priority=5) == (
        "priority: expected a number from 1 (most urgent) to 4, not 5"
    )
    assert refused(tasks.add, desk.ana, desk.at(NOW), "x", time="14:00").startswith("time: a time of day needs")
    assert "holds a comma" in refused(tasks.add, desk.ana, desk.at(NOW), "x", label=("a,b",))
    why = refused(tasks.add, desk.ana, desk.at(NOW), "x", deadline=date(2025, 6, 2), time="25:00")
    assert "00:00 to 23:59" in why
    task = tasks.add(desk.ana, desk.at(NOW), "x", deadline=date(2025, 6, 2), time="2pm")
    assert (task.deadline_date, task.deadline_time) == (date(2025, 6, 2), "14:00")
