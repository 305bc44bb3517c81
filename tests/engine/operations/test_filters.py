"""Filters as people type them find what they say; saved ones count it, and say so when they can no more."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.operations import filters, lists, task_editing, tasks
from engine.operations.undo import undo
from engine.queries import filters as queries
from engine.queries import tasks as reading
from store.enums import TaskView
from tests.desk import Desk, desk, refused

__all__ = ["desk"]

NOW = "2025-06-02"


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Tasks with all that a filter asks for."""
    at = desk.at(NOW)
    for path in ("house/garden", "work/garden"):
        lists.add(desk.ana, at, path)

    def add(name: str, **more: Any) -> int:
        return tasks.add(desk.ana, at, name, **more).id

    add("Mow", list="house/garden", label=("out",), assignee=("Ana",), priority=1, deadline=date(2025, 5, 30))
    add("Paint the École", list="house", label=("out", "weekly on Saturday"), priority=3, deadline=date(2025, 6, 2))
    add("Plant", list="work/garden", assignee=("Bo",), notes="call the painter first", deadline=date(2025, 6, 20))
    add("Lunch", object="stay/12", item=("bread",), visible=date(2025, 7, 1))
    tasks.done(desk.ana, at, add("Wash", label=("out",)))
    return desk


def found(desk: Desk, text: str, **more: Any) -> list[str]:
    """Names of what `task list TEXT` prints."""
    return [task.name for task in reading.listed(desk.ana, desk.at(NOW), filter=text, **more)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#house", ["Mow", "Paint the École"]),
        ("#garden", ["Mow", "Plant"]),
        ("#house/garden", ["Mow"]),
        ("#work #house/garden", ["Mow", "Plant"]),
        ("-#house", ["Plant"]),
        ("@out -@weekly", ["Mow"]),
        ('@"weekly on Saturday"', ["Paint the École"]),
        ("!me", ["Mow"]),
        ("!bo", ["Plant"]),
        ("p1 p3", ["Mow", "Paint the École"]),
        ("p<=2", ["Mow"]),
        ("-p1", ["Paint the École", "Plant"]),
        ("no:priority", ["Plant"]),
        ("late", ["Mow"]),
        ("-late", ["Paint the École", "Plant"]),
        ("today", ["Paint the École"]),
        ("due:>fri", ["Plant"]),
        ("due:..2025-06-02", ["Mow", "Paint the École"]),
        ("has:notes", ["Plant"]),
        ("no:label", ["Plant"]),
        ("view:upcoming stay 12", ["Lunch"]),
        ("view:upcoming stay/*", ["Lunch"]),
        ("view:all -stay/12 has:checklist", []),
        ("view:done @out", ["Wash"]),
        ("PAINT", ["Paint the École", "Plant"]),
        ("paint école", ["Paint the École"]),
        ("ÉCOLE", ["Paint the École"]),
        ("saturday", ["Paint the École"]),
        ('"the painter"', ["Plant"]),
        ("-paint", ["Mow"]),
        ("view:upcoming lakeside", ["Lunch"]),
        ("100%", []),
    ],
)
def test_a_filter_finds_what_it_says(filled: Desk, text: str, names: list[str]) -> None:
    assert found(filled, text) == names


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("paint #gardn", "at 7: 'gardn' is no list; did you mean"),
        ("@w@x", "at 1: 'w@x' is no label"),
        ("!bart", "at 1: 'bart' is no person"),
        ("view:done view:all", "view: 'done' and 'all' are asked for; expected one view"),
    ],
)
def test_names_that_are_not_there_are_refused_with_their_place(filled: Desk, text: str, why: str) -> None:
    assert why in refused(found, filled, text)


def test_a_name_may_be_cut_short_while_only_one_begins_so(filled: Desk) -> None:
    assert found(filled, "@WEEKLY") == ["Paint the École"]
    task_editing.label(filled.ana, filled.at(NOW), 1, add=("weekly",))
    assert "several labels begin with 'wee': weekly, weekly on Saturday" in refused(found, filled, "@wee")


def test_a_view_that_is_given_counts_more_than_that_of_the_filter(filled: Desk) -> None:
    assert found(filled, "view:done @out", view=TaskView.ALL) == ["Mow", "Paint the École", "Wash"]


def test_saved_filters_count_what_matches_and_lie_in_their_order(filled: Desk) -> None:
    at = filled.at(NOW)
    filters.add(filled.ana, at, "mine", " !me  p<=2 ")
    filters.add(filled.bo, at, "garden", "#garden")
    filters.add(filled.ana, at, "first", "view:done", position=0)

    def listed() -> list[tuple[str, str, int | None]]:
        return [(each.name, each.text, each.matches) for each in queries.filters(filled.ana, at)]

    assert listed() == [("first", "view:done", 1), ("mine", "!me p<=2", 1), ("garden", "#garden", 2)]
    filters.edit(filled.ana, at, "garden", text="#garden late", name="late garden")
    assert listed()[2] == ("late garden", "#garden late", 1)
    undo(filled.ana, at)
    filters.delete(filled.ana, at, "mine")
    assert [each[0] for each in listed()] == ["first", "garden"]
    undo(filled.ana, at)
    assert listed()[1] == ("mine", "!me p<=2", 1)


def test_a_filter_that_cannot_be_answered_is_not_saved_and_says_so_later(filled: Desk) -> None:
    at = filled.at(NOW)
    assert "'gardn' is no list" in refused(filters.add, filled.ana, at, "x", "#gardn")
    assert refused(filters.add, filled.ana, at, "x", "  ").startswith("text: expected what the filter asks for")
    filters.add(filled.ana, at, "x", "#work/garden")
    assert refused(filters.add, filled.ana, at, "x", "late") == "There is already a filter named x."
    tasks.delete(filled.ana, at, 3)
    lists.delete(filled.ana, at, "work/garden")
    (only,) = queries.filters(filled.ana, at)
    assert only.matches is None
    assert "'work/garden' is no list" in str(only.error)
    assert refused(filters.edit, filled.ana, at, "x") == "Say what to change: --name, --text or --position."
