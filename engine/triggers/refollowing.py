"""Which tasks a change of a definition concerns: a trigger, a list, a label, a person, a calendar, the store's zone."""

from __future__ import annotations

from engine.operations.registry import Act
from engine.triggers.facts import ids_of_scope
from store.enums import Scope

_CHANGED = "SELECT DISTINCT row_id FROM change WHERE act_id = ? AND id > ? AND kind = ?"
_WAITING = "SELECT DISTINCT task_id FROM pending_action WHERE state = 'waiting' AND task_id IS NOT NULL"
_ALL_SCOPES = """
SELECT DISTINCT scope, scope_id FROM "trigger" WHERE deleted_at IS NULL AND scope <> 'class'
"""
_EVERYWHERE = frozenset({"setting", "calendar", "calendar_day"})


def follow_definitions(act: Act, kinds: frozenset[str], since: int) -> frozenset[int]:
    """Ids of tasks to be planned anew although they did not change themselves."""
    found: set[int] = set()
    if "trigger" in kinds:
        found |= _of_triggers(act, since)
    if "task_list" in kinds:
        for number in _rows(act, since, "task_list"):
            found.update(ids_of_scope(act.connection, Scope.LIST, number))
    if "user" in kinds:
        for number in _rows(act, since, "user"):
            found.update(ids_of_scope(act.connection, Scope.USER, number))
            found |= _owned(act, number)
    if kinds & _EVERYWHERE:
        for scope, scope_id in act.connection.execute(_ALL_SCOPES).fetchall():
            found.update(ids_of_scope(act.connection, Scope(scope), scope_id))
    return frozenset(found)


def _rows(act: Act, since: int, kind: str) -> list[int]:
    return [row[0] for row in act.connection.execute(_CHANGED, (act.id, since, kind)).fetchall()]


def _of_triggers(act: Act, since: int) -> set[int]:
    """Tasks that are in the scope of a trigger that changed, and those for which it waits."""
    found: set[int] = set()
    for number in _rows(act, since, "trigger"):
        rows = act.connection.execute(f"{_WAITING} AND trigger_id = ?", (number,)).fetchall()
        found.update(row[0] for row in rows)
        scope = act.connection.execute('SELECT scope, scope_id FROM "trigger" WHERE id = ?', (number,)).fetchone()
        if scope is not None:
            found.update(ids_of_scope(act.connection, Scope(scope[0]), scope[1]))
    return found


def _owned(act: Act, user_id: int) -> set[int]:
    """Tasks of the triggers of a person, in whose zone they act where no list has one."""
    found: set[int] = set()
    rows = act.connection.execute(
        'SELECT DISTINCT scope, scope_id FROM "trigger" WHERE owner_id = ? AND deleted_at IS NULL', (user_id,)
    )
    for scope, scope_id in rows.fetchall():
        found.update(ids_of_scope(act.connection, Scope(scope), scope_id))
    return found
