"""Saved filters of tasks. They are few: they are read whole."""

from __future__ import annotations

import sqlite3

from store.errors import Refused
from store.values import SavedFilter

_SELECT = "SELECT id, name, text, position, rev FROM saved_filter"


def listed(connection: sqlite3.Connection) -> tuple[SavedFilter, ...]:
    """Every saved filter in its place."""
    return tuple(SavedFilter(*row) for row in connection.execute(f"{_SELECT} ORDER BY position, name"))


def one(connection: sqlite3.Connection, number: int) -> SavedFilter:
    """The saved filter of that id. Refused if there is none."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no filter {number}.")
    return SavedFilter(*row)


def last_position(connection: sqlite3.Connection) -> int:
    """The highest place that is taken, 0 if there is no filter."""
    return int(connection.execute("SELECT ifnull(max(position), 0) FROM saved_filter").fetchone()[0])
