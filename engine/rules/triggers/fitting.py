"""Which scope, delay, condition and action go with which event: what can never act is refused, with the reason."""

from __future__ import annotations

from engine.rules.offsets import Offset
from store.enums import OF_ENTITIES, OF_RUNS, Roll, Scope, TriggerAction, TriggerEvent
from store.frozen import value

ON_DAYS = frozenset({TriggerEvent.DATE, TriggerEvent.DEADLINE, TriggerEvent.FIELD})
"""Events that are known beforehand: a delay may be negative, and roll."""

ON_TASKS = frozenset({
    TriggerAction.COMPLETE, TriggerAction.REOPEN, TriggerAction.DELETE, TriggerAction.MOVE_DATE,
    TriggerAction.MOVE_DEADLINE, TriggerAction.ADD_LABEL, TriggerAction.REMOVE_LABEL,
})  # fmt: skip
"""Actions that need tasks to act on; for an entity they are done to the tasks that are about it."""


@value
class Misfit:
    """What does not go together: the key that is wrong, and why."""

    key: str
    why: str


def misfit(
    scope: Scope, event: TriggerEvent, delay: Offset, roll: Roll, condition: str, action: TriggerAction
) -> Misfit | None:
    """Why a trigger of these could never act as it says; None if it can."""
    return _scope(scope, event) or _delay(event, delay, roll) or _action(event, action, condition)


def _scope(scope: Scope, event: TriggerEvent) -> Misfit | None:
    if event in OF_RUNS and scope is not Scope.ALL:
        return Misfit("scope", f"'{event}' is about jobs; expected all, and the job behind a colon: {event}: NAME")
    if event is TriggerEvent.WORKFLOW and scope is not Scope.ALL:
        return Misfit("scope", f"'{event}' is about workflows; expected all, and a name behind a colon: {event}: NAME")
    if event in OF_ENTITIES and scope not in (Scope.ALL, Scope.CLASS):
        return Misfit("scope", f"'{event}' is about entities; expected class:NAME or all")
    if event not in OF_ENTITIES and scope is Scope.CLASS:
        return Misfit("scope", f"'{event}' is about tasks; a class goes with 'status: ...' or 'field: ...'")
    return None


def _delay(event: TriggerEvent, delay: Offset, roll: Roll) -> Misfit | None:
    if delay.number < 0 and event not in ON_DAYS:
        return Misfit("delay", f"{delay} is before, and '{event}' is not known beforehand; expected 0 or more")
    if delay.number and event is TriggerEvent.SCHEDULE:
        return Misfit("delay", "a schedule says itself when it acts; expected 0")
    if roll is not Roll.NONE and not delay.number and event not in {*ON_DAYS, TriggerEvent.SCHEDULE}:
        return Misfit("roll", "it acts at once, on whichever day that is; expected none, or a delay")
    return None


def _action(event: TriggerEvent, action: TriggerAction, condition: str) -> Misfit | None:
    is_of_runs = event in OF_RUNS or event is TriggerEvent.WORKFLOW
    if action in ON_TASKS and is_of_runs:
        return Misfit("action", f"'{action}' is done to a task, and '{event}' is about none")
    if action in ON_TASKS and event is TriggerEvent.DELETED:
        return Misfit("action", f"'{action}' cannot be done to a task that was deleted")
    if action is TriggerAction.SET_STATUS and event in OF_RUNS:
        return Misfit("action", f"'{action}' is done to an entity, and '{event}' is about none")
    if condition and is_of_runs:
        return Misfit("condition", f"it asks about a task or an entity, and '{event}' is about none")
    return None
