"""What follows for people when a run of a schedule has ended: a notice, a followup task, both taken back on recovery.

In the transaction that ends the run, so that the counts and what is told can never differ from the list of runs. What
to say is decided by `engine.rules.alerts`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, time
from typing import NamedTuple

from engine import expecting, failure_tasks, telling
from engine.failure_tasks import Cause
from engine.rules.alerts import SEVERITY, Decision, History, Policy, Say, TaskMove, decide, parse_policy, sentence
from engine.rules.zones import local, wall_instant
from engine.triggers import machine
from store.enums import RunState
from store.instants import from_us, to_us

_ENDED = """
SELECT r.id, r.state, ifnull(ifnull(r.error, r.reason), r.state), r.finished_at, s.id, s.name, s.alerts, s.failures,
       s.zone
FROM json_each(?) ended CROSS JOIN run r ON r.id = ended.value CROSS JOIN schedule s ON s.id = r.schedule_id
WHERE s.deleted_at IS NULL
  AND (r.state IN ('failed', 'lost') OR (r.state = 'succeeded' AND (s.failures > 0 OR s.expected_at IS NOT NULL)))
ORDER BY r.finished_at, r.id
"""
_OF_DAY = """
SELECT count(*) FROM (
  SELECT state, finished_at FROM run INDEXED BY run_by_schedule WHERE schedule_id = ? ORDER BY id DESC LIMIT ?)
WHERE state IN ('failed', 'lost') AND finished_at >= ?
"""
_OF_STEPS = """
UPDATE step SET is_over = 1 WHERE run_id IN (SELECT value FROM json_each(?))
  AND state IN ('pending', 'starting', 'running') AND run_id IS NOT NULL
"""
"""Workflows go on in the engine's next look, which finds them by it."""
_LOOKED_AT = 5_000
"""Newest runs among which failures of a day are counted: a job of every half minute has 2,880."""


class Ended(NamedTuple):
    """A run that is over, with what its schedule wants told, in the order of `_ENDED`."""

    run_id: int
    state: str
    error: str
    at: int
    schedule_id: int
    name: str
    alerts: str
    failures: int
    zone: str


def ended(connection: sqlite3.Connection, runs: Sequence[int]) -> None:
    """Runs are over, and are stored as such in the running transaction. Runs without a schedule are left alone."""
    if not runs:
        return
    connection.execute(_OF_STEPS, (json.dumps(runs),))
    failures: dict[int, int] = {}
    recovered: list[int] = []
    for row in connection.execute(_ENDED, (json.dumps(runs),)).fetchall():
        run = Ended(*row)
        run = run._replace(failures=failures.get(run.schedule_id, run.failures))
        failures[run.schedule_id] = _settle(connection, run)
        if run.failures and run.state == RunState.SUCCEEDED:
            recovered.append(run.run_id)
    machine.ended(connection, runs, recovered)


def _settle(connection: sqlite3.Connection, run: Ended) -> int:
    """Write what follows; failures in a row from now on."""
    policy, state = parse_policy(run.alerts), RunState(run.state)
    of_day = 0
    if state is not RunState.SUCCEEDED and policy.failures_a_day is not None:
        of_day = _failures_of_day(connection, run)
    task = failure_tasks.open_task(connection, run.schedule_id)
    said = telling.has_trouble(connection, run.schedule_id)
    decision = decide(policy, History(run.failures, of_day, said, task is not None), state)
    if decision.takes_back:
        telling.take_back(connection, run.schedule_id, run.at, f"run {run.run_id} succeeded")
    if decision.say is not None:
        _tell(connection, run, policy, decision, of_day)
    if decision.task is not None:
        cause = Cause(run.schedule_id, run.name, run.run_id, run.state, run.error, run.at)
        _move_task(connection, decision.task, cause, task)
    if decision.failures != run.failures:
        connection.execute("UPDATE schedule SET failures = ? WHERE id = ?", (decision.failures, run.schedule_id))
    if state is RunState.SUCCEEDED and policy.expects:
        expecting.expect(connection, run.schedule_id, run.at)
    return decision.failures


def _tell(connection: sqlite3.Connection, run: Ended, policy: Policy, decision: Decision, of_day: int) -> None:
    say = decision.say
    assert say is not None
    failures = run.failures if say is Say.RECOVERED else decision.failures
    own = f"{local(from_us(run.at), run.zone):%Y-%m-%d}" if say is Say.OFTEN else str(run.run_id)
    words = f"run {run.run_id} succeeded" if say is Say.RECOVERED else f"run {run.run_id}: {run.error}"
    telling.tell(
        connection,
        f"{say}:{run.schedule_id}:{own}",
        run.at,
        SEVERITY[say],
        say,
        sentence(say, run.name, policy, failures, of_day),
        words,
        schedule_id=run.schedule_id,
        run_id=run.run_id,
    )


def _move_task(
    connection: sqlite3.Connection, move: TaskMove, cause: Cause, task: failure_tasks.FailureTask | None
) -> None:
    if move is TaskMove.OPEN:
        failure_tasks.make(connection, cause)
    elif task is not None and move is TaskMove.FOLD:
        failure_tasks.fold(connection, task, cause)
    elif task is not None:
        failure_tasks.close(connection, task, cause)


def _failures_of_day(connection: sqlite3.Connection, run: Ended) -> int:
    """How often it has failed since midnight of its zone, this time included."""
    midnight = datetime.combine(local(from_us(run.at), run.zone).date(), time())
    since = to_us(wall_instant(midnight, run.zone))
    return int(connection.execute(_OF_DAY, (run.schedule_id, _LOOKED_AT, since)).fetchone()[0])
