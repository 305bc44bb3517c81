"""Leaving the desk: says what stops when it closes, and can wait for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.signal import Signal
from textual.widgets import Static

from engine.rules.wording import count_of
from store.enums import RunState
from store.reads import runs
from themes import FORM_SHEET
from tui.text import safe

SHOWN = 6
"""Runs that are named; of more, how many."""
MOST = 1_000

_ACTIVE = runs.Which(states=(RunState.STARTING, RunState.RUNNING))


class Stand(NamedTuple):
    """How the desk is when somebody wants to leave it."""

    status: str
    """What its header says."""
    fires: bool
    """Jobs run by its own engine, and end with it."""
    is_saving: bool


class Leave(ModalScreen[bool]):
    """Asked once on a view; True is to leave. Enter alone stops no job: it is pressed too easily."""

    CSS_PATH = FORM_SHEET
    BINDINGS = [
        Binding("escape,n,q", "stay", "stay", show=False),
        Binding("y", "leave", "leave", show=False),
        Binding("enter", "leave(False)", "leave", show=False),
        Binding("w", "wait", "wait", show=False),
    ]

    def __init__(self, reader: sqlite3.Connection, stand: Callable[[], Stand], changed: Signal[frozenset[str]]) -> None:
        super().__init__()
        self._reader = reader
        self._stand = stand
        self._changed = changed
        self._active = 0
        self._waits = False

    def compose(self) -> ComposeResult:
        """What happens to what runs, and the answers."""
        with Vertical(id="dialog"):
            yield Static(id="leave-words", markup=False)

    def on_mount(self) -> None:
        """Say it, and say it again when something begins or ends."""
        self._changed.subscribe(self, lambda _: self._say())
        self._say()

    def _say(self) -> None:
        stand = self._stand()
        self._active = runs.count(self._reader, _ACTIVE, MOST) if stand.fires else 0
        if self._waits and not self._active:
            self.dismiss(True)
            return
        lines = self._stopping(stand) if self._active else _plainly(stand)
        self.query_one("#leave-words", Static).update(Content("\n".join(safe(line) for line in lines)))

    def _stopping(self, stand: Stand) -> list[str]:
        named = [f"  {run.name} (run {run.id})" for run in runs.page(self._reader, _ACTIVE, limit=SHOWN)]
        if self._active > SHOWN:
            named.append(f"  and {self._active - SHOWN:,} more")
        number = count_of(self._active, "run")
        if self._waits:
            return [f"Leaving when {number} ended:", *named, "", "y stop them now   esc stay"]
        return ["Leave the desk?", "", f"{number} would be stopped:", *named, "", *_saving(stand),
                "y stop and leave   w wait for them   esc stay"]  # fmt: skip

    def action_stay(self) -> None:
        """Back to the view."""
        self.dismiss(False)

    def action_leave(self, sure: bool = True) -> None:
        """Leave now."""
        if sure or not self._active:
            self.dismiss(True)

    def action_wait(self) -> None:
        """Leave when the last job has ended."""
        if self._active:
            self._waits = True
            self._say()


def _plainly(stand: Stand) -> list[str]:
    after = ["Until a desk or `tickler engine` runs again, jobs wait.", ""] if stand.fires else []
    return ["Leave the desk?", "", f"Now: {stand.status}", "", *after, *_saving(stand), "y leave   esc leave it"]


def _saving(stand: Stand) -> list[str]:
    return ["A change is not saved yet: leaving tries for 5 seconds.", ""] if stand.is_saving else []
