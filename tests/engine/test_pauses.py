"""A pause that ends by itself."""

from __future__ import annotations

from pathlib import Path

from engine import firing
from engine.operations import schedules as ops
from store.enums import Missed
from store.instants import to_us
from tests.engine.firing_stage import at, fire, ledger, next_at, one, states
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]


def test_what_was_planned_in_it_is_skipped_and_the_rest_fires(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T12:00"), "job", spec="daily 00:00", command="true")
    ops.pause(ANA, at("2025-06-01T13:00"), "job", reason="disk move", until=at("2025-06-04T00:00"))
    assert fire(desk, at("2025-06-03T12:00")).next_at == to_us(at("2025-06-04T00:00"))
    assert states(desk) == []
    assert fire(desk, at("2025-06-04T00:00")).fired == 1
    assert ledger(desk) == [
        ("06-02 00:00", "skipped", "paused by ana: disk move"),
        ("06-03 00:00", "skipped", "paused by ana: disk move"),
        ("06-04 00:00", "fired", None),
    ]
    schedule = one(desk)
    assert (schedule.pause_reason, schedule.paused_until, next_at(desk)) == (None, None, "2025-06-05 00:00")
    assert rows(desk, "SELECT actor, words FROM act ORDER BY id DESC LIMIT 1") == [("engine", "pause is over: job")]


def test_an_outage_behind_its_end_is_missed_not_skipped(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T12:00"), "job", spec="daily 00:00", command="true", missed=Missed.SKIP)
    ops.pause(ANA, at("2025-06-01T13:00"), "job", until=at("2025-06-03T12:00"))
    fire(desk, at("2025-06-05T08:00"))
    assert states(desk) == [
        ("06-02 00:00", "skipped"), ("06-03 00:00", "skipped"), ("06-04 00:00", "missed"), ("06-05 00:00", "missed"),
    ]  # fmt: skip


def test_without_an_end_nothing_fires(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T12:00"), "job", spec="daily 00:00", command="true")
    ops.pause(ANA, at("2025-06-01T13:00"), "job")
    assert fire(desk, at("2026-06-01T13:00")) == firing.FireResult(0, None)
