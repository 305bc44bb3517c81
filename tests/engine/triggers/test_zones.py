"""Each task is acted upon when it is time on its own clocks: those of its list, its person, the trigger's owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.triggers.schedule_stage import EARLY, Desk, new_desk

LABEL = "weekly on Saturday"


@pytest.fixture
def t(tmp_path: Path) -> Desk:
    made = new_desk(tmp_path)
    made.trigger("every Saturday", "weekly sat 00:00", scope=f"label:{LABEL}")
    return made


def test_B11_saturday_begins_earlier_in_the_zone_of_a_list(t: Desk) -> None:
    t.c.do("list add", EARLY, "dacha", zone="Europe/Moscow")
    done = "2025-06-04T10:00"
    there, here = t.task("wood", LABEL, list="dacha", done=done), t.task("bins", LABEL, done=done)
    assert t.waits() == {"Europe/Moscow": "06-06 21:00", "UTC": "06-07 00:00"}
    t.c.look("2025-06-06T20:59")
    assert (t.is_done(there), t.is_done(here)) == (True, True)
    t.c.look("2025-06-06T21:00")
    assert (t.is_done(there), t.is_done(here)) == (False, True)
    t.c.look("2025-06-07T00:00")
    assert (t.is_done(there), t.is_done(here)) == (False, False)
    assert t.waits() == {"Europe/Moscow": "06-13 21:00", "UTC": "06-14 00:00"}
    assert [state for _, state, _ in t.ledger()] == ["fired", "fired"]


def test_B11_a_person_who_moves_takes_the_tasks_along_at_once(t: Desk) -> None:
    t.c.do("user add", EARLY, "bo", zone="Asia/Vladivostok")
    t.c.do("list add", EARLY, "errands")
    task = t.task("wood", LABEL, list="errands", assignee=("bo",), done="2025-06-04T10:00")
    assert t.waits() == {"Asia/Vladivostok": "06-06 14:00", "UTC": "06-07 00:00"}
    t.c.do("user edit", "2025-06-05T10:00", "bo", zone="America/New_York")
    assert t.waits() == {"UTC": "06-07 00:00", "America/New_York": "06-07 04:00"}
    assert t.decided() == [("06-06 14:00", "withdrawn", "none of its tasks is in Asia/Vladivostok any more", 0)]
    t.c.look("2025-06-06T14:00", "2025-06-07T03:59")
    assert t.is_done(task)
    t.c.look("2025-06-07T04:00")
    assert not t.is_done(task)


def test_B11_the_zone_of_a_list_and_of_one_above_it_may_change_at_any_time(t: Desk) -> None:
    t.c.do("list add", EARLY, "house", zone="Europe/Moscow")
    t.c.do("list add", EARLY, "house/garden")
    t.task("wood", LABEL, list="house/garden")
    t.c.do("list edit", EARLY, "house", zone="Pacific/Chatham")
    assert t.waits() == {"Pacific/Chatham": "06-06 11:15", "UTC": "06-07 00:00"}
    t.c.do("list edit", EARLY, "house/garden", zone="Asia/Kathmandu")
    assert t.waits() == {"Asia/Kathmandu": "06-06 18:15", "UTC": "06-07 00:00"}
    t.c.do("undo", EARLY)
    assert t.waits() == {"Pacific/Chatham": "06-06 11:15", "UTC": "06-07 00:00"}


def test_the_zone_of_the_store_holds_where_nobody_has_one(t: Desk) -> None:
    t.c.do("setting set", EARLY, "zone", "America/St_Johns")
    assert t.waits() == {"America/St_Johns": "06-07 02:30"}


def test_a_task_that_comes_into_the_scope_brings_its_zone(t: Desk) -> None:
    t.c.do("list add", EARLY, "dacha", zone="Europe/Moscow")
    t.c.do("list add", EARLY, "office", zone="Asia/Tokyo")
    task = t.task("wood", list="dacha")
    assert t.waits() == {"UTC": "06-07 00:00"}
    t.c.do("task label", EARLY, task, add=(LABEL,))
    assert t.waits() == {"Europe/Moscow": "06-06 21:00", "UTC": "06-07 00:00"}
    t.c.do("task edit", EARLY, task, list="office")
    assert t.waits() == {"Asia/Tokyo": "06-06 15:00", "UTC": "06-07 00:00"}
    t.c.do("task delete", EARLY, task)
    assert t.waits() == {"UTC": "06-07 00:00"}


def test_start_and_end_are_days_on_the_clocks_of_each_zone(t: Desk) -> None:
    t.c.do("list add", EARLY, "east", zone="Pacific/Kiritimati")
    t.c.do("list add", EARLY, "west", zone="Pacific/Pago_Pago")
    for place in ("east", "west"):
        t.task(place, "june", list=place)
    t.trigger("june", "weekly sat", scope="label:june", start="2025-06-07", end="2025-06-21", count=2)
    assert t.waits("june") == {
        "Pacific/Kiritimati": "06-06 10:00", "UTC": "06-07 00:00", "Pacific/Pago_Pago": "06-07 11:00",
    }  # fmt: skip
    t.c.look(*(f"2025-06-{day}T12:00" for day in ("06", "07", "13", "14", "20", "21", "28")))
    assert t.waits("june") == {}
    assert len(t.decided("june")) == 6


@pytest.mark.parametrize(
    ("zone", "when", "spec", "at"),
    [
        ("Africa/Cairo", "2025-04-24T12:00", "daily", "04-24 22:00"),  # 00:00 does not exist on 25 April
        ("America/Santiago", "2025-09-06T12:00", "weekly sun 00:00", "09-07 04:00"),  # nor there on 7 September
        ("Asia/Beirut", "2025-03-29T12:00", "weekly sun 00:00", "03-29 22:00"),
        ("Europe/Brussels", "2025-10-25T12:00", "daily 02:30", "10-26 00:30"),  # comes twice: the first
        ("Europe/Brussels", "2025-03-29T12:00", "daily 02:30", "03-30 01:00"),  # does not come: after the gap
        ("Pacific/Apia", "2011-12-29T12:00", "weekly fri,sat 00:00", "12-30 10:00"),  # a day that never was
    ],
)
def test_clock_changes_of_a_zone_are_kept(t: Desk, zone: str, when: str, spec: str, at: str) -> None:
    t.c.do("list add", when, "there", zone=zone)
    t.task("x", "x", list="there", when=when)
    t.trigger("x", spec, scope="label:x", when=when)
    assert t.waits("x")[zone] == at


def test_zones_that_share_an_instant_share_a_line_and_an_act(t: Desk) -> None:
    t.c.do("list add", EARLY, "paris", zone="Europe/Paris")
    t.c.do("list add", EARLY, "rome", zone="Europe/Rome")
    tasks = [t.task(place, LABEL, list=place, done="2025-06-04T10:00") for place in ("paris", "rome")]
    t.c.look("2025-06-06T22:00")
    assert not any(t.is_done(each) for each in tasks)
    assert [(state, touched) for _, state, _, touched in t.decided()] == [("acted", 1), ("acted", 1)]
    assert t.acts() == ["trigger every Saturday: reopen, 2 tasks"]
    assert t.ledger() == [("06-06 22:00", "fired", None)]


def test_tasks_that_leave_a_zone_that_is_late_are_not_forgotten(t: Desk) -> None:
    t.c.do("user add", EARLY, "bo", zone="America/New_York")
    task = t.task("wood", LABEL, assignee=("bo",), done="2025-06-04T10:00")
    t.c.do("user edit", "2025-06-09T08:00", "bo", zone="Asia/Vladivostok")  # no engine since Friday
    t.c.look("2025-06-09T08:01")
    assert not t.is_done(task)
    assert t.waits() == {"Asia/Vladivostok": "06-13 14:00", "UTC": "06-14 00:00"}


def test_a_zone_that_is_said_of_a_trigger_holds_for_all_its_tasks(t: Desk) -> None:
    t.c.do("list add", EARLY, "dacha", zone="Europe/Moscow")
    there, here = t.task("wood", "x", list="dacha", done=EARLY), t.task("bins", "x", done=EARLY)
    t.trigger("at the office", "weekly sat 00:00", scope="label:x", zone="Asia/Tokyo")
    assert t.waits("at the office") == {"Asia/Tokyo": "06-06 15:00"}
    t.c.look("2025-06-06T15:00")
    assert (t.is_done(there), t.is_done(here)) == (False, False)
    t.c.do("trigger edit", "2025-06-06T16:00", "at the office", description="of both")
    assert t.waits("at the office") == {"Asia/Tokyo": "06-13 15:00"}
    t.c.do("trigger edit", "2025-06-06T16:00", "at the office", zone="")
    assert t.waits("at the office") == {"Europe/Moscow": "06-06 21:00", "UTC": "06-07 00:00"}


def test_B11_a_list_or_a_person_with_a_zone_has_no_time_in_another(tmp_path: Path) -> None:
    t = new_desk(tmp_path)
    t.c.do("list add", EARLY, "dacha", zone="Europe/Moscow")
    t.c.do("user add", EARLY, "bo", zone="Asia/Vladivostok")
    t.trigger("of a list", "weekly sat 00:00", scope="list:dacha")
    t.trigger("of a person", "weekly sat 00:00", scope="user:bo")
    t.task("wood", list="dacha")
    assert t.waits("of a list") == {"Europe/Moscow": "06-06 21:00"}
    assert t.waits("of a person") == {"Asia/Vladivostok": "06-06 14:00"}
    t.c.do("list edit", EARLY, "dacha", zone="")
    assert t.waits("of a list") == {"UTC": "06-07 00:00"}
    t.c.do("user edit", EARLY, "bo", zone="America/New_York")
    assert t.waits("of a person") == {"America/New_York": "06-07 04:00"}
