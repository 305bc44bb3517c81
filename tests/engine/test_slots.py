"""Named slots, windows and jitter of schedules, from the firing of an occurrence to the claim of its run."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from engine import claims
from engine.operations import runs as verbs
from engine.operations import schedules as ops
from engine.rules.windows import offset_of
from store.enums import RunState
from store.instants import SECOND, from_us, to_us
from tests.engine.engine_stage import Stage, states, whole
from tests.engine.firing_stage import at, end, fire, ledger, start, writing
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]

MIDNIGHT = at("2025-06-02T00:00")


def jobs(path: Path, *slots: str | None) -> None:
    """A daily job for each slot, all fired at one midnight."""
    for number, slot in enumerate(slots, 1):
        ops.add(ANA, at("2025-06-01T12:00"), f"job {number}", spec="daily 00:00", command="true", slot=slot)
    fire(path, MIDNIGHT)


def claimed(path: Path, now: object = MIDNIGHT) -> list[int]:
    """What is taken in hand, with the words of what waits, as a pass of the engine does it."""
    with writing(path) as connection:
        us = to_us(MIDNIGHT)
        found = claims.claim(connection, "engine", us, us, 10)
        claims.mark_waiting(connection, us, found)
        return [claim.run.run_id for claim in found.taken]


def reasons(path: Path) -> dict[int, str | None]:
    return dict(rows(path, "SELECT id, reason FROM run WHERE state = 'pending'"))


def test_one_run_of_a_slot_at_a_time_and_others_pass_it_by(desk: Path) -> None:
    jobs(desk, "gpu", "gpu", None, "disk")
    assert claimed(desk) == [1, 3, 4]
    assert reasons(desk) == {2: "waiting: slot gpu is held by run 1"}
    assert claimed(desk) == []
    end(desk, 1, MIDNIGHT)
    assert claimed(desk) == [2]


def test_two_places_are_two_runs_at_once(desk: Path) -> None:
    jobs(desk, *["gpu:2"] * 5)
    assert claimed(desk) == [1, 2]
    assert set(reasons(desk).values()) == {"waiting: slot gpu is held by runs 1, 2"}
    end(desk, 2, MIDNIGHT)
    assert claimed(desk) == [3]
    assert rows(desk, "SELECT id, slot_key FROM run WHERE state IN ('starting', 'running') ORDER BY id") == [
        (1, "gpu#0"),
        (3, "gpu#1"),
    ]


def test_schedules_that_disagree_take_the_smaller_number(desk: Path) -> None:
    jobs(desk, "gpu:3", "gpu", "gpu:3")
    assert claimed(desk) == [1, 3]
    assert reasons(desk) == {2: "waiting: slot gpu is held by runs 1, 3"}
    end(desk, 1, MIDNIGHT)
    end(desk, 3, MIDNIGHT)
    assert claimed(desk) == [2]


def test_words_go_when_the_place_is_free_but_no_worker_is(desk: Path) -> None:
    jobs(desk, "gpu", "gpu")
    claimed(desk)
    end(desk, 1, MIDNIGHT)
    with writing(desk) as connection:
        us = to_us(MIDNIGHT)
        claims.mark_waiting(connection, us, claims.claim(connection, "engine", us, us, 0))
    assert reasons(desk) == {2: None}


def test_I9_the_index_has_the_last_word(desk: Path) -> None:
    """A holder that the claim did not see: the run tries later, and no error reaches the pass."""
    jobs(desk, "gpu", "gpu", None)
    assert start(desk, MIDNIGHT) == [1, 3]
    with writing(desk) as connection:
        connection.execute("UPDATE run SET slot = NULL WHERE id = 1")
    assert claimed(desk) == []
    assert reasons(desk) == {2: "waiting: slot gpu is held by run 1"}
    end(desk, 1, MIDNIGHT)
    assert claimed(desk) == [2]


def test_a_persons_retry_and_a_run_now_ask_for_the_same_slot(desk: Path) -> None:
    jobs(desk, "gpu:2")
    start(desk, MIDNIGHT)
    end(desk, 1, MIDNIGHT, RunState.FAILED)
    verbs.retry(ANA, MIDNIGHT, 1)
    ops.run_now(ANA, MIDNIGHT, "job 1")
    assert rows(desk, "SELECT slot, slot_places, backoff, backoff_limit FROM run") == [("gpu", 2, 10, 3600)] * 3


@pytest.mark.parametrize("places", [1, 3])
def test_E14_an_exclusive_run_and_those_behind_it_say_so(desk: Path, tmp_path: Path, places: int) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with Stage(desk, places=places) as stage:
        stage.add(f"read x < {gate}")
        stage.until(lambda: states(desk) == ["running"])
        stage.add("true", is_exclusive=True)
        stage.add("true")
        stage.step()
        stage.until(lambda: set(reasons(desk).values()) == {"waiting: exclusive"})
        assert states(desk) == ["running", "pending", "pending"]
        gate.write_text("go\n")
        _, exclusive, last = stage.over(1, 2, 3)
        assert exclusive.finished_at is not None
        assert last.started_at is not None
        assert (exclusive.reason, last.reason) == (None, None)
        begun = rows(desk, "SELECT claimed_at FROM attempt WHERE run_id = 3")[0][0]
        assert begun >= exclusive.finished_at
    whole(desk)


@pytest.mark.parametrize(
    ("start_window", "missed", "ended"),
    [
        (None, "10:06", True),
        ("10m", "10:09", False),
        ("10m", "10:10", True),
        ("30s", "10:01", True),
        ("0", "10:44", False),
    ],
)
def test_Z7_a_window_ends_a_run_that_found_no_worker_and_without_one_it_runs_late(
    desk: Path, start_window: str | None, missed: str, ended: bool
) -> None:
    ops.add(ANA, at("2025-06-01T09:58"), "job", spec="cron: */5 10 * * *", command="true", start_window=start_window)
    fire(desk, at("2025-06-01T10:00"))
    now = at(f"2025-06-01T{missed}")
    fire(desk, now)
    with writing(desk) as connection:
        claims.expire(connection, to_us(now))
    first = rows(desk, "SELECT state, reason FROM run WHERE id = 1")
    assert first == [("cancelled", "expired") if ended else ("pending", None)]
    assert ledger(desk)[0][1] == ("missed" if ended else "fired")
    if not ended:
        assert start(desk, now) == [1]


def test_Z7_a_claim_ends_a_run_whose_window_is_over_and_its_line_says_so(desk: Path) -> None:
    more = {"zone": "Europe/Brussels", "command": "true", "slot": "gpu"}
    ops.add(ANA, at("2027-02-27T22:00"), "job", spec="daily 23:00", start_window="1h", **more)
    ops.add(ANA, at("2027-02-27T21:00"), "other", spec="daily 22:30", **more)
    fire(desk, at("2027-02-28T21:30"))
    start(desk, at("2027-02-28T21:30"))
    fire(desk, at("2027-02-28T22:00"))
    with writing(desk) as connection:
        us = to_us(at("2027-02-28T22:00"))
        claims.mark_waiting(connection, us, claims.claim(connection, "engine", us, us, 10))
        claims.expire(connection, us + 3600 * SECOND)
    (line,) = rows(desk, "SELECT state, cause, reason FROM occurrence WHERE run_id = 2")
    assert line == (
        "missed",
        "expired",
        "expired: not begun by 2027-03-01 00:00:00, waiting: slot gpu is held by run 1",
    )


def test_jitter_moves_the_run_and_not_the_plan(desk: Path) -> None:
    for number in range(1, 6):
        ops.add(ANA, at("2025-06-01T12:00"), f"job {number}", spec="daily 00:00", command="true", jitter="1h")
    fire(desk, MIDNIGHT)
    offsets = {number: offset_of(number, os.uname().nodename, 3600) for number in range(1, 6)}
    for number, planned, available, not_after in rows(
        desk, "SELECT schedule_id, planned_at, available_at, not_after FROM run"
    ):
        assert from_us(planned) == MIDNIGHT
        assert from_us(available) == MIDNIGHT + timedelta(seconds=offsets[number])
        assert from_us(not_after) == MIDNIGHT + timedelta(days=1)
    fire(desk, MIDNIGHT + timedelta(days=1, seconds=2))
    later = dict(rows(desk, "SELECT schedule_id, available_at FROM run WHERE planned_at > ?", to_us(MIDNIGHT)))
    for number, offset in offsets.items():
        assert from_us(later[number]) == MIDNIGHT + timedelta(days=1, seconds=max(2, offset))


def test_Z4_pauses_between_attempts_are_those_of_the_schedule(desk: Path) -> None:
    ops.add(ANA, AT, "job", spec="daily 12:00", command="exit 1", max_retries=4, backoff="2m", backoff_limit="5m")
    with Stage(desk) as stage:
        ops.run_now(ANA, from_us(stage.clock.now()), "job")
        pauses = []
        for _ in range(4):
            stage.engine.wake()
            tried = len(pauses) + 1
            stage.until(lambda tried=tried: rows(desk, "SELECT state, attempts FROM run") == [("pending", tried)])
            (available,) = rows(desk, "SELECT available_at FROM run")[0]
            pauses.append((available - stage.clock.now()) / SECOND)
            stage.turn(pauses[-1])
        (run,) = stage.over(1)
    assert (run.state, run.attempts) == (RunState.FAILED, 5)
    for pause, plain in zip(pauses, (120, 240, 300, 300), strict=True):
        assert plain <= pause <= plain * 1.25


def test_Z4_a_backoff_of_nothing_tries_at_once(desk: Path) -> None:
    ops.add(ANA, AT, "job", spec="daily 12:00", command="exit 1", max_retries=2, backoff="0")
    with Stage(desk) as stage:
        ops.run_now(ANA, from_us(stage.clock.now()), "job")
        (run,) = stage.over(1)
    assert (run.state, run.attempts) == (RunState.FAILED, 3)
