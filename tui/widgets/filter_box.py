"""One line to type a filter or a search in."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from tui.widgets.filter_words import FilterKept, FilterTyped
from tui.widgets.line_input import LineInput


class FilterBox(LineInput):
    """An input that speaks of filters; nothing else hears of its keys."""

    def __init__(self, hint: str) -> None:
        super().__init__(placeholder=hint, compact=True, id="filter")
        self.is_entered = False
        """Enter was pressed, and the list has not got the focus yet: keys that follow are for the list."""

    async def action_submit(self) -> None:
        self.is_entered = True
        await super().action_submit()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(FilterTyped(event.value))

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(FilterKept(event.value))
