"""From the row of a task that recurs: a change of it and of all future ones, and the end of its recurring."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from engine.operations.labels import set_labels
from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import edit_columns
from engine.operations.task_editing import edit
from engine.operations.template_fields import fields_of, rule_and_anchor
from engine.operations.template_rebuild import assign
from engine.operations.template_saving import save_template, told
from engine.operations.templates import Assignees, Duration, InList, Item, Labels, Priority, let_go
from engine.rules.errors import shown
from engine.rules.moved_rule import moved_rule, occurrence_on
from engine.rules.when import Rule
from engine.rules.wording import count_of, long_day
from engine.rules.zones import local
from store.enums import Basis
from store.errors import Refused
from store.instants import from_us, to_us
from store.reads import templates as reads
from store.reads.task_rows import one
from store.values import Task, Template

Number = Annotated[int, Help("id of the task", metavar="ID")]

_LATER_ONES = """
UPDATE task SET deleted_at = ?, rev = rev + 1 WHERE template_id = ? AND id <> ? AND is_done = 0 AND is_edited = 0
  AND superseded_at IS NULL AND deleted_at IS NULL AND deadline_date > ?
"""


@operation("task future")
def future(
    act: Act,
    task: Number,
    name: Annotated[str | None, Help("what they are called from now on")] = None,
    notes: Annotated[str | None, Help("new notes")] = None,
    deadline: Annotated[date | None, Help("day on which this one is due; all future ones move along")] = None,
    rule: Annotated[str | None, Help("when they recur from now on, such as 'weekly tue'")] = None,
    label: Labels = None,
    assignee: Assignees = None,
    list: InList = None,
    priority: Priority = None,
    item: Item = None,
    duration: Duration = None,
    rev: Annotated[int | None, Help("change them only if this is still the revision of the template")] = None,
) -> Template:
    """Change a task and all future ones: the template, and open tasks that nobody touched."""
    this, made = recurring(act, task)
    if rev is not None and rev != made.rev:
        raise Refused(f"The template {shown(made.name)} was changed by somebody else meanwhile.")
    if deadline is not None and rule is not None:
        raise Refused("Say either a day (--deadline) or a rule (--rule).")
    said = {
        "task_name": name, "notes": notes, "spec": rule, "labels": label, "assignees": assignee, "list": list,
        "priority": priority, "checklist": item, "duration": duration,
    }  # fmt: skip
    fields: dict[str, Any] = {key: given for key, given in said.items() if given is not None}
    if deadline is not None:
        fields |= moved(act, this, made, deadline)
    if not fields:
        raise Refused("Say what to change, such as --name, --notes, --label, --list, --deadline or --rule.")
    if deadline is not None:
        _move(act, this, made, fields, deadline)
    save_template(act, fields, made)
    if _stays(act, this):
        looks = {"name": name, "notes": notes, "list": list, "priority": priority, "item": item}
        _looks_alike(act, this, made.id, {key: given for key, given in looks.items() if given is not None}, fields)
    return told(act, made.id, f"changed {shown(this.title)} and all future ones")


def _looks_alike(act: Act, this: Task, template: int, looks: dict[str, Any], fields: dict[str, Any]) -> None:
    """What a rebuild leaves alone takes these looks all the same, in this act, so that one undo takes all back."""
    if looks:
        edit.__wrapped__(act, this.id, **looks)  # type: ignore[attr-defined]  # the function itself
    for key, table, column, put in (
        ("labels", "template_label", "label_id", set_labels), ("assignees", "template_assignee", "user_id", assign),
    ):  # fmt: skip
        if key in fields:
            rows = act.connection.execute(f"SELECT {column} FROM {table} WHERE template_id = ?", (template,)).fetchall()
            put(act.connection, this.id, [int(row[0]) for row in rows])


@operation("task stop")
def stop(act: Act, task: Number) -> Task:
    """Let a task recur no more: it stays, and so do done, late and edited ones."""
    this, made = recurring(act, task)
    gone = act.connection.execute(_LATER_ONES, (act.now, made.id, task, act.today.isoformat())).rowcount
    let_go(act, made)
    act.connection.execute(
        "UPDATE task SET template_id = NULL, schedule_id = NULL, planned_at = NULL, rev = rev + 1 WHERE id = ?", (task,)
    )
    more = f", {count_of(gone, 'later task')} gone" if gone else ""
    told(act, made.id, f"recurs no more: {shown(this.title)}{more}")
    found = one(act.connection, task)
    assert found is not None
    return found


def recurring(act: Act, number: int) -> tuple[Task, Template]:
    """The task and its template; Refused if it does not recur."""
    found = one(act.connection, number) if abs(number) < 1 << 63 else None
    if found is None or found.deleted_at is not None:
        raise Refused(f"There is no task {number}.")
    made = None if found.template_id is None else reads.template(act.connection, found.template_id)
    if made is None or made.deleted_at is not None:
        raise Refused(f"Task {number} ({shown(found.title)}) does not recur.")
    return found, made


def moved(act: Act, this: Task, made: Template, to: date) -> dict[str, Any]:
    """The fields of the template by which this task is due on `to`, and all future ones along with it."""
    if this.is_done:
        raise Refused(f"Task {this.id} is done; change the rule of the template {shown(made.name)} instead.")
    if made.basis is Basis.COMPLETION:
        raise Refused(f"{shown(made.name)} counts from the day it was done: move this one only.")
    was = _day(this, made)
    found = None if was is None or was == to else moved_rule(made.spec or "", _maker(act, made, to), was, to)
    if found is None:
        raise Refused(
            f"There is no telling how '{shown(made.spec or '')}' moves to {long_day(to)}: type a rule, such as"
            " weekly fri, or move this one only."
        )
    spec, is_start = found
    return {"spec": spec, "start_at": to} if is_start else {"spec": spec}


def rule_with(act: Act, made: Template, fields: dict[str, Any]) -> Rule:
    """The rule of the template as it would be with these fields."""
    return rule_and_anchor(act, fields_of(act, fields, made), made)[0]


def _maker(act: Act, made: Template, to: date) -> Any:
    def make(spec: str, is_start: bool) -> Rule:
        return rule_with(act, made, {"spec": spec, "start_at": to} if is_start else {"spec": spec})

    return make


def _day(this: Task, made: Template) -> date | None:
    """The day of the rule that it stands for."""
    if this.planned_at is None:
        return this.deadline_date
    return local(from_us(this.planned_at), made.zone).date()


def _move(act: Act, this: Task, made: Template, fields: dict[str, Any], to: date) -> None:
    """It stands for its new day before the template changes, so that it is kept and no second one is made."""
    at = occurrence_on(rule_with(act, made, fields), to)
    assert at is not None  # the rule was chosen by that
    planned = to_us(at)
    taken = act.connection.execute(
        "SELECT id FROM task WHERE schedule_id = ? AND planned_at = ? AND id <> ? AND superseded_at IS NULL"
        " AND deleted_at IS NULL",
        (made.schedule_id, planned, this.id),
    ).fetchone()
    if taken is not None:
        raise Refused(f"Task {taken[0]} of {shown(made.name)} stands for {long_day(to)} already.")
    act.connection.execute(
        "UPDATE task SET planned_at = ?, deadline_date = ?, shift_words = NULL, rev = rev + 1 WHERE id = ?",
        (planned, to.isoformat(), this.id),
    )
    if this.is_edited:
        edit_columns(act.connection, (this.id,), deadline_by_hand=0)


def _stays(act: Act, this: Task) -> bool:
    """Whether a rebuild leaves it alone: edited, done, or its day is past."""
    is_past = this.deadline_date is not None and this.deadline_date < act.today
    return this.is_edited or this.is_done or is_past
