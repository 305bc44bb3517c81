"""The rows of a trigger on their way out of service, and back: what waits, its schedule, its error."""

from __future__ import annotations

import sqlite3

from engine.operations.registry import Act
from store.schema import moved
from store.trigger_values import Trigger


def remove(act: Act, before: Trigger, why: str) -> None:
    """Delete a trigger and its schedule: what waits is given up; what it did stays."""
    withdraw(act, before.id, why)
    if before.schedule_id is not None:
        drop(act, before.schedule_id)
    act.connection.execute('UPDATE "trigger" SET deleted_at = ?, rev = rev + 1 WHERE id = ?', (act.now, before.id))
    arm(act, before.id)


def withdraw(act: Act, number: int, why: str) -> None:
    """What waits for the trigger is given up, with the reason; what its tasks still ask for is planned anew."""
    act.connection.execute(
        "UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ?"
        " WHERE trigger_id = ? AND state = 'waiting'",
        (why, act.now, number),
    )
    moved(act.connection, "pending_action")


def drop(act: Act, number: int) -> None:
    """The schedule plans nothing any more; its ledger stays."""
    act.connection.execute(
        "UPDATE schedule SET deleted_at = ?, next_at = NULL, rev = rev + 1 WHERE id = ?", (act.now, number)
    )


def mend(connection: sqlite3.Connection, number: int) -> None:
    """Somebody has seen to it: it may act again."""
    connection.execute(
        'UPDATE "trigger" SET error = NULL, minute_count = 0, rev = rev + 1 WHERE id = ? AND error IS NOT NULL',
        (number,),
    )


def arm(act: Act, number: int) -> None:
    """Let a trigger with a schedule plan its next time as it stands now; others follow their tasks."""
    from engine.triggers import schedules

    schedules.arm(act.connection, number, act.now)
