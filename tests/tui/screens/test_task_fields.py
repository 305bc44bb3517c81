"""Keys that change what tasks say, filters that say what they understood, and other headings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.operations import filters, lists, tasks
from store.reads import tasks as reads
from store.values import Task
from tests.desk import Desk
from tests.tui.screens.stage import picture, press, shown, store_with_stays, type_in, view

TITLE = "Prune 🌹🌹 " + "the roses " * 19
LABELS = tuple(f"label-{number:02}" for number in range(15))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stays, two lists, and tasks with all that a task can have."""
    made = store_with_stays(tmp_path / "desk.db")
    at = made.at("2025-06-10")
    lists.add(made.ana, at, "house/garden")
    lists.add(made.ana, at, "work")
    tasks.add(
        made.ana, at, TITLE, deadline=date(2025, 6, 16), time="14:00", list="garden", label=LABELS, priority=1,
        start=date(2025, 6, 11), item=("find the shears", "cut"), notes="Not before the frost.",
    )  # fmt: skip
    tasks.add(made.ana, at, "Answer mail", deadline=date(2025, 6, 16), list="work", label=("label-00",), priority=3)
    return made


async def put_on(pilot: Pilot[Any], name: str) -> None:
    """Put the cursor on the task of that name."""
    await press(pilot, "g")
    for _ in range(40):
        task = view(pilot).current
        if isinstance(task, Task) and task.name.startswith(name):
            return
        await press(pilot, "j")
    raise AssertionError(f"there is no row {name}")


def now(pilot: Pilot[Any]) -> Task:
    """The task under the cursor as the store has it."""
    found = reads.one(view(pilot).desk.reader, view(pilot).current.id)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_rows_and_detail_say_what_a_task_has(desk: Desk, size: tuple[int, int]) -> None:
    async with shown(desk, size) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Answer")
        row = next(line for line in picture(pilot).splitlines() if "p3 Answer mail" in line)
        assert "p3 Answer mail @label-00" in row or size[0] < 100, row
        if size[0] > 100:
            assert "#work" in row
        await put_on(pilot, "Prune")
        await press(pilot, "enter")
        seen = " ".join(picture(pilot).split())
        for words in ("14:00", "house / garden", "priority 1", "checklist 0 of 2", "☐ find the shears", "@label-00"):
            assert words in seen, words


async def test_each_key_changes_the_task_and_one_undo_takes_it_back(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Answer")
        for key, typed, changed in (
            ("p", "1", lambda task: task.priority == 1),
            ("plus", "home -label-00", lambda task: task.labels == ("home",)),
            ("L", "garden", lambda task: task.list == "house/garden"),
            ("c", "called back", lambda task: task.notes == "2025-06-16 Ana: called back"),
            ("T", "Bo", lambda task: task.assignees == ("Bo",)),
        ):
            before = now(pilot)
            await press(pilot, key)
            await type_in(pilot, typed)
            await press(pilot, "enter")
            assert changed(now(pilot)), key
            await press(pilot, "u")
            assert not changed(now(pilot)), key
            assert now(pilot).rev >= before.rev
        await press(pilot, "t")
        assert now(pilot).assignees == ("Ana",)
        await press(pilot, "t")
        assert now(pilot).assignees == ()


async def test_what_cannot_be_is_said_before_it_is_saved(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Answer")
        for key, typed, words in (
            ("p", "7", "expected 1 (most urgent) to 4"),
            ("plus", "-nonsense", "there is no label nonsense"),
            ("L", "gard", "did you mean house/garden?"),
            ("T", "Eve", "there is no Eve"),
        ):
            before = now(pilot)
            await press(pilot, key)
            await type_in(pilot, typed)
            await press(pilot, "enter")
            assert words in picture(pilot)
            await press(pilot, "escape")
            assert now(pilot) == before


async def test_keys_act_on_the_marked_rows_together(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Prune")
        await press(pilot, "space")
        await put_on(pilot, "Answer")
        await press(pilot, "space", "p")
        assert "Priority (2 tasks)" in picture(pilot)
        await type_in(pilot, "2")
        await press(pilot, "enter")
        found = reads.listed(view(pilot).desk.reader, reads.TaskView.OPEN, date(2025, 6, 16), limit=0)
        assert {task.name for task in found if task.priority == 2} == {TITLE.strip(), "Answer mail"}
        await press(pilot, "u")
        found = reads.listed(view(pilot).desk.reader, reads.TaskView.OPEN, date(2025, 6, 16), limit=0)
        assert not [task for task in found if task.priority == 2]


async def test_lines_of_the_checklist_are_ticked_added_and_taken_away(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2")
        await put_on(pilot, "Prune")
        await press(pilot, "i", "j", "space")
        assert "☑ cut" in picture(pilot)
        await press(pilot, "a")
        await type_in(pilot, "clean up")
        await press(pilot, "enter", "k", "D")
        assert "☐ clean up" in picture(pilot)
        await press(pilot, "escape")
        assert [(line.text, line.is_done) for line in now(pilot).checklist] == [("cut", True), ("clean up", False)]


async def test_followups_are_grouped_by_event_list_or_label_and_it_is_remembered(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2")
        assert "grouped by deadline event" in picture(pilot)
        await press(pilot, "b")
        seen = picture(pilot)
        assert "grouped by list" in seen
        assert seen.index("house/garden") < seen.index("work") < seen.index("no list")
        await press(pilot, "b")
        seen = picture(pilot)
        assert seen.index("@label-00") < seen.index("@label-01")
        assert "11 tasks" in seen, "a task of two labels counts once"
    async with shown(desk) as pilot:
        await press(pilot, "2")
        assert "grouped by label" in picture(pilot)


@pytest.mark.parametrize("place", ["1", "2"])
async def test_the_box_says_what_it_understood(desk: Desk, place: str) -> None:
    async with shown(desk) as pilot:
        await press(pilot, place, "slash")
        await type_in(pilot, "#work p<=3 mail")
        await press(pilot, "enter")
        seen = picture(pilot)
        assert "list work · priority 1 or 2 or 3 · text mail" in seen
        assert "Answer mail" in seen
        assert "Prune" not in seen
        await press(pilot, "slash")
        await type_in(pilot, "#nowhere")
        await press(pilot, "enter")
        assert "at 1: 'nowhere' is no list" in picture(pilot)
        await press(pilot, "escape")
        assert "Prune" in picture(pilot)


async def test_a_view_that_the_filter_names_is_shown_alone(desk: Desk) -> None:
    async with shown(desk) as pilot:
        tasks.done(desk.ana, desk.at("2025-06-16"), 1)
        await press(pilot, "2", "slash")
        await type_in(pilot, "view:done")
        await press(pilot, "enter")
        seen = picture(pilot)
        assert "Receive contract" in seen
        assert "Answer mail" not in seen


async def test_saved_filters_are_chosen_saved_and_deleted(desk: Desk) -> None:
    filters.add(desk.ana, desk.at("2025-06-10"), "at work", "#work")
    async with shown(desk) as pilot:
        await press(pilot, "2", "f")
        seen = picture(pilot)
        assert "at work" in seen
        assert " 1  #work" in seen
        await press(pilot, "enter")
        assert "open · list work" in picture(pilot)
        await press(pilot, "f", "s")
        await type_in(pilot, "again")
        await press(pilot, "enter")
        assert "again" in picture(pilot)
        await press(pilot, "j", "D")
        assert desk.rows("SELECT name, text FROM saved_filter") == [("at work", "#work")]
