"""The schedule editor: a form at the left, and while it is typed the sentence and the next times at the right."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from engine.holidays import warm
from engine.rules.wording import day_and_clock
from store import values
from store.instants import from_us
from tui.screens import schedule_editor_fields as fields
from tui.screens import schedule_editor_params as params
from tui.screens.editor import Editor
from tui.screens.schedule_editor_check import Checked, check, compared
from tui.screens.schedule_editor_saving import wishes
from tui.text import safe
from tui.widgets.folding_form import FoldingForm
from tui.widgets.form import Field, Form, Notes
from tui.widgets.header import Header, Hints, Place
from tui.widgets.lines import Lines


class ScheduleEditor(Editor):
    """A new schedule, or changes of one. Nothing typed is lost to a mistake."""

    def __init__(self, schedule: values.Schedule | None) -> None:
        super().__init__()
        self._schedule = schedule
        self._before = fields.texts_of(schedule) if schedule else fields.new_texts(self.desk.zone.key)
        self._shown = (self._before["notation"], self._before["controller"])

    def compose(self) -> ComposeResult:
        """Form and preview."""
        what, more = self._what(self._before["controller"])
        groups = fields.groups(self._before, what, more)
        self._before |= {field.name: field.value for group in groups for field in group.fields}
        yield Header("schedules")
        yield Place()
        with Horizontal(id="editor"):
            yield FoldingForm(groups, self._check, ascii_marks=self.desk.ascii_marks)
            yield Lines(id="preview")
        yield Hints()

    def _what(self, controller: str) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
        """The controller and the fields it declares."""
        own = self._schedule is not None and controller == self._schedule.controller
        first, more = params.fields_of(controller, self._schedule.params if self._schedule and own else {})
        known = params.declaration(controller)
        hint = known.sentence if known else "not known here"
        choose = Field("controller", "runs", controller, hint, params.names(self._before["controller"]))
        return (choose, *first), more

    def on_mount(self) -> None:
        """Say what is edited, and show what the values mean."""
        name = safe(self._schedule.name) if self._schedule else "new schedule"
        self.query_one(Place).words = ((name, "text bold"), ("   edit schedule", "muted"))
        self.query_one(Hints).pairs = (
            ("enter", "save"), ("esc", "leave"), ("tab", "next field"), ("left right", "choose"),
            ("space", "open a group"),
        )  # fmt: skip
        self.run_worker(warm, thread=True)  # a fifth of a second, which the first letter of a calendar would wait for
        self.show_preview()

    @on(Form.Changed)
    async def _changed(self, event: Form.Changed) -> None:
        notation, controller = event.values["notation"], event.values["controller"]
        was, self._shown = self._shown, (notation, controller)
        if notation != was[0]:
            await self.form.set_group("when", fields.when_fields(notation, self._before | event.values))
            self.form.rows["notation"].box.focus()
        if controller != was[1]:
            what, more = self._what(controller)
            for field in (*what[1:], *more):
                self._before.setdefault(field.name, field.value)
            await self.form.set_group("what", what)
            await self.form.set_group("more", more)
            self.form.rows["controller"].box.focus()
        self.show_preview()

    @property
    def _checked(self) -> Checked:
        found = self.form.notes.outcome
        assert isinstance(found, Checked)
        return found

    def _check(self, typed: dict[str, str]) -> Notes:
        """The rules of the operation itself, asked while typing: what is wrong is said beside its field."""
        desk = self.desk
        with closing(self.in_thread()) as connection:
            checked = check(self._schedule, typed, dict(self._before), desk.clock(), desk.zone.key, connection)
            checked.compared = compared(self._schedule, checked, desk.clock(), connection)
        notes = replace(checked.notes, outcome=checked)
        if self._schedule is None or self._schedule.next_at is None or checked.rule is None:
            return notes
        planned = day_and_clock(from_us(self._schedule.next_at), self.desk.clock(), checked.rule.zone)
        line = Content.styled(f"planned before this edit: {planned}", "$muted")
        return replace(notes, preview=(*notes.preview, line))

    @on(Form.Submitted)
    def _submit(self, event: Form.Submitted) -> None:
        if self._saving:
            return
        rows = self._checked.compared
        if rows is None:
            self._save(event.values)
            return
        from tui.screens.schedule_editor_changes import Changes

        before, after = rows.sentences
        changes = Changes(event.values["name"], before, after, rows.rows)
        self.desk.push_screen(changes, lambda yes: self._save(event.values) if yes else None)

    def _save(self, typed: dict[str, str]) -> None:
        """One act after another: the fields, then what verbs of their own change. A refusal stands in the form."""
        todo = wishes(self._schedule, self._before | typed, self._before, self._checked)
        if not todo:
            self.dismiss()
            return
        self.save_all(todo)
