"""What made a row: the facts behind `w` and `tickler why`, gathered in one read each."""

from __future__ import annotations

import sqlite3
from datetime import date

from store.frozen import value
from store.instants import Instant


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


_TASK = """
SELECT t.name, t.object_class, t.object_id, e.name, m.name, t.created_at, maker.name,
       tr.event_type, tr.entity_status, tr.entity_date_field, tr.offset, t.trigger_value, t.trigger_at,
       dl.entity_date_field, dl.offset,
       json_extract(e.dates, '$."' || dl.entity_date_field || '"'),
       t.deadline_date, t.visible_date,
       t.deadline_by_hand, t.visible_by_hand, t.is_done, doer.name, t.done_date,
       t.superseded_by_id, t.superseded_at,
       (SELECT max(old.id) FROM task old WHERE old.superseded_by_id = t.id),
       s.name, t.folded, ifnull(s.failures, 0)
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
