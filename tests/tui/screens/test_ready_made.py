"""Ready-made labels on screen: offered by the empty view, chosen one by one or all, taken back by u."""

from __future__ import annotations

from pathlib import Path

from store.database import session
from store.reads import triggers as reads
from tests.desk import stays
from tests.tui.screens.stage import picture, press, settle, shown, type_in
from tui.screens.ready_made import ReadyLabels


def names() -> list[str]:
    with session() as connection:
        return reads.names(connection)


async def test_the_empty_view_offers_them_and_enter_installs_one(tmp_path: Path) -> None:
    async with shown(stays(tmp_path / "desk.db"), (80, 24)) as pilot:
        await press(pilot, "7")
        assert "Press i to install ready-made labels" in " ".join(picture(pilot).split())
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, ReadyLabels)
        seen = " ".join(picture(pilot).split())
        assert "weekly on Saturday" in seen
        assert "Monday at 00:00, for each task with label Monday" in seen
        await press(pilot, "j", "enter")
        await settle(pilot)
        assert names() == ["Tuesday"]
        assert "Tuesday                     there" in picture(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        assert names() == ["Tuesday"]
        await press(pilot, "a")
        await settle(pilot)
        assert "remind 1 day before" in names()
        await press(pilot, "escape", "u")
        await settle(pilot)
        assert names() == ["Tuesday"]


async def test_another_of_the_same_form_is_typed_and_says_what_it_will_do(tmp_path: Path) -> None:
    async with shown(stays(tmp_path / "desk.db"), (120, 36)) as pilot:
        await press(pilot, "7", "i", "o")
        await type_in(pilot, "weekly on Caturday")
        assert "is no ready-made label" in picture(pilot)
        await press(pilot, "ctrl+u")
        await type_in(pilot, "monthly 5th")
        assert "The 5th of every month at 00:00" in picture(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        assert names() == ["monthly 5th"]
        assert isinstance(pilot.app.screen, ReadyLabels)
