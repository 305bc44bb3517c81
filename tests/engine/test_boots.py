"""Schedules that happen when the machine starts: once for each start, whoever looks, and however often."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from engine.clock import HandClock, SystemClock
from engine.operations import schedules as ops
from engine.operations.undo import undo
from engine.queries.schedules import one as shown_one
from engine.queries.why import Kind, why
from store.enums import Missed
from store.errors import Refused
from store.instants import SECOND, from_us, to_us
from tests.engine.engine_stage import Stage, daemon, soon, texts, whole
from tests.engine.firing_stage import at, ledger, next_at
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]

HOUR = 3600


def machine(seconds: float = HOUR, name: str = "first") -> HandClock:
    """A clock that is turned on to a start of the machine, `seconds` after AT."""
    clock = HandClock(to_us(AT))
    clock.turn(seconds)
    clock.restart(name)
    return clock


def again(clock: HandClock, name: str) -> HandClock:
    """The same machine, started anew."""
    following = HandClock(clock.now())
    following.restart(name)
    return following


def passes(desk: Path, clock: HandClock, many: int = 3) -> None:
    with Stage(desk, clock) as stage:
        for _ in range(many):
            stage.step()
        stage.until(lambda: stage.engine.is_idle)


def test_once_for_each_start_and_never_for_a_takeover(desk: Path) -> None:
    ops.add(ANA, AT, "up", spec="at boot", command="echo up")
    assert next_at(desk) is None
    clock = machine()
    for _ in range(3):
        passes(desk, clock)
        clock.turn(60)
    assert ledger(desk) == [("05-20 11:15", "fired", None)]
    assert texts(desk, 1, "stdout") == ["up"]
    clock.turn(86_400)
    passes(desk, again(clock, "second"))
    assert [planned for planned, *_ in ledger(desk)] == ["05-20 11:15", "05-21 11:18"]
    whole(desk)


def test_a_start_before_the_schedule_was_made_is_not_its_business(desk: Path) -> None:
    clock = machine(0)
    clock.turn(HOUR)
    ops.add(ANA, from_us(clock.now()), "up", spec="at boot", command="true")
    ops.add(ANA, from_us(clock.now()), "later", spec="at boot + 2h", command="true")
    passes(desk, clock)
    assert ledger(desk) == []
    assert next_at(desk, 2) == "2025-05-20 12:15"
    clock.turn(HOUR)
    passes(desk, clock)
    assert ledger(desk) == [("05-20 12:15", "fired", None)]


def test_a_delay_is_planned_and_a_restart_before_it_begins_it_anew(desk: Path) -> None:
    ops.add(ANA, AT, "up", spec="at boot + 15m", command="true")
    clock = machine()
    passes(desk, clock)
    assert next_at(desk) == "2025-05-20 11:30"
    clock.turn(600)
    second = again(clock, "second")
    passes(desk, second)
    assert next_at(desk) == "2025-05-20 11:40"
    second.turn(900)
    passes(desk, second)
    assert [planned for planned, *_ in ledger(desk)] == ["05-20 11:40"]
    assert next_at(desk) is None


def test_what_an_engine_missed_before_a_restart_is_told(desk: Path) -> None:
    ops.add(ANA, AT, "up", spec="at boot + 15m", command="true")
    clock = machine()
    passes(desk, clock)
    clock.turn(HOUR)
    passes(desk, again(clock, "second"))
    ((planned, state, reason),) = ledger(desk)
    assert (planned, state) == ("05-20 11:30", "fired")
    assert reason is not None
    assert reason.startswith("engine was down from 2025-05-20 11:15")


@pytest.mark.parametrize(("missed", "state"), [(Missed.RUN_ONCE, "fired"), (Missed.SKIP, "missed")])
def test_an_engine_that_comes_late_follows_the_policy(desk: Path, missed: Missed, state: str) -> None:
    ops.add(ANA, AT, "up", spec="at boot", command="true", missed=missed)
    clock = machine()
    clock.turn(5 * HOUR)
    passes(desk, clock)
    assert [line[:2] for line in ledger(desk)] == [("05-20 11:15", state)]


def test_a_clock_that_is_set_after_the_start_makes_no_second_one(desk: Path) -> None:
    ops.add(ANA, AT, "up", spec="at boot", command="true")
    clock = machine()
    passes(desk, clock)
    clock.turn(7 * HOUR)
    later = HandClock(clock.now())
    later.restart("first")
    passes(desk, later)
    assert len(ledger(desk)) == 1


def test_a_machine_that_wakes_in_the_past_has_started_all_the_same(desk: Path) -> None:
    former = machine(0, "former")
    passes(desk, former)
    ops.add(ANA, at("2025-05-20T10:16"), "up", spec="at boot", command="true")
    former.turn(120)
    passes(desk, former)
    behind = HandClock(to_us(at("2025-05-20T10:00")))
    behind.restart("next")
    behind.set(20 * 60)
    passes(desk, behind)
    assert [state for _, state, _ in ledger(desk)] == ["fired"]


def test_paused_and_off_are_skipped_with_the_reason(desk: Path) -> None:
    for name in ("paused", "off", "both"):
        ops.add(ANA, AT, name, spec="at boot | at boot + 1m" if name == "both" else "at boot", command="true")
    ops.pause(ANA, AT, "paused", reason="disk move")
    ops.disable(ANA, AT, "off")
    clock = machine()
    passes(desk, clock)
    clock.turn(120)
    now = from_us(clock.now())
    ops.resume(ANA, now, "paused")
    ops.enable(ANA, now, "off")
    passes(desk, clock)
    found = rows(desk, "SELECT s.name, o.state, o.reason FROM occurrence o JOIN schedule s ON s.id = o.schedule_id")
    assert sorted(found) == [
        ("both", "fired", None), ("both", "fired", None),
        ("off", "skipped", "switched off by ana"), ("paused", "skipped", "paused by ana: disk move"),
    ]  # fmt: skip


def test_why_and_lists_say_when(desk: Path) -> None:
    ops.add(ANA, AT, "up", spec="at boot + 15m", command="true")
    words = why(ANA, AT, Kind.SCHEDULE, "1").lines
    assert "Happens once, 15m after the machine starts, UTC." in words
    assert words[-1] == "Next: at the next boot."
    clock = machine()
    passes(desk, clock)
    coming = why(ANA, from_us(clock.now()), Kind.SCHEDULE, "1").lines[-1]
    assert coming.startswith("Next: ")
    assert "11:30" in coming
    assert shown_one(ANA, AT, "up").next_at == to_us(at("2025-05-20T11:30"))


def test_an_edit_and_its_undo_leave_no_plan_behind(desk: Path) -> None:
    ops.add(ANA, AT, "up", spec="at boot + 15m", command="true")
    clock = machine()
    passes(desk, clock)
    ops.edit(ANA, from_us(clock.now()), "up", spec="daily 03:00")
    assert next_at(desk) == "2025-05-21 03:00"
    undo(ANA, from_us(clock.now() + SECOND))
    assert next_at(desk) == "2025-05-20 11:30"


def test_a_count_is_refused(desk: Path) -> None:
    with pytest.raises(Refused, match="how often the machine started is not counted"):
        ops.add(ANA, AT, "up", spec="at boot", command="true", count=3)
    assert rows(desk, "SELECT count(*) FROM schedule") == [(0,)]


@pytest.mark.parametrize("point", ["", "taken", "fired"])
def test_exactly_once_with_two_engines_and_kill_9(desk: Path, point: str) -> None:
    boot = SystemClock().boot()
    assert boot is not None
    trace = desk.with_name("trace")
    ops.add(ANA, from_us(boot.at - HOUR * SECOND), "up", spec="at boot", command=f"echo x >> {trace}")
    if point:
        with daemon(desk, crash_at=point, wait=False) as dying:
            assert dying.wait(20) == -signal.SIGKILL
    with daemon(desk) as first, daemon(desk):
        soon(lambda: rows(desk, "SELECT state FROM run") == [("succeeded",)])
        first.kill()
        first.wait()
        soon(lambda: len(rows(desk, "SELECT 1 FROM node WHERE state = 'active' AND pid <> ?", first.pid)) == 1)
    with daemon(desk):
        assert trace.read_text() == "x\n"
        assert rows(desk, "SELECT state, planned_at FROM occurrence") == [("fired", boot.at)]
    (known,) = rows(desk, "SELECT value FROM meta WHERE key = 'boots'")
    assert json.loads(known[0]) == [[boot.id, boot.at]]
    whole(desk)
