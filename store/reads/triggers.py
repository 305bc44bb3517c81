"""Triggers with the names of what they hang on, and their actions: those to come and those decided."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from store.enums import OF_RUNS, PendingState, Roll, Scope, TriggerAction, TriggerEvent
from store.errors import Refused
from store.instants import Instant
from store.reads.task_rows import list_paths
from store.titling import titled
from store.trigger_values import PendingAction, Trigger

COUNTED = 100_000
"""Actions that wait for one trigger are counted up to so many."""

_SELECT = f"""
SELECT t.id, t.name, t.description, t.scope, t.scope_id, t.event, t.event_value, t.delay, t.roll, c.name, t.condition,
       t.action, t.params, t.schedule_id, s.spec, t.zone, s.start_at, s.end_at, s.max_count, u.name, t.is_enabled,
       t.pause_reason, t.paused_until, t.error,
       (SELECT min(p.due_at) FROM pending_action p WHERE p.trigger_id = t.id AND p.state = 'waiting'),
       t.last_at, t.times,
       (SELECT count(*) FROM (SELECT 1 FROM pending_action p WHERE p.trigger_id = t.id AND p.state = 'waiting'
        LIMIT {COUNTED})),
       t.created_at, t.deleted_at, t.rev
FROM "trigger" t LEFT JOIN schedule s ON s.id = t.schedule_id
LEFT JOIN calendar c ON c.id = t.calendar_id LEFT JOIN user u ON u.id = t.owner_id
"""
_ABOVE = """
WITH RECURSIVE above (id) AS (
    SELECT list_id FROM task WHERE id = :id AND list_id IS NOT NULL
    UNION SELECT l.parent_id FROM task_list l JOIN above ON l.id = above.id WHERE l.parent_id IS NOT NULL
)
"""
_OF_TASK = f"""{_ABOVE}
SELECT id FROM "trigger" WHERE deleted_at IS NULL AND (
    scope = 'all' OR (scope = 'task' AND scope_id = :id) OR (scope = 'list' AND scope_id IN above)
    OR (scope = 'label' AND scope_id IN (SELECT label_id FROM task_label WHERE task_id = :id))
    OR (scope = 'user' AND scope_id IN (SELECT user_id FROM task_assignee WHERE task_id = :id)))
"""
_ACTIONS = f"""
SELECT p.id, p.trigger_id,
       coalesce(t.name, (SELECT group_concat(m.name, ', ') || iif(count(*) > 1, ' appear', ' appears')
                         FROM task_model m WHERE m.trigger_event_id = e.id AND m.is_active
                           AND (m.team_id IS NULL OR m.team_id = n.team_id)), e.name, ''), t.action, p.subject,
       CASE WHEN p.task_id IS NOT NULL THEN {titled("task")}
            WHEN p.entity_id IS NOT NULL THEN iif(n.name = '', n.object_class || ' ' || n.object_id, n.name)
            WHEN p.subject LIKE 'run:%' THEN ifnull((SELECT 'run ' || r.id || ' of ' || r.name FROM run r
                                                     WHERE r.id = substr(p.subject, 5)), p.subject)
            WHEN p.subject LIKE 'schedule:%' THEN ifnull((SELECT s.name FROM schedule s
                                                          WHERE s.id = substr(p.subject, 10)), p.subject)
            WHEN p.subject LIKE 'workflow:%' THEN ifnull((
              SELECT 'workflow ' || w.id || ', ' || d.name || iif(w.name = '', '', ' (' || w.name || ')')
              FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id
              WHERE w.id = substr(p.subject, 10)), p.subject)
            ELSE substr(p.subject, instr(p.subject, ':') + 1) END,
       p.task_id, p.entity_id, p.due_at, p.made_at, p.state, p.reason, p.decided_at, p.missed_at, p.act_id, p.touched
