"""The return board: sorted before anything is written, one key for each fate, one act, one undo."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from engine.operations import tasks, templates
from engine.templates import look
from store.database import transaction
from store.instants import to_us
from tests.desk import Desk
from tests.engine.stage import contents
from tests.tui.screens.stage import NOW, Clock, picture, press, shown, store_with_stays, type_in, view
from tui.screens.board import Board

TODAY = NOW.date()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stay 12 with three late tasks, nine late ones by hand, and plants that nobody watered for a week."""
    return with_backlog(store_with_stays(tmp_path / "desk.db"))


def with_backlog(desk: Desk) -> Desk:
    """The same on a store that is there."""
    at = desk.at("2025-06-09")
    for index in range(9):
        tasks.add(desk.ana, at, f"paint wall {index}", deadline=TODAY - timedelta(index + 1))
    templates.add(desk.ana, at, "Water the plants", "daily", start="2025-06-10")
    with transaction() as connection:
        look(connection, to_us(at))
    return desk


def due(desk: Desk, name: str) -> list[str]:
    """The due days of the open tasks of that name, in order."""
    rows = desk.rows(
        "SELECT deadline_date FROM task WHERE name LIKE ? AND NOT is_done AND deleted_at IS NULL ORDER BY 1", name
    )
    return [row[0] for row in rows]


async def at_row(pilot: Any, name: str) -> None:
    """The cursor on the row of that name."""
    await press(pilot, "g")
    for _ in range(40):
        if view(pilot).current is not None and view(pilot).current[0].first.name == name:
            return
        await press(pilot, "j")
    raise AssertionError(f"there is no row {name}")


async def test_the_backlog_is_sorted_and_chores_are_one_row(desk: Desk) -> None:
    before = contents(desk.path)
    async with shown(desk) as pilot:
        await press(pilot, "S")
        seen = picture(pilot)
        assert "do now" in seen
        assert "spread over 2 days" in seen
        assert "9 tasks, 4 to 5 a day, Mon 16 Jun to Tue 17 Jun" in seen
        assert "Water the plants x7" in seen
        assert "6 skipped, today's stays" in seen
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Board)
    assert contents(desk.path) == before, "leaving writes nothing"


async def test_enter_does_all_of_it_at_once_and_one_undo_takes_it_back(desk: Desk) -> None:
    late = due(desk, "paint wall %")
    async with shown(desk) as pilot:
        await press(pilot, "S", "enter")
        assert not isinstance(pilot.app.screen, Board)
        assert due(desk, "paint wall %") == ["2025-06-16"] * 5 + ["2025-06-17"] * 4
        assert due(desk, "Water%")[0] == "2025-06-16"
        assert due(desk, "Collect allergy info") == ["2025-06-14"], "do now leaves the day as it is"
        words = "sorted the backlog: 9 moved, 6 skipped"
        assert desk.rows("SELECT words FROM act WHERE operation = 'backlog apply'") == [(words,)]
        await press(pilot, "u")
    assert due(desk, "paint wall %") == late
    assert due(desk, "Water%")[0] == "2025-06-10"


async def test_each_key_sorts_the_row_and_the_preview_says_so(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "S")
        for key, name, words in (
            ("D", "paint wall 1", "deleted"),
            ("t", "paint wall 2", "stays as it is"),
        ):
            await at_row(pilot, name)
            await press(pilot, key)
            await at_row(pilot, name)
            assert view(pilot).current[2] == words
        await at_row(pilot, "paint wall 3")
        await press(pilot, "T")
        assert "Hand over 1 row" in picture(pilot)
        await press(pilot, "enter")
        await at_row(pilot, "paint wall 3")
        assert view(pilot).current[2] == "to Bo"
        await press(pilot, "enter")
    assert len(due(desk, "paint wall %")) == 8
    assert due(desk, "paint wall 2") == ["2025-06-13"]
    by = "SELECT user_id FROM task_assignee a JOIN task t ON t.id = a.task_id WHERE t.name = 'paint wall 3'"
    assert desk.rows(by) == [(desk.bo.user_id,)]


async def test_a_group_and_marked_rows_are_sorted_together(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "S")
        await at_row(pilot, "paint wall 8")
        await press(pilot, "k")
        assert view(pilot).list.heading is not None
        await press(pilot, "z")
        await type_in(pilot, "")
        await press(pilot, "backspace")
        await type_in(pilot, "3")
        assert "9 tasks, 3 a day, Mon 16 Jun to Wed 18 Jun" in picture(pilot)
        await press(pilot, "enter")
        assert "spread over 3 days" in picture(pilot)
        await at_row(pilot, "paint wall 8")
        await press(pilot, "space", "space", "D")
        await press(pilot, "enter")
    assert len(due(desk, "paint wall %")) == 7


