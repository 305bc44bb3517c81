"""What `doctor` looks at of triggers: those that were stopped, and actions that nothing will ever do."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from engine.queries.health import Finding, Health
from engine.rules.errors import shown
from engine.rules.wording import count_of, some_of
from store.instants import to_us

LATE = timedelta(minutes=10)
"""An engine acts within a second; what waits so much longer waits for an engine."""

_BROKEN = """
SELECT name, error FROM "trigger" WHERE error IS NOT NULL AND deleted_at IS NULL ORDER BY name LIMIT 6
"""
_ORPHANS = """
SELECT count(*) FROM pending_action p LEFT JOIN "trigger" t ON t.id = p.trigger_id
WHERE p.state = 'waiting' AND p.task_event_id IS NULL
  AND (t.id IS NULL OR t.deleted_at IS NOT NULL OR t.is_enabled = 0 OR t.pause_reason IS NOT NULL)
"""
_LATE = "SELECT count(*) FROM pending_action WHERE state = 'waiting' AND due_at < ?"
_DANGLING = """
SELECT count(*) FROM "trigger" t WHERE t.deleted_at IS NULL AND t.event = 'schedule'
  AND NOT EXISTS (SELECT 1 FROM schedule s WHERE s.id = t.schedule_id AND s.deleted_at IS NULL)
"""


def triggers(connection: sqlite3.Connection, store: Path, now: datetime) -> Finding:
    """Whether all that are switched on can act, and all that waits has somebody to do it."""
    lost = connection.execute(_ORPHANS).fetchone()[0]
    if lost:
        wait = f"{count_of(lost, 'action')} {'waits' if lost == 1 else 'wait'}"
        words = f"{wait} for a trigger that is not at work; `trigger cancel` ends it."
        return Finding("triggers", Health.PROBLEM, words)
    without = connection.execute(_DANGLING).fetchone()[0]
    if without:
        words = f"{count_of(without, 'trigger')} lost its schedule; `trigger edit --event 'schedule: ...'` mends it."
        return Finding("triggers", Health.PROBLEM, words)
    broken = connection.execute(_BROKEN).fetchall()
    if broken:
        names = some_of([f"{shown(name)} ({shown(error, 80)})" for name, error in broken], 5)
        return Finding("triggers", Health.WARNING, f"Stopped: {names}; `trigger resume` lets one go on.")
    late = connection.execute(_LATE, (to_us(now - LATE),)).fetchone()[0]
    if late:
        words = f"{count_of(late, 'action')} should have been done by now; an engine does it (`tickler engine`)."
        return Finding("triggers", Health.WARNING, words)
    at_work = connection.execute(
        'SELECT count(*) FROM "trigger" WHERE deleted_at IS NULL AND is_enabled = 1 AND pause_reason IS NULL'
    ).fetchone()[0]
    waiting = connection.execute("SELECT count(*) FROM pending_action WHERE state = 'waiting'").fetchone()[0]
    return Finding("triggers", Health.OK, f"{at_work:,} at work, {count_of(waiting, 'action')} to come")
