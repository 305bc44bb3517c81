"""The forecast on the desk: from any screen, of a row or of all, further and nearer."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import schedules, templates
from store.journal import Actor
from tests.desk import Desk
from tests.tui.screens.stage import NOW, picture, press, settle, shown, store_with_stays, type_in, view

ANA = Actor(None, "ana", "cli")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stays with their tasks, a job more and a chore."""
    made = store_with_stays(tmp_path / "desk.db")
    schedules.add(ANA, NOW, "minder", "cron: */5 * * * *", controller="shell", command="true")
    templates.add(ANA, NOW, "Water the plants", "weekly mon,thu")
    return made


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_F_looks_two_weeks_ahead_and_plus_further(desk: Desk, size: tuple[int, int]) -> None:
    async with shown(desk, size) as pilot:
        await press(pilot, "F")
        await settle(pilot)
        assert "forecast to Mon 30 Jun 2025" in picture(pilot)
        assert "Mon 16 Jun 2025 · today" in picture(pilot)
        rows = view(pilot)._found.rows
        assert {"nightly backup", "Water the plants", "minder"} <= {row.name for row in rows}
        assert next(row.word for row in rows if row.name == "minder" and row.day > NOW.date()) == "run 288 times"
        near = len(rows)
        await press(pilot, "greater_than_sign")
        await settle(pilot)
        assert len(view(pilot)._found.rows) > near
        await press(pilot, "less_than_sign", "less_than_sign")
        await settle(pilot)
        assert len(view(pilot)._found.rows) < near
        await press(pilot, "q")
        assert view(pilot).VIEW == "today"


async def test_of_the_schedule_under_the_cursor_only(desk: Desk) -> None:
    async with shown(desk, (120, 36)) as pilot:
        await press(pilot, "3", "F")
        await settle(pilot)
        assert {row.name for row in view(pilot)._found.rows} == {"minder"}
        assert "forecast of minder" in picture(pilot)
        await press(pilot, "F", "enter")
        await settle(pilot)
        assert view(pilot).VIEW == "schedules", "it opens once, and a row leads to its schedule"


async def test_a_typed_day_and_one_that_is_none(desk: Desk) -> None:
    async with shown(desk, (120, 36)) as pilot:
        await press(pilot, "F")
        await settle(pilot)
        before = view(pilot)._found
        await press(pilot, "slash")
        await type_in(pilot, "yesterdayish")
        await press(pilot, "enter")
        await settle(pilot)
        assert view(pilot)._found is before
        assert any("yesterdayish" in note.message for note in pilot.app._notifications)
        await press(pilot, "slash")
        view(pilot)._box.value = "+3d"
        await press(pilot, "enter")
        await settle(pilot)
        assert len(view(pilot)._found.rows) < len(before.rows)
