"""Ready-made labels in a store: installed when asked for, once, taken back whole, and what they then do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.operations.trigger_install import install
from engine.queries.trigger_ready import ready_made
from store.errors import Refused
from tests.engine.recurring_stage import at
from tests.engine.stage import ANA, contents
from tests.engine.triggers.schedule_stage import EARLY, Desk, new_desk


@pytest.fixture
def t(tmp_path: Path) -> Desk:
    return new_desk(tmp_path)


def definitions(t: Desk) -> dict[str, list[object]]:
    kept = contents(t.c.path)
    return {table: kept[table] for table in ("trigger", "label", "schedule")}


def test_nothing_is_installed_by_itself(t: Desk) -> None:
    assert definitions(t)["trigger"] == []
    assert not any(each.is_there for each in ready_made(ANA, at(EARLY)))


def test_all_usual_ones_are_installed_once_and_one_undo_takes_them_back(t: Desk) -> None:
    before = definitions(t)
    made = install(ANA, at(EARLY))
    assert {each.scope_name for each in made} == {each.label for each in ready_made(ANA, at(EARLY))}
    assert all(each.is_there for each in ready_made(ANA, at(EARLY)))
    there = definitions(t)
    assert install(ANA, at(EARLY)) == ()
    assert definitions(t) == there
    t.c.do("undo", EARLY)
    assert definitions(t) == before


def test_what_somebody_made_to_their_liking_stays(t: Desk) -> None:
    t.trigger("every Monday", "weekly mon 00:00", scope="label:MONDAY")
    t.c.do("trigger add", EARLY, "yearly", "completed", "delete", scope="label:old", delay="1y")
    assert install(ANA, at(EARLY), "Monday") == ()
    assert [each.name for each in install(ANA, at(EARLY), "yearly")] == ["yearly: the date"]
    assert t.c.ask("SELECT name FROM label ORDER BY name") == [("MONDAY",), ("old",), ("yearly",)]
    assert [each.is_there for each in ready_made(ANA, at(EARLY)) if each.label == "MONDAY"] == [True]


def test_one_wrong_name_installs_none(t: Desk) -> None:
    with pytest.raises(Refused, match="'someday' is no ready-made label"):
        install(ANA, at(EARLY), "Monday", "someday")
    assert definitions(t)["trigger"] == []


def test_days_are_called_as_the_language_of_the_desk_calls_them(t: Desk) -> None:
    pytest.importorskip("babel")
    t.c.do("setting set", EARLY, "language", "de")
    assert {"Montag", "weekly on Samstag"} <= {each.scope_name for each in install(ANA, at(EARLY))}


def test_B2_a_ready_made_label_is_all_it_takes(t: Desk) -> None:
    install(ANA, at(EARLY), "weekly on Saturday")
    task = t.task("plants", "weekly on Saturday", done="2025-06-04T10:00")
    t.c.look("2025-06-06T23:59")
    assert t.is_done(task)
    t.c.look("2025-06-07T00:00")
    assert not t.is_done(task)


@pytest.mark.parametrize(
    ("name", "when", "due"),
    [("Monthly 20th", EARLY, "06-20 00:00"), ("Annually March 8th", EARLY, "03-08 00:00"),
     ("Monday", "2025-06-07T12:00", "06-09 00:00")],
)  # fmt: skip
def test_B3_ready_made_labels_wait_for_their_days(t: Desk, name: str, when: str, due: str) -> None:
    install(ANA, at(when), name)
    assert t.waits() == {"UTC": due}


def test_a_yearly_task_comes_again_a_year_after_its_date_and_is_for_that_year_then(t: Desk) -> None:
    install(ANA, at(EARLY), "yearly")
    task = t.task("insurance", "yearly", done="2025-06-09T10:00", deadline=date(2025, 6, 10))
    t.c.look("2026-06-09T23:59")
    assert t.is_done(task)
    t.c.look("2026-06-10T00:00")
    assert (t.is_done(task), t.c.read(task).deadline_date) == (False, date(2026, 6, 10))
    t.c.do("task done", "2026-06-11T10:00", task)
    t.c.look("2027-06-10T00:00")
    assert (t.is_done(task), t.c.read(task).deadline_date) == (False, date(2027, 6, 10))


def test_a_yearly_task_that_was_closed_by_mistake_keeps_its_year(t: Desk) -> None:
    install(ANA, at(EARLY), "yearly")
    task = t.task("insurance", "yearly", done="2025-06-03T10:00", deadline=date(2025, 6, 10))
    t.c.do("task reopen", "2025-06-03T11:00", task)
    assert t.c.read(task).deadline_date == date(2025, 6, 10)


def test_a_reminder_says_which_task_is_due_and_when(t: Desk) -> None:
    install(ANA, at(EARLY), "remind 1 day before")
    t.task("Pay the rent", "remind 1 day before", deadline=date(2025, 6, 20))
    t.c.look("2025-06-19T00:00")
    assert t.c.ask("SELECT subject FROM notification") == [("Pay the rent is due 20 June 2025",)]


def test_a_task_comes_back_ten_days_after_it_was_done(t: Desk) -> None:
    install(ANA, at(EARLY), "reopen 10 days after done")
    task = t.task("filter", "reopen 10 days after done", done="2025-06-02T14:00")
    t.c.look("2025-06-12T13:59")
    assert t.is_done(task)
    t.c.look("2025-06-12T14:00")
    assert not t.is_done(task)


def test_a_reminder_changes_no_task_and_names_no_act_that_could_be_taken_back(t: Desk) -> None:
    install(ANA, at(EARLY), "remind 1 day before")
    t.task("Pay the rent", "remind 1 day before", deadline=date(2025, 6, 20))
    t.c.look("2025-06-19T00:00")
    t.task("another", when="2025-06-19T09:00")
    assert t.c.ask("SELECT state, act_id FROM pending_action") == [("acted", None)]
