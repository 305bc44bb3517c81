"""What a filter box tells its view. Apart from the box itself, which loads when somebody presses `/`."""

from __future__ import annotations

from textual.message import Message


class FilterTyped(Message):
    """The text is another one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class FilterKept(FilterTyped):
    """Enter: keep the text and go back to the list."""
