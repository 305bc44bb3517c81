"""Lists and labels with their open tasks. Both are few: they are read whole."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from store.errors import Refused
from store.reads.task_moments import Moment, moment_of
from store.reads.task_rows import LIST_TREE
from store.values import Label, TaskList

_OPEN = "is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
_LISTS = f"""{LIST_TREE}
SELECT l.id, l.name, tree.path, l.parent_id, l.zone, l.position,
       (SELECT count(*) FROM task INDEXED BY task_open_by_list WHERE list_id = l.id AND {_OPEN}),
       (SELECT count(*) FROM task INDEXED BY task_open_by_list WHERE list_id = l.id AND {_OPEN} AND {{}}), l.rev
FROM tree JOIN task_list l ON l.id = tree.id
"""
_LABELS = f"""
SELECT l.id, l.name,
       (SELECT count(*) FROM task_label x JOIN task ON task.id = x.task_id WHERE x.label_id = l.id AND {_OPEN}), l.rev
FROM label l
"""


def listed(connection: sqlite3.Connection, now: date | Moment | None = None) -> tuple[TaskList, ...]:
    """Every list in the order of the tree; tasks that are late are counted if it is said when."""
    late, values = ("false", ()) if now is None else moment_of(now).late()
    rows = connection.execute(_LISTS.format(late), values).fetchall()
    by_parent: dict[int | None, list[Any]] = {}
    for row in sorted(rows, key=lambda row: (row[5], row[1].casefold())):
        by_parent.setdefault(row[3], []).append(row)
    found: list[TaskList] = []
    waiting = list(reversed(by_parent.get(None, [])))
    while waiting:
        row = waiting.pop()
        found.append(TaskList(*row))
        waiting += reversed(by_parent.get(row[0], []))
    return tuple(found)


def one(connection: sqlite3.Connection, number: int) -> TaskList:
    """The list of that id. Refused if there is none."""
    row = connection.execute(f"{_LISTS.format('false')} WHERE l.id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no list {number}.")
    return TaskList(*row)


def labels(connection: sqlite3.Connection) -> tuple[Label, ...]:
    """Every label, by name."""
    return tuple(Label(*row) for row in connection.execute(f"{_LABELS} ORDER BY l.name"))


def label(connection: sqlite3.Connection, number: int) -> Label:
    """The label of that id. Refused if there is none."""
    row = connection.execute(f"{_LABELS} WHERE l.id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no label {number}.")
    return Label(*row)
