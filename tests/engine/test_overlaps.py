"""A job whose run is still open when the next one is due, under each policy."""

from __future__ import annotations

from pathlib import Path

from engine.operations import schedules as ops
from store.enums import Missed, Overlap, RunState
from store.instants import to_us
from tests.engine.firing_stage import at, end, fire, ledger, planned, start, states
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]


def minutely(overlap: Overlap) -> None:
    ops.add(ANA, at("2025-06-01T09:59:30"), "job", spec="cron: * * * * *", command="true", overlap=overlap)


def test_skip(desk: Path) -> None:
    minutely(Overlap.SKIP)
    fire(desk, at("2025-06-01T10:00"))
    assert start(desk, at("2025-06-01T10:00")) == [1]
    fire(desk, at("2025-06-01T10:01"))
    assert ledger(desk)[1] == ("06-01 10:01", "skipped", "previous run 1 still running")
    end(desk, 1, at("2025-06-01T10:01:30"))
    assert fire(desk, at("2025-06-01T10:02")).fired == 1


def test_skip_after_an_outage_skips_what_was_merged_too(desk: Path) -> None:
    minutely(Overlap.SKIP)
    fire(desk, at("2025-06-01T10:00"))
    start(desk, at("2025-06-01T10:00"))
    fire(desk, at("2025-06-01T10:03"))
    assert {reason for _, state, reason in ledger(desk) if state == "skipped"} == {"previous run 1 still running"}
    assert [state for _, state in states(desk)] == ["fired", "skipped", "skipped", "skipped"]
    assert rows(desk, "SELECT merged_into FROM occurrence WHERE merged_into IS NOT NULL") == []


def test_queue(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T09:30"), "job", spec="cron: 0 * * * *", command="true", overlap=Overlap.QUEUE)
    fire(desk, at("2025-06-01T10:00"))
    start(desk, at("2025-06-01T10:00"))
    assert fire(desk, at("2025-06-01T11:00")).fired == 1
    assert start(desk, at("2025-06-01T11:00")) == []
    ops.edit(ANA, at("2025-06-01T11:10"), "job", spec="cron: 30 * * * *")
    fire(desk, at("2025-06-01T11:30"))
    assert ledger(desk)[2] == ("06-01 11:30", "skipped", "run 2 is waiting already")
    end(desk, 1, at("2025-06-01T11:40"))
    assert start(desk, at("2025-06-01T11:40")) == [2]


def test_allow(desk: Path) -> None:
    minutely(Overlap.ALLOW)
    for minute in range(3):
        fire(desk, at(f"2025-06-01T10:0{minute}"))
        start(desk, at(f"2025-06-01T10:0{minute}"))
    assert rows(desk, "SELECT state FROM run") == [("running",)] * 3


def test_replace(desk: Path) -> None:
    ops.add(
        ANA, at("2025-06-01T09:30"), "job", spec="cron: 0 * * * *", command="true", overlap=Overlap.REPLACE,
        max_retries=1,
    )  # fmt: skip
    fire(desk, at("2025-06-01T10:00"))
    start(desk, at("2025-06-01T10:00"))
    fire(desk, at("2025-06-01T11:00"))
    asked = rows(desk, "SELECT state, cancel_requested_at FROM run ORDER BY id")
    assert asked == [("running", to_us(at("2025-06-01T11:00"))), ("pending", None)]
    assert start(desk, at("2025-06-01T11:00")) == []
    ops.edit(ANA, at("2025-06-01T11:10"), "job", spec="cron: 30 * * * *")
    fire(desk, at("2025-06-01T11:30"))
    waited = rows(desk, "SELECT state, reason FROM run WHERE id = 2")
    assert waited == [("cancelled", "replaced by the run planned for 2025-06-01 11:30 UTC")]
    end(desk, 1, at("2025-06-01T11:31"), RunState.CANCELLED)
    assert start(desk, at("2025-06-01T11:31")) == [3]


def test_run_all_is_not_skipped_by_itself_and_runs_one_after_another(desk: Path) -> None:
    ops.add(ANA, at("2025-06-01T12:00"), "job", spec="daily 00:00", command="true", missed=Missed.RUN_ALL)
    assert fire(desk, at("2025-06-04T06:00")).fired == 3
    order = []
    while started := start(desk, at("2025-06-04T06:00")):
        order += started
        end(desk, started[0], at("2025-06-04T06:00"))
    assert order == [1, 2, 3]
    assert planned(desk) == ["06-02 00:00", "06-03 00:00", "06-04 00:00"]