FROM pending_action p LEFT JOIN "trigger" t ON t.id = p.trigger_id LEFT JOIN task_event e ON e.id = p.task_event_id
LEFT JOIN task ON task.id = p.task_id LEFT JOIN entity n ON n.id = p.entity_id
"""
_ORDER = {Scope.TASK: 0, Scope.LIST: 1, Scope.LABEL: 2, Scope.USER: 3, Scope.CLASS: 4, Scope.ALL: 5}


def trigger(connection: sqlite3.Connection, number: int) -> Trigger:
    """The trigger of that id, deleted ones too."""
    found = _read(connection, "WHERE t.id = ?", (number,))
    if not found:
        raise Refused(f"There is no trigger {number}.")
    return found[0]


def named(connection: sqlite3.Connection, name: str) -> Trigger | None:
    """The trigger of that name, if there is one that is not deleted."""
    found = _read(connection, "WHERE t.name = ? AND t.deleted_at IS NULL", (name,))
    return found[0] if found else None


def page(
    connection: sqlite3.Connection,
    after: str | None = None,
    limit: int = 100,
    *,
    before: str | None = None,
    offset: int = 0,
    text: str = "",
    scope: Scope | None = None,
    scope_id: int | None = None,
    scope_ids: Sequence[int] | None = None,
) -> list[Trigger]:
    """Triggers by name: the first `limit`, those after a name, or the nearest before one; as `schedules.page`.

    `text` must be part of the name; `scope` and `scope_id` are those for one list, label, user, task or class alone,
    `scope_ids` for one of several. `offset` is for far jumps only.
    """
    terms, values = ["deleted_at IS NULL"], list[Any]()
    for term, given in (("name > ?", after), ("name < ?", before), ("scope = ?", scope), ("scope_id = ?", scope_id)):
        if given is not None:
            terms, values = [*terms, term], [*values, given]
    if scope_ids is not None:
        terms, values = [*terms, "scope_id IN (SELECT value FROM json_each(?))"], [*values, json.dumps(list(scope_ids))]
    if text:
        terms, values = [*terms, "instr(lower(name), lower(?)) > 0"], [*values, text]
    order = "ASC" if before is None else "DESC"
    rows = connection.execute(
        f'SELECT id FROM "trigger" WHERE {" AND ".join(terms)} ORDER BY name {order} LIMIT ? OFFSET ?',
        (*values, limit, offset),
    ).fetchall()
    return _these(connection, [row[0] for row in rows])


def count(connection: sqlite3.Connection, text: str = "", most: int = 10_000) -> int:
    """How many triggers there are whose name holds `text`, counted up to `most`."""
    row = connection.execute(
        'SELECT count(*) FROM (SELECT 1 FROM "trigger" WHERE deleted_at IS NULL'
        " AND (? = '' OR instr(lower(name), lower(?)) > 0) LIMIT ?)",
        (text, text, most),
    ).fetchone()
    return int(row[0])


def names(connection: sqlite3.Connection) -> list[str]:
    """Names of the triggers that are not deleted, the first thousand."""
    rows = connection.execute('SELECT name FROM "trigger" WHERE deleted_at IS NULL ORDER BY name LIMIT 1000')
    return [str(row[0]) for row in rows]


def of_task(connection: sqlite3.Connection, task_id: int) -> list[Trigger]:
    """All whose scope the task is in, the nearest first: itself, its lists, its labels, its people, all tasks."""
    rows = connection.execute(_OF_TASK, {"id": task_id}).fetchall()
    return sorted(_these(connection, [row[0] for row in rows]), key=lambda each: _ORDER[each.scope])


def upcoming(
    connection: sqlite3.Connection,
    *,
    after: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
    limit: int = 100,
    trigger_id: int | None = None,
    task_id: int | None = None,
    until: int | None = None,
    text: str = "",
    offset: int = 0,
) -> list[PendingAction]:
    """Actions that wait, the next first: after a (due_at, id), or the nearest before one, in the same order.

    `until` is the last instant, microseconds UTC; `text` must be part of the name of the trigger or of its subject.
    `offset` is for far jumps only.
    """
    terms, values = ["p.state = 'waiting'"], list[Any]()
    for mark, place in (">", after), ("<", before):
        if place is not None:
            terms, values = [*terms, f"(p.due_at, p.id) {mark} (?, ?)"], [*values, *place]
    if until is not None:
        terms, values = [*terms, "p.due_at <= ?"], [*values, until]
    terms, values = _of(terms, values, trigger_id, task_id, text)
    order = "ASC" if before is None else "DESC"
    rows = connection.execute(
        f"{_ACTIONS} WHERE {' AND '.join(terms)} ORDER BY p.due_at {order}, p.id {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    found = [_action(row) for row in rows]
    return found if before is None else found[::-1]


def decided(
    connection: sqlite3.Connection,
    *,
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 100,
    trigger_id: int | None = None,
    task_id: int | None = None,
    text: str = "",
    offset: int = 0,
) -> list[PendingAction]:
    """Actions that were done or withdrawn, the newest first, each with its reason; those before a (decided_at, id).

    `after` one: the nearest that are newer, in the same order. `text` and `offset` as for `upcoming`.
    """
    terms, values = ["p.decided_at IS NOT NULL"], list[Any]()
    for mark, place in ("<", before), (">", after):
        if place is not None:
            terms, values = [*terms, f"(p.decided_at, p.id) {mark} (?, ?)"], [*values, *place]
    terms, values = _of(terms, values, trigger_id, task_id, text)
    order = "DESC" if after is None else "ASC"
    rows = connection.execute(
        f"{_ACTIONS} WHERE {' AND '.join(terms)} ORDER BY p.decided_at {order}, p.id {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    found = [_action(row) for row in rows]
    return found if after is None else found[::-1]


def actions(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[PendingAction]:
    """The actions of these ids, in the order of their time; one that is gone is not there."""
    rows = connection.execute(
        f"{_ACTIONS} WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.due_at, p.id",
        (json.dumps(list(numbers)),),
    )
    return [_action(row) for row in rows.fetchall()]


def _of(
    terms: list[str], values: list[Any], trigger_id: int | None, task_id: int | None, text: str
) -> tuple[list[str], list[Any]]:
    for term, given in (("p.trigger_id = ?", trigger_id), ("p.task_id = ?", task_id)):
        if given is not None:
            terms, values = [*terms, term], [*values, given]
    if text:
        sought = f"instr(lower(ifnull(t.name, e.name) || ' ' || ifnull({titled('task')}, p.subject)), lower(?)) > 0"
        terms, values = [*terms, sought], [*values, text]
    return terms, values


def _these(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Trigger]:
    if not numbers:
        return []
    which = "WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.name"
    return _read(connection, which, (json.dumps(list(numbers)),))


def _read(connection: sqlite3.Connection, which: str, values: Sequence[Any]) -> list[Trigger]:
    rows = connection.execute(f"{_SELECT} {which}", tuple(values)).fetchall()
    if not rows:
        return []
    names_of = _Names(connection)
    return [_trigger(row, names_of) for row in rows]


class _Names:
    """What the ids of triggers are called now; each kind of thing is read at most once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._paths: dict[int, str] | None = None

    def of(self, table: str, number: object) -> str | None:
        """Its name, a list's path; None if it is gone for good."""
        if number is None:
            return None
        if table == "task":
            return str(number)
        if table == "task_list":
            self._paths = list_paths(self._connection) if self._paths is None else self._paths
            if number in self._paths:
                return self._paths[int(str(number))]
        row = self._connection.execute(f"SELECT name FROM {table} WHERE id = ?", (number,)).fetchone()
        return None if row is None else str(row[0])

    def params(self, stored: dict[str, object]) -> dict[str, object]:
        """The parameters as people read them: what is kept by id under the name that it has now."""
        found = {key: given for key, given in stored.items() if key not in BY_ID}
        for kept, (key, table) in BY_ID.items():
            given = stored.get(kept)
            if isinstance(given, list):
                found[key] = sorted(name for each in given if (name := self.of(table, each)) is not None)
            elif given is not None:
                found[key] = self.of(table, given) or stored.get(key)
        return found


