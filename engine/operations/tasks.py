"""The verbs of tasks. Most take several ids: that is one act, and one undo takes all of it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from types import ModuleType
from typing import Annotated

from engine.operations import followups
from engine.operations.labels import label_ids
from engine.operations.lists import list_id
from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import (
    Choice,
    DryRun,
    Ids,
    Result,
    Where,
    Yes,
    choose,
    edit_columns,
    put,
    result,
    tell,
    would,
)
from engine.operations.task_making import NewTask, make
from engine.operations.task_removal import of_templates, take_away
from engine.operations.things import entity_id, named_thing, user_id
from engine.rules.moving import moved, parse_by
from engine.rules.offsets import Offset, Unit
from engine.rules.texts import one_line
from store.enums import TaskKind, TaskView
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
    filter: Where = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Mark tasks done."""
    flows = _flows(act)
    cannot = done_already if flows is None else flows.unless(act, flows.not_done, done_already)
    choice = choose(act, tasks, filter, yes=yes or dry_run, cannot=cannot)
    if dry_run:
        return would(choice)
    steps = frozenset[int]() if flows is None else flows.submit(act, choice.ids, on)
    act.connection.execute(
        "UPDATE task SET is_done = 1, done_by = ?, done_date = coalesce(?, done_date, ?), done_at = ?, rev = rev + 1"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (
            followups.doer(act), on.isoformat() if on else None, act.today.isoformat(), act.now,
            json.dumps([number for number in choice.ids if number not in steps]),
        ),
    )  # fmt: skip
    if recurring := of_templates(choice.tasks):
        from engine.operations import template_tasks

        template_tasks.after_done(act, recurring, on)
    told = result(act, "done", choice)
    if flows is not None and steps:
        flows.make_final(act)
    return told


@operation("task reopen")
def reopen(
    act: Act,
    *tasks: Ids,
    filter: Annotated[str | None, Help("instead of ids: all that match, such as '#house'; done ones only")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Open done tasks again; dates that moved meanwhile hold for them too."""
    flows = _flows(act)
    cannot = _is_open if flows is None else flows.unless(act, flows.not_reopened, _is_open)
    choice = choose(act, tasks, filter, yes=yes or dry_run, view=TaskView.DONE, cannot=cannot)
    if dry_run:
        return would(choice)
    act.connection.execute(
        "UPDATE task SET is_done = 0, done_by = iif(kind = 'contact', done_by, NULL),"
        " done_date = iif(kind = 'contact', done_date, NULL), done_at = NULL, rev = rev + 1"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(choice.ids),),
    )
    _catch_up(act, choice.tasks)
    if recurring := of_templates(choice.tasks):
        from engine.operations import template_tasks

        template_tasks.after_reopened(act, recurring)
    return result(act, "reopened", choice)


@operation("task move")
def move(
    act: Act,
    *tasks: Ids,
    deadline: Annotated[date | None, Help("day by which it is due from now on")] = None,
    by: Annotated[str | None, Help("so much later than each is due, such as 3d, -1w, 2bd", metavar="OFFSET")] = None,
    visible: Annotated[date | None, Help("day before which it is hidden")] = None,
    no_deadline: Annotated[bool, Help("it has no deadline any more")] = False,
    follow: Annotated[bool, Help("let both days follow the dates of its entity again")] = False,
    filter: Where = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Set the days of open tasks by hand: they stay when the dates of the entity move."""
    said = [deadline is not None, by is not None, no_deadline]
    if sum(said) > 1 or follow == (any(said) or visible is not None):
        raise Refused("Say where to: --deadline DAY, --by 3d or --no-deadline, --visible DAY, or --follow alone.")
    offset = None if by is None else parse_by(by)
    choice = choose(act, tasks, filter, yes=yes or dry_run, cannot=_stays if offset is None else _has_no_day)
    if dry_run:
        days = {number: day for numbers, day in _moved_by(act, choice, offset) for number in numbers}
        return would(choice, lambda task: f", due {task.deadline_date} -> {days[task.id]}" if days else "")
    if follow:
        put(act.connection, choice.ids, visible_by_hand=0, deadline_by_hand=0)
        _catch_up(act, choice.tasks)
    if deadline is not None:
        set_deadline(act, choice.ids, deadline)
    if no_deadline:
        edit_columns(
            act.connection, choice.ids, deadline_date=None, deadline_by_hand=1, deadline_time=None, shift_words=None
        )
    if visible is not None:
        edit_columns(act.connection, choice.ids, visible_date=visible.isoformat(), visible_by_hand=1)
    for number, day in _moved_by(act, choice, offset):
        set_deadline(act, number, day)
    return result(act, "moved" if offset is None else f"moved by {offset}", choice)


@operation("task delete")
def delete(act: Act, *tasks: Ids, filter: Where = None, dry_run: DryRun = False, yes: Yes = False) -> Result:
    """Delete tasks; undo brings them back."""
    flows = _flows(act)
    cannot = _may_go if flows is None else flows.unless(act, flows.not_deleted)
    choice = choose(act, tasks, filter, yes=yes or dry_run, cannot=cannot)
    if dry_run:
        return would(choice)
    take_away(act, choice.tasks)
    return result(act, "deleted", choice)


def set_deadline(act: Act, numbers: Sequence[int], day: date) -> None:
    """A person says by when these tasks are due."""
    edit_columns(act.connection, numbers, deadline_date=day.isoformat(), deadline_by_hand=1, shift_words=None)


def _moved_by(act: Act, choice: Choice, offset: Offset | None) -> Iterator[tuple[list[int], date]]:
    """Tasks that share a day keep sharing it: one statement for each day, not for each task."""
    if offset is None:
        return
    days = None
    if offset.unit is Unit.BUSINESS_DAY:
        from engine.calendars import business_days

        days = business_days(act.connection)
    together: dict[date, list[int]] = {}
    for task in choice.tasks:
        assert task.deadline_date is not None
        together.setdefault(task.deadline_date, []).append(task.id)
    for day, numbers in together.items():
        yield numbers, moved(day, offset, days)


def _stays(task: Task) -> str:
    if task.kind is TaskKind.CONTACT:
        return f"Task {task.id} cannot be moved: it is a line of contact history."
    return f"Task {task.id} cannot be moved: it is done; reopen it first." if task.is_done else ""


def _has_no_day(task: Task) -> str:
    return _stays(task) or ("" if task.deadline_date else f"Task {task.id} has no due day to move; say which day.")


def done_already(task: Task) -> str:
    """Why a task cannot be done, if it cannot."""
    done = f"Task {task.id} is already done (by {task.done_by or 'nobody'} on {task.done_date})."
    return done if task.is_done else ""


def _may_go(_: Task) -> str:
    return ""


def _flows(act: Act) -> ModuleType | None:
    """What the verbs ask of tasks that are steps of workflows; nothing is loaded for a store that has none."""
    if act.connection.execute("SELECT 1 FROM step WHERE task_id IS NOT NULL LIMIT 1").fetchone() is None:
        return None
    from engine.workflows import step_tasks

    return step_tasks


def _is_open(task: Task) -> str:
    return "" if task.is_done else f"Task {task.id} is open already."


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
