"""`w`: what made a row, the last decision about it, and what happens next, in sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from engine.operations.list_names import list_id
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from engine.operations.template_names import named_template
from engine.operations.trigger_names import named_trigger
from engine.queries.why_jobs import local_day, named, why_occurrence, why_run, why_schedule
from engine.queries.why_recurring import why_recurring, why_template
from engine.rules.errors import shown
from engine.rules.offsets import parse_offset
from engine.rules.origins import file_words
from engine.rules.wording import count_of, instant_words, long_day, upcoming_words
from store.errors import Refused
from store.frozen import value
from store.instants import from_us
from store.reads import schedules
from store.reads.reasons import TaskReason, last_occurrence, made_by, occurrence, task_reason
from store.reads.templates import of_schedule, task_origin
from store.reads.templates import template as template_of
from store.titling import titled


class Kind(StrEnum):
    """What can be asked about."""

    TASK = "task"
    SCHEDULE = "schedule"
    OCCURRENCE = "occurrence"
    RUN = "run"
    TEMPLATE = "template"
    LIST = "list"
    LABEL = "label"
    CALENDAR = "calendar"
    FILTER = "filter"
    NOTICE = "notice"
    TRIGGER = "trigger"
    ACTION = "action"
    WORKFLOW = "workflow"
    STEP = "step"

    @property
    def table(self) -> str:
        """Where its rows and their names are."""
        tables = {Kind.LIST: "task_list", Kind.FILTER: "saved_filter", Kind.NOTICE: "notification",
                  Kind.ACTION: "pending_action"}  # fmt: skip
        return tables.get(self, self.value)


@value
class Why:
    """The answer: one sentence a line."""

    kind: Kind
    id: int
    name: str
    """What it is called: `nightly backup`, `run 12 of nightly backup`."""
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


@query("why")
def why(
    look: Look,
    kind: Annotated[
        Kind,
        Help(
            "task, template, schedule, occurrence, run, trigger, action, workflow, step, list, label, calendar, filter"
            " or notice"
        ),
    ],
    thing: Annotated[
        str, Help("its id, or its name; of an occurrence, the schedule's; of a step, 4/approve too", "ID")
    ],
) -> Why:
    """Say why a task, template, schedule, run or another row is as it is."""
    number = _number(look, kind, thing.strip())
    if number is None:
        from engine.queries.why_workflows import why_not

        return Why(kind, *why_not(look, thing.strip()))
    if kind is Kind.TASK:
        from engine.queries.why_triggers import touched

        lines = (*why_task(look.connection, number, look.today, look.zone), *touched(look, number))
    elif kind is Kind.SCHEDULE:
        template = of_schedule(look.connection, number)
        lines = why_schedule(look, number) if template is None else why_template(look.connection, template)
    elif kind is Kind.TEMPLATE:
        lines = why_template(look.connection, template_of(look.connection, number))
    elif kind is Kind.OCCURRENCE:
        lines = why_occurrence(look, number)
    elif kind is Kind.RUN:
        lines = why_run(look, number)
    else:
        lines = _of_things(kind)(look, number)
    return Why(kind, number, _called(look.connection, kind, number), lines)


def _of_things(kind: Kind) -> Callable[[Look, int], tuple[str, ...]]:
    from engine.queries import why_notices, why_things, why_triggers, why_workflows

    return {
        Kind.WORKFLOW: why_workflows.why_workflow, Kind.STEP: why_workflows.why_step,
        Kind.TRIGGER: why_triggers.why_trigger, Kind.ACTION: why_triggers.why_action,
        Kind.LIST: why_things.why_list, Kind.LABEL: why_things.why_label, Kind.CALENDAR: why_things.why_calendar,
        Kind.FILTER: why_things.why_filter, Kind.NOTICE: why_notices.why_notice,
    }[kind]  # fmt: skip


def _called(connection: sqlite3.Connection, kind: Kind, number: int) -> str:
    """The name of the row, which is there; a run and an occurrence say which of many they are."""
    if kind is Kind.OCCURRENCE:
        found = occurrence(connection, number)
        assert found is not None
        zone = schedules.schedule(connection, found.schedule_id).zone
        return f"{found.schedule}, {instant_words(from_us(found.planned_at), zone)}"
    if kind is Kind.TEMPLATE:
        return template_of(connection, number).name
    if kind is Kind.STEP:
        return "{} of workflow {}".format(
            *connection.execute("SELECT node, workflow_id FROM step WHERE id = ?", (number,)).fetchone()
        )
    if kind is Kind.WORKFLOW:
        query = "SELECT d.name FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id WHERE w.id = ?"
        return f"workflow {number} of {connection.execute(query, (number,)).fetchone()[0]}"
    if kind is Kind.ACTION:
        return f"action {number}"
    name = {Kind.TASK: titled("task"), Kind.NOTICE: "subject"}.get(kind, "name")
    (name,) = connection.execute(f'SELECT {name} FROM "{kind.table}" WHERE id = ?', (number,)).fetchone()
    return f"run {number} of {name}" if kind is Kind.RUN else str(name)


def _number(look: Look, kind: Kind, thing: str) -> int | None:
    """The id of what is named; an occurrence is named by its schedule, and is then its last.

    None for a step that a workflow has and has not reached.
    """
    if kind is Kind.STEP:
        from engine.queries.why_workflows import step_named

        return step_named(look.connection, thing)
    if kind is Kind.WORKFLOW and not thing.isdigit():
        raise Refused(f"workflow: expected its id, not '{shown(thing)}'; `tickler workflow list` shows them.")
    if kind is Kind.SCHEDULE:
        return one_of(look.connection, "schedule", thing)
    if kind is Kind.OCCURRENCE and not thing.isdigit():
        schedule = one_of(look.connection, "schedule", thing)
        found = last_occurrence(look.connection, schedule)
        if found is None:
            raise Refused(f"Nothing was decided of '{shown(thing)}' yet.")
        return found
    if kind is Kind.TEMPLATE:
        return named_template(look.connection, thing).id
    if kind is Kind.LIST:
        return list_id(look.connection, thing)
    if kind in (Kind.LABEL, Kind.CALENDAR, Kind.FILTER):
        return one_of(look.connection, kind.table, thing)
    if kind is Kind.TRIGGER:
        return named_trigger(look.connection, thing).id
    if kind is Kind.ACTION and not thing.isdigit():
        raise Refused(f"action: expected its id, not '{shown(thing)}'; `trigger upcoming` and `history` show them.")
    if kind is Kind.NOTICE and not thing.isdigit():
        raise Refused(f"notice: expected its id, not '{shown(thing)}'; `tickler notification list` shows them.")
    return named(look.connection, kind, thing)


def why_task(connection: sqlite3.Connection, number: int, today: date, zone: ZoneInfo) -> tuple[str, ...]:
    """What made a task and where its two dates come from."""
    reason = task_reason(connection, number)
    if reason is None:
        raise Refused(f"There is no task {number}.")
    recurs = task_origin(connection, number)
    lines = (
        why_recurring(connection, recurs)
        if recurs
        else [_maker(connection, number, reason, zone), *_job(reason), _due(reason)]
    )
    if reason.origin is not None:
        lines[:1] = [*([lines[0]] if recurs else []), _imported(connection, number, reason, zone)]
    if reason.visible_date > today:
        lines.append(f"Hidden until {long_day(reason.visible_date)} ({upcoming_words(reason.visible_date, today)}).")
    if reason.replaces_id is not None:
        lines.append(f"Takes the place of task {reason.replaces_id}, whose notes it carries on.")
    if reason.superseded_at is not None:
        then = long_day(local_day(reason.superseded_at, zone))
        lines.append(f"Superseded on {then} by task {reason.superseded_by_id}; kept as history.")
    if reason.is_done and reason.done_date is not None:
        lines.append(f"Done by {reason.done_by or 'somebody'} on {long_day(reason.done_date)}.")
    return tuple(line for line in lines if line)


def _maker(connection: sqlite3.Connection, number: int, reason: TaskReason, zone: ZoneInfo) -> str:
    """A step of a workflow; or a task that a trigger made in the name of its owner, which would say little."""
    if step := _step(connection, number):
        return step
    if reason.schedule is None and reason.task_model is None:
        from engine.queries.why_triggers import maker_of

        return maker_of(connection, number, zone) or _made(reason, zone)
    return _made(reason, zone)


def _step(connection: sqlite3.Connection, number: int) -> str:
    """Of a task that is a human step: of which workflow."""
    if connection.execute("SELECT 1 FROM step WHERE task_id = ?", (number,)).fetchone() is None:
        return ""
    from engine.queries.why_workflows import of_task

    return of_task(connection, number)


def _made(reason: TaskReason, zone: ZoneInfo) -> str:
    thing = f"{reason.object_class} {reason.object_id}"
    if reason.schedule is not None:
        return f"Opened when {reason.schedule} failed on {long_day(local_day(reason.created_at, zone))}."
    if reason.task_model is None:
        about = f" for {thing}" if reason.object_id else ""
        by = f" by {reason.created_by}" if reason.created_by else ""
        return f"Made by hand{by} on {long_day(local_day(reason.created_at, zone))}{about}."
    model = f"model {reason.task_model}"
    if reason.trigger_type == "status_change" and reason.trigger_at is not None:
        when = long_day(local_day(reason.trigger_at, zone))
        later = _offset_words(reason.trigger_offset)
        shown = f"; shown {later}" if later else ""
        return f"{thing} became {reason.trigger_status} on {when} ({model}){shown}."
    if reason.trigger_value is not None:
        words = parse_offset(reason.trigger_offset or "0d").words()
        then = f"{reason.trigger_field} of {thing}, {_day(reason.trigger_value)} ({model})"
        return f"Came {words}: {then}." if words == "on the day" else f"Came {words} {then}."
    return f"Made by {model} for {thing}."


def _imported(connection: sqlite3.Connection, number: int, reason: TaskReason, zone: ZoneInfo) -> str:
    """Which file it came from and when; the day that the file says it was made is another."""
    made = made_by(connection, "task", number)
    by = f" by {reason.created_by}" if reason.created_by else ""
    on = f" on {long_day(local_day(made.at, zone))}" if made else ""
    name = made.words.removeprefix("imported ").rpartition(": ")[0] if made and made.words else ""
    about = f" for {reason.object_class} {reason.object_id}" if reason.object_id else ""
    return f"Imported{by}{on} from {file_words(reason.origin or '', name)}{about}."


def _job(reason: TaskReason) -> list[str]:
    """Of a task about a failing job: how often it failed, and when the task closes."""
    if reason.schedule is None:
        return []
    lines = [f"It failed {count_of(reason.folded, 'time')} more since."] if reason.folded else []
    if not reason.is_done:
        lines.append(
            f"{reason.schedule} has failed {count_of(reason.schedule_failures, 'time')} in a row; the task closes"
            " by itself when it works again, unless somebody has changed it."
            if reason.schedule_failures
            else f"{reason.schedule} works again; the task was changed by hand and is kept open."
        )
    return lines


def _due(reason: TaskReason) -> str:
    if reason.deadline_by_hand:
        return "Its due day was set by hand and stays when the dates move."
    if reason.deadline_field is None:
        return "" if reason.deadline_date else "No due day: nothing says by when."
    if reason.deadline_date is None:
        thing = f"{reason.object_class} {reason.object_id}"
        return f"No due day: {reason.deadline_field} of {thing} is empty."
    words = parse_offset(reason.deadline_offset or "0d").words().replace("on the day", "on")
    moves = "" if reason.is_done else f" It moves when {reason.deadline_field} moves."
    return f"Due {words} {reason.deadline_field} ({_day(reason.deadline_value)}).{moves}"


def _offset_words(offset: str | None) -> str:
    parsed = parse_offset(offset or "0d")
    return parsed.words().replace("after", "later") if parsed.number else ""


def _day(text: str | None) -> str:
    return long_day(date.fromisoformat(text)) if text else "no date"
