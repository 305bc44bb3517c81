"""A line to type in that shows what it holds and obeys none of it."""

from __future__ import annotations

from rich.text import Text
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from tui.text import safe

HIDDEN = "·"
"""Stands for a character that has no picture of its own, so that the cursor counts it."""


class LineInput(Input):
    """One line. Its value is kept as it is; control characters in it are painted as their pictures.

    What is edited was often written by others: textual would hand their escape sequences to the terminal.
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """How long the value is. textual lays out the whole screen when it changes, so at every letter."""

    def on_mount(self) -> None:
        """A blinking cursor would write to the line twice a second."""
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        shown = self.value
        if not (shown.isascii() and shown.isprintable()):
            shown = "".join((safe(letter) or HIDDEN)[0] for letter in shown)
        return Text(shown, no_wrap=True, overflow="ignore", end="")
