"""The verbs of tasks. Most take several ids: that is one act, and one undo takes all of it back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

from engine.operations import followups
from engine.operations.labels import label_ids
from engine.operations.lists import list_id
from engine.operations.registry import Act, Help, operation
from engine.operations.task_making import NewTask, make
from engine.operations.things import entity_id, named_thing, user_id
from engine.rules.errors import shown
from engine.rules.texts import free_text, one_line
from engine.rules.wording import count_of
from store import journal
from store.enums import TaskKind
from store.errors import Refused
from store.reads.task_rows import many
from store.values import CheckItem, Task

Ids = Annotated[int, Help("id of the task; several are one act", metavar="ID")]
Result = Task | tuple[Task, ...]
"""The task, if one was named, else all of them."""


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
    return _told(act, "added", [make(act, new)])


@operation("task done")
def done(
    act: Act,
    *tasks: Ids,
    on: Annotated[date | None, Help("day it was done; today if not given or entered before")] = None,
) -> Result:
    """Mark tasks done."""
    chosen = _chosen(act, tasks)
    for task in chosen:
        if task.is_done:
            raise Refused(f"Task {task.id} is already done (by {task.done_by or 'nobody'} on {task.done_date}).")
    by = followups.doer(act)
    act.connection.executemany(
        "UPDATE task SET is_done = 1, done_by = ?, done_date = coalesce(?, done_date, ?), done_at = ?, rev = rev + 1"
        " WHERE id = ?",
        [(by, on.isoformat() if on else None, act.today.isoformat(), act.now, task.id) for task in chosen],
    )
    return _result(act, "done", chosen)


@operation("task reopen")
def reopen(act: Act, *tasks: Ids) -> Result:
    """Open done tasks again; dates that moved meanwhile hold for them too."""
    chosen = _chosen(act, tasks)
    for task in chosen:
        if not task.is_done:
            raise Refused(f"Task {task.id} is open already.")
    act.connection.executemany(
        "UPDATE task SET is_done = 0, done_by = iif(kind = 'contact', done_by, NULL),"
        " done_date = iif(kind = 'contact', done_date, NULL), done_at = NULL, rev = rev + 1 WHERE id = ?",
        [(task.id,) for task in chosen],
    )
    _catch_up(act, chosen)
    return _result(act, "reopened", chosen)


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
    chosen = _chosen(act, tasks)
    for task in chosen:
        if task.is_done or task.kind is TaskKind.CONTACT:
            what = "a line of contact history" if task.kind is TaskKind.CONTACT else "done; reopen it first"
            raise Refused(f"Task {task.id} cannot be moved: it is {what}.")
        if follow:
            _set(act.connection, task.id, visible_by_hand=0, deadline_by_hand=0)
        if deadline is not None or no_deadline:
            day = deadline.isoformat() if deadline else None
            _set(act.connection, task.id, deadline_date=day, deadline_by_hand=1)
        if visible is not None:
            _set(act.connection, task.id, visible_date=visible.isoformat(), visible_by_hand=1)
    if follow:
        _catch_up(act, chosen)
    return _result(act, "moved", chosen)


@operation("task edit")
def edit(
    act: Act,
    task: Annotated[int, Help("id of the task", metavar="ID")],
    name: Annotated[str | None, Help("new name")] = None,
    notes: Annotated[str | None, Help("new notes")] = None,
    group: Annotated[str | None, Help("name of the group it is listed in; empty for none")] = None,
    done_date: Annotated[date | None, Help("day it was done; kept when it is marked done")] = None,
    no_done_date: Annotated[bool, Help("forget the day entered for an open task")] = False,
    rev: Annotated[int | None, Help("change it only if this is still its revision")] = None,
) -> Task:
    """Change name, notes, group or done date of a task."""
    (found,) = _chosen(act, (task,))
    if rev is not None and rev != found.rev:
        raise Refused(f"Task {task} was changed by somebody else meanwhile; look at it again.")
    if no_done_date and (found.is_done or done_date):
        raise Refused(f"Task {task} keeps its done date while it is done; reopen it instead.")
    columns: dict[str, object] = {}
    if name is not None:
        columns["name"] = one_line("name", name)
    if notes is not None:
        columns["notes"] = free_text("notes", notes)
    if group is not None:
        columns["tasks_group_name"] = _group(group)
    if done_date is not None or no_done_date:
        columns["done_date"] = done_date.isoformat() if done_date else None
    if not columns:
        raise Refused("Say what to change: --name, --notes, --group or --done-date.")
    _set(act.connection, task, **columns)
    return _told(act, "edited", [task])


@operation("task assign")
def assign(
    act: Act,
    *tasks: Ids,
    to: Annotated[
        tuple[str, ...], Help("who does it from now on; several times for several; nobody if not given")
    ] = (),
) -> Result:
    """Say who does tasks, instead of those who did before."""
    chosen = _chosen(act, tasks)
    users = [user_id(act, name) for name in to]
    for task in chosen:
        _assign(act, task.id, users)
    return _result(act, f"assigned to {', '.join(map(shown, to)) or 'nobody'}", chosen)


@operation("task delete")
def delete(act: Act, *tasks: Ids) -> Result:
    """Delete tasks; undo brings them back."""
    chosen = _chosen(act, tasks)
    for task in chosen:
        _set(act.connection, task.id, deleted_at=act.now)
    return _result(act, "deleted", chosen)


def task_words(tasks: Sequence[Task]) -> str:
    """`Collect allergy info (stay 12)`, or how many."""
    if len(tasks) != 1:
        return count_of(len(tasks), "task")
    task = tasks[0]
    about = f" ({shown(task.object_class)} {shown(task.object_id)})" if task.object_id is not None else ""
    return shown(task.name) + about


def _chosen(act: Act, numbers: Iterable[int]) -> tuple[Task, ...]:
    """The tasks named, each once. Refused if one of them is not there any more or was replaced."""
    distinct = list(dict.fromkeys(numbers))
    if not distinct:
        raise Refused("Name at least one task by its id.")
    found = {task.id: task for task in many(act.connection, [n for n in distinct if abs(n) < 1 << 63])}
    for number in distinct:
        task = found.get(number)
        if task is None:
            raise Refused(f"There is no task {number}.")
        if task.deleted_at is not None:
            raise Refused(f"Task {number} ({shown(task.name)}) was deleted.")
        if task.superseded_at is not None:
            raise Refused(f"Task {number} is history: task {task.superseded_by_id} took its place.")
    return tuple(found[number] for number in distinct)


def _result(act: Act, verb: str, tasks: Sequence[Task]) -> Result:
    after = _tell(act, verb, [task.id for task in tasks])
    return after[0] if len(after) == 1 else after


def _told(act: Act, verb: str, numbers: Sequence[int]) -> Task:
    return _tell(act, verb, numbers)[0]


def _tell(act: Act, verb: str, numbers: Sequence[int]) -> tuple[Task, ...]:
    """Say in the journal what was done, and read the tasks as they are now."""
    after = many(act.connection, numbers)
    journal.describe(act.connection, act.id, f"{verb}: {task_words(after)}")
    return after


def _set(connection: sqlite3.Connection, number: int, **columns: object) -> None:
    """Write the columns, which are names of this module, if one of them differs."""
    sets = ", ".join(f"{name} = ?" for name in columns)
    differs = " OR ".join(f"{name} IS NOT ?" for name in columns)
    connection.execute(
        f"UPDATE task SET {sets}, rev = rev + 1 WHERE id = ? AND ({differs})",
        (*columns.values(), number, *columns.values()),
    )


def _assign(act: Act, number: int, users: Sequence[int]) -> None:
    """Make the task that of these users alone; whoever keeps it is not written anew."""
    has = {row[0] for row in act.connection.execute("SELECT user_id FROM task_assignee WHERE task_id = ?", (number,))}
    act.connection.executemany(
        "DELETE FROM task_assignee WHERE task_id = ? AND user_id = ?", [(number, user) for user in has - {*users}]
    )
    act.connection.executemany(
        "INSERT INTO task_assignee (task_id, user_id) VALUES (?, ?)",
        [(number, user) for user in dict.fromkeys(users) if user not in has],
    )


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
