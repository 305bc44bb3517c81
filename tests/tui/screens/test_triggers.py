"""Triggers on screen: the three tabs, what can be done on each, the ways in and out, and what is shown of a task."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from engine.operations import tasks, triggers
from store import values
from store.database import session
from store.reads import triggers as reads
from store.trigger_values import PendingAction, Trigger
from tests.desk import Desk, stays
from tests.tui.screens.stage import picture, press, settle, shown, type_in, view
from tests.tui.screens.trigger_desk import decided, store_with_triggers
from tui.screens.one_task import OneTask
from tui.screens.trigger_editor import TriggerEditor
from tui.screens.triggers_of_task import TriggersOfTask
from tui.trigger_rows import Coming, Past

NEXT, BEFORE = "right_square_bracket", "left_square_bracket"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Eight triggers of every scope; five actions wait, some were decided."""
    return store_with_triggers(tmp_path / "desk.db")


def saved(name: str) -> Trigger | None:
    with session() as connection:
        return reads.named(connection, name)


def waiting() -> list[PendingAction]:
    with session() as connection:
        return reads.upcoming(connection)


async def to_trigger(pilot: object, name: str) -> None:
    """Triggers, with the cursor on the one of that name."""
    await press(pilot, "7", "g")  # type: ignore[arg-type]  # a pilot
    for _ in range(30):
        current = view(pilot).current  # type: ignore[arg-type]
        if isinstance(current, Trigger) and current.name == name:
            return
        await press(pilot, "j")  # type: ignore[arg-type]
    raise AssertionError(f"{name} is not on the screen")


async def to_action(pilot: object, trigger: str) -> Coming | Past:
    """The first action of a trigger on the tab in front."""
    await press(pilot, "g")  # type: ignore[arg-type]  # a pilot
    for _ in range(30):
        current = view(pilot).current  # type: ignore[arg-type]
        if isinstance(current, Coming | Past) and current.action.trigger == trigger:
            return current
        await press(pilot, "j")  # type: ignore[arg-type]
    raise AssertionError(f"nothing of {trigger} is on the screen")


async def test_they_stand_under_what_they_are_for_with_state_sentence_and_next_time(desk: Desk) -> None:
    async with shown(desk, (200, 45)) as pilot:
        await press(pilot, "7")
        seen = picture(pilot)
        headings = [seen.index(f"▾ {each}") for each in ("all tasks", "lists", "labels", "people", "entities")]
        assert headings == sorted(headings)
        assert "8 triggers" in seen
        assert "● on     every Saturday" in seen
        assert "= paused mark urgent" in seen
        assert "too many of them" in seen
        assert "x broken water again" in seen
        assert "stopped: it set itself off" in seen
        assert "- off    not yet" in seen
        assert "Sat 21 Jun 00:00" in seen
        await to_trigger(pilot, "every Saturday")
        seen = picture(pilot)
        assert "Saturday at 00:00, for each task with label" in seen
        assert "owner     Ana" in seen
        assert "missed since" in seen


async def test_without_colours_and_with_letters_alone_the_state_is_still_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.operations.settings import set_setting

    monkeypatch.setenv("NO_COLOR", "1")
    set_setting(desk.ana, desk.at("2025-06-16"), "ascii", "yes")
    async with shown(desk, (200, 36)) as pilot:
        await press(pilot, "7")
        seen = picture(pilot)
        assert "+ on     every Saturday" in seen
        assert "v labels" in seen
        await press(pilot, BEFORE)
        assert "v Sat 14 Jun 18:00  acted" in picture(pilot)


async def test_the_filter_knows_names_and_what_they_are_for(desk: Desk) -> None:
    async with shown(desk) as pilot:
        for text, there, gone in (
            ("saturday", "every Saturday", "clean up"),
            ("label:home", "remind of bills", "every Saturday"),
            ("list:house", "clean up", "water again"),
            ("list:gar", "water again", "clean up"),
            ("all", "tell of everything", "clean up"),
        ):
            await press(pilot, "7", "slash", "ctrl+u")
            await type_in(pilot, text)
            await press(pilot, "enter")
            seen = picture(pilot)
            assert there in seen, text
            assert gone not in seen, text
        await press(pilot, "escape")
        assert "8 triggers" in picture(pilot)


