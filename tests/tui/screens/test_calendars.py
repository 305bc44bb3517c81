"""The business calendars on screen: the list, the days off of two years, and everything that changes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.operations import calendars, schedules, templates
from engine.operations.settings import set_setting
from store import settings
from store.connection import connect
from store.reads import calendars as reads
from store.values import Calendar
from tests.desk import Desk
from tests.tui.screens.stage import app_on, picture, press, settle, shown, store_with_stays, type_in
from tests.tui.screens.test_pictures import shoot
from tui.palette import Everything
from tui.screens.calendar_dialogs import PLAIN, WORKED
from tui.screens.dialog import Dialog, Words

__all__ = ["shoot"]

ICS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:School holiday
DTSTART;VALUE=DATE:20250818
DTEND;VALUE=DATE:20250820
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two calendars; the usual one is BE, which a schedule keeps to by its name and a template as the usual one."""
    made = store_with_stays(tmp_path / "desk.db")
    at = made.at("2025-06-10")
    off = ("2025-12-24: Christmas Eve", "2025-12-29..2026-01-02: closed")
    calendars.add(made.ana, at, "BE", country="BE", off=off, work=("2025-07-21: stocktaking",))
    calendars.add(made.ana, at, "Riyadh", week="sun-thu")
    set_setting(made.ana, at, "calendar", "BE")
    templates.add(made.ana, at, "Bins", "weekly mon,thu", roll="next")
    schedules.edit(made.ana, at, "weekly report", calendar="BE", roll="next")
    return made


def there(desk: Desk) -> dict[str, Calendar]:
    """The calendars in the store, by name."""
    return {each.name: each for each in reads.listed(connect(desk.path, read_only=True))}


def words(pilot: Pilot[Any]) -> str:
    """What is on the screen, blanks between words made one."""
    return " ".join(picture(pilot).split())


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_list_says_what_each_is_and_what_keeps_to_it(desk: Desk, size: tuple[int, int]) -> None:
    async with shown(desk, size) as pilot:
        await press(pilot, "9", "Y")
        told = words(pilot)
        assert "2 business calendars the usual one is BE" in told
        assert "usual BE BE mon-fri 7 own days used by" in told
        assert "Riyadh - sun-thu" in told
        assert "not used" in told


async def test_the_detail_names_the_days_off_of_two_years(desk: Desk) -> None:
    async with shown(desk, (160, 60)) as pilot:
        await press(pilot, "9", "Y")
        told = words(pilot)
        assert "used by 1 schedule, 1 recurring task" in told
        assert "Mon 21 Jul 2025 worked: stocktaking" in told
        assert "Wed 24 Dec 2025 Christmas Eve own" in told
        assert "2026 252 working days" in told
        assert "Fri 25 Dec 2026 Christmas Day" in told


async def test_narrow_the_detail_is_behind_enter_and_q_walks_out(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "9", "Y", "enter")
        assert "2025 249 working days" in words(pilot)
        await press(pilot, "q", "q")
        assert type(pilot.app.screen).__name__ == "Calendar"


async def test_an_empty_store_says_what_to_press(tmp_path: Path) -> None:
    async with shown(store_with_stays(tmp_path / "desk.db"), (80, 24)) as pilot:
        await press(pilot, "Y")
        assert "a adds one" in words(pilot)
        await press(pilot, "e", "s", "m", "D", "w")
        assert type(pilot.app.screen).__name__ == "Calendars"


