"""Tasks of other programs come in: what is taken, what is told, and what a second time changes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.operations import tasks, templates
from engine.operations.settings import set_setting
from engine.operations.task_imports import (
    Imported,
    import_ics,
    import_tasks,
    import_taskwarrior,
    import_todotxt,
)
from engine.operations.undo import undo
from engine.queries import tasks as task_queries
from engine.queries import templates as template_queries
from engine.queries.task_exports import export_ics
from engine.rules.transfer.items import Kind
from engine.rules.when import parse
from store.enums import TaskView
from store.values import Task, Template
from tests.engine.recurring_stage import chores
from tests.engine.stage import ANA, AT, contents, desk, rows

__all__ = ["desk"]

LATER = AT + timedelta(hours=1)
CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTODO
UID:rent@example.org
SUMMARY:Pay rent\\, and the
  deposit
DESCRIPTION:to the landlord\\nby wire
DTSTART;VALUE=DATE:20250601
DUE;TZID=Romance Standard Time:20250603T140000
PRIORITY:1
CATEGORIES:home,money\\, bank
BEGIN:VALARM
TRIGGER:-PT1H
END:VALARM
END:VTODO
BEGIN:VTODO
UID:done@example.org
SUMMARY:Done
STATUS:COMPLETED
COMPLETED:20250501T221500Z
GEO:1;2
END:VTODO
BEGIN:VTODO
UID:plants@example.org
SUMMARY:Water the plants
DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Brussels:20250602T090000
RRULE:FREQ=WEEKLY;BYDAY=MO,TH
EXDATE;TZID=/freeassociation.sourceforge.net/Europe/Brussels:20250605T090000
END:VTODO
BEGIN:VTODO
UID:plants@example.org
RECURRENCE-ID;TZID=Europe/Brussels:20250609T090000
SUMMARY:Water them twice
DUE;TZID=Europe/Brussels:20250610T080000
END:VTODO
BEGIN:VEVENT
UID:camp@example.org
SUMMARY:Camp
LOCATION:Lake
DTSTART;VALUE=DATE:20250701
DTEND;VALUE=DATE:20250704
END:VEVENT
BEGIN:VEVENT
UID:past@example.org
SUMMARY:Past
DTSTART:20250101T090000
DTEND:20250101T100000
END:VEVENT
END:VCALENDAR
"""


def take(operation: Any, folder: Path, text: str, at: Any = AT, **given: Any) -> Imported:
    file = folder / "tasks.file"
    file.write_text(text, newline="")
    found = operation(ANA, at, str(file), **given)
    assert isinstance(found, Imported)
    return found


def by_name(view: TaskView = TaskView.ALL) -> dict[str, Task]:
    return {task.name: task for task in task_queries.listed(ANA, AT, view=view, limit=0)}


def only_template() -> Template:
    (found,) = template_queries.listed(ANA, AT)
    return found


def told(report: Imported, kind: Kind) -> list[str]:
    return [said.words for said in report.said if said.kind is kind]


@pytest.fixture
def brussels(desk: Path) -> Path:
    set_setting(ANA, AT, "zone", "Europe/Brussels")
    return desk


def test_an_ics_file_becomes_tasks_and_templates(brussels: Path, tmp_path: Path) -> None:
    report = take(import_ics, tmp_path, CALENDAR)
    assert (report.made, report.recurring, report.refused) == (6, 1, 0)
    found = by_name()
    rent = found["Pay rent, and the deposit"]
    assert (rent.start_date, rent.deadline_date, rent.deadline_time) == (date(2025, 6, 1), date(2025, 6, 3), "14:00")
    assert (rent.priority, rent.labels, rent.notes) == (1, ("home", "money bank"), "to the landlord\nby wire")
    assert (found["Done"].is_done, found["Done"].done_date) == (True, date(2025, 5, 2))
    camp = found["Camp"]
    assert (camp.start_date, camp.deadline_date, camp.notes) == (date(2025, 7, 1), date(2025, 7, 3), "Location: Lake")
    assert (found["Past"].is_done, found["Past"].done_date) == (True, date(2025, 1, 1))


def test_a_rule_is_kept_whole_and_what_stands_for_one_time_is_a_task_of_its_own(brussels: Path, tmp_path: Path) -> None:
    take(import_ics, tmp_path, CALENDAR)
    template = only_template()
    assert (template.name, template.zone) == ("Water the plants", "Europe/Brussels")
    planned = template_queries.preview(ANA, AT, str(template.id), 4).planned
    assert [f"{each.local:%d %b %H:%M}" for each in planned] == [
        "02 Jun 09:00", "12 Jun 09:00", "16 Jun 09:00", "19 Jun 09:00",
    ]  # fmt: skip
    twice = by_name()["Water them twice"]
    assert (twice.deadline_date, twice.deadline_time) == (date(2025, 6, 10), "08:00")


