"""Values of triggers: what they are, and the actions that wait for their time or have had it.

See `store.values` for the types of instants and days.
"""

from __future__ import annotations

from store.enums import PendingState, Roll, Scope, TriggerAction, TriggerEvent
from store.frozen import value
from store.instants import Instant


@value
class Trigger:
    """When `event` (+ `delay`) happens in `scope`, do `action` while `condition` holds.

    `scope_name` names the task (its id), list (its path), label, user or class; None for `all`. `event_value` is the
    label that was added, the status, the date field, or the name of the schedule whose runs are meant. `spec`, `zone`,
    `start_at`, `end_at` and `max_count` are those of its schedule. `delay` is an offset, negative before a date.
    `params` belongs to the action: `by`, `label`, `subject`, `text`, `severity`, `to`, `name`, `controller` and more.
    """

    id: int
    name: str
    description: str
    scope: Scope
    scope_id: int | None
    scope_name: str | None
    event: TriggerEvent
    event_value: str | None
    delay: str
    roll: Roll
    calendar: str | None
    condition: str
    action: TriggerAction
    params: dict[str, object]
    schedule_id: int | None
    spec: str | None
    zone: str | None
    start_at: Instant | None
    end_at: Instant | None
    max_count: int | None
    owner: str | None
    is_enabled: bool
    pause_reason: str | None
    paused_until: Instant | None
    error: str | None
    next_at: Instant | None
    last_at: Instant | None
    times: int
    waiting: int
    created_at: Instant
    deleted_at: Instant | None
    rev: int


@value
class PendingAction:
    """An action and its time. `subject`: `task:12`, `entity:3`, `run:7` or `zone:Europe/Brussels`.

    `subject_name` is the task's or entity's name, for a zone the zone. `missed_at` is when it should have acted, if
    that was late; `act_id` what it did, for history and undo; `touched` to how many rows.
    """

    id: int
    trigger_id: int | None
    trigger: str
    action: TriggerAction | None
    subject: str
    subject_name: str
    task_id: int | None
    entity_id: int | None
    due_at: Instant
    made_at: Instant
    state: PendingState
    reason: str | None
    decided_at: Instant | None
    missed_at: Instant | None
    act_id: int | None
    touched: int
