"""Tasks go out in the formats of other programs, and come back as they were."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from engine.operations import task_editing, tasks, templates
from engine.operations.settings import set_setting
from engine.operations.task_imports import import_ics, import_tasks, import_taskwarrior, import_todotxt
from engine.queries import task_exports
from engine.queries import tasks as task_queries
from engine.rules.errors import BadValue
from engine.rules.horizons import midnight
from engine.rules.transfer.rrules import lines_of, next_of, written
from engine.rules.when import parse
from store.enums import TaskView
from store.opening import open_store
from tests.engine.recurring_stage import chores
from tests.engine.stage import ANA, AT, desk
from tests.stores import empty_store

__all__ = ["desk"]

LATER = AT + timedelta(hours=1)
DOORS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "ics": (task_exports.export_ics, import_ics),
    "taskwarrior": (task_exports.export_taskwarrior, import_taskwarrior),
    "todotxt": (task_exports.export_todotxt, import_todotxt),
    "csv": (task_exports.export_csv, import_tasks),
}


@pytest.fixture
def full(desk: Path) -> Path:
    """Tasks with all that a task can have, and templates that recur in several ways."""
    set_setting(ANA, AT, "zone", "Europe/Brussels")
    chores(desk).do("list add", "2025-05-20T10:15", "house/garden")
    tasks.add(ANA, AT, "=HYPERLINK(1)", None, date(2025, 6, 3), None, (), "two\nlines; of, notes", "Group",
              "house/garden", ("home", "two words"), 1, "14:00", date(2025, 6, 1), ("one", "two"))  # fmt: skip
    tasks.add(ANA, AT, "-1 'quoted' \"twice\"", deadline=date(2025, 6, 3), visible=date(2025, 5, 30), priority=4)
    task_editing.check(ANA, AT, 1, "1")
    tasks.done(ANA, LATER, tasks.add(ANA, AT, "café 🌱 ").id)
    for name, spec, more in (
        ("Plants", "weekly mon,thu", {"duration": "2d", "label": ("home",)}),
        ("Bills", "monthly last fri 09:00", {"priority": 2, "end": "2026-12-31"}),
        ("Rent", "monthly 31 clamp", {"count": 12}),
        ("Filter", "every 2 weeks", {"visible": "3d"}),
        ("Standup", "weekly mon-fri 09:30", {}),
        ("Birthday", "yearly 8 march", {"exclude": ("2026-03-08",)}),
        ("Descale", "every! 10 days", {}),
        ("Odd", "cron: 0 11 * * 1-5", {}),
    ):
        templates.add(ANA, AT, name, spec, **more)
    return desk


def out(form: str) -> str:
    found = DOORS[form][0](ANA, LATER)
    assert isinstance(found, str)
    return found


def into(path: Path, form: str, text: str, folder: Path, **given: Any) -> Any:
    file = folder / f"tasks.{form}"
    file.write_text(text, encoding="utf-8", newline="")
    open_store(path)
    return DOORS[form][1](ANA, LATER, str(file), **given)


@pytest.mark.parametrize("form", DOORS)
def test_export_import_export_is_the_same_file(full: Path, tmp_path: Path, form: str) -> None:
    first = out(form)
    other = empty_store(tmp_path / "other.db")
    set_setting(ANA, AT, "zone", "Europe/Brussels")
    assert into(other, form, first, tmp_path).refused == 0
    assert out(form) == first


@pytest.mark.parametrize("form", DOORS)
def test_what_comes_back_to_its_own_store_is_known_again(full: Path, tmp_path: Path, form: str) -> None:
    chores(full).look("2025-05-20T11:00")
    report = into(full, form, out(form), tmp_path, dry_run=True)
    assert (report.made, report.kept, report.refused) == (0, 0, 0)
    if form in ("ics", "csv"):
        assert report.changed == 0


def test_others_read_the_calendar(full: Path) -> None:
    calendar: Any = Calendar.from_ical(out("ics"))
    found = {str(each["SUMMARY"]): each for each in calendar.walk("VTODO")}
    first = found["=HYPERLINK(1)"]
    assert first["DUE"].dt.isoformat() == "2025-06-03T14:00:00+02:00"
    assert str(first["DESCRIPTION"]) == "two\nlines; of, notes"
    assert [str(each) for each in first["CATEGORIES"].cats] == ["home", "two words"]
    assert found["café 🌱"]["STATUS"] == "COMPLETED"
    rules = {name: each["RRULE"].to_ical().decode() for name, each in found.items() if "RRULE" in each}
    assert rules == {
        "Plants": "FREQ=WEEKLY;BYDAY=MO,TH",
        "Bills": "FREQ=MONTHLY;UNTIL=20261231T225959Z;BYDAY=-1FR",
        "Rent": "FREQ=MONTHLY;COUNT=12;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        "Filter": "FREQ=WEEKLY;INTERVAL=2",
        "Standup": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "Birthday": "FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=3",
    }
    assert all(len(line.encode()) <= 75 for line in out("ics").split("\n"))


def test_what_a_calendar_cannot_say_is_told(full: Path, tmp_path: Path) -> None:
    chores(full).look("2025-05-20T11:00")
    told = str(task_exports.export_ics(ANA, LATER, str(tmp_path / "a.ics")))
    assert "template Descale: it counts from the day it was done; its tasks are written one by one" in told
    assert "template Odd: 'cron: 0 11 * * 1-5' has no form in RRULE" in told
    names = re.findall("SUMMARY:(.*)\r", (tmp_path / "a.ics").read_bytes().decode())
    assert "\r\n" in (tmp_path / "a.ics").read_bytes().decode()
    assert names.count("Plants") == 1
    assert names.count("Odd") > 1


def test_a_changed_task_of_a_template_stands_for_its_day(full: Path, tmp_path: Path) -> None:
    chores(full).look("2025-05-20T11:00")
    first = next(each for each in task_queries.listed(ANA, LATER, view=TaskView.OPEN, limit=0) if each.name == "Plants")
    task_editing.edit(ANA, LATER, first.id, name="Plants and trees")
    text = out("ics")
    assert f"RECURRENCE-ID;VALUE=DATE:{first.deadline_date:%Y%m%d}" in text
    other = empty_store(tmp_path / "other.db")
    set_setting(ANA, AT, "zone", "Europe/Brussels")
    into(other, "ics", text, tmp_path)
    chores(other).look("2025-05-20T11:00")
    due = [each for each in task_queries.listed(ANA, LATER, view=TaskView.OPEN, limit=0) if "Plants" in each.name]
    assert [each.name for each in due if each.deadline_date == first.deadline_date] == ["Plants and trees"]


def test_formulas_are_neutralised_and_come_back(full: Path) -> None:
    rows = list(csv.DictReader(out("csv").splitlines(keepends=True)))
    assert [row["name"] for row in rows] == ["'=HYPERLINK(1)", "'-1 'quoted' \"twice\"", "café 🌱"]
    chosen = task_exports.export_csv(ANA, LATER, column=("name", "priority"))
    assert str(chosen).splitlines()[0] == "name,priority"
    with pytest.raises(Exception, match="column: 'nmae' is no column; did you mean name"):
        task_exports.export_csv(ANA, LATER, column=("nmae",))


def test_taskwarrior_gets_steps_that_it_counts_by_the_calendar(full: Path) -> None:
    found = {each["description"]: each for each in json.loads(out("taskwarrior"))}
    assert {name: each["recur"] for name, each in found.items() if "recur" in each} == {
        "Filter": "P14D", "Standup": "weekdays",
    }  # fmt: skip
    assert found["=HYPERLINK(1)"]["project"] == "house.garden"
    assert found["=HYPERLINK(1)"]["tags"] == ["home", "two_words"]


def test_a_filter_chooses_and_a_file_that_is_there_is_kept(full: Path, tmp_path: Path) -> None:
    assert out("todotxt").count("\n") > 2
    file = tmp_path / "todo.txt"
    found = task_exports.export_todotxt(ANA, LATER, str(file), filter="@home")
    assert str(found).splitlines()[0] == f"{file}: 1 task"
    with pytest.raises(Exception, match="is there already"):
        task_exports.export_todotxt(ANA, LATER, str(file))


@pytest.mark.parametrize(
    "spec",
    [
        "daily 09:00", "daily 09:30,17:30", "weekly mon,thu", "monthly 15 08:00", "monthly first mon",
        "monthly last day",
        "yearly 29 feb clamp", "yearly 29 feb skip", "monthly 31 skip", "monthly 1,15", "monthly 31 clamp",
        "yearly 8 march", "every 3 days", "every 2 weeks on fri 09:00",
        "every month from 2025-01-31T00:00", "every 2 months from 2025-01-30T10:00", "every 2 years", "every week",
        "DTSTART:20250101T090000 RRULE:FREQ=DAILY;INTERVAL=3 EXDATE:20250104T090000", "RRULE:FREQ=MONTHLY;BYDAY=2TU",
    ],
)  # fmt: skip
def test_rules_that_rrule_can_say_make_the_same_occurrences(spec: str) -> None:
    begin = midnight(date(2025, 5, 20), "Europe/Brussels")
    rule = parse(spec, "Europe/Brussels", anchor=begin)
    read = parse(" ".join(lines_of(written(rule, begin, None, None, ()), rule.zone)), rule.zone)
    assert next_of(read, begin, 200) == next_of(rule, begin, 200)


@pytest.mark.parametrize(
    "spec", ["cron: 0 9 * * 1", "daily 09:00,17:30", "daily 09:00 | weekly sat 14:00", "every hour"]
)
def test_rules_that_rrule_cannot_say_are_refused(spec: str) -> None:
    begin = datetime(2025, 5, 20, tzinfo=UTC)
    with pytest.raises(BadValue):
        written(parse(spec, "UTC", anchor=begin), begin, None, None, ())


@pytest.mark.skipif(shutil.which("task") is None, reason="Taskwarrior is not on this machine")
def test_taskwarrior_itself_reads_it_and_what_it_writes_comes_back(full: Path, tmp_path: Path) -> None:
    (tmp_path / "rc").write_text("confirmation=off\nnews.version=2.6.0\nverbose=nothing\n")
    env = {"TASKDATA": str(tmp_path), "TASKRC": str(tmp_path / "rc"), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    def task(*words: str, given: str = "") -> str:
        ran = subprocess.run(["task", *words], input=given, env=env, capture_output=True, text=True, check=True)
        return ran.stdout

    ours = {each["uuid"]: each for each in json.loads(out("taskwarrior"))}
    task("import", "-", given=out("taskwarrior"))
    theirs = {each["uuid"]: each for each in json.loads(task("export"))}
    for uuid, each in ours.items():
        same = ("description", "due", "scheduled", "wait", "project", "tags", "priority", "recur", "end")
        assert {key: theirs[uuid].get(key) for key in same} == {key: each.get(key) for key in same}
    back = [theirs[uuid] for uuid in ours]  # without the times of each parent that have passed by the real clock
    report = into(full, "taskwarrior", json.dumps(back), tmp_path, dry_run=True)
    assert (report.made, report.kept, report.refused) == (0, 0, 0)
