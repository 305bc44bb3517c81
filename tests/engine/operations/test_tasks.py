"""The verbs of tasks: what they do, what they refuse, and that several tasks are one act."""

from __future__ import annotations

from datetime import date

import pytest

from engine.operations import entities, task_editing, tasks
from engine.operations.task_choice import Result, Several
from engine.operations.undo import undo
from engine.queries import tasks as queries
from store.enums import TaskKind, TaskView
from store.journal import Actor
from store.values import Task
from tests.desk import Desk, add_stay, desk, refused
from tests.engine.stage import contents

__all__ = ["desk"]


def add(desk: Desk, name: str, at: str = "2025-06-01", **more: object) -> Task:
    """A task made by hand."""
    return tasks.add(desk.ana, desk.at(at), name, **more)  # type: ignore[arg-type]  # the test knows the types


def one(found: Result) -> Task:
    """The single task that a verb gave back."""
    assert isinstance(found, Task)
    return found


def test_E6_done_is_by_whom_and_when_and_reopening_clears_both(desk: Desk) -> None:
    number = add(desk, "Buy paint").id
    task = one(tasks.done(desk.bo, desk.at("2025-06-02T23:30"), number))
    assert (task.is_done, task.done_by, task.done_date) == (True, "Bo", date(2025, 6, 2))
    task = one(tasks.reopen(desk.ana, desk.at("2025-06-03"), number))
    assert (task.is_done, task.done_by, task.done_date) == (False, None, None)


def test_E6_a_done_date_entered_by_hand_is_kept(desk: Desk) -> None:
    number = add(desk, "Buy paint").id
    task_editing.edit(desk.ana, desk.at("2025-06-05"), number, done_date=date(2025, 5, 30))
    task = one(tasks.done(desk.ana, desk.at("2025-06-05"), number))
    assert (task.done_by, task.done_date) == ("Ana", date(2025, 5, 30))
    tasks.reopen(desk.ana, desk.at("2025-06-06"), number)
    task = one(tasks.done(desk.ana, desk.at("2025-06-06"), number))
    assert task.done_date == date(2025, 6, 6), "reopening cleared it"
    other = add(desk, "Buy brushes").id
    assert one(tasks.done(desk.ana, desk.at("2025-06-06"), other, on=date(2025, 6, 4))).done_date == date(2025, 6, 4)


def test_an_entered_done_date_can_be_forgotten_while_the_task_is_open(desk: Desk) -> None:
    number = add(desk, "Buy paint").id
    task_editing.edit(desk.ana, desk.at("2025-06-05"), number, done_date=date(2025, 5, 30))
    assert one(task_editing.edit(desk.ana, desk.at("2025-06-05"), number, no_done_date=True)).done_date is None
    tasks.done(desk.ana, desk.at("2025-06-06"), number)
    why = refused(task_editing.edit, desk.ana, desk.at("2025-06-06"), number, no_done_date=True)
    assert why == f"Task {number} keeps its done date while it is done; reopen it instead."


def test_a_task_by_hand_has_what_was_said_and_is_visible_today(desk: Desk) -> None:
    task = add(
        desk, "  Buy paint ", at="2025-06-01", object="stay/12", deadline=date(2025, 6, 20), notes="white\r\nmatt",
        group="House", assignee=("Bo", "Ana"),
    )  # fmt: skip
    assert (task.name, task.notes, task.tasks_group_name) == ("Buy paint", "white\nmatt", "House")
    assert (task.visible_date, task.deadline_date) == (date(2025, 6, 1), date(2025, 6, 20))
    assert (task.object_class, task.object_id, task.object_name) == ("stay", "12", "Lakeside School")
    assert (task.assignees, task.has_task_model, task.kind) == (("Ana", "Bo"), False, TaskKind.ACTIONABLE)


def test_whoever_acts_first_can_assign_to_themselves(desk: Desk) -> None:
    eve = Actor(None, "eve", "cli")
    task = tasks.add(eve, desk.at("2025-06-01"), "Buy paint", assignee=("eve",))
    assert task.assignees == ("eve",)
    assert one(tasks.done(eve, desk.at("2025-06-01"), task.id)).done_by == "eve"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "name: expected some text, not nothing"),
        (" \t ", "name: expected some text, not nothing"),
        ("a\0b", "name: 'a�b' holds a character that cannot stand in a line"),
        ("a\ud800b", "name: 'a�b' holds a character that cannot stand in a line"),
        ("two\nlines", "name: 'two�lines' holds a character that cannot stand in a line"),
        ("x" * 501, "name: 501 characters are too many (at most 500)"),
    ],
)
def test_a_name_must_be_a_line(desk: Desk, name: str, why: str) -> None:
    acts = desk.rows("SELECT count(*) FROM act")
    assert refused(add, desk, name) == why
    assert desk.rows("SELECT count(*) FROM act") == acts


