"""Metrics: the numbers of the lists, whatever retention has taken; and the end of the queue."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine import forgetting, queue_limit
from engine.operations import runs as run_ops
from engine.operations import schedules as ops
from engine.queries.metrics import metrics as told
from store.connection import connect
from store.enums import OccurrenceState, RunState
from store.errors import QueueFull
from store.instants import SECOND
from store.reads import metrics as reads
from store.reads import runs, schedules
from tests.engine.firing_stage import at, end, fire, start, writing
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

BEGAN = at("2025-06-16T00:00")
ENDS = (RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.FAILED, RunState.LOST)


def numbers(path: Path) -> reads.Metrics:
    with closing(connect(path, read_only=True)) as connection:
        return reads.metrics(connection)


def history(path: Path, seed: int) -> None:
    """Schedules that fire, are paused, overlap and fail for a day, and a person who runs one by hand."""
    chance = random.Random(seed)
    for number in range(4):
        spec = f"every {chance.choice((5, 7, 30))} minutes"
        ops.add(ANA, BEGAN, f"job {number}", spec=spec, command="true")
    now, working = BEGAN, list[int]()
    for _ in range(60):
        now += timedelta(seconds=chance.randint(30, 1500))
        fire(path, now)
        if chance.random() < 0.2:
            ops.run_now(ANA, now, f"job {chance.randrange(4)}", even_if_off=True)
        if chance.random() < 0.1:
            ops.pause(ANA, now, "job 1")
        elif chance.random() < 0.1 and rows(path, "SELECT 1 FROM schedule WHERE id = 2 AND pause_reason IS NOT NULL"):
            ops.resume(ANA, now, "job 1")
        working += start(path, now)
        chance.shuffle(working)
        while working and chance.random() < 0.6:
            end(path, working.pop(), now + timedelta(seconds=chance.choice((0.05, 3, 400))), chance.choice(ENDS))
        (waiting,) = rows(path, "SELECT ifnull(max(id), 0) FROM run WHERE state = 'pending'")[0]
        if waiting and chance.random() < 0.3:
            run_ops.cancel(ANA, now, waiting)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_Z14_the_numbers_are_those_of_the_lists_and_outlive_what_retention_takes(desk: Path, seed: int) -> None:
    history(desk, seed)
    found = numbers(desk)
    with closing(connect(desk, read_only=True)) as connection:
        every = runs.page(connection, limit=100_000)
        ledger = [line for id in range(1, 5) for line in schedules.ledger(connection, id, limit=100_000)]
    assert sum(found.task_created_total.values()) == len(every)
    assert found.task_created_total["user"] == sum(run.category == "user" for run in every)
    assert found.task_started_total == sum(run.started_at is not None for run in every)
    for state, many in found.task_completed_total.items():
        assert many == sum(run.state == state for run in every), state
    assert found.task_lost_total == found.task_completed_total["lost"] > 0
    assert found.task_queue_length == sum(run.state == RunState.PENDING for run in every)
    took = [run.finished_at - run.started_at for run in every if run.finished_at and run.started_at]
    assert found.task_run_duration_seconds.count == len(took) > 0
    assert found.task_run_duration_seconds.sum == pytest.approx(sum(took) / SECOND)
    assert found.task_run_duration_seconds.counts[-1] == sum(length > 300 * SECOND for length in took)
    fired = sum(line.count for line in ledger if line.state is OccurrenceState.FIRED)
    assert found.occurrence_fired_total == fired
    unfired = sum(line.count for line in ledger if line.state is not OccurrenceState.FIRED)
    assert sum(found.occurrence_unfired_total.values()) == unfired > 0
    for hours in (6, 48):
        before = int((BEGAN + timedelta(hours=hours)).timestamp() * SECOND)
        with closing(connect(desk)) as connection:
            assert forgetting.runs(connection, before, 1)[0] > 0
        assert numbers(desk) == found


def test_the_text_for_prometheus_says_the_same(desk: Path) -> None:
    history(desk, 4)
    found = numbers(desk)
    text = told(ANA, BEGAN, prometheus=True)
    assert isinstance(text, str)
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert len(samples) == sum(not line.startswith("#") for line in text.splitlines()), "each sample once"
    for state, number in found.task_completed_total.items():
        assert samples[f'task_completed_total{{status="{state}"}}'] == str(number)
    assert samples["task_queue_length"] == str(found.task_queue_length)
    buckets = [int(number) for name, number in samples.items() if name.startswith("task_run_duration_seconds_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == int(samples["task_run_duration_seconds_count"]) == found.task_run_duration_seconds.count
    typed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert {
        name.split("{")[0].removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in samples
    } <= typed
    assert str(told(ANA, BEGAN)).startswith("runs made ")


def fill(path: Path, many: int) -> None:
    with writing(path) as connection:
        connection.executemany(
            "INSERT INTO run (name, controller, available_at, created_at) VALUES (?, 'shell', 0, 0)",
            [(f"run {number}",) for number in range(many)],
        )


def test_beyond_ten_thousand_open_runs_everybody_is_refused_and_counted(desk: Path) -> None:
    for number in range(3):
        ops.add(ANA, BEGAN, f"job {number}", spec="daily 02:30", command="true")
    fill(desk, queue_limit.MOST - 2)
    fire(desk, at("2025-06-16T02:30"))
    ledger = rows(desk, "SELECT state, cause, reason FROM occurrence ORDER BY schedule_id")
    assert ledger == [("fired", None, None)] * 2 + [("skipped", "queue", "queue full: 10,000 runs wait already")]
    for _ in range(2):
        with pytest.raises(QueueFull, match="queue full: 10,000 runs wait already"):
            ops.run_now(ANA, at("2025-06-16T03:00"), "job 0")
    assert numbers(desk).task_queue_overflow_total == 3
    assert numbers(desk).task_queue_length == queue_limit.MOST
    assert rows(desk, "SELECT subject, severity FROM notification") == [("The queue of runs is full", "urgent")]
    with writing(desk) as connection:
        connection.execute("UPDATE run SET state = 'cancelled', finished_at = 1 WHERE id = 1")
    assert ops.run_now(ANA, at("2025-06-16T03:00"), "job 0").state is RunState.PENDING


def test_runs_of_the_last_hours_are_counted_by_the_hour(desk: Path) -> None:
    ops.add(ANA, BEGAN, "job", spec="every 10 minutes", command="true")
    for minute in range(10, 130, 10):
        now = BEGAN + timedelta(minutes=minute)
        fire(desk, now)
        (number,) = start(desk, now)
        end(desk, number, now + timedelta(seconds=1), RunState.FAILED if minute == 70 else RunState.SUCCEEDED)
    with closing(connect(desk, read_only=True)) as connection:
        found = reads.hours(connection, int((BEGAN + timedelta(minutes=125)).timestamp() * SECOND))
    assert found[-3:] == (reads.Hour(5, 0), reads.Hour(5, 1), reads.Hour(1, 0))
    assert found[:-3] == (reads.Hour(0, 0),) * 21
