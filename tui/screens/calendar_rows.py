"""Rows of the agenda and what can be done with them: the verbs of tasks, and opening what a row stands for."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.agenda import Day
from engine.rules.planned import Slot
from engine.rules.wording import long_day
from store import values
from store.reads import runs, schedules, tasks
from store.reads.calendar_days import DayTask, EndedRun, Reminder
from tui.calendar_cells import LEGEND
from tui.screens.calendar_agenda import NOTHING, Under, note
from tui.screens.calendar_pages import Pages
from tui.screens.view import Item

MONTH, WEEK, AGENDA, HEAT = TABS = ("month", "week", "agenda", "heat map")


class Rows(Pages):
    """A cursor that is a day, and in the agenda a row."""

    def __init__(self) -> None:
        super().__init__()
        self.tab = MONTH
        self.day = self.desk.today
        self.days: dict[date, Day] = {}

    @property
    def is_agenda(self) -> bool:
        """Whether the cursor stands on rows."""
        return self.tab == AGENDA

    @property
    def is_days(self) -> bool:
        """Whether it stands on days."""
        return self.tab in (MONTH, WEEK)

    @property
    def day_of_row(self) -> date:
        """The day under the cursor, of whatever it stands on."""
        section = self.list.section
        if self.is_agenda and section is not None and section.key != NOTHING:
            return date.fromisoformat(section.key[:10])
        return self.day

    @property
    def current(self) -> Any:
        """What the row of the agenda stands for: a task, a run, a schedule; None elsewhere."""
        row = super().current if self.is_agenda else None
        reader = self.desk.reader
        if isinstance(row, DayTask):
            return tasks.one(reader, row.id)
        if isinstance(row, Under):
            return tasks.one(reader, row.task.id)
        if isinstance(row, EndedRun):
            return runs.run(reader, row.id)
        if isinstance(row, Reminder):
            return None if row.is_notice else tasks.one(reader, row.id)
        return schedules.schedule(reader, row.id) if isinstance(row, Slot) else row

    def chosen(self) -> list[int]:
        """Marks of the agenda count where they are seen."""
        return super().chosen() if self.is_agenda else []

    def open_current(self) -> None:
        """Enter on a run reads its log; on a narrow terminal anything else shows its detail."""
        row = self.current
        if isinstance(row, values.Run):
            self.desk.open_log(row.id)
        elif row is None and isinstance(self.list.row, Item) and isinstance(self.list.row.value, Reminder):
            if self.list.row.value.trigger:
                self.desk.action_view("triggers")
            else:
                self.desk.action_over("notices", "Notices")
        else:
            super().open_current()

    def action_why(self) -> None:
        """Why a row is here; of a day what is on it."""
        row = self.current
        if isinstance(row, values.Run):
            self.desk.explain("run", row.id)
        elif isinstance(row, values.Schedule):
            self.desk.explain("schedule", row.id)
        elif self.is_days:
            self._explain_day()
        else:
            super().action_why()

    def _explain_day(self) -> None:
        from tui.screens.dialog import Words

        day = self.days.get(self.day)
        if day is None:
            return
        off = day.off
        lines = [*(note(day).split(" · ") if note(day) else ["nothing on it"])]
        if off is not None:
            lines.insert(0, f"nobody works: {off.name or 'the weekend'}")
        self.desk.push_screen(Words(long_day(self.day), (*lines, "", LEGEND)))

    def quick_start(self) -> str:
        """A task is added for the day under the cursor."""
        return self.day_of_row.isoformat()

    def action_add(self) -> None:
        """The same in a form."""
        from tui.screens.task_form import add_dialog

        self.app.push_screen(add_dialog(self.desk, self.current, self.day_of_row.isoformat()))