async def test_what_does_not_recur_is_not_skipped(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "S")
        await at_row(pilot, "paint wall 8")
        await press(pilot, "s")
        assert "does not recur" in list(pilot.app._notifications)[-1].message


async def test_a_day_of_an_entity_is_flagged_when_it_would_be_left(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "S")
        await at_row(pilot, "Collect allergy info")
        await press(pilot, "z", "enter")
        await at_row(pilot, "Collect allergy info")
        assert view(pilot).current[2].startswith("!")
        assert "takes it off that date" in picture(pilot)


async def test_a_filter_and_everybodys(desk: Desk) -> None:
    tasks.add(desk.ana, NOW, "his own", deadline=TODAY - timedelta(2), assignee=("Bo",))
    async with shown(desk) as pilot:
        await press(pilot, "S")
        assert "his own" not in picture(pilot)
        await press(pilot, "o")
        assert "his own" in picture(pilot)
        await press(pilot, "slash")
        await type_in(pilot, "!Bo")
        await press(pilot, "enter")
        assert "1 task late or due" in picture(pilot)


async def test_what_was_decided_stays_when_somebody_else_works(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "S")
        await at_row(pilot, "paint wall 8")
        await press(pilot, "D")
        done = desk.rows("SELECT id FROM task WHERE name = 'paint wall 0'")[0][0]
        tasks.done(desk.bo, NOW, done)
        pilot.app.look()
        await press(pilot, "j")
        seen = picture(pilot)
        assert "paint wall 0" not in seen
        assert "deleted" in seen


async def test_names_of_any_script_are_harmless_and_keep_the_columns(desk: Desk) -> None:
    for name in ("\x1b[31mred\x1b[0m [b]bold[/b]", "\u6f22\u5b57" * 60, "\u202egpj.exe"):
        tasks.add(desk.ana, NOW, name, deadline=TODAY - timedelta(30)) if "\x1b" not in name else _named(desk, name)
    async with shown(desk, size=(80, 24)) as pilot:
        await press(pilot, "S")
        seen = picture(pilot)
    assert "\x1b" not in seen
    assert "\u202e" not in seen
    assert "[b]bold[/b]" in seen
    wide = next(line for line in seen.splitlines() if "\u6f22" in line)
    assert "late 30 d" in wide
    assert cell_len(wide) == 80


def _named(desk: Desk, name: str) -> None:
    """A name that no operation takes, as an older store may hold it."""
    number = tasks.add(desk.ana, NOW, "x", deadline=TODAY - timedelta(31)).id
    with transaction() as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'x', 'cli', 'seed')")
        connection.execute("UPDATE task SET name = ? WHERE id = ?", (name, number))


async def test_an_empty_board_is_friendly(tmp_path: Path) -> None:
    desk = store_with_stays(tmp_path / "desk.db")
    async with shown(desk, clock=Clock(desk.at("2025-06-01"))) as pilot:
        await press(pilot, "S")
        assert "Nothing is late and nothing is due" in picture(pilot)
        await press(pilot, "enter")
    assert desk.rows("SELECT count(*) FROM act WHERE operation = 'backlog apply'") == [(0,)]


async def test_today_offers_the_board_after_an_absence(desk: Desk) -> None:
    async with shown(desk, clock=Clock(desk.at("2025-06-12"))) as pilot:
        assert "away since" not in picture(pilot)
    async with shown(desk) as pilot:
        assert "S sorts what is late: you were away since 9 Jun" in picture(pilot)
        await press(pilot, "S")
        assert isinstance(pilot.app.screen, Board)


async def test_ten_thousand_rows_stay_a_window(desk: Desk) -> None:
    with transaction() as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'x', 'cli', 'seed')")
        connection.executemany(
            "INSERT INTO task (name, visible_date, deadline_date, created_at) VALUES (?, '2025-05-01', ?, 0)",
            [(f"row {index}", str(date(2025, 5, 1) + timedelta(index % 40))) for index in range(10_000)],
        )
    async with shown(desk) as pilot:
        await press(pilot, "S")
        assert "10,019 tasks late or due in 10,013 rows" in picture(pilot)
        await press(pilot, "G", "g", "ctrl+d", "D")
        assert isinstance(pilot.app.screen, Board)
