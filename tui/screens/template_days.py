"""The days of a recurring task: which come, which have a task, and which are left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.content import Content

from engine.rules.errors import BadValue
from engine.rules.wording import count_of, long_day
from store import values
from store.frozen import value
from store.instants import to_us
from store.reads import templates
from tui.rows import Cells, task_row
from tui.screens.view import Item, View
from tui.text import fit
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Section, few, section

AHEAD, TASKS = 10, 200
"""Dates ahead, and tasks, that are shown."""


@value
class PlannedDay:
    """A day that comes: `is_out` if it is left out, `note` what is odd about it, `task` what there is for it."""

    day: date
    words: str
    note: str
    is_out: bool
    task: str


class TemplateDays(View):
    """`s` leaves the day under the cursor out, or lets it happen after all."""

    PLACES: ClassVar[tuple[str, ...]] = ("days",)
    VIEW = "schedules"
    KINDS = frozenset({"schedule", "template", "skip", "task", "occurrence"})

    def __init__(self, made: values.Template) -> None:
        super().__init__()
        self._made = made

    def make_list(self) -> LineList:
        """What comes, what is left out, what there is."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty="Nothing comes and nothing was.")

    def on_mount(self) -> None:
        """Read its days."""
        self.show_rows()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        row = item.value
        if isinstance(row, values.Task):
            return task_row(row, width, self.desk.today, self.desk.ascii_marks)
        if isinstance(row, values.Skip):
            by = f"by {row.by or 'the system'}{f': {row.reason}' if row.reason else ''}"
            return [(fit("-", 2), "warning"), (fit(long_day(row.day), 17), "text"), (fit(by, width - 19), "muted")]
        words = "left out, s lets it happen" if row.is_out else row.task
        mark = "-" if row.is_out else " "
        return [
            (fit(mark, 2), "warning" if row.is_out else "text"),
            (fit(row.words, 23), "muted" if row.is_out else "text"),
            (fit(f"{words}  {row.note}", width - 25), "warning" if row.is_out or row.note else "muted"),
        ]

    def show_rows(self) -> None:
        """The sections from their start."""
        self._made = templates.template(self.desk.reader, self._made.id)
        self.list.show(self._sections())
        self._words()

    def refresh_data(self) -> None:
        """Read again; the cursor stays."""
        self._made = templates.template(self.desk.reader, self._made.id)
        self.list.refresh_data(self._sections())
        self._words()
        self.show_detail()

    def _words(self) -> None:
        self.say((self._made.name, "text bold"), (f"   {count_of(self._made.open_tasks, 'open task')}", "muted"))

    def _sections(self) -> list[Section]:
        desk, made = self.desk, self._made
        skips = templates.skips(desk.reader, made.schedule_id)
        found = templates.tasks_of(desk.reader, made.id, TASKS)
        groups: tuple[tuple[str, str, Sequence[tuple[str, object]]], ...] = (
            ("coming", "next dates", [(f"day {each.day} {each.words}", each) for each in self._coming(skips, found)]),
            ("tasks", "tasks", [(f"task {each.id}", each) for each in found]),
            ("out", "left out", [(f"skip {each.id}", each) for each in reversed(skips)]),
        )
        return [
            section(key, title, few([Item((at,), id, row, desk.today) for at, (id, row) in enumerate(rows)]),
                    len(rows))
            for key, title, rows in groups if rows
        ] or [section("nothing", None, few([]))]  # fmt: skip

    def _coming(self, skips: Sequence[values.Skip], found: Sequence[values.Task]) -> list[PlannedDay]:
        from tui.template_words import day_words, next_dates

        out = {each.day for each in skips}
        there = {each.planned_at: f"task {each.id}, {'done' if each.is_done else 'open'}" for each in found}
        try:
            planned = next_dates(self.desk, self._made, AHEAD)[1]
        except BadValue:
            return []
        return [
            PlannedDay(
                each.local.date(),
                day_words(each),
                each.note,
                each.local.date() in out,
                there.get(to_us(each.at), "not made yet"),
            )
            for each in planned
        ]

    def detail(self) -> Content:
        """Of a day the template, of a task the task."""
        from tui.details import detail_of

        row = self.current
        return detail_of(self.desk, row if isinstance(row, values.Task) else self._made)

    def action_skip(self) -> None:
        """Leave the day out, or let it happen after all."""
        from engine.operations.template_skips import unskip
        from tui.screens.recur_dialogs import skip_dialog

        row = self.current
        day = self._day(row)
        if day is None:
            self.notify("Put the cursor on a day first.")
        elif isinstance(row, values.Skip) or (isinstance(row, PlannedDay) and row.is_out):
            words = f"{self._made.name} happens on {long_day(day)} after all. u takes it back."
            self.desk.perform(unskip, self._made.name, day, then=lambda _: self.notify(words))
        else:
            self.app.push_screen(skip_dialog(self._made, day, lambda _: None))

    def _day(self, row: object) -> date | None:
        if isinstance(row, values.Task):
            from tui.screens.recur_dialogs import day_of

            return day_of(row, self._made)
        return row.day if isinstance(row, values.Skip | PlannedDay) else None

    def action_edit(self) -> None:
        """Edit the template."""
        from tui.screens.template_editor import TemplateEditor

        self.desk.push_screen(TemplateEditor(templates.template(self.desk.reader, self._made.id)))

    def action_why(self) -> None:
        """Why the task is here, or the template is as it is."""
        row = self.current
        if isinstance(row, values.Task):
            self.desk.explain("task", row.id)
        else:
            self.desk.explain("schedule", self._made.schedule_id)
