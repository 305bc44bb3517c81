"""The schedule editor: every field, what is folded away, mistakes in place, and the times before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import values
from store.reads import schedules as reads
from tests.desk import Desk
from tests.tui.screens.stage import picture, press, settle, shown, store_with_stays, type_in, view
from tui.screens.schedule_editor import ScheduleEditor
from tui.screens.schedule_editor_changes import Changes


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two schedules: nightly backup and weekly report."""
    return store_with_stays(tmp_path / "desk.db")


def saved(desk: Desk, name: str = "nightly backup") -> values.Schedule:
    from store.database import session

    with session() as connection:
        found = reads.named(connection, name)
    assert found is not None
    return found


async def fill(pilot: object, **texts: str) -> None:
    """Fill fields, opening the groups they are in."""
    from textual.pilot import Pilot

    assert isinstance(pilot, Pilot)
    form = pilot.app.screen.form
    for name, text in texts.items():
        for key in ("more", "late", "limits", "span", "state", "told"):
            if name not in form.rows and any(field.name == name for field in form.groups[key].fields):
                await form.fold(key, False)
        box = form.rows[name].box
        if hasattr(box, "choices"):
            box.focus()
            for _ in box.choices:
                if form.rows[name].box.value != text:
                    await press(pilot, "right")
        else:
            box.value = text  # as it comes from a paste: letter by letter these tests would take minutes
    await pilot.pause()
    await settle(pilot)


async def test_every_field_is_saved(desk: Desk) -> None:
    async with shown(desk, (160, 60)) as pilot:
        await press(pilot, "3", "e")
        await fill(
            pilot,
            timeout="2h", max_retries="3", backoff="30s", backoff_limit="10m", slot="gpu:2", is_exclusive="yes",
            missed="run_all", missed_limit="7", max_lateness="6h", overlap="queue", start_window="0",
            end_at="2025-12-31", max_count="90", excluded_dates="2025-07-21, 2025-08-15", jitter="5m",
            after_execution="keep", alerts="first nth=3 task", description="the whole house",
        )  # fmt: skip
        assert "the first failure, failure 3 in a row" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Changes)
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, ScheduleEditor)
    made = saved(desk)
    assert (made.timeout, made.max_retries, made.backoff, made.backoff_limit) == (7200, 3, 30, 600)
    assert (made.slot, made.is_exclusive, made.missed, made.missed_limit) == ("gpu:2", True, "run_all", 7)
    assert (made.max_lateness, made.overlap, made.start_window, made.jitter) == (6 * 3600, "queue", 0, 300)
    assert [str(day) for day in made.excluded_dates] == ["2025-07-21", "2025-08-15"]
    assert (made.max_count, made.after_execution, made.description) == (90, "keep", "the whole house")
    assert made.alerts == {"nth_failure": 3, "recovery": False, "task": True}
    assert made.end_at is not None


async def test_before_and_after_stand_side_by_side_and_escape_goes_back_to_the_form(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "3", "e", "tab", "ctrl+u")
        await type_in(pilot, "cron: 30 2 * * 1-5")
        await press(pilot, "enter")
        seen = picture(pilot)
        assert "30 stay, 8 gone" in seen
        assert "Sat 21 Jun 2025 02:30   gone" in seen
        assert "Mon 23 Jun 2025 02:30   same  same  Mon 23 Jun 2025 02:30" in seen
        await press(pilot, "escape")
        assert "cron: 30 2 * * 1-5" in picture(pilot)
        assert saved(desk).spec == "cron: 30 2 * * *"
        await press(pilot, "enter", "enter")
    assert saved(desk).spec == "cron: 30 2 * * 1-5"


async def test_a_change_to_starts_of_the_machine_says_that_no_time_is_known(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        for spec in ("at boot", "at boot + 15m"):
            await press(pilot, "3", "e")
            await fill(pilot, spec=spec)
            await press(pilot, "enter")
            seen = picture(pilot)
            assert "once after the machine starts" in seen
            await press(pilot, "enter")
        assert "neither rule has a next time that is known" in seen
        await press(pilot, "3")
        assert "at the next boot" in picture(pilot)
    assert (saved(desk).spec, saved(desk).next_at) == ("at boot + 15m", None)


async def test_a_clock_change_is_marked_before_and_after(desk: Desk) -> None:
    from tests.tui.screens.stage import Clock

    async with shown(desk, clock=Clock(desk.at("2025-10-20"))) as pilot:
        await press(pilot, "3", "e", "tab", "ctrl+u")
        await type_in(pilot, "daily 02:15")
        await press(pilot, "enter")
        assert "clocks go back: 02:15 comes twice" in picture(pilot)


async def test_what_is_no_rule_is_saved_without_asking(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, timeout="90m")
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, ScheduleEditor | Changes)
    assert saved(desk).timeout == 5400


