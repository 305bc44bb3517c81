"""When a trigger acts on a task: a function of what the task says now, so that it follows every change of it.

What a trigger waits for is a state of the task (done since an instant, due on a day), or something that happened to it
once (a label was added). The first kind is worked out anew whenever the task changes; the second is planned when it
happens and given up when it has become moot.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

from engine.rules.businessdays import BusinessDays
from engine.rules.errors import BadValue
from engine.rules.offsets import Offset, shift_instant
from engine.rules.zones import wall_instant
from store.enums import Roll, TriggerAction, TriggerEvent
from store.frozen import value

FROM_STATE = frozenset({
    TriggerEvent.CREATED, TriggerEvent.COMPLETED, TriggerEvent.DATE, TriggerEvent.DEADLINE,
})  # fmt: skip
"""Events whose time the task itself tells."""

ON_DAYS = frozenset({TriggerEvent.DATE, TriggerEvent.DEADLINE})
_MIDNIGHT = time()


@value
class Facts:
    """A task as far as triggers ask.

    `day` is its date: its start, else its deadline. `lists` is its list and those above it; `zone` that of its list or
    of the one person who does it, None if neither has one. `gone` says why nothing can be done to it, empty if
    something can.
    """

    id: int
    name: str
    is_done: bool
    done_at: datetime | None
    created_at: datetime
    day: date | None
    deadline_date: date | None
    deadline_time: time | None
    lists: tuple[int, ...]
    labels: frozenset[int]
    people: frozenset[int]
    zone: str | None
    gone: str = ""


def due(
    event: TriggerEvent,
    action: TriggerAction,
    delay: Offset,
    facts: Facts,
    zone: str,
    days: BusinessDays | None = None,
    roll: Roll = Roll.NONE,
) -> datetime | None:
    """The instant at which a trigger of a task's state acts on it, on the clocks of `zone`; None if it does not.

    A day without a time begins at 00:00. What is counted from a day holds for open tasks, unless the action is for
    done ones.
    """
    if facts.gone:
        return None
    try:
        if event in ON_DAYS:
            wall = _wall(event, action, facts)
            if wall is None:
                return None
            if days is None:
                return _on_day(*wall, zone, delay)
            anchor: datetime | None = wall_instant(datetime.combine(*wall), zone)
        else:
            anchor = facts.created_at if event is TriggerEvent.CREATED else facts.done_at if facts.is_done else None
        return None if anchor is None else _shifted(anchor, delay, zone, days, roll)
    except BadValue:
        return None  # beyond the years that a calendar has


def _wall(event: TriggerEvent, action: TriggerAction, facts: Facts) -> tuple[date, time] | None:
    """The day and the time of day that count, on the clocks of the task."""
    wants_done = {TriggerAction.REOPEN: True, TriggerAction.DELETE: facts.is_done}.get(action, False)
    if facts.is_done is not wants_done:
        return None
    if event is TriggerEvent.DATE:
        return None if facts.day is None else (facts.day, _MIDNIGHT)
    return None if facts.deadline_date is None else (facts.deadline_date, facts.deadline_time or _MIDNIGHT)


@lru_cache(maxsize=20_000)
def _on_day(day: date, clock: time, zone: str, delay: Offset) -> datetime:
    """Tasks by the thousand share their days: a change of zone asks for the same instants over and over."""
    return shift_instant(wall_instant(datetime.combine(day, clock), zone), delay, zone)


def _shifted(anchor: datetime, delay: Offset, zone: str, days: BusinessDays | None, roll: Roll) -> datetime:
    at = shift_instant(anchor, delay, zone, days)
    if days is None or roll is Roll.NONE:
        return at
    day = days.roll(at.date(), roll)
    return at if day is None else wall_instant(datetime.combine(day, at.time().replace(fold=0)), zone)


_OF_THE_TASK = frozenset({
    TriggerAction.COMPLETE, TriggerAction.REOPEN, TriggerAction.DELETE, TriggerAction.MOVE_DATE,
    TriggerAction.MOVE_DEADLINE, TriggerAction.ADD_LABEL, TriggerAction.REMOVE_LABEL,
})  # fmt: skip


def needless(action: TriggerAction, facts: Facts) -> str:
    """Why there is nothing for an action to do to a task; empty if there is."""
    if action not in _OF_THE_TASK:
        return ""
    if facts.gone:
        return facts.gone
    if action is TriggerAction.COMPLETE and facts.is_done:
        return "the task was done already"
    if action is TriggerAction.REOPEN and not facts.is_done:
        return "the task was open already"
    return ""


def moot(event: TriggerEvent, facts: Facts, has_label: bool) -> str:
    """Why an action that was planned when something happened is not needed any more; empty if it is."""
    if event is TriggerEvent.DELETED:
        return "" if facts.gone else "the task is there again"
    if facts.gone:
        return facts.gone
    if event is TriggerEvent.REOPENED and facts.is_done:
        return "the task is done again"
    if event is TriggerEvent.LABEL and not has_label:
        return "the label was taken off"
    return ""
