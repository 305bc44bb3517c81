"""The starts of the machine that this store knows of, and the schedules that happen at them.

The first engine of a start writes it down, by the kernel's id of it. The id tells one from the next: by the time alone
a clock that is set after the start would make it another one, and fire everything a second time.
"""

from __future__ import annotations

import json
import sqlite3

from engine import expecting, ledger
from engine.clock import Boot
from engine.rules.errors import BadValue
from store.instants import SECOND, from_us, to_us

KEPT = 30
"""Starts that are remembered: far more than an engine misses between two of its own."""

_KEY = "boots"
_WAITING = """
SELECT id FROM schedule WHERE spec LIKE '%boot%' AND deleted_at IS NULL AND is_enabled = 1 AND error IS NULL
  AND pause_reason IS NULL
"""


def is_known(connection: sqlite3.Connection, boot: Boot) -> bool:
    """Whether an engine has written this start down already."""
    return any(name == boot.id for name, _ in _known(connection))


def witness(connection: sqlite3.Connection, boot: Boot, host: str, now: int) -> None:
    """Write a new start down, and let the schedules that happen at one be looked at. In the engine's transaction.

    It is later than anything an engine of this host did before, whatever the clock says: a machine without a clock of
    its own wakes in the past.
    """
    if is_known(connection, boot):
        return
    last = connection.execute(
        "SELECT max(beat_at) FROM node WHERE host = ? AND boot_id NOT LIKE ? || '%' AND beat_at <= ?",
        (host, boot.id, now),
    ).fetchone()[0]
    at = boot.at if last is None or last < boot.at else (last // SECOND + 1) * SECOND
    known = [*_known(connection), (boot.id, at)][-KEPT:]
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_KEY, json.dumps(known)),
    )
    for (schedule_id,) in connection.execute(_WAITING).fetchall():
        _arm(connection, schedule_id)


def _arm(connection: sqlite3.Connection, schedule_id: int) -> None:
    """Unlike `ledger.arm` with what is due already: nobody could plan it before."""
    schedule = ledger.standing(connection, schedule_id)
    try:
        found = schedule.rule(connection).next(from_us(schedule.cursor_at))
    except BadValue as fault:
        ledger.quarantine(connection, schedule, str(fault))
        return
    next_at = None if found is None else to_us(found)
    connection.execute(
        "UPDATE schedule SET next_at = ? WHERE id = ? AND next_at IS NOT ?", (next_at, schedule_id, next_at)
    )
    expecting.expect(connection, schedule_id, schedule.cursor_at)


def _known(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return [(str(name), int(at)) for name, at in json.loads(row[0])] if row else []
