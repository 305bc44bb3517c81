"""Dates of entities at which models make tasks, when their day has come: `engine.operations.followups` makes them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from engine.operations import followups
from engine.operations.registry import Act, settle
from engine.rules.zones import local
from engine.triggers import entity_dates
from store import journal
from store.instants import SECOND, from_us

LATE = 60 * SECOND

_ROWS = """
SELECT id, task_event_id, entity_id, due_at FROM pending_action WHERE id IN (SELECT value FROM json_each(?))
ORDER BY task_event_id, entity_id, due_at
"""
_DECIDE = """
UPDATE pending_action SET state = ?, reason = ?, decided_at = ?, act_id = ?, touched = ?, missed_at = ?
WHERE id = ? AND state = 'waiting'
"""
NOT_COME = "it has not come, or had its tasks before"


def act_due(connection: sqlite3.Connection, numbers: Sequence[int], now: int) -> int:
    """Make what these rows stand for, as one act of the engine inside a transaction; how many tasks it made.

    What the rule says now counts, not the row: a calendar may have got other holidays since. Such a row is withdrawn,
    and the date is planned anew.
    """
    rows = connection.execute(_ROWS, (json.dumps(list(numbers)),)).fetchall()
    act = Act(connection, journal.ENGINE, from_us(now), journal.begin(connection, now, journal.ENGINE, "date events"))
    made = followups.fire_due(act, [(event, entity) for _, event, entity, _ in rows])
    for number, event, entity, due_at in rows:
        tasks = made.get((event, entity))
        late = due_at if now - due_at > LATE else None
        if tasks:
            why = None if late is None else f"missed since {local(from_us(late), act.zone.key):%Y-%m-%d}"
            connection.execute(_DECIDE, ("acted", why, now, act.id, tasks, late, number))
        else:
            why = NOT_COME if tasks is None else "its tasks were there already"
            connection.execute(_DECIDE, ("withdrawn", why, now, None, 0, late, number))
    followups.tell_fired(act, sum(made.values()))
    entity_dates.follow_entities(act, {row[2] for row in rows if (row[1], row[2]) not in made})
    settle(act)
    journal.end(connection, act.id)
    return sum(made.values())
