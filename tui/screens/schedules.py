"""Schedules: when the machine's jobs and people's recurring tasks repeat, what comes next, what became of the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from engine.rules.wording import count_of
from store import values
from store.reads import ledger, runs, schedules, templates
from tui.perform import Wish, wish
from tui.rows import Cells, schedule_row
from tui.screens.dialog import Confirm, Dialog
from tui.screens.recurring_rows import RecurringRows
from tui.screens.view import Item
from tui.text import safe
from tui.widgets.form import Field, Notes
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, section
from tui.widgets.tabs import TABS, tab_words

MANY = 1_000
"""Lines of the ledger that are counted for the line of words."""


class Schedules(RecurringRows):
    """The list of schedules, jobs and recurring tasks. `e` edits with a live preview, `P` pauses with a reason."""

    PLACES: ClassVar[tuple[str, ...]] = ("schedules",)
    VIEW = "schedules"
    KINDS = frozenset({"schedule", "run", "occurrence", "template", "skip", "task"})
    FILTER_HINT = "part of a name; esc clears"

    def make_list(self) -> LineList:
        """Jobs and recurring tasks, each by name."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="No schedule yet. Press a to add a job, such as daily 02:30, or A to add a recurring task.",
        )

    def on_mount(self) -> None:
        """Read the first page."""
        self.show_rows()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        if isinstance(item.value, values.Template):
            from tui.template_words import template_row

            coming = item.stamp if isinstance(item.stamp, date) else None
            return template_row(item.value, width, self.desk.now, self.desk.zone.key, coming)
        return schedule_row(item.value, width, self.desk.now, self.desk.zone)

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        found = self.by_name(schedules.page, after, before, offset, limit)
        return [Item((each.name,), each.id, each, self.desk.today) for each in found]

    def show_rows(self) -> None:
        """Build the list for the filter."""
        self.list.show(self._sections())
        self._words()

    def _sections(self) -> list[Section]:
        """Where there are both, each has a heading."""
        jobs = schedules.count(self.desk.reader, self.filter)
        recurring = templates.count(self.desk.reader, self.filter)
        if not recurring:
            return [section("schedules", None, self._fetch)]
        own = section("templates", "recurring tasks", self.fetch_templates, recurring)
        return [section("schedules", "jobs", self._fetch, jobs), own] if jobs else [own]

    def refresh_data(self) -> None:
        """Read the rows in view again."""
        self.list.refresh_data(self._sections())
        self._words()
        self.show_detail()

    def _words(self) -> None:
        number = schedules.count(self.desk.reader, self.filter)
        recurring = templates.count(self.desk.reader, self.filter)
        more = f" · {count_of(recurring, 'recurring task')}" if recurring else ""
        found = f" matching {self.filter}" if self.filter else ""
        missed = ledger.total(self.desk.reader, ledger.Which(), MANY)
        many = f"{missed.lines:,}" if missed.is_all else f"{MANY:,} or more"
        self.say(
            *tab_words(TABS, TABS[0]),
            (count_of(number, "schedule") + more + found, "text"),
            (" · by name", "muted"),
            (f" · {many} missed or skipped: M" if missed.lines else "", "warning"),
        )

    def action_tab(self, by: int) -> None:
        """What was missed is the next tab, and the whole ledger of this schedule the one before."""
        if by < 0 and isinstance(self.current, values.Schedule):
            self.desk.open_ledger(self.current)
        else:
            self.desk.action_view("missed")

    def open_current(self) -> None:
        """Enter shows the detail; on a wide terminal it is there already, so enter edits. Of a template: its days."""
        if self.template is not None:
            self.open_template()
        elif not self.has_class("-narrow"):
            self.action_edit()
        else:
            super().open_current()

    def action_add(self) -> None:
        """A new schedule; among the recurring tasks one of them."""
        if self.list.section is not None and self.list.section.key == "templates":
            self.action_add_recurring()
            return
        from tui.screens.schedule_editor import ScheduleEditor

        self.desk.push_screen(ScheduleEditor(None))

    def action_add_recurring(self) -> None:
        """A new recurring task."""
        from tui.screens.template_editor import TemplateEditor

        self.desk.push_screen(TemplateEditor(None))

    def action_skip(self) -> None:
        """Leave out the next one of a recurring task."""
        if self.template is None:
            self.notify("Put the cursor on a recurring task first. P pauses a job.")
        else:
            self.skip_next()

    def action_edit(self) -> None:
        """Edit with the sentence and the next times in sight."""
        if self.template is not None:
            self.edit_template()
            return
        from tui.screens.schedule_editor import ScheduleEditor

        if isinstance(self.current, values.Schedule):
            self.desk.push_screen(ScheduleEditor(self.current))

    def action_run_now(self) -> None:
        """Run outside the plan; one that is off asks first."""
        from engine.operations.schedules import run_now

        schedule = self.current
        if self.template is not None:
            self.notify("People do this; e edits when, s leaves the next one out.")
        if not isinstance(schedule, values.Schedule):
            return
        if schedule.is_enabled and schedule.pause_reason is None:
            self.desk.perform(run_now, schedule.name, then=self._started)
            return
        off = "is off" if not schedule.is_enabled else f"is paused ({schedule.pause_reason})"
        question = f"{safe(schedule.name)} {safe(off)}. Run it once anyway?"

        def answer(yes: bool | None) -> None:
            if yes:
                self.desk.perform(run_now, schedule.name, even_if_off=True, then=self._started)

        self.desk.push_screen(Confirm(question, "run once"), answer)

    def _started(self, run: values.Run) -> None:
        self.notify(f"Run {run.id} of {safe(run.name)}: l reads its log.", markup=False)

    def action_pause(self) -> None:
        """Pause with a reason, or resume."""
        from engine.operations.schedules import pause, resume

        schedule = self.current
        self.pause_template()
        if not isinstance(schedule, values.Schedule):
            return
        if schedule.pause_reason is not None:
            self.desk.perform(resume, schedule.name)
            return

        def save(given: dict[str, str]) -> Wish:
            return wish(pause, schedule.name, reason=given["reason"])

        def check(given: dict[str, str]) -> Notes:
            return Notes({} if given["reason"].strip() else {"reason": "say why, for whoever asks later"})

        fields = (Field("reason", "because"),)
        self.desk.push_screen(Dialog(f"Pause {schedule.name}", fields, check, save, "pause"))

    def action_delete(self) -> None:
        """Delete; its runs stay readable and undo brings it back."""
        from engine.operations.schedules import delete

        self.delete_template()
        if isinstance(self.current, values.Schedule):
            self.desk.perform(delete, self.current.name)

    def action_log(self) -> None:
        """The log of its newest run."""
        schedule = self.current
        if isinstance(schedule, values.Schedule):
            newest = runs.page(self.desk.reader, runs.Which(schedules=(schedule.id,)), limit=1)
            if newest:
                self.desk.open_log(newest[0].id)
            else:
                self.notify(f"{safe(schedule.name)} has not run yet.", markup=False)

    def action_why(self) -> None:
        """Why it is as it is."""
        if self.template is not None:
            self.desk.explain("schedule", self.template.schedule_id)
        if isinstance(self.current, values.Schedule):
            self.desk.explain("schedule", self.current.id)
