"""The verbs of templates: what recurs for people, and when.

A change of a template is never retroactive: what has passed is decided first, as it stood; its open tasks that nobody
touched follow the new one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from engine import ledger, templates
from engine.operations import template_tasks
from engine.operations.registry import Act, Help, operation
from engine.operations.template_rebuild import settle
from engine.operations.template_saving import found, lies_ahead, save_template, told
from engine.rules.errors import shown
from engine.rules.names import plain_name
from engine.rules.wording import count_of
from store.enums import Action, Basis, Cause, Missed, OccurrenceState, Roll
from store.errors import Refused
from store.instants import iso, to_us
from store.values import Template

__all__ = ["add", "delete", "edit", "pause", "resume", "save_template"]

Name = Annotated[str, Help("its name or id", "TEMPLATE")]
Spec = Annotated[str | None, Help("when it recurs, such as 'weekly mon,thu'; 'every! 10 days': after it was done")]
TaskName = Annotated[str | None, Help("what its tasks are called; else like the template")]
Mode = Annotated[Action | None, Help("create a task each time, or reopen the one task")]
OnBasis = Annotated[Basis | None, Help("fixed: by the calendar; completion: counted from the day it was done")]
Zone = Annotated[str | None, Help("time zone of its days; else its list's, its assignee's or the store's")]
Start = Annotated[str | None, Help("not before this day or time; steps count from it")]
End = Annotated[str | None, Help("not after this day or time")]
Count = Annotated[int | None, Help("so many times in all")]
Exclude = Annotated[tuple[str, ...] | None, Help("a date on which it does not happen; once for each")]
Calendar = Annotated[str | None, Help("business calendar whose working days it keeps to; else the setting's")]
OnDayOff = Annotated[Roll | None, Help("on a day off: none (it happens), skip, or the previous or next working day")]
OnMissed = Annotated[Missed | None, Help("after an outage: skip, run_once or run_all")]
Duration = Annotated[str | None, Help("work on it starts so long before it is due, such as 2d")]
Visible = Annotated[str | None, Help("it is shown so long before it is due, such as 3d; else from its start")]
Ahead = Annotated[
    str | None, Help("how far ahead tasks are made: 7d, 2w, 2mo, '2 intervals' or next; else the setting")
]
Labels = Annotated[tuple[str, ...] | None, Help("a label its tasks bear; may be given several times")]
Assignees = Annotated[tuple[str, ...] | None, Help("who does them; may be given several times")]
InList = Annotated[str | None, Help("list its tasks lie in, such as house/garden", metavar="LIST")]
Priority = Annotated[int | None, Help("1 (most urgent) to 4; 0 for none")]
Group = Annotated[str | None, Help("name of the group they are listed in")]
Object = Annotated[str | None, Help("what they are about, such as stay/12")]
Notes = Annotated[str | None, Help("anything to remember")]
Item = Annotated[tuple[str, ...] | None, Help("a line of their checklist; once for each")]
Rev = Annotated[int | None, Help("change it only if this is still its revision")]


@operation("template add")
def add(
    act: Act, name: Annotated[str, Help("a name for it")], spec: Annotated[str, Help("when it recurs")],
    task_name: TaskName = None, mode: Mode = None, basis: OnBasis = None, zone: Zone = None, start: Start = None,
    end: End = None, count: Count = None, exclude: Exclude = None, calendar: Calendar = None, roll: OnDayOff = None,
    missed: OnMissed = None, duration: Duration = None, visible: Visible = None, horizon: Ahead = None,
    label: Labels = None, assignee: Assignees = None, list: InList = None, priority: Priority = None,
    group: Group = None, object: Object = None, notes: Notes = None, item: Item = None,
    disabled: Annotated[bool, Help("add it switched off")] = False,
) -> Template:  # fmt: skip
    """Add a template: what a recurring task looks like, and when it recurs."""
    given = _given(
        name=name, spec=spec, task_name=task_name, mode=mode, basis=basis, zone=zone, start=start, end=end,
        count=count, exclude=exclude, calendar=calendar, roll=roll, missed=missed, duration=duration, visible=visible,
        horizon=horizon, label=label, assignee=assignee, list=list, priority=priority, group=group, object=object,
        notes=notes, item=item, is_enabled=False if disabled else None,
    )  # fmt: skip
    number = save_template(act, given, None)
    return lies_ahead(act, number, f"added template: {shown(name)}")


@operation("template edit")
def edit(
    act: Act, template: Name, name: Annotated[str | None, Help("new name")] = None, spec: Spec = None,
    task_name: TaskName = None, mode: Mode = None, basis: OnBasis = None, zone: Zone = None, start: Start = None,
    end: End = None, count: Count = None, exclude: Exclude = None, calendar: Calendar = None, roll: OnDayOff = None,
    missed: OnMissed = None, duration: Duration = None, visible: Visible = None, horizon: Ahead = None,
    label: Labels = None, assignee: Assignees = None, list: InList = None, priority: Priority = None,
    group: Group = None, object: Object = None, notes: Notes = None, item: Item = None,
    enabled: Annotated[bool | None, Help("whether tasks are made of it")] = None, rev: Rev = None,
) -> Template:  # fmt: skip
    """Change a template and its future tasks that nobody touched; an empty text clears a value."""
    before = found(act, template, rev)
    given = _given(
        name=name, spec=spec, task_name=task_name, mode=mode, basis=basis, zone=zone, start=start, end=end,
        count=count, exclude=exclude, calendar=calendar, roll=roll, missed=missed, duration=duration, visible=visible,
        horizon=horizon, label=label, assignee=assignee, list=list, priority=priority, group=group, object=object,
        notes=notes, item=item, is_enabled=enabled,
    )  # fmt: skip
    if not given:
        raise Refused("Say what to change, such as --spec, --name or --list.")
    save_template(act, given, before)
    words = f"changed template: {shown(before.name)}"
    return lies_ahead(act, before.id, words) if "spec" in given else told(act, before.id, words)


@operation("template delete")
def delete(
    act: Act,
    template: Name,
    drop_open: Annotated[bool | None, Help("delete its open tasks too; --no-drop-open keeps them")] = None,
    rev: Rev = None,
) -> Template:
    """Delete a template; the tasks that were done, and their history, stay."""
    before = found(act, template, rev)
    if before.open_tasks and drop_open is None:
        many = count_of(before.open_tasks, "open task")
        raise Refused(
            f"The template {shown(before.name)} has {many}: delete them too (--drop-open) or keep them"
            " (--no-drop-open)?"
        )
    settle(act, before.id)
    dropped = template_tasks.drop_open(act, before.id) if drop_open else 0
    let_go(act, before)
    more = f" with {count_of(dropped, 'open task')}" if dropped else ""
    return told(act, before.id, f"deleted template: {shown(before.name)}{more}")


def let_go(act: Act, before: Template) -> None:
    """The template makes nothing any more; its tasks stay as they are."""
    act.connection.execute(
        "UPDATE schedule SET deleted_at = ?, next_at = NULL, rev = rev + 1 WHERE id = ?", (act.now, before.schedule_id)
    )
    act.connection.execute(
        "UPDATE template SET deleted_at = ?, wake_at = NULL, rev = rev + 1 WHERE id = ?", (act.now, before.id)
    )
    templates.take_back(act.connection, before.schedule_id, act.now, "the template was deleted")


@operation("template pause")
def pause(
    act: Act,
    template: Name,
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
    until: Annotated[datetime | None, Help("when it goes on by itself")] = None,
) -> Template:
    """Pause a template: what is planned meanwhile is skipped, not missed; tasks that are there stay."""
    before = found(act, template, None)
    if until is not None and until <= act.at:
        raise Refused(f"until: {iso(to_us(until), before.zone)} is past; expected a time that is to come.")
    settle(act, before.id)
    words = plain_name(reason) if reason.strip() else ""
    end = None if until is None else to_us(until)
    act.connection.execute(
        "UPDATE schedule SET pause_reason = ?, paused_until = ?, rev = rev + 1 WHERE id = ?",
        (words, end, before.schedule_id),
    )
    act.connection.execute("UPDATE template SET wake_at = ? WHERE id = ?", (end, before.id))
    return told(act, before.id, f"paused template: {shown(before.name)}{f' ({shown(words)})' if words else ''}")


@operation("template resume")
def resume(act: Act, template: Name) -> Template:
    """Let a paused template go on with what is planned from now on."""
    before = found(act, template, None)
    if before.pause_reason is None:
        raise Refused(f"The template {shown(before.name)} is not paused.")
    standing = ledger.standing(act.connection, before.schedule_id)
    words = ledger.pause_words(act.connection, before.schedule_id, before.pause_reason)
    if before.basis is Basis.FIXED:
        ledger.close(act.connection, standing, act.now, OccurrenceState.SKIPPED, words, Cause.PAUSED)
    act.connection.execute(
        "UPDATE schedule SET pause_reason = NULL, paused_until = NULL, rev = rev + 1 WHERE id = ?",
        (before.schedule_id,),
    )
    template_tasks.woken(act.connection, before.id, act.now)
    return told(act, before.id, f"resumed template: {shown(before.name)}")


def _given(**said: Any) -> dict[str, Any]:
    """What was said; None was not."""
    return {key: value for key, value in said.items() if value is not None}
