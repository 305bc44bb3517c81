"""The verbs of tasks. Most take several ids: that is one act, and one undo takes all of it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from engine.operations import followups
from engine.operations.labels import label_ids
from engine.operations.lists import list_id
from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import Ids, Result, chosen, edit_columns, put, result, tell
from engine.operations.task_making import NewTask, make
from engine.operations.things import entity_id, named_thing, user_id
from engine.rules.texts import one_line
from store.enums import TaskKind
from store.errors import Refused
from store.values import CheckItem, Task


@operation("task add")
def add(
    act: Act,
    name: Annotated[str, Help("what somebody must do")],
    object: Annotated[str | None, Help("what it is about, such as stay/12")] = None,
    deadline: Annotated[date | None, Help("day by which it is due")] = None,
    visible: Annotated[date | None, Help("hidden before this day; today if not given")] = None,
    assignee: Annotated[tuple[str, ...], Help("who does it; may be given several times")] = (),
    notes: Annotated[str, Help("anything to remember")] = "",
    group: Annotated[str, Help("name of the group it is listed in")] = "",
    list: Annotated[str | None, Help("list it lies in, such as house/garden", metavar="LIST")] = None,
    label: Annotated[tuple[str, ...], Help("a label it bears; may be given several times")] = (),
    priority: Annotated[int | None, Help("1 (most urgent) to 4")] = None,
    time: Annotated[str | None, Help("time of day it is due, such as 14:00")] = None,
    start: Annotated[date | None, Help("day on which work on it starts")] = None,
    item: Annotated[tuple[str, ...], Help("a line of its checklist; once for each")] = (),
) -> Task:
    """Add a task by hand."""
    about = named_thing(act.connection, object) if object else (None, None)
    new = NewTask(
        name=name, notes=notes, deadline_date=deadline, deadline_time=time, start_date=start, visible_date=visible,
        group=_group(group), object_class=about[0], object_id=about[1],
        list_id=None if list is None else list_id(act.connection, list), priority=priority,
        checklist=tuple(CheckItem(line, False) for line in item),
        labels=tuple(label_ids(act.connection, label)), assignees=tuple(user_id(act, each) for each in assignee),
    )  # fmt: skip
    return tell(act, "added", [make(act, new)])[0]


@operation("task done")
def done(
    act: Act,
    *tasks: Ids,
    on: Annotated[date | None, Help("day it was done; today if not given or entered before")] = None,
) -> Result:
    """Mark tasks done."""
    found = chosen(act, tasks)
    for task in found:
        if task.is_done:
            raise Refused(f"Task {task.id} is already done (by {task.done_by or 'nobody'} on {task.done_date}).")
    by = followups.doer(act)
    act.connection.executemany(
        "UPDATE task SET is_done = 1, done_by = ?, done_date = coalesce(?, done_date, ?), done_at = ?, rev = rev + 1"
        " WHERE id = ?",
        [(by, on.isoformat() if on else None, act.today.isoformat(), act.now, task.id) for task in found],
    )
    if recurring := _recurring(found):
        from engine.operations import template_tasks

        template_tasks.after_done(act, recurring, on)
    return result(act, "done", found)


@operation("task reopen")
def reopen(act: Act, *tasks: Ids) -> Result:
    """Open done tasks again; dates that moved meanwhile hold for them too."""
    found = chosen(act, tasks)
    for task in found:
        if not task.is_done:
            raise Refused(f"Task {task.id} is open already.")
    act.connection.executemany(
        "UPDATE task SET is_done = 0, done_by = iif(kind = 'contact', done_by, NULL),"
        " done_date = iif(kind = 'contact', done_date, NULL), done_at = NULL, rev = rev + 1 WHERE id = ?",
        [(task.id,) for task in found],
    )
    _catch_up(act, found)
    if recurring := _recurring(found):
        from engine.operations import template_tasks

        template_tasks.after_reopened(act, recurring)
    return result(act, "reopened", found)


@operation("task move")
def move(
    act: Act,
    *tasks: Ids,
    deadline: Annotated[date | None, Help("day by which it is due from now on")] = None,
    visible: Annotated[date | None, Help("day before which it is hidden")] = None,
    no_deadline: Annotated[bool, Help("it has no deadline any more")] = False,
    follow: Annotated[bool, Help("let both days follow the dates of its entity again")] = False,
) -> Result:
    """Set the days of open tasks by hand: they stay when the dates of the entity move."""
    if follow == (deadline is not None or visible is not None or no_deadline) or (deadline and no_deadline):
        raise Refused("Say where to: --deadline DAY or --no-deadline, --visible DAY, or --follow alone.")
    found = chosen(act, tasks)
    for task in found:
        if task.is_done or task.kind is TaskKind.CONTACT:
            what = "a line of contact history" if task.kind is TaskKind.CONTACT else "done; reopen it first"
            raise Refused(f"Task {task.id} cannot be moved: it is {what}.")
        if follow:
            put(act.connection, task.id, visible_by_hand=0, deadline_by_hand=0)
        if deadline is not None or no_deadline:
            day = deadline.isoformat() if deadline else None
            edit_columns(act.connection, task.id, deadline_date=day, deadline_by_hand=1)
            if no_deadline:
                edit_columns(act.connection, task.id, deadline_time=None)
        if visible is not None:
            edit_columns(act.connection, task.id, visible_date=visible.isoformat(), visible_by_hand=1)
    if follow:
        _catch_up(act, found)
    return result(act, "moved", found)


@operation("task delete")
def delete(act: Act, *tasks: Ids) -> Result:
    """Delete tasks; undo brings them back."""
    found = chosen(act, tasks)
    for task in found:
        put(act.connection, task.id, deleted_at=act.now)
    if recurring := _recurring(found):
        from engine.operations import template_tasks

        template_tasks.after_deleted(act, recurring)
    return result(act, "deleted", found)


def _recurring(tasks: Iterable[Task]) -> list[Task]:
    """Those that a template made."""
    return [task for task in tasks if task.template_id is not None]


def _catch_up(act: Act, tasks: Iterable[Task]) -> None:
    """Work out the days of open tasks anew from their entities."""
    by_thing: dict[tuple[str, str], set[int]] = {}
    for task in tasks:
        if task.task_model_id is not None and task.object_class is not None and task.object_id is not None:
            by_thing.setdefault((task.object_class, task.object_id), set()).add(task.id)
    for thing, numbers in by_thing.items():
        if act.connection.execute("SELECT 1 FROM entity WHERE object_class = ? AND object_id = ?", thing).fetchone():
            followups.catch_up(act, entity_id(act.connection, *thing), numbers)


def _group(name: str) -> str:
    return one_line("group", name, 200) if name.strip() else ""
