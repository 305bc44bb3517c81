"""The verbs of entities: adding, statuses, fields, contacts, deleting, and what they refuse."""

from __future__ import annotations

from datetime import date

import pytest

from engine.operations import entities, tasks, templates
from engine.operations.undo import undo
from engine.queries import entities as queries
from engine.templates import look
from store.database import transaction
from store.enums import TaskKind
from store.instants import to_us
from tests.desk import Desk, add_stay, desk, refused
from tests.engine.stage import contents

__all__ = ["desk"]


def test_an_entity_has_what_was_said(desk: Desk) -> None:
    at = desk.at("2025-03-01")
    entity = entities.add(
        desk.ana, at, "stay", "20", "date_from=2025-08-04", "@phone=+32 2 123", name="Oak Hill", team="North"
    )
    assert (entity.object_class, entity.object_id, entity.name, entity.team) == ("stay", "20", "Oak Hill", "North")
    assert entity.dates == {"date_from": date(2025, 8, 4), "date_to": None}
    assert (entity.attributes, entity.status, entity.status_at) == ({"phone": "+32 2 123"}, None, None)
    assert queries.show(desk.ana, at, "stay", "20") == entity


def test_an_entity_that_comes_with_a_status_has_become_it(desk: Desk) -> None:
    at = desk.at("2025-05-20T10:15")
    entity = add_stay(desk, "20", "2025-07-14", "2025-07-18", at="2025-05-20T10:15", status="confirmed")
    assert (entity.status, entity.status_at, entity.open_tasks) == ("confirmed", to_us(at), 9)
    assert [line.words for line in desk.history("20") if line.kind == "status"] == ["confirmed"]
    silent = add_stay(desk, "21", "2025-07-14", "2025-07-18", status="confirmed", without_tasks=True)
    assert (silent.status, silent.open_tasks) == ("confirmed", 0)


FORM = "a form such as date_from=2025-07-21"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (("date_fro=2025-07-21",), "'date_fro' is no field of stay; did you mean date_from?"),
        (("colour=red",), "'colour' is no field of stay (there are: date_from, date_to, name, team)"),
        (("colour=red",), "a note of your own is @colour=..."),
        (("date_from",), f"'date_from' is not a field and a value (expected {FORM})"),
        (("date_from=03/04/2025",), "date_from: 03/04/2025 may be 3 April or 4 March"),
        (("date_from=2025-13-01",), "date_from: "),
        (("date_from=2025-02-30",), "date_from: "),
        (("status=confirmed",), "status: a status is taken with `entity set-status stay ID STATUS`"),
        (("team=Noth",), "'Noth' is no team; did you mean North?"),
        (("@=x",), "attribute: expected some text, not nothing"),
        (("name=a\0b",), "name: 'a�b' holds a character that cannot stand in a line"),
        ((), "Say what to set, such as date_from=2025-07-21, name=Lakeside or team=North."),
    ],
)
def test_fields_that_cannot_be_set_are_named(desk: Desk, fields: tuple[str, ...], why: str) -> None:
    before = contents(desk.path, revisions=True)
    assert why in refused(entities.set_fields, desk.ana, desk.at("2025-03-01"), "stay", "12", *fields)
    assert contents(desk.path, revisions=True) == before


def test_fields_are_set_and_cleared(desk: Desk) -> None:
    at = desk.at("2025-03-01")
    set_ = ("date_to=2025-07-19", "name=Hill School", "team=South", "@phone=123", "@bus=yes")
    entities.set_fields(desk.ana, at, "stay", "12", *set_)
    entity = queries.show(desk.ana, at, "stay", "12")
    assert (entity.name, entity.team, entity.attributes) == ("Hill School", "South", {"phone": "123", "bus": "yes"})
    assert entity.dates == {"date_from": date(2025, 7, 14), "date_to": date(2025, 7, 19)}
    entities.set_fields(desk.ana, at, "stay", "12", "date_to=", "@bus=", name="", team="")
    entity = queries.show(desk.ana, at, "stay", "12")
    assert (entity.name, entity.team, entity.attributes) == ("", None, {"phone": "123"})
    assert entity.dates == {"date_from": date(2025, 7, 14), "date_to": None}


