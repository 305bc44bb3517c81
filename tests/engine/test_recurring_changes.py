"""Acceptance statements W15 to W19: what recurs is changed, left out, done, paused and taken back."""

from __future__ import annotations

from datetime import date

import pytest

from store.enums import Action, Basis
from store.errors import Refused
from tests.engine.recurring_stage import Chores, bins, r
from tests.engine.stage import contents, desk

__all__ = ["bins", "desk", "r"]


def test_W15_untouched_open_tasks_follow_the_rule(bins: Chores) -> None:
    bins.edit("Bins", "2025-03-05T10:00", spec="weekly tue")
    assert bins.due() == ["03-11", "03-18"]
    assert bins.look("2025-03-05T11:00", "2025-03-11T11:00") == 1
    assert bins.due() == ["03-11", "03-18", "03-25"]


def test_W15_done_edited_and_past_ones_stay(bins: Chores) -> None:
    bins.do("task done", "2025-03-05T09:00", bins.task("2025-03-10"))
    bins.do("task edit", "2025-03-05T09:00", bins.task("2025-03-17"), notes="with gloves")
    bins.edit("Bins", "2025-03-07T10:00", spec="weekly tue")
    assert bins.due() == ["03-06", "03-10", "03-11", "03-17", "03-18"], "the sixth is past, the thirteenth went"
    bins.look("2025-03-07T11:00")
    assert bins.due() == ["03-06", "03-10", "03-11", "03-17", "03-18", "03-21"][:5]


def test_W15_one_that_is_still_of_the_rule_is_changed_not_replaced(bins: Chores) -> None:
    before = bins.task("2025-03-13")
    bins.edit("Bins", "2025-03-05T10:00", spec="weekly thu", task_name="Paper bin", label=("home",), duration="1d")
    assert bins.due() == ["03-06", "03-13"]
    task = bins.read(before)
    assert (task.name, task.labels, task.start_date) == ("Paper bin", ("home",), date(2025, 3, 12))


def test_W15_an_edited_one_stands_for_its_day(r: Chores) -> None:
    r.add("Water", "daily 09:00", horizon="3d")
    r.look("2025-03-03T11:00")
    r.do("task edit", "2025-03-03T12:00", r.task("2025-03-05"), notes="mine")
    r.edit("Water", "2025-03-03T13:00", spec="daily 10:00")
    assert r.due() == ["03-04", "03-05", "03-06"], "not a second one on the fifth"


def test_W15_one_undo_brings_all_of_it_back(bins: Chores) -> None:
    before, ledger = contents(bins.path), bins.ledger()
    bins.edit("Bins", "2025-03-05T10:00", spec="weekly tue", notes="new")
    bins.do("undo", "2025-03-05T10:01")
    assert bins.due() == ["03-06", "03-10", "03-13", "03-17"]
    assert bins.ledger() == ledger
    after = contents(bins.path)
    for table in ("task", "template", "schedule"):
        assert len(after[table]) == len(before[table])
    assert bins.look("2025-03-05T11:00") == 0
    bins.do("redo", "2025-03-05T12:00")
    assert bins.due() == ["03-11", "03-18"]
    assert bins.look("2025-03-05T13:00") == 0


def test_W15_another_zone_plans_anew_at_once(r: Chores) -> None:
    r.add("Water", "daily 01:00", zone="UTC", horizon="2d")
    r.look("2025-03-03T11:00")
    r.edit("Water", "2025-03-03T12:00", zone="Asia/Tokyo")
    planned = r.ask("SELECT datetime(planned_at / 1000000, 'unixepoch') FROM task WHERE deleted_at IS NULL")
    assert planned == [("2025-03-03 16:00:00",), ("2025-03-04 16:00:00",)]


