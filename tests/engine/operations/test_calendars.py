"""Calendars are kept, planned by, carried in the desk file, and held as long as something keeps to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.calendars import business_days, calendar_id
from engine.operations import calendars, definitions, entities, schedules
from engine.operations.desk import load
from engine.operations.settings import set_setting
from engine.operations.undo import undo
from engine.queries import calendars as queries
from engine.queries import schedules as schedule_queries
from engine.queries import tasks as task_queries
from engine.queries.desk import dump
from engine.queries.why import Kind, why
from engine.rules.zones import local
from store.database import session
from store.enums import Roll, TaskView
from store.instants import from_us
from tests.desk import Desk, desk, refused

__all__ = ["desk"]

NOW = "2025-04-25"
JOB: dict[str, Any] = {"command": "true", "zone": "Europe/Brussels"}


def working(desk: Desk, days: list[str], name: str | None = None) -> list[bool]:
    with session() as connection:
        number = calendar_id(connection, name)
        found = business_days(connection, number)
    return [found.is_working(date.fromisoformat(day)) for day in days]


def next_days(desk: Desk, name: str) -> str:
    made = schedule_queries.one(desk.ana, desk.at(NOW), name)
    assert made.next_at is not None
    return str(local(from_us(made.next_at), "Europe/Brussels").date())


@pytest.mark.parametrize(
    ("country", "region", "off", "worked"),
    [
        ("BE", None, ["2025-05-01", "2025-07-21", "2025-05-03"], ["2025-05-02", "2025-07-14"]),
        ("fr", None, ["2025-05-08", "2025-07-14"], ["2025-07-21", "2025-12-26"]),
        ("FR", "57", ["2025-12-26"], ["2025-12-24"]),
        ("US", None, ["2025-07-04", "2025-11-27"], ["2025-05-01"]),
        ("GB", "England", ["2025-08-25"], ["2025-08-04", "2025-12-01"]),
        ("GB", "sct", ["2025-08-04", "2025-12-01"], ["2025-08-25"]),
        ("GB", "NIR", ["2025-07-14", "2025-03-17"], ["2025-08-04"]),
        ("SA", None, ["2025-05-02", "2025-05-03", "2025-09-23"], ["2025-05-04"]),
        ("BEL", None, ["2025-05-01"], ["2025-05-02"]),
        ("United Kingdom", None, ["2025-12-26"], ["2025-12-24"]),
    ],
)
def test_countries_and_regions_have_their_days(
    desk: Desk, country: str, region: str | None, off: list[str], worked: list[str]
) -> None:
    calendars.add(desk.ana, desk.at(NOW), "c", country=country, region=region)
    assert working(desk, off, "c") == [False] * len(off)
    assert working(desk, worked, "c") == [True] * len(worked)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"country": "BZZ"}, "country: 'BZZ' is no country that holidays are known of; did you mean BZ?"),
        ({"country": "Q"}, "country: 'Q' is no country that holidays are known of; expected a code such as BE"),
        ({"country": "GB", "region": "Scotlnd"}, "region: 'Scotlnd' is no region of GB; did you mean Scotland?"),
        ({"country": "SA", "region": "x"}, "region: SA has no regions with holidays of their own"),
        ({"region": "SCT"}, "region: goes with a country; say which"),
        ({"week": "mon,tosday"}, "week: 'tosday' is no weekday (there are: mon, tue"),
        ({"off": ("03/04/2025",)}, "off: 03/04/2025 may be 3 April or 4 March"),
        ({"off": ("2025-13-01",)}, "off: "),
        ({"off": ("2025-12-31..2025-12-24: x",)}, "off: '2025-12-31..2025-12-24: x' ends before it begins"),
        ({"off": ("1900-01-01..2100-01-01",)}, "off: '1900-01-01..2100-01-01' has 73,050 days (at most 3,660)"),
        ({"off": ("2025-12-24: \x1b[2J",)}, "off: '2025-12-24: \N{REPLACEMENT CHARACTER}[2J' has a name that"),
        ({"off": ("2025-12-24",), "work": ("2025-12-24",)}, "work: 2025-12-24 is both off and worked"),
        ({"name": "  "}, "name: expected a name, not an empty text"),
    ],
)
def test_what_cannot_be_taken_is_said(desk: Desk, given: dict[str, object], why: str) -> None:
    words = refused(calendars.add, desk.ana, desk.at(NOW), **{"name": "c", **given})
    assert words.startswith(why)
    assert queries.listed(desk.ana, desk.at(NOW)) == ()


def test_own_days_go_before_holidays_and_are_taken_back(desk: Desk) -> None:
    off = ("2025-12-24: Christmas Eve", "2025-12-29..2025-12-31: closed")
    calendars.add(desk.ana, desk.at(NOW), "c", country="BE", off=off, work=("2025-05-01",))
    assert working(desk, ["2025-05-01", "2025-12-24", "2025-12-30"], "c") == [True, False, False]
    shown = queries.one(desk.ana, desk.at(NOW), "c", 2025)
    assert (shown.off, shown.work) == (off, ("2025-05-01",))
    assert "Wed 24 Dec 2025   Christmas Eve" in str(shown)
    assert "Thu 1 May 2025   worked" in str(shown)
    calendars.edit(desk.ana, desk.at(NOW), "c", plain=("2025-05-01", "2025-12-30"), week="none")
    assert queries.one(desk.ana, desk.at(NOW), "c", 2025).off == (
        "2025-12-24: Christmas Eve", "2025-12-29: closed", "2025-12-31: closed",
    )  # fmt: skip
    assert queries.one(desk.ana, desk.at(NOW), "c", 2025).working_days == 0


def test_a_year_without_data_says_so(desk: Desk) -> None:
    shown = queries.one(desk.ana, desk.at(NOW), "be", 2150)
    assert shown.missing == "no holidays of BE are known for 2150 (only 1901 to 2100)"
    assert shown.missing in str(shown)
    assert refused(queries.one, desk.ana, desk.at(NOW), "be", 10_000) == "year: expected a year from 1 to 9998"


def test_W18_a_schedule_keeps_to_a_country_that_nobody_made_a_calendar_of(desk: Desk) -> None:
    at = desk.at(NOW)
    schedules.add(desk.ana, at, "pay", "monthly 1", calendar="be", roll=Roll.NEXT, **JOB)
    schedules.add(desk.ana, at, "bill", "monthly 1", calendar="BE", roll=Roll.PREVIOUS, **JOB)
    assert [next_days(desk, name) for name in ("pay", "bill")] == ["2025-05-02", "2025-04-30"]
    assert [each.name for each in queries.listed(desk.ana, at)] == ["BE"]
    told = schedule_queries.preview(
        desk.ana, at, "monthly 1", "Europe/Brussels", count=2, calendar="BE", roll=Roll.NEXT
    )
    assert told.as_json("") == ["2025-05-02T00:00:00+02:00", "2025-06-02T00:00:00+02:00"]
    assert "from Thu 1 May: Labor Day" in str(told)
    lines = why(desk.ana, at, Kind.SCHEDULE, "pay").lines
    assert any("or the next working day of BE" in line for line in lines)


def test_a_calendar_that_changes_plans_anew_what_keeps_to_it_and_undo_plans_it_back(desk: Desk) -> None:
    at = desk.at(NOW)
    calendars.add(desk.ana, at, "office", country="BE")
    schedules.add(desk.ana, at, "pay", "monthly 1", calendar="office", roll=Roll.NEXT, **JOB)
    calendars.edit(desk.ana, at, "office", off=("2025-05-02: bridge",))
    assert next_days(desk, "pay") == "2025-05-05"
    undo(desk.ana, at)
    assert next_days(desk, "pay") == "2025-05-02"
    calendars.edit(desk.ana, at, "office", country="")
    assert next_days(desk, "pay") == "2025-05-01"


def test_the_usual_calendar_is_a_setting_and_holds_for_what_names_none(desk: Desk) -> None:
    at = desk.at(NOW)
    schedules.add(desk.ana, at, "pay", "monthly 1", roll=Roll.NEXT, **JOB)
    assert next_days(desk, "pay") == "2025-05-01"
    set_setting(desk.ana, at, "calendar", "BE")
    assert next_days(desk, "pay") == "2025-05-02"
    assert "setting calendar: 'nowhere' is no calendar" in refused(set_setting, desk.ana, at, "calendar", "nowhere")
    why = refused(calendars.delete, desk.ana, at, "BE")
    assert why == "The calendar BE cannot be deleted: it is used by the setting calendar."
    calendars.edit(desk.ana, at, "BE", name="Belgium")
    assert next_days(desk, "pay") == "2025-05-02"
    set_setting(desk.ana, at, "calendar", "")
    assert next_days(desk, "pay") == "2025-05-01"
    calendars.delete(desk.ana, at, "Belgium")


def test_what_keeps_to_a_calendar_holds_it(desk: Desk) -> None:
    at = desk.at(NOW)
    calendars.add(desk.ana, at, "office")
    schedules.add(desk.ana, at, "pay", "monthly 1", calendar="office", roll=Roll.SKIP, command="true")
    why = refused(calendars.delete, desk.ana, at, "office")
    assert why == "The calendar office cannot be deleted: it is used by 1 schedule."
    schedules.delete(desk.ana, at, "pay")
    calendars.delete(desk.ana, at, "office")
    undo(desk.ana, at)
    assert [each.name for each in queries.listed(desk.ana, at)] == ["office"]


def test_what_makes_no_sense_together_is_refused(desk: Desk) -> None:
    at = desk.at(NOW)
    why = refused(schedules.add, desk.ana, at, "a", "daily", calendar="BE", command="true")
    assert why == "calendar: say what happens on a day off: roll skip, previous or next"
    why = refused(schedules.add, desk.ana, at, "a", "weekly sun", roll=Roll.SKIP, command="true")
    assert why == "roll: it would never happen; none of its days is a working day of the calendar."
    why = refused(schedules.add, desk.ana, at, "a", "every minute", roll=Roll.NEXT, command="true")
    assert why.startswith("roll: 'every minute' happens more than 24 times a day")
    why = refused(schedules.add, desk.ana, at, "a", "daily", roll=Roll.NEXT, calendar="BEE", command="true")
    assert why.startswith("calendar: 'BEE' is no calendar")


def test_the_desk_file_carries_calendars_and_what_keeps_to_them(desk: Desk, tmp_path: Path) -> None:
    at = desk.at(NOW)
    off = ("2025-12-24: Christmas Eve", "2025-12-29..2025-12-31: closed")
    calendars.add(
        desk.ana, at, "office", country="GB", region="SCT", week="mon-thu", off=off, work=("2025-12-27: sale",)
    )
    schedules.add(desk.ana, at, "pay", "monthly 1", calendar="office", roll=Roll.NEXT, command="true")
    definitions.add_event(
        desk.ana,
        at,
        "stay",
        "a week before",
        date_field="date_from",
        offset="-5bd",
        roll=Roll.PREVIOUS,
        calendar="office",
    )
    text = dump(desk.ana, at)
    file = tmp_path / "desk.toml"
    file.write_text(text)
    assert load(desk.ana, at, str(file)).changed == {}
    file.write_text(text.replace('"2025-12-24: Christmas Eve"', '"2025-12-23: fair"'))
    assert load(desk.ana, at, str(file)).changed == {"calendar": 1}
    assert queries.one(desk.ana, at, "office", 2025).off == ("2025-12-23: fair", off[1])
    file.write_text(text.replace('region = "SCT"', 'region = "SCO"').replace("mon", "mun"))
    words = refused(load, desk.ana, at, str(file))
    assert "[[calendar]] office: week: 'mun' is no weekday" in words or "region: 'SCO' is no region of GB" in words


def test_followups_count_business_days_and_say_what_moved_them(desk: Desk) -> None:
    at = desk.at("2025-04-01")
    definitions.add_class(desk.ana, at, "trip", ("booked",), ("leaves",))
    definitions.add_event(desk.ana, at, "trip", "ten before", date_field="leaves", offset="-10bd", calendar="BE")
    definitions.add_event(
        desk.ana, at, "trip", "eve", date_field="leaves", offset="-1d", roll=Roll.PREVIOUS, calendar="BE"
    )
    definitions.add_model(desk.ana, at, "trip", "Pack", "ten before", "eve")
    entities.add(desk.ana, at, "trip", "1", status="booked")
    entities.set_fields(desk.ana, desk.at("2025-05-01"), "trip", "1", "leaves=2025-05-02")
    (task,) = task_queries.listed(desk.ana, at, object="trip/1", view=TaskView.ALL)
    assert (str(task.visible_date), str(task.deadline_date)) == ("2025-04-16", "2025-04-30")
    assert task.shift_words == "from Thu 1 May: Labor Day"
    entities.set_fields(desk.ana, desk.at("2025-05-01"), "trip", "1", "leaves=2025-06-03")
    (task,) = task_queries.listed(desk.ana, at, object="trip/1", view=TaskView.ALL)
    assert (str(task.deadline_date), task.shift_words) == ("2025-06-02", None)
    why = refused(definitions.edit_event, desk.ana, at, "trip/eve", roll=Roll.SKIP)
    assert why == "roll: 'skip' is no way to roll a day (there are: none, previous, next)"
