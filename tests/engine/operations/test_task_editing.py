"""What a task says is changed by people, for several tasks at once, and one undo takes it back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.operations import lists, task_editing, tasks
from engine.operations.task_choice import Result
from engine.operations.undo import undo
from engine.queries import tasks as queries
from store.values import Task
from tests.desk import Desk, desk, refused
from tests.engine.stage import contents

__all__ = ["desk"]

NOW = "2025-06-02"


def add(desk: Desk, name: str = "Paint", **more: Any) -> Task:
    """A task made by hand."""
    return tasks.add(desk.ana, desk.at(NOW), name, **more)


def one(found: Result) -> Task:
    """The single task that a verb gave back."""
    assert isinstance(found, Task)
    return found


def words(desk: Desk) -> str:
    """What the journal says of the last act."""
    return str(desk.rows("SELECT words FROM act ORDER BY id DESC LIMIT 1")[0][0])


def test_list_priority_time_and_checklist_can_be_given_and_taken_away(desk: Desk) -> None:
    at = desk.at(NOW)
    lists.add(desk.ana, at, "house/garden")
    task = add(desk, deadline=date(2025, 6, 9))
    before = contents(desk.path)
    edited = one(
        task_editing.edit(
            desk.ana, at, task.id, list="garden", priority=2, time="2pm", start=date(2025, 6, 5), item=("buy", "dig")
        )
    )
    assert (edited.list, edited.priority, edited.deadline_time) == ("house/garden", 2, "14:00")
    assert (edited.start_date, [line.text for line in edited.checklist]) == (date(2025, 6, 5), ["buy", "dig"])
    bare = one(task_editing.edit(desk.ana, at, task.id, list="", priority=0, time="", no_start=True, item=()))
    assert (bare.list, bare.priority, bare.deadline_time, bare.start_date, bare.checklist) == (
        None, None, None, None, (),
    )  # fmt: skip
    undo(desk.ana, at)
    undo(desk.ana, at)
    assert contents(desk.path) == before


def test_several_tasks_get_a_list_and_a_priority_in_one_act(desk: Desk) -> None:
    at = desk.at(NOW)
    lists.add(desk.ana, at, "house")
    numbers = [add(desk, name).id for name in ("one", "two", "three")]
    found = task_editing.edit(desk.ana, at, *numbers, list="house", priority=1)
    assert isinstance(found, tuple)
    assert {(task.list, task.priority) for task in found} == {("house", 1)}
    assert words(desk) == "edited: 3 tasks"
    assert refused(task_editing.edit, desk.ana, at, *numbers, name="x") == "Name one task for --name, not 3."
    why = refused(task_editing.edit, desk.ana, at, *numbers, time="9:00")
    assert why == f"time: a time of day needs a deadline to go with it, and task {numbers[0]} has none"


def test_a_time_goes_with_the_deadline_it_stands_on(desk: Desk) -> None:
    task = add(desk, deadline=date(2025, 6, 9), time="9:00")
    moved = one(tasks.move(desk.ana, desk.at(NOW), task.id, no_deadline=True))
    assert (moved.deadline_date, moved.deadline_time) == (None, None)


def test_labels_come_and_go_on_several_tasks(desk: Desk) -> None:
    at = desk.at(NOW)
    numbers = [add(desk, "one", label=("home",)).id, add(desk, "two").id]
    before = contents(desk.path)
    found = task_editing.label(desk.ana, at, *numbers, add=("@urgent", "out"), remove=("home",))
    assert isinstance(found, tuple)
    assert [task.labels for task in found] == [("out", "urgent")] * 2
    assert words(desk) == "labelled +urgent +out -home: 2 tasks"
    undo(desk.ana, at)
    assert contents(desk.path) == before
    assert "'hom' is no label; did you mean home?" in refused(
        task_editing.label, desk.ana, at, numbers[0], remove=("hom",)
    )
    assert refused(task_editing.label, desk.ana, at, numbers[0]) == "Say which labels: --add or --remove."
    both = refused(task_editing.label, desk.ana, at, numbers[0], add=("home",), remove=("home",))
    assert both == "Say either --add or --remove of home."


def test_people_come_and_go_beside_those_who_do_it(desk: Desk) -> None:
    at = desk.at(NOW)
    task = add(desk, assignee=("Bo",))
    assert one(task_editing.assign(desk.ana, at, task.id, add=("Ana",))).assignees == ("Ana", "Bo")
    assert one(task_editing.assign(desk.ana, at, task.id, remove=("Bo",))).assignees == ("Ana",)
    assert words(desk) == "assigned -Bo: Paint"
    assert refused(task_editing.assign, desk.ana, at, task.id, to=("Bo",), add=("Ana",)).startswith("Say who does it")


def test_a_line_of_the_checklist_is_ticked_and_ticked_no_longer(desk: Desk) -> None:
    at = desk.at(NOW)
    task = add(desk, item=("buy paint", "sand"))
    ticked = one(task_editing.check(desk.ana, at, task.id, "sand"))
    assert [(line.text, line.is_done) for line in ticked.checklist] == [("buy paint", False), ("sand", True)]
    assert words(desk) == "ticked sand: Paint"
    changed = one(task_editing.check(desk.ana, at, task.id, "2", add=("clean up",), remove=("buy",)))
    assert [(line.text, line.is_done) for line in changed.checklist] == [("sand", False), ("clean up", False)]
    assert "'glue' is no line of the checklist" in refused(task_editing.check, desk.ana, at, task.id, "glue")
    assert refused(task_editing.check, desk.ana, at, task.id).startswith("Say which line of the checklist")


def test_a_note_is_added_with_the_day_and_who_wrote_it(desk: Desk) -> None:
    task = add(desk, notes="white")
    task_editing.note(desk.bo, desk.at("2025-06-03"), task.id, text=" called the shop ")
    assert queries.show(desk.ana, desk.at(NOW), task.id).notes == "white\n2025-06-03 Bo: called the shop"
    assert refused(task_editing.note, desk.ana, desk.at(NOW), task.id) == "Say what is to be remembered: --text."
    assert "bytes are too many" in refused(task_editing.note, desk.ana, desk.at(NOW), task.id, text="é" * 50_000)


@pytest.mark.parametrize(
    "change",
    [
        lambda desk, at, number: task_editing.edit(desk.ana, at, number, notes="x"),
        lambda desk, at, number: task_editing.edit(desk.ana, at, number, priority=1),
        lambda desk, at, number: task_editing.label(desk.ana, at, number, add=("x",)),
        lambda desk, at, number: task_editing.assign(desk.ana, at, number, to=("Ana",)),
        lambda desk, at, number: task_editing.assign(desk.ana, at, number, add=("Ana",)),
        lambda desk, at, number: task_editing.check(desk.ana, at, number, "buy"),
        lambda desk, at, number: task_editing.note(desk.ana, at, number, text="x"),
        lambda desk, at, number: tasks.move(desk.ana, at, number, deadline=date(2025, 6, 20)),
    ],
)
def test_what_a_person_changes_on_a_task_of_a_template_is_kept_from_rebuilds(desk: Desk, change: Any) -> None:
    at = desk.at(NOW)
    ours, by_hand = add(desk, item=("buy",)).id, add(desk, item=("buy",)).id
    desk.rows(
        "INSERT INTO schedule (id, name, spec, zone, anchor_at, controller, params, created_at, cursor_at, action)"
        " VALUES (90, 'water', 'daily', 'UTC', 0, '', '{}', 0, 0, 'create')"
    )
    desk.rows("INSERT INTO template (id, schedule_id, task_name, created_at) VALUES (90, 90, 'Water', 0)")
    desk.rows("UPDATE task SET template_id = 90, schedule_id = 90, planned_at = 1 WHERE id = ?", ours)
    assert not queries.show(desk.ana, at, ours).is_edited
    for number in (ours, by_hand):
        change(desk, at, number)
    assert queries.show(desk.ana, at, ours).is_edited
    assert not queries.show(desk.ana, at, by_hand).is_edited
    undo(desk.ana, at)
    undo(desk.ana, at)
    assert not queries.show(desk.ana, at, ours).is_edited
