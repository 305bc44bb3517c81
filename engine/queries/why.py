"""`w`: what made a row, the last decision about it, and what happens next, in sentences."""

from __future__ import annotations

import sqlite3
from datetime import date
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from engine.operations.registry import Help, Look, query
from engine.rules.durations import duration_words
from engine.rules.errors import BadValue
from engine.rules.offsets import parse_offset
from engine.rules.when import sentence
from engine.rules.wording import count_of, full_instant, long_day, upcoming_words
from engine.timing import rule_of
from store.enums import FINAL
from store.errors import Refused
from store.frozen import value
from store.instants import SECOND, Instant, from_us
from store.reads import runs, schedules
from store.reads.reasons import TaskReason, task_reason
from store.values import Run, Schedule


class Kind(StrEnum):
    """What can be asked about."""

    TASK = "task"
    SCHEDULE = "schedule"
    RUN = "run"


@value
class Why:
    """The answer: one sentence a line."""

    kind: Kind
    id: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


@query("why")
def why(
    look: Look,
    kind: Annotated[Kind, Help("task, schedule or run")],
    number: Annotated[int, Help("its id", "ID")],
) -> Why:
    """Say why a task, schedule or run is as it is."""
    if kind is Kind.TASK:
        lines = why_task(look.connection, number, look.today, look.zone)
    elif kind is Kind.SCHEDULE:
        lines = why_schedule(look.connection, number, look.zone)
    else:
        lines = why_run(look.connection, number, look.zone)
    return Why(kind, number, lines)


def why_task(connection: sqlite3.Connection, number: int, today: date, zone: ZoneInfo) -> tuple[str, ...]:
    """What made a task and where its two dates come from."""
    reason = task_reason(connection, number)
    if reason is None:
        raise Refused(f"There is no task {number}.")
    lines = [_made(reason, zone), _due(reason)]
    if reason.visible_date > today:
        lines.append(f"Hidden until {long_day(reason.visible_date)} ({upcoming_words(reason.visible_date, today)}).")
    if reason.replaces_id is not None:
        lines.append(f"Takes the place of task {reason.replaces_id}, whose notes it carries on.")
    if reason.superseded_at is not None:
        then = long_day(_local(reason.superseded_at, zone))
        lines.append(f"Superseded on {then} by task {reason.superseded_by_id}; kept as history.")
    if reason.is_done and reason.done_date is not None:
        lines.append(f"Done by {reason.done_by or 'somebody'} on {long_day(reason.done_date)}.")
    return tuple(line for line in lines if line)


def why_schedule(connection: sqlite3.Connection, number: int, zone: ZoneInfo) -> tuple[str, ...]:
    """When a schedule happens, what became of its last occurrence, and what happens next."""
    schedule = schedules.schedule(connection, number)
    lines = [f"Added by {schedule.owner or 'somebody'} on {long_day(_local(schedule.created_at, zone))}."]
    try:
        lines.append(f"Happens {sentence(rule_of(schedule))}.")
    except BadValue as fault:
        lines.append(f"It cannot be told when it happens: {fault}.")
    if schedule.error:
        lines.append(f"Broken, so it does not fire: {schedule.error}. An edit mends it.")
    for last in schedules.ledger(connection, number, limit=1):
        planned = full_instant(from_us(last.planned_at), schedule.zone)
        because = f": {last.reason}" if last.reason else ""
        lines.append(f"The last decision, for {planned}: {last.state}{because}.")
    return (*lines, _next(schedule))


def _next(schedule: Schedule) -> str:
    if schedule.deleted_at is not None:
        return "It is deleted; nothing happens any more."
    if schedule.pause_reason is not None:
        until = f" until {full_instant(from_us(schedule.paused_until), schedule.zone)}" if schedule.paused_until else ""
        return f"It is paused{until}: {schedule.pause_reason}. What is planned meanwhile is skipped, not missed."
    if not schedule.is_enabled:
        return "It is switched off; nothing happens until it is switched on."
    if schedule.next_at is None:
        return "Nothing happens next." if schedule.error else "It has ended; nothing happens next."
    return f"Next: {full_instant(from_us(schedule.next_at), schedule.zone)}."


def why_run(connection: sqlite3.Connection, number: int, zone: ZoneInfo) -> tuple[str, ...]:
    """What made a run, how it ended or why it waits."""
    run = runs.run(connection, number)
    if run is None:
        raise Refused(f"There is no run {number}.")
    lines = [_cause(run, zone)]
    if run.retry_of is not None:
        lines.append(f"It tries run {run.retry_of} again.")
    if run.cancel_requested_at is not None:
        lines.append(f"Somebody asked it to stop at {full_instant(from_us(run.cancel_requested_at), zone.key)}.")
    because = f": {run.reason or run.error}" if run.reason or run.error else ""
    lines.append(f"It is {run.state}{because}.")
    if run.state not in FINAL and run.attempts < run.max_attempts:
        left = run.max_attempts - run.attempts
        lines.append(f"If it fails, it is tried {count_of(left, 'more time', 'more times')}.")
    return tuple(lines)


def _cause(run: Run, zone: ZoneInfo) -> str:
    if run.schedule is None:
        return f"Asked for by {run.creator} on {full_instant(from_us(run.created_at), zone.key)}."
    if run.planned_at is None:
        return f"Started by {run.creator} outside the plan of {run.schedule}."
    late = duration_words((run.created_at - run.planned_at) / SECOND)
    return f"Planned by {run.schedule} for {full_instant(from_us(run.planned_at), zone.key)}; made {late} later."


def _made(reason: TaskReason, zone: ZoneInfo) -> str:
    thing = f"{reason.object_class} {reason.object_id}"
    if reason.task_model is None:
        about = f" for {thing}" if reason.object_id else ""
        by = f" by {reason.created_by}" if reason.created_by else ""
        return f"Made by hand{by} on {long_day(_local(reason.created_at, zone))}{about}."
    model = f"model {reason.task_model}"
    if reason.trigger_type == "status_change" and reason.trigger_at is not None:
        when = long_day(_local(reason.trigger_at, zone))
        later = _offset_words(reason.trigger_offset)
        shown = f"; shown {later}" if later else ""
        return f"{thing} became {reason.trigger_status} on {when} ({model}){shown}."
    if reason.trigger_value is not None:
        words = parse_offset(reason.trigger_offset or "0d").words()
        then = f"{reason.trigger_field} of {thing}, {_day(reason.trigger_value)} ({model})"
        return f"Came {words}: {then}." if words == "on the day" else f"Came {words} {then}."
    return f"Made by {model} for {thing}."


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


def _local(at: Instant, zone: ZoneInfo) -> date:
    return from_us(at).astimezone(zone).date()
