"""Recurring tasks under Schedules: their rows, their editor, their days, and each of their verbs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import lists, schedules, template_skips, templates
from store.database import session
from store.reads import templates as reads
from store.values import Template
from tests.desk import Desk, stays
from tests.tui.screens.stage import picture, press, settle, shown, type_in, view
from tests.tui.screens.test_recur import a_look, due, to_row
from tui.screens.schedule_editor_changes import Changes
from tui.screens.template_editor import TemplateEditor


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Bins on Monday and Thursday (16, 19, 23, 26 June), water from time to time, and one job."""
    desk = stays(tmp_path / "desk.db")
    schedules.add(desk.ana, desk.at("2025-05-01"), "nightly backup", spec="cron: 30 2 * * *", command="true")
    eight = desk.at("2025-06-16T08:00")
    templates.add(desk.ana, eight, "Bins", "weekly mon,thu", start="2025-06-16", horizon="10d")
    templates.add(desk.ana, eight, "Water", "every! 10 days", label=("home",))
    a_look(desk)
    return desk


def saved(name: str) -> Template:
    with session() as connection:
        found = reads.named(connection, name)
    assert found is not None
    return found


async def to_bins(pilot: object) -> None:
    """Schedules, with the cursor on Bins: heading, job, blank, heading, Bins, Water."""
    await press(pilot, "3", "G", "k")  # type: ignore[arg-type]  # a pilot
    current = view(pilot).current  # type: ignore[arg-type]
    assert isinstance(current, Template)
    assert current.name == "Bins"


async def test_they_stand_beside_the_jobs_with_rule_and_open_tasks(desk: Desk) -> None:
    async with shown(desk, (160, 45)) as pilot:
        await to_bins(pilot)
        seen = picture(pilot)
        assert "1 schedule · 2 recurring tasks" in seen
        assert "weekly mon,thu" in seen
        assert "every! 10 days" in seen
        assert "4 open" in seen
        assert "Monday and Thursday" in seen


async def test_the_editor_shows_the_next_dates_and_saves_every_field(desk: Desk) -> None:
    lists.add(desk.ana, desk.at("2025-06-01"), "house")
    async with shown(desk, (160, 60)) as pilot:
        await press(pilot, "3", "A")
        screen = pilot.app.screen
        assert isinstance(screen, TemplateEditor)
        assert "every 2 weeks on fri" in picture(pilot)
        for key in ("looks", "ahead", "span", "state"):
            await screen.form.fold(key, False)
        texts = {
            "name": "Rent", "spec": "monthly last day", "duration": "2d", "list": "house", "labels": "bills, home",
            "assignees": "Ana", "task_name": "Pay the rent", "priority": "1", "tasks_group_name": "Money",
            "notes": "IBAN / on paper", "checklist": "look; pay", "end_at": "2026-01-31", "max_count": "5",
            "excluded_dates": "2025-07-31", "visible": "1w", "horizon": "3mo",
        }  # fmt: skip
        for name, text in texts.items():
            screen.form.rows[name].box.value = text
        await settle(pilot)
        seen = picture(pilot)
        assert "last day" in seen
        assert "Mon 30 Jun 2025" in seen
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, TemplateEditor)
    made = saved("Rent")
    assert (made.spec, made.duration, made.list, made.labels) == ("monthly last day", "2d", "house", ("bills", "home"))
    assert (made.assignees, made.task_name, made.priority) == (("Ana",), "Pay the rent", 1)
    assert (made.tasks_group_name, made.notes, made.checklist) == ("Money", "IBAN\non paper", ("look", "pay"))
    assert (made.max_count, made.visible, made.horizon) == (5, "1w", "3mo")
    assert [str(day) for day in made.excluded_dates] == ["2025-07-31"]


async def test_W15_a_changed_rule_shows_before_and_after_and_what_goes(desk: Desk) -> None:
    async with shown(desk, (100, 40)) as pilot:
        await to_bins(pilot)
        await press(pilot, "e", "tab", "ctrl+u")
        await type_in(pilot, "weekly tue")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Changes)
        seen = picture(pilot)
        assert "before: Monday and Thursday" in seen
        assert "after:  Tuesday" in seen
        assert "4 open tasks go" in seen
        assert "2 new tasks: Tue 17 Jun, Tue 24 Jun" in seen
        await press(pilot, "escape")
        assert saved("Bins").spec == "weekly mon,thu"
        await press(pilot, "enter", "enter")
    assert (due(desk), saved("Bins").spec) == (["06-17", "06-24"], "weekly tue")


