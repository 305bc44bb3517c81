"""Why a task that recurs is there, and what comes next; why a template does what it does."""

from __future__ import annotations

import sqlite3

from engine.ledger import standing
from engine.rules.errors import BadValue, shown
from engine.rules.origins import file_words
from engine.rules.when import sentence
from engine.rules.wording import count_of, instant_words, long_day
from engine.rules.zones import local
from store.enums import Action, Basis
from store.instants import from_us
from store.reads import schedules
from store.reads.origins import of_template
from store.reads.templates import TaskOrigin, skips, template
from store.values import Template


def why_recurring(connection: sqlite3.Connection, task: TaskOrigin) -> list[str]:
    """Of a task: its template and rule, the day it stands for, and what comes next."""
    made = template(connection, task.template_id)
    day = "" if task.planned_at is None else f" for {long_day(local(from_us(task.planned_at), made.zone).date())}"
    lines = [f"Made by the template {shown(made.name)}{day}: {_rule(connection, made)}."]
    if task.shift_words:
        lines.append(f"Its day was moved {shown(task.shift_words)}.")
    if task.is_edited:
        lines.append("Somebody changed it, so that changes of the template leave it alone.")
    if task.next_task is not None and task.next_due is not None:
        lines.append(f"Next is task {task.next_task}, due on {long_day(task.next_due)}.")
    else:
        lines.append(_next(made))
    return lines


def why_template(connection: sqlite3.Connection, made: Template) -> tuple[str, ...]:
    """Of a template: when it recurs, what was decided last, which days are left out, and what comes next."""
    does = "Opens its one task again" if made.mode is Action.REOPEN else "Makes tasks"
    lines = [f"{does}: {_rule(connection, made)}.", *_came(connection, made)]
    if made.error:
        lines.append(f"Broken. {shown(made.error, 600)}. It is tried again in every pass.")
    for last in schedules.ledger(connection, made.schedule_id, limit=1):
        reason = f": {shown(last.reason, 300)}" if last.reason else ""
        at = instant_words(from_us(last.planned_at), made.zone)
        lines.append(f"The last decision, for {at}: {last.state}{reason}.")
    left_out = skips(connection, made.schedule_id)
    if left_out:
        days = ", ".join(long_day(each.day) for each in left_out[:5])
        lines.append(f"Left out: {days}{' and more' if len(left_out) > 5 else ''}.")
    lines.append(f"{count_of(made.open_tasks, 'task')} of it open.")
    return (*lines, _next(made))


def _came(connection: sqlite3.Connection, made: Template) -> list[str]:
    """Of one that an import made: from what."""
    origin = of_template(connection, made.id)
    return [] if origin is None else [f"It came from {file_words(origin)}."]


def _rule(connection: sqlite3.Connection, made: Template) -> str:
    try:
        words = sentence(standing(connection, made.schedule_id).rule(connection)).replace(" at 00:00, ", ", ")
    except BadValue as fault:
        return f"it cannot be told when ({fault})"
    after = ", counted from the day the last was done" if made.basis is Basis.COMPLETION else ""
    return words + after


def _next(made: Template) -> str:
    if made.deleted_at is not None:
        return "The template is deleted: nothing comes next."
    if not made.is_enabled:
        return "The template is switched off: nothing comes next."
    if made.pause_reason is not None:
        why = f" ({shown(made.pause_reason)})" if made.pause_reason else ""
        until = "" if made.paused_until is None else f" until {instant_words(from_us(made.paused_until), made.zone)}"
        return f"The template is paused{until}{why}."
    if made.basis is Basis.COMPLETION:
        return (
            "The next comes when this one is done." if made.open_tasks else "It has ended, or the next pass makes one."
        )
    if made.next_at is None:
        return "It has ended: nothing comes next."
    return f"After what is there, the next is planned for {long_day(local(from_us(made.next_at), made.zone).date())}."