def test_W16_a_day_that_is_left_out_stays_gone(bins: Chores) -> None:
    bins.skip("Bins", "2025-03-10", "2025-03-04T10:00", "away")
    bins.skip("Bins", "2025-03-24", "2025-03-04T10:00")
    bins.look("2025-03-04T11:00", "2025-03-10T11:00", "2025-03-12T11:00")
    assert bins.due() == ["03-06", "03-13", "03-17", "03-20"]
    bins.edit("Bins", "2025-03-12T12:00", spec="weekly mon,thu,fri")
    bins.look("2025-03-12T13:00")
    assert "03-24" not in bins.due()
    listed = bins.do("template skips", "2025-03-12T12:00", "Bins")
    assert [(each.day.isoformat(), each.reason) for each in listed] == [("2025-03-10", "away"), ("2025-03-24", "")]
    assert ("03-10", "skipped") in bins.ledger()


def test_W16_it_can_be_taken_back_by_undo_and_by_name(bins: Chores) -> None:
    bins.skip("Bins", "2025-03-10", "2025-03-04T10:00")
    bins.do("undo", "2025-03-04T10:01")
    assert bins.due() == ["03-06", "03-10", "03-13", "03-17"]
    assert ("03-10", "fired") in bins.ledger()
    bins.skip("Bins", "2025-03-20", "2025-03-04T10:00")
    bins.look("2025-03-07T11:00")
    assert "03-20" not in bins.due()
    bins.unskip("Bins", "2025-03-20", "2025-03-07T12:00")
    bins.look("2025-03-07T12:00")
    assert bins.due()[-1] == "03-20"
    assert bins.do("template skips", "2025-03-07T12:00") == ()


def test_W16_deleting_a_created_task_leaves_its_day_out(bins: Chores) -> None:
    bins.do("task delete", "2025-03-04T10:00", bins.task("2025-03-10"), bins.task("2025-03-17"))
    bins.look("2025-03-04T11:00")
    bins.edit("Bins", "2025-03-05T10:00", notes="new")
    bins.look("2025-03-05T11:00")
    assert bins.due() == ["03-06", "03-13"]
    days = [each.day.isoformat() for each in bins.do("template skips", "2025-03-05T12:00")]
    assert days == ["2025-03-10", "2025-03-17"]


def test_W16_undo_of_deleting_takes_back_both(bins: Chores) -> None:
    bins.do("task delete", "2025-03-04T10:00", bins.task("2025-03-17"))
    bins.do("undo", "2025-03-04T10:01")
    assert bins.do("template skips", "2025-03-04T12:00") == ()
    assert bins.look("2025-03-04T11:00") == 0
    assert bins.due() == ["03-06", "03-10", "03-13", "03-17"]
    assert bins.ledger()[-1] == ("03-17", "fired")


def test_W16_what_does_not_happen_cannot_be_left_out(bins: Chores) -> None:
    with pytest.raises(Refused, match="does not happen on Tue 11 Mar 2025"):
        bins.skip("Bins", "2025-03-11")


@pytest.mark.parametrize("spec", ["every! 10 days", "every 10 days"])
def test_W17_counted_from_the_day_it_was_done(r: Chores, spec: str) -> None:
    r.add("Descale", spec, "2025-05-23T09:00", basis=Basis.COMPLETION)
    assert r.look("2025-05-23T11:00", "2025-05-30T11:00") == 1
    assert r.due() == ["06-02"]
    r.do("task done", "2025-06-02T18:00", r.task("2025-06-02"))
    assert r.due(is_done=False) == ["06-12"], "in the same transaction, without an engine"
    assert r.look("2025-06-12T11:00", "2025-06-19T11:00") == 0
    r.do("task done", "2025-06-20T18:00", r.task("2025-06-12"))
    assert r.due(is_done=False) == ["06-30"]
    r.do("undo", "2025-06-20T18:01")
    assert r.due(is_done=False) == ["06-12"]
    assert r.look("2025-06-20T19:00") == 0


def test_W17_reopens_the_one_task(r: Chores) -> None:
    r.add("Descale", "every! 2 weeks", "2025-05-23T09:00", mode=Action.REOPEN)
    r.look("2025-05-23T11:00")
    (number,) = r.ask("SELECT id FROM task")[0]
    assert r.due() == ["06-06"]
    r.do("task done", "2025-06-01T18:00", number)
    assert r.due(is_done=False) == ["06-15"]
    assert r.count() == 1


