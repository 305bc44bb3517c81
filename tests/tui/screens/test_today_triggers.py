"""Today says what triggers are about to do, a few of it, and nothing of labels that no task bears."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import tasks, triggers
from engine.operations.trigger_install import install
from tests.desk import Desk, stays
from tests.tui.screens.stage import NOW, picture, press, shown, view
from tui.acting import Acting
from tui.screens.dialog import Words
from tui.screens.one_task import OneTask
from tui.screens.today import FEW

HEADING = "triggers about to act in the next 24 hours"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return stays(tmp_path / "desk.db")


async def test_what_triggers_do_within_a_day_is_listed_with_its_task(desk: Desk) -> None:
    triggers.add(desk.ana, NOW, "again", "completed", "reopen", delay="3h")
    task = tasks.add(desk.ana, NOW, "Feed the cat").id
    tasks.done(desk.ana, NOW, task)
    async with shown(desk, (120, 45)) as pilot:
        assert HEADING in picture(pilot)
        for _ in range(60):
            if isinstance(view(pilot).current, Acting):
                break
            await press(pilot, "j")
        assert isinstance(view(pilot).current, Acting)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, Words)
        assert "Of the trigger again" in picture(pilot)
        await press(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, OneTask)


async def test_a_label_that_no_task_bears_is_not_told_of(desk: Desk) -> None:
    install(desk.ana, NOW)
    async with shown(desk, (120, 45)) as pilot:
        assert HEADING not in picture(pilot)


async def test_of_many_a_few_are_shown(desk: Desk) -> None:
    triggers.add(desk.ana, NOW, "again", "completed", "reopen", delay="3h")
    made = [tasks.add(desk.ana, NOW, f"chore {number}").id for number in range(FEW + 15)]
    tasks.done(desk.ana, NOW, *made)
    async with shown(desk, (120, 90)) as pilot:
        assert picture(pilot).count("reopen") == FEW
