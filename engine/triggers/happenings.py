"""What happened to tasks in an act, told by the journal: whichever way it was written, nothing is overlooked."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection

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
    events: dict[TriggerEvent, frozenset[int]]
    labels: dict[int, frozenset[int]]
    kinds: frozenset[str]

    def of(self, event: TriggerEvent) -> frozenset[int]:
        """The tasks that had that event."""
        return self.events.get(event, frozenset())


def newest_change(connection: sqlite3.Connection) -> int:
    """The id of the newest change; what happens after it is new."""
    return int(connection.execute("SELECT ifnull(max(id), 0) FROM change").fetchone()[0])


def happened(connection: sqlite3.Connection, act: int, since: int, made: Collection[int] = ()) -> Happened:
    """What the act changed after the change `since`, and the tasks `made` that left no change (`store.schema.hush`)."""
    kinds = connection.execute("SELECT DISTINCT kind FROM change WHERE act_id = ? AND id > ?", (act, since))
    tasks: set[int] = set()
    events: dict[TriggerEvent, set[int]] = defaultdict(set)
    labels: dict[int, set[int]] = defaultdict(set)
    found = frozenset(row[0] for row in kinds.fetchall())
    for kind, row_id, action, before, after in connection.execute(_CHANGES, (act, since)).fetchall():
        if kind == "task":
            tasks.add(row_id)
            if event := _event(action, before, after):
                events[event].add(row_id)
        elif action == "delete":
            tasks.add(int(parse(before)["task_id"] or 0))
    for table, column in (("task_label", "label_id"), ("task_assignee", "user_id")):
        if table not in found:
            continue
        for task, other in connection.execute(_LINKS.format(table=table, column=column), (act, since)).fetchall():
            tasks.add(task)
            if table == "task_label":
                labels[other].add(task)
    if made:
        tasks.update(made)
        events[TriggerEvent.CREATED].update(made)
        query = "SELECT label_id, task_id FROM task_label WHERE task_id IN (SELECT value FROM json_each(?))"
        for label, task in connection.execute(query, (json.dumps(list(made)),)).fetchall():
            labels[label].add(task)
        found |= {"task"}
    return Happened(
        frozenset(tasks),
        {event: frozenset(numbers) for event, numbers in events.items()},
        {label: frozenset(numbers) for label, numbers in labels.items()},
        found,
    )


def _event(action: str, before: str | None, after: str | None) -> TriggerEvent | None:
    """A task that was made or came back, was done, opened again or deleted; anything else is no event."""
    if action == "insert":
        return TriggerEvent.CREATED
    if action != "update" or after is None:
        return None
    if "deleted_at=" not in after and "is_done=" not in after:
        return None
    now = parse(after)  # the words may stand in a name
    if "deleted_at" in now:
        return TriggerEvent.CREATED if now["deleted_at"] is None else TriggerEvent.DELETED
    if "is_done" in now:
        return TriggerEvent.COMPLETED if now["is_done"] else TriggerEvent.REOPENED
    return None
