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


RUNS = (
    ("succeeded", {"started": "09:00", "finished": "09:02", "artifacts": 1, "cancel_requested": "09:01"}),
    ("failed", {"started": "09:05", "finished": "09:06", "attempts": 3, "error": "exit 2: no space left on device"}),
    ("cancelled", {"created": "09:10", "reason": "cancelled by Ana"}),
    ("running", {"started": "09:20", "progress": 40, "progress_text": "reading users.csv", "progress_at": "09:30"}),
    ("pending", {"created": "09:25", "attempts": 1, "available": "09:35", "reason": "attempt 1 failed: exit 1"}),
    ("pending", {"created": "09:29", "reason": "waiting: exclusive"}),
)
"""State, and what else is known; times are of the clock's day."""


def runs_of_every_kind(desk: Desk) -> None:
    """Runs of nightly backup: done with a file, failed after three attempts, running, waiting in two ways."""

    def at(more: dict[str, object], key: str) -> int | None:
        return to_us(desk.at(f"2025-06-16T{more[key]}")) if key in more else None

    with transaction() as connection:
        journal.begin(connection, 0, journal.ENGINE, "test")
        for number, (state, more) in enumerate(RUNS, 1):
            created = at(more, "created") or at(more, "started") or 0
            connection.execute(
                "INSERT INTO run (id, name, schedule_id, controller, params, category, creator_id, state, reason,"
                " error, progress, progress_text, progress_at, progress_rate, attempts, max_attempts, available_at,"
                " created_at, started_at, finished_at, cancel_requested_at, artifacts, log_backend)"
                " VALUES (?, 'nightly backup', 1, 'shell', ?, 'user', 1, ?, ?, ?, ?, ?, ?, ?, ?, 3, ?, ?, ?, ?, ?, ?,"
                " 'database')",
                (
                    number,
                    '{"command": "backup.sh --to ftp://ana:secret@host/", "env": {"API_TOKEN": "hush"}}',
                    state,
                    more.get("reason"),
                    more.get("error"),
                    more.get("progress", 0),
                    more.get("progress_text", ""),
                    at(more, "progress_at"),
                    "4 %/min" if more.get("progress") else "",
                    more.get("attempts", int("started" in more)),
                    at(more, "available") or created,
                    created,
                    at(more, "started"),
                    at(more, "finished"),
                    at(more, "cancel_requested"),
                    more.get("artifacts", 0),
                ),
            )
        for number in (1, 2, 3):
            connection.execute(
                "INSERT INTO attempt (run_id, number, fence, engine_id, state, claimed_at, started_at,"
                " finished_at, exit_code)"
                " VALUES (2, ?, ?, 'engine', 'failed', ?, ?, ?, 2)",
                (number, number, *[to_us(desk.at(f"2025-06-16T09:05:{number * 10}"))] * 3),
            )
        connection.execute(
            "INSERT INTO artifact (run_id, name, size, file, created_at)"
            " VALUES (1, 'users.csv', 1234, '1/users.csv', 0)"
        )
