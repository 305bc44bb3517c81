"""A small desk for tests of operations: a store, two people, and a look at all that is in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.operations import definitions
from store.database import database, session
from store.journal import Actor
from store.schema import JOURNALED
from tests.stores import empty_store

AT = datetime(2025, 5, 20, 10, 15, tzinfo=UTC)
ANA = Actor(None, "ana", "cli")
BO = Actor(None, "bo", "cli")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """An open, empty store. One connection for every operation: to open one costs more than most of them do."""
    path = empty_store(tmp_path / "desk.db")
    with session():
        yield path


@pytest.fixture
def stays(desk: Path) -> Path:
    """A store with the class stay, two events, a model and two teams."""
    statuses = ("quote", "option", "confirmed", "validated")
    definitions.add_class(ANA, AT, "stay", statuses, ("date_from", "date_to"))
    definitions.add_event(ANA, AT, "stay", "became confirmed", "confirmed")
    definitions.add_event(ANA, AT, "stay", "max. 1 month before stay", None, "date_from", "-30d")
    definitions.add_model(ANA, AT, "stay", "Collect allergy info", "became confirmed", "max. 1 month before stay")
    definitions.add_team(ANA, AT, "North")
    definitions.add_team(ANA, AT, "South")
    return desk


def rows(path: Path, query: str, *values: Any) -> list[Any]:
    """What a statement finds in the store, by the connection that is open already if it is of that one."""
    if str(path) == database.database and not database.is_closed():
        return database.connection().execute(query, values).fetchall()
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def contents(path: Path, *, revisions: bool = False) -> dict[str, list[Any]]:
    """Every row of every table that has a history, without revisions unless asked for."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        for table in JOURNALED:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            names = ", ".join(name for name in columns if revisions or name != "rev")
            found[table] = connection.execute(f"SELECT {names} FROM {table} ORDER BY id").fetchall()
    return found


def file_bytes(path: Path) -> str:
    """The whole store as text, journal included: equal before and after means that nothing was written."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())
