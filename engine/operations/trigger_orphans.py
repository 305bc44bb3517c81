"""What becomes of triggers when the thing they hang on is deleted or gets another name.

A trigger that is for a label, a list, a person or a class goes with it, and comes back with it on undo: it was a part
of that thing. One that only names it, in its action or its condition, stays and is marked with what it misses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from engine.operations.registry import Act
from engine.operations.trigger_rows import arm, remove
from engine.rules.errors import BadValue, shown
from engine.rules.wording import count_of
from store.enums import OF_RUNS, Scope, TriggerEvent
from store.reads import triggers as reads
from store.reads.triggers import BY_ID

_SCOPES = {"label": Scope.LABEL, "task_list": Scope.LIST, "user": Scope.USER, "entity_class": Scope.CLASS}
_NOUNS = {"label": "label", "task_list": "list", "user": "user", "schedule": "schedule"}
_EVENTS: dict[str, frozenset[TriggerEvent]] = {"label": frozenset({TriggerEvent.LABEL}), "schedule": OF_RUNS}
_LIVE = 'SELECT {} FROM "trigger" WHERE deleted_at IS NULL AND error IS NULL'


def let_go(act: Act, table: str, number: int, name: str) -> str:
    """Call it after the row of `table` was deleted. What was done, to put behind the words of the act."""
    gone = _go_along(act, table, number, name)
    why = f"the {_NOUNS.get(table, table)} {shown(name)} was deleted"
    broken = _mark(act, _naming(act, table, number), why) + check_conditions(act)
    words = f" with {count_of(gone, 'trigger')}" if gone else ""
    return words + (f"; {count_of(broken, 'trigger')} stopped, which named it" if broken else "")


def check_conditions(act: Act) -> int:
    """Mark the triggers whose conditions name what is not there any more; how many. Call it after a change of names.

    Those about entities name fields alone.
    """
    rows = act.connection.execute(
        'SELECT t.id, t.condition, u.name FROM "trigger" t LEFT JOIN user u ON u.id = t.owner_id'
        " WHERE t.condition <> '' AND t.deleted_at IS NULL AND t.error IS NULL AND t.event NOT IN ('status', 'field')"
    ).fetchall()
    if not rows:
        return 0
    from engine.filtering import understand

    count = 0
    for number, condition, owner in rows:
        try:
            understand(act.connection, condition, act.today, owner or "nobody")
        except BadValue as fault:
            count += _mark(act, [number], f"its condition cannot be understood: {fault}")
    return count


def _go_along(act: Act, table: str, number: int, name: str) -> int:
    if table not in _SCOPES:
        return 0
    rows = act.connection.execute(
        'SELECT id FROM "trigger" WHERE scope = ? AND scope_id = ? AND deleted_at IS NULL',
        (_SCOPES[table].value, number),
    ).fetchall()
    for row in rows:
        remove(act, reads.trigger(act.connection, row[0]), f"the {_SCOPES[table]} {shown(name)} was deleted")
    return len(rows)


def _naming(act: Act, table: str, number: int) -> list[int]:
    """Triggers whose action or event names the row, by the ids that are kept of it."""
    keys = [key for key, (_, of) in BY_ID.items() if of == table]
    events = _EVENTS.get(table, frozenset())
    found = []
    for trigger, event, value, params in act.connection.execute(_LIVE.format("id, event, event_value, params")):
        stored = json.loads(params)
        named = [each for key in keys for each in _ids(stored.get(key))]
        if number in named or (event in events and value == str(number)):
            found.append(int(trigger))
    return found


def _ids(kept: object) -> list[object]:
    return kept if isinstance(kept, list) else [kept]


def _mark(act: Act, numbers: Iterable[int], why: str) -> int:
    """No notice: whoever deletes or renames is told by the words of the act."""
    count = 0
    for number in numbers:
        count += act.connection.execute(
            'UPDATE "trigger" SET error = ?, rev = rev + 1 WHERE id = ? AND error IS NULL', (why, number)
        ).rowcount
        arm(act, number)
    return count