BY_ID = {
    "label_id": ("label", "label"),
    "schedule_id": ("schedule", "schedule"),
    "to_id": ("to", "user"),
    "list_id": ("list", "task_list"),
    "label_ids": ("labels", "label"),
    "assignee_ids": ("assignees", "user"),
}
"""Key of a stored parameter that holds ids -> the key that people read instead, and the table of what it names."""

_TABLES = {
    Scope.TASK: "task",
    Scope.LIST: "task_list",
    Scope.LABEL: "label",
    Scope.USER: "user",
    Scope.CLASS: "entity_class",
}


def _event_value(event: TriggerEvent, kept: str | None, names_of: _Names) -> str | None:
    if kept is None or event not in (TriggerEvent.LABEL, *OF_RUNS):
        return kept
    return names_of.of("label" if event is TriggerEvent.LABEL else "schedule", int(kept))


def _trigger(row: Sequence[Any], names_of: _Names) -> Trigger:
    (
        number, name, description, scope, scope_id, event, event_value, delay, roll, calendar, condition, action,
        params, schedule_id, spec, zone, start_at, end_at, max_count, owner, is_enabled, pause_reason, paused_until,
        error, next_at, last_at, times, waiting, created_at, deleted_at, rev,
    ) = row  # fmt: skip
    scope, event = Scope(scope), TriggerEvent(event)
    return Trigger(
        number, name, description, scope, scope_id, names_of.of(_TABLES.get(scope, ""), scope_id), event,
        _event_value(event, event_value, names_of), delay, Roll(roll), calendar, condition, TriggerAction(action),
        names_of.params(json.loads(params)), schedule_id, spec, zone, _at(start_at), _at(end_at), max_count, owner,
        bool(is_enabled), pause_reason, _at(paused_until), error, _at(next_at), _at(last_at), times, waiting,
        Instant(created_at), _at(deleted_at), rev,
    )  # fmt: skip


def _action(row: Sequence[Any]) -> PendingAction:
    (
        number, trigger_id, name, action, subject, subject_name, task_id, entity_id, due_at, made_at, state, reason,
        decided_at, missed_at, act_id, touched,
    ) = row  # fmt: skip
    return PendingAction(
        number, trigger_id, name, TriggerAction(action) if action else None, subject, subject_name or "", task_id,
        entity_id, Instant(due_at), Instant(made_at), PendingState(state), reason, _at(decided_at), _at(missed_at),
        act_id, touched,
    )  # fmt: skip


def _at(us: int | None) -> Instant | None:
    return None if us is None else Instant(us)