def test_W17_months_end_and_a_day_in_the_past(r: Chores) -> None:
    r.add("Meter", "every! month", "2025-01-10T09:00", start="2025-01-31")
    r.look("2025-01-10T11:00")
    assert r.due() == ["01-31"]
    r.do("task done", "2025-02-02T10:00", r.task("2025-01-31"), on=date(2025, 1, 31))
    assert r.due(is_done=False) == ["02-28"]


def test_W17_ends_after_its_count(r: Chores) -> None:
    r.add("Dose", "every! 2 days", count=2)
    r.look("2025-03-03T11:00")
    r.do("task done", "2025-03-05T10:00", r.task("2025-03-05"))
    r.do("task done", "2025-03-07T10:00", r.task("2025-03-07"))
    assert r.due(is_done=False) == []
    assert r.look("2025-03-20T11:00") == 0


def test_W17_one_that_is_deleted_is_left_out_and_the_next_comes(r: Chores) -> None:
    r.add("Dose", "every! 2 days")
    r.look("2025-03-03T11:00")
    r.do("task delete", "2025-03-04T10:00", r.task("2025-03-05"))
    assert r.due() == ["03-07"]


def test_W19_clock_changes(r: Chores) -> None:
    r.add("Spring", "daily 02:30", "2025-03-28T09:00", zone="Europe/Brussels", horizon="3d")
    r.add("Autumn", "daily 02:30", "2025-10-24T09:00", zone="Europe/Brussels", horizon="3d")
    r.look("2025-03-28T09:00", "2025-10-24T09:00")
    planned = "SELECT datetime(planned_at / 1000000, 'unixepoch'), deadline_date, deadline_time FROM task t"
    spring = r.ask(f"{planned} WHERE name = 'Spring' AND deadline_date = '2025-03-30'")
    autumn = r.ask(f"{planned} WHERE name = 'Autumn' AND deadline_date = '2025-10-26'")
    assert spring == [("2025-03-30 01:00:00", "2025-03-30", "03:00")]
    assert autumn == [("2025-10-26 00:30:00", "2025-10-26", "02:30")]


def test_W19_a_midnight_that_does_not_exist_is_no_time_of_day(r: Chores) -> None:
    r.add("Sweep", "daily", "2025-09-05T12:00", zone="America/Santiago", horizon="3d")
    r.look("2025-09-05T12:00")
    found = r.ask("SELECT deadline_date, deadline_time FROM task WHERE deadline_date = '2025-09-07'")
    assert found == [("2025-09-07", None)]


def test_W19_every_quarter_of_an_hour_runs_evenly(r: Chores) -> None:
    r.add("Watch", "every 15 minutes", "2025-03-29T20:00", zone="Europe/Brussels", horizon="1d")
    r.look("2025-03-29T20:00")
    gaps = r.ask("SELECT DISTINCT planned_at - lag(planned_at) OVER (ORDER BY planned_at) FROM task")
    assert [gap for (gap,) in gaps if gap] == [900_000_000]
    with pytest.raises(Refused, match="1,440 tasks a day"):
        r.add("Stare", "every minute")


def test_W17_what_was_done_while_creation_was_off_goes_on_later(r: Chores) -> None:
    r.add("Dose", "every! 2 days")
    r.look("2025-03-03T11:00")
    r.set("recurring", "false")
    r.do("task done", "2025-03-05T10:00", r.task("2025-03-05"))
    assert r.due(is_done=False) == []
    r.set("recurring", "true")
    r.look("2025-03-06T10:00")
    assert r.due(is_done=False) == ["03-07"]


def test_W17_a_done_one_that_is_opened_again_takes_its_next_back(r: Chores) -> None:
    r.add("Dose", "every! 2 days")
    r.look("2025-03-03T11:00")
    number = r.task("2025-03-05")
    r.do("task done", "2025-03-05T10:00", number)
    r.do("task reopen", "2025-03-05T10:01", number)
    assert r.due() == ["03-05"]
    r.do("task done", "2025-03-06T10:00", number)
    assert r.due(is_done=False) == ["03-08"]
