"""A desk for tests of followups: a store of its own, Ana and Bo, and fixture S of the acceptance list.

Fixture S is built by the operations that people use. `Desk` says what a test wants to know in few words:
`desk.names("waiting", "2025-05-20")`, `desk.task("Collect allergy info")`.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.operations import definitions, entities
from engine.operations.settings import set_setting
from engine.queries import entities as entity_queries
from engine.queries import tasks as task_queries
from store.database import session, transaction
from store.enums import TaskKind, TaskView
from store.errors import Refused
from store.journal import Actor
from store.opening import open_store
from store.values import Entity, HistoryLine, Task

STATUSES = ("quote", "option", "confirmed", "validated", "checked_in", "terminated", "cancelled")
ZONE = ZoneInfo("Europe/Brussels")

MODELS = (
    ("Receive contract", "confirmed", None),
    ("Send access codes", "confirmed", None),
    ("Prepare stay binder", "confirmed", None),
    ("Draft schedule", "confirmed +15 d", None),
    ("Send message code", "confirmed +15 d", None),
    ("Publish blog", "confirmed +15 d", None),
    ("Prepare summary sheet", "confirmed", "max. 1 month before stay"),
    ("Collect allergy info", "confirmed", "max. 1 month before stay"),
    ("Finalize waiting list", "confirmed", "max. 1 month before stay"),
    ("Assign room numbers", "validated", "before stay"),
    ("Archive pedagogical sheets", "terminated", "after stay"),
)
"""Name, trigger event, deadline event."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An open store and the people who work on it."""

    path: Path
    ana: Actor
    bo: Actor

    def at(self, text: str) -> datetime:
        """`2025-05-20` (noon) or `2025-05-20T10:15`, on the clocks of the store's zone."""
        return datetime.fromisoformat(text if "T" in text else f"{text}T12:00").replace(tzinfo=ZONE)

    def become(self, status: str, at: str, object_id: str = "12", actor: Actor | None = None) -> Entity:
        """A stay takes a status."""
        return entities.set_status(actor or self.ana, self.at(at), "stay", object_id, status)

    def tasks(self, view: str, on: str, object_id: str = "12", **more: Any) -> tuple[Task, ...]:
        """The tasks of a stay in a view, on a day."""
        return task_queries.listed(
            self.ana, self.at(on), object=f"stay/{object_id}", view=TaskView(view), on=date.fromisoformat(on), **more
        )

    def names(self, view: str, on: str, object_id: str = "12") -> Sequence[str]:
        """Their names, in order."""
        return [task.name for task in self.tasks(view, on, object_id)]

    def task(self, name: str, object_id: str = "12") -> Task:
        """The live task of that name."""
        found = [task for task in self.tasks("all", "2025-01-01", object_id) if task.name == name]
        assert len(found) == 1, f"{len(found)} live tasks named {name}"
        return found[0]

    def history(self, object_id: str = "12") -> tuple[HistoryLine, ...]:
        """The history of a stay, the newest first."""
        return entity_queries.history(self.ana, self.at("2025-01-01"), "stay", object_id, limit=0)

    def rows(self, statement: str, *values: object) -> list[Any]:
        """What a statement finds in the store."""
        with session() as connection:
            return connection.execute(statement, values).fetchall()

    def model(self, name: str, trigger: str, deadline: str | None = None, **more: Any) -> None:
        """Add a task model for stays."""
        definitions.add_model(self.ana, self.at("2025-01-01"), "stay", name, trigger, deadline, **more)

    def event(self, name: str, field: str, offset: str) -> None:
        """Add a date event for stays."""
        definitions.add_event(self.ana, self.at("2025-01-01"), "stay", name, None, field, offset)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Fixture S: the class, its events and models, and stay 12 as a quote."""
    made = stays(tmp_path / "desk.db")
    with quick():
        yield made


@contextmanager
def quick() -> Iterator[None]:
    """One connection for every operation, which does not wait for the disk: these tests pull no plugs."""
    with session() as connection:
        connection.execute("PRAGMA synchronous=OFF")
        yield


def stays(path: Path) -> Desk:
    """A new store at `path` with fixture S: a copy of one that each test process makes once."""
    folder, made = _first()
    shutil.copyfile(Path(folder.name) / "first.db", path)
    return replace(made, path=open_store(path).path)


@functools.cache
def _first() -> tuple[tempfile.TemporaryDirectory[str], Desk]:
    """Fixture S, written in one commit, and the folder in which it lies until the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="tickler-tests-")
    path = open_store(Path(folder.name) / "first.db").path
    with transaction():
        return folder, _filled(path)


def _filled(path: Path) -> Desk:
    nobody, at = Actor(None, "ana", "cli"), datetime(2025, 1, 1, tzinfo=ZONE)
    set_setting(nobody, at, "zone", ZONE.key)
    ana = definitions.add_user(nobody, at, "Ana", login="ana")
    bo = definitions.add_user(nobody, at, "Bo", login="bo")
    made = Desk(path, Actor(ana.id, "Ana", "cli"), Actor(bo.id, "Bo", "cli"))
    definitions.add_class(made.ana, at, "stay", STATUSES, ("date_from", "date_to"))
    for team in ("North", "South"):
        definitions.add_team(made.ana, at, team)
    definitions.add_event(made.ana, at, "stay", "confirmed +15 d", "confirmed", None, "15d")
    for name, field, offset in (
        ("max. 1 month before stay", "date_from", "-30d"),
        ("before stay", "date_from", "-1d"),
        ("after stay", "date_to", "1d"),
    ):
        made.event(name, field, offset)
    for name, trigger, deadline in MODELS:
        made.model(name, trigger, deadline)
    add_stay(made, "12", "2025-07-14", "2025-07-18")
    return made


def add_stay(desk: Desk, object_id: str, date_from: str, date_to: str, at: str = "2025-01-02", **more: Any) -> Entity:
    """A stay that nobody has confirmed."""
    more = {"status": "quote", "name": "Lakeside School", **more}
    return entities.add(
        desk.ana, desk.at(at), "stay", object_id, f"date_from={date_from}", f"date_to={date_to}", **more
    )


def refused(call: Any, *args: Any, **named: Any) -> str:
    """The sentence with which an operation says no."""
    with pytest.raises(Refused) as fault:
        call(*args, **named)
    return str(fault.value)


def is_contact(task: Task) -> bool:
    """Whether it is a line of contact history."""
    return task.kind is TaskKind.CONTACT
