"""Workflows of people for tests: a definition from text, verbs by their names, and what the store holds then."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.clock import HandClock
from engine.engine import Engine
from engine.operations.registry import NAMED
from store.errors import Refused
from store.instants import to_us
from store.journal import Actor
from tests.engine.recurring_stage import at
from tests.engine.stage import ANA, BO, rows
from tickler.catalog import WHERE

NINE = "2025-06-04T09:00"
CY = Actor(None, "cy", "cli")
DI = Actor(None, "di", "cli")

HEAD = "from datetime import date\nfrom typing import Literal\nfrom tickler import Workflow, human, join, start, wait\n"


@dataclass(slots=True)
class Flows:
    """An open store. `folder` takes the files of definitions."""

    path: Path
    folder: Path
    said: list[str]

    def do(self, operation: str, *args: Any, who: Actor = ANA, when: str = NINE, **more: Any) -> Any:
        """An operation by its name."""
        importlib.import_module(WHERE[operation])
        return NAMED[operation].call(who, at(when), *args, **more)

    def load(self, text: str, who: Actor = ANA) -> None:
        file = self.folder / "flows.py"
        file.write_text(HEAD + text)
        self.do("workflow load", str(file), who=who)

    def refused(self, operation: str, *args: Any, **more: Any) -> str:
        """The sentence with which a verb says no."""
        with pytest.raises(Refused) as refusal:
            self.do(operation, *args, **more)
        return str(refusal.value)

    def ask(self, query: str, *values: Any) -> list[Any]:
        return rows(self.path, query, *values)

    def step(self, node: str) -> int:
        """The newest step of a node."""
        return int(self.ask("SELECT max(id) FROM step WHERE node = ?", node)[0][0])

    def task(self, node: str) -> int:
        return int(self.ask("SELECT task_id FROM step WHERE id = ?", self.step(node))[0][0])

    def state(self, node: str) -> str:
        return str(self.ask("SELECT state FROM step WHERE id = ?", self.step(node))[0][0])

    def steps(self) -> list[tuple[str, str]]:
        return self.ask("SELECT node, state FROM step ORDER BY id")

    def data(self, workflow: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("SELECT data FROM workflow WHERE id = ?", workflow)[0][0])
        return found

    def whose(self, node: str) -> list[str]:
        """Who has the newest step of a node."""
        query = "SELECT u.name FROM task_assignee a JOIN user u ON u.id = a.user_id WHERE a.task_id = ? ORDER BY u.name"
        return [name for (name,) in self.ask(query, self.task(node))]

    def look(self, *whens: str) -> None:
        """A pass of a new engine at each of these times."""
        for when in whens:
            clock = HandClock(to_us(at(when)))
            engine = Engine(clock, "test", say=self.said.append)
            engine.open()
            try:
                while engine.step(clock.now()) is not None and self.is_due(clock.now()):
                    pass
            finally:
                engine.close()

    def is_due(self, now: int) -> bool:
        return bool(self.ask("SELECT 1 FROM pending_action WHERE state = 'waiting' AND due_at <= ?", now))

    def notices(self) -> list[tuple[str, str | None]]:
        """Subject of each notice, and the person it is for; none for those who have its task."""
        return self.ask(
            "SELECT n.subject, u.name FROM notification n LEFT JOIN user u ON u.id = n.for_id ORDER BY n.id"
        )

    def people(self, *names: str, team: str | None = None) -> None:
        for name in names:
            self.do("user add", name, team=team)


def flows(desk: Path, folder: Path) -> Flows:
    return Flows(desk, folder, [])


__all__ = ["ANA", "BO", "CY", "DI", "NINE", "Flows", "flows"]
