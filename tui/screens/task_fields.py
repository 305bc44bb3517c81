"""What tasks say, changed by one key: priority, labels, list, notes, people, checklist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from store import values
from tui.screens.task_verbs import TaskVerbs


class TaskFields(TaskVerbs):
    """Each asks in one line, and acts on the marked rows, else on that of the cursor."""

    def action_priority(self) -> None:
        """Give a priority, or take it away."""
        from tui.screens.task_field_dialogs import priority_dialog

        self._ask(priority_dialog)

    def action_labels(self) -> None:
        """Put labels on, take labels off."""
        from tui.screens.task_field_dialogs import labels_dialog

        self._ask(lambda numbers, then: labels_dialog(self.desk.reader, numbers, then))

    def action_to_list(self) -> None:
        """Move to another list."""
        from tui.screens.task_field_dialogs import list_dialog

        self._ask(lambda numbers, then: list_dialog(self.desk.reader, numbers, then))

    def action_comment(self) -> None:
        """Add a line to the notes."""
        from tui.screens.task_field_dialogs import note_dialog

        self._ask(note_dialog)

    def action_hand(self) -> None:
        """Hand to somebody else."""
        from tui.screens.task_field_dialogs import hand_dialog

        self._ask(lambda numbers, then: hand_dialog(self.desk.reader, numbers, then))

    def action_take(self) -> None:
        """Take the task, or hand it back if it is this person's already; others who do it stay."""
        from engine.operations.task_editing import assign

        task, me = self.current, self.desk.actor.name
        mine = isinstance(task, values.Task) and me in task.assignees
        self.act(assign, **{"remove" if mine else "add": (me,)})

    def action_items(self) -> None:
        """Tick lines of the checklist."""
        from tui.screens.checklist import Checklist

        if isinstance(self.current, values.Task):
            self.app.push_screen(Checklist(self.current))

    def _ask(self, dialog: Callable[[Sequence[int], Callable[[Any], None]], Any]) -> None:
        numbers = self.chosen()
        if not numbers:
            self.notify("Put the cursor on a task first.")
            return
        self.app.push_screen(dialog(numbers, self.acted))
