"""The checklist of a task: tick its lines, add some, take some away."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

from engine.operations.task_editing import check
from store import values
from store.reads import tasks
from tui.perform import wish
from tui.rows import check_marks
from tui.screens.dialog import Dialog
from tui.screens.picking import Picking
from tui.text import safe
from tui.widgets.form import Field, Notes


class Checklist(Picking):
    """Each key is an act of its own: it is saved at once, and one undo takes it back."""

    KEYS: ClassVar[str] = "space tick   a add   D take away   esc back"
    BINDINGS = [
        Binding("space", "tick", "tick", show=False),
        Binding("a", "add", "add", show=False),
        Binding("D", "remove", "take away", show=False),
    ]

    def __init__(self, task: values.Task) -> None:
        super().__init__(f"Checklist of {task.title}")
        self._number = task.id
        self._listed = task

    def on_mount(self) -> None:
        """The lines, and again when somebody changes them."""
        self.desk.changed.subscribe(self, lambda changed: self._read() if "task" in changed else None)
        self._show()

    def _read(self) -> None:
        found = tasks.one(self.desk.reader, self._number)
        if found is not None:
            self._listed = found
            self._show()

    def _show(self) -> None:
        done, open_ = check_marks(self.desk.ascii_marks)
        lines = [
            Content.styled(safe(f"{done if item.is_done else open_} {item.text}"), "$muted" if item.is_done else "")
            for item in self._listed.checklist
        ]
        self.show(lines, "" if lines else "Nothing on it yet: a adds a line.")

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        self.action_tick()

    def action_tick(self) -> None:
        """Tick the line, or tick it no longer."""
        if self.place is not None:
            self.desk.perform(check, self._number, str(self.place + 1))

    def action_remove(self) -> None:
        """Take the line away; undo brings it back."""
        if self.place is not None:
            self.desk.perform(check, self._number, remove=(str(self.place + 1),))

    def action_add(self) -> None:
        """Ask for a new line."""

        def checked(given: dict[str, str]) -> Notes:
            return Notes({} if given["item"].strip() else {"item": "type a line"})

        fields = (Field("item", "line"),)
        number = self._number
        self.app.push_screen(
            Dialog("A line of the checklist", fields, checked, lambda given: wish(check, number, add=(given["item"],)))
        )
