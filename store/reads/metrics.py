"""The numbers of a store: what its lists show, with what retention has taken from them.

One tally serves both: over all rows it is what the lists show now, and over the rows that are about to be removed it
is what the counters have to keep. So the two cannot differ.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from store.frozen import value
from store.instants import SECOND

BOUNDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Upper ends of the buckets of a histogram, seconds; what is longer is in one more."""

CREATED, STARTED, COMPLETED = "task_created_total", "task_started_total", "task_completed_total"
OVERFLOW, QUEUE = "task_queue_overflow_total", "task_queue_length"
DURATION, LAG = "task_run_duration_seconds", "task_start_lag_seconds"
OCCURRENCES = "occurrence_total"

Tally = dict[tuple[str, str], float]
"""(name, label) -> number. Labels: a category, a state, `state cause`, the number of a bucket, or `sum`."""

_BUCKET = " ".join(f"WHEN {{0}} <= {round(bound * SECOND)} THEN {index}" for index, bound in enumerate(BOUNDS))
_WITHIN = f"CASE WHEN {{0}} IS NULL THEN NULL {_BUCKET} ELSE {len(BOUNDS)} END"
_TOOK = "max(0, finished_at - started_at)"
_LATE = "max(0, started_at - ifnull(planned_at, created_at))"
_RUNS = f"""
SELECT category, state, count(*), count(started_at), {_WITHIN.format(_TOOK)}, total({_TOOK}),
       {_WITHIN.format(_LATE)}, total({_LATE})
FROM run {{}} GROUP BY category, state, 5, 7
"""
_LINES = "SELECT state, ifnull(cause, ''), sum(count) FROM occurrence GROUP BY 1, 2"
_THESE = "WHERE id IN (SELECT value FROM json_each(?))"
_FINAL = ("succeeded", "failed", "cancelled", "lost")


@value
class Histogram:
    """`counts`: how many were within each of `bounds` seconds and above the one before; the last: longer than all."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    sum: float
    count: int

    def within(self, share: float) -> float | None:
        """The bound within which that share lies; None if there are none, infinity if no bound holds it."""
        passed = 0
        for bound, number in zip((*self.bounds, float("inf")), self.counts, strict=True):
            passed += number
            if self.count and passed >= share * self.count:
                return bound
        return None


@value
class Metrics:
    """Every number, those that retention removed included. Names are those people know from Prometheus.

    `unfired`: occurrences by `state cause`. Lengths of time are seconds; a start lag is from when a run was planned, or
    asked for, to its first start.
    """

    task_created_total: Mapping[str, int]
    task_started_total: int
    task_completed_total: Mapping[str, int]
    task_lost_total: int
    task_queue_overflow_total: int
    task_queue_length: int
    task_running: int
    task_run_duration_seconds: Histogram
    task_start_lag_seconds: Histogram
    occurrence_fired_total: int
    occurrence_unfired_total: Mapping[str, int]


def runs_tally(connection: sqlite3.Connection, ids: Iterable[int] | None = None) -> Tally:
    """What all runs, or these, count for."""
    found = Tally()
    where, values = ("", ()) if ids is None else (_THESE, (json.dumps(list(ids)),))
    for category, state, many, started, took, seconds, late, lag in connection.execute(_RUNS.format(where), values):
        _add(found, CREATED, category, many)
        _add(found, STARTED, "", started)
        if state in _FINAL:
            _add(found, COMPLETED, state, many)
        for name, bucket, total in ((DURATION, took, seconds), (LAG, late, lag)):
            if bucket is not None:
                _add(found, name, str(bucket), many)
                _add(found, name, "sum", total / SECOND)
    return found


def lines_tally(connection: sqlite3.Connection) -> Tally:
    """What the lines of the ledger count for, none of which is ever taken away; one may stand for many occurrences."""
    return {(OCCURRENCES, f"{state} {cause}".strip()): many for state, cause, many in connection.execute(_LINES)}


def metrics(connection: sqlite3.Connection) -> Metrics:
    """The numbers now. Reads every run and every line once: not for the loop of a screen."""
    connection.execute("BEGIN")
    try:
        kept: Tally = {
            (name, label): number
            for name, label, number in connection.execute("SELECT name, label, value FROM counter")
        }
        waiting, running = connection.execute(
            "SELECT (SELECT count(*) FROM run INDEXED BY run_pending WHERE state = 'pending'),"
            " (SELECT count(*) FROM run INDEXED BY run_active WHERE state IN ('starting', 'running'))"
        ).fetchone()
        for tally in (runs_tally(connection), lines_tally(connection)):
            for (name, label), number in tally.items():
                _add(kept, name, label, number)
    finally:
        connection.execute("COMMIT")
    return _metrics(kept, waiting, running)


def _metrics(kept: Tally, waiting: int, running: int) -> Metrics:
    completed = {state: int(kept.get((COMPLETED, state), 0)) for state in _FINAL}
    occurrences = _labelled(kept, OCCURRENCES)
    fired = sum(number for label, number in occurrences.items() if label.split()[0] == "fired")
    return Metrics(
        task_created_total=_labelled(kept, CREATED),
        task_started_total=int(kept.get((STARTED, ""), 0)),
        task_completed_total=completed,
        task_lost_total=completed["lost"],
        task_queue_overflow_total=int(kept.get((OVERFLOW, ""), 0)),
        task_queue_length=waiting,
        task_running=running,
        task_run_duration_seconds=_histogram(kept, DURATION),
        task_start_lag_seconds=_histogram(kept, LAG),
        occurrence_fired_total=fired,
        occurrence_unfired_total={label: n for label, n in occurrences.items() if label.split()[0] != "fired"},
    )


def _labelled(kept: Tally, name: str) -> dict[str, int]:
    return {label: int(number) for (own, label), number in sorted(kept.items()) if own == name and number}


def _histogram(kept: Tally, name: str) -> Histogram:
    counts = tuple(int(kept.get((name, str(index)), 0)) for index in range(len(BOUNDS) + 1))
    return Histogram(BOUNDS, counts, round(kept.get((name, "sum"), 0.0), 6), sum(counts))


def _add(tally: Tally, name: str, label: str, number: float) -> None:
    tally[name, label] = tally.get((name, label), 0) + number


HOURS = 24
_HOUR = 3600 * SECOND


@value
class Hour:
    """Runs that ended within an hour: well, and otherwise (cancelled ones aside)."""

    succeeded: int
    failed: int


def hours(connection: sqlite3.Connection, now: int) -> tuple[Hour, ...]:
    """The last 24 hours up to `now` (microseconds UTC), oldest first; the last one is the running hour."""
    first = now // _HOUR * _HOUR - (HOURS - 1) * _HOUR
    rows = connection.execute(
        "SELECT (finished_at - ?) / ?, sum(state = 'succeeded'), sum(state IN ('failed', 'lost'))"
        " FROM run INDEXED BY run_finished WHERE finished_at >= ? AND finished_at <= ? AND finished_at IS NOT NULL"
        " GROUP BY 1",
        (first, _HOUR, first, now),
    ).fetchall()
    found = {hour: Hour(good, bad) for hour, good, bad in rows}
    return tuple(found.get(hour, Hour(0, 0)) for hour in range(HOURS))
