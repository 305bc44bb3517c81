"""Missed heartbeats: a job that should have finished by a time, and did not.

`schedule.expected_at` is the moment at which somebody is told, unless the job succeeds before. A success says that all
is well up to then; what is expected next is the first occurrence after it. A schedule that is off or paused expects
nothing: its moment passes in silence.
"""

from __future__ import annotations

import sqlite3

from engine import ledger, telling
from engine.rules.alerts import SEVERITY, History, Say, decide, expected, parse_policy, sentence
from engine.rules.errors import BadValue
from engine.rules.wording import clock
from engine.triggers import machine
from store.frozen import value
from store.instants import from_us, to_us

MOST = 200
"""Schedules of one transaction; the next pass takes the rest."""

_NEXT = "SELECT expected_at FROM schedule WHERE expected_at IS NOT NULL AND deleted_at IS NULL ORDER BY expected_at"
_OVERDUE = """
SELECT id, name, alerts, failures, expected_at, zone, is_enabled = 1 AND pause_reason IS NULL AND error IS NULL
FROM schedule WHERE expected_at <= ? AND expected_at IS NOT NULL AND deleted_at IS NULL
ORDER BY expected_at LIMIT ?
"""
_LAST = """
SELECT planned_at, state, cause, reason FROM occurrence
WHERE schedule_id = ? AND planned_at <= ? ORDER BY planned_at DESC LIMIT 1
"""
_RESTING = ("paused", "off", "excluded", "edited")
"""Causes for which nobody expected it to run."""


@value
class _Late:
    """A schedule whose job did not finish in time."""

    id: int
    name: str
    alerts: str
    failures: int
    expected_at: int
    zone: str
    is_on: int


def next_expected(connection: sqlite3.Connection) -> int | None:
    """When the first job should have finished, microseconds UTC."""
    row = connection.execute(f"{_NEXT} LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def expect(connection: sqlite3.Connection, schedule_id: int, now: int) -> None:
    """Work out anew by when the next job should have finished; nothing, if its alerts do not ask for it."""
    row = connection.execute("SELECT alerts FROM schedule WHERE id = ?", (schedule_id,)).fetchone()
    if row is None:
        return
    policy = parse_policy(row[0])
    due = None
    if policy.expects:
        schedule = ledger.standing(connection, schedule_id)
        try:
            planned = schedule.rule(connection).next(from_us(now))
            due = None if planned is None else expected(policy, planned, schedule.zone)
        except BadValue:  # marked on the schedule already: it never happens as it is
            due = None
    moment = None if due is None else to_us(due)
    connection.execute(
        "UPDATE schedule SET expected_at = ? WHERE id = ? AND expected_at IS NOT ?", (moment, schedule_id, moment)
    )


def tell_overdue(connection: sqlite3.Connection, now: int) -> int:
    """Tell of every job that should have finished by `now` and did not; how many were looked at.

    Inside the caller's transaction. Each is asked for again with its next occurrence.
    """
    rows = connection.execute(_OVERDUE, (now, MOST)).fetchall()
    for row in rows:
        late = _Late(*row)
        if late.is_on:
            _tell(connection, late)
        expect(connection, late.id, now)
    return len(rows)


def _tell(connection: sqlite3.Connection, late: _Late) -> None:
    last = connection.execute(_LAST, (late.id, late.expected_at)).fetchone()
    planned, state, cause, reason = last or (None, None, None, None)
    if cause in _RESTING:
        return
    policy = parse_policy(late.alerts)
    decision = decide(policy, History(late.failures, 0, False, False), None)
    say = decision.say or Say.OVERDUE
    when = "" if planned is None else clock(from_us(planned), late.zone)
    because = "nothing was decided about it yet: no engine was at work" if state is None else f"{state}"
    because = f"{because}: {reason}" if reason else because
    telling.tell(
        connection,
        f"{say}:{late.id}:{late.expected_at}",
        late.expected_at,
        SEVERITY[say],
        say,
        sentence(say, late.name, policy, late.failures, planned=when),
        f"the last occurrence is {because}",
        schedule_id=late.id,
    )
    machine.late(connection, late.id, late.expected_at)
