"""Missed as a person uses it: what did not happen, why, and what is done about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import Desk
from tests.tui.screens.ledgers import store_with_ledger
from tests.tui.screens.stage import picture, press, shown, type_in


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Four days without an engine, a pause, an overlap."""
    return store_with_ledger(tmp_path / "desk.db")


async def test_by_day_what_did_not_happen_how_late_and_why(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3")
        assert "5 missed or skipped: M" in picture(pilot)
        await press(pilot, "M", "j", "j")
        seen = picture(pilot)
    assert "5 lines for 4,324 times · by day" in seen
    assert seen.index("Mon 16 Jun 2025") < seen.index("Sun 15 Jun 2025") < seen.index("Fri 13 Jun 2025")
    assert "? 00:00 heating watch" in seen
    assert "x4,320" in seen
    assert "policy is skip" in seen
    assert "merged" not in seen


async def test_by_schedule_and_the_whole_ledger_of_one(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "M", "b")
        seen = picture(pilot)
        assert seen.index("heating watch") < seen.index("nightly backup") < seen.index("weekly report")
        await press(pilot, "j", "j", "o")
        seen = picture(pilot)
        assert "[ledger]" in seen
        assert "nightly backup: 5 lines" in seen
        assert all(word in seen for word in ("fired", "merged", "missed"))
        await press(pilot, "j", "j", "j")
        seen = picture(pilot)
        assert "The run of 2025-06-16 02:30:00+02:00" in seen


async def test_tabs_go_round(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3")
        for tab in ("[missed]", "[not fired]", "[ledger]", "[schedules]"):
            await press(pilot, "right_square_bracket")
            assert tab in picture(pilot)
        await press(pilot, "j", "left_square_bracket")
        assert "nightly backup: 5 lines" in picture(pilot)
        await press(pilot, "left_square_bracket")
        assert "7 lines" in picture(pilot)
        await press(pilot, "escape")
        assert "[schedules]" in picture(pilot)


@pytest.mark.parametrize(
    ("typed", "seen", "hidden"),
    [
        ("heating", "1 match heating for 4,320 times", "nightly backup"),
        ("disk move", "1 match disk move", "nightly backup"),
        ("schedule:backup", "2 match", "weekly report"),
        ("cause:overlap", "1 match", "nightly backup"),
        ("cause:skipped", "2 match", "nightly backup"),
        ("no such thing", "Nothing matches no such thing", "nightly backup"),
    ],
)
async def test_filter(desk: Desk, typed: str, seen: str, hidden: str) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "M", "slash")
        await type_in(pilot, typed)
        await press(pilot, "enter")
        assert seen in picture(pilot)
        assert hidden not in picture(pilot)
        await press(pilot, "escape")
        assert "5 lines" in picture(pilot)


async def test_a_narrow_terminal_shows_the_line_in_place_of_the_list(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "M", "G", "enter")
        seen = picture(pilot)
    assert "planned    2025-06-09 07:00:00+02:00 Europe/Brussels" in seen
    assert "paused by Ana: disk move" in seen
    assert "d accepts" in seen


async def test_nothing_missed_says_so(tmp_path: Path) -> None:
    from tests.tui.screens.stage import store_with_stays

    async with shown(store_with_stays(tmp_path / "new.db")) as pilot:
        await press(pilot, "M")
        assert "Nothing was missed" in picture(pilot)
