"""A status that an entity took: which triggers it calls, and what of them waits."""

from __future__ import annotations

from collections.abc import Sequence

from engine.operations.registry import Act
from engine.rules.offsets import shift_instant
from engine.rules.zones import wall_instant
from engine.triggers.live import Live, of_event
from store.enums import Roll, Scope, TriggerEvent
from store.instants import to_us
from store.schema import moved

OTHER = "its status is another one now"

_TAKEN = """
SELECT s.entity_id, s.status, k.id FROM change c JOIN status_change s ON s.id = c.row_id
JOIN entity e ON e.id = s.entity_id JOIN entity_class k ON k.name = e.object_class
WHERE c.act_id = ? AND c.id > ? AND c.kind = 'status_change' AND c.action = 'insert' AND s.is_noted = 0 ORDER BY s.id
"""
_PLAN = """
INSERT INTO pending_action (trigger_id, subject, entity_id, due_at, made_at, cause_id, chain)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trigger_id, subject, due_at) DO UPDATE
SET state = 'waiting', reason = NULL, decided_at = NULL, made_at = excluded.made_at, cause_id = excluded.cause_id
WHERE state = 'withdrawn' AND act_id IS NULL
"""
_CHANGED = """
SELECT p.id, p.state FROM pending_action p JOIN "trigger" t ON t.id = p.trigger_id AND t.event = 'status'
JOIN entity e ON e.id = p.entity_id
WHERE p.entity_id IN (SELECT row_id FROM change WHERE act_id = :act AND id > :since AND kind = 'entity')
  AND ((p.state = 'waiting' AND e.status IS NOT t.event_value)
       OR (:again AND p.state = 'withdrawn' AND p.reason = :why AND p.due_at > :now AND e.status = t.event_value))
"""


def called(act: Act, kinds: frozenset[str], since: int) -> list[tuple[Live, list[int]]]:
    """The triggers of a status that entities took after the change `since`, and of which entities."""
    waiting = of_event(act.connection, (TriggerEvent.STATUS,)) if "status_change" in kinds else ()
    if not waiting:
        return []
    taken = act.connection.execute(_TAKEN, (act.id, since)).fetchall()
    found = []
    for live in waiting:
        is_of_all = live.scope is Scope.ALL
        mine = dict.fromkeys(
            number
            for number, status, kind in taken
            if status == live.event_value and (is_of_all or kind == live.scope_id)
        )
        if mine:
            found.append((live, list(mine)))
    return found


def plan(act: Act, live: Live, numbers: Sequence[int], chain: str) -> None:
    """What the status brings after a delay."""
    at = shift_instant(act.at, live.delay, live.zone, live.days)
    if live.days is not None and live.roll is not Roll.NONE:
        day = live.days.roll(at.date(), live.roll) or at.date()
        at = (
            at
            if day == at.date()
            else wall_instant(at.replace(year=day.year, month=day.month, day=day.day, tzinfo=None), live.zone)
        )
    due = to_us(at)
    act.connection.executemany(
        _PLAN, [(live.id, f"entity:{each}", each, due, act.now, act.id, chain) for each in numbers]
    )
    moved(act.connection, "pending_action")


def follow(act: Act, kinds: frozenset[str], since: int, *, again: bool = False) -> None:
    """What waits for a status is withdrawn when the entity has another one; `again`: undo and redo bring it back."""
    if "entity" not in kinds:
        return
    values = {"act": act.id, "since": since, "again": again, "why": OTHER, "now": act.now}
    rows = act.connection.execute(_CHANGED, values).fetchall()
    for number, state in rows:
        row = ("withdrawn", OTHER, act.now, number) if state == "waiting" else ("waiting", None, None, number)
        act.connection.execute("UPDATE pending_action SET state = ?, reason = ?, decided_at = ? WHERE id = ?", row)
    if rows:
        moved(act.connection, "pending_action")
