"""What people read of a task and of a text about it: `%%this.date.month%%` said in words.

Reads give every task its `title` beside its raw `name` (store.titling). Here is the same for texts that are no task
yet, for texts about a task (notifications), and what is wrong with an expression, to flag it while it is typed.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from engine.rules.horizons import parse_length, shifted
from engine.rules.offsets import Offset
from store import settings
from store.titles import MARK, Facts, Shown, shown
from store.values import Task

__all__ = [
    "MARK", "Facts", "Shown", "facts_of", "flaws", "language", "planned_title", "remarks",
    "shown_text", "shown_title", "start_of",
]  # fmt: skip

PERSONAL = ("name", "list", "object", "deadline", "person")
"""What `this` has in a text about a task, beside its days."""


def language(connection: sqlite3.Connection) -> str:
    """The code of the language in which the store says months and weekdays."""
    return str(settings.read(connection, "language"))


def shown_title(
    connection: sqlite3.Connection, name: str, start: date | None = None, deadline: date | None = None
) -> Shown:
    """The title that a name of a task has with these days, and what is wrong with it."""
    if MARK not in name:
        return Shown(name)
    return shown(name, Facts(start, deadline), language(connection))


def planned_title(connection: sqlite3.Connection, name: str, due: date, duration: str) -> str:
    """The title of a task that a template will make, due on that day."""
    if MARK not in name:
        return name
    return shown_title(connection, name, start_of(due, duration), due).text


def start_of(due: date, duration: str) -> date:
    """The day on which a task begins that takes so long (an offset, such as 2d)."""
    length = parse_length(duration)
    return shifted(due, Offset(-length.number, length.unit))


def facts_of(task: Task) -> Facts:
    """What a text about a task may name: its days, `%%this.name%%`, list, object and person (empty if it has none)."""
    about = f"{task.object_class} {task.object_id}" if task.object_class else ""
    words = {
        "name": task.title, "list": task.list or "", "object": task.object_name or about,
        "person": ", ".join(task.assignees),
    }  # fmt: skip
    return Facts(task.start_date, task.deadline_date, words)


def shown_text(connection: sqlite3.Connection, text: str, task: Task | None) -> Shown:
    """A text about a task, such as the subject of a notification; without a task it stays as typed."""
    if MARK not in text:
        return Shown(text)
    return shown(text, Facts() if task is None else facts_of(task), language(connection))


def flaws(name: str, *, of_text: bool = False) -> tuple[str, ...]:
    """What is wrong with the expressions of a title, whatever days the task has; `of_text`: of a text about a task.

    Sentences such as `%%this.moth%%: 'moth' is not known after 'this' (known: date, deadline)`.
    """
    if MARK not in name:
        return ()
    words = dict.fromkeys(PERSONAL, "") if of_text else None
    if words is not None:
        del words["deadline"]
    found = shown(name, Facts(words=words)).wrong
    return tuple(f"{each.expression}: {each.why}" for each in found if not each.is_undated)


def remarks(task: Task) -> tuple[str, ...]:
    """Why expressions of a task's name stand as typed: what `flaws` says, and that a day is not there yet."""
    if MARK not in task.title:
        return ()
    return tuple(
        f"{each.expression}: {each.why}" for each in shown(task.name, Facts(task.start_date, task.deadline_date)).wrong
    )