async def test_a_folded_group_says_what_in_it_is_unusual_and_opens_where_it_is_wrong(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "3", "e")
        assert "Limits, retries and slots   as usual" in picture(pilot)
        await fill(pilot, slot="gpu:0")
        form = pilot.app.screen.form  # type: ignore[attr-defined]  # the editor has one
        for key in ("more", "late", "limits", "span", "state", "told"):
            await form.fold(key, True)
        assert "slot: expected 1 to 100 places" in picture(pilot)
        form.rows["name"].box.focus()
        await press(pilot, "enter")
        assert pilot.app.focused is form.rows["slot"].box
        await press(pilot, "ctrl+u")
        await type_in(pilot, "gpu")
        await form.fold("limits", True)
        assert "slot gpu" in picture(pilot)


async def test_groups_open_and_close_with_the_keyboard_alone(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "3", "e", *["tab"] * 7)
        await press(pilot, "space")
        assert "at most late" in picture(pilot)
        await press(pilot, "left")
        assert "at most late" not in picture(pilot)
        await press(pilot, "enter")
        assert "at most late" in picture(pilot)
        assert isinstance(pilot.app.screen, ScheduleEditor)


async def test_switched_off_and_paused_from_the_form(desk: Desk) -> None:
    async with shown(desk, (120, 50)) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, is_enabled="no", is_paused="yes")
        await press(pilot, "enter")
        assert "say why" in picture(pilot)
        await fill(pilot, pause_reason="disk move", paused_until="2025-06-20T08:00")
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, ScheduleEditor)
        made = saved(desk)
        assert (made.is_enabled, made.pause_reason) == (False, "disk move")
        assert made.paused_until is not None
        await press(pilot, "e")
        await fill(pilot, is_paused="no", paused_until="")
        await press(pilot, "enter")
    assert saved(desk).pause_reason is None


async def test_a_moment_with_a_step_instead_of_words(desk: Desk) -> None:
    async with shown(desk, (120, 50)) as pilot:
        await press(pilot, "3", "e", "tab", "tab", "right")
        await fill(pilot, moment="2025-06-20T10:00", repeat_step="2", repeat_axis="week")
        assert "every 2 weeks" in picture(pilot)
        await press(pilot, "enter", "enter")
        made = saved(desk)
        assert (made.spec, made.repeat_step, made.repeat_axis, made.is_recurring) == (None, 2, "week", True)
        await press(pilot, "e")
        await fill(pilot, repeat_axis="once")
        await press(pilot, "enter", "enter")
        made = saved(desk)
        assert (made.repeat_axis, made.is_recurring) == (None, False)
        await press(pilot, "e")
        await fill(pilot, notation="words, cron, rrule")
        await fill(pilot, spec="daily 08:00")
        await press(pilot, "enter", "enter")
    assert (saved(desk).spec, saved(desk).moment) == ("daily 08:00", None)


async def test_a_new_one_shows_every_notation_and_adds_what_is_typed(desk: Desk) -> None:
    async with shown(desk, (120, 50)) as pilot:
        await press(pilot, "3", "a")
        assert "RRULE:FREQ" in picture(pilot)
        await fill(pilot, name="close the month", spec="monthly last day", max_retries="1", is_enabled="no")
        form = pilot.app.screen.form  # type: ignore[attr-defined]  # the editor has one
        form.rows["param.shell.command"].box.focus()
        await type_in(pilot, "close.sh")
        await fill(pilot, **{"param.shell.env": '{"A": "1"}'})
        await press(pilot, "enter")
    made = saved(desk, "close the month")
    assert (made.spec, made.max_retries, made.is_enabled) == ("monthly last day", 1, False)
    assert made.params == {"command": "close.sh", "env": {"A": "1"}}


async def test_params_that_do_not_fit_say_so_beside_their_field(desk: Desk) -> None:
    async with shown(desk, (160, 50)) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, **{"param.shell.env": "A=1"})
        assert "expected JSON such as" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScheduleEditor)
    assert saved(desk).params == {"command": "backup.sh --all"}


