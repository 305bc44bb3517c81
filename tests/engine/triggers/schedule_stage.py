"""Triggers that act by a schedule, for tests: said by operations, acted upon by a real engine at any time one names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.engine.recurring_stage import Chores, chores
from tests.stores import empty_store

EARLY = "2025-06-02T09:00"
"""A Monday; when the desk of these tests is set up. The store is in UTC unless a test says another zone."""


@dataclass(slots=True)
class Desk:
    """Chores with triggers."""

    c: Chores

    def task(self, name: str, *labels: str, done: str = "", when: str = EARLY, **more: Any) -> int:
        """Add a task; `done` is when it is done."""
        number = int(self.c.do("task add", when, name, label=labels, **more).id)
        if done:
            self.c.do("task done", done, number)
        return number

    def trigger(self, name: str, spec: str, action: str = "reopen", when: str = EARLY, **more: Any) -> int:
        return int(self.c.do("trigger add", when, name, f"schedule: {spec}", action, **more).id)

    def is_done(self, number: int) -> bool:
        return self.c.read(number).is_done

    def waits(self, name: str = "") -> dict[str, str]:
        """When the trigger is next, UTC, by zone."""
        found = self.c.ask(
            "SELECT substr(p.subject, 6), p.due_at FROM pending_action p JOIN trigger t ON t.id = p.trigger_id"
            " WHERE p.state = 'waiting' AND p.subject LIKE 'zone:%' AND ? IN ('', t.name)"
            " ORDER BY p.due_at, p.subject",
            name,
        )
        assert len(found) == len({zone for zone, _ in found})
        return {zone: utc(at) for zone, at in found}

    def decided(self, name: str = "") -> list[tuple[str, str, str | None, int]]:
        """(due, state, reason, touched) of what does not wait any more, by time."""
        found = self.c.ask(
            "SELECT p.due_at, p.state, p.reason, p.touched FROM pending_action p JOIN trigger t ON t.id = p.trigger_id"
            " WHERE p.state <> 'waiting' AND p.subject LIKE 'zone:%' AND ? IN ('', t.name) ORDER BY p.due_at, p.id",
            name,
        )
        return [(utc(at), *rest) for at, *rest in found]

    def ledger(self, name: str = "") -> list[tuple[str, str, str | None]]:
        """(planned, state, reason) of every line, by time."""
        found = self.c.ask(
            "SELECT o.planned_at, o.state, o.reason FROM occurrence o JOIN schedule s ON s.id = o.schedule_id"
            " WHERE ? IN ('', s.name) ORDER BY o.planned_at",
            name,
        )
        return [(utc(at), *rest) for at, *rest in found]

    def acts(self) -> list[str]:
        """Words of what triggers did, oldest first."""
        return [words for (words,) in self.c.ask("SELECT words FROM act WHERE via = 'trigger' ORDER BY id")]


def new_desk(folder: Path) -> Desk:
    """An empty one in UTC."""
    made = Desk(chores(empty_store(folder / "desk.db")))
    made.c.do("setting set", EARLY, "zone", "UTC")
    return made


def utc(at: int) -> str:
    """`06-07 00:00`."""
    return f"{datetime.fromtimestamp(at / 1e6, UTC):%m-%d %H:%M}"
