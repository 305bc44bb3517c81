"""Calendar: days ahead and behind, four ways; every key of it; left open over midnight and over a clock change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.operations import calendars, schedules, tasks, templates
from engine.operations.settings import set_setting
from store.database import transaction
from store.instants import to_us
from tests.desk import ZONE, Desk, stays
from tests.tui.screens.stage import NOW, Clock, picture, press, settle, shown, store_with_stays, type_in
from tui.screens.calendar import Calendar
from tui.widgets.day_grid import DayGrid

SMALL, LARGE = (80, 24), (160, 45)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stay 12 confirmed, two schedules, a template, a holiday, a task of three days."""
    made = store_with_stays(tmp_path / "desk.db")
    full(made)
    return made


def full(desk: Desk) -> None:
    """Something of each kind around Monday 16 June 2025."""
    at = desk.at("2025-06-16T09:00")
    calendars.add(desk.ana, at, "BE", country="BE")
    set_setting(desk.ana, at, "calendar", "BE")
    templates.add(desk.ana, at, "Water the plants", "weekly wed 18:00")
    tasks.add(desk.ana, at, "Paint the hall", deadline=date(2025, 6, 20), start=date(2025, 6, 18))
    tasks.add(desk.ana, at, "Dentist", deadline=date(2025, 6, 16), time="14:00")
    with transaction() as connection:
        for state, clock in (("succeeded", "02:31"), ("failed", "07:00")):
            connection.execute(
                "INSERT INTO run (name, controller, state, available_at, created_at, finished_at)"
                " VALUES ('nightly backup', 'shell', ?, 0, 0, ?)",
                (state, to_us(desk.at(f"2025-06-16T{clock}"))),
            )


def screen(pilot: Pilot[Any]) -> Calendar:
    """The calendar, which is shown."""
    assert isinstance(pilot.app.screen, Calendar)
    return pilot.app.screen


def words(pilot: Pilot[Any]) -> str:
    """The line under the header."""
    return picture(pilot).splitlines()[1]


async def test_a_month_shows_what_is_there_and_what_is_planned(desk: Desk) -> None:
    """Tasks due and under way, planned ones, runs, the holiday by its name, today in a word."""
    async with shown(desk, LARGE) as pilot:
        await press(pilot, "9")
        seen = picture(pilot)
        assert "June 2025   Mon 16 Jun 2025" in words(pilot)
        for what in ("Monday", "[16] today", "• Dentist", "- Paint the hall", "· Paint the hall", "Pentecost Monday",
                     "~ Water the plants", "x1 ✓1 ~2 runs", "~1 run "):  # fmt: skip
            assert what in seen, what
        await press(pilot, "L")
        assert "National Day" in picture(pilot)
        assert "July 2025   Wed 16 Jul 2025   1 task planned · 1 run planned" in words(pilot)


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("h", "2025-06-15"), ("l", "2025-06-17"), ("j", "2025-06-23"), ("k", "2025-06-09"),
        ("left", "2025-06-15"), ("right", "2025-06-17"), ("down", "2025-06-23"), ("up", "2025-06-09"),
        ("H", "2025-05-16"), ("L", "2025-07-16"), ("greater_than_sign", "2026-06-16"),
        ("less_than_sign", "2024-06-16"), ("k k k t", "2025-06-16"), ("j j L L L L L L L", "2026-01-30"),
    ],
)  # fmt: skip
async def test_every_key_moves_the_day(desk: Desk, keys: str, day: str) -> None:
    """hjkl a day or a week, H and L a month, < and > a year, t today; the page follows."""
    async with shown(desk, SMALL) as pilot:
        await press(pilot, "9", *keys.split())
        assert screen(pilot).day == date.fromisoformat(day)
        grid = pilot.app.screen.query_one(DayGrid)
        assert grid.page is not None
        assert screen(pilot).day in grid.page.dates


