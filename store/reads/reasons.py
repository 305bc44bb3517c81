"""What made a row: the facts behind `w` and `tickler why`, gathered in one read each."""

from __future__ import annotations

import sqlite3
from datetime import date

from store.frozen import value
from store.instants import Instant
from store.reads import schedules
from store.titling import titled
from store.values import Occurrence


@value
class TaskReason:
    """The events behind a task and what their fields hold now."""

    name: str
    object_class: str | None
    object_id: str | None
    object_name: str | None
    task_model: str | None
    created_at: Instant
    created_by: str | None
    trigger_type: str | None
    trigger_status: str | None
    trigger_field: str | None
    trigger_offset: str | None
    trigger_value: str | None
    trigger_at: Instant | None
    deadline_field: str | None
    deadline_offset: str | None
    deadline_value: str | None
    deadline_date: date | None
    visible_date: date
    deadline_by_hand: bool
    visible_by_hand: bool
    is_done: bool
    done_by: str | None
    done_date: date | None
    superseded_by_id: int | None
    superseded_at: Instant | None
    replaces_id: int | None
    schedule: str | None
    folded: int
    schedule_failures: int
    origin: str | None
    """What it is called in the file that it came from, `ics:UID`."""


_TASK = """
SELECT t.name, t.object_class, t.object_id, e.name, m.name, t.created_at, maker.name,
       tr.event_type, tr.entity_status, tr.entity_date_field, tr.offset, t.trigger_value, t.trigger_at,
       dl.entity_date_field, dl.offset,
       json_extract(e.dates, '$."' || dl.entity_date_field || '"'),
       t.deadline_date, t.visible_date,
       t.deadline_by_hand, t.visible_by_hand, t.is_done, doer.name, t.done_date,
       t.superseded_by_id, t.superseded_at,
       (SELECT max(old.id) FROM task old WHERE old.superseded_by_id = t.id),
       s.name, t.folded, ifnull(s.failures, 0), t.origin
FROM task t
LEFT JOIN schedule s ON s.id = t.schedule_id
LEFT JOIN entity e ON e.object_class = t.object_class AND e.object_id = t.object_id
LEFT JOIN task_model m ON m.id = t.task_model_id
LEFT JOIN task_event tr ON tr.id = t.trigger_event_id
LEFT JOIN task_event dl ON dl.id = t.deadline_event_id
LEFT JOIN user maker ON maker.id = t.created_by
LEFT JOIN user doer ON doer.id = t.done_by
WHERE t.id = ?
"""


def task_reason(connection: sqlite3.Connection, task_id: int) -> TaskReason | None:
    """Why a task exists and where its dates come from; None if there is no such task."""
    row = connection.execute(_TASK, (task_id,)).fetchone()
    if row is None:
        return None
    fields = list(row)
    fields[16], fields[17], fields[22] = _day(row[16]), date.fromisoformat(row[17]), _day(row[22])
    for flag in (18, 19, 20):
        fields[flag] = bool(row[flag])
    return TaskReason(*fields)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


MOST_NAMED = 1_000
"""Rows of one name are counted up to here."""

_NAMED = {
    "run": "SELECT id FROM run WHERE name = ? AND deleted_at IS NULL ORDER BY id DESC LIMIT ?",
    "task": f"SELECT id FROM task WHERE ?1 IN (name, {titled('task')}) AND deleted_at IS NULL AND superseded_at IS NULL"
    " ORDER BY id DESC LIMIT ?",
}


@value
class ScheduleFacts:
    """What else is known of a schedule: where it came from, its newest open run, the last that ended, its task.

    `maker`, `made_by`, `made_via` and `made_words` are actor, operation, door and words of the act that made it; empty
    once history is forgotten.
    """

    origin: str | None
    open_run: int | None
    open_state: str | None
    last_run: int | None
    last_state: str | None
    last_error: str | None
    task: int | None
    maker: str
    made_by: str
    made_via: str
    made_words: str


def schedule_facts(connection: sqlite3.Connection, schedule_id: int) -> ScheduleFacts:
    """Of a schedule that is there."""
    is_open = "r.state IN ('pending', 'starting', 'running')"
    running = connection.execute(
        "SELECT r.id, r.state FROM run r INDEXED BY run_open_by_schedule"
        f" WHERE r.schedule_id = ? AND {is_open} ORDER BY r.id DESC LIMIT 1",
        (schedule_id,),
    ).fetchone()
    ended = connection.execute(
        "SELECT r.id, r.state, ifnull(r.error, r.reason) FROM run r INDEXED BY run_by_schedule"
        f" WHERE r.schedule_id = ? AND NOT {is_open} ORDER BY r.id DESC LIMIT 1",
        (schedule_id,),
    ).fetchone()
    origin, task = connection.execute(
        "SELECT s.origin, (SELECT t.id FROM task t WHERE t.schedule_id = s.id AND t.is_done = 0"
        " AND t.deleted_at IS NULL) FROM schedule s WHERE s.id = ?",
        (schedule_id,),
    ).fetchone()
    made = made_by(connection, "schedule", schedule_id)
    open_run, open_state = running or (None, None)
    last_run, last_state, last_error = ended or (None, None, None)
    by = ("", "", "", "") if made is None else (made.actor, made.operation, made.via, made.words)
    return ScheduleFacts(origin, open_run, open_state, last_run, last_state, last_error, task, *by)


@value
class Made:
    """The act that made a row: who, when, by which operation and door, and its words."""

    actor: str
    at: Instant
    operation: str
    via: str
    words: str


def made_by(connection: sqlite3.Connection, table: str, row: int) -> Made | None:
    """The act that made a row of a table; None once history is forgotten."""
    found = connection.execute(
        "SELECT a.actor, a.at, a.operation, a.via, a.words FROM change c JOIN act a ON a.id = c.act_id"
        " WHERE c.kind = ? AND c.row_id = ? AND c.action = 'insert' ORDER BY c.id LIMIT 1",
        (table, row),
    ).fetchone()
    return None if found is None else Made(*found)


def occurrence(connection: sqlite3.Connection, number: int) -> Occurrence | None:
    """The line of the ledger with that id."""
    row = connection.execute("SELECT schedule_id, planned_at FROM occurrence WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    found = schedules.ledger(connection, row[0], before=row[1] + 1, limit=1)
    return found[0] if found else None


def last_occurrence(connection: sqlite3.Connection, schedule_id: int) -> int | None:
    """The id of the newest line of a schedule."""
    found = schedules.ledger(connection, schedule_id, limit=1)
    return found[0].id if found else None


def retried_as(connection: sqlite3.Connection, run_id: int) -> list[int]:
    """Runs that a person made to try this one again, oldest first; of the thousand runs after it."""
    rows = connection.execute(
        "SELECT id FROM (SELECT id, retry_of FROM run WHERE id > ? ORDER BY id LIMIT 1000) WHERE retry_of = ?",
        (run_id, run_id),
    ).fetchall()
    return [int(row[0]) for row in rows]


def named(connection: sqlite3.Connection, kind: str, name: str) -> list[int]:
    """Ids of the runs or tasks of that name, newest first."""
    return [int(row[0]) for row in connection.execute(_NAMED[kind], (name, MOST_NAMED)).fetchall()]
