"""What was merged into a run that never began did not happen either, and its line says so."""

from __future__ import annotations

from pathlib import Path

from engine import claims
from engine.operations import runs as verbs
from engine.operations import schedules as ops
from store.enums import Overlap
from store.instants import to_us
from tests.engine.firing_stage import at, end, fire, ledger, start, states, writing
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

DOWN = "engine was down from 2025-06-01 10:00 to 2025-06-01 13:00"


def merged(path: Path, **more: object) -> None:
    """An hourly job that ran at 09:00 and was down until 13:00: 10:00 to 12:00 are merged into 13:00."""
    ops.add(ANA, at("2025-06-01T08:30"), "job", spec="cron: 0 * * * *", command="true", **more)
    fire(path, at("2025-06-01T09:00"))
    start(path, at("2025-06-01T09:00"))
    end(path, 1, at("2025-06-01T09:01"))
    fire(path, at("2025-06-01T13:00"))
    assert [state for _, state in states(path)] == ["fired", "merged", "merged", "merged", "fired"]


def test_into_one_that_expired(desk: Path) -> None:
    merged(desk, start_window="10m")
    with writing(desk) as connection:
        claims.expire(connection, to_us(at("2025-06-01T13:10")))
    why = "expired: not begun by 2025-06-01 13:10:00, no place was free"
    of_one = f"{DOWN}; merged into the one of 2025-06-01 13:00, which did not run: {why}"
    assert ledger(desk)[1:] == [
        ("06-01 10:00", "missed", of_one),
        ("06-01 11:00", "missed", of_one),
        ("06-01 12:00", "missed", of_one),
        ("06-01 13:00", "missed", why),
    ]
    assert rows(desk, "SELECT DISTINCT cause, merged_into FROM occurrence WHERE state = 'missed'") == [
        ("expired", None)
    ]


def test_into_one_that_was_cancelled_before_it_began(desk: Path) -> None:
    merged(desk, zone="Europe/Brussels")
    verbs.cancel(ANA, at("2025-06-01T13:05"), 2)
    assert [state for _, state in states(desk)] == ["fired"] + ["skipped"] * 4
    last = "SELECT cause, reason FROM occurrence ORDER BY planned_at DESC LIMIT 2"
    assert rows(desk, last)[0] == ("cancelled", "cancelled by ana")
    assert rows(desk, last)[1][1].endswith(
        "; merged into the one of 2025-06-01 15:00, which did not run: cancelled by ana"
    )


def test_into_one_that_a_newer_one_took_the_place_of(desk: Path) -> None:
    merged(desk, overlap=Overlap.REPLACE, start_window="0")
    fire(desk, at("2025-06-01T14:00"))
    assert [state for _, state in states(desk)] == ["fired"] + ["skipped"] * 4 + ["fired"]
    assert rows(desk, "SELECT DISTINCT cause FROM occurrence WHERE state = 'skipped'") == [("overlap",)]


def test_into_one_that_began_stays_whatever_becomes_of_it(desk: Path) -> None:
    merged(desk)
    start(desk, at("2025-06-01T13:00"))
    verbs.cancel(ANA, at("2025-06-01T13:05"), 2)
    assert [state for _, state in states(desk)] == ["fired", "merged", "merged", "merged", "fired"]


def test_what_stood_for_nothing_can_be_run_after_all(desk: Path) -> None:
    merged(desk)
    verbs.cancel(ANA, at("2025-06-01T13:05"), 2)
    for hour in (12, 13):
        ops.run_now(ANA, at("2025-06-01T13:30"), "job", planned=at(f"2025-06-01T{hour}:00"))
    assert [state for _, state in states(desk)] == ["fired", "skipped", "skipped", "fired", "fired"]
