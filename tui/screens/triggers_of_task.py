"""Which triggers touch a task: each with what it comes from, how it is, and when it acts next."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

from engine.rules.triggers.words import origin_words, sentence
from engine.rules.wording import day_and_clock
from store import values
from store.enums import Scope
from store.instants import from_us
from store.reads import triggers
from store.trigger_values import Trigger
from tui.screens.picking import Picking
from tui.text import fit, safe
from tui.trigger_rows import state_cells, state_of_trigger
from tui.trigger_words import next_times

_NAME, _ORIGIN, _STATE, _NEXT = 22, 18, 9, 17
_KINDS = frozenset({"trigger", "pending_action", "task", "task_label", "task_assignee"})


class TriggersOfTask(Picking):
    """The nearest first: of the task itself, its lists, its labels, its people, of all tasks."""

    KEYS: ClassVar[str] = "enter go to it   e edit   a add one for this task   esc back"
    BINDINGS = [
        Binding("e", "edit", "edit", show=False),
        Binding("a", "add", "add", show=False),
    ]

    def __init__(self, task: values.Task) -> None:
        super().__init__(f"Triggers of: {task.title}")
        self._of = task
        self._found: tuple[Trigger, ...] = ()

    def on_mount(self) -> None:
        """The triggers, and again when any of them or the task changes."""
        self.desk.changed.subscribe(self, lambda changed: self._read() if changed & _KINDS else None)
        self._read()

    def _read(self) -> None:
        self._found = tuple(triggers.of_task(self.desk.reader, self._of.id))
        times = next_times(self.desk, self._of.id)
        self.show(
            [
                self._line(each, times.get(each.id, each.next_at if each.schedule_id is not None else None))
                for each in self._found
            ]
        )
        self._say()

    def _line(self, each: Trigger, at: int | None) -> Content:
        desk = self.desk
        is_on = state_of_trigger(each) == "on"
        when = day_and_clock(from_us(at), desk.clock(), desk.zone.key) if at is not None and is_on else ""
        room = min(72, self.app.size.width) - 8 - _STATE - _NEXT
        name = min(_NAME, room // 2)
        return Content.assemble(
            *((words, f"${token}") for words, token in state_cells(each, desk.ascii_marks)),
            f"{fit(each.name, name - 1)} ",
            (f"{fit(origin_words(each.scope, each.scope_name), room - name - 1)} ", "$muted"),
            (fit(when, _NEXT), "$accent"),
        )

    @on(OptionList.OptionHighlighted)
    def _say(self) -> None:
        from textual.widgets import Static

        words = "No trigger touches this task; a adds one, a label may bring some."
        chosen = self._chosen
        self.query_one("#dialog-preview", Static).update(
            Content(safe(words if chosen is None else sentence(chosen), 400))
        )

    @property
    def _chosen(self) -> Trigger | None:
        return self._found[self.place] if self.place is not None and self.place < len(self._found) else None

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        from tui.trigger_ways import open_triggers

        chosen, desk = self._chosen, self.desk
        if chosen is not None:
            self.dismiss()
            self.call_later(open_triggers, desk, "", chosen.id)

    def action_edit(self) -> None:
        """Change it."""
        from tui.screens.trigger_editor import TriggerEditor

        if self._chosen is not None:
            self.app.push_screen(TriggerEditor(self._chosen))

    def action_add(self) -> None:
        """One for this task alone."""
        from tui.screens.trigger_editor import TriggerEditor

        self.app.push_screen(TriggerEditor(None, Scope.TASK, str(self._of.id)))
