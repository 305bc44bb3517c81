"""The verbs that change what a task says: name, notes, list, priority, time, checklist, labels, people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from engine.operations.labels import label_ids
from engine.operations.lists import list_id
from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import (
    Choice,
    DryRun,
    Ids,
    Result,
    Where,
    Yes,
    choose,
    chosen,
    edit_columns,
    link,
    linked,
    result,
    would,
)
from engine.operations.task_making import priority as checked_priority
from engine.operations.things import user_id
from engine.rules import checklists
from engine.rules.dates import parse_clock
from engine.rules.errors import BadValue, shown
from engine.rules.texts import free_text, one_line
from store.errors import Refused
from store.values import Task


@operation("task edit")
def edit(
    act: Act,
    *tasks: Ids,
    name: Annotated[str | None, Help("new name")] = None,
    notes: Annotated[str | None, Help("new notes")] = None,
    group: Annotated[str | None, Help("name of the group it is listed in; empty for none")] = None,
    list: Annotated[str | None, Help("list it lies in; empty for none", metavar="LIST")] = None,
    priority: Annotated[int | None, Help("1 (most urgent) to 4; 0 for none")] = None,
    time: Annotated[str | None, Help("time of day it is due, such as 14:00; empty for none")] = None,
    start: Annotated[date | None, Help("day on which work on it starts")] = None,
    no_start: Annotated[bool, Help("forget the day on which work on it starts")] = False,
    item: Annotated[
        tuple[str, ...] | None, Help("a line of its checklist, instead of those before; once for each")
    ] = None,
    done_date: Annotated[date | None, Help("day it was done; kept when it is marked done")] = None,
    no_done_date: Annotated[bool, Help("forget the day entered for an open task")] = False,
    rev: Annotated[int | None, Help("change it only if this is still its revision")] = None,
    filter: Where = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Change what tasks say: name, notes, list, priority, time and more."""
    choice = choose(act, tasks, filter, yes=yes or dry_run)
    found = choice.tasks
    if len(found) > 1 and (name is not None or rev is not None):
        raise Refused(f"Name one task for --{'name' if name is not None else 'rev'}, not {len(found)}.")
    if rev is not None and rev != found[0].rev:
        raise Refused(f"Task {found[0].id} was changed by somebody else meanwhile; look at it again.")
    columns: dict[str, object] = {}
    if name is not None:
        columns["name"] = one_line("name", name)
    if notes is not None:
        columns["notes"] = free_text("notes", notes)
    if group is not None:
        columns["tasks_group_name"] = one_line("group", group, 200) if group.strip() else ""
    if list is not None:
        columns["list_id"] = list_id(act.connection, list) if list.strip() else None
    if priority is not None:
        columns["priority"] = checked_priority(priority or None)
    if start is not None or no_start:
        columns["start_date"] = _day(start, no_start, "start")
    if time is not None:
        columns["deadline_time"] = _clock(time, found)
    if done_date is not None or no_done_date:
        columns["done_date"] = _done_day(found, done_date, no_done_date)
    if not columns and item is None:
        raise Refused("Say what to change, such as --name, --notes, --list or --priority.")
    if dry_run:
        return would(choice)
    if columns:
        edit_columns(act.connection, choice.ids, **columns)
    if item is not None:
        for task in found:
            lines = _stored(checklists.replaced(_lines(task), item))
            edit_columns(act.connection, (task.id,), checklist=lines)
    return result(act, "edited", choice)


