"""The end of a pause: a trigger that was paused until a time goes on by itself."""

from __future__ import annotations

from sqlite3 import Connection

from engine.operations.registry import Act
from engine.rules.errors import shown
from engine.triggers import following, schedules
from store import journal
from store.instants import from_us
from store.journal import ENGINE

_OVER = """
SELECT id, name, schedule_id, paused_until FROM "trigger"
WHERE paused_until <= ? AND deleted_at IS NULL ORDER BY id
"""
_NEXT = """
SELECT min(paused_until) FROM "trigger" WHERE paused_until IS NOT NULL AND deleted_at IS NULL
"""
_RESUME = "pause_reason = NULL, paused_until = NULL, rev = rev + 1"


def next_end(connection: Connection) -> int | None:
    """When the next pause ends, microseconds UTC; None if none does by itself."""
    found: int | None = connection.execute(_NEXT).fetchone()[0]
    return found


def end(connection: Connection, now: int) -> int:
    """Let the triggers go on whose pause is over at `now`, inside a transaction; how many did.

    Each is an act of its own. What its tasks ask for is planned from now on.
    """
    rows = connection.execute(_OVER, (now,)).fetchall()
    for number, name, schedule_id, until in rows:
        act = Act(connection, ENGINE, from_us(now), journal.begin(connection, now, ENGINE, "trigger resume"))
        connection.execute(f'UPDATE "trigger" SET {_RESUME} WHERE id = ?', (number,))
        if schedule_id is not None:
            connection.execute(f"UPDATE schedule SET {_RESUME} WHERE id = ?", (schedule_id,))
            schedules.arm(connection, number, now, until)
        following.settle_after(act, ())
        journal.describe(connection, act.id, f"resumed trigger: {shown(name)}, its pause was over")
        journal.end(connection, act.id)
    return len(rows)
