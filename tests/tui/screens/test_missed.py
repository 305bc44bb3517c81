"""Missed as a person uses it: what did not happen, why, and what is done about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.database import transaction
from store.instants import SECOND, to_us
from tests.desk import Desk
from tests.tui.screens.ledgers import store_with_ledger
from tests.tui.screens.stage import NOW, picture, press, shown, type_in, view
from tui.screens.today import Hint


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
    assert "planned    Mon 9 Jun 2025 07:00" in seen
    assert "zone       Europe/Brussels +02:00" in seen
    assert "paused by Ana: disk move" in seen
    assert "d accepts" in seen


async def test_nothing_missed_says_so(tmp_path: Path) -> None:
    from tests.tui.screens.stage import store_with_stays

    async with shown(store_with_stays(tmp_path / "new.db")) as pilot:
        await press(pilot, "M")
        assert "Nothing was missed" in picture(pilot)


def states(desk: Desk) -> list[tuple[str, int, int]]:
    """(state, accepted, times) of the lines nobody needs to look at any more."""
    return [
        (row[0], row[1], row[2])
        for row in desk.rows(
            "SELECT state, accepted_at IS NOT NULL, sum(count) FROM occurrence GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ]


async def test_accept_one_marked_and_all_that_match(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "M", "d")
        assert "4 lines" in picture(pilot)
        await press(pilot, "g", "j", "space", "j", "space", "d")
        assert "Accept 2 lines? It cannot be undone." in picture(pilot)
        await press(pilot, "escape")
        assert "4 lines" in picture(pilot)
        await press(pilot, "V")
        assert "ALL 4 CHOSEN" in picture(pilot)
        await press(pilot, "escape")
        assert "CHOSEN" not in picture(pilot)
        await press(pilot, "V", "d")
        assert "Accept 4 lines" in picture(pilot)
        await press(pilot, "y")
        assert "Nothing was missed" in picture(pilot)
        await press(pilot, "right_square_bracket")
        assert "by Ana" in picture(pilot)
    assert ("missed", 1, 4322) in states(desk)


async def test_all_that_match_is_what_the_filter_leaves(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "M", "slash")
        await type_in(pilot, "schedule:backup")
        await press(pilot, "enter", "V", "d", "y")
    assert states(desk) == [
        ("fired", 0, 1), ("merged", 0, 2), ("missed", 0, 4320), ("missed", 1, 2), ("skipped", 0, 2),
    ]  # fmt: skip


async def test_run_it_now_and_it_is_missed_no_more(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "M", "j", "j", "R")
        assert "4 lines" in picture(pilot)
        await press(pilot, "4")
        assert "nightly backup" in picture(pilot)
    assert desk.rows("SELECT state, run_id IS NOT NULL FROM occurrence WHERE schedule_id = 1 ORDER BY planned_at")[
        3
    ] == (
        "fired",
        1,
    )


async def test_run_the_last_and_accept_what_was_missed_before_it(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "M", "b", "j", "j", "L")
        assert "Run the last of nightly backup now, and accept" in picture(pilot)
        await press(pilot, "y")
    assert desk.rows("SELECT count(*) FROM run") == [(1,)]
    seen = desk.rows("SELECT state, accepted_at IS NOT NULL FROM occurrence WHERE schedule_id = 1 ORDER BY planned_at")
    assert seen[2:4] == [("missed", 1), ("fired", 0)]


async def test_running_a_paused_schedule_and_many_at_once_asks_first(desk: Desk) -> None:
    from engine.operations import schedules

    schedules.pause(desk.ana, desk.at("2025-06-16T09:00"), "weekly report", "new form")
    async with shown(desk) as pilot:
        await press(pilot, "M", "R")
        assert "Off or paused: weekly report." in picture(pilot)
        await press(pilot, "escape", "slash")
        await type_in(pilot, "schedule:backup")
        await press(pilot, "enter", "V", "R")
        assert "Run 2 occurrences now, oldest first?" in picture(pilot)
        assert desk.rows("SELECT count(*) FROM run") == [(0,)]
        await press(pilot, "y")
    assert desk.rows("SELECT count(*) FROM run") == [(2,)]


async def test_undo_says_that_what_was_accepted_stays_and_asks_before_it_goes_further_back(desk: Desk) -> None:
    from engine.operations import schedules

    schedules.edit(desk.ana, desk.at("2025-06-16T09:00"), "weekly report", description="for the board")
    async with shown(desk) as pilot:
        await press(pilot, "M", "d", "u")
        seen = picture(pilot)
        assert "'accepted 1 line of the ledger' cannot be undone." in seen
        assert "What you did before it can: changed schedule: weekly report." in seen
        await press(pilot, "y")
    assert desk.rows("SELECT description FROM schedule WHERE name = 'weekly report'") == [("",)]


async def test_Z8_today_counts_what_nobody_has_accepted_and_opens_it(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        words = "? 5 missed or skipped, seen by nobody yet: enter shows what and why"
        assert words in picture(pilot)
        while not isinstance(view(pilot).current, Hint):
            await press(pilot, "j")
        await press(pilot, "enter")
        assert "[missed]" in picture(pilot)
        await press(pilot, "V", "d", "y", "1")
        assert "missed or skipped" not in picture(pilot)


async def test_today_says_that_the_clock_is_doubted_and_C_believes_it(desk: Desk) -> None:
    now = to_us(NOW)
    with transaction() as connection:
        connection.execute(
            "INSERT INTO node VALUES ('other', 'daemon', 'elsewhere', 'boot', 7, '1', 'active', ?, ?, ?)",
            (now, now, "clock suspect: it went forward by 3d 00h"),
        )
    doubt = "! clock suspect: it went forward by 3d 00h: nothing fires; C if it is right"
    async with shown(desk, (80, 24)) as pilot:
        assert doubt in picture(pilot)
    async with shown(desk, (180, 36)) as pilot:
        seen = picture(pilot)
        assert doubt in seen
        assert "engine: clock suspect: it went forward by 3d 00h; C if it is right" in seen
        await press(pilot, "C")
    assert desk.rows("SELECT value FROM meta WHERE key = 'clock_accepted'") == [(str(now),)]


async def test_a_schedule_that_waits_for_the_clock_says_so_in_the_list(desk: Desk) -> None:
    with transaction() as connection:
        connection.execute("UPDATE schedule SET cursor_at = ? WHERE id = 1", (to_us(NOW) + 3600 * SECOND,))
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "3")
        assert "~ nightly backup" in picture(pilot)
        assert "waits for clock" in picture(pilot)


async def test_verbs_on_a_heading_are_for_its_group_and_say_how_many_first(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "M", "g", "d")
        assert "Accept 1 line of Mon 16 Jun 2025? It cannot be undone." in picture(pilot)
        await press(pilot, "escape", "j", "j", "d")
        assert "Accept 1 line of Sun 15 Jun 2025? It cannot be undone." in picture(pilot)
        await press(pilot, "escape", "b", "g", "j", "j", "R")
        assert "Run 2 occurrences now, oldest first?" in picture(pilot)
        await press(pilot, "escape", "d")
        assert "Accept 2 lines of nightly backup? It cannot be undone." in picture(pilot)
        await press(pilot, "y")
        assert "3 lines" in picture(pilot)
    assert ("missed", 1, 2) in states(desk)


async def test_o_on_the_heading_of_a_schedule_shows_its_ledger(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "M", "g", "o")
        assert "[missed]" in picture(pilot)
        await press(pilot, "b", "g", "o")
        assert "heating watch: 1 line" in picture(pilot)


async def test_ten_thousand_lines_open_as_few_do_and_are_accepted_in_one_act(desk: Desk) -> None:
    with transaction() as connection:
        connection.executemany(
            "INSERT INTO occurrence (schedule_id, planned_at, state, decided_at) VALUES (3, ?, 'missed', 0)",
            [(to_us(desk.at("2025-05-02")) + minute * 60 * SECOND,) for minute in range(10_000 - 5)],
        )
    async with shown(desk) as pilot:
        await press(pilot, "M")
        assert "more than 9,999 lines" in picture(pilot)
        rows = [part.rows for part in view(pilot).list._outline.sections]
        assert sum(len(each.ids(0, 20_000)) for each in rows) < 1_000
        await press(pilot, "G")
        assert "12:00 heating watch" in picture(pilot)
        await press(pilot, "V", "d")
        assert "Accept 10,000 lines? It cannot be undone." in picture(pilot)
        await press(pilot, "y")
        assert "Nothing was missed" in picture(pilot)
    assert desk.rows("SELECT words FROM act WHERE operation = 'schedule accept'") == [
        ("accepted 10,000 lines of the ledger",)
    ]
