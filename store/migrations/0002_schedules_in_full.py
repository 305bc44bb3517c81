"""Schedules and runs in full: windows, slots, alerts, artifacts, notifications, counters.

Lengths of time are whole seconds, instants microseconds UTC.
"""

from __future__ import annotations

from typing import Any

STATEMENTS = """
ALTER TABLE schedule ADD COLUMN start_window INTEGER CHECK (start_window >= 0);
ALTER TABLE schedule ADD COLUMN jitter INTEGER NOT NULL DEFAULT 0 CHECK (jitter >= 0);
ALTER TABLE schedule ADD COLUMN slot TEXT;
ALTER TABLE schedule ADD COLUMN slot_places INTEGER NOT NULL DEFAULT 1 CHECK (slot_places > 0);
ALTER TABLE schedule ADD COLUMN backoff INTEGER NOT NULL DEFAULT 10 CHECK (backoff >= 0);
ALTER TABLE schedule ADD COLUMN backoff_limit INTEGER NOT NULL DEFAULT 3600 CHECK (backoff_limit >= 0);
ALTER TABLE schedule ADD COLUMN alerts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE schedule ADD COLUMN origin TEXT;
ALTER TABLE schedule ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE schedule ADD COLUMN expected_at INTEGER;
CREATE UNIQUE INDEX schedule_origin ON schedule (origin) WHERE origin IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX schedule_expected ON schedule (expected_at) WHERE expected_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX schedule_in_trouble ON schedule (id) WHERE failures > 0 AND deleted_at IS NULL;

ALTER TABLE run ADD COLUMN idempotent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN lost_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN slot TEXT;
ALTER TABLE run ADD COLUMN slot_places INTEGER NOT NULL DEFAULT 1;
ALTER TABLE run ADD COLUMN slot_key TEXT;
ALTER TABLE run ADD COLUMN backoff INTEGER NOT NULL DEFAULT 10;
ALTER TABLE run ADD COLUMN backoff_limit INTEGER NOT NULL DEFAULT 3600;
ALTER TABLE run ADD COLUMN progress_at INTEGER;
ALTER TABLE run ADD COLUMN progress_rate TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN result TEXT;
ALTER TABLE run ADD COLUMN artifacts INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX run_slot ON run (slot_key) WHERE slot_key IS NOT NULL AND state IN ('starting', 'running');
CREATE INDEX run_waiting_for_slot ON run (slot, available_at, id) WHERE state = 'pending' AND slot IS NOT NULL;
CREATE INDEX run_finished ON run (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX run_retries ON run (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX run_by_creator ON run (creator_id, id) WHERE creator_id IS NOT NULL;

CREATE TABLE artifact (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    file TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (run_id, name)
) STRICT;

ALTER TABLE occurrence ADD COLUMN cause TEXT;
ALTER TABLE occurrence ADD COLUMN accepted_at INTEGER;
ALTER TABLE occurrence ADD COLUMN accepted_by INTEGER REFERENCES user(id) ON DELETE SET NULL;
CREATE INDEX occurrence_unfired ON occurrence (planned_at, id) WHERE state <> 'fired';
CREATE INDEX occurrence_to_accept ON occurrence (planned_at, id)
    WHERE state IN ('missed', 'skipped') AND accepted_at IS NULL;
CREATE INDEX occurrence_to_accept_of_one ON occurrence (schedule_id, planned_at)
    WHERE state IN ('missed', 'skipped') AND accepted_at IS NULL;

ALTER TABLE task ADD COLUMN schedule_id INTEGER REFERENCES schedule(id) ON DELETE SET NULL;
ALTER TABLE task ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX task_of_failing_schedule ON task (schedule_id)
    WHERE schedule_id IS NOT NULL AND is_done = 0 AND deleted_at IS NULL;

CREATE TABLE notification (
    id INTEGER PRIMARY KEY,
    dedupe_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    user_id INTEGER REFERENCES user(id) ON DELETE CASCADE,
    severity TEXT NOT NULL CHECK (severity IN ('notice', 'warning', 'important', 'urgent')),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    schedule_id INTEGER REFERENCES schedule(id) ON DELETE CASCADE,
    run_id INTEGER REFERENCES run(id) ON DELETE SET NULL,
    task_id INTEGER REFERENCES task(id) ON DELETE CASCADE,
    dismissed_at INTEGER,
    snoozed_until INTEGER,
    withdrawn_at INTEGER,
    withdrawn_reason TEXT
) STRICT;
CREATE INDEX notification_open ON notification (id) WHERE dismissed_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX notification_by_task ON notification (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX notification_by_run ON notification (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX notification_by_schedule ON notification (schedule_id) WHERE schedule_id IS NOT NULL;

CREATE TABLE counter (
    name TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    value REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (name, label)
) STRICT, WITHOUT ROWID;
"""


def up(migrator: Any, db: Any) -> None:
    """Add what is new; rows that are there keep working as they did."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            db.execute_sql(statement)
