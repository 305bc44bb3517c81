"""Expressions in names of tasks on screen: said in words in every view, raw where they are edited, with a preview."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine.operations import tasks
from tests.desk import Desk
from tests.tui.screens.stage import picture, press, shown, store_with_stays, type_in, view
from tests.tui.screens.test_trigger_editor import fill
from tests.tui.screens.trigger_desk import store_with_triggers

RENT = "Rent of %%this.date.month%%"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A task with an expression, due today, and one whose path nobody knows."""
    made = store_with_stays(tmp_path / "desk.db")
    at = made.at("2025-06-10")
    tasks.add(made.ana, at, RENT, deadline=date(2025, 6, 16))
    tasks.add(made.ana, at, "Levy %%this.date.moth%%", deadline=date(2025, 6, 16))
    return made


async def put_on(pilot: Pilot[Any], title: str) -> None:
    """Put the cursor on the task that shows as that."""
    await press(pilot, "g")
    for _ in range(40):
        if getattr(view(pilot).current, "title", "").startswith(title):
            return
        await press(pilot, "j")
    raise AssertionError(f"there is no row {title}")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_B10_every_view_says_the_month_and_keeps_what_nobody_knows(desk: Desk, size: tuple[int, int]) -> None:
    async with shown(desk, size) as pilot:
        for key in ("1", "2", "9") if size[0] > 100 else ("1", "2"):
            await press(pilot, key)
            assert RENT not in picture(pilot), key
            if key == "2":
                await put_on(pilot, "Rent of June")
            assert "Rent of June" in picture(pilot), key
        await press(pilot, "2")
        await put_on(pilot, "Levy %%this.date.moth%%")


async def test_B10_the_detail_shows_the_typed_name_and_flags_what_is_wrong(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Rent of June")
        assert f"typed: {RENT}" in picture(pilot)
        await put_on(pilot, "Levy")
        said = " ".join(picture(pilot).split())
        assert "! %%this.date.moth%%: 'moth' is not known after 'date'" in said
        assert "typed:" not in said


async def test_B10_search_finds_what_is_shown_and_what_is_typed(desk: Desk) -> None:
    async with shown(desk) as pilot:
        for text in ("of june", "date.month"):
            await press(pilot, "2", "/")
            await type_in(pilot, text)
            await press(pilot, "enter")
            assert "Rent of June" in picture(pilot), text
            assert "Levy" not in picture(pilot), text
            await press(pilot, "escape")


async def test_B10_the_edit_form_is_raw_and_previews(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Rent of June")
        await press(pilot, "e")
        assert pilot.app.screen.query(Input).first().value == RENT
        assert "shows as: Rent of June" in picture(pilot)
        await press(pilot, "end")
        await type_in(pilot, " %%this.date.yaer%%")
        said = " ".join(picture(pilot).split())
        assert "shows as: Rent of June %%this.date.yaer%%" in said
        assert "! %%this.date.yaer%%: 'yaer' is not known after 'date'" in said


async def test_B10_the_editor_of_a_trigger_says_what_it_will_tell(tmp_path: Path) -> None:
    async with shown(store_with_triggers(tmp_path / "desk.db"), (160, 50)) as pilot:
        await press(pilot, "7", "a")
        texts = {"name": "Rent", "scope": "label", "scope_name": "home", "action": "notify"}
        await fill(pilot, **texts, main="%%this.name%% of %%this.deadline.month%% %%this.moth%%")
        aside = (line.rpartition("│")[2] for line in picture(pilot).splitlines())
        said = " ".join(" ".join(aside).split())
        assert "shows as: Pay the rent of June %%this.moth%%" in said
        assert "! %%this.moth%%: 'moth' is not known after 'this'" in said
        assert "(known: date, deadline, name, list, object, person)" in said


async def test_quick_add_says_what_the_line_will_show_as(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "a")
        await type_in(pilot, "Close %%this.date.quarter.prev%% q %%this.date.month.prev.year%% on 20 jan")
        assert "shows as: Close 4 q 2025" in picture(pilot)
