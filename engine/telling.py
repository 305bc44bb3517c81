"""Notices: one row for each thing that is told, made and taken back inside the transaction of what it is about."""

from __future__ import annotations

import sqlite3

from engine import outgoing
from engine.rules.alerts import TROUBLE, Severity

_TELL = """
INSERT INTO notification (dedupe_key, at, severity, kind, subject, text, schedule_id, run_id, task_id, trigger_id,
                          audience, for_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
"""
_OPEN_TROUBLE = f"""
schedule_id = ? AND withdrawn_at IS NULL AND kind IN ({", ".join(f"'{kind}'" for kind in TROUBLE)})
"""


def tell(
    connection: sqlite3.Connection,
    key: str,
    at: int,
    severity: Severity,
    kind: str,
    subject: str,
    text: str = "",
    *,
    schedule_id: int | None = None,
    run_id: int | None = None,
    task_id: int | None = None,
    trigger_id: int | None = None,
    for_id: int | None = None,
    for_all: bool = False,
    goes_out: bool = True,
) -> bool:
    """Add a notice, at `at` microseconds UTC; False if `key` was told before, whatever became of it.

    It is for those whom its task or schedule concerns, else for the person `for_id`, else for everybody. Messages to
    those who want them follow it in the same transaction, unless it stays in the desk.
    """
    audience = "all" if for_all else "usual" if for_id is None else "person"
    row = (key, at, severity.value, kind, subject, text, schedule_id, run_id, task_id, trigger_id, audience, for_id)
    found = connection.execute(_TELL, row).fetchall()
    if found and goes_out:
        outgoing.plan(connection, found[0][0], at, severity)
    return bool(found)


def has_trouble(connection: sqlite3.Connection, schedule_id: int) -> bool:
    """Whether trouble of the schedule was told and not taken back; a dismissed notice was told."""
    found = connection.execute(f"SELECT 1 FROM notification WHERE {_OPEN_TROUBLE} LIMIT 1", (schedule_id,)).fetchone()
    return found is not None


def take_back(connection: sqlite3.Connection, schedule_id: int, at: int, reason: str) -> None:
    """Trouble of the schedule is over, for that reason."""
    connection.execute(
        f"UPDATE notification SET withdrawn_at = ?, withdrawn_reason = ? WHERE {_OPEN_TROUBLE}",
        (at, reason, schedule_id),
    )


def forget(connection: sqlite3.Connection, before: int, most: int) -> int:
    """Remove up to `most` notices older than `before` (microseconds UTC) that were put away or withdrawn; how many.

    One of an open task stays: without its row the engine would tell of the task again. What a person put away is kept
    as long as the notice.
    """
    return connection.execute(
        """
        DELETE FROM notification WHERE id IN (
          SELECT n.id FROM notification n LEFT JOIN task t ON t.id = n.task_id
          WHERE n.at < ? AND (n.dismissed_at IS NOT NULL OR n.withdrawn_at IS NOT NULL)
            AND (t.id IS NULL OR t.is_done OR t.deleted_at IS NOT NULL OR t.superseded_at IS NOT NULL)
            AND (n.user_id IS NULL OR NOT EXISTS (
              SELECT 1 FROM notification about
              WHERE about.dedupe_key = substr(n.dedupe_key, 1, instr(n.dedupe_key, '@') - 1)))
          ORDER BY n.id LIMIT ?)
        """,
        (before, most),
    ).rowcount
