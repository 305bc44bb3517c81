"""The editor of a trigger: when, on what, do what; beside it the sentence of the whole and what it would touch."""

from __future__ import annotations

from contextlib import closing

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.holidays import warm
from engine.operations.registry import Act
from engine.operations.triggers import add, disable, edit, enable, pause, resume
from store.enums import Scope
from store.trigger_values import Trigger
from tui.perform import Wish, wish
from tui.screens import trigger_editor_fields as fields
from tui.screens.editor import Editor
from tui.screens.editor_fields import PAUSE
from tui.screens.trigger_editor_check import Checked, check
from tui.text import safe
from tui.widgets.folding_form import FoldingForm
from tui.widgets.form import Field, Form, Notes
from tui.widgets.header import Header, Hints, Place
from tui.widgets.lines import Lines


class TriggerEditor(Editor):
    """A new trigger, for this label, list or task if it is said, or changes of one."""

    def __init__(self, made: Trigger | None, scope: Scope | None = None, name: str = "") -> None:
        super().__init__()
        self._made = made
        self._before = fields.texts_of(made, self.desk.zone.key) if made else fields.new_texts(scope, name)
        self._there: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Form and preview."""
        groups = fields.groups(self._before)
        self._there = frozenset(field.name for group in groups for field in group.fields)
        yield Header("triggers")
        yield Place()
        with Horizontal(id="editor"):
            yield FoldingForm(groups, self._check, ascii_marks=self.desk.ascii_marks)
            yield Lines(id="preview")
        yield Hints()

    def on_mount(self) -> None:
        """Say what is edited, and show what the values mean."""
        name = safe(self._made.name) if self._made else "new trigger"
        self.query_one(Place).words = ((name, "text bold"), ("   when, on what, do what", "muted"))
        self.query_one(Hints).pairs = (
            ("enter", "save"), ("esc", "leave"), ("tab", "next field"), ("left right", "choose"),
            ("space", "open a group"),
        )  # fmt: skip
        self.run_worker(warm, thread=True)  # the holidays of a calendar, which its first letter would wait for
        self.show_preview()

    @on(Form.Changed)
    async def _changed(self, event: Form.Changed) -> None:
        """Another choice has other fields; what was typed into the old ones comes back with them."""
        wanted = {group.key: group.fields for group in fields.groups(self._before | event.values)}
        focused = next((name for name, row in self.form.rows.items() if row.box.has_focus), "")
        for key, group in self.form.groups.items():
            if list(map(_look, group.fields)) != list(map(_look, wanted[key])):
                await self.form.set_group(key, wanted[key])
        if focused in self.form.rows and not self.form.rows[focused].box.has_focus:
            self.form.rows[focused].box.focus()
        self._there = frozenset(field.name for of in wanted.values() for field in of)
        self.show_preview()

    def _check(self, typed: dict[str, str]) -> Notes:
        """The rules of the operation itself, asked while typing, on a connection that cannot write."""
        with closing(self.in_thread()) as connection:
            act = Act(connection, self.desk.actor, self.desk.clock(), 0)
            return check(act, self._made, typed, self._before, self._there)

    @property
    def _checked(self) -> Checked:
        found = self.form.notes.outcome
        assert isinstance(found, Checked)
        return found

    @on(Form.Submitted)
    def _submit(self, event: Form.Submitted) -> None:
        if self._saving:
            return
        todo = self._wishes(self._before | event.values)
        if todo:
            self.save_all(todo)
        else:
            self.dismiss()

    def _wishes(self, typed: dict[str, str]) -> list[Wish]:
        """The fields first, in one act; then on, off and pause, which are verbs of their own."""
        checked, name, made = self._checked, typed["name"].strip(), self._made
        call = fields.asked_of(checked.given)
        is_on = checked.given.get("is_enabled", True)
        todo = list[Wish]()
        if made is None:
            main = {key: call.pop(key) for key in ("name", "event", "action")}
            todo.append(wish(add, main["name"], main["event"], main["action"], disabled=not is_on, **call))
        elif call:
            todo.append(wish(edit, made.name, rev=made.rev, **call))
        if made is not None and "is_enabled" in checked.given:
            todo.append(wish(enable if is_on else disable, name))
        if any(typed[key] != self._before[key] for key in PAUSE):
            on_pause = wish(pause, name, reason=typed["pause_reason"].strip(), until=checked.until)
            todo.append(on_pause if typed["is_paused"] == "yes" else wish(resume, name))
        return todo


def _look(field: Field) -> tuple[str, str, str, tuple[str, ...]]:
    """What of a field is seen besides its value."""
    return field.name, field.label, field.hint, field.choices
