"""What is late or due, in light rows: a board sorts ten thousand of them at once."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

from store.reads import tasks
from store.reads.task_moments import Moment
from store.reads.task_rows import snapshot
from store.reads.task_search import NOTHING, Filter
from store.titling import titled

MOST = 20_000
"""Tasks that are sorted in one go."""

Row = tuple[int, str, date, int | None, int | None, bool, bool, str, tuple[str, ...]]
"""id, title, due day, priority, template, whether that reopens its task, whether the day hangs on the entity, what it
is about, who does it."""

_THEIRS = """
(NOT EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = task.id)
 OR EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = task.id AND a.user_id = ?))
"""
_ROWS = f"""
SELECT task.id, {titled("task")}, task.deadline_date, task.priority, task.template_id, ifnull(sc.action = 'reopen', 0),
       task.deadline_event_id IS NOT NULL AND NOT task.deadline_by_hand,
       ifnull(task.object_class || ' ' || task.object_id, ''),
       (SELECT group_concat(u.name, char(31)) FROM task_assignee a JOIN user u ON u.id = a.user_id
        WHERE a.task_id = task.id)
FROM json_each(?) chosen CROSS JOIN task ON task.id = chosen.value
LEFT JOIN schedule sc ON sc.id = task.schedule_id AND task.template_id IS NOT NULL
WHERE ? OR {_THEIRS}
"""


def rows(
    connection: sqlite3.Connection, now: date | Moment, user_id: int | None, *, everybody: bool = False,
    sift: Filter = NOTHING,
) -> tuple[Row, ...]:  # fmt: skip
    """Open tasks that are visible, and late or due today, the oldest first, at most MOST: of that person and of nobody.

    Not for the thread of a screen.
    """
    with snapshot(connection):
        sections = (tasks.late(now), tasks.due_on(now))
        numbers = [number for section in sections for number in tasks.ids(connection, section, sift, MOST)]
        found = connection.execute(_ROWS, (json.dumps(numbers[:MOST]), everybody, user_id)).fetchall()
    return tuple(map(_row, found))


def count(connection: sqlite3.Connection, now: date | Moment, user_id: int | None, most: int = MOST) -> int:
    """How many tasks of that person and of nobody are late, counted up to `most`."""
    late = tasks.late(now)
    found = f"SELECT 1 FROM task INDEXED BY {late.index} WHERE {late.where} AND {_THEIRS} LIMIT ?"
    return int(connection.execute(f"SELECT count(*) FROM ({found})", (*late.values, user_id, most)).fetchone()[0])


def _row(found: Any) -> Row:
    number, name, due, priority, template, reopens, follows, about, people = found
    names = tuple(sorted(people.split("\x1f"))) if people else ()
    return number, name, date.fromisoformat(due), priority, template, bool(reopens), bool(follows), about, names