def test_what_is_lost_is_told_with_its_line(brussels: Path, tmp_path: Path) -> None:
    report = take(import_ics, tmp_path, CALENDAR)
    lines = {said.words.partition(":")[0]: said.lines for said in report.said if said.kind is Kind.LOST}
    assert lines == {"VALARM": (12,), "GEO": (21,), "DTEND": (43,)}
    assert "the label 'money, bank' is called 'money bank'" in told(report, Kind.CHANGED)
    assert "TZID Romance Standard Time is Europe/Paris" in told(report, Kind.NOTED)
    assert str(report).splitlines()[0] == "tasks.file: 6 made, 0 changed, 0 unchanged, 1 of them recurring"


def test_a_preview_changes_nothing(brussels: Path, tmp_path: Path) -> None:
    before = contents(brussels, revisions=True)
    assert take(import_ics, tmp_path, CALENDAR, dry_run=True).made == 6
    assert contents(brussels, revisions=True) == before


def test_a_second_time_changes_nothing_and_undo_takes_all_of_it_back(brussels: Path, tmp_path: Path) -> None:
    empty = contents(brussels)
    take(import_ics, tmp_path, CALENDAR)
    before, acts = contents(brussels, revisions=True), rows(brussels, "SELECT count(*) FROM act")
    again = take(import_ics, tmp_path, CALENDAR, at=LATER)
    assert (again.made, again.changed, again.unchanged) == (0, 0, 6)
    assert contents(brussels, revisions=True) == before
    assert rows(brussels, "SELECT count(*) FROM act") == acts
    undo(ANA, LATER)
    gone = contents(brussels)
    assert {table: len(found) for table, found in gone.items() if table not in ("user", "label")} == {
        table: len(found) for table, found in empty.items() if table not in ("user", "label")
    }
    assert take(import_ics, tmp_path, CALENDAR, at=LATER).made == 6


def test_what_changed_in_the_file_follows_unless_somebody_touched_it_here(brussels: Path, tmp_path: Path) -> None:
    take(import_ics, tmp_path, CALENDAR)
    tasks.move(ANA, AT, by_name()["Camp"].id, deadline=date(2025, 7, 5))
    text = CALENDAR.replace("SUMMARY:Camp", "SUMMARY:Camp of the school").replace("PRIORITY:1", "PRIORITY:9")
    report = take(import_ics, tmp_path, text.replace("BYDAY=MO,TH", "BYDAY=TU"), at=LATER)
    assert (report.made, report.changed, report.unchanged, report.kept) == (0, 2, 3, 1)
    found = by_name()
    assert found["Pay rent, and the deposit"].priority == 4
    assert found["Camp"].deadline_date == date(2025, 7, 5)
    assert any("Camp was changed here since" in words for words in told(report, Kind.NOTED))
    assert "BYDAY=TU" in str(only_template().spec)


def test_a_template_that_somebody_edited_stays(brussels: Path, tmp_path: Path) -> None:
    take(import_ics, tmp_path, CALENDAR)
    templates.edit(ANA, AT, "Water the plants", spec="weekly fri")
    report = take(import_ics, tmp_path, CALENDAR.replace("BYDAY=MO,TH", "BYDAY=TU"), at=LATER)
    assert (report.changed, report.kept) == (0, 1)
    assert only_template().spec == "weekly fri"


def test_a_template_that_made_its_tasks_meanwhile_follows_its_file(brussels: Path, tmp_path: Path) -> None:
    take(import_ics, tmp_path, CALENDAR)
    assert chores(brussels).look("2025-05-20T11:00", "2025-05-21T11:00") > 0
    assert take(import_ics, tmp_path, CALENDAR, at=LATER + timedelta(days=2)).unchanged == 6
    text = CALENDAR.replace("BYDAY=MO,TH", "BYDAY=TU")
    report = take(import_ics, tmp_path, text, at=LATER + timedelta(days=2))
    assert (report.changed, report.kept) == (1, 0)
    assert {task.deadline_date.weekday() for task in by_name().values() if task.template and task.deadline_date} == {1}


