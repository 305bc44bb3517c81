"""What triggers hang on: asked before it is taken away."""

from __future__ import annotations

import sqlite3


def waiting_for(connection: sqlite3.Connection, kind: str, key: str, name: str) -> str | None:
    """The name of a trigger of the class `kind` that is about its status or date field (`key`) of that name."""
    row = connection.execute(
        """SELECT t.name FROM "trigger" t JOIN entity_class c ON t.scope = 'class' AND t.scope_id = c.id
        WHERE c.name = ? AND t.deleted_at IS NULL AND ((t.event = ? AND t.event_value = ?)
              OR (? = 'statuses' AND json_extract(t.params, '$.status') = ?))""",
        (kind, "status" if key == "statuses" else "field", name, key, name),
    ).fetchone()
    return None if row is None else str(row[0])
