"""Who is told of a new notice outside the desk, how and when: rows made in the transaction of the notice."""

from __future__ import annotations

import sqlite3

from engine.rules.alerts import Severity
from engine.rules.delivering import after_quiet, is_loud
from store import settings
from store.instants import SECOND, from_us, to_us
from store.reads.notifications import CONCERNS
from store.schema import moved

_PEOPLE = f"""
SELECT u.id, u.loud_from, u.quiet_from, u.quiet_to, u.zone, c.key,
       (SELECT min(d.due_at) FROM delivery d
        WHERE d.user_id = u.id AND d.channel = c.key AND d.state = 'waiting' AND d.attempts > 0)
FROM notification n JOIN user u ON u.channels <> '{{}}' JOIN json_each(u.channels) c
WHERE n.id = ? AND {CONCERNS.format(user="u.id")}
"""
_ADD = """
INSERT INTO delivery (notification_id, user_id, channel, made_at, due_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (notification_id, user_id, channel) DO NOTHING
"""


def plan(connection: sqlite3.Connection, notice: int, at: int, severity: Severity) -> None:
    """Rows for those whom a new notice concerns and who want to hear of it outside the desk.

    It waits for others of its kind, for the end of a person's rest, and while a channel fails for its next try.
    """
    if connection.execute("SELECT 1 FROM user WHERE channels <> '{}' LIMIT 1").fetchone() is None:
        return
    window = 0 if severity is Severity.URGENT else settings.read(connection, "notify_window")
    store_zone = str(settings.read(connection, "zone"))
    rows = []
    for user_id, loud_from, begin, end, zone, channel, retry in connection.execute(_PEOPLE, (notice,)).fetchall():
        if is_loud(severity, Severity(loud_from)):
            quiet = (begin, end) if begin and end else None
            due = to_us(after_quiet(from_us(at + window * SECOND), quiet, severity, zone or store_zone))
            rows.append((notice, user_id, channel, at, max(due, retry or 0)))
    if rows:
        connection.executemany(_ADD, rows)
        moved(connection, "delivery")
