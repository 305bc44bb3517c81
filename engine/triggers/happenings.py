"""What happened to tasks in an act, told by the journal: whichever way it was written, nothing is overlooked."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from store.enums import TriggerEvent
from store.frozen import value
from store.journal import parse

_CHANGES = """
SELECT c.kind, c.row_id, c.action, c.before, c.after FROM change c
WHERE c.act_id = ? AND c.id > ? AND c.kind IN ('task', 'task_label', 'task_assignee') ORDER BY c.id
"""
_LINKS = """
SELECT x.task_id, x.{column} FROM change c JOIN {table} x ON x.id = c.row_id
WHERE c.act_id = ? AND c.id > ? AND c.kind = '{table}' AND c.action = 'insert'
"""


@value
class Happened:
    """`tasks` are all that changed. `events` says which had which event; `labels` the tasks that got a label, by it."""

    tasks: frozenset[int]
    events: dict[TriggerEvent, tuple[int, ...]]
    labels: dict[int, tuple[int, ...]]
    kinds: frozenset[str]


def newest_change(connection: sqlite3.Connection) -> int:
    """The id of the newest change; what happens after it is new."""
    return int(connection.execute("SELECT ifnull(max(id), 0) FROM change").fetchone()[0])


def happened(connection: sqlite3.Connection, act: int, since: int) -> Happened:
    """What the act changed after the change `since`."""
    kinds = connection.execute("SELECT DISTINCT kind FROM change WHERE act_id = ? AND id > ?", (act, since))
    tasks: set[int] = set()
    events: dict[TriggerEvent, dict[int, None]] = defaultdict(dict)
    labels: dict[int, dict[int, None]] = defaultdict(dict)
    found = frozenset(row[0] for row in kinds.fetchall())
    for kind, row_id, action, before, after in connection.execute(_CHANGES, (act, since)).fetchall():
        if kind == "task":
            tasks.add(row_id)
            if event := _event(action, before, after):
                events[event][row_id] = None
        elif action == "delete":
            tasks.add(int(parse(before)["task_id"] or 0))
    for table, column in (("task_label", "label_id"), ("task_assignee", "user_id")):
        if table not in found:
            continue
        for task, other in connection.execute(_LINKS.format(table=table, column=column), (act, since)).fetchall():
            tasks.add(task)
            if table == "task_label":
                labels[other][task] = None
    return Happened(
        frozenset(tasks),
        {event: tuple(numbers) for event, numbers in events.items()},
        {label: tuple(numbers) for label, numbers in labels.items()},
        found,
    )


def _event(action: str, before: str | None, after: str | None) -> TriggerEvent | None:
    """A task that was made or came back, was done, opened again or deleted; anything else is no event."""
    if action == "insert":
        return TriggerEvent.CREATED
    if action != "update" or after is None:
        return None
    if "deleted_at=" in after:
        return TriggerEvent.CREATED if parse(after).get("deleted_at") is None else TriggerEvent.DELETED
    if "is_done=" in after:
        return TriggerEvent.COMPLETED if parse(after).get("is_done") else TriggerEvent.REOPENED
    return None
