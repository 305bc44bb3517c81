"""Notices and one's own recent runs on the desk."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import alerting
from engine.notices import Notices
from engine.operations import runs, schedules, task_editing, tasks
from engine.queries.tasks import listed
from store.connection import connect
from store.instants import to_us
from store.reads.recent import recent
from tests.desk import Desk
from tests.tui.screens.stage import NOW, Clock, picture, press, settle, shown, store_with_stays, type_in, view
from tui.widgets.recent import Recent


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return store_with_stays(tmp_path / "desk.db")


def a_pass(desk: Desk, now: datetime) -> None:
    """What an engine tells of on that day."""
    with closing(connect(desk.path)) as connection:
        Notices(print).look(connection, to_us(now), now.date())


def fail(desk: Desk, run: int, now: datetime, state: str = "failed") -> None:
    """The run ends."""
    with closing(connect(desk.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE run SET state = ?, error = 'exit 3', started_at = created_at, finished_at = ? WHERE id = ?",
            (state, to_us(now), run),
        )
        alerting.ended(connection, [run])
        connection.execute("COMMIT")


def toasts(pilot: Any) -> list[str]:
    return [f"{note.title}, {note.message}" for note in pilot.app._notifications]


def counted(pilot: Any) -> int:
    """Notices by the header, which says it in fewer letters where there is less room."""
    found = re.search(r"(\d+) (?:notices?|new)", picture(pilot).split("\n")[0])
    assert found is not None
    return int(found[1])


def look(pilot: Any) -> None:
    """The desk's look at what others committed."""
    pilot.app.look()


async def test_E8_the_header_counts_notices_and_completing_takes_one_away(desk: Desk) -> None:
    a_pass(desk, NOW)
    for size in ((80, 24), (120, 36)):
        async with shown(desk, size) as pilot:
            assert counted(pilot) == 3
            assert toasts(pilot) == [], "a task that is late does not interrupt"
    async with shown(desk) as pilot:
        await press(pilot, "exclamation_mark")
        assert "Collect allergy info is late" in picture(pilot)
        tasks.done(desk.bo, NOW, desk.task("Collect allergy info").id)
        look(pilot)
        await settle(pilot)
        assert "Collect allergy info is late" not in picture(pilot)
        assert counted(pilot) == 2


async def test_a_notice_is_put_away_for_good_or_for_an_hour(desk: Desk) -> None:
    a_pass(desk, NOW)
    clock = Clock()
    async with shown(desk, clock=clock) as pilot:
        await press(pilot, "2", "exclamation_mark")
        foot = " d put away   z in an hour   D put all away   w why   q back   ? keys"
        assert picture(pilot).split("\n")[-1].rstrip() == foot
        await press(pilot, "d")
        assert "2 notices" in picture(pilot)
        await press(pilot, "z")
        assert "1 notice " in picture(pilot).split("\n")[1] + " "
        clock.now += timedelta(hours=1)
        await press(pilot, "exclamation_mark")
        view(pilot).refresh_data()
        await settle(pilot)
        assert "2 notices" in picture(pilot).split("\n")[1]
        await press(pilot, "D", "y")
        assert "Nothing to tell" in picture(pilot)
        await press(pilot, "q")
        assert view(pilot).VIEW == "followups"


async def test_an_important_notice_comes_as_a_toast_once(desk: Desk) -> None:
    async with shown(desk) as pilot:
        run = schedules.run_now(desk.ana, NOW, "nightly backup")
        fail(desk, run.id, NOW)
        look(pilot)
        await settle(pilot)
        assert toasts(pilot) == ["nightly backup failed, run 1: exit 3"]
        look(pilot)
        await settle(pilot)
        assert len(toasts(pilot)) == 1
        await press(pilot, "exclamation_mark", "w")
        assert "Why run 1" in picture(pilot)
        await press(pilot, "escape", "enter")
        assert view(pilot).VIEW == "logs"
    async with shown(desk) as pilot:
        assert toasts(pilot) == [], "a desk that opens later has the list"


async def test_the_task_of_a_failing_job_counts_its_failures_and_leads_to_the_last(desk: Desk) -> None:
    schedules.edit(desk.ana, NOW, "nightly backup", alert=("first", "task"))
    for minute in range(3):
        run = schedules.run_now(desk.ana, NOW, "nightly backup")
        fail(desk, run.id, NOW + timedelta(minutes=minute))
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "2", "slash")
        await type_in(pilot, "backup fails")
        await press(pilot, "enter", "g", "j")
        assert "nightly backup fails (3 times)" in picture(pilot)
        assert "failed    3 times" in picture(pilot)
        assert f"run {run.id}: exit 3" in picture(pilot)
        await press(pilot, "enter")
        assert view(pilot).VIEW == "logs"
    (task,) = listed(desk.ana, NOW, text="backup fails")
    assert (task.schedule, task.schedule_id, task.folded) == ("nightly backup", 1, 2)


