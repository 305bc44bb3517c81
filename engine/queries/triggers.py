"""Lists and look-ups of triggers: what they say, what they will do and what they did."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.operations.trigger_names import named_trigger
from engine.rules.triggers.words import origin_words, parse_scope, sentence, state_word
from store.enums import Scope
from store.errors import Refused
from store.frozen import value
from store.instants import Instant, to_us
from store.reads import triggers as reads
from store.trigger_values import PendingAction, Trigger

Name = Annotated[str, Help("its name or id", "TRIGGER")]
OfTrigger = Annotated[str | None, Help("only of this trigger; else of all", "TRIGGER")]
OfTask = Annotated[int | None, Help("only of the task with this id", "TASK")]
Limit = Annotated[int, Help("at most so many")]

_MOST = 1000


@value
class Told(Trigger):
    """A trigger with a word for its state, and all of it in one sentence."""

    state: str
    sentence: str


@value
class Applies:
    """A trigger in whose scope a task is. `origin` says by what: `label urgent`, `list house`, `all tasks`.

    `next_at` is when it acts on this task, if that is planned.
    """

    trigger_id: int
    trigger: str
    origin: str
    state: str
    sentence: str
    next_at: Instant | None


@query("trigger list")
def listed(
    look: Look,
    text: Annotated[str, Help("only those whose name holds this")] = "",
    scope: Annotated[str | None, Help("only those for this: all, task:12, list:house, label:urgent, user:ana")] = None,
    limit: Limit = _MOST,
) -> tuple[Told, ...]:
    """List the triggers by name."""
    most = _bounded(limit)
    kind, number = _scope(look, scope)
    found = reads.page(look.connection, text=text, limit=most, scope=kind, scope_id=number)
    gone = _gone(look, found)
    return tuple(told(each, is_task_gone=each.id in gone) for each in found)


@query("trigger show")
def one(look: Look, trigger: Name) -> Told:
    """Show one trigger."""
    found = named_trigger(look.connection, trigger)
    return told(found, is_task_gone=bool(_gone(look, [found])))


@query("trigger upcoming")
def upcoming(
    look: Look,
    trigger: OfTrigger = None,
    task: OfTask = None,
    until: Annotated[datetime | None, Help("only up to this time")] = None,
    limit: Limit = _MOST,
) -> tuple[PendingAction, ...]:
    """List the actions that wait, the next first: who will be touched, when, and by which trigger."""
    number = None if trigger is None else named_trigger(look.connection, trigger).id
    last = None if until is None else to_us(until)
    return tuple(
        reads.upcoming(look.connection, limit=_bounded(limit), trigger_id=number, task_id=_task(look, task), until=last)
    )


@query("trigger history")
def history(
    look: Look, trigger: OfTrigger = None, task: OfTask = None, limit: Limit = 100
) -> tuple[PendingAction, ...]:
    """List what triggers did, or did not do and why, newest first.

    `undo --id` takes one of the acts back.
    """
    number = None if trigger is None else named_trigger(look.connection, trigger).id
    return tuple(reads.decided(look.connection, limit=_bounded(limit), trigger_id=number, task_id=_task(look, task)))


@query("task triggers")
def of_task(look: Look, task: Annotated[int, Help("id of the task", "TASK")]) -> tuple[Applies, ...]:
    """List the triggers that touch a task, and where each comes from."""
    number = _task(look, task)
    waiting = reads.upcoming(look.connection, task_id=number, limit=_MOST)
    first = {each.trigger_id: each.due_at for each in reversed(waiting)}
    return tuple(
        Applies(
            each.id, each.name, origin_words(each.scope, each.scope_name), _state(each), sentence(each),
            first.get(each.id, each.next_at if each.schedule_id is not None else None),
        )
        for each in reads.of_task(look.connection, task)
    )  # fmt: skip


def told(trigger: Trigger, *, is_task_gone: bool = False) -> Told:
    """The trigger with its state and sentence."""
    own = {field.name: getattr(trigger, field.name) for field in fields(Trigger)}
    state = "its task is deleted" if is_task_gone and _state(trigger) == "on" else _state(trigger)
    return Told(**own, state=state, sentence=sentence(trigger))


def _gone(look: Look, triggers: Iterable[Trigger]) -> frozenset[int]:
    """Those for a task that is deleted: they stay, for it may come back."""
    rows = look.connection.execute(
        """SELECT t.id FROM "trigger" t JOIN task ON task.id = t.scope_id WHERE t.scope = 'task'
        AND task.deleted_at IS NOT NULL AND t.id IN (SELECT value FROM json_each(?))""",
        (json.dumps([each.id for each in triggers if each.scope is Scope.TASK]),),
    )
    return frozenset(row[0] for row in rows.fetchall())


def _state(trigger: Trigger) -> str:
    return state_word(
        is_deleted=trigger.deleted_at is not None, is_enabled=trigger.is_enabled,
        is_paused=trigger.pause_reason is not None, is_broken=trigger.error is not None,
    )  # fmt: skip


def _scope(look: Look, text: str | None) -> tuple[Scope | None, int | None]:
    from engine.operations.trigger_params import at

    if text is None:
        return None, None
    scope, name = at("scope", parse_scope, text)
    if scope is Scope.ALL:
        return scope, None
    if scope is Scope.TASK:
        return scope, int(name)
    if scope is Scope.LIST:
        from engine.operations.list_names import list_id

        return scope, list_id(look.connection, name)
    from engine.operations.naming import one_of

    table = {Scope.LABEL: "label", Scope.USER: "user", Scope.CLASS: "entity_class"}[scope]
    return scope, one_of(look.connection, table, name)


def _task(look: Look, number: int | None) -> int | None:
    """The id, if there is such a task."""
    if number is not None and look.connection.execute("SELECT 1 FROM task WHERE id = ?", (number,)).fetchone() is None:
        raise Refused(f"There is no task {number}.")
    return number


def _bounded(number: int) -> int:
    if not 1 <= number <= _MOST:
        raise Refused(f"limit: expected a whole number from 1 to {_MOST}.")
    return number
