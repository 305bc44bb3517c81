"""Days off from .ics files: whole or refused, with line and reason, and twice as once."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from engine.ics_days import days_off
from engine.operations.calendar_imports import Imported, import_days
from engine.operations.calendars import add, edit
from engine.operations.undo import undo
from engine.queries.calendars import one
from store.errors import Refused
from store.reads.calendars import calendar, named
from tests.desk import Desk, desk, refused

__all__ = ["desk"]

NOW = "2025-06-01"
CLOSED = "DTSTART;VALUE=DATE:20251224\nDTEND;VALUE=DATE:20251227\nSUMMARY:Closed\\, for\n  cleaning"


def ics(*events: str) -> str:
    bodies = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test\n{bodies}END:VCALENDAR\n".replace("\n", "\r\n")


def take(desk: Desk, tmp_path: Path, text: str | bytes, name: str = "school.ics") -> Imported:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return import_days(desk.ana, desk.at(NOW), "school", str(path))


def days(desk: Desk) -> list[tuple[str, str]]:
    from store.database import session

    with session() as connection:
        number = named(connection, "school")
        assert number is not None
        return [(str(each.day), each.name) for each in calendar(connection, number).days]


def test_whole_days_are_taken_and_twice_is_once(desk: Desk, tmp_path: Path) -> None:
    timed = "DTSTART:20250901T090000Z\nSUMMARY:Meeting"
    done = take(desk, tmp_path, ics(CLOSED, timed, "DTSTART;VALUE=DATE:20250901\nSUMMARY:First day"))
    assert str(done) == "school: 4 days made, 0 changed, 0 gone, 0 unchanged\n1 event with a time of day left out"
    closed = [(f"2025-12-{day}", "Closed, for cleaning") for day in (24, 25, 26)]
    assert days(desk) == [("2025-09-01", "First day"), *closed]
    again = take(desk, tmp_path, ics(CLOSED, timed, "DTSTART;VALUE=DATE:20250901\nSUMMARY:First day"))
    assert (again.made, again.changed, again.gone, again.unchanged) == (0, 0, 0, 4)


def test_a_newer_file_takes_its_own_days_back_and_no_others(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, ics(CLOSED))
    edit(desk.ana, desk.at(NOW), "school", off=("2025-12-31: fireworks",), work=("2025-12-26: stocktaking",))
    done = take(desk, tmp_path, ics("DTSTART;VALUE=DATE:20251226\nSUMMARY:x", "DTSTART;VALUE=DATE:20251224\nSUMMARY:y"))
    assert (done.made, done.changed, done.gone, done.own) == (0, 1, 1, 1)
    assert days(desk) == [("2025-12-24", "y"), ("2025-12-26", "stocktaking"), ("2025-12-31", "fireworks")]
    undo(desk.ana, desk.at(NOW))
    assert days(desk)[1] == ("2025-12-25", "Closed, for cleaning")


def test_what_recurs_is_followed_for_ten_years(desk: Desk, tmp_path: Path) -> None:
    yearly = "DTSTART;VALUE=DATE:20250501\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270501\nSUMMARY:May"
    take(desk, tmp_path, ics(yearly))
    found = [day for day, _ in days(desk)]
    assert found == [f"{year}-05-01" for year in range(2025, 2036) if year != 2027]


def test_imported_days_are_off(desk: Desk, tmp_path: Path) -> None:
    add(desk.ana, desk.at(NOW), "school", week="mon-fri", country="BE")
    take(desk, tmp_path, ics(CLOSED))
    told = str(one(desk.ana, desk.at(NOW), "school", 2025))
    assert "Wed 24 Dec 2025   Closed, for cleaning" in told
    assert "Mon 21 Jul 2025   National Day" in told


HOSTILE = {
    "empty": ("", "line 1: expected BEGIN:VCALENDAR"),
    "text": ("hello\n", "line 1: 'hello' is no line of an .ics file (expected NAME:value)"),
    "page": ("<html>\n", "line 1: '<html>' is no line"),
    "contact": ("BEGIN:VCARD\nEND:VCARD\n", "line 1: expected BEGIN:VCALENDAR"),
    "zeroes": (b"\0" * 1000, "line 1: "),
    "latin": (b"BEGIN:VCALENDAR\nX-A:caf\xe9\nEND:VCALENDAR\n", "line 2: not UTF-8 (byte 0xe9)"),
    "open": ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "line 2: BEGIN:VEVENT has no END"),
    "crossed": ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "line 3: END:VCALENDAR where END:VEVENT"),
    "deep": ("BEGIN:VCALENDAR\n" * 2000, "line 9: nested too deep"),
    "many": ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 20_001, "line 40002: more than 20,000 events"),
    "no start": (ics("SUMMARY:x"), "line 4: an event needs one DTSTART"),
    "two starts": (
        ics("DTSTART;VALUE=DATE:20250101\nDTSTART;VALUE=DATE:20250102"),
        "line 6: an event needs one",
    ),
    "month 13": (ics("DTSTART;VALUE=DATE:20261345"), "line 6: DTSTART cannot be read"),
    "word": (ics("DTSTART;VALUE=DATE:tomorrow"), "line 6: DTSTART cannot be read"),
    "year 0": (ics("DTSTART;VALUE=DATE:00000101"), "line 6: DTSTART cannot be read"),
    "backwards": (ics("DTSTART;VALUE=DATE:20250102\nDTEND;VALUE=DATE:20250101"), "line 7: the event ends before it"),
    "mixed": (ics("DTSTART;VALUE=DATE:20250102\nDTEND:20250103T100000"), "line 7: begins with a day and ends with"),
    "for ever": (
        ics("DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:99991231"),
        "line 7: the event lasts 3,652,058",
    ),
    "duration": (ics("DTSTART;VALUE=DATE:20250102\nDURATION:PT1H"), "line 7: the event ends before it begins"),
    "never": (ics("DTSTART;VALUE=DATE:20250102\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "line 7: "),
    "rule": (ics("DTSTART;VALUE=DATE:20250102\nRRULE:FREQ=NEVERLY"), "line 7: "),
    "too many": (ics("DTSTART;VALUE=DATE:20250102\nDTEND;VALUE=DATE:20350101\nRRULE:FREQ=DAILY"), "at most 20,000"),
    "step 0": (ics("DTSTART;VALUE=DATE:20250102\nRRULE:FREQ=DAILY;INTERVAL=0"), "line 7: "),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_whole_with_line_and_reason(desk: Desk, tmp_path: Path, name: str) -> None:
    text, why = HOSTILE[name]
    add(desk.ana, desk.at(NOW), "school")
    path = tmp_path / "bad.ics"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = time.process_time()
    words = refused(import_days, desk.ana, desk.at(NOW), "school", str(path))
    assert time.process_time() - before < 2
    assert why in words
    assert words.endswith("; nothing was imported.")
    assert days(desk) == []


@pytest.mark.parametrize(
    ("event", "name"),
    [("SUMMARY:\x1b[2J[b]red[/]", "[2J[b]red[/]"), ("SUMMARY:" + "x" * 200_000, "x" * 200), ("", "")],
)
def test_names_are_harmless(event: str, name: str) -> None:
    found = days_off(ics(f"DTSTART;VALUE=DATE:20250102\n{event}").encode(), "a.ics", date(2025, 1, 1))
    assert [each for _, each in found.days] == [name]


def test_an_end_of_time_is_reached_without_falling_over() -> None:
    event = "DTSTART;VALUE=DATE:99991231\nSUMMARY:last"
    with pytest.raises(Refused, match="line 8: the event leaves the years"):
        days_off(ics(f"{event}\nDURATION:P3D").encode(), "a.ics", date(2025, 1, 1))