async def test_a_month_that_is_shorter_takes_its_last_day(desk: Desk) -> None:
    """31 January, 28 February, and of a leap year the day that the next one lacks."""
    async with shown(desk, SMALL, Clock(datetime(2025, 1, 31, 9, tzinfo=ZONE))) as pilot:
        await press(pilot, "9", "L")
        assert screen(pilot).day == date(2025, 2, 28)
        screen(pilot)._to(date(2024, 2, 29))
        await press(pilot, "greater_than_sign")
        assert screen(pilot).day == date(2025, 2, 28)
        screen(pilot)._to(date(2199, 12, 31))
        await press(pilot, "l", "L", "greater_than_sign")
        assert screen(pilot).day == date(2199, 12, 31)


async def test_enter_opens_the_day_and_its_rows_open_as_everywhere(desk: Desk) -> None:
    """The agenda from that day on; verbs of tasks work in it; a run opens its log."""
    async with shown(desk, SMALL) as pilot:
        await press(pilot, "9", "enter", "j")
        seen = picture(pilot)
        assert "[agenda]" in words(pilot)
        assert "02:31 ✓ nightly backup" in seen
        assert "07:00 x nightly backup" in seen
        assert seen.index("09:30 now") < seen.index("14:00 • Dentist") < seen.index("Tue 17 Jun 2025")
        await press(pilot, "j", "j", "j")
        assert screen(pilot).current.name == "Dentist"
        await press(pilot, "enter")
        assert "due       Mon 16 Jun 2025 14:00  today" in picture(pilot)
        await press(pilot, "escape", "d")
        assert "14:00 • Dentist" not in picture(pilot)
        await press(pilot, "g", "j", "j", "j", "j", "enter")
        assert "run 2 " in picture(pilot)


async def test_a_adds_on_that_day(desk: Desk) -> None:
    """The line begins with the day; what was typed stands there when it is saved."""
    async with shown(desk, LARGE) as pilot:
        await press(pilot, "9", "j", "l", "a")
        await type_in(pilot, "Order chairs")
        await press(pilot, "enter")
        await settle(pilot)
        assert "· Order chairs" in picture(pilot)
        assert desk.rows("SELECT deadline_date FROM task WHERE name = 'Order chairs'") == [("2025-06-24",)]


async def test_tabs_go_round_and_keep_the_day(desk: Desk) -> None:
    async with shown(desk, SMALL) as pilot:
        await press(pilot, "9", "j")
        for tab in ("[week]", "[agenda]", "[heat map]", "[month]"):
            await press(pilot, "right_square_bracket")
            assert tab in words(pilot)
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "[agenda] heat map   from Mon 23 Jun 2025" in words(pilot)


async def test_the_week_has_times_and_the_line_of_now(desk: Desk) -> None:
    """What has a time stands by the clock, what has none above it, and now between them."""
    async with shown(desk, LARGE) as pilot:
        await press(pilot, "9", "right_square_bracket")
        lines = [line.split("│")[0] for line in picture(pilot).splitlines()[3:]]
        found = [next(at for at, line in enumerate(lines) if what in line)
                 for what in ("02:31 ✓ nightly", "07:00 x nightly", "09:30 ── now", "14:00 • Dentist")]  # fmt: skip
        assert found == sorted(found)
        assert "02:30 ~ nightly" in picture(pilot)


async def test_the_week_begins_where_the_setting_says(desk: Desk) -> None:
    """Monday first, unless somebody says otherwise; also while it is open."""
    async with shown(desk, SMALL) as pilot:
        await press(pilot, "9")
        assert picture(pilot).splitlines()[2].split("│")[0].strip() == "Mon"
        set_setting(desk.ana, desk.at("2025-06-16"), "week_start", "sunday")
        pilot.app.look()  # type: ignore[attr-defined]
        await settle(pilot)
        await press(pilot, "l")
        assert picture(pilot).splitlines()[2].split("│")[0].strip() == "Sun"


