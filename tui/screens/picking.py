"""A short list to choose from, in front of the view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from themes import FORM_SHEET
from tui.app import Desk
from tui.text import safe

_TITLE = 64
"""Cells of a title: a task may be called something longer."""


class Picking(ModalScreen[None]):
    """Title, lines, and the keys that act on the line of the cursor. The lines are few and read at once."""

    CSS_PATH = FORM_SHEET
    KEYS: ClassVar[str] = "enter choose   esc back"
    BINDINGS = [
        Binding("escape,q", "leave", "back", show=False),
        Binding("j", "step(1)", "down", show=False),
        Binding("k", "step(-1)", "up", show=False),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    @property
    def desk(self) -> Desk:
        """The application, with its clock, reader and writer."""
        app = self.app
        assert isinstance(app, Desk)
        return app

    def compose(self) -> ComposeResult:
        """Title, lines, what there is to say of them, keys."""
        with Vertical(id="dialog"):
            yield Static(Content(safe(self._title, _TITLE)), id="dialog-title", markup=False)
            yield OptionList(id="picking", compact=True, markup=False)
            yield Static(id="dialog-preview", markup=False)
            yield Static(Content(safe(self.KEYS)), id="dialog-keys", markup=False)

    @property
    def options(self) -> OptionList:
        """The lines."""
        return self.query_one(OptionList)

    @property
    def place(self) -> int | None:
        """The line of the cursor, from 0; None if there is none."""
        return self.options.highlighted

    def show(self, lines: Sequence[Content], words: str = "") -> None:
        """Put these lines there; the cursor keeps its place."""
        at = self.options.highlighted or 0
        self.options.clear_options()
        self.options.add_options(Option(line) for line in lines)
        self.options.highlighted = min(at, len(lines) - 1) if lines else None
        self.options.display = bool(lines)
        self.say(words)

    def say(self, words: str) -> None:
        """What there is to say of the line of the cursor."""
        self.query_one("#dialog-preview", Static).update(Content(safe(words)))

    def action_step(self, by: int) -> None:
        """One line on or back."""
        (self.options.action_cursor_down if by > 0 else self.options.action_cursor_up)()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
