"""A desk whose engine was down for four days: every state and cause of the ledger, and a long gap."""

from __future__ import annotations

from pathlib import Path

from store import journal
from store.database import transaction
from store.instants import to_us
from tests.desk import Desk
from tests.tui.screens.stage import store_with_stays

DOWN = "engine was down from 2025-06-12 02:30 to 2025-06-16 08:30"
LINES = (
    (1, "2025-06-12T02:30", None, 1, "merged", DOWN, "down"),
    (1, "2025-06-13T02:30", None, 1, "merged", DOWN, "down"),
    (1, "2025-06-14T02:30", None, 1, "missed", f"policy is skip: {DOWN}", "down"),
    (1, "2025-06-15T02:30", None, 1, "missed", f"policy is skip: {DOWN}", "down"),
    (1, "2025-06-16T02:30", None, 1, "fired", DOWN, "down"),
    (2, "2025-06-09T07:00", None, 1, "skipped", "paused by Ana: disk move", "paused"),
    (2, "2025-06-16T07:00", None, 1, "skipped", "the run before is still active", "overlap"),
    (3, "2025-06-13T00:00", "2025-06-15T23:59", 4320, "missed", f"more than 1h late: {DOWN}", "expired"),
)
"""Schedule, planned, until, count, state, reason, cause."""


def store_with_ledger(path: Path) -> Desk:
    """Two schedules of the stage and a third that goes every minute, with what became of their times."""
    from engine.operations import schedules

    desk = store_with_stays(path)
    schedules.add(desk.ana, desk.at("2025-06-01"), "heating watch", spec="every 1 minute", command="watch.sh")
    with transaction() as connection:
        journal.begin(connection, 0, journal.ENGINE, "test")
        connection.execute("DELETE FROM occurrence")
        for schedule, planned, until, count, state, reason, cause in LINES:
            connection.execute(
                "INSERT INTO occurrence (schedule_id, planned_at, until_at, count, state, reason, cause, late,"
                " merged_into, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    schedule,
                    to_us(desk.at(planned)),
                    to_us(desk.at(until)) if until else None,
                    count,
                    state,
                    reason,
                    cause,
                    6 * 3600 * 1_000_000 if state == "fired" else 0,
                    to_us(desk.at("2025-06-16T02:30")) if state == "merged" else None,
                    to_us(desk.at("2025-06-16T08:30")),
                ),
            )
    return desk
