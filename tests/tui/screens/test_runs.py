"""Runs as a person uses them: how far they are, what they wait for, what is done about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import paths
from store.current import store_path
from tests.desk import Desk
from tests.tui.screens.ledgers import runs_of_every_kind, store_with_ledger
from tests.tui.screens.stage import picture, press, shown, type_in


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Six runs: done with a file, failed after three attempts, cancelled, running, waiting in two ways."""
    made = store_with_ledger(tmp_path / "desk.db")
    runs_of_every_kind(made)
    return made


async def test_each_says_how_far_it_is_and_what_it_waits_for(desk: Desk) -> None:
    async with shown(desk, (190, 40)) as pilot:
        await press(pilot, "4")
        lines = [line for line in picture(pilot).split("\n") if "nightly backup" in line]
    assert "waiting: exclusive" in lines[0]
    assert "waits until 09:35:00, attempt 1 failed: exit 1" in lines[1]
    assert "running 40%" in lines[2]
    assert "████────── 40 %  reading users.csv  4 %/min, about 15" in lines[2]
    assert "cancelled by Ana" in lines[3]
    assert "attempt 3/3 · exit 2: no space left" in lines[4]
    assert "cancel requested · 1 file" in lines[5]


async def test_ascii_terminals_get_a_bar_of_ascii(desk: Desk) -> None:
    from engine.operations.settings import set_setting

    set_setting(desk.ana, desk.at("2025-06-16"), "ascii", "yes")
    async with shown(desk, (160, 40)) as pilot:
        await press(pilot, "4")
        assert "####------ 40 %" in picture(pilot)


async def test_the_detail_has_attempts_and_params_without_their_secrets(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "4", "j", "j", "j", "j")
        seen = picture(pilot)
    assert "attempt   3/3" in seen
    assert seen.count("exit 2") >= 4
    assert "ftp://ana:***@host/" in seen
    assert '{"API_TOKEN": "***"}' in seen
    assert "secret" not in seen
    assert "hush" not in seen


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("state:failed", ["2"]),
        ("state:open", ["6", "5", "4"]),
        ("state:over", ["3", "2", "1"]),
        ("state:succ schedule:night", ["1"]),
        ("schedule:weekly", []),
        ("backup state:pending", ["6", "5"]),
        ("report", []),
    ],
)
async def test_filter_by_state_schedule_and_name(desk: Desk, typed: str, expected: list[str]) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "4", "slash")
        await type_in(pilot, typed)
        await press(pilot, "enter")
        lines = [line[:60] for line in picture(pilot).split("\n") if "nightly backup" in line[:60]]
    assert [line.split()[1] for line in lines] == expected


async def test_retry_makes_a_new_run_and_delete_asks_first(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "4", "j", "j", "j", "j", "r")
        assert desk.rows("SELECT retry_of, state, attempts FROM run WHERE id = 7") == [(2, "pending", 0)]
        await press(pilot, "D")
        assert "Delete run 2 of nightly backup with its log? It cannot be undone." in picture(pilot)
        await press(pilot, "escape")
        assert desk.rows("SELECT deleted_at FROM run WHERE id = 2") == [(None,)]
        await press(pilot, "D", "y")
        assert desk.rows("SELECT deleted_at IS NULL FROM run WHERE id = 2") == [(0,)]
        assert "failed" not in "\n".join(picture(pilot).split("\n")[2:])


async def test_cancel_asks_once_and_kills_the_second_time(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "4", "j", "j", "x")
        assert desk.rows("SELECT cancel_requested_at IS NOT NULL, cancel_hard FROM run WHERE id = 4") == [(1, 0)]
        await press(pilot, "x")
    assert desk.rows("SELECT cancel_hard FROM run WHERE id = 4") == [(1,)]


async def test_a_file_is_saved_where_it_is_wanted_and_nothing_is_overwritten_unasked(
    desk: Desk, tmp_path: Path
) -> None:
    shelf = paths.files_folder(store_path()) / "1"
    shelf.mkdir(parents=True)
    (shelf / "users.csv").write_text("ana\n")
    async with shown(desk) as pilot:
        await press(pilot, "4", "G", "o")
        assert "1.2 KiB" in picture(pilot)
        await press(pilot, "tab", "ctrl+u", "ctrl+k")
        await type_in(pilot, str(tmp_path / "nowhere" / "x.csv"))
        assert "there is no folder" in picture(pilot).replace("\n", " ")
        await press(pilot, "ctrl+u")
        await type_in(pilot, str(tmp_path))
        await press(pilot, "enter")
        assert (tmp_path / "users.csv").read_text() == "ana\n"
        (tmp_path / "users.csv").write_text("bo\n")
        await press(pilot, "o", "tab", "ctrl+u", "ctrl+k")
        await type_in(pilot, str(tmp_path))
        await press(pilot, "enter")
        assert "it is there already" in picture(pilot).replace("\n", " ")
        assert (tmp_path / "users.csv").read_text() == "bo\n"


async def test_a_narrow_terminal_shows_the_detail_first_and_then_the_log(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "4", "j", "j", "enter")
        assert "about 15m 00s left" in picture(pilot)
        await press(pilot, "l")
        assert "run 4" in picture(pilot)
