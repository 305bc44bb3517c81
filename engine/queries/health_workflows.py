"""What `doctor` looks at of workflows: steps that nobody can end, and definitions that cannot be followed."""

from __future__ import annotations

import sqlite3

from engine.queries.health import Finding, Health
from engine.rules.errors import shown
from engine.rules.wording import count_of, some_of

_FEW = 5
_LIMIT = 1_000
_OPEN = "s.state IN ('pending', 'starting', 'running', 'waiting')"
_CHECKS = (
    (
        "open steps of a workflow that is over",
        f"SELECT s.workflow_id, s.node FROM step s JOIN workflow w ON w.id = s.workflow_id"
        f" WHERE {_OPEN} AND w.state IN ('succeeded', 'cancelled')",
    ),
    (
        "human steps that wait and whose task is gone or done",
        "SELECT s.workflow_id, s.node FROM step s LEFT JOIN task t ON t.id = s.task_id"
        " WHERE s.state = 'waiting' AND s.kind = 'human' AND (t.id IS NULL OR t.is_done = 1)",
    ),
    (
        "steps that run without a run",
        "SELECT s.workflow_id, s.node FROM step s WHERE s.state IN ('starting', 'running') AND s.run_id IS NULL",
    ),
    (
        "workflows that are open without an open step",
        "SELECT w.id, 'no step' FROM workflow w WHERE w.state = 'open' AND w.deleted_at IS NULL AND NOT EXISTS ("
        f"SELECT 1 FROM step s WHERE s.workflow_id = w.id AND {_OPEN})",
    ),
    (
        "steps whose parents belong to another workflow",
        "SELECT s.workflow_id, s.node FROM step s JOIN step_parent l ON l.step_id = s.id"
        f" JOIN step p ON p.id = l.parent_id WHERE {_OPEN} AND p.workflow_id <> s.workflow_id",
    ),
)
"""What is wrong -> the (workflow, step) pairs it is wrong with."""


def workflows(connection: sqlite3.Connection) -> Finding:
    """Steps that hang, definitions that cannot be followed; how many workflows are under way if all is well."""
    wrong = [words for what, query in _CHECKS if (words := _found(connection, what, query))]
    broken = connection.execute(
        "SELECT name, error FROM workflow_definition WHERE error IS NOT NULL AND is_current = 1"
        f" AND deleted_at IS NULL ORDER BY name LIMIT {_FEW}"
    ).fetchall()
    wrong += [f"{shown(name)} cannot be started: {shown(error, 100)}" for name, error in broken]
    if wrong:
        return Finding("workflows", Health.PROBLEM, f"{'; '.join(wrong)}.")
    (stuck,) = connection.execute(
        "SELECT count(*) FROM workflow WHERE state = 'needs attention' AND deleted_at IS NULL"
    ).fetchone()
    if stuck:
        words = (
            f"{count_of(stuck, 'workflow')} {'needs' if stuck == 1 else 'need'} attention: tickler workflow problems"
        )
        return Finding("workflows", Health.WARNING, words)
    (under_way,) = connection.execute(
        "SELECT count(*) FROM workflow WHERE state = 'open' AND deleted_at IS NULL"
    ).fetchone()
    return Finding("workflows", Health.OK, f"{under_way:,} under way")


def _found(connection: sqlite3.Connection, what: str, query: str) -> str:
    rows = connection.execute(f"{query} LIMIT {_LIMIT}").fetchall()
    if not rows:
        return ""
    many = f"{len(rows):,}{'+' if len(rows) == _LIMIT else ''}"
    return f"{many} {what}: {some_of([f'{number} ({shown(node)})' for number, node in rows], _FEW)}"
