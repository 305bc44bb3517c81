"""The verbs of tasks, the same on every view that lists them: on the marked rows, else on this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.rules.days import parse_day
from engine.rules.errors import BadValue
from engine.rules.wording import due_words, long_day, plural
from store import values
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.screens.view import View
from tui.widgets.form import Field, Notes

BULK = 1
"""More rows than this are named by their number before a verb acts on them."""


class TaskVerbs(View):
    """done, reopen, add, later, move, edit, take, delete, why."""

    def chosen(self) -> list[int]:
        """Ids of the marked tasks, else of the one under the cursor."""
        marked = sorted(number for number in self.list.marked if isinstance(number, int))
        if marked:
            return marked
        task = self.current
        return [task.id] if isinstance(task, values.Task) else []

    def act(self, call: Callable[..., Any], **params: Any) -> None:
        """Do an operation on the chosen tasks as one act, which one undo takes back."""
        numbers = self.chosen()
        if not numbers:
            self.notify("Put the cursor on a task first.")
            return
        self.desk.perform(call, *numbers, then=lambda _: self.list.set_marks(()), **params)

    def action_done(self) -> None:
        """Done: by this person, today."""
        from engine.operations.tasks import done

        self.act(done)

    def action_reopen(self) -> None:
        """Open again what was done."""
        from engine.operations.tasks import reopen

        self.act(reopen)

    def action_delete(self) -> None:
        """Delete; undo brings it back."""
        from engine.operations.tasks import delete

        self.act(delete)

    def action_take(self) -> None:
        """Take the task, or hand it back if it is this person's already."""
        from engine.operations.tasks import assign

        task = self.current
        mine = isinstance(task, values.Task) and self.desk.actor.name in task.assignees
        self.act(assign, to=() if mine else (self.desk.actor.name,))

    def action_why(self) -> None:
        """Say why the task is here."""
        if isinstance(self.current, values.Task):
            self.desk.explain("task", self.current.id)

    def action_add(self) -> None:
        """A new task, by hand."""
        from engine.operations.tasks import add

        about = self._about()
        fields = (
            Field("name", "what", hint="what somebody must do"),
            Field("deadline", "due", hint="a day: fri, 30 nov, +3d; empty for none"),
            Field("about", "about", about, hint="class and id, such as stay/12; may be empty"),
        )

        def save(given: dict[str, str]) -> Wish:
            day = parse_day(given["deadline"], self.desk.today) if given["deadline"] else None
            return wish(add, given["name"], deadline=day, object=given["about"] or None)

        self.desk.push_screen(Dialog("Add a task", fields, self._check_new, save, "add"))

    def _about(self) -> str:
        task = self.current
        known = isinstance(task, values.Task) and task.object_id is not None
        return f"{task.object_class}/{task.object_id}" if known else ""

    def _check_new(self, given: dict[str, str]) -> Notes:
        notes = self._check_day(given, "deadline", may_be_empty=True)
        wrong = dict(notes.wrong)
        if not given["name"].strip():
            wrong["name"] = "say what must be done"
        if given["about"] and given["about"].count("/") != 1:
            wrong["about"] = "expected class/id, such as stay/12"
        return Notes(wrong, notes.means)

    def action_move(self) -> None:
        """Another day by which it is due; set by hand, it stays when the entity's dates move."""
        self._ask_day("Move the day it is due", "deadline", "move")

    def action_later(self) -> None:
        """Hidden until another day."""
        self._ask_day("Hide it until", "visible", "hide")

    def _ask_day(self, title: str, field: str, verb: str) -> None:
        from engine.operations.tasks import move

        numbers = self.chosen()
        if not numbers:
            self.notify("Put the cursor on a task first.")
            return
        more = f" ({plural(len(numbers), 'task')})" if len(numbers) > BULK else ""
        fields = (Field(field, "day", hint="fri, 30 nov, tomorrow, +3d, 2026-11-30"),)

        def save(given: dict[str, str]) -> Wish:
            day = parse_day(given[field], self.desk.today)
            return wish(move, *numbers, then=lambda _: self.list.set_marks(()), **{field: day})

        self.desk.push_screen(Dialog(title + more, fields, lambda g: self._check_day(g, field), save, verb))

    def _check_day(self, given: dict[str, str], field: str, *, may_be_empty: bool = False) -> Notes:
        text = given[field].strip()
        if not text:
            return Notes({} if may_be_empty else {field: "type a day"}, {field: "no due day"})
        try:
            day = parse_day(text, self.desk.today)
        except BadValue as fault:
            return Notes({field: str(fault)})
        return Notes({}, {field: f"{long_day(day)} ({due_words(day, self.desk.today, False)})"})

    def action_edit(self) -> None:
        """Name and notes."""
        from engine.operations.tasks import edit

        task = self.current
        if not isinstance(task, values.Task):
            return
        was = task.notes.replace("\n", " / ")
        fields = (Field("name", "what", task.name), Field("notes", "notes", was))

        def save(given: dict[str, str]) -> Wish:
            notes = None if given["notes"] == was else given["notes"].replace(" / ", "\n")
            return wish(edit, task.id, name=given["name"], notes=notes, rev=task.rev)

        def check(given: dict[str, str]) -> Notes:
            return Notes({} if given["name"].strip() else {"name": "a task needs a name"})

        self.desk.push_screen(Dialog("Edit the task", fields, check, save))