async def test_left_open_over_midnight_today_moves_on(desk: Desk) -> None:
    """The word goes to the next day, and the cursor with it if it stood on today; elsewhere it stays."""
    clock = Clock(datetime(2025, 6, 30, 23, 59, 50, tzinfo=ZONE))
    async with shown(desk, SMALL, clock) as pilot:
        await press(pilot, "9")
        assert "[30] today" in picture(pilot)
        clock.now += timedelta(seconds=20)
        pilot.app.look()  # type: ignore[attr-defined]
        await settle(pilot)
        assert "Tue 1 Jul 2025" in words(pilot)
        assert "[1 Jul] to" in picture(pilot)
        await press(pilot, "l")
        clock.now += timedelta(days=3)
        pilot.app.look()  # type: ignore[attr-defined]
        await settle(pilot)
        assert "Wed 2 Jul 2025" in words(pilot)
        assert " 4 today" in picture(pilot)


@pytest.mark.parametrize("day", ["2025-03-30", "2025-10-26"])
async def test_left_open_over_a_clock_change(desk: Desk, day: str) -> None:
    """The day has 23 or 25 hours; its runs stay on it, the neighbours keep theirs, now goes on."""
    schedules.add(desk.ana, desk.at("2025-01-01"), "last", spec="daily 23:59", command="true")
    clock = Clock(datetime.fromisoformat(f"{day}T01:59").replace(tzinfo=ZONE))
    async with shown(desk, LARGE, clock) as pilot:
        await press(pilot, "9", "right_square_bracket")
        assert "01:59 ── now" in picture(pilot)
        clock.now = datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=ZONE)
        screen(pilot)._tick()
        await settle(pilot)
        assert "04:00 ── now" in picture(pilot)
        sunday = screen(pilot).days[date.fromisoformat(day)]
        assert [slot.name for slot in sunday.plan.first if slot.time == "23:59"] == ["last"]


async def test_the_map_says_how_many_and_what_collides(desk: Desk) -> None:
    """A number for each hour, the schedules of the hour under the cursor, quiet hours; hjkl move."""
    schedules.add(desk.ana, desk.at("2025-05-01"), "mails", spec="weekly tue 02:30", command="true")
    async with shown(desk, SMALL) as pilot:
        await press(pilot, "9", "left_square_bracket")
        seen = picture(pilot)
        assert "Monday 09:00 to 10:00   0 runs" in seen
        assert "quiet for 23 hours from" in seen
        await press(pilot, "j", *["h"] * 7)
        seen = picture(pilot)
        assert "Tuesday 02:00 to 03:00   8 runs in 4 weeks, at most 2 in the same minute" in seen
        assert "4  mails" in seen
        assert "4  nightly backup" in seen
        assert "8*" in next(line for line in seen.splitlines() if line.strip().startswith("Tue"))


async def test_an_empty_calendar_says_what_to_press(tmp_path: Path) -> None:
    async with shown(stays(tmp_path / "empty.db"), SMALL) as pilot:
        await press(pilot, "9")
        assert "nothing; a adds a task" in words(pilot)
        await press(pilot, "right_square_bracket", "right_square_bracket", "greater_than_sign")
        assert "Nothing in these four weeks. a adds a task" in picture(pilot)
        await press(pilot, "right_square_bracket")
        assert "No job is planned" in picture(pilot)


@pytest.mark.parametrize("tab", range(4), ids=["month", "week", "agenda", "heat map"])
async def test_plain_marks_lose_nothing(desk: Desk, tab: int) -> None:
    """With ASCII marks every letter is one that any terminal has, and the words are the same."""
    seen = []
    for ascii_marks in ("false", "true"):
        set_setting(desk.ana, desk.at("2025-06-16"), "ascii", ascii_marks)
        async with shown(desk, LARGE) as pilot:
            await press(pilot, "9", *["right_square_bracket"] * tab)
            seen.append(picture(pilot))
    fancy, plain = (
        [[word for word in line.split() if word.isalnum() and len(word) > 2] for line in text.splitlines()[2:-1]]
        for text in seen
    )
    assert plain == fancy
    assert plain
    frame = "│" if tab == 2 else ""  # of the detail, which style sheets draw
    assert {letter for letter in seen[1].split("\n", 1)[1] if not letter.isascii()} <= set(f"…·{frame}")


