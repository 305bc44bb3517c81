"""The verbs of pending actions: at once instead of later, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from engine.operations import followups
from engine.operations.registry import Act, Help, operation
from engine.rules.errors import shown
from engine.rules.names import plain_name
from engine.rules.wording import count_of
from store import journal
from store.enums import OccurrenceState, PendingState
from store.errors import Refused
from store.reads import triggers as reads
from store.schema import moved
from store.trigger_values import PendingAction

Ids = Annotated[int, Help("id of the action; several are one act", "ID")]

_DECIDE = """
UPDATE pending_action SET state = ?, reason = ?, decided_at = ?, act_id = ?, touched = ?
WHERE id = ? AND state = 'waiting'
"""
_WAITING = {"state": "waiting", "reason": None, "decided_at": None, "act_id": None, "touched": 0}


@operation("trigger act")
def act_now(act: Act, *actions: Ids) -> tuple[PendingAction, ...]:
    """Act now on what waits, instead of at its time; its condition is asked now too."""
    chosen = _waiting(act, actions)
    groups: dict[int, list[PendingAction]] = {}
    for each in chosen:
        if each.trigger_id is None:
            raise Refused(f"Action {each.id} is a date of an entity, and not a trigger's; it cannot be done early.")
        groups.setdefault(each.trigger_id, []).append(each)
    for trigger_id, rows in groups.items():
        _perform(act, trigger_id, rows)
    return _told(act, "done now", chosen)


@operation("trigger cancel")
def cancel(
    act: Act,
    *actions: Ids,
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
) -> tuple[PendingAction, ...]:
    """Cancel actions that wait: they are not done, and their line says who wanted it so."""
    chosen = _waiting(act, actions)
    words = plain_name(reason) if reason.strip() else ""
    why = f"cancelled by {act.actor.name}" + (f": {words}" if words else "")
    for each in chosen:
        if each.trigger_id is None:
            followups.pass_over(act, each.id)
    _decide(act, ((PendingState.WITHDRAWN, why, 0, each.id) for each in chosen))
    return _told(act, "cancelled", chosen)


def _perform(act: Act, trigger_id: int, rows: Sequence[PendingAction]) -> None:
    from engine.triggers import acting
    from engine.triggers.live import one

    live = one(act.connection, trigger_id)
    if live is None:
        raise Refused(f"The trigger {shown(rows[0].trigger)} is off, paused or broken; nothing was done.")
    things = {each.id: _things(act, live, each) for each in rows}
    outcome = acting.perform(act, live, [number for numbers in things.values() for number in numbers])
    touched = frozenset(outcome.touched)
    decisions = []
    for each in rows:
        count = len(touched.intersection(things[each.id]))
        if count:
            decisions.append((PendingState.ACTED, f"at once, by {act.actor.name}", count, each.id))
        else:
            left_out = next((outcome.left_out[number] for number in things[each.id] if number in outcome.left_out), "")
            decisions.append((PendingState.WITHDRAWN, left_out or outcome.fault or "nothing to do", 0, each.id))
    _decide(act, decisions)
    if live.schedule_id is not None:
        _account(act, live.schedule_id, decisions)


def _things(act: Act, live: Any, row: PendingAction) -> Sequence[int]:
    """Ids of what the action is for: one task, entity or run, or the tasks of a zone."""
    from engine.triggers.facts import facts_of, ids_of_scope
    from engine.triggers.schedules import ZONE
    from engine.triggers.subjects import number_of

    if not row.subject.startswith(ZONE):
        return [number_of(row.subject)]
    zone, numbers = row.subject.removeprefix(ZONE), ids_of_scope(act.connection, live.scope, live.scope_id)
    return [each.id for each in facts_of(act.connection, numbers).values() if live.zone_of(each) == zone]


def _account(act: Act, schedule_id: int, decisions: Iterable[tuple[PendingState, str, int, int]]) -> None:
    """What was planned by a schedule and done before its time has its line in the ledger now."""
    from engine import ledger

    lines = []
    for state, why, _, number in decisions:
        (row,) = reads.actions(act.connection, [number])
        fate = OccurrenceState.FIRED if state is PendingState.ACTED else OccurrenceState.SKIPPED
        lines.append((schedule_id, row.due_at, None, 1, fate.value, why, 0, None, None, act.now, None))
    ledger.write(act.connection, lines)


def _waiting(act: Act, numbers: Sequence[int]) -> list[PendingAction]:
    """The actions, if all of them wait still. Refused for the first that does not."""
    if not numbers:
        raise Refused("Name actions by their ids, as `trigger upcoming` lists them.")
    chosen = reads.actions(act.connection, numbers)
    known = {each.id for each in chosen}
    for number in numbers:
        if number not in known:
            raise Refused(f"There is no action {number}.")
    for each in chosen:
        if each.state is not PendingState.WAITING:
            why = f" ({shown(each.reason, 200)})" if each.reason else ""
            raise Refused(f"Action {each.id} does not wait any more: it was {each.state}{why}.")
    return chosen


def _decide(act: Act, decisions: Iterable[tuple[PendingState, str, int, int]]) -> None:
    """Write them with the act, so that history leads to it and undo lets them wait again.

    Rows of pending actions are not journaled: they follow others. What a person decides is.
    """
    for state, why, touched, number in decisions:
        act.connection.execute(_DECIDE, (state.value, why, act.now, act.id, touched, number))
        after = dict(zip(_WAITING, (state.value, why, act.now, act.id, touched), strict=True))
        journal.keep(act.connection, act.id, "pending_action", number, _WAITING, after)
    moved(act.connection, "pending_action")


def _told(act: Act, done: str, chosen: Sequence[PendingAction]) -> tuple[PendingAction, ...]:
    name = shown(chosen[0].trigger) if len({each.trigger for each in chosen}) == 1 else "several triggers"
    which = shown(chosen[0].subject_name) if len(chosen) == 1 else count_of(len(chosen), "action")
    journal.describe(act.connection, act.id, f"{done}: {name}, {which}")
    connection: sqlite3.Connection = act.connection
    return tuple(reads.actions(connection, [each.id for each in chosen]))
