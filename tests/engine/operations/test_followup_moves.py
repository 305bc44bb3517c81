"""When an entity's dates move: what moves along, what stays, what a preview says, and that one undo takes it back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.operations import entities, tasks
from engine.operations.undo import redo, undo
from engine.rules.followups import Move
from store.values import Entity
from tests.desk import Desk, add_stay, desk
from tests.engine.operations.test_followups import GROUP_30, days, scan
from tests.engine.stage import contents

__all__ = ["desk"]


def move(desk: Desk, *fields: str, at: str = "2025-07-01", object_id: str = "12") -> Entity:
    """Set fields of a stay."""
    moved = entities.set_fields(desk.ana, desk.at(at), "stay", object_id, *fields)
    assert isinstance(moved, Entity)
    return moved


def preview(desk: Desk, *fields: str) -> tuple[Move, ...]:
    """What would move."""
    found = entities.set_fields(desk.ana, desk.at("2025-07-01"), "stay", "12", *fields, preview=True)
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize(
    ("arrival", "departure", "month_before", "day_before"),
    [
        ("2025-07-21", "2025-07-25", "2025-06-21", "2025-07-20"),
        ("2025-06-30", "2025-07-04", "2025-05-31", "2025-06-29"),
        ("2026-03-01", "2026-03-05", "2026-01-30", "2026-02-28"),
    ],
)
def test_E16_a_moved_stay_takes_its_open_tasks_along_and_one_undo_restores_all(
    desk: Desk, arrival: str, departure: str, month_before: str, day_before: str
) -> None:
    desk.become("confirmed", "2025-05-20T10:15")
    desk.become("validated", "2025-06-30")
    by_hand, finished = desk.task("Finalize waiting list").id, desk.task("Prepare summary sheet").id
    tasks.move(desk.ana, desk.at("2025-06-01"), by_hand, deadline=date(2025, 6, 10))
    tasks.done(desk.bo, desk.at("2025-06-02"), finished)
    before = contents(desk.path)

    planned = preview(desk, f"date_from={arrival}", f"date_to={departure}")
    assert [(each.name, str(each.was), str(each.becomes), each.by_hand) for each in planned] == [
        ("Finalize waiting list", "2025-06-10", "2025-06-10", True),
        ("Collect allergy info", "2025-06-14", month_before, False),
        ("Assign room numbers", "2025-07-13", day_before, False),
    ]
    assert contents(desk.path) == before

    move(desk, f"date_from={arrival}", f"date_to={departure}")
    now = {task.name: task for task in desk.tasks("all", "2025-07-01")}
    assert str(now["Collect allergy info"].deadline_date) == month_before
    assert str(now["Assign room numbers"].deadline_date) == day_before
    kept = now["Finalize waiting list"]
    assert (kept.deadline_date, kept.deadline_by_hand) == (date(2025, 6, 10), True)
    assert now["Prepare summary sheet"].deadline_date == date(2025, 6, 14)
    after = contents(desk.path)

    assert undo(desk.ana, desk.at("2025-07-02")).words.startswith("undid: stay 12: date_from 2025-07-14 -> ")
    assert contents(desk.path) == before
    redo(desk.ana, desk.at("2025-07-02"))
    assert contents(desk.path) == after


def test_E16_a_preview_leaves_no_trace_in_the_journal(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    acts = desk.rows("SELECT max(id) FROM act")
    assert len(preview(desk, "date_from=2025-07-21")) == 3
    assert desk.rows("SELECT max(id) FROM act") == acts


def test_dates_that_stay_the_same_move_nothing(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    before, acts = contents(desk.path, revisions=True), desk.rows("SELECT max(id) FROM act")
    assert preview(desk, "date_from=2025-07-14") == ()
    move(desk, "date_from=2025-07-14", "name=Lakeside School")
    assert (contents(desk.path, revisions=True), desk.rows("SELECT max(id) FROM act")) == (before, acts)


def test_only_the_tasks_of_the_moved_field_move(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    desk.become("terminated", "2025-07-18")
    move(desk, "date_to=2025-07-20")
    assert days(desk.task("Archive pedagogical sheets"))[1] == "2025-07-21"
    assert {days(desk.task(name))[1] for name in GROUP_30} == {"2025-06-14"}


def test_an_emptied_date_takes_the_deadlines_away_and_a_new_one_brings_them_back(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    move(desk, "date_from=")
    assert {days(desk.task(name)) for name in GROUP_30} == {("2025-05-20", None)}
    move(desk, "date_from=2025-08-01")
    assert {days(desk.task(name)) for name in GROUP_30} == {("2025-05-20", "2025-07-02")}


def test_a_task_reopened_after_the_move_has_the_new_deadline(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    number = desk.task("Collect allergy info").id
    tasks.done(desk.ana, desk.at("2025-06-01"), number)
    move(desk, "date_from=2025-07-21", at="2025-06-02")
    assert days(desk.task("Collect allergy info"))[1] == "2025-06-14"
    tasks.reopen(desk.ana, desk.at("2025-06-03"), number)
    assert days(desk.task("Collect allergy info"))[1] == "2025-06-21"


def test_a_deadline_set_by_hand_can_follow_again(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    number = desk.task("Collect allergy info").id
    tasks.move(desk.ana, desk.at("2025-06-01"), number, deadline=date(2025, 6, 1))
    move(desk, "date_from=2025-07-21")
    tasks.move(desk.ana, desk.at("2025-06-02"), number, follow=True)
    task = desk.task("Collect allergy info")
    assert (str(task.deadline_date), task.deadline_by_hand) == ("2025-06-21", False)


@pytest.fixture
def dated(desk: Desk) -> Desk:
    """With two models that a date triggers, fired on 2025-06-29 for stay 12."""
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send the list", "15 days before arrival", "before stay")
    desk.model("Call the kitchen", "15 days before arrival")
    assert scan(desk, "2025-06-29") == ["Send the list", "Call the kitchen"]
    return desk


def test_tasks_of_a_date_event_move_along_and_do_not_come_twice(dated: Desk) -> None:
    move(dated, "date_from=2025-07-28", "date_to=2025-08-01")
    assert days(dated.task("Send the list")) == ("2025-07-13", "2025-07-27")
    assert dated.names("waiting", "2025-07-12") == []
    assert scan(dated, "2025-07-13") == []
    assert len(dated.tasks("history", "2025-08-01")) == 2
    move(dated, "date_from=2025-07-14", at="2025-07-20")
    assert days(dated.task("Send the list")) == ("2025-06-29", "2025-07-13")
    assert scan(dated, "2025-07-20") == []


def test_a_done_task_stays_and_the_event_comes_again_for_the_new_date(dated: Desk) -> None:
    finished = dated.task("Send the list").id
    tasks.done(dated.ana, dated.at("2025-06-30"), finished)
    move(dated, "date_from=2025-07-28", "date_to=2025-08-01")
    assert days(dated.task("Send the list")) == ("2025-06-29", "2025-07-13")
    assert scan(dated, "2025-07-12") == []
    assert scan(dated, "2025-07-13") == ["Send the list"], "the open one followed, the done one did not"
    assert dated.task("Send the list").id != finished
    assert [t.id for t in dated.tasks("history", "2025-07-13") if t.superseded_at] == [finished]


def test_a_visible_day_set_by_hand_stays_and_is_not_made_again(dated: Desk) -> None:
    number = dated.task("Call the kitchen").id
    tasks.move(dated.ana, dated.at("2025-06-30"), number, visible=date(2025, 7, 4))
    found = preview(dated, "date_from=2025-07-28")
    assert ("Call the kitchen", "visible_date", True) in [(m.name, m.field, m.by_hand) for m in found]
    move(dated, "date_from=2025-07-28")
    assert days(dated.task("Call the kitchen"))[0] == "2025-07-04"
    assert scan(dated, "2025-08-01") == []


def test_a_task_deleted_after_the_move_does_not_come_back_with_the_day(dated: Desk) -> None:
    move(dated, "date_from=2025-07-28")
    tasks.delete(dated.ana, dated.at("2025-07-02"), dated.task("Call the kitchen").id)
    assert scan(dated, "2025-07-13") == []


def test_a_date_in_the_past_makes_its_tasks_with_the_move_itself(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send the list", "15 days before arrival")
    moved = move(desk, "date_from=2025-07-10", at="2025-07-01")
    assert moved.open_tasks == 1
    assert days(desk.task("Send the list"))[0] == "2025-06-25"
    undo(desk.ana, desk.at("2025-07-01"))
    assert desk.tasks("history", "2025-07-01") == ()
    assert scan(desk, "2025-06-28") == []


def test_other_stays_do_not_move(desk: Desk) -> None:
    add_stay(desk, "13", "2025-07-14", "2025-07-18")
    for number in ("12", "13"):
        desk.become("confirmed", "2025-05-20", number)
    move(desk, "date_from=2025-07-21")
    for day, number in ((21, "12"), (14, "13")):
        assert desk.task("Collect allergy info", number).deadline_date == date(2025, 6, day)


def test_a_day_said_in_words_is_counted_from_the_day_of_the_act(desk: Desk) -> None:
    assert move(desk, "date_from=in 3 days", at="2025-07-01").dates["date_from"] == date(2025, 7, 1) + timedelta(3)
