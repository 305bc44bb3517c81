"""Workflows: definitions with their versions, the graphs that are under way, and the steps they have taken.

Instants are microseconds UTC. `graph` is a definition as JSON (`engine.rules.workflows.graph`), `source` the text of
its Python file, kept so that a workflow goes on with the code it was started with. `is_over`: the run of the step has
ended and what follows has not begun; set with the end of the run, and taken back by the engine's next look.
"""

from __future__ import annotations

from typing import Any

STATEMENTS = """
CREATE TABLE workflow_definition (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    graph TEXT NOT NULL,
    source TEXT,
    origin TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL,
    is_current INTEGER NOT NULL DEFAULT 1,
    error TEXT,
    owner_id INTEGER REFERENCES user(id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    UNIQUE (name, version)
) STRICT;
CREATE UNIQUE INDEX workflow_definition_current ON workflow_definition (name)
    WHERE is_current = 1 AND deleted_at IS NULL;

CREATE TABLE workflow (
    id INTEGER PRIMARY KEY,
    definition_id INTEGER NOT NULL REFERENCES workflow_definition(id),
    name TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'needs attention', 'succeeded', 'cancelled')),
    reason TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    object_class TEXT,
    object_id TEXT,
    started_by INTEGER REFERENCES user(id) ON DELETE SET NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    steps INTEGER NOT NULL DEFAULT 0,
    dedupe_key TEXT UNIQUE,
    chain TEXT NOT NULL DEFAULT '',
    deleted_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 1,
    CHECK ((object_class IS NULL) = (object_id IS NULL))
) STRICT;
CREATE INDEX workflow_by_state ON workflow (state, id) WHERE deleted_at IS NULL;
CREATE INDEX workflow_by_definition ON workflow (definition_id, state, id);
CREATE INDEX workflow_by_object ON workflow (object_class, object_id) WHERE object_class IS NOT NULL;

CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    workflow_id INTEGER NOT NULL REFERENCES workflow(id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'starting', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
    reason TEXT,
    run_id INTEGER REFERENCES run(id) ON DELETE SET NULL,
    task_id INTEGER REFERENCES task(id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    done_at INTEGER,
    done_by INTEGER REFERENCES user(id) ON DELETE SET NULL,
    due_at INTEGER,
    deadline_at INTEGER,
    checks INTEGER NOT NULL DEFAULT 0,
    form TEXT,
    result TEXT,
    error TEXT,
    trace TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    is_over INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX step_of_workflow ON step (workflow_id, id);
CREATE INDEX step_open ON step (workflow_id, id) WHERE state IN ('pending', 'starting', 'running', 'waiting');
CREATE INDEX step_due ON step (due_at, id) WHERE state = 'waiting' AND due_at IS NOT NULL;
CREATE UNIQUE INDEX step_of_task ON step (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX step_of_run ON step (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX step_in_run ON step (run_id) WHERE state IN ('pending', 'starting', 'running') AND run_id IS NOT NULL;
CREATE UNIQUE INDEX step_join ON step (workflow_id, node) WHERE kind = 'join' AND state = 'waiting';
CREATE INDEX step_over ON step (run_id) WHERE is_over = 1;
CREATE INDEX step_ready ON step (workflow_id, id)
    WHERE kind = 'machine' AND state = 'pending' AND run_id IS NULL;
CREATE INDEX step_of_node ON step (workflow_id, node, id);
CREATE INDEX step_human ON step (task_id)
    WHERE kind = 'human' AND state = 'waiting' AND task_id IS NOT NULL;
CREATE INDEX step_failed ON step (workflow_id, id) WHERE state = 'failed';

CREATE TABLE step_parent (
    step_id INTEGER NOT NULL REFERENCES step(id) ON DELETE CASCADE,
    parent_id INTEGER NOT NULL REFERENCES step(id) ON DELETE CASCADE,
    PRIMARY KEY (step_id, parent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX step_children ON step_parent (parent_id);

CREATE TABLE step_error (
    id INTEGER PRIMARY KEY,
    step_id INTEGER NOT NULL REFERENCES step(id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    error TEXT NOT NULL,
    trace TEXT,
    run_id INTEGER REFERENCES run(id) ON DELETE SET NULL
) STRICT;
CREATE INDEX step_errors ON step_error (step_id, id);

ALTER TABLE user ADD COLUMN away_from TEXT;
ALTER TABLE user ADD COLUMN away_to TEXT;
ALTER TABLE user ADD COLUMN substitute_id INTEGER REFERENCES user(id) ON DELETE SET NULL;
"""


def up(migrator: Any, db: Any) -> None:
    """Add what is new; nothing that is there acts differently."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            db.execute_sql(statement)
