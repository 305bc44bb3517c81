"""A schedule that keeps to a calendar, in the editor: the preview names the day that moved it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.desk import Desk
from tests.tui.screens.stage import picture, press, shown, store_with_stays
from tests.tui.screens.test_editor import fill, saved
from tui.screens.schedule_editor_changes import Changes
from tui.widgets.folding_form import FoldingForm


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two schedules: nightly backup and weekly report."""
    return store_with_stays(tmp_path / "desk.db")


def previewed(pilot: Pilot[Any]) -> str:
    form = pilot.app.screen.query_one(FoldingForm)
    return "\n".join(line.plain for line in form.notes.preview)


@pytest.mark.parametrize("size", [(80, 24), (160, 60)])
async def test_W18_the_screen_names_the_holiday(desk: Desk, size: tuple[int, int]) -> None:
    async with shown(desk, size) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, spec="yearly 21 july 02:30", roll="next", calendar="BE")
        told = previewed(pilot)
        assert "21 July every year at 02:30, or the next working day of BE, Europe/Brussels" in told
        assert "Tue 22 Jul 2025  02:30\n  from Mon 21 July: National Day" in told
        assert "Wed 22 Jul 2026  02:30\n  from Tue 21 July: National Day" in told
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Changes)
        await press(pilot, "enter")
        made = saved(desk)
        assert (made.calendar, made.roll.value) == ("BE", "next")
        await press(pilot, "enter")
        assert "from Mon 21 July: National Day" in picture(pilot)


async def test_a_calendar_that_is_not_there_says_so_beside_its_field(desk: Desk) -> None:
    async with shown(desk, (160, 60)) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, roll="skip", calendar="nowhere")
        assert "'nowhere' is no calendar" in picture(pilot)
        await fill(pilot, calendar="")
        assert "every day at 02:30, only on working days, Europe/Brussels" in previewed(pilot)