async def test_upcoming_says_who_when_and_by_which(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "7", NEXT)
        seen = picture(pilot)
        rows = [seen.index(each) for each in ("Wed 18 Jun 09:00", "Thu 19 Jun 00:00", "Sat 21 Jun 00:00")]
        assert rows == sorted(rows)
        assert "1 task, label weekly on Saturday" in seen
        assert "[b]not bold[/b]" in seen


async def test_R_acts_at_once_and_u_takes_it_back(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "7", NEXT)
        row = await to_action(pilot, "clean up")
        number = row.action.task_id
        await press(pilot, "R")
        assert desk.rows("SELECT deleted_at IS NOT NULL FROM task WHERE id = ?", number) == [(1,)]
        await press(pilot, "u")
        assert desk.rows("SELECT deleted_at IS NOT NULL FROM task WHERE id = ?", number) == [(0,)]


async def test_x_cancels_with_its_reason_in_the_history(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "7", NEXT)
        await to_action(pilot, "remind of bills")
        await press(pilot, "space", "x")
        await type_in(pilot, "paid already")
        await press(pilot, "enter")
        assert "remind of bills" in [each.trigger for each in waiting()]
        assert len(waiting()) == 4
        await press(pilot, NEXT)
        await to_action(pilot, "remind of bills")
        assert "cancelled by Ana: paid already" in " ".join(picture(pilot).split())


async def test_marked_actions_are_asked_about_and_decided_as_one(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "7", NEXT)
        await to_action(pilot, "remind of bills")
        await press(pilot, "space", "space", "x")
        assert "Cancel 2 actions" in picture(pilot)
        await press(pilot, "enter")
        assert [each.trigger for each in waiting()].count("remind of bills") == 0


async def test_history_says_late_withdrawn_and_why_and_u_undoes_a_line(desk: Desk) -> None:
    async with shown(desk, (200, 45)) as pilot:
        await press(pilot, "7", BEFORE)
        seen = picture(pilot)
        assert "missed since Sat 14 Jun 00:00" in seen
        assert "the task was opened again" in seen
        assert "withdrawn" in seen
        await to_action(pilot, "every Saturday")
        await press(pilot, "u")
        assert desk.rows("SELECT is_done FROM task WHERE name = 'Bins'") == [(1,)]
        assert "< Sat 14 Jun 18:00  undone" in picture(pilot)
        await press(pilot, "U")
        assert desk.rows("SELECT is_done FROM task WHERE name = 'Bins'") == [(0,)]
        assert "undone" not in picture(pilot)
        await press(pilot, "u")
        assert desk.rows("SELECT is_done FROM task WHERE name = 'Bins'") == [(1,)]


async def test_enter_opens_the_task_with_its_verbs(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "7", NEXT)
        await to_action(pilot, "remind of bills")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, OneTask)
        assert "Pay the rent" in picture(pilot)
        await press(pilot, "d")
        assert desk.rows("SELECT is_done FROM task WHERE name = 'Pay the rent'") == [(1,)]
        await press(pilot, "q")
        seen = picture(pilot)
        assert "[upcoming]" in seen
        assert "Pay the rent" not in seen


