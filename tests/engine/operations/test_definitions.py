"""Classes, events, models, teams, users: what is kept, what is refused, who may be deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.operations import definitions as ops
from engine.queries import definitions as queries
from store.enums import EventType, TaskKind
from store.errors import Refused
from tests.engine.stage import ANA, AT, BO, contents, desk, rows, stays

__all__ = ["desk", "stays"]


def refused(call: Callable[..., Any], *args: Any, **named: Any) -> str:
    """The sentence with which it is refused."""
    with pytest.raises(Refused) as fault:
        call(ANA, AT, *args, **named)
    return str(fault.value)


def words(path: Path) -> str:
    return str(rows(path, "SELECT words FROM act ORDER BY id DESC LIMIT 1")[0][0])


def test_a_class_keeps_the_order_of_its_statuses(desk: Path) -> None:
    made = ops.add_class(ANA, AT, "stay", ("quote", "option", "confirmed"), ("date_from", "date_to"))
    assert made.statuses == ("quote", "option", "confirmed")
    assert made.date_fields == ("date_from", "date_to")
    assert (made.entities, made.rev) == (0, 1)
    assert queries.classes(ANA, AT) == (made,)
    assert queries.one_class(ANA, AT, "stay") == made
    assert words(desk) == "added class: stay"


def test_a_class_edit_replaces_only_what_is_given(stays: Path) -> None:
    edited = ops.edit_class(ANA, AT, "stay", status=("quote", "confirmed", "option", "validated", "gone"))
    assert edited.statuses == ("quote", "confirmed", "option", "validated", "gone")
    assert edited.date_fields == ("date_from", "date_to")
    assert edited.rev == 2


def test_an_edit_that_changes_nothing_leaves_no_trace(stays: Path) -> None:
    before = contents(stays, revisions=True), rows(stays, "SELECT count(*) FROM act")
    ops.edit_class(ANA, AT, "stay", date_field=("date_from", "date_to"))
    ops.edit_team(ANA, AT, "North", name="North")
    assert (contents(stays, revisions=True), rows(stays, "SELECT count(*) FROM act")) == before


def test_renaming_a_class_renames_it_everywhere(stays: Path) -> None:
    insert(stays, "INSERT INTO entity (object_class, object_id, created_at) VALUES ('stay', '12', 0)")
    columns = "name, visible_date, object_class, object_id, created_at"
    insert(stays, f"INSERT INTO task ({columns}) VALUES ('x', '2025-05-20', 'stay', '12', 0)")
    ops.edit_class(ANA, AT, "stay", name="visit")
    for table in ("entity", "task", "task_event", "task_model"):
        assert rows(stays, f"SELECT DISTINCT object_class FROM {table}") == [("visit",)]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (
            ("quote", "option", "validated"),
            "'confirmed' cannot be left out: the event 'became confirmed' uses",
        ),
        (("option", "confirmed", "validated"), "'quote' cannot be left out: stay 12 has it"),
    ],
)
def test_a_status_in_use_stays(stays: Path, status: tuple[str, ...], why: str) -> None:
    insert(
        stays,
        "INSERT INTO entity (object_class, object_id, status, created_at) VALUES ('stay', '12', 'quote', 0)",
    )
    assert why in refused(ops.edit_class, "stay", status=status)


def test_a_date_field_in_use_stays(stays: Path) -> None:
    insert(
        stays,
        "INSERT INTO entity (object_class, object_id, dates, created_at)"
        " VALUES ('stay', '12', '{\"date_to\": \"2025-07-14\"}', 0)",
    )
    assert "the event 'max. 1 month before stay' uses it" in refused(ops.edit_class, "stay", date_field=("date_to",))
    assert "stay 12 has it" in refused(ops.edit_class, "stay", date_field=("date_from",))


def test_an_event_takes_its_type_from_what_it_hangs_on(stays: Path) -> None:
    became, before = queries.events(ANA, AT, "stay")
    assert (became.event_type, became.entity_status, became.offset) == (
        EventType.STATUS_CHANGE, "confirmed", "0d",
    )  # fmt: skip
    assert (before.event_type, before.entity_date_field, before.offset) == (
        EventType.DATE_FIELD, "date_from", "-30d",
    )  # fmt: skip


def test_switching_an_event_drops_the_other_field(stays: Path) -> None:
    edited = ops.edit_event(ANA, AT, "became confirmed", date_field="date_to", offset="1mo")
    assert (edited.event_type, edited.entity_status, edited.entity_date_field, edited.offset) == (
        EventType.DATE_FIELD, None, "date_to", "1mo",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"status": "confirmd"}, "entity_status: 'confirmd' is no status of stay; did you mean confirmed?"),
        ({"date_field": "date_form"}, "'date_form' is no date field of stay; did you mean date_from?"),
        ({}, "expected a status or a date field"),
        ({"status": "quote", "date_field": "date_to"}, "not both"),
        ({"status": "quote", "offset": "3x"}, "offset: 'x' is not a unit"),
        ({"status": "quote", "offset": "1m"}, "may be minutes or months"),
    ],
)
def test_events_that_are_refused(stays: Path, given: dict[str, str], why: str) -> None:
    assert why in refused(ops.add_event, "stay", "e", **given)


def test_names_of_two_classes_are_told_apart(stays: Path) -> None:
    ops.add_class(ANA, AT, "visit", ("confirmed",))
    ops.add_event(ANA, AT, "visit", "became confirmed", "confirmed")
    assert "write one of stay/became confirmed, visit/became confirmed" in refused(queries.event, "became confirmed")
    found = queries.event(ANA, AT, "visit/became confirmed")
    assert found.object_class == "visit"
    assert queries.event(ANA, AT, str(found.id)) == found


def test_a_status_stands_for_the_event_of_becoming_it(stays: Path) -> None:
    model = ops.add_model(ANA, AT, "stay", "Assign rooms", "validated", kind=TaskKind.INFORMATIONAL, team="North")
    assert (model.trigger_event, model.kind, model.team) == ("validated", TaskKind.INFORMATIONAL, "North")
    event = queries.event(ANA, AT, "validated")
    assert (event.entity_status, event.offset) == ("validated", "0d")
    again = ops.add_model(ANA, AT, "stay", "Assign keys", "validated")
    assert again.trigger_event_id == model.trigger_event_id


@pytest.mark.parametrize(
    ("args", "given", "why"),
    [
        (("stay", "m", "confirmd"), {}, "trigger_event: 'confirmd' is no event or status of stay; did you"),
        (("stay", "m", "quote", "before"), {}, "deadline_event: 'before' is no event of stay"),
        (("stay", "m", "quote", "became confirmed"), {}, "a deadline hangs on a date field"),
        (("stay", "m", "quote"), {"team": "Noth"}, "team: 'Noth' is no team; did you mean North?"),
        (("stay", "m", "quote"), {"kind": TaskKind.CONTACT}, "kind: 'contact' is no kind of model"),
        (("stai", "m", "quote"), {}, "class: 'stai' is no class; did you mean stay?"),
        (
            ("stay", "Collect allergy info", "quote"),
            {},
            "There is already a model named Collect allergy info",
        ),
    ],
)
def test_models_that_are_refused(stays: Path, args: Any, given: dict[str, Any], why: str) -> None:
    before = contents(stays)
    assert why in refused(ops.add_model, *args, **given)
    assert contents(stays) == before


def test_an_empty_text_clears_and_none_keeps(stays: Path) -> None:
    ops.edit_model(ANA, AT, "Collect allergy info", team="North", group="Preparation")
    kept = ops.edit_model(ANA, AT, "Collect allergy info", active=False)
    assert (kept.team, kept.tasks_group_name, kept.is_active) == ("North", "Preparation", False)
    cleared = ops.edit_model(ANA, AT, "Collect allergy info", team="", deadline_event="", group="")
    assert (cleared.team, cleared.deadline_event, cleared.tasks_group_name) == (None, None, "")
    assert cleared.deadline_event_id is None


def test_an_edit_of_what_somebody_else_changed_is_refused(stays: Path) -> None:
    seen = queries.team(ANA, AT, "North")
    ops.edit_team(BO, AT, "North", name="Nord", rev=seen.rev)
    assert "was changed by somebody else meanwhile" in refused(ops.edit_team, "Nord", name="N", rev=seen.rev)
    assert rows(stays, "SELECT name, rev FROM team WHERE id = ?", seen.id) == [("Nord", 2)]


def test_users(stays: Path) -> None:
    ana = ops.add_user(ANA, AT, "ana", "Ana Peeters", "apeeters", "North", "Europe/Brussels")
    assert queries.users(ANA, AT) == (ana,)
    assert ops.edit_user(ANA, AT, "ana", zone="", login="").zone is None
    assert queries.user(ANA, AT, "ana").login is None


@pytest.mark.parametrize(
    ("args", "given", "why"),
    [
        (("ana",), {}, "There is already a user named ana"),
        (("bo",), {"login": "apeeters"}, "login: 'apeeters' is the login of ana already"),
        (
            ("bo",),
            {"zone": "Europe/Brusels"},
            "zone: 'Europe/Brusels' is not a time zone (expected a name such",
        ),
        (("bo",), {"team": "West"}, "team: 'West' is no team"),
        (("b\x1bo",), {}, "cannot be shown on a line"),
    ],
)
def test_users_that_are_refused(stays: Path, args: Any, given: dict[str, Any], why: str) -> None:
    ops.add_user(ANA, AT, "ana", login="apeeters")
    assert why in refused(ops.add_user, *args, **given)


def test_what_is_used_is_not_deleted_and_says_by_what(stays: Path) -> None:
    ops.edit_model(ANA, AT, "Collect allergy info", team="North")
    insert(stays, "INSERT INTO entity (object_class, object_id, team_id, created_at) VALUES ('stay', '1', 1, 0)")
    assert refused(ops.delete_team, "North") == (
        "The team North cannot be deleted: it is used by 1 entity and 1 model."
    )
    assert "it is used by 1 entity, 2 events and 1 model" in refused(ops.delete_class, "stay")
    assert "used by 1 model" in refused(ops.delete_event, "became confirmed")


def test_what_is_free_is_deleted(stays: Path) -> None:
    assert ops.delete_team(ANA, AT, "South").name == "South"
    assert ops.delete_model(ANA, AT, "Collect allergy info").name == "Collect allergy info"
    ops.delete_event(ANA, AT, "became confirmed")
    ops.delete_event(ANA, AT, "max. 1 month before stay")
    ops.delete_class(ANA, AT, "stay")
    assert queries.classes(ANA, AT) == ()
    assert words(stays) == "deleted class: stay"


def test_a_user_who_did_something_stays(stays: Path) -> None:
    ana = ops.add_user(ANA, AT, "ana")
    insert(
        stays,
        f"INSERT INTO task (name, visible_date, done_by, created_at) VALUES ('x', '2025-05-20', {ana.id}, 0)",
    )
    assert "used by 1 task" in refused(ops.delete_user, "ana")
    assert ops.delete_user(ANA, AT, ops.add_user(ANA, AT, "bo").name).name == "bo"


def test_the_tasks_of_a_deleted_model_stay(stays: Path) -> None:
    model = queries.model(ANA, AT, "Collect allergy info")
    insert(
        stays,
        "INSERT INTO task (name, visible_date, has_task_model, task_model_id, created_at)"
        f" VALUES ('x', '2025-05-20', 1, {model.id}, 0)",
    )
    ops.delete_model(ANA, AT, model.name)
    assert rows(stays, "SELECT name, task_model_id FROM task") == [("x", None)]


def insert(path: Path, statement: str) -> None:
    """A row that another part of the program would have made."""
    from store import journal
    from store.database import transaction

    with transaction() as connection:
        journal.begin(connection, 0, BO, "test")
        connection.execute(statement)