def test_who_is_there_already_or_is_not_there_is_said(desk: Desk) -> None:
    at = desk.at("2025-03-01")
    assert refused(entities.add, desk.ana, at, "stay", "12") == "There is already a stay 12."
    assert refused(entities.add, desk.ana, at, "stay", " 12 ") == "There is already a stay 12."
    assert "'room' is no class (there are: stay)" in refused(entities.add, desk.ana, at, "room", "1")
    assert refused(entities.add, desk.ana, at, "stay", "") == "object_id: expected some text, not nothing"
    assert refused(entities.add, desk.ana, at, "stay", "20", status="confirmd") == (
        "status: 'confirmd' is no status of stay; did you mean confirmed?"
    )
    assert refused(entities.set_status, desk.ana, at, "stay", "99", "confirmed") == "There is no stay 99."
    assert refused(entities.set_status, desk.ana, at, "stay", "12", "gone").startswith("status: 'gone' is no status")
    assert desk.rows("SELECT count(*) FROM entity") == [(1,)]


def test_an_edit_is_refused_when_somebody_was_quicker(desk: Desk) -> None:
    at, seen = desk.at("2025-03-01"), queries.show(desk.ana, desk.at("2025-03-01"), "stay", "12")
    entities.set_fields(desk.bo, at, "stay", "12", "name=Hill")
    why = "stay 12 was changed by somebody else meanwhile; look at it again."
    assert refused(entities.set_fields, desk.ana, at, "stay", "12", "name=Dale", rev=seen.rev) == why
    assert refused(entities.set_status, desk.ana, at, "stay", "12", "confirmed", rev=seen.rev) == why


@pytest.mark.parametrize(
    ("day", "validated", "mark"), [("2025-05-22", True, "validated"), ("2024-02-29", False, "contact")]
)
def test_E10_a_contact_is_listed_with_day_text_and_mark(desk: Desk, day: str, validated: bool, mark: str) -> None:
    text = "Called parents, allergy form promised"
    task = entities.contact(
        desk.ana, desk.at("2025-05-23"), "stay", "12", text, on=date.fromisoformat(day), validated=validated
    )
    assert (task.kind, task.name, task.done_date, task.is_done) == (
        TaskKind.CONTACT,
        text,
        date.fromisoformat(day),
        validated,
    )
    assert (task.task_model, task.deadline_date, task.done_by) == (None, None, "Ana")
    for view in ("waiting", "upcoming", "open", "done", "all"):
        assert desk.tasks(view, "2025-05-23") == ()
    assert [each.id for each in desk.tasks("history", "2025-05-23")] == [task.id]
    line = next(line for line in desk.history() if line.kind == "contact")
    assert (line.words, line.mark, line.by) == (text, mark, "Ana")
    assert line.at == to_us(desk.at(f"{day}T00:00"))


def test_a_contact_is_validated_later_and_keeps_its_day(desk: Desk) -> None:
    number = entities.contact(desk.ana, desk.at("2025-05-22"), "stay", "12", "Called").id
    tasks.done(desk.bo, desk.at("2025-05-30"), number)
    assert [line.mark for line in desk.history() if line.kind == "contact"] == ["validated"]
    tasks.reopen(desk.bo, desk.at("2025-05-31"), number)
    task = desk.tasks("history", "2025-05-31")[0]
    assert (task.is_done, task.done_date) == (False, date(2025, 5, 22))


