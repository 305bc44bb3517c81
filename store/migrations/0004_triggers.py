"""Triggers and their pending actions; how people want to be told, and what was sent to them.

Instants are microseconds UTC, times of day HH:MM. `subject` names what a pending action is for: `task:12`,
`entity:3`, `run:7`, or the tasks of one zone, `zone:Europe/Brussels`, where a schedule makes it act. A trigger with a
`follow_after` has tasks whose actions are still to be planned anew: those with a greater id. The `zone` of
a trigger holds for all tasks of its schedule; without one each is acted upon in its own. An action for a zone that
has `reached` a task is done in parts: it waits for those with a greater id.

A change of status that `is_noted` was told of something that had happened before: nothing follows from it. A run that a
trigger started remembers in `chain` which triggers led to it.

`channels` of a person is an object: what people see of a channel, and its address, which holds secrets and goes to no
journal, list or log. A notice is for those whom its task or schedule concerns, for one person (`for_id`) or for all.
"""

from __future__ import annotations

from typing import Any

STATEMENTS = """
CREATE TABLE "trigger" (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL CHECK (scope IN ('all', 'task', 'list', 'label', 'user', 'class')),
    scope_id INTEGER,
    event TEXT NOT NULL,
    event_value TEXT,
    delay TEXT NOT NULL DEFAULT '0d',
    roll TEXT NOT NULL DEFAULT 'none' CHECK (roll IN ('none', 'previous', 'next')),
    calendar_id INTEGER REFERENCES calendar(id),
    condition TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL,
    params TEXT NOT NULL DEFAULT '{}',
    schedule_id INTEGER UNIQUE REFERENCES schedule(id),
    zone TEXT,
    checksum TEXT NOT NULL,
    owner_id INTEGER REFERENCES user(id) ON DELETE SET NULL,
    is_enabled INTEGER NOT NULL DEFAULT 1,
    pause_reason TEXT,
    paused_until INTEGER,
    error TEXT,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    last_at INTEGER,
    times INTEGER NOT NULL DEFAULT 0,
    minute_at INTEGER,
    minute_count INTEGER NOT NULL DEFAULT 0,
    follow_after INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    CHECK ((scope = 'all') = (scope_id IS NULL)),
    CHECK ((event = 'schedule') = (schedule_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX trigger_name ON "trigger" (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX trigger_checksum ON "trigger" (checksum) WHERE deleted_at IS NULL;
CREATE INDEX trigger_of_scope ON "trigger" (scope, scope_id) WHERE deleted_at IS NULL;
CREATE INDEX trigger_paused ON "trigger" (paused_until) WHERE paused_until IS NOT NULL;
CREATE INDEX trigger_at_work ON "trigger" (event) WHERE deleted_at IS NULL AND is_enabled = 1 AND error IS NULL;

CREATE INDEX trigger_to_follow ON "trigger" (id) WHERE follow_after IS NOT NULL;

CREATE TABLE pending_action (
    id INTEGER PRIMARY KEY,
    trigger_id INTEGER REFERENCES "trigger"(id) ON DELETE CASCADE,
    task_event_id INTEGER REFERENCES task_event(id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    task_id INTEGER REFERENCES task(id) ON DELETE CASCADE,
    entity_id INTEGER REFERENCES entity(id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    cause_id INTEGER,
    chain TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'acted', 'withdrawn')),
    reason TEXT,
    decided_at INTEGER,
    missed_at INTEGER,
    act_id INTEGER,
    touched INTEGER NOT NULL DEFAULT 0,
    reached INTEGER,
    CHECK ((trigger_id IS NULL) <> (task_event_id IS NULL)),
    UNIQUE (trigger_id, subject, due_at)
) STRICT;
CREATE UNIQUE INDEX pending_of_event ON pending_action (task_event_id, subject, due_at)
    WHERE task_event_id IS NOT NULL;
CREATE INDEX pending_due ON pending_action (due_at, id) WHERE state = 'waiting';
CREATE INDEX pending_by_task ON pending_action (task_id, id) WHERE task_id IS NOT NULL;
CREATE INDEX pending_by_entity ON pending_action (entity_id, id) WHERE entity_id IS NOT NULL;
CREATE INDEX pending_by_trigger ON pending_action (trigger_id, due_at, id)
    WHERE state = 'waiting' AND trigger_id IS NOT NULL;
CREATE INDEX pending_decided ON pending_action (decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX pending_decided_of_one ON pending_action (trigger_id, decided_at, id) WHERE decided_at IS NOT NULL;
INSERT INTO meta (key, value) SELECT 'dates_unplanned', '1'
WHERE EXISTS (SELECT 1 FROM task_event WHERE event_type = 'date_field');
CREATE INDEX pending_by_act ON pending_action (act_id) WHERE act_id IS NOT NULL;

ALTER TABLE status_change ADD COLUMN is_noted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN chain TEXT NOT NULL DEFAULT '';

ALTER TABLE user ADD COLUMN channels TEXT NOT NULL DEFAULT '{}';
ALTER TABLE user ADD COLUMN quiet_from TEXT;
ALTER TABLE user ADD COLUMN quiet_to TEXT;
ALTER TABLE user ADD COLUMN loud_from TEXT NOT NULL DEFAULT 'notice'
    CHECK (loud_from IN ('notice', 'warning', 'important', 'urgent'));

ALTER TABLE notification ADD COLUMN trigger_id INTEGER REFERENCES "trigger"(id) ON DELETE SET NULL;
ALTER TABLE notification ADD COLUMN audience TEXT NOT NULL DEFAULT 'usual'
    CHECK (audience IN ('usual', 'person', 'all'));
ALTER TABLE notification ADD COLUMN for_id INTEGER REFERENCES user(id) ON DELETE SET NULL;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    notification_id INTEGER NOT NULL REFERENCES notification(id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown', 'withdrawn')),
    made_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    group_key TEXT,
    sent_at INTEGER,
    error TEXT,
    UNIQUE (notification_id, user_id, channel)
) STRICT;
CREATE INDEX delivery_due ON delivery (due_at, id) WHERE state = 'waiting';
CREATE INDEX delivery_grouped ON delivery (user_id, channel, due_at) WHERE state = 'waiting';
CREATE INDEX delivery_tried ON delivery (user_id, channel, due_at) WHERE state = 'waiting' AND attempts > 0;
CREATE INDEX delivery_sending ON delivery (group_key) WHERE state = 'sending';
CREATE INDEX delivery_of_user ON delivery (user_id, id);
"""


def up(migrator: Any, db: Any) -> None:
    """Add what is new; nothing that is there acts differently."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            db.execute_sql(statement)