async def test_o_shows_the_actions_of_one_alone(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await to_trigger(pilot, "every Saturday")
        await press(pilot, "o")
        seen = picture(pilot)
        assert "[history]" in seen
        assert "of every Saturday alone" in seen
        assert "clean up" not in seen
        await press(pilot, "o")
        assert "clean up" in picture(pilot)


async def test_pause_says_why_and_lets_go_on_what_was_stopped(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_trigger(pilot, "clean up")
        await press(pilot, "P")
        await type_in(pilot, "holidays")
        await press(pilot, "enter")
        paused = saved("clean up")
        assert paused is not None
        assert paused.pause_reason == "holidays"
        assert "clean up" not in [each.trigger for each in waiting()]
        await press(pilot, "P")
        assert "clean up" in [each.trigger for each in waiting()]
        await to_trigger(pilot, "water again")
        await press(pilot, "P")
        mended = saved("water again")
        assert mended is not None
        assert mended.error is None


async def test_delete_and_undo(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_trigger(pilot, "clean up")
        await press(pilot, "D")
        assert saved("clean up") is None
        assert "7 triggers" in picture(pilot)
        await press(pilot, "u")
        assert saved("clean up") is not None


async def test_w_says_why(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await to_trigger(pilot, "mark urgent")
        await press(pilot, "w")
        assert "It is paused: too many of them." in picture(pilot)
        await press(pilot, "escape", BEFORE)
        await to_action(pilot, "every Saturday")
        await press(pilot, "w")
        assert "missed since" in picture(pilot)


async def test_what_others_do_is_shown_without_moving_the_cursor(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "7", NEXT)
        before = await to_action(pilot, "clean up")
        decided(desk, "2025-06-19T08:00")
        pilot.app.look()  # type: ignore[attr-defined]  # the desk
        await settle(pilot)
        now = view(pilot).current
        assert isinstance(now, Coming)
        assert now.action.id == before.action.id
        assert "Thu 19 Jun 00:00" not in picture(pilot)


async def test_an_empty_view_says_what_to_press(tmp_path: Path) -> None:
    async with shown(stays(tmp_path / "new.db"), (80, 24)) as pilot:
        await press(pilot, "7")
        assert "a adds one" in picture(pilot)
        await press(pilot, NEXT)
        assert "Nothing waits for its time." in picture(pilot)
        await press(pilot, NEXT)
        assert "No trigger has done anything yet." in picture(pilot)


async def test_a_task_says_which_triggers_touch_it_and_y_lists_them(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "1")
        for _ in range(8):
            current = view(pilot).current
            if isinstance(current, values.Task) and current.name == "Bins":
                break
            await press(pilot, "j")
        seen = picture(pilot)
        assert "triggers  3   y lists them" in seen
        assert "label weekly on Saturday  Sat 21 Jun 00:00" in seen
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, TriggersOfTask)
        seen = picture(pilot)
        assert "list house" in seen
        assert "all tasks" in seen
        await press(pilot, "j", "enter")
        current = view(pilot).current
        assert isinstance(current, Trigger)
        assert current.name == "every Saturday"


async def test_y_on_the_heading_of_a_label_goes_to_its_triggers_or_makes_one(desk: Desk) -> None:
    tasks.add(desk.ana, desk.at("2025-06-16"), "Lone", label=("lonely",))
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "2", "b", "b", "g")
        for _ in range(20):
            heading = view(pilot).list.heading
            if heading is not None and heading.title == "@home":
                break
            await press(pilot, "j")
        await press(pilot, "y")
        seen = picture(pilot)
        assert "1 trigger matching label:home" in seen
        await press(pilot, "2", "g")
        for _ in range(20):
            heading = view(pilot).list.heading
            if heading is not None and heading.title == "@lonely":
                break
            await press(pilot, "j")
        await press(pilot, "y")
        screen = pilot.app.screen
        assert isinstance(screen, TriggerEditor)
        assert screen.form.values["scope_name"] == "lonely"


async def test_a_trigger_of_two_hundred_letters_stays_in_its_line(desk: Desk) -> None:
    name = "週末の買い物 🛒 [b]x[/b] " + "x" * 170
    triggers.add(desk.ana, desk.at("2025-06-16"), name, "completed", "notify: %s {x} [b]", scope="label:home")
    async with shown(desk, (80, 24)) as pilot:
        await to_trigger(pilot, name)
        assert all(cell_len(line) <= 80 for line in picture(pilot).split("\n"))
        await press(pilot, "enter")
        assert "[b]x[/b]" in picture(pilot)


async def test_the_palette_finds_the_triggers_of_a_label_or_a_list(desk: Desk) -> None:
    from tui.palette import Everything
    from tui.trigger_palette import Scopes

    async with shown(desk, (120, 36)) as pilot:
        found = [hit async for hit in Scopes(pilot.app.screen).search("triggers of list garden")]
        assert [hit.text for hit in found] == ["Triggers of list house/garden"]
        found[0].command()
        await settle(pilot)
        assert "1 trigger matching list:house/garden" in picture(pilot)
        assert [hit async for hit in Everything(pilot.app.screen).search("install ready-made")]
        await press(pilot, "colon")
        await type_in(pilot, "triggers of label home")
        assert "Triggers of label home" in picture(pilot)
