"""Recurring tasks among the schedules: their rows, and their verbs, which are those of jobs wherever they can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.rules.wording import count_of
from store import values
from store.reads import schedules, templates
from tui.perform import Wish, wish
from tui.screens.view import Item, View
from tui.widgets.form import Field, Notes
from tui.widgets.pages import Key, Row

T = TypeVar("T")


class RecurringRows(View):
    """The verbs of a template under the cursor. Each says whether it was one."""

    def by_name(
        self, page: Callable[..., Sequence[T]], after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[T]:
        """Those of a page in order of their names that have the text of the filter in theirs."""
        return page(
            self.desk.reader,
            after=str(after[0]) if after else None,
            before=(str(before[0]) if before else schedules.LAST) if before is not None else None,
            offset=offset or 0,
            text=self.filter,
            limit=limit,
        )

    def fetch_templates(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        """A page of templates by name."""
        found = self.by_name(templates.page, after, before, offset, limit)
        coming = templates.next_due(self.desk.reader, [each.id for each in found], self.desk.today)
        return [Item((each.name,), f"template {each.id}", each, coming.get(each.id)) for each in found]

    @property
    def template(self) -> values.Template | None:
        """The template under the cursor."""
        return self.current if isinstance(self.current, values.Template) else None

    def edit_template(self) -> None:
        """Edit with the sentence and the next dates in sight."""
        from tui.screens.template_editor import TemplateEditor

        if self.template is not None:
            self.desk.push_screen(TemplateEditor(self.template))

    def pause_template(self) -> None:
        """Pause with a reason and an end, or resume."""
        from engine.operations.templates import pause, resume
        from engine.rules.dates import parse_instant
        from engine.rules.errors import BadValue
        from engine.rules.wording import long_day

        made = self.template
        if made is None:
            return
        if made.pause_reason is not None:
            self.desk.perform(resume, made.name)
            return
        desk, zone = self.desk, made.zone

        def check(given: dict[str, str]) -> Notes:
            wrong = {} if given["reason"].strip() else {"reason": "say why, for whoever asks later"}
            means = {}
            if given["until"].strip():
                try:
                    at = parse_instant(given["until"], desk.clock(), zone)
                    means["until"] = f"{long_day(at.date())} {at:%H:%M}"
                except BadValue as fault:
                    wrong["until"] = str(fault)
            return Notes(wrong, means)

        def save(given: dict[str, str]) -> Wish:
            until = parse_instant(given["until"], desk.clock(), zone) if given["until"].strip() else None
            return wish(pause, made.name, reason=given["reason"], until=until)

        from tui.screens.dialog import Dialog

        fields = (Field("reason", "because"), Field("until", "until", hint="empty: until resumed"))
        self.desk.push_screen(Dialog(f"Pause {made.name}", fields, check, save, "pause"))

    def delete_template(self) -> None:
        """Delete; what becomes of its open tasks is asked first."""
        from engine.operations.templates import delete
        from tui.screens.dialog import Dialog

        made = self.template
        if made is None:
            return
        if not made.open_tasks:
            self.desk.perform(delete, made.name, then=lambda _: self.notify(f"Deleted: {made.name}. u takes it back."))
            return
        keep, drop = "stay", "are deleted too"
        many = count_of(made.open_tasks, "open task")
        fields = (Field("open", "open tasks", keep, "left right", (keep, drop)),)

        def save(given: dict[str, str]) -> Wish:
            return wish(delete, made.name, drop_open=given["open"] == drop)

        title = f"Delete {made.name}: its {many}"
        self.desk.push_screen(Dialog(title, fields, lambda given: Notes(), save, "delete"))

    def skip_next(self) -> None:
        """Leave out its next day that is not left out yet."""
        from tui.screens.recur_dialogs import skip_dialog
        from tui.template_words import next_dates

        made = self.template
        if made is None:
            return
        left_out = {each.day for each in templates.skips(self.desk.reader, made.schedule_id, self.desk.today)}
        planned = next_dates(self.desk, made, len(left_out) + 1)[1]
        days = [each.local.date() for each in planned if each.local.date() not in left_out]
        if days:
            self.app.push_screen(skip_dialog(made, days[0], lambda _: None))
        else:
            self.notify("It has no next day that is known.")

    def open_template(self) -> None:
        """Its days: which come, which tasks there are, which are left out."""
        from tui.screens.template_days import TemplateDays

        if self.template is not None:
            self.desk.push_screen(TemplateDays(self.template))
