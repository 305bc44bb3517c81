"""Schedules from their occurrence to the end of the run, by an engine that is stepped, and by the next one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from engine.clock import HandClock
from engine.operations import schedules as ops
from store.connection import connect
from store.enums import AfterExecution, RunState
from store.errors import Refused
from store.instants import from_us, to_us
from store.reads import runs
from store.reads import schedules as reads
from tests.engine.engine_stage import Stage, texts, whole
from tests.engine.firing_stage import at, ledger, next_at, one
from tests.engine.stage import ANA, BO, desk, rows

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("moment", "zone", "fires"),
    [
        ("2028-02-29T23:59", "America/New_York", "2028-03-01T04:59"),
        ("2027-03-28T02:30", "Europe/Brussels", "2027-03-28T01:00"),
        ("2026-12-31T23:59:59", "UTC", "2026-12-31T23:59:59"),
    ],
)
@pytest.mark.parametrize("after", AfterExecution)
def test_E13_a_one_off_is_over_after_its_run_and_not_before(
    desk: Path, after: AfterExecution, moment: str, zone: str, fires: str
) -> None:
    due = at(fires)
    clock = HandClock(to_us(at("2026-11-01T12:00")))
    ops.add(
        ANA, at("2026-11-01T12:00"), "job", moment=moment, once=True, zone=zone, command="echo ran",
        after_execution=after,
    )  # fmt: skip
    assert one(desk).next_at == to_us(due)
    with Stage(desk, clock) as stage:
        clock.turn((due - at("2026-11-01T12:00")).total_seconds() - 1)
        stage.step()
        assert rows(desk, "SELECT count(*) FROM run") == [(0,)]
        clock.turn(1)
        stage.step()
        assert (one(desk).deleted_at, one(desk).is_enabled) == (None, True)
        stage.over(1)
    gone = one(desk)
    assert (gone.deleted_at is not None) is (after is AfterExecution.DELETE)
    assert gone.is_enabled is (after is not AfterExecution.DISABLE)
    assert gone.next_at is None
    assert texts(desk, 1, "stdout") == ["ran"]
    clock.turn(400 * 86_400)
    with Stage(desk, clock) as stage:
        stage.step()
        stage.step()
    assert rows(desk, "SELECT count(*) FROM run") == [(1,)]
    whole(desk)


def test_E14_the_exclusive_one_of_a_midnight_is_alone(desk: Path, tmp_path: Path) -> None:
    """Three before it and one behind: nothing overlaps the exclusive one, and every one runs."""
    book = tmp_path / "book"
    for number in range(1, 6):
        command = f"echo begin {number} >> {book}; sleep 0.05; echo end {number} >> {book}"
        ops.add(
            ANA, at("2027-02-27T12:00"), f"job {number}", spec="daily 00:00", command=command, exclusive=number == 4
        )
    with Stage(desk, HandClock(to_us(at("2027-02-28T00:00")))) as stage:
        stage.until(lambda: rows(desk, "SELECT count(*) FROM run WHERE state = 'succeeded'") == [(5,)])
    told = book.read_text().splitlines()
    alone = told.index("begin 4")
    assert told[alone + 1] == "end 4"
    assert sorted(told[:alone]) == sorted(f"{word} {number}" for number in (1, 2, 3) for word in ("begin", "end"))
    assert told[alone + 2 :] == ["begin 5", "end 5"]
    whole(desk)


@pytest.mark.parametrize("command", ["sleep 300", "trap '' TERM; while :; do sleep 0.05; done"])
def test_E15_a_run_of_a_schedule_that_is_stuck_is_stopped_and_says_so(desk: Path, command: str) -> None:
    ops.add(ANA, at("2026-02-27T12:00"), "job", spec="monthly last day 03:00", command=command, timeout="1s")
    with Stage(desk, HandClock(to_us(at("2026-02-28T03:00")))) as stage:
        with closing(connect(desk)) as connection:
            connection.execute(
                "INSERT INTO setting (key, value) VALUES ('cancel_grace', '1')"
                " ON CONFLICT (key) DO UPDATE SET value = '1'"
            )
        stage.step()
        (run,) = stage.over(1)
    assert (run.state, run.reason) == (RunState.FAILED, "timed out after 1s")
    assert any("timed out after 1s" in line for line in texts(desk, 1))
    assert next_at(desk) == "2026-03-31 03:00"


def test_E15_the_usual_timeout_is_an_hour(desk: Path) -> None:
    assert ops.add(ANA, at("2026-02-27T12:00"), "job", spec="daily 03:00", command="true").timeout == 3600


def test_Z8_off_survives_a_restart_and_what_was_planned_meanwhile_is_skipped(desk: Path) -> None:
    ops.add(ANA, at("2026-02-26T12:00"), "job", spec="daily 03:00", command="true")
    clock = HandClock(to_us(at("2026-02-26T12:00")))
    with Stage(desk, clock) as stage:
        stage.step()
        ops.disable(BO, from_us(clock.now()), "job")
        clock.turn(86_400)
        stage.step()
    clock.turn(86_400)
    with Stage(desk, clock) as stage:
        stage.step()
        assert not one(desk).is_enabled
        assert rows(desk, "SELECT count(*) FROM run") == [(0,)]
        ops.enable(ANA, from_us(clock.now()), "job")
        assert ledger(desk) == [
            ("02-27 03:00", "skipped", "switched off by bo"),
            ("02-28 03:00", "skipped", "switched off by bo"),
        ]
        assert rows(desk, "SELECT DISTINCT cause FROM occurrence") == [("off",)]
        clock.turn(15 * 3600)
        stage.step()
        assert ledger(desk)[2][:2] == ("03-01 03:00", "fired")


def test_Z8_run_now_is_in_the_history_before_any_engine_looks(desk: Path) -> None:
    ops.add(ANA, at("2026-02-26T12:00"), "job", spec="daily 03:00", command="echo now")
    before = one(desk).next_at
    made = ops.run_now(BO, at("2026-02-26T12:30"), "job")
    with closing(connect(desk, read_only=True)) as connection:
        (found,) = runs.page(connection)
        assert reads.page(connection)[0].last_run == to_us(at("2026-02-26T12:30"))
    assert (found.id, found.state, found.creator, found.category) == (made.id, RunState.PENDING, "bo", "user")
    assert one(desk).next_at == before
    with Stage(desk, HandClock(to_us(at("2026-02-26T12:30")))) as stage:
        (run,) = stage.over(made.id)
    assert run.state is RunState.SUCCEEDED


def test_E15_run_now_of_what_is_off_asks_first_and_changes_nothing_else(desk: Path) -> None:
    ops.add(ANA, at("2026-02-26T12:00"), "job", spec="daily 03:00", command="true")
    ops.disable(ANA, at("2026-02-26T13:00"), "job")
    with pytest.raises(Refused, match=r"is switched off; run it once anyway\? \(--even-if-off\)"):
        ops.run_now(ANA, at("2026-02-26T14:00"), "job")
    ops.run_now(ANA, at("2026-02-26T14:00"), "job", even_if_off=True)
    assert (one(desk).is_enabled, one(desk).next_at) == (False, None)