async def test_the_header_counts_the_notices_of_who_looks(desk: Desk) -> None:
    task_editing.assign(desk.ana, NOW, desk.task("Collect allergy info").id, to=("Bo",))
    a_pass(desk, NOW)
    async with shown(desk) as pilot:
        assert counted(pilot) == 2
        await press(pilot, "exclamation_mark")
        assert "Collect allergy info" not in picture(pilot)


async def test_later_takes_the_notice_of_a_task_away(desk: Desk) -> None:
    a_pass(desk, NOW)
    async with shown(desk) as pilot:
        tasks.move(desk.ana, NOW, desk.task("Collect allergy info").id, visible=NOW.date() + timedelta(days=2))
        look(pilot)
        await settle(pilot)
        assert counted(pilot) == 2


def test_Z9_at_most_ten_own_of_the_last_day_or_active(desk: Desk) -> None:
    day = timedelta(days=1)

    def ask(actor: Any, at: datetime) -> int:
        return schedules.run_now(actor, at, "nightly backup").id

    old = [ask(desk.ana, NOW - day - timedelta(minutes=minute)) for minute in (2, 1)]
    fail(desk, old[0], NOW - day - timedelta(minutes=1), "succeeded")
    ask(desk.bo, NOW)
    with closing(connect(desk.path, read_only=True)) as connection:
        assert [run.id for run in recent(connection, desk.ana, to_us(NOW))] == [old[1]], "too old, but still waiting"
    own = [ask(desk.ana, NOW - timedelta(hours=hour)) for hour in range(12)]
    with closing(connect(desk.path, read_only=True)) as connection:
        assert [run.id for run in recent(connection, desk.ana, to_us(NOW))] == own[:1:-1]
        assert len(recent(connection, desk.bo, to_us(NOW))) == 1


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_Z9_the_panel_opens_when_one_starts_and_leaves_the_cursor_alone(
    desk: Desk, size: tuple[int, int]
) -> None:
    clock = Clock()
    async with shown(desk, size, clock) as pilot:
        await press(pilot, "2", "G", "k")
        before = view(pilot).current
        schedules.run_now(desk.bo, NOW, "weekly report")
        look(pilot)
        await settle(pilot)
        assert not pilot.app.screen.query(Recent), "somebody else's"
        run = schedules.run_now(desk.ana, NOW, "nightly backup")
        look(pilot)
        await settle(pilot)
        assert pilot.app.screen.query_one(Recent)
        assert "nightly backup" in picture(pilot)
        assert view(pilot).current == before
        assert view(pilot).list.has_focus
        await press(pilot, "1")
        assert pilot.app.screen.query_one(Recent), "on every view"
        fail(desk, run.id, NOW, "succeeded")
        look(pilot)
        clock.now += timedelta(seconds=16)
        look(pilot)
        await settle(pilot)
        assert not pilot.app.screen.query(Recent), "what opened by itself closes by itself"
        await press(pilot, "B")
        assert "succeeded" in picture(pilot)
        await press(pilot, "B")
        assert not pilot.app.screen.query(Recent)


async def test_a_run_that_was_asked_to_stop_is_seen_in_the_panel(desk: Desk) -> None:
    async with shown(desk) as pilot:
        run = schedules.run_now(desk.ana, NOW, "nightly backup")
        runs.cancel(desk.ana, NOW, run.id)
        look(pilot)
        await settle(pilot)
        assert "cancelled by Ana" in picture(pilot)


async def test_the_detail_and_w_say_where_a_notice_was_sent(desk: Desk) -> None:
    a_pass(desk, NOW)
    with closing(connect(desk.path)) as connection:
        for channel, state, error in (("ntfy://mytopic", "sent", None), ("json://host/***", "failed", "error 500")):
            connection.execute(
                "INSERT INTO delivery (notification_id, user_id, channel, state, made_at, due_at, attempts, error)"
                " SELECT max(id), ?, ?, ?, max(at), max(at), 1, ? FROM notification",
                (desk.ana.user_id, channel, state, error),
            )
    for size in ((160, 45), (80, 24)):
        async with shown(desk, size) as pilot:
            await press(pilot, "exclamation_mark")
            if size[0] == 80:
                await press(pilot, "w")
            words = " ".join(picture(pilot).split())
            assert "json://host/***: failed after 1 try: error" in words
            assert "by ntfy://mytopic: sent" in words