def test_the_history_is_told_newest_first_in_pages(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20T10:15")
    tasks.done(desk.bo, desk.at("2025-05-20T11:00"), desk.task("Receive contract").id)
    entities.contact(desk.ana, desk.at("2025-05-23"), "stay", "12", "Called", on=date(2025, 5, 22))
    desk.become("option", "2025-05-24")
    told = [(line.mark, line.words) for line in desk.history()]
    assert told[:2] == [("became", "confirmed -> option"), ("contact", "Called")]
    assert told[2] == ("done", "Receive contract"), "on the day of its making, but after it"
    assert told[-2:] == [("became", "quote -> confirmed"), ("became", "quote")]
    assert [mark for mark, _ in told[3:12]] == ["made"] * 9
    assert queries.history(desk.ana, desk.at("2025-05-24"), "stay", "12", limit=3) == desk.history()[:3]


def test_an_entity_with_open_tasks_is_not_deleted_by_accident(desk: Desk) -> None:
    at = desk.at("2025-05-21")
    desk.become("confirmed", "2025-05-20")
    tasks.done(desk.ana, at, desk.task("Receive contract").id)
    why = refused(entities.delete, desk.ana, at, "stay", "12")
    assert why == "stay 12 has 8 open tasks; finish them, or delete them with it (--with-tasks)."
    before = contents(desk.path)
    entities.delete(desk.ana, at, "stay", "12", with_tasks=True)
    assert refused(queries.show, desk.ana, at, "stay", "12") == "There is no stay 12."
    assert desk.names("all", "2025-05-21") == ["Receive contract"]
    undo(desk.ana, at)
    assert contents(desk.path) == before


KEPT = ("entity", "task", "skip")


def test_the_tasks_of_its_templates_go_with_an_entity_for_good(desk: Desk) -> None:
    at = desk.at("2025-06-09")
    templates.add(desk.ana, at, "Bins", "weekly mon", start="2025-06-09", horizon="10d", object="stay/12")
    with transaction() as connection:
        look(connection, to_us(at))
    before = contents(desk.path)
    entities.delete(desk.ana, at, "stay", "12", with_tasks=True)
    left_out = [day for (day,) in desk.rows("SELECT day FROM skip ORDER BY day")]
    assert left_out == ["2025-06-09", "2025-06-16"], "a later edit of the template does not make them again"
    undo(desk.ana, at)
    after = contents(desk.path)
    assert {each: after[each] for each in KEPT} == {each: before[each] for each in KEPT}


def test_undoing_a_status_takes_its_tasks_away_again(desk: Desk) -> None:
    before = contents(desk.path)
    desk.become("confirmed", "2025-05-20")
    undo(desk.ana, desk.at("2025-05-20"))
    assert contents(desk.path) == before
    desk.become("confirmed", "2025-05-21")
    desk.become("option", "2025-05-22")
    first = contents(desk.path)
    desk.become("confirmed", "2025-05-23")
    undo(desk.ana, desk.at("2025-05-23"))
    assert contents(desk.path) == first, "the superseded ones live again"


def test_lists_are_in_the_order_of_numbers_and_can_be_narrowed(desk: Desk) -> None:
    at = desk.at("2025-06-20")
    for number, team in (("9", "North"), ("100", None), ("10", "South"), ("B-1", None), ("A-2", None)):
        add_stay(desk, number, "2025-07-14", "2025-07-18", team=team, name=f"School {number}")
    desk.become("confirmed", "2025-05-20", "9")

    def found(*classes: str, **more: object) -> list[str]:
        return [each.object_id for each in queries.listed(desk.ana, at, *classes, **more)]  # type: ignore[arg-type]  # as given

    assert found() == found("stay") == found("stay", limit=0) == ["A-2", "B-1", "9", "10", "12", "100"]
    assert found("stay", status="confirmed") == found(status="confirmed") == found(team="North") == ["9"]
    assert found(text="school 10") == ["10", "100"]
    assert found(text="lakeside") == found(text="stay 12") == ["12"]
    assert found(limit=2) == ["A-2", "B-1"]
    assert refused(found, "room").startswith("class: 'room' is no class")
    assert refused(found, "stay", status="gone").startswith("status: 'gone' is no status of stay")
    assert refused(found, limit=-3).startswith("limit:")


def test_late_tasks_are_counted_by_the_day_of_the_look(desk: Desk) -> None:
    desk.become("confirmed", "2025-05-20")
    late = {day: queries.show(desk.ana, desk.at(day), "stay", "12").late_tasks for day in ("2025-06-14", "2025-06-15")}
    assert late == {"2025-06-14": 0, "2025-06-15": 3}
