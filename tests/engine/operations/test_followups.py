"""Followups end to end: what a status and a date make, with the dates of acceptance list E and with others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.operations import definitions, entities, followups, task_editing, tasks
from engine.rules.wording import upcoming_words
from store.connection import connect
from store.database import transaction
from store.enums import TaskKind
from store.instants import to_us
from store.reads import tasks as reads
from store.values import Task
from tests.desk import MODELS, Desk, add_stay, desk

__all__ = ["desk"]

GROUP_30 = ["Prepare summary sheet", "Collect allergy info", "Finalize waiting list"]
GROUP_15 = ["Draft schedule", "Send message code", "Publish blog"]
GROUP_0 = ["Receive contract", "Send access codes", "Prepare stay binder"]


def days(task: Task) -> tuple[str, str | None]:
    """Its visible date and its deadline."""
    return task.visible_date.isoformat(), task.deadline_date.isoformat() if task.deadline_date else None


def scan(desk: Desk, at: str) -> list[str]:
    """The engine looks at date events at that time; names of the tasks that it made."""
    moment = desk.at(at)
    with transaction() as connection:
        made = followups.fire_date_events(connection, to_us(moment), moment.date())
        return [task.name for task in reads.many(connection, made)]


def test_E1_confirming_makes_nine_tasks_of_which_six_are_visible_that_day(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20T10:15")
    assert len(desk.tasks("all", "2025-05-20")) == 9
    assert desk.names("waiting", "2025-05-20") == [*GROUP_30, *GROUP_0]
    hidden = desk.tasks("upcoming", "2025-05-20")
    assert [task.name for task in hidden] == GROUP_15
    assert {upcoming_words(task.visible_date, date(2025, 5, 20)) for task in hidden} == {"in 15 days"}
    assert len(desk.names("waiting", "2025-06-03")) == 6
    assert desk.names("waiting", "2025-06-04") == [*GROUP_30, *GROUP_0, *GROUP_15]
    assert desk.names("upcoming", "2025-06-04") == []


def test_E2_every_phase_adds_its_tasks_with_the_dates_of_the_table(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20T10:15")
    desk.become("validated", "2025-06-30")
    assert len(desk.tasks("all", "2025-06-30")) == 10
    desk.become("terminated", "2025-07-18")
    assert len(desk.tasks("all", "2025-07-18")) == 11
    table = {
        **dict.fromkeys(GROUP_0, ("2025-05-20", None)),
        **dict.fromkeys(GROUP_15, ("2025-06-04", None)),
        **dict.fromkeys(GROUP_30, ("2025-05-20", "2025-06-14")),
        "Assign room numbers": ("2025-06-30", "2025-07-13"),
        "Archive pedagogical sheets": ("2025-07-18", "2025-07-19"),
    }
    assert {task.name: days(task) for task in desk.tasks("all", "2025-07-18")} == table


@pytest.mark.parametrize(
    ("arrival", "confirmed", "visible", "due"),
    [
        ("2024-03-30", "2024-02-15T09:00", "2024-03-01", "2024-02-29"),
        ("2026-01-05", "2025-12-20T23:59", "2026-01-04", "2025-12-06"),
        ("2025-04-10", "2025-03-16T00:00", "2025-03-31", "2025-03-11"),
    ],
)
def test_E1_E2_hold_for_other_dates(desk: Desk, arrival: str, confirmed: str, visible: str, due: str) -> None:
    leaves = (date.fromisoformat(arrival) + timedelta(4)).isoformat()
    add_stay(desk, "13", arrival, leaves, at="2024-01-02")
    desk.become("confirmed", confirmed, "13")
    assert days(desk.task("Publish blog", "13")) == (visible, None)
    assert days(desk.task("Collect allergy info", "13")) == (confirmed[:10], due)
    on = date.fromisoformat(visible)
    assert len(desk.names("waiting", (on - timedelta(1)).isoformat(), "13")) == 6
    assert len(desk.names("waiting", visible, "13")) == 9


def test_a_status_taken_at_night_belongs_to_the_day_of_the_stores_zone(desk: Desk) -> None:
    moment = desk.at("2025-05-20T00:30")
    assert moment.astimezone(tz=None).date() == date(2025, 5, 19), "the machine of the test is on UTC"
    entities.set_status(desk.ana, moment, "stay", "12", "confirmed")
    assert days(desk.task("Receive contract")) == ("2025-05-20", None)
    assert days(desk.task("Draft schedule")) == ("2025-06-04", None)


def test_E3_confirmed_again_supersedes_and_loses_nothing(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20T10:15")
    first = {task.name: task for task in desk.tasks("all", "2025-05-20")}
    at = desk.at("2025-05-22")
    task_editing.edit(desk.ana, at, first["Collect allergy info"].id, notes="form promised")
    task_editing.assign(desk.ana, at, first["Collect allergy info"].id, to=("Bo",))
    tasks.done(desk.bo, at, first["Receive contract"].id)
    desk.become("option", "2025-05-30")
    desk.become("confirmed", "2025-06-02")
    live = {task.name: task for task in desk.tasks("all", "2025-06-02")}
    assert len(live) == 9
    assert not {task.id for task in live.values()} & {task.id for task in first.values()}
    assert live["Collect allergy info"].notes == "form promised"
    assert live["Collect allergy info"].assignees == ("Bo",)
    assert {days(live[name]) for name in GROUP_15} == {("2025-06-17", None)}
    assert {days(live[name]) for name in GROUP_30} == {("2025-06-02", "2025-06-14")}
    assert not live["Receive contract"].is_done
    history = {task.id: task for task in desk.tasks("history", "2025-06-02")}
    assert len(history) == 18
    for name, former in first.items():
        old = history[former.id]
        assert (old.superseded_by_id, old.superseded_at) == (live[name].id, to_us(desk.at("2025-06-02")))
    done = history[first["Receive contract"].id]
    assert (done.is_done, done.done_by, done.done_date) == (True, "Bo", date(2025, 5, 22))
    assert [line.words for line in desk.history() if line.mark == "done"] == ["Receive contract"]
    assert len([line for line in desk.history() if line.mark == "superseded"]) == 9


def test_E3_again_and_again_there_is_one_chain(desk: Desk) -> None:
    for month in range(1, 6):
        desk.become("confirmed", f"2025-0{month}-10")
        desk.become("option", f"2025-0{month}-20")
    assert len(desk.tasks("all", "2025-06-01")) == 9
    chain = desk.rows("SELECT id, superseded_by_id FROM task WHERE name = 'Publish blog' ORDER BY id")
    assert [link for _, link in chain] == [*(number for number, _ in chain[1:]), None]


def test_a_status_taken_twice_in_a_row_makes_nothing(desk: Desk) -> None:
    first = desk.become("confirmed", "2025-05-20")
    acts = desk.rows("SELECT count(*) FROM act")
    assert desk.become("confirmed", "2025-05-21") == first
    assert desk.rows("SELECT count(*) FROM act") == acts
    assert len(desk.tasks("history", "2025-06-01")) == 9


def test_E4_a_deadline_fifteen_days_before_arrival(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send Allergy List", "confirmed", "15 days before arrival")
    desk.become("confirmed", "2025-05-20")
    assert days(desk.task("Send Allergy List")) == ("2025-05-20", "2025-06-29")


@pytest.mark.parametrize(
    ("offset", "arrival", "due"),
    [
        ("-10bd", "2025-07-14", "2025-06-30"),
        ("-1mo", "2025-03-31", "2025-02-28"),
        ("2w", "2025-12-20", "2026-01-03"),
        ("0", "2025-07-14", "2025-07-14"),
    ],
)
def test_E4_deadlines_have_every_unit(desk: Desk, offset: str, arrival: str, due: str) -> None:
    desk.event("some day", "date_from", offset)
    desk.model("Something", "confirmed", "some day")
    add_stay(desk, "13", arrival, arrival)
    desk.become("confirmed", "2025-05-20", "13")
    assert days(desk.task("Something", "13"))[1] == due


def test_without_the_date_a_task_has_no_deadline_and_gets_one_with_it(desk: Desk) -> None:
    entities.add(desk.ana, desk.at("2025-02-01"), "stay", "20", status="confirmed")
    assert days(desk.task("Collect allergy info", "20")) == ("2025-02-01", None)
    entities.set_fields(desk.ana, desk.at("2025-02-02"), "stay", "20", "date_from=2025-09-01")
    assert days(desk.task("Collect allergy info", "20")) == ("2025-02-01", "2025-08-02")


def test_E5_a_date_event_makes_its_task_on_its_day_and_is_caught_up_with(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send the list", "15 days before arrival", "before stay")
    assert scan(desk, "2025-06-28T23:59") == []
    assert scan(desk, "2025-07-01T08:00") == ["Send the list"]
    assert days(desk.task("Send the list")) == ("2025-06-29", "2025-07-13")
    assert scan(desk, "2025-07-01T08:01") == []
    assert scan(desk, "2025-08-01T08:00") == []
    assert len(desk.tasks("history", "2025-08-01")) == 1


@pytest.mark.parametrize(
    ("offset", "arrival", "day"), [("-15d", "2025-03-10", "2025-02-23"), ("3d", "2025-12-30", "2026-01-02")]
)
def test_E5_with_other_dates_on_the_day_itself(desk: Desk, offset: str, arrival: str, day: str) -> None:
    desk.event("some day", "date_from", offset)
    desk.model("Send the list", "some day")
    add_stay(desk, "13", arrival, arrival)
    before = date.fromisoformat(day) - timedelta(1)
    assert "Send the list" not in (scan(desk, before.isoformat()), desk.names("all", day, "13"))
    assert [name for name in scan(desk, f"{day}T00:00") if desk.names("all", day, "13")] == ["Send the list"]
    assert days(desk.task("Send the list", "13"))[0] == day


def test_E5_an_entity_that_comes_late_gets_what_was_due_at_once(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send the list", "15 days before arrival")
    add_stay(desk, "13", "2025-07-14", "2025-07-18", at="2025-07-05")
    assert desk.names("waiting", "2025-07-05", "13") == ["Send the list"]
    assert days(desk.task("Send the list", "13"))[0] == "2025-06-29"
    add_stay(desk, "14", "2025-07-14", "2025-07-18", at="2025-07-05", without_tasks=True)
    assert scan(desk, "2025-07-06") == ["Send the list"], "only stay 12; stay 14 was told apart"
    assert desk.names("all", "2025-07-06", "14") == []


def test_the_engine_asks_only_when_something_can_have_changed(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send the list", "15 days before arrival")
    connection = connect(desk.path)
    with_nothing = followups.date_events_mark(connection, date(2025, 6, 29))
    assert followups.date_events_mark(connection, date(2025, 6, 29)) == with_nothing
    assert not followups.date_events_due(connection, date(2025, 6, 28))
    assert followups.date_events_due(connection, date(2025, 6, 29))
    scan(desk, "2025-06-29")
    assert not followups.date_events_due(connection, date(2025, 6, 29))
    seen = followups.date_events_mark(connection, date(2025, 6, 29))
    entities.set_fields(desk.ana, desk.at("2025-06-29"), "stay", "12", "name=Other")
    assert len({with_nothing, seen, followups.date_events_mark(connection, date(2025, 6, 29))}) == 3
    connection.close()


def test_the_act_of_the_engine_is_nobodys_and_a_look_that_finds_nothing_leaves_none(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Tell the kitchen", "15 days before arrival", kind=TaskKind.INFORMATIONAL)
    before = desk.rows("SELECT max(id) FROM act")
    scan(desk, "2025-06-20")
    assert desk.rows("SELECT max(id) FROM act") == before
    scan(desk, "2025-06-30")
    assert desk.rows("SELECT operation, words, user_id, can_undo FROM act ORDER BY id DESC LIMIT 1") == [
        ("date events", "date events: 1 new", None, 0)
    ]
    task = desk.task("Tell the kitchen")
    assert (task.is_done, task.done_by, task.done_date) == (True, None, date(2025, 6, 30))


def test_E7_open_before_done_by_deadline_none_last_done_newest_first(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    desk.become("validated", "2025-06-30")
    for name, day in (
        ("Publish blog", "2025-06-05"),
        ("Collect allergy info", "2025-06-20"),
        ("Draft schedule", "2025-06-05"),
    ):
        tasks.done(desk.ana, desk.at(day), desk.task(name).id)
    assert desk.names("all", "2025-07-01") == [
        "Prepare summary sheet", "Finalize waiting list", "Assign room numbers",
        "Receive contract", "Send access codes", "Prepare stay binder", "Send message code",
        "Collect allergy info", "Publish blog", "Draft schedule",
    ]  # fmt: skip
    connection = connect(desk.path, read_only=True)
    groups = reads.groups(connection, date(2025, 7, 1))
    assert [(each.deadline_event, each.open, each.late, each.due_today) for each in groups] == [
        ("max. 1 month before stay", 2, 2, 0),
        ("before stay", 1, 0, 0),
        (None, 4, 0, 0),
    ]
    assert [each.first_deadline for each in groups] == [date(2025, 6, 14), date(2025, 7, 13), None]
    heads = reads.group_heads(connection, date(2025, 7, 1))
    assert [each.deadline_event for each in heads] == ["max. 1 month before stay", "before stay", None]
    connection.close()


def test_E9_information_is_done_by_whoever_changed_the_status(desk: Desk) -> None:
    desk.model("Contract received signed", "confirmed", kind=TaskKind.INFORMATIONAL)
    desk.become("confirmed", "2025-05-20", actor=desk.bo)
    task = desk.task("Contract received signed")
    assert (task.is_done, task.done_by, task.done_date) == (True, "Bo", date(2025, 5, 20))
    for view in ("waiting", "upcoming", "open"):
        assert task.name not in desk.names(view, "2025-05-20")
    assert task.name in desk.names("history", "2025-05-20")
    assert (task.name, "Bo") in [(line.words, line.by) for line in desk.history() if line.mark == "done"]


def test_E11_a_model_of_a_team_serves_that_team_alone(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Northern custom", "confirmed", team="North")
    desk.model("Northern list", "15 days before arrival", team="North")
    for number, team in (("21", "North"), ("22", "South"), ("23", None)):
        add_stay(desk, number, "2025-07-14", "2025-07-18", team=team)
        desk.become("confirmed", "2025-05-20", number)
    scan(desk, "2025-06-29")
    northern = {
        number: [n for n in desk.names("all", "2025-06-29", number) if n.startswith("Northern")]
        for number in ("21", "22", "23")
    }
    assert northern == {"21": ["Northern list", "Northern custom"][::-1], "22": [], "23": []}
    entities.set_fields(desk.ana, desk.at("2025-07-01"), "stay", "22", "team=North")
    assert desk.names("all", "2025-07-01", "22").count("Northern list") == 1, "it fires when a model serves"
    assert "Northern custom" not in desk.names("all", "2025-07-01", "22")


def test_an_inactive_model_makes_nothing(desk: Desk) -> None:
    definitions.edit_model(desk.ana, desk.at("2025-02-01"), "Publish blog", active=False)
    desk.become("confirmed", "2025-05-20")
    assert len(desk.tasks("all", "2025-05-20")) == len([m for m in MODELS if m[1].startswith("confirmed")]) - 1
