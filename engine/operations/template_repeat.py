"""A task begins to recur, from its own row: it is the first occurrence of a new template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any

from engine.operations.registry import Act, Help, operation
from engine.operations.template_fields import usual_zone
from engine.operations.template_saving import save_template, told
from engine.operations.template_tasks import woken
from engine.operations.templates import (
    Ahead,
    Calendar,
    Count,
    Duration,
    End,
    Exclude,
    Mode,
    OnBasis,
    OnDayOff,
    OnMissed,
    Visible,
    Zone,
)
from engine.rules.errors import shown
from engine.rules.recurring import without_mark
from engine.rules.zones import local, wall_instant
from engine.template_rows import one_row
from store.enums import Basis, TaskKind
from store.errors import Refused
from store.instants import from_us, to_us
from store.reads import schedules
from store.reads import templates as reads
from store.reads.task_rows import one
from store.values import Task, Template

_LONGEST = 150
"""Characters of a task's name that its template takes."""


@operation("task repeat")
def repeat(
    act: Act, task: Annotated[int, Help("id of the task", metavar="ID")],
    rule: Annotated[str, Help("when it recurs: 'weekly mon,thu'; 'every! 10 days' after it was done")],
    name: Annotated[str | None, Help("name of the template; else the task's")] = None, mode: Mode = None,
    basis: OnBasis = None, zone: Zone = None, end: End = None, count: Count = None, exclude: Exclude = None,
    calendar: Calendar = None, roll: OnDayOff = None, missed: OnMissed = None, duration: Duration = None,
    visible: Visible = None, horizon: Ahead = None,
) -> Template:  # fmt: skip
    """Let a task recur: it becomes the first occurrence of a new template that looks like it."""
    first = chosen(act, task)
    given: dict[str, Any] = {
        key: said
        for key, said in {
            "mode": mode, "basis": basis, "zone": zone, "end": end, "count": count, "exclude": exclude,
            "calendar": calendar, "roll": roll, "missed": missed, "duration": duration, "visible": visible,
            "horizon": horizon,
        }.items()
        if said is not None
    }  # fmt: skip
    fields, due, at = wanted(act, first, rule, given)
    if name:
        fields["name"] = name
    number = save_template(act, fields, None)
    _adopt(act, number, first, due, at)
    return told(act, number, f"recurs from now on: {shown(first.title)} ({shown(rule)})")


def wanted(act: Act, first: Task, rule: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], date, datetime]:
    """The fields of the template, and the day and the instant of the task itself. Writes nothing."""
    path = _list_path(act, first)
    place = given.get("zone") or usual_zone(act, path, first.assignees)
    due, at = _first(act, first, rule, place)
    fields = {**_looks(first, due), "list": path, "spec": rule, "zone": place, "start_at": at, **given}
    return {**fields, "name": free_name(act, first.name), "task_name": first.name}, due, at


def chosen(act: Act, number: int) -> Task:
    """The task, if it can begin to recur; Refused with the reason."""
    found = one(act.connection, number) if abs(number) < 1 << 63 else None
    if found is None:
        raise Refused(f"There is no task {number}.")
    if found.deleted_at is not None or found.superseded_at is not None:
        raise Refused(f"Task {number} ({shown(found.title)}) is history; only a task that is there can recur.")
    if found.template_id is not None and reads.template(act.connection, found.template_id).deleted_at is None:
        raise Refused(
            f"Task {number} recurs already, by the template {shown(found.template or '')}: use `template edit`."
        )
    if found.kind is TaskKind.CONTACT:
        raise Refused(f"Task {number} cannot recur: it is a line of contact history.")
    if found.is_done:
        raise Refused(f"Task {number} is done; reopen it first, or add a template.")
    return found


def free_name(act: Act, task_name: str) -> str:
    """A name for the template: the task's, or `name 2`, `name 3` ... as a schedule has it already."""
    found = wanted = task_name[:_LONGEST].strip()
    number = 1
    while schedules.named(act.connection, found) is not None:
        number += 1
        found = f"{wanted} {number}"
    return found


def _list_path(act: Act, first: Task) -> str | None:
    from store.reads.lists import one as one_list

    return None if first.list_id is None else one_list(act.connection, first.list_id).path


def _looks(first: Task, due: date) -> dict[str, Any]:
    """The template's fields, from those of the task."""
    looks: dict[str, Any] = {
        "labels": first.labels, "assignees": first.assignees, "priority": first.priority or 0,
        "tasks_group_name": first.tasks_group_name, "object_class": first.object_class,
        "object_id": first.object_id, "notes": first.notes, "checklist": [item.text for item in first.checklist],
    }  # fmt: skip
    if first.start_date is not None and first.start_date < due:
        looks["duration"] = f"{(due - first.start_date).days}d"
    if first.visible_by_hand and first.visible_date < due:
        looks["visible"] = f"{(due - first.visible_date).days}d"
    return looks


def _first(act: Act, first: Task, spec: str, zone: str) -> tuple[date, datetime]:
    """The day of the first occurrence, which is the task's own, and its instant.

    A task without a deadline is due on the first day of the rule, today included.
    """
    from engine.rules.when import bounded, parse

    today = local(act.at, zone).date()
    clock = time.fromisoformat(first.deadline_time) if first.deadline_time else time()
    if first.deadline_date is not None:
        return first.deadline_date, wall_instant(datetime.combine(first.deadline_date, clock), zone)
    begin = wall_instant(datetime.combine(today, time()), zone)
    rule = bounded(parse(without_mark(spec)[0], zone, anchor=begin), start=begin)
    at = rule.next(from_us(to_us(begin) - 1_000_000))
    if at is None:
        raise Refused(f"rule: all of '{shown(spec)}' is past; nothing would ever happen.")
    return local(at, zone).date(), at


def _adopt(act: Act, number: int, first: Task, due: date, at: datetime) -> None:
    """The task is the first occurrence; what comes next is planned after it, and never before today."""
    standing, sheet = one_row(act.connection, number)
    planned = to_us(at)
    act.connection.execute(
        "UPDATE task SET template_id = ?, schedule_id = ?, planned_at = ?, deadline_date = ?, rev = rev + 1"
        " WHERE id = ?",
        (sheet.id, standing.id, planned, due.isoformat(), first.id),
    )
    act.connection.execute(
        "INSERT INTO occurrence (schedule_id, planned_at, state, decided_at, task_id) VALUES (?, ?, 'fired', ?, ?)",
        (standing.id, planned, act.now, first.id),
    )
    begin = wall_instant(datetime.combine(local(act.at, standing.zone).date(), time()), standing.zone)
    cursor = max(planned, to_us(begin) - 1)
    act.connection.execute("UPDATE schedule SET cursor_at = ? WHERE id = ?", (cursor, standing.id))
    act.connection.execute(
        "UPDATE template SET last_created_task_end_date = ? WHERE id = ?", (due.isoformat(), sheet.id)
    )
    if sheet.basis == Basis.FIXED:
        woken(act.connection, sheet.id, act.now)
    else:
        act.connection.execute("UPDATE template SET wake_at = NULL WHERE id = ?", (sheet.id,))
        act.connection.execute("UPDATE schedule SET next_at = NULL WHERE id = ?", (standing.id,))
