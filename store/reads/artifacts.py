"""Files that runs have handed over."""

from __future__ import annotations

import sqlite3

from store.instants import Instant
from store.values import Artifact


def of_run(connection: sqlite3.Connection, run_id: int) -> list[Artifact]:
    """Those of a run, by name."""
    rows = connection.execute(
        "SELECT id, run_id, name, size, file, created_at FROM artifact WHERE run_id = ? ORDER BY name", (run_id,)
    ).fetchall()
    return [Artifact(number, run, name, size, file, Instant(at)) for number, run, name, size, file, at in rows]
