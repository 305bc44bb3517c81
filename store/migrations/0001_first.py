"""The first shape of a store. Instants are INTEGER microseconds UTC, days are TEXT YYYY-MM-DD."""

from __future__ import annotations

from typing import Any

TABLES = """
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE feed (
    kind TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE team (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    rev INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE user (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL DEFAULT '',
    login TEXT UNIQUE,
    team_id INTEGER REFERENCES team(id) ON DELETE SET NULL,
    zone TEXT,
    rev INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE act (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    user_id INTEGER REFERENCES user(id) ON DELETE SET NULL,
    actor TEXT NOT NULL,
    via TEXT NOT NULL,
    operation TEXT NOT NULL,
    words TEXT NOT NULL DEFAULT '',
    can_undo INTEGER NOT NULL DEFAULT 1,
    undoes_id INTEGER REFERENCES act(id) ON DELETE SET NULL,
    undone_by_id INTEGER REFERENCES act(id) ON DELETE SET NULL
) STRICT;
CREATE INDEX act_by_user ON act (user_id, id);

CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    act_id INTEGER NOT NULL REFERENCES act(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
    before TEXT,
    after TEXT
) STRICT;
CREATE INDEX change_by_act ON change (act_id, id);
CREATE INDEX change_by_row ON change (kind, row_id, id);

CREATE TABLE entity_class (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    statuses TEXT NOT NULL,
    date_fields TEXT NOT NULL,
    rev INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    object_class TEXT NOT NULL REFERENCES entity_class(name) ON UPDATE CASCADE,
    object_id TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    status TEXT,
    status_at INTEGER,
    team_id INTEGER REFERENCES team(id) ON DELETE SET NULL,
    dates TEXT NOT NULL DEFAULT '{}',
    attributes TEXT NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL,
    rev INTEGER NOT NULL DEFAULT 1,
    UNIQUE (object_class, object_id)
) STRICT;
CREATE INDEX entity_in_order ON entity (object_class, CAST(object_id AS INTEGER), object_id);
CREATE INDEX entity_by_status ON entity (object_class, status, CAST(object_id AS INTEGER), object_id);

CREATE TABLE status_change (
    id INTEGER PRIMARY KEY,
    entity_id INTEGER NOT NULL REFERENCES entity(id) ON DELETE CASCADE,
    was TEXT,
    status TEXT NOT NULL,
    at INTEGER NOT NULL,
    by_id INTEGER REFERENCES user(id) ON DELETE SET NULL
) STRICT;
CREATE INDEX status_change_by_entity ON status_change (entity_id, at);

CREATE TABLE task_event (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    object_class TEXT NOT NULL REFERENCES entity_class(name) ON UPDATE CASCADE,
    event_type TEXT NOT NULL CHECK (event_type IN ('status_change', 'date_field')),
    entity_status TEXT,
    entity_date_field TEXT,
    offset TEXT NOT NULL DEFAULT '0d',
    rev INTEGER NOT NULL DEFAULT 1,
    UNIQUE (object_class, name),
    CHECK ((event_type = 'status_change') = (entity_status IS NOT NULL)),
    CHECK ((event_type = 'date_field') = (entity_date_field IS NOT NULL))
) STRICT;

CREATE TABLE event_fire (
    id INTEGER PRIMARY KEY,
    task_event_id INTEGER NOT NULL REFERENCES task_event(id) ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity(id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (task_event_id, entity_id, value)
) STRICT;
CREATE INDEX event_fire_by_entity ON event_fire (entity_id);

CREATE TABLE task_model (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    object_class TEXT NOT NULL REFERENCES entity_class(name) ON UPDATE CASCADE,
    tasks_group_name TEXT NOT NULL DEFAULT '',
    trigger_event_id INTEGER NOT NULL REFERENCES task_event(id),
    deadline_event_id INTEGER REFERENCES task_event(id),
    kind TEXT NOT NULL DEFAULT 'actionable' CHECK (kind IN ('actionable', 'informational')),
    team_id INTEGER REFERENCES team(id),
    is_active INTEGER NOT NULL DEFAULT 1,
    rev INTEGER NOT NULL DEFAULT 1,
    UNIQUE (object_class, name)
) STRICT;
CREATE INDEX task_model_by_trigger ON task_model (trigger_event_id);

CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'actionable' CHECK (kind IN ('actionable', 'informational', 'contact')),
    is_done INTEGER NOT NULL DEFAULT 0,
    done_by INTEGER REFERENCES user(id),
    done_date TEXT,
    visible_date TEXT NOT NULL,
    deadline_date TEXT,
    visible_by_hand INTEGER NOT NULL DEFAULT 0,
    deadline_by_hand INTEGER NOT NULL DEFAULT 0,
    has_task_model INTEGER NOT NULL DEFAULT 0,
    task_model_id INTEGER REFERENCES task_model(id) ON DELETE SET NULL,
    tasks_group_name TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    trigger_event_id INTEGER REFERENCES task_event(id) ON DELETE SET NULL,
    trigger_value TEXT,
    trigger_at INTEGER,
    deadline_event_id INTEGER REFERENCES task_event(id) ON DELETE SET NULL,
    object_class TEXT,
    object_id TEXT,
    created_at INTEGER NOT NULL,
    created_by INTEGER REFERENCES user(id) ON DELETE SET NULL,
    superseded_by_id INTEGER REFERENCES task(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    superseded_at INTEGER,
    deleted_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    CHECK ((object_class IS NULL) = (object_id IS NULL)),
    CHECK (is_done = 0 OR done_date IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX task_live_per_model ON task (task_model_id, object_class, object_id)
    WHERE task_model_id IS NOT NULL AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_open ON task (ifnull(deadline_date, '9999-12-31'), id, visible_date)
    WHERE is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_open_by_event ON task (deadline_event_id, ifnull(deadline_date, '9999-12-31'), id, visible_date)
    WHERE is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_open_by_object ON task (object_class, object_id, ifnull(deadline_date, '9999-12-31'), visible_date)
    WHERE is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_upcoming ON task (visible_date, id)
    WHERE is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_done ON task (done_date, id)
    WHERE is_done = 1 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL;
CREATE INDEX task_by_object ON task (object_class, object_id, id);
CREATE INDEX task_superseded_by ON task (superseded_by_id) WHERE superseded_by_id IS NOT NULL;

CREATE TABLE task_assignee (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    UNIQUE (task_id, user_id)
) STRICT;
CREATE INDEX task_assignee_by_user ON task_assignee (user_id, task_id);

CREATE TABLE schedule (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    spec TEXT,
    moment INTEGER,
    repeat_axis TEXT,
    repeat_step INTEGER CHECK (repeat_step > 0),
    is_recurring INTEGER NOT NULL DEFAULT 1,
    zone TEXT NOT NULL,
    anchor_at INTEGER NOT NULL,
    start_at INTEGER,
    end_at INTEGER,
    max_count INTEGER CHECK (max_count > 0),
    excluded_dates TEXT NOT NULL DEFAULT '[]',
    controller TEXT NOT NULL,
    params TEXT NOT NULL DEFAULT '{}',
    timeout INTEGER NOT NULL DEFAULT 3600 CHECK (timeout > 0),
    max_retries INTEGER NOT NULL DEFAULT 0 CHECK (max_retries >= 0),
    missed TEXT NOT NULL DEFAULT 'run_once',
    missed_limit INTEGER NOT NULL DEFAULT 100,
    max_lateness INTEGER,
    overlap TEXT NOT NULL DEFAULT 'skip',
    is_exclusive INTEGER NOT NULL DEFAULT 0,
    after_execution TEXT NOT NULL DEFAULT 'disable',
    is_enabled INTEGER NOT NULL DEFAULT 1,
    pause_reason TEXT,
    paused_until INTEGER,
    error TEXT,
    owner_id INTEGER REFERENCES user(id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    cursor_at INTEGER NOT NULL,
    next_at INTEGER,
    last_run INTEGER,
    CHECK (spec IS NOT NULL OR moment IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX schedule_name ON schedule (name) WHERE deleted_at IS NULL;
CREATE INDEX schedule_due ON schedule (next_at) WHERE next_at IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    dedupe_key TEXT UNIQUE,
    name TEXT NOT NULL,
    schedule_id INTEGER REFERENCES schedule(id),
    planned_at INTEGER,
    retry_of INTEGER REFERENCES run(id) ON DELETE SET NULL,
    controller TEXT NOT NULL,
    params TEXT NOT NULL DEFAULT '{}',
    category TEXT NOT NULL DEFAULT 'system',
    creator_id INTEGER REFERENCES user(id) ON DELETE SET NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    reason TEXT,
    progress INTEGER NOT NULL DEFAULT 0,
    progress_text TEXT NOT NULL DEFAULT '',
    is_exclusive INTEGER NOT NULL DEFAULT 0,
    timeout INTEGER NOT NULL DEFAULT 3600,
    max_attempts INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    available_at INTEGER NOT NULL,
    not_after INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    engine_id TEXT,
    pid INTEGER,
    exit_code INTEGER,
    error TEXT,
    cancel_requested_at INTEGER,
    cancel_by INTEGER REFERENCES user(id) ON DELETE SET NULL,
    cancel_hard INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    log_backend TEXT NOT NULL DEFAULT 'database',
    log_lines INTEGER NOT NULL DEFAULT 0,
    log_errors INTEGER NOT NULL DEFAULT 0,
    dropped_lines INTEGER NOT NULL DEFAULT 0,
    dropped_bytes INTEGER NOT NULL DEFAULT 0,
    deleted_at INTEGER
) STRICT;
CREATE INDEX run_pending ON run (available_at, id) WHERE state = 'pending';
CREATE INDEX run_active ON run (id) WHERE state IN ('starting', 'running');
CREATE INDEX run_open_by_schedule ON run (schedule_id) WHERE state IN ('pending', 'starting', 'running');
CREATE INDEX run_by_schedule ON run (schedule_id, id);
CREATE INDEX run_by_state ON run (state, id);
CREATE INDEX run_cancelling ON run (id)
    WHERE cancel_requested_at IS NOT NULL AND state IN ('pending', 'starting', 'running');

CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    engine_id TEXT NOT NULL,
    state TEXT NOT NULL,
    pid INTEGER,
    pid_start INTEGER,
    claimed_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    exit_code INTEGER,
    error TEXT,
    UNIQUE (run_id, fence)
) STRICT;

CREATE TABLE occurrence (
    id INTEGER PRIMARY KEY,
    schedule_id INTEGER NOT NULL REFERENCES schedule(id) ON DELETE CASCADE,
    planned_at INTEGER NOT NULL,
    until_at INTEGER,
    count INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL CHECK (state IN ('planned', 'fired', 'merged', 'skipped', 'missed')),
    reason TEXT,
    late INTEGER NOT NULL DEFAULT 0,
    run_id INTEGER REFERENCES run(id) ON DELETE SET NULL,
    merged_into INTEGER,
    decided_at INTEGER NOT NULL,
    UNIQUE (schedule_id, planned_at)
) STRICT;
CREATE INDEX occurrence_by_run ON occurrence (run_id) WHERE run_id IS NOT NULL;

CREATE TABLE log_line (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    stream TEXT NOT NULL,
    level INTEGER NOT NULL DEFAULT 20,
    text TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_line_loud ON log_line (run_id, seq, level) WHERE level >= 30;

CREATE TABLE node (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    pid INTEGER NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    beat_at INTEGER NOT NULL,
    words TEXT NOT NULL DEFAULT ''
) STRICT;
"""


def up(migrator: Any, db: Any) -> None:
    """Create every table and index of a new store; `db` is the open peewee database."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            db.execute_sql(statement)
