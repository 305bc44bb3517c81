"""`w`: what made a row, the last decision about it, and what happens next, in sentences."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from engine.operations.registry import Help, Look, query
from engine.rules.offsets import parse_offset
from engine.rules.wording import long_day, upcoming_words
from store.errors import Refused
from store.instants import Instant, from_us
from store.reads.reasons import TaskReason, task_reason


class Kind(StrEnum):
    """What can be asked about."""

    TASK = "task"
    SCHEDULE = "schedule"
    RUN = "run"


@dataclass(frozen=True, slots=True)
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
    return Why(kind, number, _ANSWERS[kind](look.connection, number, look.today, look.zone))


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


_ANSWERS = {Kind.TASK: why_task}
