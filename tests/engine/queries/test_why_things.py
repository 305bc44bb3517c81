"""`why` of what is made by hand and used by others: templates, lists, labels, calendars, filters; imported tasks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine.operations import calendars, filters, lists, task_imports, tasks, templates
from engine.queries.why import Kind, why
from store.errors import Refused
from tests.desk import Desk, stays

NOW = "2025-06-16T09:30"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A list with a task, which bears a label; a template of that list, a calendar, a filter."""
    made = stays(tmp_path / "desk.db")
    at = made.at("2025-06-10T08:00")
    lists.add(made.ana, at, "house/garden", zone="Europe/Paris")
    tasks.add(made.ana, at, "Prune", list="garden", label=("home",))
    calendars.add(made.ana, at, "office", week="mon-thu")
    templates.add(made.ana, at, "Bins", "weekly mon,thu", list="garden", calendar="office", roll="next")
    filters.add(made.ana, at, "mine", "#garden !me")
    return made


def said(desk: Desk, kind: Kind, thing: str) -> str:
    return str(why(desk.ana, desk.at(NOW), kind, thing))


def test_a_template_is_explained_by_its_name_and_by_its_id(desk: Desk) -> None:
    told = said(desk, Kind.TEMPLATE, "Bins")
    assert told.startswith("Makes tasks: Monday and Thursday, or the next working day of office")
    assert "Next" in told or "the next is planned for" in told
    assert said(desk, Kind.TEMPLATE, "1") == told
    with pytest.raises(Refused, match="did you mean Bins"):
        said(desk, Kind.TEMPLATE, "Bin")


def test_a_list_says_what_it_holds_and_who_made_it(desk: Desk) -> None:
    assert said(desk, Kind.LIST, "house/garden") == (
        "It holds 1 open task.\nIts tasks keep the clocks of Europe/Paris.\nAdded by Ana on Tue 10 Jun 2025.\n"
    )


def test_a_label_says_what_bears_it(desk: Desk) -> None:
    assert said(desk, Kind.LABEL, "home").startswith("It is borne by 1 task")


def test_a_calendar_says_what_keeps_to_it(desk: Desk) -> None:
    told = said(desk, Kind.CALENDAR, "office")
    assert "It works mon,tue,wed,thu, and has 0 days of its own: 209 working days in 2025." in told
    assert "It is kept to by 1 recurring task." in told


def test_a_filter_says_what_it_asks_for_and_how_many_match(desk: Desk) -> None:
    assert said(desk, Kind.FILTER, "mine").startswith("It asks for #garden !me.\n0 tasks match it now.")


def test_an_imported_task_names_its_file_and_format(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "todo.txt"
    file.write_text("2019-01-02 Call the bank due:2025-06-20\n")
    task_imports.import_todotxt(desk.ana, desk.at(NOW), str(file))
    told = said(desk, Kind.TASK, "Call the bank")
    assert told.startswith("Imported by Ana on Mon 16 Jun 2025 from todo.txt (a todo.txt file).")
    assert "by hand on" not in told


def test_an_imported_template_names_its_format(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VTODO\nUID:7\nDTSTAMP:20250601T000000Z\nSUMMARY:Bins out\n"
        "DTSTART;VALUE=DATE:20250617\nDUE;VALUE=DATE:20250617\nRRULE:FREQ=WEEKLY\nEND:VTODO\nEND:VCALENDAR\n"
    )
    task_imports.import_ics(desk.ana, desk.at(NOW), str(file))
    assert "It came from an .ics file." in said(desk, Kind.TEMPLATE, "Bins out")


def test_history_that_is_forgotten_leaves_the_format(desk: Desk, tmp_path: Path) -> None:
    from store.database import session

    file = tmp_path / "todo.txt"
    file.write_text("Call the bank\n")
    task_imports.import_todotxt(desk.ana, datetime.fromisoformat("2025-06-16T09:30+02:00"), str(file))
    with session() as connection:
        connection.execute("DELETE FROM change")
    assert said(desk, Kind.TASK, "Call the bank").startswith("Imported by Ana from a todo.txt file.")
