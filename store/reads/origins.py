"""What tasks and templates are called in the files they came from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence


def identity(connection: sqlite3.Connection) -> str:
    """The UUID of the store."""
    return str(connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()[0])


def of_tasks(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Origins of those of these tasks that came from a file, `ics:UID`."""
    rows = connection.execute(
        "SELECT t.id, t.origin FROM json_each(?) c CROSS JOIN task t ON t.id = c.value WHERE t.origin IS NOT NULL",
        (json.dumps(list(ids)),),
    )
    return dict(rows.fetchall())


def of_templates(connection: sqlite3.Connection) -> dict[int, str]:
    """The same of templates, as their schedules keep it: `ics::UID:digest`."""
    rows = connection.execute(
        "SELECT t.id, s.origin FROM template t JOIN schedule s ON s.id = t.schedule_id WHERE s.origin IS NOT NULL"
    )
    return dict(rows.fetchall())


def of_template(connection: sqlite3.Connection, number: int) -> str | None:
    """The same of one; None if no file brought it."""
    query = "SELECT s.origin FROM template t JOIN schedule s ON s.id = t.schedule_id WHERE t.id = ?"
    row = connection.execute(query, (number,)).fetchone()
    return None if row is None else row[0]
