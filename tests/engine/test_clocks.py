"""Clocks that are set, machines that sleep, engines that were down: what fires then, and what the ledger says."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import HandClock
from engine.operations import schedules as ops
from engine.operations.clocks import accept
from engine.operations.schedule_ledger import rewind
from engine.queries.history import log
from engine.queries.schedules import listed
from store.connection import connect
from store.enums import Missed, Overlap
from store.errors import Refused
from store.instants import Instant, from_us, to_us
from store.reads.pulse import engine as firing_engine
from store.values import Act
from tests.engine.engine_stage import Stage, whole
from tests.engine.firing_stage import at, ledger, next_at, one, states
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

HOUR, DAY = 3600, 86_400
TEN = at("2025-06-04T10:00:00")


def engine(path: Path, now: datetime = TEN) -> Stage:
    """An engine that has no place to run anything: the ledger is looked at."""
    return Stage(path, HandClock(to_us(now)), places=0)


def hand(stage: Stage) -> HandClock:
    assert isinstance(stage.clock, HandClock)
    return stage.clock


def add(name: str = "job", spec: str = "cron: 0 * * * *", **more: object) -> None:
    ops.add(
        ANA,
        TEN - timedelta(minutes=30),
        name,
        spec=spec,
        command="true",
        overlap=Overlap.ALLOW,
        start_window="0",
        **more,
    )


def told(path: Path) -> list[tuple[str, str, str | None, str | None]]:
    """(planned, state, cause, reason), oldest first."""
    causes = [cause for (cause,) in rows(path, "SELECT cause FROM occurrence ORDER BY schedule_id, planned_at")]
    return [(*line[:2], cause, line[2]) for line, cause in zip(ledger(path), causes, strict=True)]


def words_of_engine(path: Path, now: int) -> str:
    with closing(connect(path, read_only=True)) as connection:
        node = firing_engine(connection, Instant(now))
    assert node is not None
    return node.words


@pytest.mark.parametrize(
    ("zone", "since", "until"),
    [("UTC", "2025-06-04 10:10", "2025-06-04 17:10"), ("Europe/Brussels", "2025-06-04 12:10", "2025-06-04 19:10")],
)
def test_F17_a_machine_that_slept_for_seven_hours_runs_once_and_says_so(
    desk: Path, zone: str, since: str, until: str
) -> None:
    add(zone=zone)
    with engine(desk) as stage:
        stage.step()
        stage.turn(600)
        stage.step()
        hand(stage).sleep(7 * HOUR)
        stage.step()
        words = f"the machine slept from {since} to {until}"
        found = told(desk)
        assert found[0] == ("06-04 10:00", "fired", None, None)
        assert [line[1:] for line in found[1:7]] == [("merged", "asleep", words)] * 6
        assert found[7] == ("06-04 17:00", "fired", "asleep", words)
        assert "the machine slept for 7h00m" in stage.said
        assert one(desk).next_at == to_us(at("2025-06-04T18:00"))
    whole(desk)


def test_F17_what_a_sleep_delayed_does_not_begin_all_at_once(desk: Path) -> None:
    for number in range(20):
        add(f"job {number}")
    with engine(desk) as stage:
        stage.step()
        hand(stage).sleep(7 * HOUR + 600)
        stage.step()
        waits = [
            (available - stage.clock.now()) / 1e6
            for (available,) in rows(desk, "SELECT available_at FROM run WHERE planned_at > ?", to_us(TEN))
        ]
    assert len(waits) == 20
    assert 0 <= min(waits) < max(waits) < 30
    assert len(set(waits)) > 8


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_F52_a_clock_set_back_fires_nothing_again_and_says_what_waits(desk: Path, back: int) -> None:
    add()
    with engine(desk) as stage:
        stage.step()
        stage.turn(10)
        stage.step()
        cursor = one(desk).cursor_at
        hand(stage).set(-back)
        for _ in range(24):
            stage.step()
            stage.turn(back / 24)
        assert states(desk) == [("06-04 10:00", "fired")]
        assert one(desk).cursor_at == cursor
        assert any(words.startswith("the clock was set back by ") for words in stage.said)
        stage.turn(HOUR)
        stage.step()
        assert states(desk)[1:] == [("06-04 11:00", "fired")]
    whole(desk)


def test_F52_a_clock_set_forward_by_an_hour_counts_as_time_in_which_nothing_ran(desk: Path) -> None:
    add(spec="cron: */20 * * * *")
    with engine(desk) as stage:
        stage.step()
        hand(stage).set(HOUR)
        stage.step()
    words = "the clock was set forward from 2025-06-04 10:00:00 to 2025-06-04 11:00:00"
    assert told(desk)[2:4] == [("06-04 10:20", "merged", "clock", words), ("06-04 10:40", "merged", "clock", words)]
    assert told(desk)[4][:2] == ("06-04 11:00", "fired")


@pytest.mark.parametrize("jump", [25 * HOUR, 40 * DAY, 74 * 365 * DAY])
def test_F52_a_clock_far_ahead_is_held_and_nothing_happened_if_it_comes_back(desk: Path, jump: int) -> None:
    add()
    with engine(desk) as stage:
        stage.step()
        hand(stage).set(jump)
        for _ in range(5):
            again = stage.step()
            assert again <= stage.clock.now() + 1_000_000
            stage.turn(10)
        assert words_of_engine(desk, stage.clock.now()).startswith("clock suspect: it ")
        assert not stage.engine.is_idle
        assert states(desk) == [("06-04 10:00", "fired")]
        hand(stage).set(-jump)
        stage.step()
        assert words_of_engine(desk, stage.clock.now()) == ""
        assert stage.said[-1] == "the clock is right again"
        assert states(desk) == [("06-04 10:00", "fired")]
        stage.turn(HOUR)
        stage.step()
        assert [line[:3] for line in told(desk)[1:]] == [("06-04 11:00", "fired", None)]
    whole(desk)


def test_F52_a_clock_that_stays_ahead_is_believed_after_a_minute(desk: Path) -> None:
    add(spec="daily 12:00")
    with engine(desk) as stage:
        stage.step()
        hand(stage).set(3 * DAY)
        for _ in range(6):
            stage.step()
            stage.turn(10)
        assert states(desk) == []
        stage.step()
        assert stage.said[-1] == "the clock was set forward by 3d 00h"
        words = "the clock was set forward from 2025-06-04 10:00 to 2025-06-07 10:01"
        assert told(desk) == [
            ("06-04 12:00", "merged", "clock", words),
            ("06-05 12:00", "merged", "clock", words),
            ("06-06 12:00", "fired", "clock", words),
        ]


def test_F52_a_person_says_at_once_that_the_clock_is_right(desk: Path) -> None:
    add(spec="daily 12:00")
    with engine(desk) as stage:
        stage.step()
        with pytest.raises(Refused, match=r"^The clock is not in doubt: nothing waits for it\.$"):
            accept(ANA, from_us(stage.clock.now()))
        hand(stage).set(3 * DAY)
        stage.step()
        assert states(desk) == []
        done = accept(ANA, from_us(stage.clock.now()))
        assert str(done) == "believed the clock (it went forward by 3d 00h)"
        stage.step()
        assert "the clock is believed, as somebody said that it is right" in stage.said
        assert [state for _, state in states(desk)] == ["merged", "merged", "fired"]
        assert words_of_engine(desk, stage.clock.now()) == ""
        act = log(ANA, from_us(stage.clock.now()), limit=1)[0]
        assert isinstance(act, Act)
        assert (act.actor, act.operation, act.words, act.can_undo) == ("ana", "clock accept", str(done), False)
    whole(desk)


def test_F52_what_was_said_of_one_clock_is_not_said_of_the_next(desk: Path) -> None:
    add(spec="daily 12:00")
    with engine(desk) as stage:
        stage.step()
        hand(stage).set(3 * DAY)
        stage.step()
        accept(ANA, from_us(stage.clock.now()))
        stage.step()
        hand(stage).set(40 * DAY)
        stage.step()
        assert words_of_engine(desk, stage.clock.now()) == "clock suspect: it went forward by 40d 00h"
        hand(stage).set(-41 * DAY)
        stage.step()
        hand(stage).set(2 * DAY)
        stage.step()
        assert words_of_engine(desk, stage.clock.now()) == "clock suspect: it went forward by 2d 00h"


def test_F52_a_list_says_which_schedules_wait_for_a_clock_that_was_set_back(desk: Path) -> None:
    add()
    add("paused")
    with engine(desk) as stage:
        stage.step()
        hand(stage).set(-2 * HOUR)
        now = from_us(stage.clock.now())
        ops.pause(ANA, now, "paused", "a reason")
        found = {each.name: each.waits for each in listed(ANA, now)}
    assert found == {"job": "waits 2h00m for the clock, which was set back", "paused": ""}


def test_F52_an_engine_that_starts_in_2099_waits_a_minute_before_it_believes_that(desk: Path) -> None:
    add(spec="daily 12:00")
    with engine(desk, at("2099-06-04T10:00")) as stage:
        stage.step()
        assert words_of_engine(desk, stage.clock.now()) == "clock suspect: it shows the year 2099"
        assert states(desk) == []
        stage.turn(61)
        stage.step()
        assert [state for _, state in states(desk)] == ["merged", "fired"]
        stage.turn(DAY)
        stage.step()
        assert next_at(desk) == "2099-06-05 12:00"


def test_F52_to_2099_and_back_schedules_go_on_when_somebody_says_so(desk: Path) -> None:
    add(spec="daily 12:00", missed=Missed.SKIP)
    add("other", spec="daily 12:00", zone="Asia/Tokyo")
    jump = 74 * 365 * DAY
    with engine(desk) as stage:
        stage.step()
        hand(stage).set(jump)
        stage.step()
        stage.turn(61)
        stage.step()
        assert rows(desk, "SELECT count(*) FROM occurrence WHERE count > 27000") == [(2,)]
        hand(stage).set(-jump)
        stage.turn(DAY)
        stage.step()
        now = from_us(stage.clock.now())
        rewound = rewind(ANA, now)
        assert [each.name for each in rewound] == ["job", "other"]
        assert next_at(desk) == "2025-06-05 12:00"
        ahead = "SELECT count(*) FROM occurrence WHERE planned_at > ? AND run_id IS NULL"
        assert rows(desk, ahead, to_us(now)) == [(0,)]
        assert rewind(ANA, now) == ()
        stage.turn((at("2025-06-05T12:00") - now).total_seconds())
        stage.step()
    mine = rows(desk, "SELECT planned_at, count, state FROM occurrence WHERE schedule_id = 1 ORDER BY planned_at")
    assert [(f"{from_us(planned):%Y-%m-%d}", count, state) for planned, count, state in mine] == [
        ("2025-06-04", 1, "missed"),
        ("2025-06-05", 1, "fired"),
    ]
    whole(desk)


@pytest.mark.parametrize(
    ("gone", "back", "merged"),
    [("2025-06-04T10:20", "2025-06-04T14:30", 3), ("2025-06-04T10:59", "2025-06-09T00:10", 109)],
)
def test_E12_down_from_the_last_sign_of_life_to_the_new_engine(desk: Path, gone: str, back: str, merged: int) -> None:
    add()
    with engine(desk) as stage:
        stage.step()
        stage.turn((at(gone) - TEN).total_seconds())
        stage.step()
    with engine(desk, at(back)) as stage:
        stage.step()
    words = f"engine was down from {at(gone):%Y-%m-%d %H:%M} to {at(back):%Y-%m-%d %H:%M}"
    assert rows(desk, "SELECT DISTINCT reason, cause FROM occurrence WHERE reason IS NOT NULL") == [(words, "down")]
    assert rows(desk, "SELECT sum(count) FROM occurrence WHERE state = 'merged'") == [(merged,)]


def test_a_few_seconds_late_is_no_outage(desk: Path) -> None:
    add()
    with engine(desk) as stage:
        stage.step()
        stage.turn(HOUR + 45)
        stage.step()
    assert told(desk)[1] == ("06-04 11:00", "fired", None, None)


def test_an_edit_while_no_engine_runs_says_since_when(desk: Path) -> None:
    add()
    with engine(desk) as stage:
        stage.step()
        stage.turn(1200)
        stage.step()
        stage.engine.drain(0)
    ops.edit(ANA, at("2025-06-04T13:30"), "job", spec="daily 09:00")
    words = "engine was down from 2025-06-04 10:20 to 2025-06-04 13:30"
    assert told(desk)[1:] == [
        ("06-04 11:00", "merged", "down", words),
        ("06-04 12:00", "merged", "down", words),
        ("06-04 13:00", "fired", "down", words),
    ]
