"""What is asked before a task is added, edited, moved or hidden. Loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from engine.operations.task_editing import edit
from engine.operations.tasks import add, move
from engine.rules.days import parse_day
from engine.rules.errors import BadValue
from engine.rules.wording import due_words, long_day, plural
from store import values
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.widgets.form import Field, Notes

BULK = 1
"""More rows than this are named by their number before a verb acts on them."""


def add_dialog(beside: Any, today: date) -> Dialog:
    """Asks for a new task; `beside` is the row of the cursor, whose entity is offered."""
    known = isinstance(beside, values.Task) and beside.object_id is not None
    about = f"{beside.object_class}/{beside.object_id}" if known else ""
    fields = (
        Field("name", "what", hint="what somebody must do"),
        Field("deadline", "due", hint="a day: fri, 30 nov, +3d; empty for none"),
        Field("about", "about", about, hint="class and id, such as stay/12; may be empty"),
    )

    def check(given: dict[str, str]) -> Notes:
        notes = _check_day(given, "deadline", today, may_be_empty=True)
        wrong = dict(notes.wrong)
        if not given["name"].strip():
            wrong["name"] = "say what must be done"
        if given["about"] and given["about"].count("/") != 1:
            wrong["about"] = "expected class/id, such as stay/12"
        return Notes(wrong, notes.means)

    def save(given: dict[str, str]) -> Wish:
        day = parse_day(given["deadline"], today) if given["deadline"] else None
        return wish(add, given["name"], deadline=day, object=given["about"] or None)

    return Dialog("Add a task", fields, check, save, "add")


def edit_dialog(task: values.Task) -> Dialog:
    """Asks for another name and other notes."""
    was = task.notes.replace("\n", " / ")
    fields = (Field("name", "what", task.name), Field("notes", "notes", was))

    def check(given: dict[str, str]) -> Notes:
        return Notes({} if given["name"].strip() else {"name": "a task needs a name"})

    def save(given: dict[str, str]) -> Wish:
        notes = None if given["notes"] == was else given["notes"].replace(" / ", "\n")
        return wish(edit, task.id, name=given["name"], notes=notes, rev=task.rev)

    return Dialog("Edit the task", fields, check, save)


def day_dialog(
    title: str, field: str, verb: str, tasks: Sequence[int], today: date, then: Callable[[object], None]
) -> Dialog:
    """Asks for the `field` (`deadline` or `visible`) of these tasks; `then` is called when they have it."""
    more = f" ({plural(len(tasks), 'task')})" if len(tasks) > BULK else ""
    fields = (Field(field, "day", hint="fri, 30 nov, tomorrow, +3d, 2026-11-30"),)

    def save(given: dict[str, str]) -> Wish:
        return wish(move, *tasks, then=then, **{field: parse_day(given[field], today)})

    return Dialog(title + more, fields, lambda given: _check_day(given, field, today), save, verb)


def _check_day(given: dict[str, str], field: str, today: date, *, may_be_empty: bool = False) -> Notes:
    text = given[field].strip()
    if not text:
        return Notes({} if may_be_empty else {field: "type a day"}, {field: "no due day"})
    try:
        day = parse_day(text, today)
    except BadValue as fault:
        return Notes({field: str(fault)})
    return Notes({}, {field: f"{long_day(day)} ({due_words(day, today, False)})"})