def test_what_was_deleted_here_does_not_come_back(brussels: Path, tmp_path: Path) -> None:
    take(import_ics, tmp_path, CALENDAR)
    tasks.delete(ANA, AT, by_name()["Camp"].id)
    report = take(import_ics, tmp_path, CALENDAR, at=LATER)
    assert (report.made, report.unchanged, report.deleted) == (0, 5, 1)
    assert "Camp" not in by_name()


def test_a_task_that_the_file_finishes_is_done_here(brussels: Path, tmp_path: Path) -> None:
    take(import_ics, tmp_path, CALENDAR)
    text = CALENDAR.replace("PRIORITY:1", "STATUS:COMPLETED\nCOMPLETED:20250519T100000Z")
    assert take(import_ics, tmp_path, text, at=LATER).changed == 1
    rent = by_name()["Pay rent, and the deposit"]
    assert (rent.is_done, rent.done_date) == (True, date(2025, 5, 19))


ODD = """\
BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Somewhere of ours
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTODO
UID:a
SUMMARY:a
DUE;TZID=Somewhere of ours:20250615T120000
END:VTODO
BEGIN:VTODO
UID:b
SUMMARY:b
DUE:20250615T120000
END:VTODO
BEGIN:VTODO
UID:c
SUMMARY:c
DUE;TZID=Mars/Olympus:20250615T120000
END:VTODO
END:VCALENDAR
"""


def test_zones_are_recognised_by_their_clocks_and_floating_times_are_ours(brussels: Path, tmp_path: Path) -> None:
    report = take(import_ics, tmp_path, ODD)
    found = by_name()
    assert [found[name].deadline_time for name in "abc"] == ["18:00", "12:00", "12:00"]
    assert told(report, Kind.CHANGED) == ["TZID Mars/Olympus is no zone: its times are read on our clocks"]
    assert "our clocks are those of Europe/Brussels (--zone says another)" in told(report, Kind.NOTED)


def test_events_can_be_left_out_and_all_can_go_into_a_list(brussels: Path, tmp_path: Path) -> None:
    report = take(import_ics, tmp_path, CALENDAR, list="calendar/mine", without_events=True)
    assert report.made == 4
    assert {task.list for task in by_name().values()} == {"calendar/mine"}
    assert only_template().list == "calendar/mine"


WARRIOR = """\
[
{"id":1,"description":"Rent","due":"20250531T220000Z","entry":"20250401T101010Z","status":"recurring",\
"recur":"monthly","uuid":"11111111-1111-4111-8111-111111111111","project":"house.bills","mask":"-","foo":"bar"},
{"description":"Rent","due":"20250531T220000Z","status":"pending","parent":"11111111-1111-4111-8111-111111111111",\
"imask":0,"recur":"monthly","uuid":"21111111-1111-4111-8111-111111111111","entry":"20250401T101010Z"},
{"description":"Call","status":"waiting","wait":"20250609T220000Z","scheduled":"20250610T220000Z",\
"due":"20250620T123000Z","priority":"H","tags":["phone","home"],"uuid":"31111111-1111-4111-8111-111111111111",\
"entry":"20250401T101010Z","annotations":[{"entry":"20250402T101010Z","description":"left word"}]},
{"description":"Old","status":"completed","end":"20250410T101010Z","uuid":"41111111-1111-4111-8111-111111111111",\
"entry":"20250401T101010Z","depends":["31111111-1111-4111-8111-111111111111"]},
{"description":"Gone","status":"deleted","uuid":"51111111-1111-4111-8111-111111111111"}
]
"""


def test_taskwarrior_comes_in(brussels: Path, tmp_path: Path) -> None:
    report = take(import_taskwarrior, tmp_path, WARRIOR)
    assert (report.made, report.recurring) == (4, 1)
    found = by_name()
    call = found["Call"]
    assert (call.visible_date, call.start_date, call.deadline_date) == (
        date(2025, 6, 10), date(2025, 6, 11), date(2025, 6, 20),
    )  # fmt: skip
    assert (call.deadline_time, call.priority, call.labels, call.notes) == ("14:30", 1, ("home", "phone"), "left word")
    assert (found["Old"].is_done, found["Old"].done_date) == (True, date(2025, 4, 10))
    template = only_template()
    assert (template.list, template.spec) == ("house/bills", "every 1 month from 2025-06-01T00:00")
    planned = template_queries.preview(ANA, AT, str(template.id), 2).planned
    assert [each.local.date() for each in planned] == [date(2025, 7, 1), date(2025, 8, 1)]
    assert told(report, Kind.LOST) == ["foo: a field of one's own (UDA)", "depends: tasks do not wait for others"]
    assert take(import_taskwarrior, tmp_path, WARRIOR, at=LATER).unchanged == 4


