"""Why a trigger acts or does not, why an action was done or withdrawn, and which triggers have touched a task."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from engine.operations.registry import Look
from engine.rules.errors import shown
from engine.rules.triggers.words import action_text, origin_words, sentence, state_word
from engine.rules.wording import count_of, instant_words
from store.enums import PendingState
from store.errors import Refused
from store.instants import Instant, from_us
from store.reads import triggers as reads
from store.trigger_values import PendingAction, Trigger

LAST, NEXT = 3, 3
"""Actions of a task that are told: what was decided, what is to come."""

_MADE = """
SELECT g.name, a.at FROM change c JOIN act a ON a.id = c.act_id
JOIN pending_action p ON p.act_id = c.act_id JOIN "trigger" g ON g.id = p.trigger_id
WHERE c.kind = 'task' AND c.row_id = :id AND c.action = 'insert' AND g.action = 'create task'
  AND p.task_id IS NOT :id LIMIT 1
"""
_WITH_OTHERS = """
SELECT g.name, g.id, a.at FROM change c JOIN act a ON a.id = c.act_id
JOIN pending_action p ON p.act_id = c.act_id AND p.subject LIKE 'zone:%' JOIN "trigger" g ON g.id = p.trigger_id
WHERE c.kind = 'task' AND c.row_id = ? ORDER BY c.id DESC LIMIT 1
"""


def why_trigger(look: Look, number: int) -> tuple[str, ...]:
    """What it does, whether it is at work, what made it, what it did last and what comes next."""
    trigger, zone = reads.trigger(look.connection, number), look.zone.key
    lines = [sentence(trigger), _state(trigger, zone), _made(look, trigger)]
    if trigger.times:
        last = f", last {_at(trigger.last_at, zone)}" if trigger.last_at is not None else ""
        lines.append(f"It has acted {count_of(trigger.times, 'time')}{last}.")
    decided = reads.decided(look.connection, limit=1, trigger_id=number)
    lines += [f"The last decision: {_decided_words(each, zone)}" for each in decided]
    coming = reads.upcoming(look.connection, limit=1, trigger_id=number)
    lines += [f"Next {_at(each.due_at, zone)}, for {_subject(each)}." for each in coming]
    if not coming:
        lines.append("Nothing waits for it now.")
    lines += _loops(look, number)
    return tuple(line for line in lines if line)


def why_action(look: Look, number: int) -> tuple[str, ...]:
    """Which trigger it is of, when it was planned and for when, and what became of it."""
    found = reads.actions(look.connection, [number])
    if not found:
        raise Refused(f"There is no action {number}.")
    action, zone = found[0], look.zone.key
    trigger = None if action.trigger_id is None else reads.trigger(look.connection, action.trigger_id)
    lines = [f"A date of an entity: {shown(action.trigger)}."]
    if trigger is not None:
        lines = [f"Of the trigger {shown(trigger.name)}: {sentence(trigger)}"]
    lines.append(f"Planned {_at(action.made_at, zone)} for {_bare(action.due_at, zone)}, for {_subject(action)}.")
    if action.state is PendingState.WAITING:
        lines.append("It waits, and is asked again when it is about to act whether it is still wanted.")
        if trigger is not None and (trigger.error or trigger.pause_reason is not None or not trigger.is_enabled):
            lines.append(_state(trigger, zone))
    else:
        lines.append(f"It was {_decided_words(action, zone)}")
    if action.act_id is not None:
        lines.append(f"`undo --id {action.act_id}` takes back what it did.")
    return tuple(lines)


def maker_of(connection: sqlite3.Connection, task: int, zone: ZoneInfo) -> str:
    """`Made by trigger pay on Fri 20 Jun 2025 00:00.`; empty if no trigger has made the task."""
    if not _any(connection):
        return ""
    row = connection.execute(_MADE, {"id": task}).fetchone()
    return "" if row is None else f"Made by the trigger {shown(row[0])} {_at(row[1], zone.key)}."


def touched(look: Look, task: int) -> Iterator[str]:
    """What triggers did to a task last, why not, and what they will do next; nothing if none is for it."""
    if not _any(look.connection):
        return
    zone = look.zone.key
    for name, number, at in look.connection.execute(_WITH_OTHERS, (task,)).fetchall():
        trigger = reads.trigger(look.connection, number)
        yield f"Trigger {shown(name)}: {action_text(trigger.action, trigger.params)}, {_at(at, zone)}."
    for each in reads.decided(look.connection, limit=LAST, task_id=task):
        yield f"Trigger {shown(each.trigger)}: {_decided_words(each, zone)}"
    coming = [(each.due_at, each.trigger, each.action) for each in _upcoming(look, task)]
    for trigger in reads.of_task(look.connection, task):
        if trigger.schedule_id is not None and trigger.next_at is not None:
            coming.append((trigger.next_at, trigger.name, trigger.action))
    for due_at, name, action in sorted(coming)[:NEXT]:
        yield f"Next, {_at(due_at, zone)}: trigger {shown(name)} ({action})."


def _upcoming(look: Look, task: int) -> list[PendingAction]:
    return reads.upcoming(look.connection, limit=NEXT, task_id=task)


def _any(connection: sqlite3.Connection) -> bool:
    return connection.execute('SELECT 1 FROM "trigger" LIMIT 1').fetchone() is not None


def _state(trigger: Trigger, zone: str) -> str:
    """Whether it acts, and why not."""
    word = state_word(
        is_deleted=trigger.deleted_at is not None, is_enabled=trigger.is_enabled,
        is_paused=trigger.pause_reason is not None, is_broken=trigger.error is not None,
    )  # fmt: skip
    until = "" if trigger.paused_until is None else f" until {_bare(trigger.paused_until, zone)}"
    return {
        "deleted": "It is deleted and does nothing any more.", "off": "It is switched off.",
        "broken": f"It was stopped: {shown(trigger.error or '', 600)} `trigger resume` lets it go on.",
        "paused": f"It is paused{until}: {shown(trigger.pause_reason or 'no reason given')}.",
    }.get(word, f"It is on, for {origin_words(trigger.scope, trigger.scope_name)}.")  # fmt: skip


def _made(look: Look, trigger: Trigger) -> str:
    whose = f", and acts with the rights of {shown(trigger.owner)}" if trigger.owner else ""
    return f"Added {_at(trigger.created_at, look.zone.key)}{whose}."


def _loops(look: Look, number: int) -> list[str]:
    from engine.triggers.looping import loop_of

    words = loop_of(look.connection, number)
    return [f"Beware: {words}"] if words else []


def _decided_words(action: PendingAction, zone: str) -> str:
    verb = "done" if action.state is PendingState.ACTED else "withdrawn"
    why = f": {shown(action.reason, 600).rstrip('.')}" if action.reason else ""
    return f"{verb} {_at(action.decided_at or action.due_at, zone)}, for {_subject(action)}{why}."


def _subject(action: PendingAction) -> str:
    if action.task_id is not None:
        return f"task {action.task_id}, {shown(action.subject_name, 100)}"
    if action.subject.startswith("zone:"):
        touched = (
            f"{count_of(action.touched, 'task')} in " if action.state is PendingState.ACTED else "all its tasks in "
        )
        return f"{touched}{shown(action.subject_name)}"
    return shown(action.subject_name, 100)


def _at(at: Instant | int, zone: str) -> str:
    return f"on {_bare(at, zone)}"


def _bare(at: Instant | int, zone: str) -> str:
    return instant_words(from_us(at), zone)
