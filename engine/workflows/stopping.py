"""Steps that are open end before they are done: what they had asked of people and of processes is taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.operations import runs
from engine.operations.registry import Act
from engine.operations.task_choice import put
from store.enums import RunState

_OPEN = """
SELECT id, run_id, task_id FROM step INDEXED BY step_open
WHERE workflow_id = ? AND state IN ('pending', 'starting', 'running', 'waiting') ORDER BY id
"""
_CANCEL = """
UPDATE step SET state = 'cancelled', done_at = ?, done_by = ?, reason = ?, due_at = NULL, is_over = 0, rev = rev + 1
WHERE id IN (SELECT value FROM json_each(?))
"""
_OTHERS = """
SELECT id FROM step WHERE run_id = ? AND state IN ('pending', 'starting', 'running')
"""
_LEAVE = """
UPDATE step SET run_id = NULL, attempts = attempts - 1 WHERE run_id = ? AND state IN ('pending', 'starting', 'running')
"""
_TASKS = """
SELECT task_id FROM step JOIN task t ON t.id = task_id
WHERE step.id IN (SELECT value FROM json_each(?)) AND t.is_done = 0 AND t.deleted_at IS NULL
"""
_RUNS = """
SELECT DISTINCT r.id, r.state FROM step s JOIN run r ON r.id = s.run_id
WHERE s.id IN (SELECT value FROM json_each(?)) AND r.state IN ('pending', 'starting', 'running')
"""


def open_steps(act: Act, workflow_id: int) -> list[int]:
    """The steps of a workflow that are not over."""
    return [row[0] for row in act.connection.execute(_OPEN, (workflow_id,)).fetchall()]


def cancel(act: Act, steps: Sequence[int], by: int | None, reason: str) -> None:
    """End these steps, which are open or have failed. A process that has others in hand too goes on with them."""
    numbers = json.dumps(list(steps))
    withdraw(act, steps)
    held = act.connection.execute(_RUNS, (numbers,)).fetchall()
    act.connection.execute(_CANCEL, (act.now, by, reason, numbers))
    for run_id, state in held:
        if state == RunState.PENDING:
            act.connection.execute(_LEAVE, (run_id,))
        elif act.connection.execute(_OTHERS, (run_id,)).fetchone() is not None:
            continue
        runs.stop(act, run_id)


def withdraw(act: Act, steps: Sequence[int]) -> None:
    """Their tasks leave people's lists."""
    tasks = [row[0] for row in act.connection.execute(_TASKS, (json.dumps(list(steps)),)).fetchall()]
    if tasks:
        put(act.connection, tasks, deleted_at=act.now)
