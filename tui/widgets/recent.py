"""The panel of one's own recent runs, at the foot of a view: what one has just started, without leaving the list."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from engine.rules.durations import duration_words
from engine.rules.wording import count_of, state_of
from store.enums import ACTIVE, FINAL
from store.instants import SECOND
from store.values import Run
from tui.app import Desk
from tui.rows import STATE_TOKENS
from tui.text import fit, safe

_SHORT = 4
"""Runs that are shown where the terminal has fewer than 30 lines."""


class Recent(Static):
    """Never takes the focus; the list above keeps its cursor."""

    DEFAULT_CSS = """
    Recent { dock: bottom; height: auto; max-height: 11; margin-bottom: 1; background: $panel; padding: 0 1; }
    """
    can_focus = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(markup=False)
        self._desk = desk
        self._runs: list[Run] = []
        self._lines: tuple[object, ...] = ()

    def show(self, runs: list[Run]) -> None:
        """Draw these runs, newest first; nothing is sent if nothing of it has changed."""
        self._runs = runs
        wide = self._desk.size.width - 2
        kept = runs if self._desk.size.height >= 30 else runs[:_SHORT]
        lines = [self._line(run, wide) for run in kept]
        title = "your recent runs   B hides them" if runs else "you have started nothing in the last 24 hours   B hides"
        drawn = (title, wide, *(line.plain for line in lines))
        if drawn != self._lines:
            self._lines = drawn
            self.update(Content("\n").join([Content.styled(title, "$muted"), *lines]))

    def _line(self, run: Run, width: int) -> Content:
        """`> 12 nightly backup   running   12s   40 % copying`."""
        token = f"${STATE_TOKENS.get(run.state, 'text')}"
        taken = ""
        if run.started_at is not None:
            took = ((run.finished_at or self._desk.now) - run.started_at) / SECOND
            taken = duration_words(took if run.finished_at else int(took))
        progress = f"{run.progress} %  " if run.state in ACTIVE and run.progress else ""
        words = f"{progress}{run.progress_text if run.state not in FINAL else run.reason or ''}"
        name = max(8, min(40, width - 2 - 7 - 11 - 9))
        files = f"  {count_of(run.artifacts, 'file')}" if run.artifacts else ""
        return Content.assemble(
            (fit(state_of(run.state).symbol(self._desk.ascii_marks), 2), token),
            (fit(str(run.id), 6, align="right") + " ", "$muted"),
            fit(run.name, name - 1) + " ",
            (fit(run.state, 11), token),
            fit(taken, 9),
            (safe(fit(words + files, max(0, width - 2 - 7 - name - 11 - 9))), "$muted"),
        )
