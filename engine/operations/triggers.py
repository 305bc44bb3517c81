"""The verbs of triggers: when something happens, for whom, and what is done then.

A trigger belongs to who made it and acts with their rights.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from engine.operations.registry import Act, Help, operation
from engine.operations.trigger_fields import fields_of
from engine.operations.trigger_rows import arm, mend, remove, withdraw
from engine.operations.trigger_saving import found, save_trigger, told
from engine.operations.trigger_schedules import lies_ahead
from engine.rules.errors import shown
from engine.rules.names import plain_name
from engine.rules.triggers.words import ACTIONS, EVENTS, SCOPES
from engine.rules.wording import instant_words
from store import settings
from store.enums import Roll
from store.errors import Refused
from store.instants import to_us
from store.trigger_values import Trigger

__all__ = ["add", "delete", "disable", "edit", "enable", "pause", "resume", "save_trigger"]

Name = Annotated[str, Help("its name or id", "TRIGGER")]
Scope = Annotated[str | None, Help(f"what it is for: {SCOPES}")]
Event = Annotated[str | None, Help(f"what it waits for: {', '.join(EVENTS)}")]
Delay = Annotated[str | None, Help("how long after it, such as 10d, 2bd or 30min; -3d is before a date")]
DayOff = Annotated[Roll | None, Help("on a day off: none (it acts), or the previous or next working day")]
Calendar = Annotated[str | None, Help("business calendar of its working days; else the setting's")]
Condition = Annotated[str | None, Help("a filter that must hold when it acts, such as '@urgent #house'")]
Action = Annotated[str | None, Help(f"what it does: {', '.join(ACTIONS)}")]
Params = Annotated[str | None, Help("parameters of the action, a JSON object")]
Text = Annotated[str | None, Help("text of a notice")]
Severity = Annotated[str | None, Help("of a notice: notice, warning, important or urgent")]
To = Annotated[str | None, Help("who gets a notice: a person, assignees, owner or all")]
Deadline = Annotated[str | None, Help("of a task it adds: when it is due, counted from then, such as 3d")]
InList = Annotated[str | None, Help("of a task it adds: its list, such as house/garden", metavar="LIST")]
Labels = Annotated[tuple[str, ...] | None, Help("of a task it adds: a label; may be given several times")]
Assignees = Annotated[tuple[str, ...] | None, Help("of a task it adds: who does it; may be given several times")]
Command = Annotated[str | None, Help("of 'run: shell': the command")]
Zone = Annotated[str | None, Help("time zone of its schedule; else that of its tasks")]
Start = Annotated[str | None, Help("of its schedule: not before this day or time")]
End = Annotated[str | None, Help("of its schedule: not after this day or time")]
Count = Annotated[int | None, Help("of its schedule: so many times in all")]
Description = Annotated[str | None, Help("what it is for")]
Rev = Annotated[int | None, Help("change it only if this is still its revision")]


@operation("trigger add")
def add(
    act: Act, name: Annotated[str, Help("a name for it")],
    event: Annotated[str, Help(f"what it waits for: {', '.join(EVENTS)}")],
    action: Annotated[str, Help(f"what it does: {', '.join(ACTIONS)}")],
    scope: Scope = None, delay: Delay = None, roll: DayOff = None, calendar: Calendar = None,
    condition: Condition = None, params: Params = None, text: Text = None, severity: Severity = None, to: To = None,
    deadline: Deadline = None, list: InList = None, label: Labels = None, assignee: Assignees = None,
    command: Command = None, zone: Zone = None, start: Start = None, end: End = None, count: Count = None,
    description: Description = None, disabled: Annotated[bool, Help("add it switched off")] = False,
) -> Trigger:  # fmt: skip
    """Add a trigger: when something happens, for whom, and what is done then."""
    given = _given(
        name=name, event=event, action=action, scope=scope, delay=delay, roll=roll, calendar=calendar,
        condition=condition, params=params, text=text, severity=severity, to=to, deadline=deadline, list=list,
        label=label, assignee=assignee, command=command, zone=zone, start=start, end=end, count=count,
        description=description, is_enabled=False if disabled else None,
    )  # fmt: skip
    number = save_trigger(act, given, None)
    return _lies_ahead(act, number, f"added trigger: {shown(name)}")


@operation("trigger edit")
def edit(
    act: Act, trigger: Name, name: Annotated[str | None, Help("new name")] = None, event: Event = None,
    action: Action = None, scope: Scope = None, delay: Delay = None, roll: DayOff = None, calendar: Calendar = None,
    condition: Condition = None, params: Params = None, text: Text = None, severity: Severity = None, to: To = None,
    deadline: Deadline = None, list: InList = None, label: Labels = None, assignee: Assignees = None,
    command: Command = None, zone: Zone = None, start: Start = None, end: End = None, count: Count = None,
    description: Description = None, rev: Rev = None,
) -> Trigger:  # fmt: skip
    """Change a trigger, and what waits for it; an empty text clears a value.

    Whatever was wrong with it counts as mended.
    """
    before = found(act, trigger, rev)
    given = _given(
        name=name, event=event, action=action, scope=scope, delay=delay, roll=roll, calendar=calendar,
        condition=condition, params=params, text=text, severity=severity, to=to, deadline=deadline, list=list,
        label=label, assignee=assignee, command=command, zone=zone, start=start, end=end, count=count,
        description=description,
    )  # fmt: skip
    if not given:
        raise Refused("Say what to change, such as --event, --action or --scope.")
    save_trigger(act, given, before)
    mend(act.connection, before.id)
    return _lies_ahead(act, before.id, f"changed trigger: {shown(before.name)}")


@operation("trigger delete")
def delete(act: Act, trigger: Name, rev: Rev = None) -> Trigger:
    """Delete a trigger: what waits for it is given up; what it did stays."""
    before = found(act, trigger, rev)
    remove(act, before, "the trigger was deleted")
    return told(act, before.id, f"deleted trigger: {shown(before.name)}")


@operation("trigger enable")
def enable(act: Act, trigger: Name) -> Trigger:
    """Switch a trigger on: what is to come is planned from now on."""
    before = found(act, trigger, None)
    return before if before.is_enabled else _back(act, before, "is_enabled = 1", "switched on")


@operation("trigger disable")
def disable(act: Act, trigger: Name) -> Trigger:
    """Switch a trigger off until somebody switches it on; what waits for it is given up."""
    before = found(act, trigger, None)
    if not before.is_enabled:
        return before
    withdraw(act, before.id, "the trigger was switched off")
    _set(act, before, "is_enabled = 0")
    return told(act, before.id, f"switched off trigger: {shown(before.name)}")


@operation("trigger pause")
def pause(
    act: Act,
    trigger: Name,
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
    until: Annotated[datetime | None, Help("when it goes on by itself")] = None,
) -> Trigger:
    """Pause a trigger: it does nothing, and what would have been meanwhile is not made up for."""
    before = found(act, trigger, None)
    if until is not None and until <= act.at:
        zone = before.zone or str(settings.read(act.connection, "zone"))
        raise Refused(f"until: {instant_words(until, zone)} is past; expected a time that is to come.")
    words = plain_name(reason) if reason.strip() else ""
    why = f" ({shown(words)})" if words else ""
    withdraw(act, before.id, f"the trigger was paused{why}")
    _set(act, before, "pause_reason = ?, paused_until = ?", words, None if until is None else to_us(until))
    return told(act, before.id, f"paused trigger: {shown(before.name)}{why}")


@operation("trigger resume")
def resume(act: Act, trigger: Name) -> Trigger:
    """Let a trigger go on that is paused, or that was stopped because something went wrong."""
    before = found(act, trigger, None)
    if before.pause_reason is None and before.error is None:
        raise Refused(f"The trigger {shown(before.name)} is not paused.")
    mend(act.connection, before.id)
    return _back(act, before, "pause_reason = NULL, paused_until = NULL", "resumed")


def _lies_ahead(act: Act, number: int, words: str) -> Trigger:
    from engine.triggers.looping import loop_of

    beware = loop_of(act.connection, number)
    made = told(act, number, f"{words}; beware: {beware}" if beware else words)
    if made.schedule_id is not None and made.is_enabled:
        lies_ahead(act, fields_of(act, {}, made), made.schedule_id)
    return made


def _back(act: Act, before: Trigger, change: str, done: str) -> Trigger:
    _set(act, before, change)
    return told(act, before.id, f"{done} trigger: {shown(before.name)}")


def _set(act: Act, before: Trigger, change: str, *values: object) -> None:
    """The same of the trigger and of its schedule, which plans its next time anew."""
    act.connection.execute(f'UPDATE "trigger" SET {change}, rev = rev + 1 WHERE id = ?', (*values, before.id))
    if before.schedule_id is not None:
        act.connection.execute(
            f"UPDATE schedule SET {change}, rev = rev + 1 WHERE id = ?", (*values, before.schedule_id)
        )
    arm(act, before.id)


def _given(**said: Any) -> dict[str, Any]:
    """What was said; None was not."""
    return {key: value for key, value in said.items() if value is not None}