@operation("task label")
def label(
    act: Act,
    *tasks: Ids,
    add: Annotated[tuple[str, ...], Help("a label it bears from now on; may be given several times")] = (),
    remove: Annotated[tuple[str, ...], Help("a label it no longer bears; may be given several times")] = (),
    filter: Where = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Put labels on tasks and take labels off; a label that is new is made."""
    if not add and not remove:
        raise Refused("Say which labels: --add or --remove.")
    choice = choose(act, tasks, filter, yes=yes or dry_run)
    gone = [one_of(act.connection, "label", name.removeprefix("@")) for name in remove]
    if dry_run:
        return would(choice)
    _link(act, choice, "label", label_ids(act.connection, add), gone)
    words = [f"+{shown(name.removeprefix('@'))}" for name in add]
    words += [f"-{shown(name.removeprefix('@'))}" for name in remove]
    return result(act, f"labelled {' '.join(words)}", choice)


@operation("task check")
def check(
    act: Act,
    task: Annotated[int, Help("id of the task", metavar="ID")],
    *items: Annotated[str, Help("line to tick, or to tick no longer: its number or how it begins", metavar="ITEM")],
    add: Annotated[tuple[str, ...], Help("a new line; once for each")] = (),
    remove: Annotated[tuple[str, ...], Help("line that goes: its number or how it begins; once for each")] = (),
) -> Result:
    """Tick lines of a task's checklist, or add and remove lines."""
    if not items and not add and not remove:
        raise Refused("Say which line of the checklist, by its number or its beginning, or --add or --remove one.")
    (found,) = chosen(act, (task,))
    before = _lines(found)
    after = checklists.changed(checklists.toggled(before, items), add, remove)
    edit_columns(act.connection, (task,), checklist=_stored(after))
    ticks = [f"{'ticked' if is_done else 'no longer ticked'} {shown(text, 60)}" for text, is_done in after]
    one = [ticks[checklists.place(before, items[0])]] if len(items) == 1 and not remove else []
    return result(act, one[0] if one else "changed the checklist", (found,))


@operation("task assign")
def assign(
    act: Act,
    *tasks: Ids,
    to: Annotated[
        tuple[str, ...], Help("who does it from now on; several times for several; nobody if not given")
    ] = (),
    add: Annotated[tuple[str, ...], Help("who does it too, beside those who did before")] = (),
    remove: Annotated[tuple[str, ...], Help("who does it no longer")] = (),
    filter: Where = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Say who does tasks, instead of those who did before or (--add, --remove) beside them."""
    if to and (add or remove):
        raise Refused("Say who does it with --to alone, or with --add and --remove.")
    choice = choose(act, tasks, filter, yes=yes or dry_run)
    if dry_run:
        return would(choice)
    if add or remove:
        _link(act, choice, "user", [user_id(act, name) for name in add], [user_id(act, name) for name in remove])
        words = [*(f"+{shown(name)}" for name in add), *(f"-{shown(name)}" for name in remove)]
        return result(act, f"assigned {' '.join(words)}", choice)
    users = list(dict.fromkeys(user_id(act, name) for name in to))
    link(act.connection, "user", choice.ids, users, linked(act.connection, "user", choice.ids).difference(users))
    return result(act, f"assigned to {', '.join(map(shown, to)) or 'nobody'}", choice)


@operation("task note")
def note(
    act: Act,
    *tasks: Ids,
    text: Annotated[str, Help("what is to be remembered; it is added with the day and who wrote it")] = "",
) -> Result:
    """Add a line to the notes of tasks, with the day."""
    if not text.strip():
        raise Refused("Say what is to be remembered: --text.")
    found = chosen(act, tasks)
    line = f"{act.today.isoformat()} {act.actor.name}: {free_text('text', text).strip()}"
    for task in found:
        notes = f"{task.notes.rstrip()}\n{line}" if task.notes.strip() else line
        edit_columns(act.connection, (task.id,), notes=free_text("notes", notes))
    return result(act, "noted", found)


def _clock(text: str, tasks: Sequence[Task]) -> str | None:
    if not text.strip():
        return None
    clock = f"{parse_clock(text):%H:%M}"
    for task in tasks:
        if task.deadline_date is None:
            raise BadValue(f"time: a time of day needs a deadline to go with it, and task {task.id} has none")
    return clock


def _day(day: date | None, none: bool, name: str) -> str | None:
    if day is not None and none:
        raise Refused(f"Say either --{name} or --no-{name}.")
    return None if day is None else day.isoformat()


def _done_day(tasks: Sequence[Task], day: date | None, forget: bool) -> str | None:
    for task in tasks:
        if forget and (task.is_done or day is not None):
            raise Refused(f"Task {task.id} keeps its done date while it is done; reopen it instead.")
    return None if day is None else day.isoformat()


def _lines(task: Task) -> tuple[checklists.Line, ...]:
    return tuple((item.text, item.is_done) for item in task.checklist)


def _stored(lines: Sequence[checklists.Line]) -> str:
    return json.dumps([[text, is_done] for text, is_done in lines], ensure_ascii=False)


def _link(act: Act, choice: Choice, kind: str, more: Sequence[int], gone: Sequence[int]) -> None:
    """Tie labels or people to tasks and untie others; to do both with one makes no sense."""
    if both := set(gone).intersection(more):
        name = act.connection.execute(f"SELECT name FROM {kind} WHERE id = ?", (both.pop(),)).fetchone()[0]
        raise Refused(f"Say either --add or --remove of {shown(name)}.")
    link(act.connection, kind, choice.ids, more, gone)