async def test_leaving_names_what_was_changed(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3", "e")
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, ScheduleEditor)
        await press(pilot, "e")
        await fill(pilot, slot="gpu")
        await press(pilot, "escape")
        assert "Changed: slot" in picture(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ScheduleEditor)


async def test_what_somebody_else_changed_meanwhile_is_said_in_the_form(desk: Desk) -> None:
    from engine.operations import schedules

    async with shown(desk) as pilot:
        await press(pilot, "3", "e")
        schedules.edit(desk.bo, desk.at("2025-06-16"), "nightly backup", timeout="5m")
        await fill(pilot, timeout="9m")
        await press(pilot, "enter")
        assert "somebody else" in picture(pilot)
        assert isinstance(pilot.app.screen, ScheduleEditor)
        await press(pilot, "escape", "y")
        assert view(pilot).VIEW == "schedules"
    assert saved(desk).timeout == 300


async def test_switching_the_controller_switches_the_fields_and_loses_nothing(desk: Desk) -> None:
    async with shown(desk, (160, 50)) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, **{"param.shell.command": "backup.sh --half", "param.shell.cwd": "/srv"})
        await fill(pilot, controller="http")
        seen = picture(pilot)
        assert "url" in seen
        assert "is missing" in seen
        assert "backup.sh" not in seen
        await fill(pilot, **{"param.http.url": "https://example.org/hook", "param.http.method": "POST"})
        await fill(pilot, controller="shell")
        seen = picture(pilot)
        assert "backup.sh --half" in seen
        assert "/srv" in seen
        await fill(pilot, controller="http", **{"param.http.timeout": "5m", "param.http.headers": '{"A": "b"}'})
        await press(pilot, "enter")
    made = saved(desk)
    assert made.controller == "http"
    assert made.params == {
        "url": "https://example.org/hook",
        "method": "POST",
        "timeout": "5m",
        "headers": {"A": "b"},
    }


async def test_a_controller_that_is_not_there_any_more_keeps_its_params(desk: Desk) -> None:
    from store.database import transaction

    with transaction() as connection:
        connection.execute("UPDATE schedule SET controller = 'gone', params = '{\"a\": 1}' WHERE id = 1")
    async with shown(desk, (160, 50)) as pilot:
        await press(pilot, "3", "e")
        seen = picture(pilot)
        assert "not known here" in seen
        assert '{"a": 1}' in seen
        await fill(pilot, timeout="5m")
        await press(pilot, "enter")
    assert (saved(desk).timeout, saved(desk).controller, saved(desk).params) == (300, "gone", {"a": 1})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=2;BYMINUTE=0", "Mon 23 Jun 2025  02:00"),
        ("monthly first monday", "Mon 7 Jul 2025  00:00"),
        ("every 3 days", "every 3 days"),
        ("at boot + 15m", "once, 15m after the machine starts"),
        ("@reboot", "at the next boot"),
        ("weekly mon 00:00 | at boot", "Mon 23 Jun 2025  00:00"),
        ("daily | at bot", "spec: at: 'bot' is not understood"),
        ("cron: 0 0 30 2 *", "spec: "),
        ("dialy 02:00", "spec: "),
    ],
)
async def test_every_notation_shows_what_it_means_or_what_is_wrong(desk: Desk, typed: str, words: str) -> None:
    async with shown(desk, (120, 50)) as pilot:
        await press(pilot, "3", "e")
        await fill(pilot, spec=typed)
        seen = picture(pilot)
    assert words.replace("Mon 7", "Mon 07") in seen


async def test_a_letter_lays_out_nothing_and_shows_its_times_when_the_keys_rest(desk: Desk) -> None:
    async with shown(desk, (120, 36)) as pilot:
        await press(pilot, "3", "e")
        form = pilot.app.screen.form
        for key in ("late", "limits", "span", "state", "told"):
            await form.fold(key, False)
        form.rows["spec"].box.focus()
        await settle(pilot)
        layouts: list[object] = []
        pilot.app.screen.screen_layout_refresh_signal.subscribe(form, layouts.append)
        await press(pilot, "backspace")
        assert "spec: " in picture(pilot), "what is wrong is said"
        await type_in(pilot, "1-5")
        assert "at 02:30 on Monday to Friday" in picture(pilot)
        assert layouts == []
