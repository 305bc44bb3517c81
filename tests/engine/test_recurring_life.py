"""The life of a template: paused, switched off, deleted, made from a task; rules at the edges."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from engine import recurring_switch, templatelook, templates
from engine.clock import HandClock
from engine.engine import Engine
from store.enums import Action
from store.errors import Refused
from store.instants import to_us
from tests.engine.recurring_stage import FIRST, Chores, at, bins, r
from tests.engine.stage import desk

__all__ = ["bins", "desk", "r"]


def test_a_pause_skips_and_a_resumed_one_goes_on(r: Chores) -> None:
    r.add("Water", "daily", horizon="0d")
    r.look("2025-03-04T08:00")
    r.do("template pause", "2025-03-05T08:00", "Water", "away")
    r.look("2025-03-05T09:00", "2025-03-08T09:00")
    r.do("template resume", "2025-03-08T10:00", "Water")
    r.look("2025-03-08T10:00", "2025-03-09T09:00")
    assert r.due() == ["03-04", "03-05", "03-09"]
    assert r.ledger() == [(f"03-0{day}", "skipped" if day in (6, 7, 8) else "fired") for day in range(4, 10)]


def test_a_pause_with_an_end_is_over_by_itself(r: Chores) -> None:
    r.add("Water", "daily", horizon="0d")
    r.look("2025-03-04T08:00")
    r.do("template pause", "2025-03-04T10:00", "Water", "away", until=at("2025-03-07T00:00"))
    assert r.show("Water").paused_until is not None
    r.look("2025-03-05T08:00", "2025-03-07T00:00", "2025-03-08T00:00")
    assert r.due() == ["03-04", "03-07", "03-08"]
    assert r.show("Water").pause_reason is None


def test_deleting_keeps_the_history_and_asks_about_the_rest(bins: Chores) -> None:
    bins.do("task done", "2025-03-04T10:00", bins.task("2025-03-06"))
    with pytest.raises(Refused, match="3 open tasks"):
        bins.do("template delete", "2025-03-04T11:00", "Bins")
    bins.do("template delete", "2025-03-04T11:00", "Bins", drop_open=True)
    assert bins.look("2025-03-20T11:00") == 0
    assert bins.ask("SELECT deadline_date FROM task WHERE deleted_at IS NULL") == [("2025-03-06",)]
    bins.do("undo", "2025-03-20T12:00")
    assert bins.due() == ["03-06", "03-10", "03-13", "03-17"]


def test_undo_of_adding_takes_the_tasks_of_the_engine_along(bins: Chores) -> None:
    bins.do("undo", "2025-03-03T12:00")
    assert bins.ask("SELECT count(*) FROM task") == bins.ask("SELECT count(*) FROM template") == [(0,)]
    bins.do("redo", "2025-03-03T13:00")
    bins.look("2025-03-03T13:00")
    assert bins.due() == ["03-06", "03-10", "03-13", "03-17"]


def test_creation_can_be_switched_off(r: Chores, monkeypatch: pytest.MonkeyPatch) -> None:
    r.add("Water", "daily")
    r.set("recurring", "false")
    assert r.look("2025-03-03T11:00") == 0
    monkeypatch.setenv(recurring_switch.VARIABLE, "on")
    assert r.look("2025-03-03T11:00") == 7
    r.set("recurring", "true")
    monkeypatch.setenv(recurring_switch.VARIABLE, "0")
    assert r.look("2025-03-04T11:00") == 0


def test_a_task_begins_to_recur_from_its_own_row(r: Chores) -> None:
    r.do("task add", FIRST, "Call mother", deadline=date(2025, 3, 5), label=("home",), priority=2)
    template = r.do("task repeat", "2025-03-03T10:00", 1, "every 3 days")
    assert (template.name, template.labels, template.priority) == ("Call mother", ("home",), 2)
    assert r.due() == ["03-05"]
    r.look("2025-03-03T11:00")
    assert r.due() == ["03-05", "03-08"]
    with pytest.raises(Refused, match="recurs already"):
        r.do("task repeat", "2025-03-03T12:00", 1, "daily")
    r.do("undo", "2025-03-03T12:00")
    assert r.read(1).template_id is None
    assert r.count() == 1


def test_a_task_that_recurs_after_it_is_done(r: Chores) -> None:
    r.do("task add", FIRST, "Descale", deadline=date(2025, 6, 2))
    r.do("task repeat", FIRST, 1, "every! 10 days")
    assert r.look("2025-03-03T11:00") == 0
    r.do("task done", "2025-06-20T10:00", 1)
    assert r.due(is_done=False) == ["06-30"]


def test_a_name_that_a_job_has_is_refused_or_numbered(r: Chores) -> None:
    r.do("schedule add", FIRST, "Backup", spec="daily 02:30", command="true")
    with pytest.raises(Refused, match="already a schedule named Backup"):
        r.add("Backup", "daily")
    r.do("task add", FIRST, "Backup", deadline=date(2025, 3, 5))
    assert r.do("task repeat", FIRST, 1, "daily").name == "Backup 2"


@pytest.mark.parametrize(
    ("spec", "when", "wanted"),
    [
        ("yearly 29 feb skip", "2022-06-01T09:00", []),
        ("yearly 29 feb clamp", "2023-06-01T09:00", ["2024-02-29"]),
        ("every 900 years", FIRST, []),
        ("cron: 0 9 31 * *", "2025-01-05T09:00", ["2025-01-31"]),
        ("once 2025-03-09T10:00", FIRST, ["2025-03-09"]),
        ("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=1", FIRST, ["2025-03-04"]),
    ],
)
def test_rules_at_the_edges(r: Chores, spec: str, when: str, wanted: list[str]) -> None:
    r.add("Edge", spec, when)
    r.look(when)
    assert r.due(full=True) == wanted


def test_an_idle_engine_looks_again_when_the_next_is_due(r: Chores) -> None:
    r.add("Water", "daily")
    r.look("2025-03-03T11:00")
    clock = HandClock(to_us(at("2025-03-03T23:59:50")))
    with closing(Engine(clock, "test")) as engine:
        engine.open()
        for _ in range(3):
            until = engine.step(clock.now())
        assert until <= to_us(at("2025-03-04T00:00"))


def test_switching_off_and_on(r: Chores) -> None:
    r.add("Water", "daily", horizon="0d")
    r.look("2025-03-04T08:00")
    r.edit("Water", "2025-03-04T09:00", enabled=False)
    r.look("2025-03-05T08:00", "2025-03-06T08:00")
    r.edit("Water", "2025-03-06T09:00", enabled=True)
    r.look("2025-03-06T10:00", "2025-03-07T10:00")
    assert r.due() == ["03-04", "03-07"]
    assert r.ledger() == [("03-04", "fired"), ("03-05", "skipped"), ("03-06", "skipped"), ("03-07", "fired")]


def test_mode_can_change_both_ways(bins: Chores) -> None:
    bins.edit("Bins", "2025-03-04T10:00", mode=Action.REOPEN)
    assert len(bins.due()) == 1
    bins.look("2025-03-04T11:00")
    assert len(bins.due()) == 1
    bins.edit("Bins", "2025-03-04T12:00", mode=Action.CREATE)
    bins.look("2025-03-04T13:00")
    assert bins.due() == ["03-06", "03-10", "03-13", "03-17"]


def test_basis_can_change_both_ways(r: Chores) -> None:
    r.add("Dose", "every 2 days")
    r.look("2025-03-03T11:00")
    assert r.due() == ["03-05", "03-07"]
    r.edit("Dose", "2025-03-03T12:00", spec="every! 2 days")
    r.look("2025-03-03T13:00")
    assert r.due() == ["03-05"]
    r.edit("Dose", "2025-03-03T14:00", spec="every 2 days")
    r.look("2025-03-03T15:00")
    assert r.due() == ["03-05", "03-07"]


def test_a_backfill_of_many_is_done_in_turns_and_says_how_far_it_is(r: Chores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templatelook, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(templates, "BATCH", 2)
    for number in range(5):
        r.add(f"Chore {number}", "weekly thu")
    clock = HandClock(to_us(at("2025-03-03T11:00")))
    with closing(Engine(clock, "test")) as engine:
        engine.open()
        assert engine.step(clock.now()) == clock.now(), "it looks again at once"
        assert r.ask("SELECT words FROM node") == [("making recurring tasks: 2 of 5 templates",)]
        assert not engine.is_idle
        engine.step(clock.now())
        engine.step(clock.now())
        assert engine.is_idle
    assert r.count() == 10
    assert r.ask("SELECT words FROM act WHERE operation = 'template look'")[-1] == ("2 tasks made of 1 template",)


def test_what_a_pass_makes_is_heard_of_and_not_journaled_row_by_row(r: Chores) -> None:
    r.add("Water", "daily", label=("home",))
    before = dict(r.ask("SELECT kind, version FROM feed"))
    r.look("2025-03-03T11:00")
    after = dict(r.ask("SELECT kind, version FROM feed"))
    assert all(after[kind] > before[kind] for kind in ("task", "task_label", "occurrence", "template"))
    assert r.ask("SELECT count(*) FROM change WHERE kind IN ('task', 'task_label')") == [(0,)]
    assert r.ask("SELECT * FROM meta WHERE key = 'quiet'") == []
    r.do("task add", "2025-03-03T12:00", "By hand")
    assert r.ask("SELECT count(*) FROM change WHERE kind = 'task'") == [(1,)]
