"""What retention takes away of workflows: those that ended long ago with their steps, and versions nobody follows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from store.schema import moved

BATCH = 500

_ENDED = """
SELECT id FROM workflow
WHERE id > :after AND (state IN ('succeeded', 'cancelled') AND ifnull(finished_at, started_at) < :before
  OR deleted_at < :before)
ORDER BY id LIMIT :batch
"""
_VERSIONS = """
DELETE FROM workflow_definition WHERE (is_current = 0 OR deleted_at IS NOT NULL)
  AND max(created_at, ifnull(deleted_at, 0)) < ? AND NOT EXISTS (
    SELECT 1 FROM workflow w WHERE w.definition_id = workflow_definition.id)
  AND version < (SELECT max(version) FROM workflow_definition o WHERE o.name = workflow_definition.name)
"""
"""The newest version of a name stays for ever: the number of the next one follows it."""


def workflows(
    connection: sqlite3.Connection, before: int, go_on: Callable[[int], bool] = lambda done: True
) -> tuple[int, int]:
    """Take away workflows that ended before an instant, and versions of definitions without any; how many of each.

    In small transactions; `go_on` hears after each how many are gone, and says whether to go on. Tasks of human steps
    stay: they are people's.
    """
    gone = after = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            given = {"after": after, "before": before, "batch": BATCH}
            found = [row[0] for row in connection.execute(_ENDED, given).fetchall()]
            connection.execute(
                "DELETE FROM workflow WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(found),)
            )
            if found:
                moved(connection, "workflow")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        gone += len(found)
        if not found or not go_on(gone):
            return gone, connection.execute(_VERSIONS, (before,)).rowcount
        after = found[-1]
