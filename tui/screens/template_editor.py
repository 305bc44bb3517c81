"""The editor of a recurring task: a form at the left, and while it is typed the sentence and the next dates."""

from __future__ import annotations

from contextlib import closing

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.holidays import warm
from engine.operations.registry import Act
from engine.operations.templates import add, edit, pause, resume
from store import values
from tui.perform import Wish, wish
from tui.screens import template_editor_fields as fields
from tui.screens.editor import Editor
from tui.screens.editor_fields import PAUSE
from tui.screens.template_editor_check import Checked, check
from tui.text import safe
from tui.widgets.folding_form import FoldingForm
from tui.widgets.form import Form, Notes
from tui.widgets.header import Header, Hints, Place
from tui.widgets.lines import Lines


class TemplateEditor(Editor):
    """A new recurring task, or changes of one and of all its future tasks that nobody touched."""

    def __init__(self, made: values.Template | None) -> None:
        super().__init__()
        self._made = made
        self._before = fields.texts_of(made) if made else fields.new_texts()

    def compose(self) -> ComposeResult:
        """Form and preview."""
        yield Header("schedules")
        yield Place()
        with Horizontal(id="editor"):
            yield FoldingForm(fields.groups(self._before), self._check, ascii_marks=self.desk.ascii_marks)
            yield Lines(id="preview")
        yield Hints()

    def on_mount(self) -> None:
        """Say what is edited, and show what the values mean."""
        name = safe(self._made.name) if self._made else "new recurring task"
        self.query_one(Place).words = ((name, "text bold"), ("   edit recurring task", "muted"))
        self.query_one(Hints).pairs = (
            ("enter", "save"), ("esc", "leave"), ("tab", "next field"), ("left right", "choose"),
            ("space", "open a group"),
        )  # fmt: skip
        self.run_worker(warm, thread=True)  # the holidays of a calendar, which its first letter would wait for
        self.show_preview()

    @on(Form.Changed)
    def _changed(self) -> None:
        self.show_preview()

    def _check(self, typed: dict[str, str]) -> Notes:
        """The rules of the operation itself, asked while typing, on a connection that cannot write."""
        with closing(self.in_thread()) as connection:
            return check(Act(connection, self.desk.actor, self.desk.clock(), 0), self._made, typed, self._before)

    @property
    def _checked(self) -> Checked:
        found = self.form.notes.outcome
        assert isinstance(found, Checked)
        return found

    @on(Form.Submitted)
    def _submit(self, event: Form.Submitted) -> None:
        if self._saving:
            return
        checked = self._checked
        rows = checked.compared
        if rows is None:
            self._save(event.values)
            return
        from tui.screens.schedule_editor_changes import Changes

        more = checked.effect.lines if checked.effect is not None else ()
        changes = Changes(event.values["name"], *rows.sentences, rows.rows, more, has_times=False)
        self.desk.push_screen(changes, lambda yes: self._save(event.values) if yes else None)

    def _save(self, typed: dict[str, str]) -> None:
        todo = self._wishes(typed)
        if todo:
            self.save_all(todo)
        else:
            self.dismiss()

    def _wishes(self, typed: dict[str, str]) -> list[Wish]:
        """The fields first, in one act; then the pause, which is a verb of its own and can be undone alone."""
        checked, name = self._checked, typed["name"].strip()
        call = fields.asked(checked.given)
        todo = list[Wish]()
        if self._made is None:
            call = {key: said for key, said in call.items() if key not in ("name", "spec") and said not in ("", ())}
            is_off = call.pop("enabled", True) is False
            todo.append(wish(add, name, typed["spec"].strip(), disabled=is_off, **call))
        elif call:
            todo.append(wish(edit, self._made.name, rev=self._made.rev, **call))
        if any(typed[key] != self._before[key] for key in PAUSE):
            on_pause = wish(pause, name, reason=typed["pause_reason"].strip(), until=checked.until)
            todo.append(on_pause if typed["is_paused"] == "yes" else wish(resume, name))
        return todo
