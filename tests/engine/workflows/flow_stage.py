"""Workflows under an engine whose clock the test turns, with the processes that do their steps."""

from __future__ import annotations

import textwrap
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.clock import HandClock
from engine.operations import workflow_definitions, workflow_forms, workflow_verbs, workflows
from store.instants import from_us, to_us
from store.journal import Actor
from tests.engine.engine_stage import Stage, whole
from tests.engine.stage import ANA, BO, rows

__all__ = ["ANA", "BO", "Flows", "at", "whole_flows", "workflow_forms", "workflow_verbs"]

HEAD = "from tickler import Workflow, gateway, human, join, start, step, wait\n"


def at(text: str) -> datetime:
    """`2025-06-04T09:00` in UTC, the zone of a new store."""
    return datetime.fromisoformat(f"{text}+00:00")


class Flows(Stage):
    """An engine at `when`, and definitions that are loaded from their text."""

    def __init__(self, store: Path, when: str = "2025-06-04T09:00", **more: Any) -> None:
        super().__init__(store, HandClock(to_us(at(when))), **more)

    @property
    def now(self) -> datetime:
        return from_us(self.clock.now())

    def go_to(self, when: str) -> None:
        """Turn the clock, and do all there is to do then."""
        self.turn((at(when) - self.now) / timedelta(seconds=1))
        self.settle()

    def load(self, text: str) -> None:
        file = self.store.with_name("flows.py")
        file.write_text(HEAD + textwrap.dedent(text))
        workflow_definitions.load(ANA, self.now, str(file))

    def start(self, name: str, *fields: str, by: Actor = ANA) -> int:
        return workflows.start(by, self.now, name, *fields)

    def settle(self) -> None:
        """Step until nothing runs and nothing is due."""
        self.step()
        self.until(lambda: self.engine.is_idle)

    def path(self, workflow: int = 1) -> list[tuple[str, str]]:
        """Nodes and states, in the order of the steps."""
        return rows(self.store, "SELECT node, state FROM step WHERE workflow_id = ? ORDER BY id", workflow)

    def nodes(self, workflow: int = 1) -> list[str]:
        return [node for node, _ in self.path(workflow)]

    def step_of(self, node: str, workflow: int = 1) -> dict[str, Any]:
        """The newest step of a node."""
        names = "id, state, reason, error, trace, checks, due_at, done_at, done_by, run_id, attempts, task_id, result"
        found = rows(
            self.store, f"SELECT {names} FROM step WHERE workflow_id = ? AND node = ? ORDER BY id DESC LIMIT 1",
            workflow, node,
        )  # fmt: skip
        assert found, f"no step {node}: {self.path(workflow)} {self.errors()}"
        return dict(zip(names.split(", "), found[0], strict=True))

    def errors(self) -> list[tuple[int, str]]:
        """Of all steps, the oldest first."""
        return rows(self.store, "SELECT step_id, error FROM step_error ORDER BY id")

    def parents(self, node: str, workflow: int = 1) -> list[str]:
        query = "SELECT p.node FROM step_parent l JOIN step p ON p.id = l.parent_id WHERE l.step_id = ? ORDER BY p.id"
        return [name for (name,) in rows(self.store, query, self.step_of(node, workflow)["id"])]

    def flow(self, workflow: int = 1) -> tuple[str, str | None, str]:
        """State, reason, and data as JSON."""
        found: tuple[str, str | None, str] = rows(
            self.store, "SELECT state, reason, data FROM workflow WHERE id = ?", workflow
        )[0]
        return found


def whole_flows(store: Path) -> None:
    """What must hold of workflows after every fault."""
    whole(store)
    for query, what in INVARIANTS.items():
        assert rows(store, query) == [], what


_OPEN = "('pending', 'starting', 'running', 'waiting')"
INVARIANTS = {
    f"SELECT id FROM step WHERE (done_at IS NULL) <> (state IN {_OPEN})": "ends are timed",
    "SELECT id FROM workflow w WHERE steps <> (SELECT count(*) FROM step WHERE workflow_id = w.id)": "counted",
    f"SELECT w.id FROM workflow w WHERE state = 'succeeded' AND EXISTS (SELECT 1 FROM step WHERE workflow_id = w.id"
    f" AND state IN {_OPEN})": "nothing is open at the end",
    f"SELECT w.id FROM workflow w WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM step WHERE workflow_id = w.id"
    f" AND state IN {_OPEN})": "what is open has an open step",
    "SELECT s.id FROM step s JOIN step_parent l ON l.step_id = s.id JOIN step p ON p.id = l.parent_id"
    " WHERE p.workflow_id <> s.workflow_id": "parents are of the workflow",
    f"SELECT workflow_id FROM step WHERE kind = 'machine' AND run_id IS NOT NULL AND state IN {_OPEN}"
    " AND state <> 'waiting' GROUP BY 1 HAVING count(*) > 1": "one machine step at a time",
    "SELECT id FROM step WHERE is_over = 1 AND state NOT IN ('pending', 'starting', 'running')": "over was open",
}  # fmt: skip
