"""What the desk says by itself: a toast for a notice that cannot wait, and the panel of one's own recent runs.

Looked at when the store has changed, after the first paint.
"""

from __future__ import annotations

from store.enums import ACTIVE, RunState
from store.instants import SECOND
from store.reads import notifications
from store.reads.notifications import Viewer, viewer
from store.reads.recent import recent
from store.values import Run
from tui.app import Desk
from tui.popups import signal
from tui.screens.view import Base
from tui.widgets.header import Hints
from tui.widgets.recent import Recent

CLOSES = 15 * SECOND
"""How long a panel that opened by itself stays after the last of its runs has ended."""
_OPEN = frozenset({RunState.PENDING, *ACTIVE})


def viewer_of(desk: Desk) -> Viewer:
    """Whose notices the desk shows, and as of when."""
    return viewer(desk.reader, desk.actor, desk.now, desk.today)


class Announcer:
    """`is_open`: the panel of recent runs is shown on whichever view is in front."""

    def __init__(self, desk: Desk) -> None:
        self.is_open = False
        self._desk = desk
        self._by_itself = False
        self._told = notifications.newest(desk.reader)
        self._runs: list[Run] = []
        self._newest = max((run.id for run in self._read()), default=0)

    def look(self, changed: frozenset[str]) -> None:
        """Say what is new."""
        if "notification" in changed:
            self._toasts()
        if "run" in changed:
            self._look_at_runs()
        elif self.is_open:
            self._close_or_follow()

    def toggle(self) -> None:
        """Show or hide the panel."""
        self.is_open, self._by_itself = not self.is_open, False
        self._runs = self._read()
        self.place()

    def place(self) -> None:
        """Put the panel on the screen in front, with its runs as they are now, or take it away."""
        screen = self._desk.screen
        if not isinstance(screen, Base):
            return
        panel = screen.query_one_optional(Recent)
        if not self.is_open:
            if panel is not None:
                panel.remove()
            return
        if panel is None:
            hints = screen.query_one_optional(Hints)
            if hints is None:  # a view that is being made
                screen.call_after_refresh(self.place)
                return
            panel = Recent(self._desk)
            screen.mount(panel, before=hints)
        panel.show(self._runs)

    def _toasts(self) -> None:
        loud = notifications.loud_since(self._desk.reader, viewer_of(self._desk), self._told)
        for notice in loud:
            severity = "error" if notice.severity == "urgent" else "warning"
            self._desk.notify(notice.text, title=notice.subject, severity=severity, timeout=10)
        self._told = notifications.newest(self._desk.reader)
        signal(self._desk, loud, self._desk.to_terminal)

    def _look_at_runs(self) -> None:
        self._runs = self._read()
        newest = max((run.id for run in self._runs), default=0)
        if newest > self._newest:
            self._newest = newest
            if not self.is_open:
                self.is_open = self._by_itself = True
        self._close_or_follow()

    def _close_or_follow(self) -> None:
        if self._by_itself and not any(run.state in _OPEN for run in self._runs):
            last = max((run.finished_at or run.created_at for run in self._runs), default=0)
            self.is_open = self._desk.now - last < CLOSES
        self.place()

    def _read(self) -> list[Run]:
        return recent(self._desk.reader, self._desk.actor, self._desk.now)
