"""What the machine half brings about: a run that failed or works again, a job that is late, a workflow at its end.

What follows is left as pending actions in the very transaction in which the run ends, and done in the next look of the
same pass: neither a fault of a trigger nor a crash can take the end of a run back, or lose what it brings.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from engine.rules.offsets import shift_instant
from engine.triggers import subjects
from engine.triggers.live import Live, of_event
from store.enums import OF_RUNS, RunState, TriggerEvent
from store.instants import from_us, to_us
from store.schema import moved

_IS_ANY = """
SELECT 1 FROM "trigger" WHERE event IN ('run failed', 'run recovered', 'run late') AND deleted_at IS NULL
  AND is_enabled = 1 AND error IS NULL LIMIT 1
"""
_IS_ANY_OF_WORKFLOWS = """
SELECT 1 FROM "trigger" WHERE event = 'workflow finished' AND deleted_at IS NULL AND is_enabled = 1 AND error IS NULL
LIMIT 1
"""
_WORKFLOW = """
SELECT d.name, w.chain FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id WHERE w.id = ?
"""
_OVER = """
SELECT id, state, finished_at, schedule_id, chain FROM run
WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('failed', 'lost', 'succeeded') AND finished_at IS NOT NULL
ORDER BY finished_at, id
"""
_PLAN = """
INSERT INTO pending_action (trigger_id, subject, due_at, made_at, chain) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (trigger_id, subject, due_at) DO NOTHING
"""


def ended(connection: sqlite3.Connection, runs: Sequence[int], recovered: Iterable[int]) -> None:
    """Runs are over, in the running transaction; `recovered` are those whose job had failed before."""
    if not runs or connection.execute(_IS_ANY).fetchone() is None:
        return
    waiting = of_event(connection, OF_RUNS)
    again = frozenset(recovered)
    for number, state, at, schedule_id, chain in connection.execute(_OVER, (json.dumps(runs),)).fetchall():
        if state != RunState.SUCCEEDED:
            _plan(connection, waiting, TriggerEvent.RUN_FAILED, number, schedule_id, at, chain)
        elif number in again:
            _plan(connection, waiting, TriggerEvent.RUN_RECOVERED, number, schedule_id, at, chain)


def late(connection: sqlite3.Connection, schedule_id: int, at: int) -> None:
    """A job should have finished by `at`, microseconds UTC, and did not."""
    if connection.execute(_IS_ANY).fetchone() is not None:
        waiting = of_event(connection, (TriggerEvent.RUN_LATE,))
        _plan(connection, waiting, TriggerEvent.RUN_LATE, schedule_id, schedule_id, at, "")


def workflow_finished(connection: sqlite3.Connection, number: int, at: int) -> None:
    """A workflow has come to its end, in the running transaction; triggers name it as its definition is called."""
    if connection.execute(_IS_ANY_OF_WORKFLOWS).fetchone() is not None:
        waiting = of_event(connection, (TriggerEvent.WORKFLOW,))
        name, chain = connection.execute(_WORKFLOW, (number,)).fetchone()
        _plan(connection, waiting, TriggerEvent.WORKFLOW, number, name, at, chain)


def _plan(
    connection: sqlite3.Connection,
    waiting: Iterable[Live],
    event: TriggerEvent,
    number: int,
    value: int | str | None,
    at: int,
    chain: str,
) -> None:
    """`value`: the schedule, or the name of the workflow's definition, for triggers that name one."""
    rows = []
    for live in waiting:
        if live.event is event and (live.event_value is None or live.event_value == str(value)):
            due = to_us(shift_instant(from_us(at), live.delay, live.zone, live.days))
            rows.append((live.id, subjects.columns(event, number)[0], due, at, chain))
    if rows:
        connection.executemany(_PLAN, rows)
        moved(connection, "pending_action")
