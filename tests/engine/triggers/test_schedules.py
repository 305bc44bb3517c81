"""Labels that make things happen by a schedule: once, in time or late, as the rule says it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.triggers import occurrences
from tests.engine.recurring_stage import at
from tests.engine.triggers.schedule_stage import EARLY, Desk, new_desk

WEEKLY = "weekly on Saturday"


@pytest.fixture
def t(tmp_path: Path) -> Desk:
    return new_desk(tmp_path)


def test_B2_a_label_opens_its_done_tasks_every_saturday(t: Desk) -> None:
    t.trigger("every Saturday", "weekly sat 00:00", scope=f"label:{WEEKLY}")
    done = [t.task(name, WEEKLY, done="2025-06-04T10:00") for name in ("plants", "bins", "fridge")]
    opened = t.task("windows", WEEKLY)
    before = t.c.read(opened)
    other = t.task("taxes", done="2025-06-04T10:00")
    t.c.look("2025-06-06T23:59")
    assert all(t.is_done(each) for each in done)
    t.c.look("2025-06-07T00:00")
    assert not any(t.is_done(each) for each in done)
    assert t.c.read(opened) == before
    assert t.is_done(other)
    assert t.acts() == ["trigger every Saturday: reopen, 3 tasks"]
    fourth = t.task("mail", WEEKLY, done="2025-06-10T10:00", when="2025-06-09T09:00")
    t.c.look("2025-06-14T00:00")
    assert not t.is_done(fourth)


def test_B2_the_rule_is_edited_once_for_all(t: Desk) -> None:
    t.trigger("every Saturday", "weekly sat 00:00", scope=f"label:{WEEKLY}")
    done = [t.task(name, WEEKLY, done="2025-06-04T10:00") for name in ("plants", "bins")]
    t.c.do("trigger edit", "2025-06-05T09:00", "every Saturday", event="schedule: weekly sun 06:00")
    assert t.waits() == {"UTC": "06-08 06:00"}
    t.c.look("2025-06-07T00:00", "2025-06-08T05:59")
    assert all(t.is_done(each) for each in done)
    t.c.look("2025-06-08T06:00")
    assert not any(t.is_done(each) for each in done)


@pytest.mark.parametrize(
    ("spec", "when", "at"),
    [
        ("monthly 20", "2025-06-02T09:00", "06-20 00:00"),
        ("monthly 20", "2025-06-20T00:00", "07-20 00:00"),
        ("monthly last day", "2025-02-03T09:00", "02-28 00:00"),
        ("yearly 8 march", "2025-06-02T09:00", "03-08 00:00"),
        ("weekly mon", "2025-06-07T12:00", "06-09 00:00"),
        ("every 3 days", "2025-06-07T12:00", "06-10 00:00"),
    ],
)
def test_B3_the_next_time_of_a_label_is_that_of_its_rule(t: Desk, spec: str, when: str, at: str) -> None:
    t.trigger("next", spec, when=when, scope="label:next")
    assert t.waits() == {"UTC": at}


def test_B3_a_yearly_label_waits_for_the_next_year(t: Desk) -> None:
    number = t.trigger("women's day", "yearly 8 march", scope="label:Annually March 8th")
    (year,) = t.c.ask(
        "SELECT strftime('%Y', due_at / 1000000, 'unixepoch') FROM pending_action WHERE trigger_id = ?", number
    )[0]
    assert year == "2026"


def test_B4_the_date_moves_together_with_the_reopening(t: Desk) -> None:
    early = "2025-05-26T09:00"
    t.trigger("open again", "weekly sat 00:00", scope=f"label:{WEEKLY}", when=early)
    t.trigger("next week", "weekly sat 00:00", "move date: 7d", scope=f"label:{WEEKLY}", when=early)
    task = t.task("plants", WEEKLY, done="2025-05-29T10:00", when=early, deadline=date(2025, 5, 31))
    t.c.look("2025-05-30T23:59")
    assert (t.is_done(task), t.c.read(task).deadline_date) == (True, date(2025, 5, 31))
    t.c.look("2025-05-31T00:00")
    assert (t.is_done(task), t.c.read(task).deadline_date) == (False, date(2025, 6, 7))
    t.c.look("2025-05-31T00:00", "2025-05-31T12:00")
    assert t.c.read(task).deadline_date == date(2025, 6, 7)


def test_B12_start_end_and_count_hold(t: Desk) -> None:
    t.trigger("three times", "weekly sat", scope="label:june", start="2025-06-01", end="2025-06-30", count=3)
    task = t.task("june", "june")
    for day in ("06-07", "06-14", "06-21", "06-28", "07-05"):
        t.c.do("task done", f"2025-{day[:3]}{int(day[3:]) - 1:02}T12:00", task) if t.waits() else None
        t.c.look(f"2025-{day}T00:00")
    assert [due for due, *_ in t.decided()] == ["06-07 00:00", "06-14 00:00", "06-21 00:00"]
    assert t.waits() == {}


def test_B15_what_was_missed_happens_once(t: Desk) -> None:
    t.trigger("every Saturday", "weekly sat 00:00", scope=f"label:{WEEKLY}")
    task = t.task("plants", WEEKLY, done="2025-06-04T10:00")
    t.c.look("2025-06-06T12:00", "2025-06-09T08:00", "2025-06-09T08:01")
    assert not t.is_done(task)
    assert t.decided() == [("06-07 00:00", "acted", "missed 2025-06-07 00:00", 1)]
    assert t.waits() == {"UTC": "06-14 00:00"}
    assert t.ledger() == [
        ("06-07 00:00", "fired", "engine was down from 2025-06-06 12:00 to 2025-06-09 08:00"),
    ]


def test_B15_five_missed_weeks_are_one_reset(t: Desk) -> None:
    t.trigger("every Saturday", "weekly sat 00:00", scope=f"label:{WEEKLY}")
    t.trigger("next week", "weekly sat 00:00", "move date: 7d", scope=f"label:{WEEKLY}")
    task = t.task("plants", WEEKLY, done="2025-06-04T10:00", deadline=date(2025, 6, 7))
    t.c.look("2025-06-06T12:00", "2025-07-06T08:00", "2025-07-06T08:01")
    assert (t.is_done(task), t.c.read(task).deadline_date) == (False, date(2025, 6, 14))
    assert t.decided("every Saturday") == [
        ("06-07 00:00", "acted", "missed since 2025-06-07 00:00, 5 times; done once", 1)
    ]
    assert [state for _, state, _ in t.ledger("every Saturday")] == ["merged"] * 4 + ["fired"]
    assert t.waits("every Saturday") == {"UTC": "07-12 00:00"}


def test_nothing_to_do_is_no_error_and_no_act(t: Desk) -> None:
    t.trigger("empty", "daily 08:00", scope="label:nobody")
    t.trigger("open", "daily 08:00", scope="label:open")
    t.task("open", "open")
    t.c.look("2025-06-03T08:00")
    assert t.decided("empty") == [("06-03 08:00", "acted", "nothing to do", 0)]
    assert [row[3] for row in t.decided("open")] == [0]
    assert t.acts() == []
    assert t.waits("empty") == {"UTC": "06-04 08:00"}


def test_disabled_is_not_down(t: Desk) -> None:
    t.trigger("daily", "daily 08:00", scope="label:x")
    t.c.look("2025-06-03T08:00")
    t.c.do("trigger pause", "2025-06-03T12:00", "daily", "moving house")
    assert t.waits() == {}
    t.c.look("2025-06-05T09:00")
    t.c.do("trigger resume", "2025-06-05T12:00", "daily")
    assert t.waits() == {"UTC": "06-06 08:00"}
    assert t.ledger() == [
        ("06-03 08:00", "fired", None),
        ("06-04 08:00", "skipped", "paused by ana: moving house"),
        ("06-05 08:00", "skipped", "paused by ana: moving house"),
    ]
    t.c.do("trigger disable", "2025-06-06T12:00", "daily")
    t.c.do("trigger enable", "2025-06-07T12:00", "daily")
    assert t.ledger()[-2:] == [
        ("06-06 08:00", "missed", "no engine acted before: the trigger was switched off"),
        ("06-07 08:00", "skipped", "switched off by ana"),
    ]


def test_what_was_due_before_a_change_of_the_rule_is_not_made_up_for(t: Desk) -> None:
    t.trigger("daily", "daily 08:00", scope="label:x")
    t.c.do("trigger edit", "2025-06-03T12:00", "daily", event="schedule: daily 09:30")
    assert t.waits() == {"UTC": "06-04 09:30"}
    assert t.ledger() == [("06-03 08:00", "missed", "the trigger was changed before any engine acted")]


def test_a_change_of_its_words_loses_nothing_that_is_late(t: Desk) -> None:
    t.trigger("daily", "daily 08:00", scope="label:x")
    task = t.task("x", "x", done="2025-06-02T10:00")
    t.c.do("trigger edit", "2025-06-03T12:00", "daily", description="every day")
    t.c.look("2025-06-03T12:01")
    assert not t.is_done(task)


def test_many_tasks_are_done_in_parts_each_once(t: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "AT_ONCE", 2)
    t.c.do("list add", EARLY, "rome", zone="Europe/Rome")
    t.c.do("list add", EARLY, "paris", zone="Europe/Paris")
    t.trigger("next week", "weekly sat 00:00", "move deadline: 7d", scope=f"label:{WEEKLY}")
    places = ("rome", "paris", "rome", "rome", "rome")
    tasks = [t.task(place, WEEKLY, list=place, deadline=date(2025, 6, 7)) for place in places]
    t.c.look("2025-06-06T22:00")
    assert [t.c.read(each).deadline_date for each in tasks] == [date(2025, 6, 14)] * 5
    assert t.acts() == [f"trigger next week: move deadline, {many}" for many in ("2 tasks", "2 tasks", "1 task")]
    assert sorted((reason or "", touched) for _, _, reason, touched in t.decided()) == [
        ("done in 1 part", 0), ("part 1", 1), ("part 1", 1), ("part 2", 2), ("part 3, the last", 1),
    ]  # fmt: skip
    assert t.ledger() == [("06-06 22:00", "fired", None)]
    assert t.waits() == {"Europe/Paris": "06-13 22:00", "Europe/Rome": "06-13 22:00", "UTC": "06-07 00:00"}


def test_an_action_that_was_cancelled_leaves_the_next_one_waiting(t: Desk) -> None:
    t.trigger("daily", "daily 08:00", scope="label:x")
    task = t.task("x", "x", done="2025-06-02T10:00")
    number = t.c.ask("SELECT id FROM pending_action WHERE state = 'waiting'")[0][0]
    t.c.do("trigger cancel", "2025-06-02T12:00", number, reason="a holiday")
    assert t.waits() == {"UTC": "06-04 08:00"}
    t.c.do("undo", "2025-06-02T12:01")
    assert t.waits() == {"UTC": "06-03 08:00"}
    t.c.do("redo", "2025-06-02T12:02")
    t.c.look("2025-06-03T08:00", "2025-06-04T07:59")
    assert t.is_done(task)
    t.c.look("2025-06-04T08:00")
    assert not t.is_done(task)
    assert t.ledger() == [("06-03 08:00", "skipped", "cancelled by ana: a holiday"), ("06-04 08:00", "fired", None)]


def test_undo_of_a_pause_plans_the_next_time_again(t: Desk) -> None:
    t.trigger("daily", "daily 08:00", scope="label:x")
    t.c.do("trigger pause", "2025-06-02T12:00", "daily")
    assert t.waits() == {}
    t.c.do("undo", "2025-06-02T12:01")
    assert t.waits() == {"UTC": "06-03 08:00"}
    t.c.do("trigger delete", "2025-06-02T12:02", "daily")
    assert t.waits() == {}
    t.c.do("undo", "2025-06-04T12:00")
    assert t.waits() == {"UTC": "06-05 08:00"}
    assert [(at, state) for at, state, _ in t.ledger()] == [("06-03 08:00", "skipped"), ("06-04 08:00", "skipped")]


def test_a_pause_that_ends_by_itself_skips_until_then_and_misses_nothing_after(t: Desk) -> None:
    t.trigger("daily", "daily 08:00", scope="label:x")
    task = t.task("x", "x", done="2025-06-02T10:00")
    t.c.do("trigger pause", "2025-06-02T12:00", "daily", "away", until=at("2025-06-04T12:00"))
    t.c.look("2025-06-03T08:00", "2025-06-05T09:00")
    assert not t.is_done(task)
    assert [(at, state) for at, state, _ in t.ledger()] == [
        ("06-03 08:00", "skipped"), ("06-04 08:00", "skipped"), ("06-05 08:00", "fired"),
    ]  # fmt: skip


def test_working_days_are_kept(t: Desk) -> None:
    t.trigger("payday", "monthly 1", scope="label:x", roll="previous")
    assert t.waits() == {"UTC": "07-01 00:00"}
    t.c.look("2025-07-01T00:00")
    assert t.waits() == {"UTC": "08-01 00:00"}
    t.c.look("2025-08-01T00:00")
    assert t.waits() == {"UTC": "09-01 00:00"}
    t.trigger("rent", "monthly 1", scope="label:rent", roll="previous", when="2025-10-15T09:00")
    assert t.waits("rent") == {"UTC": "10-31 00:00"}  # 1 November 2025 is a Saturday


def test_a_condition_is_asked_when_it_acts_and_undo_takes_it_back(t: Desk) -> None:
    urgent, calm = t.task("u", "x", "urgent", done="2025-06-02T10:00"), t.task("c", "x", done="2025-06-02T10:00")
    t.trigger("only urgent", "daily 08:00", scope="label:x", condition="@urgent")
    t.c.look("2025-06-03T08:00")
    assert (t.is_done(urgent), t.is_done(calm)) == (False, True)
    assert t.c.do("undo", "2025-06-03T08:01") is not None
    assert (t.is_done(urgent), t.is_done(calm)) == (True, True)
