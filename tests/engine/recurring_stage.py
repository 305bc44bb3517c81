"""Templates for tests: made by operations, looked at by a real engine at any time one names."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.clock import HandClock
from engine.engine import Engine
from engine.operations import template_skips, templates
from engine.operations.registry import NAMED
from engine.operations.settings import set_setting
from engine.queries import tasks as task_queries
from engine.queries import templates as queries
from store.instants import to_us
from store.values import Task, Template
from tests.engine.stage import ANA, desk, rows
from tickler.catalog import WHERE

__all__ = ["desk"]

FIRST = "2025-03-03T09:00"
"""When templates of fixture R are made; the first pass is at 11:00 of that day."""


def at(text: str) -> datetime:
    """`2025-03-03` (noon) or `2025-03-03T09:00`, UTC."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T12:00").replace(tzinfo=UTC)


@dataclass(slots=True)
class Chores:
    """A store with templates. `said`: what engines said in words."""

    path: Path
    said: list[str]

    def add(self, name: str, spec: str, when: str = FIRST, **more: Any) -> Template:
        return templates.add(ANA, at(when), name, spec, **more)

    def edit(self, name: str, when: str, **more: Any) -> Template:
        return templates.edit(ANA, at(when), name, **more)

    def show(self, name: str, when: str = FIRST) -> Template:
        return queries.one(ANA, at(when), name)

    def skip(self, name: str, day: str, when: str = FIRST, reason: str = "") -> None:
        template_skips.skip(ANA, at(when), name, datetime.fromisoformat(day).date(), reason)

    def unskip(self, name: str, day: str, when: str = FIRST) -> None:
        template_skips.unskip(ANA, at(when), name, datetime.fromisoformat(day).date())

    def do(self, operation: str, when: str, *args: Any, **more: Any) -> Any:
        """Any other operation, by its name."""
        importlib.import_module(WHERE[operation])
        return NAMED[operation].call(ANA, at(when), *args, **more)

    def set(self, key: str, value: str) -> None:
        set_setting(ANA, at(FIRST), key, value)

    def look(self, *whens: str) -> int:
        """A pass of a new engine at each of these times; how many tasks there are more then."""
        before = self.count()
        for when in whens:
            clock = HandClock(to_us(at(when)))
            engine = Engine(clock, "test", say=self.said.append)
            engine.open()
            try:
                engine.step(clock.now())
            finally:
                engine.close()
        return self.count() - before

    def count(self) -> int:
        return int(rows(self.path, "SELECT count(*) FROM task")[0][0])

    def due(self, name: str = "", *, is_done: bool | None = None, full: bool = False) -> list[str]:
        """Due days (MM-DD) of the tasks that are there, in order."""
        found = rows(
            self.path,
            "SELECT t.deadline_date FROM task t JOIN schedule s ON s.id = t.schedule_id WHERE t.deleted_at IS NULL"
            " AND (? = '' OR s.name = ?) AND (? IS NULL OR t.is_done = ?) ORDER BY t.deadline_date, t.deadline_time",
            name, name, is_done, is_done,
        )  # fmt: skip
        return [day if full else day[5:] for (day,) in found]

    def task(self, due: str, name: str = "") -> int:
        """The live task that is due on a day."""
        found = rows(
            self.path,
            "SELECT t.id FROM task t JOIN schedule s ON s.id = t.schedule_id"
            " WHERE t.deleted_at IS NULL AND t.deadline_date = ? AND (? = '' OR s.name = ?)",
            due, name, name,
        )  # fmt: skip
        assert len(found) == 1, f"{len(found)} tasks are due on {due}"
        return int(found[0][0])

    def ledger(self, name: str = "") -> list[tuple[str, str]]:
        """(day, state) of every line, oldest first."""
        found = rows(
            self.path,
            "SELECT date(o.planned_at / 1000000, 'unixepoch'), o.state FROM occurrence o JOIN schedule s"
            " ON s.id = o.schedule_id WHERE ? = '' OR s.name = ? ORDER BY o.planned_at",
            name, name,
        )  # fmt: skip
        return [(day[5:], state) for day, state in found]

    def read(self, number: int) -> Task:
        """The task as it is now."""
        return task_queries.show(ANA, at(FIRST), number)

    def ask(self, query: str, *values: Any) -> list[Any]:
        return rows(self.path, query, *values)


def chores(path: Path) -> Chores:
    """The store at `path`, which is open."""
    return Chores(path, [])


@pytest.fixture
def r(desk: Path) -> Chores:
    """Fixture R: an empty store in UTC."""
    return chores(desk)


@pytest.fixture
def bins(r: Chores) -> Chores:
    """W2: Mondays and Thursdays, looked at once."""
    r.add("Bins", "weekly mon,thu")
    r.look("2025-03-03T11:00")
    return r
