"""The editor of a trigger: three questions, the sentence while it is typed, what is wrong beside its field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import triggers
from store.database import session
from store.enums import Scope, TriggerAction, TriggerEvent
from store.reads import triggers as reads
from store.trigger_values import Trigger
from tests.desk import Desk
from tests.tui.screens.stage import picture, press, settle, shown, type_in
from tests.tui.screens.test_triggers import to_trigger
from tests.tui.screens.trigger_desk import store_with_triggers
from tui.screens.trigger_editor import TriggerEditor
from tui.widgets.lines import Lines


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Eight triggers of every scope."""
    return store_with_triggers(tmp_path / "desk.db")


def saved(name: str) -> Trigger:
    with session() as connection:
        found = reads.named(connection, name)
    assert found is not None
    return found


def told(pilot: Any) -> str:
    """The preview."""
    return "\n".join(line.plain for line in pilot.app.screen.query_one(Lines)._words)


async def fill(pilot: Any, **texts: str) -> TriggerEditor:
    """Put these into the fields, the choices first, as their fields follow them."""
    screen = pilot.app.screen
    assert isinstance(screen, TriggerEditor)
    for key in ("days", "state"):
        await screen.form.fold(key, False)
    for name in ("event", "scope", "action"):
        if name in texts:
            while (choice := screen.form.rows[name].box).value != texts[name]:
                choice.action_turn(1)  # type: ignore[union-attr]  # a choice
                await settle(pilot)
    for name, text in texts.items():
        if name not in ("event", "scope", "action"):
            screen.form.rows[name].box.value = text
    await settle(pilot)
    return screen


async def test_the_sentence_and_what_it_is_for_stand_there_while_it_is_typed(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "7", "a")
        await type_in(pilot, "Home")
        seen = picture(pilot)
        assert "When a task with label ... is completed" in seen
        assert "say which" in seen
        await fill(pilot, scope_name="home", delay="10d", action="reopen")
        assert "When a task with label home is completed, 10 days later: reopen it." in told(pilot)
        assert "Of 2 tasks in its scope it acts on 0 today" in told(pilot)
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, TriggerEditor)
    made = saved("Home")
    assert (made.scope, made.scope_name, made.event, made.delay) == (Scope.LABEL, "home", TriggerEvent.COMPLETED, "10d")
    assert made.action is TriggerAction.REOPEN


async def test_a_schedule_shows_its_next_times_and_saves_every_field(desk: Desk) -> None:
    async with shown(desk, (160, 60)) as pilot:
        await press(pilot, "7", "a")
        await fill(
            pilot, name="Pool", event="schedule", event_value="weekly mon 07:00", scope="list",
            scope_name="house/garden", condition="p1", action="create task", main="Check the pool", deadline="2d",
            list="house", labels="home, urgent", assignees="Ana", zone="Europe/Lisbon", max_count="5",
            description="clean water",
        )  # fmt: skip
        seen = picture(pilot)
        assert "next, Europe/Lisbon" in seen
        assert "Mon 23 Jun 2025  07:00" in seen
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, TriggerEditor)
    made = saved("Pool")
    assert (made.spec, made.zone, made.max_count) == ("weekly mon 07:00", "Europe/Lisbon", 5)
    assert (made.scope_name, made.condition, made.description) == ("house/garden", "p1", "clean water")
    assert made.params["name"] == "Check the pool"
    assert made.params["labels"] == ["home", "urgent"]


async def test_one_that_does_the_same_is_refused_in_its_place(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "7", "a")
        await fill(pilot, name="Again", scope="list", scope_name="house", delay="10d", action="delete")
        assert "clean up does the same already" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TriggerEditor)
        await fill(pilot, name="clean up")
        assert "there is one of that name" in picture(pilot)


@pytest.mark.parametrize(
    ("texts", "seen"),
    [
        ({"delay": "soon"}, "soon"),
        ({"scope": "list", "scope_name": "hose"}, "house"),
        ({"scope": "task", "scope_name": "99999"}, "there is no task 99999"),
        ({"scope_name": "home", "condition": "due:<nowhen"}, "nowhen"),
        ({"event": "schedule", "event_value": "weekly someday"}, "someday"),
        ({"scope_name": "home", "action": "move date", "main": "much"}, "much"),
        ({"scope_name": "home", "calendar": "BE"}, "nothing here asks for working days"),
    ],
)
async def test_what_is_wrong_is_said_while_it_is_typed(desk: Desk, texts: dict[str, str], seen: str) -> None:
    async with shown(desk, (160, 50)) as pilot:
        await press(pilot, "7", "a")
        await fill(pilot, name="Wrong", **texts)
        assert seen in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TriggerEditor)


async def test_choices_follow_the_event_and_what_was_typed_comes_back(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "7", "a")
        await fill(pilot, name="x", scope_name="home")
        screen = await fill(pilot, event="run failed")
        assert screen.form.rows["scope"].field.choices == ("all",)
        assert "reopen" not in screen.form.rows["action"].field.choices
        assert "condition" not in screen.form.rows
        await fill(pilot, event="completed", scope="label")
        assert screen.form.values["scope_name"] == "home"


async def test_an_edit_changes_what_was_changed_and_an_esc_asks(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await to_trigger(pilot, "remind of bills")
        await press(pilot, "e")
        await fill(pilot, text="see the folder", to="owner")
        await press(pilot, "escape")
        assert "Leave without saving? Changed: text, to." in picture(pilot)
        await press(pilot, "n", "enter")
        made = saved("remind of bills")
        assert made.params["text"] == "see the folder"
        assert made.params["to"] == "owner"
        assert made.delay == "-1d"
        await press(pilot, "e")
        await fill(pilot, event="schedule", event_value="daily 09:00")
        await press(pilot, "enter")
    made = saved("remind of bills")
    assert (made.event, made.spec, made.delay) == (TriggerEvent.SCHEDULE, "daily 09:00", "0d")
    assert made.params["text"] == "see the folder"


async def test_on_off_and_paused_from_the_editor(desk: Desk) -> None:
    async with shown(desk, (120, 50)) as pilot:
        await to_trigger(pilot, "not yet")
        await press(pilot, "e")
        await fill(pilot, is_enabled="yes", is_paused="yes", pause_reason="later")
        await press(pilot, "enter")
    made = saved("not yet")
    assert made.is_enabled
    assert made.pause_reason == "later"


async def test_a_trigger_changed_by_somebody_else_meanwhile_is_not_lost(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await to_trigger(pilot, "clean up")
        await press(pilot, "e")
        triggers.edit(desk.bo, desk.at("2025-06-16T09:40"), "clean up", description="mine")
        await fill(pilot, delay="20d")
        await press(pilot, "enter")
        assert "was changed by somebody else meanwhile" in told(pilot)
        assert isinstance(pilot.app.screen, TriggerEditor)
    assert saved("clean up").delay == "10d"


async def test_a_dry_run_and_a_loop_are_said_before_it_is_saved(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "7", "a")
        await fill(pilot, name="Due", event="deadline reached", scope_name="home", delay="-2d")
        assert "Of 2 tasks in its scope it acts on 0 today and on 2 in the next month." in told(pilot)
        assert "Wed 18 Jun 00:00  Pay the rent" in told(pilot)
        triggers.add(desk.ana, desk.at("2025-06-16"), "open", "completed", "reopen")
        await fill(pilot, name="shut", event="reopened", delay="0d", action="complete")
        assert "'open' act" in told(pilot)