def test_names_are_composed_and_may_hold_any_script(desk: Desk) -> None:
    assert add(desk, "E\u0301cole").name == "\u00c9cole"
    assert add(desk, "👨‍👩‍👧 بیت [red]x[/]").name == "👨‍👩‍👧 بیت [red]x[/]"
    assert len(add(desk, "x" * 500).name) == 500


def test_notes_have_a_limit_in_bytes_and_no_nul(desk: Desk) -> None:
    assert refused(add, desk, "x", notes="é" * 50_001) == "notes: 100,002 bytes are too many (at most 100,000)"
    assert refused(add, desk, "x", notes="a\0") == "notes: a NUL character cannot be kept"
    assert refused(add, desk, "x", notes="\udcff") == "notes: holds half a character, which cannot be kept"
    assert len(add(desk, "x", notes="é" * 50_000).notes) == 50_000


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ("stay/99", "There is no stay 99."),
        ("room/1", "'room' is no class (there are: stay)"),
        ("stya/12", "'stya' is no class; did you mean stay?"),
        ("stay", "object: 'stay' is not a class and an id (expected a form such as stay/12)"),
    ],
)
def test_a_task_is_about_something_that_is_there(desk: Desk, about: str, why: str) -> None:
    assert why in refused(add, desk, "x", object=about)


def test_ids_may_hold_slashes_and_blanks(desk: Desk) -> None:
    add_stay(desk, "2025/17 b", "2025-07-14", "2025-07-18")
    assert add(desk, "x", object="stay/2025/17 b").object_id == "2025/17 b"
    assert add(desk, "y", object="stay:2025/17 b").object_id == "2025/17 b"


def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(desk: Desk) -> None:
    at = desk.at("2025-06-02")
    number = add(desk, "Buy paint").id
    assert refused(tasks.reopen, desk.ana, at, number) == f"Task {number} is open already."
    tasks.done(desk.ana, at, number)
    before = contents(desk.path, revisions=True)
    why = f"Task {number} is already done (by Ana on 2025-06-02)."
    assert refused(tasks.done, desk.bo, desk.at("2025-06-09"), number) == why
    assert refused(tasks.done, desk.ana, at, 4711) == "There is no task 4711."
    assert refused(tasks.done, desk.ana, at, 10**30) == f"There is no task {10**30}."
    assert refused(tasks.done, desk.ana, at) == "Name at least one task by its id."
    assert refused(tasks.move, desk.ana, at, number, deadline=date(2025, 6, 9)) == (
        f"Task {number} cannot be moved: it is done; reopen it first."
    )
    assert "'Anna' is no user; did you mean Ana?" in refused(task_editing.assign, desk.ana, at, number, to=("Anna",))
    assert contents(desk.path, revisions=True) == before
    tasks.delete(desk.ana, at, number)
    assert refused(tasks.reopen, desk.ana, at, number) == f"Task {number} (Buy paint) was deleted."


