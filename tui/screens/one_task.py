"""One task with its verbs, wherever it was met: enter on an action of a trigger opens it."""

from __future__ import annotations

from typing import ClassVar

from engine.moments import due_at
from store.reads import task_rows
from tui.rows import Cells, task_row
from tui.screens.task_verbs import TaskVerbs
from tui.screens.view import Item
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Section, few, section


class OneTask(TaskVerbs):
    """Its row, and its detail beside or below it."""

    PLACES: ClassVar[tuple[str, ...]] = ("task",)
    VIEW = "triggers"
    KINDS = frozenset({"task", "task_assignee", "task_label", "task_list", "entity", "trigger", "pending_action"})

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def make_list(self) -> LineList:
        """One line."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty="The task is gone for good.")

    def on_mount(self) -> None:
        """Read it."""
        self.show_rows()

    def hints(self) -> tuple[tuple[str, str], ...]:
        """It lies over a view, so the way back is named too."""
        *own, more = super().hints()
        return (*own, ("q", "back"), more)

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return task_row(item.value, width, self.desk.moment, self.desk.ascii_marks)

    def _sections(self) -> list[Section]:
        found = task_rows.many(self.desk.reader, (self._number,))
        rows = [Item((each.id,), each.id, each, due_at(each, self.desk.moment)) for each in found]
        return [section("task", None, few(rows), len(rows))]

    def show_rows(self) -> None:
        """From its start."""
        self.list.show(self._sections())
        self._words()

    def refresh_data(self) -> None:
        """Read it again."""
        self.list.refresh_data(self._sections())
        self._words()
        self.show_detail()

    def _words(self) -> None:
        task = next(iter(task_rows.many(self.desk.reader, (self._number,))), None)
        gone = "deleted; u may bring it back" if task is not None and task.deleted_at is not None else ""
        self.say((f"task {self._number}", "text bold"), (f"   {gone}" if gone else "", "warning"))
