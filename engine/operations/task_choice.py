"""What the verbs of tasks have in common: which tasks are meant, how their columns are written, how it is told.

A verb is for tasks by their ids, or for all that match a filter. A number that never was a task is a slip and stops
everything; a task that was done, deleted or replaced meanwhile is left out and named, and the others are done. Where
nothing is left to do the verb is refused. The same holds for one task and for ten thousand, through every door.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

from engine.operations.registry import Act, Help
from engine.rules.errors import shown
from engine.rules.wording import count_of
from store import journal
from store.enums import TaskView
from store.errors import Refused
from store.frozen import value
from store.reads import tasks as reads
from store.reads.task_rows import many
from store.values import Task

Ids = Annotated[int, Help("id of the task; several are one act", metavar="ID")]
Where = Annotated[
    str | None, Help("instead of ids: all that match, such as '#house late'; open ones if it names no view")
]
DryRun = Annotated[bool, Help("say how many and which tasks it is for, and change nothing")]
Yes = Annotated[bool, Help("also if more than 50 tasks match")]

UNASKED = 50
"""More tasks than this are changed by a filter only if somebody said so."""
NAMED = 20
"""Tasks that the answer to --dry-run names."""
_SAID = 3


class Several(tuple[Task, ...]):
    """The tasks as a verb left them; `left_out` says of each of the others in a sentence why it had no part."""

    left_out: tuple[str, ...] = ()


@value
class Would:
    """What a verb would be for: the answer to --dry-run."""

    tasks: int
    left_out: tuple[str, ...]
    rows: tuple[str, ...]
    """The first of them."""

    def __str__(self) -> str:
        lines = [f"{count_of(self.tasks, 'task')}, nothing changed", *(f"  {row}" for row in self.rows)]
        if self.tasks > len(self.rows):
            lines.append(f"  and {self.tasks - len(self.rows):,} more")
        return "\n".join([*lines, *(f"left out: {words}" for words in self.left_out[:NAMED])])


Result = Task | Several | Would
"""The task, if it is one, else all of them; what it would be for, if that was asked."""


@value
class Choice:
    """The tasks a verb is for, each once, and why others that were named have no part in it."""

    tasks: tuple[Task, ...]
    left_out: tuple[str, ...] = ()

    @property
    def ids(self) -> list[int]:
        """Of the tasks, in their order."""
        return [task.id for task in self.tasks]


Refusal = Callable[[Task], str]
"""Says in a sentence why a verb makes no sense for a task; nothing if it does."""


def choose(
    act: Act,
    numbers: Iterable[int],
    where: str | None = None,
    *,
    yes: bool = False,
    view: TaskView = TaskView.OPEN,
    cannot: Refusal = lambda _: "",
) -> Choice:
    """The tasks named, or all that match `where` (those of `view`, if it names none) in the order of the lists.

    Refused if a number is no task, if nothing can be done to any of them, and if many match and nobody said yes.
    """
    distinct = list(dict.fromkeys(numbers))
    if where is not None:
        if distinct:
            raise Refused("Name tasks by their ids or with --filter, not both.")
        distinct = matching(act, where, view)
        if len(distinct) > UNASKED and not yes:
            raise Refused(
                f"{count_of(len(distinct), 'task')} match '{shown(where)}'. --dry-run shows them; --yes does it to all."
            )
    if not distinct:
        raise Refused("Name at least one task by its id.")
    found = {task.id: task for task in many(act.connection, [n for n in distinct if abs(n) < 1 << 63])}
    tasks, left_out = [], []
    for number in distinct:
        task = found.get(number)
        if task is None:
            raise Refused(f"There is no task {number}.")
        why = _gone(task) or cannot(task)
        if why:
            left_out.append(why)
        else:
            tasks.append(task)
    if not tasks:
        raise Refused(left_out[0] if len(left_out) == 1 else f"Nothing to do: {_some(left_out)}")
    return Choice(tuple(tasks), tuple(left_out))


def chosen(act: Act, numbers: Iterable[int]) -> tuple[Task, ...]:
    """The tasks named, each once. Refused if one of them is not there any more or was replaced."""
    choice = choose(act, numbers)
    if choice.left_out:
        raise Refused(choice.left_out[0])
    return choice.tasks


def matching(act: Act, text: str, view: TaskView) -> list[int]:
    """Ids of all that match a filter. Refused if nothing does, or if it asks for nothing: that would be everything."""
    from engine.filtering import understand  # only who filters pays for the words of filters

    if not text.strip():
        raise Refused("filter: expected what it asks for, such as '#house late', not nothing.")
    sought = understand(act.connection, text, act.moment, act.actor.name)
    sections = reads.view(sought.view or view, act.today)
    found = [number for section in sections for number in reads.ids(act.connection, section, sought.sift)]
    if not found:
        raise Refused(f"No task matches '{shown(text)}'.")
    return found


def would(choice: Choice, fate: Callable[[Task], str] = lambda _: "") -> Would:
    """The answer to --dry-run; `fate` says of a task what becomes of it."""
    rows = tuple(f"task {task.id}: {task_words((task,))}{fate(task)}" for task in choice.tasks[:NAMED])
    return Would(len(choice.tasks), choice.left_out, rows)


def result(act: Act, verb: str, choice: Choice | Sequence[Task]) -> Result:
    """Say in the journal what was done; the tasks as they are now."""
    chosen = choice if isinstance(choice, Choice) else Choice(tuple(choice))
    after = Several(tell(act, verb, chosen.ids, chosen.left_out))
    after.left_out = chosen.left_out
    return after[0] if len(after) == 1 and not chosen.left_out else after


def tell(act: Act, verb: str, numbers: Sequence[int], left_out: Sequence[str] = ()) -> tuple[Task, ...]:
    """The same for tasks of which only the ids are known."""
    after = many(act.connection, numbers)
    without = f"; {left_out_words(left_out)}" if left_out else ""
    journal.describe(act.connection, act.id, f"{verb}: {task_words(after)}{without}")
    return after


def left_out_words(left_out: Sequence[str]) -> str:
    """`left out 5: Task 3 is already done (by Ana on 2025-06-02). ...`."""
    return f"left out {len(left_out):,}: {_some(left_out)}"


def task_words(tasks: Sequence[Task]) -> str:
    """`Collect allergy info (stay 12)`, or how many."""
    if len(tasks) != 1:
        return count_of(len(tasks), "task")
    task = tasks[0]
    about = f" ({shown(task.object_class)} {shown(task.object_id)})" if task.object_id is not None else ""
    return shown(task.title) + about


def put(connection: sqlite3.Connection, numbers: Iterable[int], **columns: object) -> int:
    """Write the columns, which are names of the code, to the tasks in which one differs; how many these were.

    One statement, whatever their number.
    """
    return _put(connection, numbers, "", columns)


def edit_columns(connection: sqlite3.Connection, numbers: Iterable[int], **columns: object) -> int:
    """The same for what a person changed: a task of a template is not rebuilt from it any more."""
    return _put(connection, numbers, "is_edited = iif(template_id IS NULL, is_edited, 1), ", columns)


def mark_edited(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """A person changed these tasks: those that a template made stay as they are when the template changes."""
    connection.execute(
        f"UPDATE task SET is_edited = 1, rev = rev + 1 WHERE id IN {_IDS} AND template_id IS NOT NULL"
        " AND is_edited = 0",
        (_array(numbers),),
    )


_LINKS = {"label": ("task_label", "label_id"), "user": ("task_assignee", "user_id")}


def link(
    connection: sqlite3.Connection, kind: str, numbers: Iterable[int], more: Iterable[int], gone: Iterable[int]
) -> None:
    """Tie labels or people (`kind`: label or user) to tasks and untie others; what stays is not written anew."""
    table, column = _LINKS[kind]
    ids, untie, tie = _array(numbers), _array(gone), _array(more)
    touched = connection.execute(
        f"SELECT DISTINCT task_id FROM {table} WHERE task_id IN {_IDS} AND {column} IN {_IDS}"
        f" UNION SELECT t.value FROM json_each(?) t, json_each(?) n WHERE NOT EXISTS"
        f" (SELECT 1 FROM {table} x WHERE x.task_id = t.value AND x.{column} = n.value)",
        (ids, untie, ids, tie),
    ).fetchall()
    connection.execute(f"DELETE FROM {table} WHERE task_id IN {_IDS} AND {column} IN {_IDS}", (ids, untie))
    connection.execute(
        f"INSERT INTO {table} (task_id, {column}) SELECT t.value, n.value FROM json_each(?) t, json_each(?) n"
        " WHERE true ON CONFLICT DO NOTHING",
        (ids, tie),
    )
    mark_edited(connection, [row[0] for row in touched])


def linked(connection: sqlite3.Connection, kind: str, numbers: Iterable[int]) -> set[int]:
    """Ids of the labels or people that any of the tasks has."""
    table, column = _LINKS[kind]
    rows = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE task_id IN {_IDS}", (_array(numbers),))
    return {row[0] for row in rows}


_IDS = "(SELECT value FROM json_each(?))"


def _put(connection: sqlite3.Connection, numbers: Iterable[int], more: str, columns: dict[str, object]) -> int:
    sets = ", ".join(f"{name} = ?" for name in columns)
    differs = " OR ".join(f"{name} IS NOT ?" for name in columns)
    return connection.execute(
        f"UPDATE task SET {sets}, {more}rev = rev + 1 WHERE id IN {_IDS} AND ({differs})",
        (*columns.values(), _array(numbers), *columns.values()),
    ).rowcount


def _array(numbers: Iterable[int]) -> str:
    return json.dumps(list(numbers))


def _gone(task: Task) -> str:
    if task.deleted_at is not None:
        return f"Task {task.id} ({shown(task.title)}) was deleted."
    if task.superseded_at is not None:
        return f"Task {task.id} is history: task {task.superseded_by_id} took its place."
    return ""


def _some(sentences: Sequence[str]) -> str:
    more = len(sentences) - _SAID
    return " ".join(sentences[:_SAID]) + (f" And {more:,} more." if more > 0 else "")