def test_a_superseded_task_is_history_for_every_verb(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    old = desk.task("Publish blog").id
    desk.become("option", "2025-05-21")
    desk.become("confirmed", "2025-05-22")
    new, at = desk.task("Publish blog").id, desk.at("2025-05-23")
    for call in (tasks.done, tasks.reopen, tasks.delete, task_editing.assign):
        assert refused(call, desk.ana, at, old) == f"Task {old} is history: task {new} took its place."
    assert refused(task_editing.edit, desk.ana, at, old, name="x").startswith(f"Task {old} is history")
    assert refused(tasks.move, desk.ana, at, old, visible=date(2025, 6, 1)).startswith(f"Task {old} is history")


def test_several_tasks_are_one_act_and_one_undo(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    numbers = [task.id for task in desk.tasks("open", "2025-05-20")]
    before = contents(desk.path)
    found = tasks.done(desk.ana, desk.at("2025-05-21"), *numbers, numbers[0])
    assert isinstance(found, tuple)
    assert [task.id for task in found] == numbers
    assert desk.rows("SELECT words FROM act ORDER BY id DESC LIMIT 1") == [("done: 9 tasks",)]
    undo(desk.ana, desk.at("2025-05-21"))
    assert contents(desk.path) == before


def test_one_that_was_done_meanwhile_is_left_out_and_named_and_a_slip_stops_all(desk: Desk) -> None:
    first, second, at = add(desk, "one").id, add(desk, "two").id, desk.at("2025-06-02")
    tasks.done(desk.ana, at, second)
    before = contents(desk.path)
    assert refused(tasks.done, desk.ana, at, first, second, 4711) == "There is no task 4711."
    assert contents(desk.path) == before
    found = tasks.done(desk.ana, at, first, second)
    assert isinstance(found, Several)
    assert ([task.id for task in found], len(found.left_out)) == ([first], 1)
    words = f"done: one; left out 1: Task {second} is already done (by Ana on 2025-06-02)."
    assert desk.rows("SELECT words FROM act ORDER BY id DESC LIMIT 1") == [(words,)]
    assert refused(tasks.done, desk.ana, at, first, second).startswith("Nothing to do: Task ")


def test_moving_by_hand_is_flagged_and_can_take_the_deadline_away(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    number, at = desk.task("Collect allergy info").id, desk.at("2025-05-21")
    task = one(tasks.move(desk.ana, at, number, deadline=date(2025, 6, 1), visible=date(2025, 5, 25)))
    assert (task.deadline_date, task.deadline_by_hand) == (date(2025, 6, 1), True)
    assert (task.visible_date, task.visible_by_hand) == (date(2025, 5, 25), True)
    task = one(tasks.move(desk.ana, at, number, no_deadline=True))
    assert (task.deadline_date, task.deadline_by_hand) == (None, True)
    for wrong in (
        {},
        {"follow": True, "visible": date(2025, 5, 25)},
        {"no_deadline": True, "deadline": date(2025, 6, 1)},
    ):
        assert refused(tasks.move, desk.ana, at, number, **wrong).startswith("Say where to:")


def test_assigning_names_everybody_who_does_it_from_now_on(desk: Desk) -> None:
    number, at = add(desk, "x", assignee=("Ana",)).id, desk.at("2025-06-02")
    assert one(task_editing.assign(desk.ana, at, number, to=("Bo", "Ana"))).assignees == ("Ana", "Bo")
    assert one(task_editing.assign(desk.ana, at, number, to=("Bo",))).assignees == ("Bo",)
    assert one(task_editing.assign(desk.ana, at, number)).assignees == ()
    acts = desk.rows("SELECT count(*) FROM act")
    task_editing.assign(desk.ana, at, number)
    assert desk.rows("SELECT count(*) FROM act") == acts, "nothing changed"


def test_an_edit_is_refused_when_somebody_was_quicker(desk: Desk) -> None:
    task, at = add(desk, "Buy paint"), desk.at("2025-06-02")
    task_editing.edit(desk.bo, at, task.id, notes="white")
    why = refused(task_editing.edit, desk.ana, at, task.id, notes="black", rev=task.rev)
    assert why == f"Task {task.id} was changed by somebody else meanwhile; look at it again."
    assert queries.show(desk.ana, at, task.id).notes == "white"
    assert refused(task_editing.edit, desk.ana, at, task.id).startswith("Say what to change")
    edited = one(task_editing.edit(desk.ana, at, task.id, name="Buy varnish", group="House", rev=task.rev + 1))
    assert (edited.name, edited.tasks_group_name, edited.rev) == ("Buy varnish", "House", task.rev + 2)


def test_the_journal_says_what_was_done_in_words(desk: Desk) -> None:
    number, at = add(desk, "Buy paint", object="stay/12").id, desk.at("2025-06-02")
    tasks.move(desk.ana, at, number, deadline=date(2025, 6, 9))
    task_editing.assign(desk.ana, at, number, to=("Bo",))
    tasks.done(desk.ana, at, number)
    tasks.reopen(desk.ana, at, number)
    tasks.delete(desk.ana, at, number)
    verbs = ("added", "moved", "assigned to Bo", "done", "reopened", "deleted")
    words = [row[0] for row in desk.rows("SELECT words FROM act ORDER BY id DESC LIMIT 6")]
    assert words[::-1] == [f"{verb}: Buy paint (stay 12)" for verb in verbs]


def test_lists_can_be_narrowed(desk: Desk) -> None:
    at = desk.at("2025-06-02")
    add_stay(desk, "13", "2025-07-14", "2025-07-18", team="North", name="École du Nord")
    add(desk, "Buy paint", notes="100% white_matt", assignee=("Ana",))
    add(desk, "Call", object="stay/13", assignee=("Bo",))

    def found(**more: object) -> list[str]:
        return [task.name for task in queries.listed(desk.ana, at, **more)]  # type: ignore[arg-type]  # as above

    assert found() == ["Buy paint", "Call"]
    assert found(text="PAINT") == found(text="100%") == found(text="e_m") == ["Buy paint"]
    assert found(text="école") == found(text="stay 13") == found(team="North") == ["Call"]
    assert found(text="1_0") == []
    assert found(assignee="Bo") == ["Call"]
    assert found(limit=1) == ["Buy paint"]
    assert found(limit=0, view=TaskView.ALL) == ["Buy paint", "Call"]
    assert refused(found, limit=-1) == "limit: expected 0 (all) or more, not -1."
    assert refused(found, assignee="Eve").startswith("user: 'Eve' is no user")
    assert refused(found, object="stay/99") == "There is no stay 99."
    assert refused(queries.show, desk.ana, at, 99) == "There is no task 99."


def test_tasks_of_a_deleted_entity_are_still_found(desk: Desk) -> None:
    add(desk, "Call", object="stay/12")
    tasks.done(desk.ana, desk.at("2025-06-02"), desk.task("Call").id)
    entities.delete(desk.ana, desk.at("2025-06-02"), "stay", "12")
    assert desk.names("done", "2025-06-03") == ["Call"]
