"""Leaving the desk: says what stops when it closes."""

from __future__ import annotations

from tui.screens.dialog import Confirm
from tui.widgets.header import Status


class Leave(Confirm):
    """Asked once on a view; runs that are active are named first."""

    def __init__(self, status: tuple[Status, ...]) -> None:
        words = " · ".join(each.long for each in status)
        super().__init__("Leave the desk?", "leave", (f"Now: {words}",) if words else ())
