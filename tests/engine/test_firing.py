"""Firing: each planned instant once, whoever tries and whatever the clock does."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine import firing
from engine.operations import schedules as ops
from store.connection import connect
from store.enums import Missed, Overlap, RepeatAxis, RunState
from store.instants import from_us, to_us
from store.reads import runs
from tests.engine.firing_stage import at, end, ended, fire, ledger, next_at, one, planned, start, states, writing
from tests.engine.stage import ANA, desk, file_bytes, rows

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("made", "back", "merged", "fired", "following"),
    [
        ("2025-05-31T12:00", "2025-06-05T08:30", 4, "06-05 00:00", "2025-06-06 00:00"),
        ("2024-02-26T12:00", "2024-03-02T23:00", 4, "03-02 00:00", "2024-03-03 00:00"),
        ("2025-12-29T00:00", "2026-01-02T00:00", 3, "01-02 00:00", "2026-01-03 00:00"),
    ],
)
def test_E12_a_daily_job_that_was_down_for_days_runs_once(
    desk: Path, made: str, back: str, merged: int, fired: str, following: str
) -> None:
    ops.add(ANA, at(made), "job", spec="daily 00:00", command="true")
    result = fire(desk, at(back))
    assert (result.fired, result.next_at) == (1, to_us(at(following.replace(" ", "T"))))
    assert planned(desk) == [fired]
    assert [state for _, state in states(desk)] == ["merged"] * merged + ["fired"]
    into = rows(desk, "SELECT DISTINCT merged_into FROM occurrence WHERE state = 'merged'")
    assert [f"{from_us(us):%m-%d %H:%M}" for (us,) in into] == [fired]
    assert next_at(desk) == following


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ("2025-01-31T10:00", 1, ["02-28 10:00", "03-31 10:00", "04-30 10:00"]),
        ("2024-01-31T10:00", 1, ["02-29 10:00", "03-31 10:00", "04-30 10:00"]),
        ("2025-08-30T10:00", 3, ["11-30 10:00", "02-28 10:00", "05-30 10:00"]),
    ],
)
def test_E12_months_are_counted_from_the_start(desk: Path, moment: str, months: int, expected: list[str]) -> None:
    ops.add(
        ANA, at(moment) + timedelta(minutes=1), "job", moment=moment, repeat_axis=RepeatAxis.MONTH,
        repeat_step=months, command="true",
    )  # fmt: skip
    for _ in expected:
        due = one(desk).next_at
        fire(desk, from_us(due))
        for run_id in start(desk, from_us(due)):
            end(desk, run_id, from_us(due))
    assert planned(desk) == expected


def test_firing_twice_changes_nothing(desk: Path) -> None:
    ops.add(ANA, at("2025-05-31T12:00"), "job", spec="daily 00:00", command="true")
    fire(desk, at("2025-06-05T08:30"))
    before = file_bytes(desk)
    assert fire(desk, at("2025-06-05T08:30")).fired == 0
    assert file_bytes(desk) == before


def test_a_run_carries_what_its_schedule_says(desk: Path) -> None:
    ops.add(
        ANA, at("2025-06-01T09:50"), "job", spec="cron: */5 * * * *", command="backup.sh", timeout="2h", max_retries=2,
        exclusive=True,
    )  # fmt: skip
    fire(desk, at("2025-06-01T10:00"))
    with closing(connect(desk, read_only=True)) as connection:
        run = runs.run(connection, 1)
    assert run is not None
    assert (run.name, run.schedule, run.controller) == ("job", "job", "shell")
    assert run.params == {"command": "backup.sh"}
    assert (run.category, run.creator, run.state) == ("system", "system", "pending")
    assert (run.timeout, run.max_attempts, run.is_exclusive) == (7200, 3, True)
    assert (run.planned_at, run.available_at) == (to_us(at("2025-06-01T10:00")),) * 2
    key = f"s:1:{to_us(at('2025-06-01T10:00'))}"
    assert rows(desk, "SELECT dedupe_key, log_backend FROM run") == [(key, "database")]
    fired = rows(desk, "SELECT run_id, late FROM occurrence WHERE state = 'fired'")
    assert fired == [(1, 0)]


def test_Z7_a_run_that_found_no_worker_until_the_next_one_is_due_expires(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T09:58"), "job", spec="cron: */5 * * * *", command="true")
    fire(desk, at("2025-06-01T10:00"))
    assert rows(desk, "SELECT not_after FROM run") == [(to_us(at("2025-06-01T10:05")),)]
    fire(desk, at("2025-06-01T10:06"))
    assert rows(desk, "SELECT state, reason FROM run ORDER BY id") == [("cancelled", "expired"), ("pending", None)]
    assert ledger(desk) == [
        ("06-01 10:00", "missed", "expired: not begun by 2025-06-01 10:05:00, no place was free"),
        ("06-01 10:05", "fired", None),
    ]
    assert rows(desk, "SELECT cause, run_id FROM occurrence ORDER BY planned_at") == [("expired", 1), (None, 2)]


def test_Z7_a_run_that_waits_for_its_second_try_has_begun_and_does_not_expire(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T09:58"), "job", spec="cron: */5 * * * *", command="true", max_retries=1)
    fire(desk, at("2025-06-01T10:00"))
    start(desk, at("2025-06-01T10:00"))
    with writing(desk) as connection:
        ended(connection, 1, at("2025-06-01T10:01"), RunState.FAILED, again=at("2025-06-01T10:20"))
    fire(desk, at("2025-06-01T10:06"))
    assert ledger(desk)[1] == ("06-01 10:05", "skipped", "previous run 1 still pending")


def test_Z7_a_catch_up_of_all_has_no_window(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T09:58"), "job", spec="cron: */5 * * * *", command="true", missed=Missed.RUN_ALL)
    fire(desk, at("2025-06-01T10:11"))
    assert planned(desk) == ["06-01 10:00", "06-01 10:05", "06-01 10:10"]
    assert rows(desk, "SELECT DISTINCT not_after FROM run") == [(None,)]


def test_two_engines_fire_once(desk: Path) -> None:
    for number in range(20):
        ops.add(ANA, at("2025-05-31T12:00"), f"job {number}", spec="daily 00:00", command="true")
    gate = threading.Barrier(4)
    fired: list[int] = []

    def engine() -> None:
        with closing(connect(desk)) as connection:
            gate.wait()
            for minute in range(5):
                connection.execute("BEGIN IMMEDIATE")
                fired.append(firing.fire_due(connection, to_us(at(f"2025-06-01T00:0{minute}")), limit=3).fired)
                connection.execute("COMMIT")

    threads = [threading.Thread(target=engine) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 20
    assert rows(desk, "SELECT count(*), count(DISTINCT schedule_id) FROM run") == [(20, 20)]
    assert rows(desk, "SELECT count(*), count(DISTINCT run_id) FROM occurrence WHERE state = 'fired'") == [(20, 20)]


def test_a_cursor_that_somebody_else_moved_is_left_alone(desk: Path) -> None:
    """What one engine read before another one committed must not be written."""
    ops.add(ANA, at("2025-05-31T12:00"), "job", spec="daily 00:00", command="true")
    now = to_us(at("2025-06-01T00:00"))
    with closing(connect(desk)) as connection:
        stale = firing.Standing(*connection.execute(f"SELECT {firing.COLUMNS} FROM schedule").fetchone())
    fire(desk, at("2025-06-01T00:00"))
    fire(desk, at("2025-06-02T00:00"))
    with writing(desk) as connection:
        assert firing.fire_these(connection, [stale], now) == 0
    assert planned(desk) == ["06-01 00:00", "06-02 00:00"]
    assert rows(desk, "SELECT cursor_at FROM schedule") == [(to_us(at("2025-06-02T00:00")),)]


def test_a_definition_that_somebody_else_changed_is_not_fired_as_it_was(desk: Path) -> None:
    ops.add(ANA, at("2025-05-31T12:00"), "job", spec="daily 00:00", command="true")
    with closing(connect(desk)) as connection:
        stale = firing.Standing(*connection.execute(f"SELECT {firing.COLUMNS} FROM schedule").fetchone())
    ops.edit(ANA, at("2025-05-31T13:00"), "job", command="false")
    with writing(desk) as connection:
        assert firing.fire_these(connection, [stale], to_us(at("2025-06-01T00:00"))) == 0
    assert states(desk) == []
    assert fire(desk, at("2025-06-01T00:00")).fired == 1


def test_a_store_full_of_due_schedules_is_worked_off_in_batches(desk: Path) -> None:
    for number in range(7):
        ops.add(ANA, at("2025-05-31T12:00"), f"job {number}", spec="daily 00:00", command="true")
    now = at("2025-06-01T00:00")
    results = [fire(desk, now, limit=3) for _ in range(3)]
    assert [result.fired for result in results] == [3, 3, 1]
    assert [result.next_at == to_us(now) for result in results] == [True, True, False]


def test_nothing_to_fire_means_nothing_to_wait_for(desk: Path) -> None:
    assert fire(desk, at("2025-06-01T00:00")) == firing.FireResult(0, None)


@pytest.mark.parametrize(("back", "jump"), [(3600, 0), (86_400, 0), (3600, 86_400 * 400)])
def test_F52_a_clock_that_steps_fires_nothing_again(desk: Path, back: int, jump: int) -> None:
    ops.add(ANA, at("2025-06-01T09:30"), "job", spec="cron: */10 * * * *", command="true", overlap=Overlap.ALLOW)
    now = at("2025-06-01T10:00")
    fire(desk, now)
    fire(desk, now + timedelta(seconds=jump))
    cursor = rows(desk, "SELECT cursor_at FROM schedule")
    for minutes in range(0, back // 60, back // 600):
        assert fire(desk, now - timedelta(seconds=back) + timedelta(minutes=minutes)).fired == 0
    assert rows(desk, "SELECT cursor_at FROM schedule") == cursor
    once = rows(desk, "SELECT count(*) = count(DISTINCT dedupe_key) FROM run")
    assert once == [(1,)]


def test_F60_a_schedule_that_cannot_be_planned_is_marked_and_the_others_are_on_time(desk: Path) -> None:
    for name in ("one", "two", "three"):
        ops.add(ANA, at("2025-05-31T12:00"), name, spec="daily 00:00", command="true")
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET zone = 'Mars/Olympus' WHERE name = 'two'")
    assert fire(desk, at("2025-06-01T00:00")).fired == 2
    broken = one(desk, 2)
    assert (broken.next_at, broken.is_enabled) == (None, True)
    assert str(broken.error).startswith("It is not known when this happens: 'Mars/Olympus' is not a time zone")
    for run_id in start(desk, at("2025-06-01T00:00")):
        end(desk, run_id, at("2025-06-01T00:00"))
    assert fire(desk, at("2025-06-02T00:00")).fired == 2
    ops.edit(ANA, at("2025-06-03T12:00"), "two", zone="UTC")
    assert (one(desk, 2).error, next_at(desk, 2)) == (None, "2025-06-04 00:00")


def test_an_ended_schedule_stays_without_a_next_time(desk: Path) -> None:
    ops.add(ANA, at("2025-05-31T12:00"), "job", spec="daily 00:00", command="true", count=2)
    fire(desk, at("2025-06-01T00:00"))
    assert next_at(desk) == "2025-06-02 00:00"
    assert fire(desk, at("2025-06-02T00:00")) == firing.FireResult(1, None)
    assert fire(desk, at("2025-06-09T00:00")) == firing.FireResult(0, None)
    assert states(desk) == [("06-01 00:00", "missed"), ("06-02 00:00", "fired")]
