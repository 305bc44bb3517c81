"""The desk left open over midnight, over the time of a task, and over a change of zone: it follows by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.operations import definitions, lists, tasks
from engine.operations.settings import set_setting
from tests.desk import ZONE, Desk, stays
from tests.tui.screens.stage import Clock, picture, press, settle, shown

DAY = date(2025, 6, 16)
MORNING = datetime(2025, 6, 16, 9, 29, 50, tzinfo=ZONE)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return stays(tmp_path / "desk.db")


async def turn(pilot: Pilot[Any], clock: Clock, **by: float) -> str:
    """Let time pass; the desk looks at its clocks as it does twice a second."""
    clock.now += timedelta(**by)
    pilot.app.look()  # type: ignore[attr-defined]
    await settle(pilot)
    return picture(pilot)


def under(seen: str, heading: str) -> str:
    """What stands in a section, up to the next heading."""
    lines = [line.split("│")[0] for line in seen.splitlines()]
    at = next(number for number, line in enumerate(lines) if line.strip().lstrip("▾v ").startswith(heading))
    return "\n".join(line for line in lines[at + 1 : at + 3])


@pytest.mark.parametrize("view", ["1", "2"])
async def test_a_task_is_late_on_the_screen_from_its_time_on(desk: Desk, view: str) -> None:
    tasks.add(desk.ana, MORNING, "Call the baker", deadline=DAY, time="09:30")
    tasks.add(desk.ana, MORNING, "Sweep", deadline=DAY)
    clock = Clock(MORNING)
    async with shown(desk, clock=clock) as pilot:
        await press(pilot, view)
        seen = picture(pilot)
        assert "today 09:30" in seen
        assert "1 late" not in seen
        seen = await turn(pilot, clock, seconds=9)
        assert "today 09:30" in seen
        assert "1 late" not in seen
        seen = await turn(pilot, clock, seconds=1)
        assert "late 09:30" in seen
        assert "today 09:30" not in seen
        assert seen.count("1 late") >= 2, "the header and the view"
        assert "2 late" not in seen


async def test_today_moves_the_task_under_its_new_heading(desk: Desk) -> None:
    tasks.add(desk.ana, MORNING, "Call the baker", deadline=DAY, time="09:30")
    clock = Clock(MORNING)
    async with shown(desk, clock=clock) as pilot:
        assert "Call the baker" in under(picture(pilot), "due today")
        seen = await turn(pilot, clock, minutes=1)
        assert "Call the baker" in under(seen, "late")
        assert "due today" not in seen.replace("0 due today", "")


async def test_midnight_makes_the_tasks_of_the_day_late(desk: Desk) -> None:
    clock = Clock(datetime(2025, 6, 16, 23, 59, 59, tzinfo=ZONE))
    tasks.add(desk.ana, MORNING, "Sweep", deadline=DAY)
    tasks.add(desk.ana, MORNING, "Rake", deadline=DAY + timedelta(1))
    async with shown(desk, clock=clock) as pilot:
        assert "1 late" not in picture(pilot)
        seen = await turn(pilot, clock, seconds=1)
        assert "Sweep" in under(seen, "late")
        assert "late 1 d" in seen
        assert "Rake" in under(seen, "due today")


async def test_the_day_of_a_list_begins_on_its_own_clocks(desk: Desk) -> None:
    """In Tokyo it is midnight at 17:00 of Brussels."""
    lists.add(desk.ana, MORNING, "far", zone="Asia/Tokyo")
    tasks.add(desk.ana, MORNING, "Send it", deadline=DAY, list="far")
    tasks.add(desk.ana, MORNING, "Sweep", deadline=DAY)
    clock = Clock(datetime(2025, 6, 16, 16, 59, 59, tzinfo=ZONE))
    async with shown(desk, clock=clock) as pilot:
        assert "1 late" not in picture(pilot)
        seen = await turn(pilot, clock, seconds=1)
        assert "Send it" in under(seen, "late")
        assert "late 1 d" in seen
        assert "Sweep" in under(seen, "due today")


async def test_a_zone_that_changes_shows_at_once(desk: Desk) -> None:
    tasks.add(desk.ana, MORNING, "Call the baker", deadline=DAY, time="09:30", assignee=("Bo",))
    clock = Clock(MORNING)
    async with shown(desk, clock=clock) as pilot:
        assert "today 09:30" in picture(pilot)
        definitions.edit_user(desk.ana, MORNING, "Bo", zone="Asia/Tokyo")
        assert "late 09:30" in await turn(pilot, clock)
        await press(pilot, "g", "j")
        assert "Asia/Tokyo  late" in picture(pilot), "the detail says on whose clocks"
        definitions.edit_user(desk.ana, MORNING, "Bo", zone="")
        assert "today 09:30" in await turn(pilot, clock)
        set_setting(desk.ana, MORNING, "zone", "Asia/Tokyo")
        seen = await turn(pilot, clock)
        assert "late 09:30" in seen
        assert pilot.app.zone.key == "Asia/Tokyo"  # type: ignore[attr-defined]