async def test_the_palette_finds_them(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        found = [hit async for hit in Everything(pilot.app.screen).search("business calendars")]
        best = max(found, key=lambda hit: hit.score)
        await best.command()
        await settle(pilot)
        assert type(pilot.app.screen).__name__ == "Calendars"


async def test_one_is_added_and_undone(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "a")
        await type_in(pilot, "Scotland")
        await press(pilot, "tab")
        await type_in(pilot, "gb")
        await press(pilot, "tab")
        await type_in(pilot, "Scotland")
        await press(pilot, "enter")
        made = there(desk)["Scotland"]
        assert (made.country, made.region, made.week) == ("GB", "SCT", (1, 2, 3, 4, 5))
        await press(pilot, "u")
        assert "Scotland" not in there(desk)


async def test_a_wrong_country_and_a_taken_name_are_said_in_the_dialog(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "a")
        await type_in(pilot, "BE")
        await press(pilot, "tab")
        await type_in(pilot, "Belgum")
        await press(pilot, "enter")
        assert "no country that holidays are known of" in words(pilot)
        await press(pilot, *["backspace"] * 6, "enter")
        assert "There is already a calendar named BE." in words(pilot)
        assert isinstance(pilot.app.screen, Dialog)


async def test_a_week_is_edited_and_an_empty_one_is_that_of_the_country(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "e", "tab", "tab", "tab", "ctrl+u")
        await type_in(pilot, "mon-sat")
        await press(pilot, "enter")
        assert there(desk)["BE"].week == (1, 2, 3, 4, 5, 6)
        assert len(there(desk)["BE"].days) == 7
        await press(pilot, "e", "tab", "tab", "tab", "ctrl+u", "enter")
        assert there(desk)["BE"].week == (1, 2, 3, 4, 5)


async def test_own_days_are_named_and_taken_back(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "s")
        assert "2025-12-29..2026-01-02: closed" in words(pilot)
        await type_in(pilot, "2025-08-01: bridge; 2025-08-04")
        assert "Fri 1 Aug 2025 off: bridge" in words(pilot)
        await press(pilot, "enter")
        assert len(there(desk)["BE"].days) == 9
        await press(pilot, "s")
        await type_in(pilot, "2025-12-24")
        await press(pilot, "tab", "right")
        assert "Wed 24 Dec 2025 worked was off: Christmas Eve" in words(pilot)
        assert WORKED in words(pilot)
        await press(pilot, "right")
        assert f"Wed 24 Dec 2025 {PLAIN}" in words(pilot)
        await press(pilot, "enter")
        assert "2025-12-24" not in {each.day.isoformat() for each in there(desk)["BE"].days}
        await press(pilot, "u", "u")
        assert len(there(desk)["BE"].days) == 7


async def test_a_day_that_cannot_be_read_is_refused_where_it_is_typed(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "s")
        await type_in(pilot, "03/04")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Dialog)
        assert "03/04" in words(pilot).replace("days 03/04", "")


async def test_a_file_is_imported(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "school.ics"
    file.write_text(ICS)
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "j", "I")
        await type_in(pilot, str(tmp_path / "none.ics"))
        await press(pilot, "enter")
        assert "cannot be read: there is no such file" in words(pilot)
        await press(pilot, "ctrl+u")
        await type_in(pilot, "-")
        await press(pilot, "enter")
        assert "type the path of an .ics file" in words(pilot)
        await press(pilot, "ctrl+u")
        await type_in(pilot, str(file))
        await press(pilot, "enter")
        assert [(each.name, each.source) for each in there(desk)["Riyadh"].days] == [
            ("School holiday", "school.ics")
        ] * 2


async def test_the_usual_one_is_chosen_and_given_up(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "j", "m")
        assert "the usual one is Riyadh" in words(pilot)
        assert settings.read(pilot.app.reader, "calendar") == "Riyadh"  # type: ignore[attr-defined]  # of the desk
        await press(pilot, "m")
        assert "the usual one is Monday to Friday" in words(pilot)


async def test_deleting_one_that_is_used_is_refused_by_name(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "D")
        refusal = "The calendar BE cannot be deleted: it is used by 1 schedule and the setting calendar."
        assert refusal in [note.message for note in pilot.app._notifications]
        await press(pilot, "j", "D")
        assert set(there(desk)) == {"BE"}
        await press(pilot, "u")
        assert set(there(desk)) == {"BE", "Riyadh"}


async def test_why_says_what_keeps_to_it(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "w")
        assert isinstance(pilot.app.screen, Words)
        assert "It is kept to by 1 schedule and 1 recurring task." in words(pilot)


async def test_a_change_from_elsewhere_is_shown_and_the_cursor_stays(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "Y", "j")
        calendars.add(desk.bo, desk.at("2025-06-16"), "Alps", country="FR")
        pilot.app.look()  # type: ignore[attr-defined]  # of the desk
        await press(pilot, "shift")
        assert "3 business calendars" in words(pilot)
        assert pilot.app.screen.calendar.name == "Riyadh"  # type: ignore[attr-defined]  # of the screen


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize("keys", [("9", "Y"), ("9", "Y", "s"), ("9", "Y", "e")], ids=["list", "days", "edit"])
def test_pictures(desk: Desk, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    assert shoot(app_on(desk), size, keys)
