"""Saved filters with what matches each now: choose one, save the one that is set, change or delete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

from engine.operations.filters import add, delete, edit
from engine.queries.filters import counted
from store.connection import connect
from store.reads import filters
from store.values import SavedFilter
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.screens.picking import Picking
from tui.text import fit, safe
from tui.widgets.form import Field, Notes

_NAME, _COUNT = 22, 9


class FilterList(Picking):
    """Names are there at once; counts come as a worker has them."""

    KEYS: ClassVar[str] = "enter use   s save what is set   e change   D delete   esc back"
    BINDINGS = [
        Binding("s", "save", "save", show=False),
        Binding("e", "edit", "change", show=False),
        Binding("D", "delete", "delete", show=False),
    ]

    def __init__(self, current: str, use: Callable[[str], None]) -> None:
        """`current` is the filter that is set; `use` sets another."""
        super().__init__("Saved filters")
        self._current = current
        self._use = use
        self._saved: tuple[SavedFilter, ...] = ()
        self._counts: dict[int, str] = {}

    def on_mount(self) -> None:
        """The filters, and again when somebody changes them."""
        self.desk.changed.subscribe(self, lambda changed: self._read() if "saved_filter" in changed else None)
        self._read()

    def _read(self) -> None:
        self._saved = filters.listed(self.desk.reader)
        self._show()
        self._count(self._saved)

    def _show(self) -> None:
        width = max(8, min(72, self.app.size.width) - 8 - _NAME - _COUNT)
        lines = [
            Content.assemble(
                f"{fit(each.name, _NAME - 1)} ",
                (f"{fit(self._counts.get(each.id, '...'), _COUNT - 1, align='right')} ", "$accent"),
                (safe(f" {each.text}", width), "$muted"),
            )
            for each in self._saved
        ]
        set_ = f"Set now: {self._current}   s saves it" if self._current else "/ sets a filter, s saves it here."
        self.show(lines, set_)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _count(self, saved: tuple[SavedFilter, ...]) -> None:
        today, me = self.desk.today, self.desk.actor.name
        with closing(connect(self.desk.store, read_only=True)) as connection:
            for each in saved:
                found = counted(connection, each, today, me)
                words = "broken" if found.matches is None else f"{found.matches:,}"
                self.app.call_from_thread(self._counted, each.id, words)

    def _counted(self, number: int, words: str) -> None:
        if self.is_mounted:
            self._counts[number] = words
            self._show()

    @property
    def _chosen_filter(self) -> SavedFilter | None:
        return None if self.place is None else self._saved[self.place]

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        chosen = self._chosen_filter
        if chosen is not None:
            self.dismiss()
            self._use(chosen.text)

    def action_save(self) -> None:
        """Save the filter that is set under a name."""
        self.app.push_screen(_dialog("Save the filter", "", self._current, lambda name, text: wish(add, name, text)))

    def action_edit(self) -> None:
        """Change name or text of one."""
        one = self._chosen_filter
        if one is not None:
            number, rev = str(one.id), one.rev
            self.app.push_screen(
                _dialog(
                    "Change the filter", one.name, one.text,
                    lambda name, text: wish(edit, number, name=name, text=text, rev=rev),
                )
            )  # fmt: skip

    def action_delete(self) -> None:
        """Delete it; undo brings it back."""
        one = self._chosen_filter
        if one is not None:
            self.desk.perform(delete, str(one.id), then=lambda _: self.notify(f"{one.name} is deleted; u undoes it."))


def _dialog(title: str, name: str, text: str, make: Callable[[str, str], Wish]) -> Dialog:
    def check(given: dict[str, str]) -> Notes:
        wrong = {key: words for key, words in _ASKED.items() if not given[key].strip()}
        return Notes(wrong)

    def save(given: dict[str, str]) -> Any:
        return make(given["name"], given["text"])

    fields = (Field("name", "name", name), Field("text", "filter", text, "#house !me p<=2 late"))
    return Dialog(title, fields, check, save, "save")


_ASKED = {"name": "type a name", "text": "type what it asks for"}
