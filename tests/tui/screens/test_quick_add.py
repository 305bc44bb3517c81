"""The line at the foot of the desk: read while it is typed, saved by enter, kept when it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from engine.operations import lists
from tests.desk import Desk
from tests.tui.screens.stage import picture, press, settle, shown, store_with_stays, type_in
from tui.screens.quick_add import QuickAdd


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stay 12 with its tasks, and a list."""
    made = store_with_stays(tmp_path / "desk.db")
    lists.add(made.ana, made.at("2025-05-01"), "house/garden")
    return made


def added(desk: Desk) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in desk.rows("SELECT name, deadline_date FROM task WHERE has_task_model = 0 ORDER BY id")
    ]


async def test_what_is_understood_is_shown_while_typing_and_enter_saves_it(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "2", "a")
        await type_in(pilot, "Prune roses #garden @outside fri 14:00")
        seen = picture(pilot)
        for chip in ("[list house/garden]", "[label outside (new)]", "[due Fri 20 Jun 2025 14:00]"):
            assert chip in seen
        assert added(desk) == []
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, QuickAdd)
        assert added(desk) == [("Prune roses", "2025-06-20")]
        assert [each.message for each in pilot.app._notifications] == [
            "Added task 10: Prune roses, due Fri 20 Jun 2025. u takes it back."
        ]
        await press(pilot, "u")
        assert added(desk) == []


async def test_a_rule_shows_its_next_three_days(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "2", "a")
        await type_in(pilot, "Water plants every 2 weeks on fri")
        assert "next: Fri 20 Jun, Fri 4 Jul, Fri 18 Jul" in picture(pilot)
        await press(pilot, "enter")
        assert desk.rows("SELECT task_name FROM template") == [("Water plants",)]


async def test_what_is_refused_keeps_everything_typed(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "2", "a")
        await type_in(pilot, "Call !nobody 03/04")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, QuickAdd)
        assert pilot.app.screen.query_one(Input).value == "Call !nobody 03/04"
        seen = " ".join(picture(pilot).split())
        assert "'nobody' is no person (there are: Ana, Bo)" in seen
        assert "write 3 apr or 4 mar" in seen
        assert added(desk) == []


async def test_ctrl_x_makes_the_word_at_the_cursor_text(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "a")
        await type_in(pilot, "Buy sun cream fri")
        await press(pilot, "ctrl+x", "enter")
        assert added(desk) == []
        for _ in range(len(' cream "fri"')):
            await pilot.press("left")
        await press(pilot, "ctrl+x", "enter")
        assert added(desk) == [("Buy sun cream fri", None)]


async def test_up_and_down_bring_back_the_lines_typed_before_those_left_too(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "a")
        await type_in(pilot, "Sweep the hall")
        await press(pilot, "enter", "a")
        await type_in(pilot, "Paint the")
        await press(pilot, "escape", "a")
        line = pilot.app.screen.query_one(Input)
        await press(pilot, "up")
        assert line.value == "Paint the"
        await press(pilot, "up", "up")
        assert line.value == "Sweep the hall"
        await press(pilot, "down", "down")
        assert line.value == ""
        assert added(desk) == [("Sweep the hall", None)]


async def test_on_an_entity_the_line_ends_with_it(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "8", "A")
        await type_in(pilot, "Call the parents tomorrow")
        await press(pilot, "enter")
        assert desk.rows("SELECT name, object_id, deadline_date FROM task WHERE has_task_model = 0") == [
            ("Call the parents", "12", "2025-06-17")
        ]


async def test_what_is_pasted_is_neither_obeyed_nor_too_much(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "2", "a")
        line = pilot.app.screen.query_one(Input)
        line.value = "[b]x[/b] \x9b2J \u202eevil " + "every fri !nobody " * 400
        await settle(pilot)
        seen = picture(pilot)
        assert "at most 1,000 are read" in seen
        line.value = "[b]x[/b] \x1b[2J \u202eevil\x08"
        await settle(pilot)
        assert "\x1b" not in picture(pilot)
        await press(pilot, "enter")
        assert added(desk) == []


async def test_a_name_of_many_lines_does_not_push_what_is_understood_out_of_sight(desk: Desk) -> None:
    name = "[b]漢字👩[/b]" * 18
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "a")
        pilot.app.screen.query_one(Input).value = f"{name} p1 every 2 weeks on fri"
        await settle(pilot)
        assert "[priority 1]" in picture(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        toasts = [toast.message for toast in pilot.app._notifications]
    assert len(toasts) == 1
    assert len(toasts[0]) < 120
    assert toasts[0].endswith("(every 2 weeks on fri). u takes it back.")


async def test_the_form_takes_every_field(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "2", "A")
        for text in ("Prune roses", "fri", "14:00", "stay/12", "garden", "outside, @thorny", "bo", "", "thu"):
            if text:
                await press(pilot, "end", *["backspace"] * 8) if text == "stay/12" else None
                await type_in(pilot, text)
            await press(pilot, "tab")
        seen = picture(pilot)
        assert "list house/gard" in seen
        await press(pilot, "enter")
        found = desk.rows("SELECT name, deadline_date, deadline_time, start_date FROM task WHERE has_task_model = 0")
        assert found == [("Prune roses", "2025-06-20", "14:00", "2025-06-19")]
        assert desk.rows("SELECT name FROM label ORDER BY name") == [("outside",), ("thorny",)]
