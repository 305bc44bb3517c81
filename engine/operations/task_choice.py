"""What the verbs of tasks have in common: which tasks are meant, how their columns are written, how it is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Annotated

from engine.operations.registry import Act, Help
from engine.rules.errors import shown
from engine.rules.wording import count_of
from store import journal
from store.errors import Refused
from store.reads.task_rows import many
from store.values import Task

Ids = Annotated[int, Help("id of the task; several are one act", metavar="ID")]
Result = Task | tuple[Task, ...]
"""The task, if one was named, else all of them."""


def chosen(act: Act, numbers: Iterable[int]) -> tuple[Task, ...]:
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


def result(act: Act, verb: str, tasks: Sequence[Task]) -> Result:
    """Say in the journal what was done; the tasks as they are now."""
    after = tell(act, verb, [task.id for task in tasks])
    return after[0] if len(after) == 1 else after


def tell(act: Act, verb: str, numbers: Sequence[int]) -> tuple[Task, ...]:
    """The same for tasks of which only the ids are known."""
    after = many(act.connection, numbers)
    journal.describe(act.connection, act.id, f"{verb}: {task_words(after)}")
    return after


def task_words(tasks: Sequence[Task]) -> str:
    """`Collect allergy info (stay 12)`, or how many."""
    if len(tasks) != 1:
        return count_of(len(tasks), "task")
    task = tasks[0]
    about = f" ({shown(task.object_class)} {shown(task.object_id)})" if task.object_id is not None else ""
    return shown(task.name) + about


def put(connection: sqlite3.Connection, number: int, **columns: object) -> None:
    """Write the columns, which are names of the code, if one of them differs."""
    sets = ", ".join(f"{name} = ?" for name in columns)
    differs = " OR ".join(f"{name} IS NOT ?" for name in columns)
    connection.execute(
        f"UPDATE task SET {sets}, rev = rev + 1 WHERE id = ? AND ({differs})",
        (*columns.values(), number, *columns.values()),
    )


def edit_columns(connection: sqlite3.Connection, number: int, **columns: object) -> None:
    """The same for what a person changed: a task of a template is not rebuilt from it any more."""
    before = connection.total_changes
    put(connection, number, **columns)
    if connection.total_changes != before:
        mark_edited(connection, (number,))


def mark_edited(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """A person changed these tasks: those that a template made stay as they are when the template changes."""
    connection.executemany(
        "UPDATE task SET is_edited = 1, rev = rev + 1 WHERE id = ? AND template_id IS NOT NULL AND is_edited = 0",
        [(number,) for number in numbers],
    )
