"""The engine's look at workflows: steps whose run is over, whose time has come, or who are to be asked again.

What is found is derived from the store alone, so that a kill between the end of a run and what follows loses nothing.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable
from sqlite3 import Connection
from typing import Any

from engine.clock import Clock
from engine.operations.registry import Act
from engine.turn import Turn
from engine.workflows import steps
from engine.workflows.flow import Flow, flow
from store import journal
from store.enums import FINAL, RunState, StepKind
from store.errors import StoreTrouble
from store.instants import SECOND, from_us

BATCH = 500
CHECKED_TOGETHER = 200
"""Steps that wait and are asked by one run."""
MOST_SECONDS = 0.2

_OVER = f"""
SELECT DISTINCT s.run_id FROM step s JOIN run r ON r.id = s.run_id
WHERE s.state IN ('pending', 'starting', 'running') AND s.run_id IS NOT NULL
  AND r.state IN ({", ".join(f"'{state}'" for state in sorted(FINAL))})
ORDER BY s.run_id LIMIT {BATCH}
"""
_OF_RUN = """
SELECT id, workflow_id, node, kind FROM step
WHERE run_id = ? AND state IN ('pending', 'starting', 'running') ORDER BY id
"""
_DUE = """
SELECT id, workflow_id, node, kind FROM step s WHERE state = 'waiting' AND due_at <= :now
  AND (kind = 'wait' OR NOT EXISTS (
    SELECT 1 FROM step o WHERE o.workflow_id = s.workflow_id AND o.run_id IS NOT NULL
      AND o.state IN ('pending', 'starting', 'running')))
ORDER BY due_at, id LIMIT :most
"""
"""A step is not asked again while another one of its workflow has the state in hand."""
_NEXT = "SELECT due_at FROM step WHERE state = 'waiting' AND due_at > ? ORDER BY due_at, id LIMIT 1"

log = logging.getLogger("tickler.engine")


class WorkflowLook:
    """Of one engine. `has_more`: the next step goes on at once; `next_at`: when a step is due."""

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.next_at: int | None = None
        self._clock = clock
        self._say = say

    def look(self, connection: Connection, now: int) -> bool:
        """Take workflows on at `now`, microseconds UTC; whether anything was done. A fault does not stop the runs."""
        until = self._clock.monotonic() + MOST_SECONDS
        did = False
        try:
            while is_owed(connection, now) and self._clock.monotonic() < until:
                with Turn(connection) as writing:
                    take_on(writing, now)
                did = True
            row = connection.execute(_NEXT, (now,)).fetchone()
            self.next_at = None if row is None else int(row[0])
            self.has_more = did
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("workflows")
            self._say(f"workflows: {fault}")
            self.has_more, self.next_at = False, now + 60 * SECOND
        return did


def is_owed(connection: Connection, now: int) -> bool:
    """Whether a run of a step is over and was not taken note of, or a step is due."""
    over = connection.execute(_OVER).fetchone()
    return over is not None or connection.execute(_DUE, {"now": now, "most": 1}).fetchone() is not None


def take_on(connection: Connection, now: int) -> int:
    """Do what there is to do, inside a transaction; how many steps were taken on."""
    number = journal.begin(connection, now, journal.ENGINE, "workflow step")
    act = Act(connection, journal.ENGINE, from_us(now), number)
    count = sum(_ended(act, row[0]) for row in connection.execute(_OVER).fetchall())
    count += _due(act)
    journal.describe(connection, number, f"workflows: {count} steps", can_undo=False)
    journal.end(connection, number)
    return count


def _ended(act: Act, run_id: int) -> int:
    """The steps of a run that is over have returned, or failed."""
    state, error, reason, result = act.connection.execute(
        "SELECT state, error, reason, result FROM run WHERE id = ?", (run_id,)
    ).fetchone()
    told = {each["step"]: each for each in json.loads(result)} if result else {}
    rows = act.connection.execute(_OF_RUN, (run_id,)).fetchall()
    for step, workflow_id, name, _ in rows:
        current = flow(act.connection, workflow_id)
        assert current is not None
        said: dict[str, Any] = told.get(step, {})
        if "error" in said or state != RunState.SUCCEEDED:
            words = said.get("error") or error or reason or state
            steps.fail(act, current, step, words, said.get("trace"), run_id)
        else:
            current = steps.changed(act, current, said.get("data") or {})
            steps.done(act, current, step, current.graph.node(name), said.get("result"))
        steps.run_next(act, current)
    return len(rows)


def _due(act: Act) -> int:
    """Waits that are over, and steps that are asked again: many of one definition by one run."""
    rows = act.connection.execute(_DUE, {"now": act.now, "most": BATCH}).fetchall()
    again: dict[int, list[tuple[int, Flow, str]]] = defaultdict(list)
    for step, workflow_id, name, kind in rows:
        current = flow(act.connection, workflow_id)
        assert current is not None
        if kind == StepKind.WAIT:
            steps.done(act, current, step, current.graph.node(name), None)
        else:
            again[current.definition_id].append((step, current, name))
    for asked in again.values():
        for at in range(0, len(asked), CHECKED_TOGETHER):
            _ask(act, asked[at : at + CHECKED_TOGETHER])
    return len(rows)


def _ask(act: Act, asked: list[tuple[int, Flow, str]]) -> None:
    given = [steps.as_asked(current, step, name) for step, current, name in asked]
    first = asked[0][1]
    many = "" if len(given) == 1 else f" ({len(given)} workflows)"
    steps.start_run(act, first, given, f"{first.graph.name}: {asked[0][2]}{many}")