async def test_w_says_what_a_day_is(desk: Desk) -> None:
    async with shown(desk, SMALL) as pilot:
        screen_day = date(2025, 7, 21)
        await press(pilot, "9")
        screen(pilot)._to(screen_day)
        await settle(pilot)
        await press(pilot, "w")
        assert "nobody works: National Day" in picture(pilot)
        assert "~ planned, not there yet" in picture(pilot)


async def test_what_others_do_is_seen(desk: Desk) -> None:
    """A task that somebody adds and a schedule that somebody edits appear without a key."""
    async with shown(desk, LARGE) as pilot:
        await press(pilot, "9")
        tasks.add(desk.bo, NOW, "From Bo", deadline=date(2025, 6, 24))
        schedules.edit(desk.bo, NOW, "weekly report", spec="weekly tue 07:00")
        again(screen(pilot))
        pilot.app.look()  # type: ignore[attr-defined]
        await settle(pilot)
        assert "· From Bo" in picture(pilot)
        assert [slot.name for slot in screen(pilot).days[date(2025, 6, 24)].plan.first] == [
            "nightly backup",
            "weekly report",
        ]


def again(calendar: Calendar) -> None:
    """As if it had rested since it last read."""
    calendar._read_at = calendar._planned_at = -1e9


async def test_a_full_month_is_read_beside_the_loop(desk: Desk) -> None:
    """Ten thousand tasks on the days of one month: the connection of the screens reads not one of them."""
    with transaction() as connection:
        connection.executemany(
            "INSERT INTO task (name, visible_date, deadline_date, created_at) VALUES (?, '2025-01-01', ?, 0)",
            [(f"Task {number}", f"2025-06-{1 + number % 30:02}") for number in range(10_000)],
        )
    async with shown(desk, SMALL) as pilot:
        asked: list[str] = []
        pilot.app.reader.set_trace_callback(asked.append)  # type: ignore[attr-defined]
        await press(pilot, "9", "L", "H")
        pilot.app.reader.set_trace_callback(None)  # type: ignore[attr-defined]
        assert [each for each in asked if "task_open" in each and "GROUP BY" in each] == []
        assert "+333" in picture(pilot)
        await press(pilot, "enter", "G")
        assert screen(pilot).list.total_lines > 4_000
        assert screen(pilot).current is not None


async def test_pages_that_are_turned_fast_end_at_the_last(desk: Desk) -> None:
    """Twelve months without a pause: the page that stays is the one that was asked for last."""
    async with shown(desk, SMALL) as pilot:
        await press(pilot, "9")
        for _ in range(12):
            screen(pilot).action_month(1)
        await settle(pilot)
        await settle(pilot)
        grid = pilot.app.screen.query_one(DayGrid)
        assert grid.page is not None
        assert date(2026, 6, 16) in grid.page.days


async def test_a_step_writes_the_two_days_and_no_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of the grid is drawn again when the cursor moves, and nothing when nothing changed."""
    async with shown(desk, LARGE) as pilot:
        await press(pilot, "9")
        regions: list[Any] = []
        refresh: Callable[..., Any] = DayGrid.refresh
        monkeypatch.setattr(
            DayGrid, "refresh", lambda self, *given, **more: (regions.extend(given), refresh(self, *given, **more))[1]
        )
        await press(pilot, "l")
        assert [(region.width, region.height) for region in regions] == [(45, 1)]
        screen(pilot)._paint()
        assert len(regions) == 1