@pytest.mark.parametrize(
    ("recur", "spec"),
    [
        ("daily", "every 1 day"), ("3d", "every 3 days"), ("2wks", "every 2 weeks"), ("fortnight", "every 2 weeks"),
        ("P1M", "every 1 month"), ("quarterly", "every 3 months"), ("2q", "every 6 months"), ("annual", "every 1 year"),
        ("P30D", "every 30 days"), ("mo", "every 1 month"),
    ],
)  # fmt: skip
def test_steps_of_taskwarrior(brussels: Path, tmp_path: Path, recur: str, spec: str) -> None:
    take(import_taskwarrior, tmp_path, WARRIOR.replace('"recur":"monthly"', f'"recur":"{recur}"'))
    assert str(only_template().spec).startswith(f"{spec} from")


TODO = """\
(A) 2025-05-01 Call mom +family/close @phone due:2025-06-01 t:2025-05-25
x 2025-05-10 2025-05-01 Pay rent +house pri:B

Water the plants rec:10d due:2025-05-25
Backup rec:+1m due:2025-05-31
Look at http://example.org/a:b at 12:30
"""


def test_todotxt_comes_in(brussels: Path, tmp_path: Path) -> None:
    report = take(import_todotxt, tmp_path, TODO)
    assert (report.made, report.recurring) == (5, 2)
    found = by_name()
    call = found["Call mom"]
    assert (call.priority, call.list, call.labels) == (1, "family/close", ("phone",))
    assert (call.deadline_date, call.visible_date) == (date(2025, 6, 1), date(2025, 5, 25))
    assert (found["Pay rent"].done_date, found["Pay rent"].priority) == (date(2025, 5, 10), 2)
    assert "Look at http://example.org/a:b at 12:30" in found
    specs = {each.name: (each.spec, each.basis.value) for each in template_queries.listed(ANA, AT)}
    assert specs["Water the plants"] == ("every 10 days", "completion")
    assert specs["Backup"] == ("every 1 month from 2025-05-31T00:00", "fixed")
    assert take(import_todotxt, tmp_path, TODO, at=LATER).unchanged == 5


def test_a_table_comes_in_by_its_header(brussels: Path, tmp_path: Path) -> None:
    text = 'Subject,Due date,Tags,Project,Done,Cost\n"Rent, June",2025-06-01,"home, money",house,no,\'=5\nOld,,,,yes,\n'
    report = take(import_tasks, tmp_path, text)
    assert report.made == 2
    rent = by_name()["Rent, June"]
    assert (rent.deadline_date, rent.labels, rent.list) == (date(2025, 6, 1), ("home", "money"), "house")
    assert by_name()["Old"].is_done
    assert told(report, Kind.LOST) == ["column Cost: nothing is known of it (--map FIELD=Cost)"]
    assert take(import_tasks, tmp_path, text, at=LATER).unchanged == 2
    assert take(import_tasks, tmp_path, text, at=LATER, map_=("notes=Cost",)).changed == 1
    assert by_name()["Rent, June"].notes == "=5"


RRULES = Path(__file__).parents[1] / "rules/when/rrules/icalrecur.txt"


def test_rules_in_the_wild_are_kept_whole_or_refused(desk: Path, tmp_path: Path) -> None:
    pairs = re.findall(r"^RRULE:(.*)\n+DTSTART:(.*)$", RRULES.read_text(), re.MULTILINE)
    todos = [
        f"BEGIN:VTODO\nUID:{number}\nSUMMARY:{number}\nDTSTART:{start}\nRRULE:{rule}\nEND:VTODO\n"
        for number, (rule, start) in enumerate(pairs)
    ]
    report = take(import_ics, tmp_path, f"BEGIN:VCALENDAR\n{''.join(todos)}END:VCALENDAR\n", partial=True)
    assert len(pairs) > 100
    assert report.made + report.refused == len(pairs)
    assert report.made > len(pairs) * 0.7
    assert all(re.match("RRULE|spec|horizon|'", words) for words in told(report, Kind.REFUSED))
    kept = {each.name: each for each in template_queries.listed(ANA, AT)}
    for number, (rule, start) in enumerate(pairs):
        if str(number) in kept:
            wanted = parse(f"DTSTART:{start} RRULE:{rule}", "UTC")
            assert parse(str(kept[str(number)].spec), "UTC").spec == wanted.spec
    text = str(export_ics(ANA, AT))
    assert text.count("RRULE:") == report.made
