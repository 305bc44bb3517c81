"""Missed occurrences: run after all, or accepted as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import schedules as ops
from engine.operations.schedule_ledger import accept
from engine.queries import schedules as queries
from store.enums import Cause, Missed, RunState
from store.errors import Refused
from store.instants import to_us
from tests.engine.firing_stage import at, end, fire, ledger, start, states
from tests.engine.stage import ANA, BO, desk, rows

__all__ = ["desk"]


def missed_days(path: Path, back: str = "2025-06-04T08:00", **more: object) -> None:
    """A daily job whose engine was down from 1 June until `back`."""
    ops.add(ANA, at("2025-05-31T12:00"), "job", spec="daily 00:00", command="true", missed=Missed.SKIP, **more)
    fire(path, at(back))


def test_a_missed_occurrence_runs_after_all_and_its_line_shows_the_run(desk: Path) -> None:
    missed_days(desk)
    made = ops.run_now(BO, at("2025-06-04T09:30"), "job", planned=at("2025-06-02T00:00"))
    assert (made.planned_at, made.creator, made.category) == (to_us(at("2025-06-02T00:00")), "bo", "user")
    assert states(desk)[1] == ("06-02 00:00", "fired")
    (line,) = rows(desk, "SELECT run_id, cause, late, reason FROM occurrence WHERE state = 'fired'")
    assert line[:3] == (made.id, "down", 57 * 3600 * 10**6 + 30 * 60 * 10**6)
    assert line[3] == (
        "policy is skip: engine was down from 2025-06-01 00:00 to 2025-06-04 08:00; run by bo 2d 09h later"
    )
    assert start(desk, at("2025-06-04T09:30")) == [made.id]


def test_one_occurrence_is_not_run_twice(desk: Path) -> None:
    missed_days(desk)
    ops.run_now(ANA, at("2025-06-04T09:00"), "job", planned=at("2025-06-02T00:00"))
    with pytest.raises(Refused, match=r"planned for 2025-06-02T00:00:00\+00:00 has run already \(run 1\)"):
        ops.run_now(BO, at("2025-06-04T09:00"), "job", planned=at("2025-06-02T00:00"))
    assert rows(desk, "SELECT count(*) FROM run") == [(1,)]


@pytest.mark.parametrize("planned", ["2025-06-02T00:01", "2025-05-31T00:00", "2025-06-05T00:00"])
def test_what_was_never_planned_cannot_be_run(desk: Path, planned: str) -> None:
    missed_days(desk)
    with pytest.raises(Refused, match="planned: nothing of job is in the ledger for 2025-0"):
        ops.run_now(ANA, at("2025-06-04T09:00"), "job", planned=at(planned))


def test_what_expired_runs_again_under_its_line(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T09:58"), "job", spec="cron: */5 * * * *", command="true")
    fire(desk, at("2025-06-01T10:00"))
    fire(desk, at("2025-06-01T10:06"))
    made = ops.run_now(ANA, at("2025-06-01T10:07"), "job", planned=at("2025-06-01T10:00"))
    assert rows(desk, "SELECT state, run_id, cause FROM occurrence ORDER BY planned_at") == [
        ("fired", made.id, "expired"),
        ("fired", 2, None),
    ]


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        ("2025-06-01T00:01", [("00:01", None, 1, "fired"), ("00:02", "10:00", 599, "missed")]),
        (
            "2025-06-01T04:00",
            [("00:01", "03:59", 239, "missed"), ("04:00", None, 1, "fired"), ("04:01", "10:00", 360, "missed")],
        ),
        (
            "2025-06-01T00:02",
            [("00:01", None, 1, "missed"), ("00:02", None, 1, "fired"), ("00:03", "10:00", 598, "missed")],
        ),
        ("2025-06-01T10:00", [("00:01", "09:59", 599, "missed"), ("10:00", None, 1, "fired")]),
    ],
)
def test_one_of_a_counted_gap_gets_a_line_of_its_own(
    desk: Path, planned: str, expected: list[tuple[str, str | None, int, str]]
) -> None:
    ops.add(
        ANA, at("2025-06-01T00:00:30"), "job", spec="cron: * * * * *", command="true", missed=Missed.SKIP,
        max_lateness="1m",
    )  # fmt: skip
    fire(desk, at("2025-06-01T10:01:30"))
    assert rows(desk, "SELECT sum(count) FROM occurrence") == [(601,)]
    ops.run_now(ANA, at("2025-06-01T10:30"), "job", planned=at(planned))
    clock = "strftime('%H:%M', {} / 1000000, 'unixepoch')"
    found = rows(
        desk,
        f"SELECT {clock.format('planned_at')}, {clock.format('until_at')}, count, state FROM occurrence"
        " WHERE planned_at <= ? ORDER BY planned_at",
        to_us(at("2025-06-01T10:00")),
    )
    assert found == expected
    assert rows(desk, "SELECT sum(count) FROM occurrence") == [(601,)]


def test_of_a_gap_before_an_edit_nobody_knows_which_times_were_planned(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T00:00:30"), "job", spec="cron: * * * * *", command="true", missed=Missed.SKIP)
    fire(desk, at("2025-06-01T10:01:30"))
    ops.edit(ANA, at("2025-06-01T10:02"), "job", spec="cron: */7 * * * *")
    with pytest.raises(Refused, match="was changed since; which of its 600 times from 2025-06-01T00:01:00"):
        ops.run_now(ANA, at("2025-06-01T10:30"), "job", planned=at("2025-06-01T04:00"))


def test_a_one_off_that_was_missed_ends_after_it_was_run(desk: Path) -> None:
    ops.add(
        ANA, at("2025-05-31T12:00"), "job", moment="2025-06-01T08:00", once=True, command="true", missed=Missed.SKIP
    )
    fire(desk, at("2025-06-02T08:00"))
    made = ops.run_now(ANA, at("2025-06-02T09:00"), "job", planned=at("2025-06-01T08:00"))
    start(desk, at("2025-06-02T09:00"))
    end(desk, made.id, at("2025-06-02T09:01"), RunState.SUCCEEDED)
    assert rows(desk, "SELECT is_enabled FROM schedule") == [(0,)]


def test_accepting_leaves_lines_in_the_ledger_and_takes_them_off_the_list(desk: Path) -> None:
    missed_days(desk)
    told = accept(BO, at("2025-06-04T09:00"), schedule="job", until=at("2025-06-02T12:00"))
    assert [line.accepted_by for line in told] == ["bo", "bo"]
    assert [line.accepted_at for line in told] == [to_us(at("2025-06-04T09:00"))] * 2
    left = queries.missed(ANA, at("2025-06-04T10:00"), unaccepted=True)
    assert [line.planned_at for line in left] == [to_us(at(f"2025-06-0{day}T00:00")) for day in (4, 3)]
    assert len(queries.missed(ANA, at("2025-06-04T10:00"))) == 4
    assert accept(ANA, at("2025-06-04T11:00"), schedule="job", until=at("2025-06-02T12:00")) == ()
    assert rows(desk, "SELECT DISTINCT accepted_at FROM occurrence WHERE planned_at < ?", to_us(at("2025-06-03"))) == [
        (to_us(at("2025-06-04T09:00")),)
    ]


def test_what_is_accepted_can_be_chosen_by_cause_and_by_line(desk: Path) -> None:
    missed_days(desk)
    ops.pause(ANA, at("2025-06-04T12:00"), "job", reason="disk move")
    ops.resume(ANA, at("2025-06-06T12:00"), "job")
    assert [state for _, state in states(desk)] == ["missed"] * 4 + ["skipped"] * 2
    assert len(accept(ANA, at("2025-06-06T13:00"), cause=Cause.PAUSED)) == 2
    (line,) = accept(ANA, at("2025-06-06T13:00"), line=(3, 99))
    assert (line.id, line.cause) == (3, Cause.DOWN)
    assert [line.id for line in queries.missed(ANA, at("2025-06-06T14:00"), "job", unaccepted=True)] == [4, 2, 1]
    assert [line.id for line in queries.missed(ANA, at("2025-06-06T14:00"), cause=Cause.PAUSED)] == [6, 5]


def test_accepting_everything_is_not_an_accident(desk: Path) -> None:
    missed_days(desk)
    with pytest.raises(Refused, match="say what was seen: --schedule, --cause, --line, or --until"):
        accept(ANA, at("2025-06-04T09:00"))
    assert len(accept(ANA, at("2025-06-04T09:00"), until=at("2025-06-04T09:00"))) == 4
    assert ledger(desk)[0][1] == "missed"
