"""Tasks as frozen values: the columns of a row, listed once, and tasks by their ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from store.enums import TaskKind
from store.titling import titled
from store.values import CheckItem, Task

_CHUNK = 2_000
_BETWEEN = "\x1f"
"""Stands between names; no name holds a control character."""

LIST_TREE = """
WITH RECURSIVE tree (id, path, depth) AS (
    SELECT id, name, 0 FROM task_list WHERE parent_id IS NULL AND deleted_at IS NULL
    UNION ALL
    SELECT l.id, tree.path || '/' || l.name, depth + 1 FROM tree JOIN task_list l ON l.parent_id = tree.id
    WHERE l.deleted_at IS NULL AND depth < 50
)
"""
"""Begins a query about lists as they lie in each other."""

_LIST, _PATH = 33, 34
"""Where a row has the id of its list and the name, in the place of which people read the path."""

_SELECT = f"""
SELECT t.id, t.name, t.kind, t.is_done, doer.name, t.done_date, t.visible_date, t.deadline_date,
       t.visible_by_hand, t.deadline_by_hand, t.has_task_model, t.task_model_id, m.name, t.tasks_group_name,
       t.trigger_event_id, tr.name, t.trigger_at, t.deadline_event_id, dl.name,
       t.object_class, t.object_id, e.name, e.status, team.name,
       (SELECT group_concat(u.name, char(31)) FROM task_assignee a JOIN user u ON u.id = a.user_id
        WHERE a.task_id = t.id),
       t.notes, t.superseded_by_id, t.superseded_at, t.deleted_at, t.created_at,
       t.start_date, t.deadline_time, t.done_at, t.list_id, li.name,
       (SELECT group_concat(l.name, char(31)) FROM task_label x JOIN label l ON l.id = x.label_id
        WHERE x.task_id = t.id),
       t.priority, t.checklist, t.template_id, iif(t.template_id IS NULL, NULL, sc.name), t.schedule_id, sc.name,
       t.planned_at, t.is_edited, t.folded, t.shift_words, t.rev, {titled("t")},
       (SELECT s.id FROM step s WHERE s.task_id = t.id)
FROM json_each(?) chosen CROSS JOIN task t ON t.id = chosen.value
LEFT JOIN user doer ON doer.id = t.done_by
LEFT JOIN task_model m ON m.id = t.task_model_id
LEFT JOIN task_event tr ON tr.id = t.trigger_event_id
LEFT JOIN task_event dl ON dl.id = t.deadline_event_id
LEFT JOIN entity e ON e.object_class = t.object_class AND e.object_id = t.object_id
LEFT JOIN team ON team.id = e.team_id
LEFT JOIN task_list li ON li.id = t.list_id
LEFT JOIN schedule sc ON sc.id = t.schedule_id
"""
"""The array is the outermost loop (CROSS JOIN), so rows come in its order without being sorted."""


def one(connection: sqlite3.Connection, task_id: int) -> Task | None:
    """The task of that id, superseded and deleted ones too; None if there never was one."""
    found = many(connection, (task_id,))
    return found[0] if found else None


def many(connection: sqlite3.Connection, ids: Sequence[int]) -> tuple[Task, ...]:
    """The tasks of these ids in their order; ids without a task are left out."""
    rows = [
        row
        for start in range(0, len(ids), _CHUNK)
        for row in connection.execute(_SELECT, (json.dumps(list(ids[start : start + _CHUNK])),))
    ]
    if any(row[_LIST] is not None for row in rows):
        paths = list_paths(connection)
        rows = [(*row[:_PATH], paths.get(row[_LIST], row[_PATH]), *row[_PATH + 1 :]) for row in rows]
    return tuple(map(_task, rows))


def list_paths(connection: sqlite3.Connection) -> dict[int, str]:
    """The path of every list, `house/garden`, by its id."""
    return dict(connection.execute(LIST_TREE + "SELECT id, path FROM tree").fetchall())


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Several reads that see the same store, whoever writes meanwhile."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def _task(row: Any) -> Task:
    fields = list(row)
    fields[2] = _KINDS[row[2]]
    for flag in (3, 8, 9, 10, 43):
        fields[flag] = row[flag] == 1
    for day in (5, 6, 7, 30):
        if row[day] is not None:
            fields[day] = date.fromisoformat(row[day])
    for names in (24, 35):
        fields[names] = tuple(sorted(row[names].split(_BETWEEN))) if row[names] else ()
    fields[37] = () if row[37] == "[]" else tuple(CheckItem(text, is_done) for text, is_done in json.loads(row[37]))
    return Task(*fields)


_KINDS = {str(kind): kind for kind in TaskKind}
