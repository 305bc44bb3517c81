"""The desk as a person uses it: keys in, words on the screen and rows in the store out."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import entities, tasks
from engine.operations import schedules as schedule_ops
from store.database import transaction
from store.reads import schedules as schedule_reads
from tests.desk import Desk
from tests.tui.hostile import HOSTILE
from tests.tui.screens.stage import Clock, picture, press, settle, shown, store_with_stays, type_in, view
from tui.keys import KEYS, problems
from tui.screens.schedule_editor import ScheduleEditor


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stay 12 confirmed, two schedules."""
    return store_with_stays(tmp_path / "desk.db")


async def test_today_leads_with_what_is_late(desk: Desk) -> None:
    async with shown(desk) as pilot:
        seen = picture(pilot)
    assert seen.index("late") < seen.index("Collect allergy info")
    assert "late 2 d" in seen
    assert "no engine: jobs wait" in seen
    assert "weekly report" not in seen.split("due in the next")[0] or "now 09:30" in seen


async def test_followups_stand_in_groups_by_deadline_event(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2")
        seen = picture(pilot)
    assert seen.index("max. 1 month before stay") < seen.index("no deadline")
    assert "3 open · 3 late" in seen


async def test_a_stay_is_confirmed_and_its_tasks_appear(desk: Desk) -> None:
    entities.add(
        desk.ana, desk.at("2025-06-16"), "stay", "15", "date_from=2025-09-01", name="Oak Hill", status="option"
    )
    async with shown(desk) as pilot:
        await press(pilot, "8", "slash")
        await type_in(pilot, "Oak Hill")
        await press(pilot, "enter", "s")
        assert "makes 9 tasks" in picture(pilot)
        await press(pilot, "enter")
        assert "confirmed" in picture(pilot)
        assert len(desk.names("waiting", "2025-06-16", "15")) == 6
        await press(pilot, "u")
        assert desk.names("all", "2025-06-16", "15") == []


async def test_done_and_undo(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "g", "j", "d")
        done = [task.name for task in desk.tasks("done", "2025-06-16")]
        assert len(done) == 1
        assert desk.tasks("done", "2025-06-16")[0].done_by == "Ana"
        await press(pilot, "u")
        assert desk.names("done", "2025-06-16") == []
        await press(pilot, "U")
        assert desk.names("done", "2025-06-16") == done


async def test_marked_tasks_are_done_as_one_act(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "g", "j", "space", "space", "space", "d")
        assert len(desk.names("done", "2025-06-16")) == 3
        await press(pilot, "u")
        assert desk.names("done", "2025-06-16") == []


async def test_dates_move_with_a_preview(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "8", "m", "ctrl+u")
        await type_in(pilot, "2025-07-21")
        assert "moves 3 open tasks" in picture(pilot)
        assert "14 Jun -> 21 Jun" in picture(pilot)
        await press(pilot, "enter")
        assert str(desk.task("Collect allergy info").deadline_date) == "2025-06-21"


async def test_a_wrong_day_is_refused_beside_its_field_and_nothing_is_lost(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "8", "m", "ctrl+u")
        await type_in(pilot, "03/04/2025")
        await press(pilot, "enter")
        assert "3 April" in picture(pilot)
        assert "03/04/2025" in picture(pilot)
        assert str(desk.task("Collect allergy info").deadline_date) == "2025-06-14"


async def test_a_task_is_added_by_hand(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "A")
        await type_in(pilot, "Print door cards")
        await press(pilot, "tab")
        await type_in(pilot, "fri")
        assert "Fri 20 Jun 2025" in picture(pilot)
        await press(pilot, "enter")
        added = desk.rows("SELECT name, deadline_date FROM task WHERE has_task_model = 0")
        assert added == [("Print door cards", "2025-06-20")]


async def test_a_day_set_by_hand_is_said_to_be_so(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "g", "j", "r")
        await type_in(pilot, "30 jun")
        await press(pilot, "enter")
        moved = desk.rows("SELECT deadline_date, deadline_by_hand FROM task WHERE deadline_by_hand = 1")
        assert moved == [("2025-06-30", 1)]


async def test_the_schedule_editor_shows_what_comes_while_typing(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3", "a")
        assert isinstance(pilot.app.screen, ScheduleEditor)
        await type_in(pilot, "close the month")
        await press(pilot, "tab")
        await type_in(pilot, "monthly 31")
        assert "last day" in picture(pilot)
        await type_in(pilot, " clamp")
        seen = picture(pilot)
        assert "Mon 30 Jun 2025" in seen
        assert "Thu 31 Jul 2025" in seen
        await press(pilot, "tab", "tab", "tab", "tab")
        await type_in(pilot, "close.sh")
        await press(pilot, "enter")
        with_reader = view(pilot).desk.reader
        saved = schedule_reads.named(with_reader, "close the month")
        assert saved is not None
        assert saved.spec == "monthly 31 clamp"


async def test_the_editor_marks_a_clock_change(desk: Desk) -> None:
    clock = Clock(desk.at("2025-03-28"))
    async with shown(desk, clock=clock) as pilot:
        await press(pilot, "3", "e")
        seen = picture(pilot)
    assert "03:00" in seen
    assert "02:30 does not exist" in seen


async def test_run_now_makes_a_run_that_waits_while_no_engine_lives(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3", "R")
        await press(pilot, "4")
        assert "nightly backup" in picture(pilot)
        assert "pending" in picture(pilot)
        await press(pilot, "x")
        assert "cancelled" in picture(pilot)


async def test_run_now_of_a_paused_schedule_asks_first(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "3", "P")
        await type_in(pilot, "disk move")
        await press(pilot, "enter", "R")
        assert "disk move" in picture(pilot)
        await press(pilot, "escape")
        assert desk.rows("SELECT count(*) FROM run") == [(0,)]
        await press(pilot, "R", "y")
        assert desk.rows("SELECT count(*) FROM run") == [(1,)]


async def test_why_says_what_made_a_task(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "2", "g", "j", "w")
        seen = picture(pilot)
    assert "stay 12 became confirmed on Tue 20 May 2025" in seen
    assert "30 days before date_from" in seen


async def test_narrow_terminals_show_the_detail_in_place_of_the_list(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "2", "g", "j")
        assert "visible   " not in picture(pilot)
        await press(pilot, "enter")
        assert "visible   Tue 20 May 2025" in picture(pilot)
        await press(pilot, "escape")
        assert "max. 1 month before stay" in picture(pilot)


async def test_filter_stays_visible_and_escape_clears_it(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "slash")
        await type_in(pilot, "allergy")
        await press(pilot, "enter")
        seen = picture(pilot)
        assert "open · text allergy" in seen
        assert "Prepare summary sheet" not in seen
        await press(pilot, "escape")
        assert "Prepare summary sheet" in picture(pilot)


async def test_under_a_filter_what_comes_to_match_appears_and_the_cursor_stays(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "slash")
        await type_in(pilot, "allergy")
        await press(pilot, "enter", "g", "j")
        standing = view(pilot).current
        for name in ("Second allergy letter", "Something else"):
            tasks.add(desk.bo, desk.at("2025-06-16"), name, deadline=desk.at("2025-06-01").date())
        view(pilot).desk.look()
        await settle(pilot)
        seen = picture(pilot)
        assert "Second allergy letter" in seen
        assert "Something else" not in seen
        assert view(pilot).current == standing


async def test_hostile_titles_are_shown_and_not_obeyed(desk: Desk) -> None:
    with transaction() as connection:
        for title in HOSTILE:
            connection.execute(
                "INSERT INTO task (name, visible_date, deadline_date, created_at)"
                " VALUES (?, '2025-06-01', '2025-06-02', 0)",
                (title.replace("\x00", "").encode("utf-8", "replace").decode(),),
            )
    async with shown(desk, (120, 70)) as pilot:
        await press(pilot, "2", "g")
        seen = picture(pilot)
        await press(pilot, *"jjjjjj", "1")
        seen += picture(pilot)
    assert seen.count("late 14 d") >= len(HOSTILE)
    assert not [mark for mark in seen if (ord(mark) < 32 and mark != "\n") or 127 <= ord(mark) < 160]


async def test_what_others_commit_appears_and_the_cursor_stays(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "g", "j", "j")
        standing = view(pilot).current
        tasks.add(desk.bo, desk.at("2025-06-16"), "From another session", deadline=desk.at("2025-06-01").date())
        app = view(pilot).desk
        app.look()
        await settle(pilot)
        assert "From another session" in picture(pilot)
        assert view(pilot).current.id == standing.id


async def test_leaving_asks_once(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "q")
        assert "Leave the desk?" in picture(pilot)
        await press(pilot, "escape")
        assert "Leave the desk?" not in picture(pilot)
        await press(pilot, "q", "y")
        assert pilot.app.return_code == 0


async def test_question_mark_runs_what_it_lists(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "g", "j", "question_mark")
        await type_in(pilot, "mark the task")
        await press(pilot, "enter")
        if not desk.names("done", "2025-06-16"):
            await press(pilot, "enter")
        assert len(desk.names("done", "2025-06-16")) == 1


async def test_an_empty_desk_says_what_to_press(tmp_path: Path) -> None:
    from tests.desk import stays

    empty = stays(tmp_path / "empty.db")
    async with shown(empty) as pilot:
        for key, words in (("1", "a adds"), ("2", "Nothing to follow up"), ("3", "Press a"), ("4", "Nothing has run")):
            await press(pilot, key)
            assert words in picture(pilot).replace("\n", " "), key


def test_a_key_means_one_thing_at_a_place() -> None:
    assert problems({}) == []
    assert "followups: a is both task.done and task.add" in problems({"task.done": "a"})
    assert problems({"task.nothing": "d"}) == ["task.nothing: there is no such command"]


def test_keys_that_terminals_take_are_left_alone() -> None:
    taken = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"}
    used = {one for key in KEYS for one in key.keys.split(",")}
    assert not used & taken
    assert not any(one.startswith("alt+") or (one[0] == "f" and one[1:].isdigit()) for one in used)


async def test_a_run_opens_its_own_log(desk: Desk) -> None:
    first = schedule_ops.run_now(desk.ana, desk.at("2025-06-16"), "nightly backup")
    second = schedule_ops.run_now(desk.ana, desk.at("2025-06-16"), "weekly report")
    async with shown(desk) as pilot:
        await press(pilot, "4", "G", "l")
        assert f"run {first.id} " in picture(pilot)
        await press(pilot, "4", "g", "l")
        assert f"run {second.id} " in picture(pilot)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
async def test_the_header_always_says_how_the_engine_is(desk: Desk, width: int) -> None:
    async with shown(desk, (width, 24)) as pilot:
        top = picture(pilot).split("\n")[0]
    assert "no engine" in top
    assert len(top) == width


@pytest.mark.parametrize("size", [(100, 30), (160, 45), (200, 60)])
async def test_wide_terminals_show_the_detail_beside_the_list(desk: Desk, size: tuple[int, int]) -> None:
    async with shown(desk, size) as pilot:
        await press(pilot, "2", "g", "j")
        seen = picture(pilot)
    assert "visible   Tue 20 May 2025" in seen
    assert "max. 1 month before stay" in seen


async def test_entities_are_found_by_their_status_and_nothing_found_says_so(desk: Desk) -> None:
    entities.add(desk.ana, desk.at("2025-06-16"), "stay", "15", name="Oak Hill", status="option")
    async with shown(desk) as pilot:
        await press(pilot, "8", "slash")
        await type_in(pilot, "option")
        await press(pilot, "enter")
        assert "Oak Hill" in picture(pilot)
        assert "stay 12" not in picture(pilot)
        await press(pilot, "slash", "ctrl+u")
        await type_in(pilot, "nobody")
        await press(pilot, "enter")
        assert "Nothing matches nobody" in picture(pilot)
        await press(pilot, "escape")
        assert "stay 12" in picture(pilot)
