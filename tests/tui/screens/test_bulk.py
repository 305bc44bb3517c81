"""Verbs on many rows: marked one by one, in a range, or all that match, and one undo for each act."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import tasks
from store.database import transaction
from tests.desk import Desk
from tests.tui.screens.stage import picture, press, shown, store_with_stays, type_in, view

MANY = 420
"""More than a page, so that most of them are not loaded."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stay 12 confirmed, and many chores that are due on the days of a week, some of them hidden yet."""
    desk = store_with_stays(tmp_path / "desk.db")
    with transaction() as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'Ana', 'cli', 'seed')")
        connection.executemany(
            "INSERT INTO task (name, visible_date, deadline_date, created_at) VALUES (?, '2025-05-01', ?, 0)",
            [(f"water {index}", f"2025-06-{index % 7 + 17}") for index in range(MANY)],
        )
    return desk


def due(desk: Desk, day: str) -> int:
    """How many chores are due that day."""
    found = desk.rows("SELECT count(*) FROM task WHERE name LIKE 'water%' AND deadline_date = ?", day)
    return int(found[0][0])


async def sifted(pilot: object, text: str) -> None:
    """Filter the followups."""
    await press(pilot, "2", "slash")  # type: ignore[arg-type]  # a pilot
    await type_in(pilot, text)  # type: ignore[arg-type]
    await press(pilot, "enter", "j")  # type: ignore[arg-type]  # from the heading to the first task


async def test_all_that_match_are_marked_loaded_or_not_and_done_with_one_yes_and_one_undo(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await sifted(pilot, "water")
        await press(pilot, "V")
        assert f"{MANY} tasks marked" in picture(pilot)
        await press(pilot, "d")
        assert f"{MANY} tasks are marked" in picture(pilot)
        assert f"mark all {MANY} done?" in picture(pilot)
        await press(pilot, "n")
        assert desk.rows("SELECT count(*) FROM task WHERE is_done") == [(0,)]
        await press(pilot, "d", "y")
        assert desk.rows("SELECT count(*) FROM task WHERE is_done") == [(MANY,)]
        assert not view(pilot).list.marked
        await press(pilot, "u")
    assert desk.rows("SELECT count(*) FROM task WHERE is_done") == [(0,)]


async def test_marked_rows_move_each_from_its_own_day(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await sifted(pilot, "water")
        await press(pilot, "V", "r")
        assert f"({MANY} tasks)" in picture(pilot)
        await type_in(pilot, "+1w")
        assert "each 1 week later than it is due" in picture(pilot)
        await press(pilot, "enter")
        assert (due(desk, "2025-06-17"), due(desk, "2025-06-24")) == (0, MANY // 7)
        await press(pilot, "u")
    assert due(desk, "2025-06-17") == MANY // 7


async def test_a_range_and_marks_go_together_and_the_others_are_marked_instead(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await sifted(pilot, "water")
        await press(pilot, "v", *["j"] * 4, "v", "j", "space")
        assert len(view(pilot).list.marked) == 6
        await press(pilot, "asterisk")
        assert len(view(pilot).list.marked) == MANY - 6
        await press(pilot, "asterisk", "r")
        await type_in(pilot, "30 jun")
        await press(pilot, "enter")
    assert due(desk, "2025-06-30") == 6


async def test_an_open_range_counts_as_marked(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await sifted(pilot, "water")
        await press(pilot, "v", "j", "j", "d")
    assert desk.rows("SELECT count(*) FROM task WHERE is_done") == [(3,)]


async def test_on_a_heading_its_group_is_marked_and_again_unmarked(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "g", "V")
        heading = view(pilot).list.heading
        assert heading is not None
        assert len(view(pilot).list.marked) == 3, "max. 1 month before stay"
        await press(pilot, "V")
        assert not view(pilot).list.marked


async def test_folded_sections_are_not_marked(desk: Desk) -> None:
    done = desk.task("Publish blog").id if desk.tasks("open", "2025-06-16") else 0
    tasks.done(desk.ana, desk.at("2025-06-16"), done)
    async with shown(desk) as pilot:
        await press(pilot, "2", "j", "V")
        assert done not in view(pilot).list.marked
        assert len(view(pilot).list.marked) == desk.rows(
            "SELECT count(*) FROM task WHERE NOT is_done AND visible_date <= '2025-06-16'"
        )[0][0]  # fmt: skip


async def test_what_somebody_else_did_meanwhile_is_left_out_and_named(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await sifted(pilot, "water")
        await press(pilot, "space", "space", "space")
        number = min(each for each in view(pilot).list.marked if isinstance(each, int))
        tasks.done(desk.bo, desk.at("2025-06-16"), number)
        await press(pilot, "d")
        said = [note.message for note in pilot.app._notifications]
        assert [words.partition(" (")[0] for words in said] == [f"left out 1: Task {number} is already done"]
    assert desk.rows("SELECT count(*) FROM task WHERE is_done") == [(3,)]
