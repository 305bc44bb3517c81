"""E13: what becomes of a one-off, after its run and not before."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine.operations import schedules as ops
from store.connection import connect
from store.enums import AfterExecution, RunState
from store.instants import to_us
from store.reads import runs
from store.reads import schedules as reads
from tests.engine.firing_stage import at, end, fire, next_at, one, planned, start
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]


def run_once(path: Path, after: AfterExecution, moment: str = "2025-06-29T08:00") -> None:
    ops.add(ANA, at("2025-06-01T12:00"), "job", moment=moment, once=True, command="true", after_execution=after)
    assert fire(path, at(moment)).fired == 1
    assert start(path, at(moment)) == [1]
    assert (one(path).is_enabled, one(path).deleted_at, one(path).status) == (True, None, "running")


@pytest.mark.parametrize("moment", ["2025-06-29T08:00", "2028-02-29T23:59"])
def test_E13_delete(desk: Path, moment: str) -> None:
    run_once(desk, AfterExecution.DELETE, moment)
    end(desk, 1, at(moment) + timedelta(hours=1))
    assert one(desk).deleted_at == to_us(at(moment) + timedelta(hours=1))
    with closing(connect(desk, read_only=True)) as connection:
        assert reads.page(connection) == []
        assert reads.named(connection, "job") is None
        run = runs.run(connection, 1)
    assert run is not None
    assert (run.state, run.schedule) == (RunState.SUCCEEDED, "job")


def test_E13_disable(desk: Path) -> None:
    run_once(desk, AfterExecution.DISABLE)
    end(desk, 1, at("2025-06-29T08:10"), RunState.FAILED)
    assert (one(desk).is_enabled, one(desk).next_at, one(desk).deleted_at) == (False, None, None)


def test_E13_keep(desk: Path) -> None:
    run_once(desk, AfterExecution.KEEP)
    end(desk, 1, at("2025-06-29T08:10"))
    assert (one(desk).is_enabled, one(desk).next_at, one(desk).deleted_at) == (True, None, None)


@pytest.mark.parametrize("after", AfterExecution)
def test_E13_none_runs_twice(desk: Path, after: AfterExecution) -> None:
    run_once(desk, after)
    end(desk, 1, at("2025-06-29T08:10"))
    for later in ("2025-06-29T08:00", "2025-06-29T08:10", "2025-06-30T08:00", "2026-06-29T08:00"):
        assert fire(desk, at(later)).fired == 0
    assert len(planned(desk)) == 1


def test_a_run_by_hand_changes_nothing_about_it(desk: Path) -> None:
    ops.add(
        ANA, at("2025-06-01T12:00"), "job", spec="once 2025-06-29 08:00", command="true",
        after_execution=AfterExecution.DELETE,
    )  # fmt: skip
    ops.run_now(ANA, at("2025-06-02T12:00"), "job")
    start(desk, at("2025-06-02T12:00"))
    end(desk, 1, at("2025-06-02T12:10"))
    assert (one(desk).deleted_at, next_at(desk)) == (None, "2025-06-29 08:00")


def test_a_run_by_hand_after_the_planned_one_changes_nothing_either(desk: Path) -> None:
    run_once(desk, AfterExecution.KEEP)
    end(desk, 1, at("2025-06-29T08:10"))
    ops.edit(ANA, at("2025-06-29T09:00"), "job", after_execution=AfterExecution.DELETE)
    assert start(desk, at("2025-06-30T08:00")) == []
    ops.run_now(ANA, at("2025-06-30T08:00"), "job")
    assert start(desk, at("2025-06-30T08:00")) == [2]
    end(desk, 2, at("2025-06-30T08:10"))
    assert (one(desk).deleted_at, one(desk).is_enabled) == (None, True)


def test_a_new_moment_given_while_it_runs_is_kept(desk: Path) -> None:
    run_once(desk, AfterExecution.DELETE)
    ops.edit(ANA, at("2025-06-29T08:05"), "job", moment="2025-06-30T08:00")
    end(desk, 1, at("2025-06-29T08:10"))
    assert (one(desk).deleted_at, next_at(desk)) == (None, "2025-06-30 08:00")


def test_what_the_engine_did_is_in_the_history(desk: Path) -> None:
    run_once(desk, AfterExecution.DISABLE)
    end(desk, 1, at("2025-06-29T08:10"))
    told = rows(desk, "SELECT actor, words FROM act ORDER BY id DESC LIMIT 1")
    assert told == [("engine", "switched off after its run: schedule job")]
