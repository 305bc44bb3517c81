"""`r` on one task: a day or a rule in one line, this one or all future ones; `e` and `s` of what recurs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.operations import tasks, templates
from engine.templates import look
from store.database import transaction
from store.instants import to_us
from store.reads import templates as template_reads
from tests.desk import Desk, stays
from tests.tui.screens.stage import NOW, picture, press, settle, shown, type_in
from tests.tui.waiting import type_ahead


def a_look(desk: Desk) -> None:
    """The engine's look at templates, at the time of the screen."""
    with transaction() as connection:
        look(connection, to_us(NOW))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A plain task, and bins that recur on Monday and Thursday: 16, 19, 23 and 26 June."""
    desk = stays(tmp_path / "desk.db")
    tasks.add(desk.ana, desk.at("2025-06-10"), "Rent", deadline=date(2025, 6, 20))
    templates.add(desk.ana, desk.at("2025-06-16T08:00"), "Bins", "weekly mon,thu", start="2025-06-16", horizon="10d")
    a_look(desk)
    assert due(desk) == ["06-16", "06-19", "06-23", "06-26"]
    return desk


def due(desk: Desk, name: str = "Bins") -> list[str]:
    found = desk.rows("SELECT deadline_date FROM task WHERE name = ? AND deleted_at IS NULL ORDER BY 1", name)
    return [day[5:] for (day,) in found]


def spec(desk: Desk, name: str) -> list[str]:
    return [text for (text,) in desk.rows("SELECT spec FROM schedule WHERE name = ? AND deleted_at IS NULL", name)]


def said(pilot: object) -> str:
    """The toasts."""
    return str([toast.message for toast in pilot.app._notifications])  # type: ignore[attr-defined]  # a pilot


async def to_row(pilot: object, name: str) -> None:
    """Go to Today and put the cursor on the first task of that name."""
    from textual.pilot import Pilot

    from store import values

    assert isinstance(pilot, Pilot)
    await press(pilot, "1", "g", "g")
    for _ in range(12):
        current = pilot.app.screen.current  # type: ignore[attr-defined]  # a view
        if isinstance(current, values.Task) and current.name == name:
            return
        await press(pilot, "j")
    raise AssertionError(f"{name} is not on the screen")


async def test_one_line_lets_a_task_recur_with_its_next_three_dates_shown(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await to_row(pilot, "Rent")
        await press(pilot, "r")
        await type_in(pilot, "every 2 weeks on fri")
        seen = picture(pilot)
        assert "recurs from Fri 20 Jun 2025, which is this one" in seen
        assert "then Fri 4 Jul 2025, Fri 18 Jul 2025, Fri 1 Aug 2025" in seen
        await press(pilot, "enter")
        assert "u takes it back" in said(pilot)
        assert spec(desk, "Rent") == ["every 2 weeks on fri"]
        await press(pilot, "u")
    assert spec(desk, "Rent") == []
    assert due(desk, "Rent") == ["06-20"]


async def test_a_day_moves_as_ever_and_nonsense_stays_in_the_line(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Rent")
        await press(pilot, "r")
        await type_in(pilot, "soonish")
        assert "or a rule such as" in picture(pilot)
        await press(pilot, "enter")
        assert due(desk, "Rent") == ["06-20"]
        await press(pilot, "ctrl+u")
        await type_in(pilot, "monthly 31")
        seen = picture(pilot)
        assert "monthly 31: some months have no 31st" in seen
        assert "spec:" not in seen
        await press(pilot, "ctrl+u")
        await type_in(pilot, "30 jun")
        assert "moves to Mon 30 Jun 2025" in picture(pilot)
        await press(pilot, "enter")
    assert due(desk, "Rent") == ["06-30"]


async def test_enter_before_the_answer_waits_for_it_and_what_follows_goes_to_the_screen_behind(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Rent")
        await type_ahead(pilot, "r", *"30", "space", *"jun", "enter", "question_mark")
        await settle(pilot)
        assert due(desk, "Rent") == ["06-30"]
        await press(pilot, "escape")
        await to_row(pilot, "Bins")
        await type_ahead(pilot, "e", "!", "tab", "tab", "right", "enter")
        await settle(pilot)
    assert due(desk, "Bins!") == ["06-16", "06-19", "06-23", "06-26"]


async def test_a_day_of_one_that_recurs_is_for_this_one_unless_all_are_chosen(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "r")
        await type_in(pilot, "tue")
        assert "this one only" in picture(pilot)
        await press(pilot, "enter")
        assert (due(desk), spec(desk, "Bins")) == (["06-17", "06-19", "06-23", "06-26"], ["weekly mon,thu"])
        await press(pilot, "u")
        await to_row(pilot, "Bins")
        await press(pilot, "r")
        await type_in(pilot, "tue")
        await press(pilot, "tab", "right")
        assert "Tuesday and Thursday" in picture(pilot)
        await press(pilot, "enter")
        assert (due(desk), spec(desk, "Bins")) == (["06-17", "06-19", "06-24", "06-26"], ["weekly tue,thu"])
        await press(pilot, "u")
    assert (due(desk), spec(desk, "Bins")) == (["06-16", "06-19", "06-23", "06-26"], ["weekly mon,thu"])


async def test_W15_a_rule_typed_in_the_row_says_what_goes_and_what_stays(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "e")
        await type_in(pilot, " out")
        await press(pilot, "enter")
        await to_row(pilot, "Bins out")
        await press(pilot, "r")
        await type_in(pilot, "weekly tue")
        seen = picture(pilot)
        assert "3 open tasks go: Thu 19 Jun, Mon 23 Jun, Thu 26 Jun" in seen
        assert "2 new tasks: Tue 17 Jun, Tue 24 Jun" in seen
        assert "stay as they are: 1 edited" in seen
        await press(pilot, "enter")
    assert (due(desk), due(desk, "Bins out")) == (["06-17", "06-24"], ["06-16"])


async def test_an_empty_line_stops_it_after_a_question(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "r")
        assert "recurs: weekly mon,thu" in picture(pilot)
        await press(pilot, "enter")
        assert "Stop recurring: Bins?" in picture(pilot)
        await press(pilot, "n")
        assert due(desk) == ["06-16", "06-19", "06-23", "06-26"]
        await press(pilot, "enter", "y")
        assert (due(desk), spec(desk, "Bins")) == (["06-16"], [])
        await press(pilot, "u")
    assert (due(desk), spec(desk, "Bins")) == (["06-16", "06-19", "06-23", "06-26"], ["weekly mon,thu"])


async def test_an_edit_of_all_future_ones_says_what_follows(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "e")
        await type_in(pilot, " out")
        await press(pilot, "tab", "tab", "right")
        assert "4 open tasks follow" in picture(pilot)
        await press(pilot, "enter")
    assert due(desk, "Bins out") == ["06-16", "06-19", "06-23", "06-26"]


async def test_W16_one_is_left_out_from_its_row_and_stays_so(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "s")
        await type_in(pilot, "away")
        await press(pilot, "enter")
        assert due(desk) == ["06-19", "06-23", "06-26"]
        await to_row(pilot, "Rent")
        await press(pilot, "s")
        assert "does not recur" in said(pilot)
    a_look(desk)
    assert due(desk) == ["06-19", "06-23", "06-26"]
    assert desk.rows("SELECT day, reason FROM skip") == [("2025-06-16", "away")]


async def test_W16_deleting_one_says_that_it_is_left_out(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "D")
        assert "left out of what recurs" in said(pilot)
        a_look(desk)
        assert due(desk) == ["06-19", "06-23", "06-26"]
        await press(pilot, "u")
    assert due(desk) == ["06-16", "06-19", "06-23", "06-26"]


async def test_rows_of_the_agenda_have_the_same_line(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "9", "right_square_bracket", "right_square_bracket")
        for _ in range(12):
            current = pilot.app.screen.current  # type: ignore[attr-defined]  # a view
            if getattr(current, "name", "") == "Rent":
                break
            await press(pilot, "j")
        await press(pilot, "r")
        assert "Move, or let it recur: Rent" in picture(pilot)
        await type_in(pilot, "monthly 20")
        assert "then Sun 20 Jul 2025" in picture(pilot)
        await press(pilot, "enter")
    assert spec(desk, "Rent") == ["monthly 20"]


async def test_several_marked_rows_take_days_only(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "space")
        await to_row(pilot, "Rent")
        await press(pilot, "space", "r")
        assert "(2 tasks)" in picture(pilot)
        await type_in(pilot, "weekly tue")
        await press(pilot, "enter")
        assert due(desk, "Rent") == ["06-20"]


async def test_an_edit_of_all_future_ones_takes_labels_priority_and_checklist(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await to_row(pilot, "Bins")
        await press(pilot, "e", "tab", "tab", "tab")
        await type_in(pilot, ", out")
        await press(pilot, "enter")
        assert "all future ones" in picture(pilot)
        await press(pilot, "shift+tab", "right", "tab", "tab", "tab", "tab", "right", "tab")
        await type_in(pilot, "glass / paper")
        await press(pilot, "enter")
        made = template_reads.named(pilot.app.reader, "Bins")  # type: ignore[attr-defined]  # of the desk
        assert made is not None
        assert ("out" in made.labels, made.priority, made.checklist) == (True, 1, ("glass", "paper"))
