"""Acceptance statements W: recurring tasks, through operations and passes of an engine, on these and other dates."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from engine.clock import HandClock
from engine.engine import Engine
from engine.operations import definitions
from engine.queries.why import Kind
from store.enums import Action, Missed
from store.errors import Refused
from store.instants import to_us
from tests.engine.recurring_stage import FIRST, Chores, at, r
from tests.engine.stage import ANA, AT, desk
from tickler.printing import template_state

__all__ = ["desk", "r"]


def days(*spans: tuple[str, int, int]) -> list[str]:
    return [f"{month}-{day:02d}" for month, first, last in spans for day in range(first, last + 1)]


def test_W1_daily_makes_seven_and_one_more_a_day(r: Chores) -> None:
    r.add("Water", "daily")
    assert r.look("2025-03-03T11:00") == 7
    assert r.due() == days(("03", 4, 10))
    assert r.look("2025-03-04T00:00") == 1
    assert r.due()[-1] == "03-11"
    assert r.look("2025-03-04T00:00", "2025-03-04T17:00") == 0


def test_W1_on_other_days_and_with_a_time(r: Chores) -> None:
    r.add("Water", "daily 18:30", "2024-02-26T19:00")
    assert r.look("2024-02-26T20:00") == 7
    assert r.due() == ["02-27", "02-28", "02-29", "03-01", "03-02", "03-03", "03-04"]
    assert r.ask("SELECT DISTINCT deadline_time FROM task") == [("18:30",)]


def test_W1_the_pass_that_makes_nothing_writes_nothing(r: Chores) -> None:
    r.add("Water", "daily")
    r.look("2025-03-03T11:00")
    before = r.ask("SELECT max(id) FROM act"), r.ask("SELECT * FROM template"), r.ask("SELECT * FROM schedule")
    r.look("2025-03-03T12:00")
    assert (
        r.ask("SELECT max(id) FROM act"),
        r.ask("SELECT * FROM template"),
        r.ask("SELECT * FROM schedule"),
    ) == before


@pytest.mark.parametrize("spec", ["weekly mon,thu", "weekly 1,4"])
def test_W2_weekly_on_two_days(r: Chores, spec: str) -> None:
    r.add("Bins", spec)
    r.look("2025-03-03T11:00")
    assert r.due() == ["03-06", "03-10", "03-13", "03-17"]


def test_W2_sunday_is_zero_and_no_falsehood(r: Chores) -> None:
    r.add("Bins", "weekly 0,6", "2025-12-24T09:00")
    r.look("2025-12-24T11:00")
    assert r.due(full=True) == ["2025-12-27", "2025-12-28", "2026-01-03", "2026-01-04"]


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ("every 3 days", ["03-06", "03-09"]),
        ("every 2 weeks", ["03-17", "03-31"]),
        ("every 10 days", ["03-13", "03-23"]),
        ("every 2 weeks on fri", ["03-07", "03-21"]),
    ],
)
def test_W3_every_x_makes_two_intervals(r: Chores, spec: str, wanted: list[str]) -> None:
    r.add("Filter", spec)
    r.look("2025-03-03T11:00")
    assert r.due() == wanted
    assert r.ask("SELECT DISTINCT deadline_time FROM task") == [(None,)], "nobody named a time of day"


def test_W3_the_third_comes_when_the_first_is_due(r: Chores) -> None:
    r.add("Filter", "every 3 days")
    assert r.look("2025-03-03T11:00") == 2
    assert r.look("2025-03-05T11:00") == 0
    assert r.look("2025-03-06T11:00") == 1
    assert r.due()[-1] == "03-12"


def test_W4_monthly_by_date(r: Chores) -> None:
    r.add("Rent", "monthly 15", "2025-01-10T09:00")
    r.look("2025-01-10T11:00")
    assert r.due() == ["01-15", "02-15"]


@pytest.mark.parametrize("day", ["29", "30", "31"])
def test_W4_days_that_months_lack_are_refused_with_a_hint(r: Chores, day: str) -> None:
    with pytest.raises(Refused, match=rf"last day.*{day} clamp"):
        r.add("Rent", f"monthly {day}")
    assert r.ask("SELECT * FROM template") == []


@pytest.mark.parametrize("spec", ["monthly last day", "monthly 31 clamp", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"])
def test_W4_the_last_day_works(r: Chores, spec: str) -> None:
    r.add("Rent", spec, "2024-01-10T09:00", horizon="3mo")
    r.look("2024-01-10T11:00")
    assert r.due() == ["01-31", "02-29", "03-31"]


def test_W5_first_monday_from_a_first_monday(r: Chores) -> None:
    r.add("Meeting", "monthly first monday", "2025-08-04T09:00", horizon="4mo")
    r.look("2025-08-04T11:00")
    assert r.due() == ["09-01", "10-06", "11-03", "12-01"]


def test_W6_last_friday_and_first_sunday(r: Chores) -> None:
    r.add("Books", "monthly last fri", "2025-01-01T09:00", horizon="6mo")
    r.add("Walk", "monthly first sun", "2025-02-27T09:00", horizon="4mo")
    r.look("2025-01-01T11:00")
    assert r.due("Books") == ["01-31", "02-28", "03-28", "04-25", "05-30", "06-27"]
    r.look("2025-02-27T11:00")
    assert r.due("Walk") == ["03-02", "04-06", "05-04", "06-01"]


def test_W7_months_are_counted_from_the_anchor(r: Chores) -> None:
    r.add("Boiler", "every 3 months", "2025-01-31T09:00")
    r.look("2025-01-31T11:00")
    assert r.due() == ["04-30", "07-31"]
    r.look("2025-04-30T11:00", "2025-07-31T11:00")
    assert r.due(full=True) == ["2025-04-30", "2025-07-31", "2025-10-31", "2026-01-31"]


def test_W8_the_index_holds_whatever_the_ledger_forgets(r: Chores) -> None:
    r.add("Water", "daily")
    r.look("2025-03-03T11:00", "2025-03-03T11:00")
    assert len(r.due()) == 7
    r.do("setting set", FIRST, "theme", "dark")
    with closing(sqlite3.connect(r.path)) as connection:
        connection.execute("DELETE FROM occurrence")
        connection.execute("UPDATE schedule SET cursor_at = created_at")
        connection.execute("UPDATE template SET wake_at = 0")
        connection.commit()
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT INTO task (name, visible_date, template_id, schedule_id, planned_at, created_at)"
                " SELECT name, visible_date, template_id, schedule_id, planned_at, 0 FROM task LIMIT 1"
            )
    assert r.look("2025-03-03T12:00") == 0
    assert r.due() == days(("03", 4, 10))


def test_W9_what_a_task_looks_like(r: Chores) -> None:
    definitions.add_user(ANA, AT, "Ana")
    r.do("list add", FIRST, "house/garden")
    r.add(
        "Pay", "weekly fri", duration="2d", label=("home", "bills"), assignee=("Ana",), list="garden", priority=2,
        group="Money", notes="by bank", item=("look", "sign"),
    )  # fmt: skip
    r.look("2025-03-03T11:00")
    (first, second) = (r.read(number) for number in (r.task("2025-03-07"), r.task("2025-03-14")))
    assert (first.start_date, first.visible_date, first.deadline_date) == (
        date(2025, 3, 5),
        date(2025, 3, 5),
        date(2025, 3, 7),
    )
    assert first.labels == ("bills", "home") == second.labels
    assert first.assignees == ("Ana",) == second.assignees
    assert (first.list, first.priority, first.tasks_group_name, first.notes) == ("house/garden", 2, "Money", "by bank")
    assert [(item.text, item.is_done) for item in first.checklist] == [("look", False), ("sign", False)]
    assert first.template == "Pay"


def test_W9_visible_before(r: Chores) -> None:
    r.add("Tax", "yearly 8 march", duration="1w", visible="1mo")
    r.look("2025-03-03T11:00")
    task = r.read(r.task("2025-03-08"))
    assert (task.start_date, task.visible_date) == (date(2025, 3, 1), date(2025, 2, 8))


def test_W10_a_broken_template_stops_nobody_and_stays_in_sight(r: Chores) -> None:
    for name, path in (("One", None), ("Two", "cellar"), ("Three", None)):
        if path:
            r.do("list add", FIRST, path)
        r.add(name, "daily", list=path)
    r.do("list delete", "2025-03-03T10:00", "cellar")
    assert r.look("2025-03-03T11:00") == 14
    assert (len(r.due("One")), len(r.due("Two")), len(r.due("Three"))) == (7, 0, 7)
    assert "cellar" in str(r.show("Two").error)
    assert any("Two" in words and "cellar" in words for words in r.said)
    assert r.ask("SELECT subject FROM notification WHERE withdrawn_at IS NULL") == [("Two: no tasks are made",)]
    r.look("2025-03-04T11:00")
    assert r.show("Two").error is not None, "still broken, still in sight"
    r.do("undo", "2025-03-04T12:00")
    assert r.look("2025-03-04T12:00") == 8
    assert r.due("Two") == [*r.due("One")[:-1], "03-11"]
    assert r.show("Two").error is None
    assert r.ask("SELECT count(*) FROM notification WHERE kind = 'template' AND withdrawn_at IS NULL") == [(0,)]


def test_W11_after_an_outage(r: Chores) -> None:
    r.add("Water", "daily")
    r.look("2025-03-03T11:00", *(f"2025-03-{day:02d}T00:00" for day in range(4, 11)))
    assert r.due()[-1] == "03-17"
    assert r.look("2025-03-20T11:00") == 8
    assert r.due()[-8:] == days(("03", 20, 27))
    assert r.ledger()[-10:-8] == [("03-18", "missed"), ("03-19", "missed")]
    assert r.look("2025-03-21T11:00") == 1
    assert r.due()[-1] == "03-28"


@pytest.mark.parametrize(
    ("missed", "made"), [("skip", ["03-20"]), ("run_once", ["03-20"]), ("run_all", ["03-18", "03-19", "03-20"])]
)
def test_W11_by_policy(r: Chores, missed: str, made: list[str]) -> None:
    r.add("Water", "daily", missed=Missed(missed))
    r.look("2025-03-03T11:00", "2025-03-10T11:00", "2025-03-20T11:00")
    assert r.due()[14 : 14 + len(made)] == made


def test_W11_run_once_makes_the_newest_when_none_is_due_today(r: Chores) -> None:
    r.add("Bins", "weekly wed", missed=Missed.RUN_ONCE)
    r.look("2025-03-03T11:00", "2025-04-11T11:00")
    assert r.due() == ["03-05", "03-12", "04-09", "04-16", "04-23"]
    assert r.ledger()[2:5] == [("03-19", "merged"), ("03-26", "merged"), ("04-02", "merged")]


@pytest.mark.parametrize("limit", [{"end": "2025-03-06"}, {"count": 3}])
def test_W12_an_end(r: Chores, limit: dict[str, str]) -> None:
    r.add("Water", "daily", **limit)
    r.look("2025-03-03T11:00", "2025-03-05T11:00", "2025-03-20T11:00")
    assert r.due() == ["03-04", "03-05", "03-06"]
    shown = r.show("Water", "2025-03-20")
    assert shown.next_at is None
    assert r.ask("SELECT wake_at FROM template") == [(None,)]
    assert template_state(shown) == "ended"
    assert "It has ended" in str(r.do("why", "2025-03-20", Kind.SCHEDULE, "Water"))


def test_W12_the_last_day_belongs_to_it_whatever_the_time(r: Chores) -> None:
    r.add("Water", "daily 18:00", end="2025-03-05")
    r.look("2025-03-03T11:00")
    assert r.due() == ["03-03", "03-04", "03-05"]


def test_W13_reopened_each_saturday(r: Chores) -> None:
    r.add("Bath", "weekly sat", "2025-06-02T09:00", mode=Action.REOPEN)
    r.look("2025-06-02T11:00")
    (task,) = r.ask("SELECT id FROM task")[0]
    r.do("task done", "2025-06-05T18:00", task)
    r.look("2025-06-06T23:59")
    assert r.read(task).is_done
    r.look("2025-06-07T00:00")
    assert not r.read(task).is_done
    assert r.read(task).deadline_date == date(2025, 6, 7)
    r.do("task done", "2025-06-07T12:00", task)
    r.look("2025-06-07T12:01", "2025-06-13T12:00")
    assert r.read(task).is_done
    r.look("2025-06-14T00:00")
    assert not r.read(task).is_done
    assert r.count() == 1


def test_W13_after_an_outage_it_opens_once(r: Chores) -> None:
    r.add("Bath", "weekly sat", "2025-06-02T09:00", mode=Action.REOPEN)
    r.look("2025-06-02T11:00")
    (task,) = r.ask("SELECT id FROM task")[0]
    r.do("task done", "2025-06-05T18:00", task)
    r.look("2025-07-02T08:00")
    assert not r.read(task).is_done
    assert r.read(task).deadline_date == date(2025, 6, 28)
    assert r.ledger() == [("06-07", "merged"), ("06-14", "merged"), ("06-21", "merged"), ("06-28", "fired")]
    r.do("task done", "2025-07-02T09:00", task)
    r.look("2025-07-02T10:00", "2025-07-04T10:00")
    assert r.read(task).is_done
    assert r.count() == 1


def test_W14_today_is_the_day_of_the_zone(r: Chores) -> None:
    r.add("Water", "daily", zone="America/New_York")
    assert r.look("2025-03-03T15:00") == 7
    assert r.due() == days(("03", 4, 10))
    assert r.look("2025-03-04T02:00", "2025-03-04T04:59") == 0
    assert r.look("2025-03-04T05:00") == 1


def test_W14_the_zone_of_the_list(r: Chores) -> None:
    r.do("list add", FIRST, "tokyo", zone="Asia/Tokyo")
    assert r.add("Water", "daily", "2025-03-03T16:00", list="tokyo").zone == "Asia/Tokyo"
    r.look("2025-03-03T16:00")
    assert r.due()[0] == "03-05", "it is the fourth of March there already"


def test_W8_two_engines_on_one_store(r: Chores) -> None:
    r.add("Water", "daily")
    clocks = [HandClock(to_us(at("2025-03-03T11:00"))) for _ in range(2)]
    with closing(Engine(clocks[0], "test")) as one, closing(Engine(clocks[1], "test")) as other:
        one.open()
        other.open()
        one.step(clocks[0].now())
        other.step(clocks[1].now())
        one.step(clocks[0].now())
    assert r.look("2025-03-03T11:00") == 0
    assert r.due() == days(("03", 4, 10))


def test_W10_what_cannot_be_written_of_one_stops_nobody(r: Chores) -> None:
    for name in ("One", "Two", "Three"):
        r.add(name, "daily")
    with closing(sqlite3.connect(r.path)) as connection:
        connection.execute("PRAGMA foreign_keys = 0")
        connection.execute("INSERT INTO template_assignee (template_id, user_id) VALUES (2, 999)")
        connection.execute("UPDATE template SET priority = 4, checklist = '{' WHERE id = 3")
        connection.commit()
    r.look("2025-03-03T11:00")
    assert [len(r.due(name)) for name in ("One", "Two", "Three")] == [7, 0, 0]
    assert "its assignee (user 999) is not there any more" in str(r.show("Two").error)
    assert "No tasks are made" in r.ask("SELECT error FROM schedule WHERE name = 'Three'")[0][0]


def test_W10_a_running_engine_tries_again_soon_after_somebody_wrote(r: Chores) -> None:
    r.do("list add", FIRST, "cellar")
    r.add("Two", "daily", list="cellar")
    r.do("list delete", FIRST, "cellar")
    clock = HandClock(to_us(at("2025-03-03T11:00")))
    with closing(Engine(clock, "test")) as engine:
        engine.open()
        engine.step(clock.now())
        assert r.due() == []
        with closing(sqlite3.connect(r.path)) as other:
            other.execute("UPDATE task_list SET deleted_at = NULL")
            other.commit()
        clock.turn(1)
        assert engine.step(clock.now()) <= clock.now() + 5_000_000
        clock.turn(5)
        engine.step(clock.now())
        assert len(r.due()) == 7