async def test_what_is_wrong_stands_beside_its_field(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "3", "A")
        await type_in(pilot, "Rent")
        await press(pilot, "tab")
        await type_in(pilot, "monthly 31")
        assert "last day" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TemplateEditor)


async def test_a_rule_after_completion_stays_one_when_its_number_changes(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await to_bins(pilot)
        await press(pilot, "j", "e", "tab", "ctrl+u")
        await type_in(pilot, "every 12 days")
        await press(pilot, "enter", "enter")
    assert (saved("Water").spec, saved("Water").basis) == ("every 12 days", "completion")


async def test_pausing_says_why_and_until_when(desk: Desk) -> None:
    async with shown(desk, (100, 30)) as pilot:
        await to_bins(pilot)
        await press(pilot, "P")
        await type_in(pilot, "holidays")
        await press(pilot, "tab")
        await type_in(pilot, "2025-06-30")
        await press(pilot, "enter")
        assert saved("Bins").pause_reason == "holidays"
        assert saved("Bins").paused_until is not None
        assert "paused" in picture(pilot)
        await press(pilot, "P")
    assert saved("Bins").pause_reason is None


@pytest.mark.parametrize(("keys", "left"), [(("enter",), 4), (("right", "enter"), 0)], ids=["stay", "go"])
async def test_deleting_asks_what_becomes_of_the_open_ones(desk: Desk, keys: tuple[str, ...], left: int) -> None:
    async with shown(desk) as pilot:
        await to_bins(pilot)
        await press(pilot, "D")
        assert "Delete Bins: its 4 open tasks" in picture(pilot)
        await press(pilot, *keys)
        assert len(due(desk)) == left
        await press(pilot, "u")
    assert len(due(desk)) == 4
    assert saved("Bins").deleted_at is None


async def test_W16_the_next_is_left_out_listed_and_taken_back(desk: Desk) -> None:
    async with shown(desk, (100, 40)) as pilot:
        await to_bins(pilot)
        await press(pilot, "s")
        assert "Leave out Bins of Thu 19 Jun 2025" in picture(pilot)
        await type_in(pilot, "away")
        await press(pilot, "enter")
        assert due(desk) == ["06-16", "06-23", "06-26"]
        a_look(desk)
        assert due(desk) == ["06-16", "06-23", "06-26"]
        await press(pilot, "enter")
        seen = picture(pilot)
        assert "left out, s lets it happen" in seen
        assert "by Ana: away" in seen
        await press(pilot, "G", "s")
        assert due(desk) == ["06-16", "06-19", "06-23", "06-26"]
        await press(pilot, "escape")
        assert view(pilot).VIEW == "schedules"


async def test_a_task_is_left_out_from_the_days_too(desk: Desk) -> None:
    async with shown(desk, (100, 40)) as pilot:
        await to_bins(pilot)
        await press(pilot, "enter", "G", "s", "enter")
    assert due(desk) == ["06-16", "06-19", "06-23"]


async def test_one_that_is_broken_says_so_in_the_list_and_in_today(desk: Desk) -> None:
    lists.add(desk.ana, desk.at("2025-06-01"), "house")
    templates.add(desk.ana, desk.at("2025-06-16T08:30"), "Aired", "daily", list="house")
    lists.delete(desk.ana, desk.at("2025-06-16T08:40"), "house")
    a_look(desk)
    async with shown(desk, (100, 40)) as pilot:
        assert "recurring task Aired is broken" in picture(pilot)
        await to_bins(pilot)
        await press(pilot, "k")
        assert "broken: see w" in picture(pilot)
        await press(pilot, "w")
        assert "Broken" in picture(pilot)


async def test_a_task_of_it_says_its_rule_and_its_keys(desk: Desk) -> None:
    template_skips.skip(desk.ana, desk.at("2025-06-16T08:30"), "Bins", desk.at("2025-06-19").date())
    async with shown(desk, (160, 45)) as pilot:
        await to_row(pilot, "Bins")
        seen = picture(pilot)
        assert "Monday and Thursday" in seen
        assert "r changes, s skips" in seen
