"""Ready-made labels to choose from: enter installs one, a all of them, o another that is typed."""

from __future__ import annotations

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

from engine.operations.registry import Look
from engine.operations.trigger_install import install
from engine.operations.trigger_ready import calendar_of, sentence_of
from engine.queries.trigger_ready import ReadyMade, ready_made
from engine.queries.triggers import Told
from engine.rules.errors import BadValue
from engine.rules.triggers.ready_made import ready
from engine.rules.wording import count_of
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.screens.picking import Picking
from tui.text import safe
from tui.widgets.form import Field, Notes

_LABEL = 26


class ReadyLabels(Picking):
    """What a label of that name makes happen, below; those that are there are marked, and stay as they are."""

    KEYS = "enter install this one   a all   o another   esc back"
    BINDINGS = [Binding("a", "all", "all", show=False), Binding("o", "other", "another", show=False)]

    def __init__(self) -> None:
        super().__init__("Ready-made labels")
        self._labels: tuple[ReadyMade, ...] = ()

    def on_mount(self) -> None:
        """What is there, read anew."""
        self._read()

    def _read(self) -> None:
        self._labels = ready_made(self.desk.actor, self.desk.clock())
        self.show([self._line(each) for each in self._labels], self._words())

    def _line(self, ready: ReadyMade) -> Content:
        state = ("there", "$ok") if ready.is_there else ("", "")
        return Content.assemble(safe(ready.label, _LABEL).ljust(_LABEL), "  ", state)

    def _words(self) -> str:
        place = self.place
        return "" if place is None else self._labels[place].does

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.say(self._words())

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.desk.perform(install, self._labels[event.option_index].label, then=self._installed)

    def action_all(self) -> None:
        """All that are not there."""
        self.desk.perform(install, then=self._installed)

    def action_other(self) -> None:
        """One of the same forms: another weekday, another day of the month, so many days before."""
        calendar = calendar_of(Look(self.desk.reader, self.desk.actor, self.desk.clock()))

        def check(given: dict[str, str]) -> Notes:
            try:
                triggers = ready(given["name"], calendar).triggers
            except BadValue as fault:
                return Notes({"name": str(fault)}, {})
            return Notes(preview=tuple(Content(safe(sentence_of(each), 600)) for each in triggers))

        def save(given: dict[str, str]) -> Wish:
            return wish(install, given["name"], then=self._installed)

        fields = (Field("name", "label", hint="weekly on Friday"),)
        self.desk.push_screen(Dialog("Install a ready-made label", fields, check, save, "install"))

    def _installed(self, made: tuple[Told, ...]) -> None:
        words = f"Installed {count_of(len(made), 'trigger')}: put the label on a task. u takes it back."
        self.notify(words if made else "It is there already.")
        self._read()
