"""Log lines of a workflow across its steps: the runs of its steps one after the other, in the order they began.

A page reads the logs it needs alone. A run that asked several workflows at once is in the log of each of them.
"""

from __future__ import annotations

import sqlite3

from store.reads import logs
from store.reads.log_which import ALL, Which
from store.values import LogLine

__all__ = ["ALL", "Line", "Place", "Which", "page", "page_before", "runs"]

Line = tuple[int, str, int, LogLine]
"""(step, node, run, line)."""
Place = tuple[int, int]
"""(run, number of the line in it)."""

_RUNS = """
SELECT max(s.id), s.node, r.id FROM run r JOIN (
    SELECT id, node, run_id FROM step WHERE workflow_id = :id AND run_id IS NOT NULL
    UNION SELECT s.id, s.node, e.run_id FROM step s JOIN step_error e ON e.step_id = s.id
    WHERE s.workflow_id = :id AND e.run_id IS NOT NULL
) s ON s.run_id = r.id
WHERE r.log_lines > 0 AND r.deleted_at IS NULL GROUP BY r.id ORDER BY r.id
"""


def runs(connection: sqlite3.Connection, workflow_id: int) -> list[tuple[int, str, int]]:
    """(step, node, run) of each run that printed something for the workflow, the first first."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_RUNS, {"id": workflow_id}).fetchall()]


def page(
    connection: sqlite3.Connection, workflow_id: int, after: Place | None = None, limit: int = 100, which: Which = ALL
) -> list[Line]:
    """At most `limit` of these lines, the first ones or those after a place."""
    run, seq = after or (0, 0)
    found: list[Line] = []
    for step, node, number in runs(connection, workflow_id):
        if len(found) >= limit:
            break
        if number < run:
            continue
        first = seq + 1 if number == run else 1
        own = logs.log(connection, number).lines(which, first, logs.END, limit - len(found), backward=False)
        found += [(step, node, number, line) for line in own]
    return found


def page_before(
    connection: sqlite3.Connection, workflow_id: int, before: Place | None, limit: int = 100, which: Which = ALL
) -> list[Line]:
    """The `limit` lines in front of a place (None: the last ones), in order."""
    run, seq = before or (logs.END, 0)
    found: list[Line] = []
    for step, node, number in reversed(runs(connection, workflow_id)):
        if len(found) >= limit:
            break
        if number > run:
            continue
        last = seq - 1 if number == run else logs.END
        own = logs.log(connection, number).lines(which, 1, last, limit - len(found), backward=True)
        found = [(step, node, number, line) for line in own] + found
    return found
