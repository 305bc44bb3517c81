"""Recurring work: lists, labels, business calendars, templates and what is skipped of them, saved filters.

Instants are microseconds UTC, days are YYYY-MM-DD, times of day HH:MM. A JSON column holds a list.
"""

from __future__ import annotations

from typing import Any

STATEMENTS = """
CREATE TABLE calendar (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    week TEXT NOT NULL DEFAULT '[1, 2, 3, 4, 5]',
    country TEXT,
    region TEXT,
    rev INTEGER NOT NULL DEFAULT 1,
    CHECK (region IS NULL OR country IS NOT NULL)
) STRICT;

CREATE TABLE calendar_day (
    id INTEGER PRIMARY KEY,
    calendar_id INTEGER NOT NULL REFERENCES calendar(id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    is_working INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT '',
    UNIQUE (calendar_id, day)
) STRICT;

CREATE TABLE task_list (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    parent_id INTEGER REFERENCES task_list(id),
    zone TEXT,
    position INTEGER NOT NULL DEFAULT 0,
    deleted_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    CHECK (parent_id IS NOT id)
) STRICT;
CREATE UNIQUE INDEX task_list_name ON task_list (ifnull(parent_id, 0), name) WHERE deleted_at IS NULL;

CREATE TABLE label (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    rev INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE task_label (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
    label_id INTEGER NOT NULL REFERENCES label(id) ON DELETE CASCADE,
    UNIQUE (task_id, label_id)
) STRICT;
CREATE INDEX task_label_by_label ON task_label (label_id, task_id);

ALTER TABLE schedule ADD COLUMN action TEXT NOT NULL DEFAULT 'run'
    CHECK (action IN ('run', 'create', 'reopen', 'act'));
ALTER TABLE schedule ADD COLUMN basis TEXT NOT NULL DEFAULT 'fixed' CHECK (basis IN ('fixed', 'completion'));
ALTER TABLE schedule ADD COLUMN roll TEXT NOT NULL DEFAULT 'none'
    CHECK (roll IN ('none', 'skip', 'previous', 'next'));
ALTER TABLE schedule ADD COLUMN calendar_id INTEGER REFERENCES calendar(id);
DROP INDEX schedule_due;
CREATE INDEX schedule_due ON schedule (next_at)
    WHERE next_at IS NOT NULL AND deleted_at IS NULL AND action = 'run';
CREATE INDEX schedule_broken ON schedule (name) WHERE error IS NOT NULL AND deleted_at IS NULL AND action <> 'run';
ALTER TABLE task_event ADD COLUMN roll TEXT NOT NULL DEFAULT 'none'
    CHECK (roll IN ('none', 'previous', 'next'));
ALTER TABLE task_event ADD COLUMN calendar_id INTEGER REFERENCES calendar(id);

CREATE TABLE template (
    id INTEGER PRIMARY KEY,
    schedule_id INTEGER NOT NULL UNIQUE REFERENCES schedule(id),
    task_name TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    priority INTEGER CHECK (priority BETWEEN 1 AND 4),
    list_id INTEGER REFERENCES task_list(id),
    tasks_group_name TEXT NOT NULL DEFAULT '',
    object_class TEXT,
    object_id TEXT,
    duration TEXT NOT NULL DEFAULT '0d',
    visible TEXT,
    horizon TEXT,
    checklist TEXT NOT NULL DEFAULT '[]',
    wake_at INTEGER,
    last_checked_at INTEGER,
    last_created_task_end_date TEXT,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    CHECK ((object_class IS NULL) = (object_id IS NULL))
) STRICT;
CREATE INDEX template_due ON template (wake_at) WHERE wake_at IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE template_label (
    id INTEGER PRIMARY KEY,
    template_id INTEGER NOT NULL REFERENCES template(id) ON DELETE CASCADE,
    label_id INTEGER NOT NULL REFERENCES label(id) ON DELETE CASCADE,
    UNIQUE (template_id, label_id)
) STRICT;

CREATE TABLE template_assignee (
    id INTEGER PRIMARY KEY,
    template_id INTEGER NOT NULL REFERENCES template(id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    UNIQUE (template_id, user_id)
) STRICT;

CREATE TABLE skip (
    id INTEGER PRIMARY KEY,
    schedule_id INTEGER NOT NULL REFERENCES schedule(id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    by_id INTEGER REFERENCES user(id) ON DELETE SET NULL,
    UNIQUE (schedule_id, day)
) STRICT;

ALTER TABLE task ADD COLUMN start_date TEXT;
ALTER TABLE task ADD COLUMN deadline_time TEXT;
ALTER TABLE task ADD COLUMN done_at INTEGER;
ALTER TABLE task ADD COLUMN list_id INTEGER REFERENCES task_list(id);
ALTER TABLE task ADD COLUMN priority INTEGER CHECK (priority BETWEEN 1 AND 4);
ALTER TABLE task ADD COLUMN checklist TEXT NOT NULL DEFAULT '[]';
ALTER TABLE task ADD COLUMN template_id INTEGER REFERENCES template(id);
ALTER TABLE task ADD COLUMN planned_at INTEGER;
ALTER TABLE task ADD COLUMN is_edited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN shift_words TEXT;
ALTER TABLE task ADD COLUMN origin TEXT;
ALTER TABLE task ADD COLUMN origin_digest TEXT;
DROP INDEX task_of_failing_schedule;
CREATE UNIQUE INDEX task_of_failing_schedule ON task (schedule_id)
    WHERE schedule_id IS NOT NULL AND template_id IS NULL AND is_done = 0 AND deleted_at IS NULL;
CREATE UNIQUE INDEX task_of_occurrence ON task (schedule_id, planned_at)
    WHERE planned_at IS NOT NULL AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_of_template ON task (template_id, deadline_date) WHERE template_id IS NOT NULL;
CREATE UNIQUE INDEX task_origin ON task (origin) WHERE origin IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX task_open_by_list ON task (list_id, ifnull(deadline_date, '9999-12-31'), id, visible_date)
    WHERE is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_span ON task (deadline_date, start_date, id)
    WHERE start_date < deadline_date AND is_done = 0 AND kind <> 'contact'
      AND superseded_at IS NULL AND deleted_at IS NULL;
DROP INDEX run_finished;
CREATE INDEX run_finished ON run (finished_at, state, deleted_at) WHERE finished_at IS NOT NULL;

ALTER TABLE occurrence ADD COLUMN task_id INTEGER REFERENCES task(id) ON DELETE SET NULL;
CREATE INDEX occurrence_by_task ON occurrence (task_id) WHERE task_id IS NOT NULL;

CREATE TABLE saved_filter (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 1
) STRICT;
"""


def up(migrator: Any, db: Any) -> None:
    """Add what is new; tasks and schedules that are there keep working as they did."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            db.execute_sql(statement)
