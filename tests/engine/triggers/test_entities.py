"""Triggers for entities, by operation and by the engine: a status, a date; what they do, and where they end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.datelook import DateLook
from engine.operations import definitions, entities, imports, trigger_actions, triggers, undo
from engine.triggers import deciding
from store.database import session, transaction
from store.errors import Refused
from store.instants import from_us, to_us
from tests.desk import ZONE, Desk, desk

__all__ = ["desk"]

STAY = "class:stay"
WAITING = "SELECT subject, due_at FROM pending_action WHERE state = 'waiting' ORDER BY due_at, id"


def add(desk: Desk, event: str, action: str, *, scope: str = STAY, at: str = "2025-05-20", **more: Any) -> str:
    name = more.pop("name", f"{event} -> {action}")
    triggers.add(desk.ana, desk.at(at), name, event, action, scope, **more)
    return name


def stay(desk: Desk, object_id: str, *fields: str, **more: Any) -> None:
    entities.add(desk.ana, desk.at("2025-05-20"), "stay", object_id, *(fields or ("date_from=2025-07-14",)), **more)


def waiting(desk: Desk) -> list[tuple[str, str]]:
    """What waits, with its time on the clocks of the store."""
    return [(subject, f"{from_us(at).astimezone(ZONE):%Y-%m-%d %H:%M}") for subject, at in desk.rows(WAITING)]


def reasons(desk: Desk) -> list[str]:
    rows = desk.rows("SELECT reason FROM pending_action WHERE state = 'withdrawn' ORDER BY id")
    return [reason for (reason,) in rows]


def look(desk: Desk, at: str) -> int:
    """The engine looks at what is due at that time."""
    with transaction() as connection:
        return deciding.decide_due(connection, to_us(desk.at(at)))


def status(desk: Desk, object_id: str = "12") -> str:
    return str(desk.rows("SELECT status FROM entity WHERE object_id = ?", object_id)[0][0])


def test_a_status_makes_a_task_about_the_entity_in_the_same_act_and_one_undo_takes_both_back(desk: Desk) -> None:
    add(
        desk,
        "status: confirmed",
        "create task: Ring them",
        deadline="3d",
        label=("urgent",),
        params='{"visible": "1d"}',
    )
    desk.become("confirmed", "2025-05-20T10:15")
    task = desk.task("Ring them")
    assert (task.deadline_date, task.visible_date, task.labels) == (date(2025, 5, 23), date(2025, 5, 21), ("urgent",))
    assert len(desk.tasks("all", "2025-05-20")) == 10
    undo.undo(desk.ana, desk.at("2025-05-20T10:16"))
    assert (status(desk), desk.tasks("all", "2025-05-20")) == ("quote", ())


def test_a_status_that_is_only_noted_brings_nothing(desk: Desk) -> None:
    add(desk, "status: confirmed", "create task: Ring them")
    stay(desk, "13", status="confirmed", without_tasks=True)
    assert desk.tasks("all", "2025-05-20", "13") == ()
    stay(desk, "14", status="confirmed")
    assert "Ring them" in desk.names("all", "2025-05-20", "14")


def test_a_status_with_a_delay_waits_and_is_withdrawn_when_the_entity_has_another_one(desk: Desk) -> None:
    add(desk, "status: confirmed", "set status: validated", delay="2d")
    desk.become("confirmed", "2025-05-20T10:15")
    assert waiting(desk) == [("entity:1", "2025-05-22 10:15")]
    desk.become("option", "2025-05-21T09:00")
    assert (waiting(desk), reasons(desk)) == ([], ["its status is another one now"])
    undo.undo(desk.ana, desk.at("2025-05-21T09:01"))
    assert waiting(desk) == [("entity:1", "2025-05-22 10:15")]
    assert look(desk, "2025-05-22T10:14") == 0
    assert look(desk, "2025-05-22T10:15") == 1
    assert status(desk) == "validated"
    assert "Assign room numbers" in desk.names("all", "2025-05-22")


@pytest.mark.parametrize(
    ("delay", "roll", "due"),
    [
        ("0d", None, "2025-07-14 00:00"),
        ("-30d", None, "2025-06-14 00:00"),
        ("-30d", "next", "2025-06-16 00:00"),
        ("-30d", "previous", "2025-06-13 00:00"),
        ("-2bd", None, "2025-07-10 00:00"),
        ("3bd", None, "2025-07-17 00:00"),
        ("-1mo", None, "2025-06-14 00:00"),
        ("-2h", None, "2025-07-13 22:00"),
        ("-2h", "previous", "2025-07-11 22:00"),
        ("90min", None, "2025-07-14 01:30"),
    ],
)
def test_a_date_field_waits_by_the_same_rule_as_events_of_followups(
    desk: Desk, delay: str, roll: Any, due: str
) -> None:
    add(desk, "field: date_from", "create task: Pack", delay=delay, roll=roll)
    assert waiting(desk) == [("entity:1", due)]


def test_what_waits_follows_its_date_and_the_zone_of_the_owner(desk: Desk) -> None:
    name = add(desk, "field: date_from", "create task: Pack", delay="-30d", deadline="-7d")
    entities.set_fields(desk.ana, desk.at("2025-05-21"), "stay", "12", "date_from=2025-08-01")
    assert (waiting(desk), reasons(desk)) == ([("entity:1", "2025-07-02 00:00")], ["the date is another one now"])
    with transaction() as connection:
        connection.execute("UPDATE user SET zone = 'America/New_York' WHERE id = 1")
    triggers.edit(desk.ana, desk.at("2025-05-21"), name, delay="-31d")
    assert waiting(desk) == [("entity:1", "2025-07-01 06:00")]
    assert look(desk, "2025-07-01T06:00") == 1
    assert desk.task("Pack").deadline_date == date(2025, 7, 25)
    entities.set_fields(desk.ana, desk.at("2025-07-02"), "stay", "12", "date_from=2025-07-03")
    assert waiting(desk) == [], "what is past when it is set brings nothing"


def test_the_condition_asks_the_entity_when_it_acts(desk: Desk) -> None:
    add(desk, "field: date_from", "create task: Pack", condition="status=confirmed,validated adults>10")
    entities.set_fields(desk.ana, desk.at("2025-05-21"), "stay", "12", "@adults=9")
    desk.become("confirmed", "2025-05-21")
    look(desk, "2025-07-14")
    assert reasons(desk) == ["its condition did not hold: status=confirmed,validated adults>10"]
    stay(desk, "13", "date_from=2025-07-15", "@adults=11", status="validated")
    look(desk, "2025-07-15")
    assert "Pack" in desk.names("all", "2025-07-15", "13")


def test_actions_on_tasks_are_done_to_the_open_tasks_of_the_entity(desk: Desk) -> None:
    add(desk, "status: cancelled", "delete")
    add(desk, "status: validated", "complete")
    stay(desk, "13", status="confirmed")
    desk.become("confirmed", "2025-05-20")
    desk.become("cancelled", "2025-05-21")
    assert desk.tasks("all", "2025-05-21") == ()
    assert len(desk.tasks("all", "2025-05-21", "13")) == 9
    desk.become("validated", "2025-05-22", "13")
    assert desk.names("waiting", "2025-05-22", "13") == []


def test_triggers_that_set_the_status_back_and_forth_are_stopped_and_told_of(desk: Desk) -> None:
    add(desk, "status: validated", "set status: option", name="back")
    add(desk, "status: option", "set status: validated", name="forth")
    desk.become("validated", "2025-05-20")
    assert desk.rows('SELECT name, error IS NOT NULL FROM "trigger" ORDER BY id') == [("back", 1), ("forth", 1)]
    told = desk.rows("SELECT subject FROM notification")
    assert told == [("2 triggers stopped that made one another act",)]
    desk.become("option", "2025-05-21")
    assert status(desk) == "option"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"event": "status: confirmed", "action": "complete", "scope": "label:x"}, "class:NAME or all"),
        ({"event": "status: sold", "action": "complete"}, "'sold' is no status"),
        ({"event": "field: date_of", "action": "complete"}, "is no date field"),
        ({"event": "status: confirmed", "action": "complete", "delay": "-1d"}, "not known beforehand"),
        ({"event": "status: confirmed", "action": "complete", "condition": "@urgent"}, "status=confirmed"),
        ({"event": "run failed", "action": "complete", "scope": "all"}, "is about none"),
        ({"event": "run failed", "action": "set status: confirmed", "scope": "all"}, "is about none"),
        ({"event": "workflow finished", "action": "complete", "scope": "all"}, "is about none"),
        ({"event": "status: confirmed", "action": "start workflow: X"}, "'X' is no workflow"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(desk: Desk, given: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        add(desk, **given)


def test_dates_at_which_models_make_tasks_wait_as_pending_actions(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    assert waiting(desk) == [], "no model makes anything at it"
    desk.model("Send allergy list", "15 days before arrival")
    assert waiting(desk) == [("entity:1", "2025-06-29 00:00")]
    stay(desk, "13", "date_from=2025-08-01")
    assert waiting(desk) == [("entity:1", "2025-06-29 00:00"), ("entity:2", "2025-07-17 00:00")]
    assert look(desk, "2025-06-28T23:59") == 0
    assert look(desk, "2025-07-02T08:00") == 1
    assert desk.names("waiting", "2025-07-02") == ["Send allergy list"]
    line = desk.rows("SELECT state, touched, missed_at IS NOT NULL, reason FROM pending_action WHERE entity_id = 1")
    assert line == [("acted", 1, 1, "missed since 2025-06-29")]
    definitions.edit_model(desk.ana, desk.at("2025-07-02"), "Send allergy list", active=False)
    assert waiting(desk) == []


def test_a_date_that_is_cancelled_has_fired_for_that_value_and_undo_lets_it_come_again(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send allergy list", "15 days before arrival")
    number = desk.rows("SELECT id FROM pending_action")[0][0]
    (line,) = trigger_actions.cancel(desk.ana, desk.at("2025-05-20"), number)
    assert (line.trigger, line.subject_name) == ("Send allergy list appears", "Lakeside School")
    look(desk, "2025-06-29")
    assert desk.tasks("all", "2025-06-29") == ()
    undo.undo(desk.ana, desk.at("2025-05-20T13:00"))
    look(desk, "2025-06-29")
    assert desk.names("waiting", "2025-06-29") == ["Send allergy list"]


def test_an_import_plans_a_date_for_each_of_its_entities(desk: Desk, tmp_path: Any) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send allergy list", "15 days before arrival")
    file = tmp_path / "stays.csv"
    file.write_text("id,date_from\n" + "".join(f"{n},2025-07-{n - 90:02d}\n" for n in range(100, 120)))
    imports.import_entities(desk.ana, desk.at("2025-05-20"), str(file), "stay", "id", map_=("date_from=date_from",))
    assert len(waiting(desk)) == 21
    undo.undo(desk.ana, desk.at("2025-05-20T13:00"))
    assert waiting(desk) == [("entity:1", "2025-06-29 00:00")]


def test_the_net_finds_what_has_come_without_a_row_and_plans_a_store_that_had_none(desk: Desk) -> None:
    desk.event("15 days before arrival", "date_from", "-15d")
    desk.model("Send allergy list", "15 days before arrival")
    stay(desk, "13", "date_from=2025-08-01")
    with transaction() as connection:
        connection.execute("DELETE FROM pending_action")
        connection.execute("INSERT INTO meta (key, value) VALUES ('dates_unplanned', '1')")
    said: list[str] = []
    now = desk.at("2025-07-02T08:00")
    with session() as connection:
        DateLook(said.append).look(connection, to_us(now), now.date())
    assert (said, desk.names("waiting", "2025-07-02")) == ([], ["Send allergy list"])
    assert waiting(desk) == [("entity:2", "2025-07-17 00:00")]
    assert desk.rows("SELECT count(*) FROM meta WHERE key = 'dates_unplanned'") == [(0,)]
