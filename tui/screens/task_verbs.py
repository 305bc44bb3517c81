"""The verbs of tasks, the same on every view that lists them: on the marked rows, else on this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store import values
from tui.screens.marking import Marking

UNASKED = 50
"""More marked rows than this are counted, and asked about, before a verb acts on them at once."""


class TaskVerbs(Marking):
    """done, reopen, add, later, move, edit, take, delete, why."""

    def chosen(self) -> list[int]:
        """Ids of the marked tasks, those of an open range among them, else of the one under the cursor."""
        marked = sorted(number for number in self.list.targets() if isinstance(number, int))
        if marked:
            return marked
        task = self.current
        return [task.id] if isinstance(task, values.Task) else []

    def open_current(self) -> None:
        """Enter: the detail; from there the log of the last failure of a job that fails, the form of a step."""
        if isinstance(self.current, values.Task) and self.detail_pane.styles.display != "none":
            from tui.details import last_failure

            run = last_failure(self.desk, self.current)
            if run is not None:
                self.desk.open_log(run.id)
                return
            if self._shows_form():
                return
        super().open_current()

    def _shows_form(self) -> bool:
        """Whether the one task that is meant is a step of a workflow with a form, which is shown then."""
        numbers = self.chosen()
        if len(numbers) != 1:
            return False
        from store.reads.workflows import of_task

        step = of_task(self.desk.reader, numbers[0])
        if step is None:
            return False
        from tui.screens.workflows_form import open_form

        return open_form(self.desk, step)

    def act(self, call: Callable[..., Any], asked: str = "do it to all {}", /, **params: Any) -> None:
        """Do an operation on the chosen tasks as one act, which one undo takes back; of many it is asked first."""
        numbers = self.chosen()
        if not numbers:
            self.notify("Put the cursor on a task first.")
        elif len(numbers) <= UNASKED:
            self._do(call, numbers, params)
        else:
            self._sure(len(numbers), asked, lambda: self._do(call, numbers, params))

    def _sure(self, number: int, asked: str, do: Callable[[], None]) -> None:
        from tui.screens.dialog import Confirm

        def answer(yes: bool | None) -> None:
            if yes:
                do()

        shown = self.list.marked_in_view()
        question = f"{number:,} tasks are marked, {shown:,} of them in view: {asked.format(f'{number:,}')}?"
        self.app.push_screen(Confirm(question, "yes", ("One undo takes all of it back.",)), answer)

    def _do(self, call: Callable[..., Any], numbers: list[int], params: dict[str, Any]) -> None:
        self.desk.perform(call, *numbers, then=self.acted, **params)

    def acted(self, result: object) -> None:
        """An act on the chosen tasks is done: they are marked no more, and who had no part in it is named."""
        self.list.set_marks(())
        left_out = getattr(result, "left_out", ())
        if left_out:
            from engine.operations.task_choice import left_out_words

            self.notify(left_out_words(left_out), title="Not all", severity="warning")

    def action_done(self) -> None:
        """Done: by this person, today. Of a step of a workflow that asks for something its form is shown."""
        from engine.operations.tasks import done

        if self._shows_form():
            return
        self.act(done, "mark all {} done")

    def action_reopen(self) -> None:
        """Open again what was done."""
        from engine.operations.tasks import reopen

        self.act(reopen, "open all {} again")

    def action_delete(self) -> None:
        """Delete; undo brings it back. One that recurs is left out by that, which is said."""
        from engine.operations.tasks import delete

        task = self.current
        if isinstance(task, values.Task) and task.template_id is not None and self.chosen() == [task.id]:
            self.desk.perform(delete, task.id, then=self._left_out)
            return
        self.act(delete, "delete all {}")

    def _left_out(self, result: object) -> None:
        self.acted(result)
        self.notify("Deleted, and left out of what recurs: no later pass makes it again. u takes it back.")

    def action_take(self) -> None:
        """Take the task, or hand it back if it is this person's already."""
        from engine.operations.task_editing import assign

        task = self.current
        mine = isinstance(task, values.Task) and self.desk.actor.name in task.assignees
        self.act(assign, to=() if mine else (self.desk.actor.name,))

    def action_why(self) -> None:
        """Say why the task is here."""
        if isinstance(self.current, values.Task):
            self.desk.explain("task", self.current.id)

    def action_triggers(self) -> None:
        """Which triggers touch the task; of a label or a list under the cursor, its own."""
        from tui.screens.triggers_of_task import TriggersOfTask
        from tui.trigger_ways import of_heading

        heading = self.list.heading
        if isinstance(self.current, values.Task):
            self.app.push_screen(TriggersOfTask(self.current))
        elif heading is None or not of_heading(self.desk, heading):
            self.notify("Put the cursor on a task, or on the heading of a label or a list (b groups by them).")

    def quick_start(self) -> str:
        """What a line of quick add begins with here, such as `on:stay/12` or a day."""
        return ""

    def action_quick_add(self) -> None:
        """A new task, by one line."""
        from tui.screens.quick_add import QuickAdd

        self.app.push_screen(QuickAdd(self.quick_start()))

    def action_add(self) -> None:
        """A new task, field by field."""
        from tui.screens.task_form import add_dialog

        self.app.push_screen(add_dialog(self.desk, self.current))

    def action_edit(self) -> None:
        """Name and notes; of a task that recurs also those of all future ones."""
        from tui.screens.recur_dialogs import edit_dialog

        if isinstance(self.current, values.Task):
            self.app.push_screen(edit_dialog(self.desk, self.current, self.acted))

    def action_skip(self) -> None:
        """Leave this one out, of a task that recurs."""
        from tui.screens.recur_dialogs import day_of, skip_dialog, template_of

        task = self.current
        if not isinstance(task, values.Task):
            return
        made = template_of(self.desk, task)
        if made is None:
            self.notify("This task does not recur. r lets it recur, D deletes it.")
        else:
            self.app.push_screen(skip_dialog(made, day_of(task, made), self.acted))

    def action_move(self) -> None:
        """Another day by which it is due, which is by hand and stays; or a rule by which one task recurs."""
        task = self.current
        if len(self.chosen()) == 1 and isinstance(task, values.Task) and self.chosen() == [task.id]:
            from tui.screens.recur_dialogs import Recur

            self.app.push_screen(Recur(self.desk, task, self.acted))
            return
        self._ask_day("Move the day it is due", "deadline", "move")

    def action_later(self) -> None:
        """Hidden until another day."""
        self._ask_day("Hide it until", "visible", "hide")

    def _ask_day(self, title: str, field: str, verb: str) -> None:
        from tui.screens.task_dialogs import day_dialog

        numbers = self.chosen()
        if not numbers:
            self.notify("Put the cursor on a task first.")
            return
        self.app.push_screen(day_dialog(title, field, verb, numbers, self.desk.today, self.acted))
