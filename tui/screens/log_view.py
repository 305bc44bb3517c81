"""The picture of a log: its lines by attempt, wrapped or cut, all or those that match, followed while they come."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any, ClassVar

from textual import events, on
from textual.content import Content

from engine.rules.durations import duration_words
from engine.rules.wording import count_of, state_of
from store import values
from store.enums import FINAL, Level
from store.instants import SECOND
from store.reads import logs, runs
from tui.log_hits import Hits
from tui.log_rows import LogRow, LogSource
from tui.rows import STATE_TOKENS, Cells
from tui.screens.view import View
from tui.text import safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.log_list import LogList
from tui.widgets.painting import Piece

LIVE_EVERY = 0.06
"""Seconds between looks for new lines while a run is followed: a printed line is on the screen within 0.15 seconds."""


class LogView(View):
    """The log of a run, as it is shown. `hits`: what was looked for; `least`: how loud a line must be to be found."""

    PLACES: ClassVar[tuple[str, ...]] = ("logs",)
    VIEW = "logs"
    KINDS = frozenset({"log", "run"})
    FILTER_HINT = "search; enter finds, n and N go on"

    def __init__(self) -> None:
        super().__init__()
        self.source: LogSource | None = None
        self.hits: Hits | None = None
        self.least = Level.DEBUG

    def make_list(self) -> LineList:
        """Lines by their number; the end is where the eye wants to be."""
        made = LogList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="No line has been written yet. Lines appear here as they come.",
        )
        made.sideways = self._sideways
        return made

    def on_mount(self) -> None:
        """The run that was asked for, else the newest."""
        self.detail_pane.display = False
        self._live = self.set_interval(LIVE_EVERY, self._look_live, pause=True)
        self._choose()

    def on_screen_resume(self) -> None:
        """Another run may have been asked for meanwhile."""
        super().on_screen_resume()
        if self.desk.log_of is not None:
            self._choose()

    @property
    def run_id(self) -> int | None:
        """The run whose log is shown."""
        return None if self.source is None else self.source.run_id

    @property
    def log_list(self) -> LogList:
        """The list of this view."""
        return self.query_one(LogList)

    def _choose(self) -> None:
        asked, self.desk.log_of = self.desk.log_of, None
        if asked is None and self.source is None:
            newest = runs.page(self.desk.reader, limit=1)
            asked = newest[0].id if newest else None
        if asked is not None and asked != self.run_id:
            wraps = self.source is not None and self.source.wraps
            self.source = LogSource(self.desk.reader, asked, self.desk.zone.key, self.app.size.width, wraps)
            self.source.before = "<" if self.desk.ascii_marks else self.source.before
            self.filter, self.list.find, self.hits, self.least = "", "", None, Level.DEBUG
            self.list.set_marks(())
        self.show_rows()

    def _draw(self, row: Any, width: int, state: LineState) -> Cells:
        assert self.source is not None
        return self.source.draw(row, width, state)

    def _sideways(self, steps: float) -> bool:
        if self.source is None or self.source.wraps:
            return False
        rows = (row for row in self.log_list.rows_in_view() if isinstance(row, LogRow))
        return self.shift_to(self.source.further(rows, steps))

    def shift_to(self, shift: int) -> bool:
        """Show the text of lines from this cell on; whether that is another one."""
        if self.source is None or shift == self.source.shift:
            return False
        self.source.shift = shift
        self.log_list.repaint()
        self._words()
        return True

    # -- what is shown ------------------------------------------------------------------------------------

    def show_rows(self) -> None:
        """Build the list for the run; the end is in view."""
        self._build()
        self.list.follow = True
        self._words()

    def _build(self) -> None:
        marked = self.list.marked
        self.log_list.wraps = self.source is not None and self.source.wraps
        self.list.show([] if self.source is None else self.source.sections())
        self.list.set_marks(marked)

    def _rebuild(self) -> None:
        """The same lines as other rows; the cursor stays on its line."""
        here, follow = self._here(), self.list.follow
        self._build()
        if follow:
            self.list.follow = False
            self.list.follow = True
        else:
            self._reveal(here)
        self._words()

    def _reveal(self, seq: int) -> None:
        assert self.source is not None
        key, position = self.source.section_of(seq)
        self.list.reveal(key, (seq, 0), position)

    def refresh_data(self) -> None:
        """New lines come at the end; what was read never changes."""
        if self.source is None:
            self._choose()
            return
        size, attempts, digits = self.source.size, len(self.source.starts), self.source.digits
        self.source.look()
        if len(self.source.starts) > max(1, attempts) or self.source.digits != digits:
            self._rebuild()
        elif self.source.size != size:
            self.look_on()
            if self.source.hits is None:
                self._grown()
        self._words()

    def _look_live(self) -> None:
        """Only this run's number of lines is asked for, in microseconds; what else changed the desk looks for."""
        if self.source is None or not self.is_current:
            self._live.pause()
            return
        with contextlib.suppress(sqlite3.Error):  # the desk says so when it looks itself
            if logs.size(self.desk.reader, self.source.run_id) != self.source.size:
                self.refresh_data()

    def _grown(self) -> None:
        assert self.source is not None
        sections = self.source.sections()
        self.list.set_counts({section.key: section.count or 0 for section in sections})
        self.list.refresh_data()

    def on_resize(self, event: events.Resize) -> None:
        """Wrapped lines have other parts in another width."""
        if self.source is not None and self.source.columns != event.size.width:
            self.source.columns = event.size.width
            if self.source.wraps:
                self._rebuild()

    def _words(self) -> None:
        run = None if self.source is None else runs.run(self.desk.reader, self.source.run_id)
        if run is None:
            self.say(("no run yet", "muted"), ("   go to Schedules with 3 and press R", "muted"))
            return
        if run.state not in FINAL and self.list.follow:
            self._live.resume()
        else:
            self._live.pause()
        taken = ""
        if run.started_at is not None:
            taken = duration_words(((run.finished_at or self.desk.now) - run.started_at) / SECOND)
        self.say(
            (f"run {run.id} ", "muted"),
            (f"{safe(run.name, 40)}  ", "text bold"),
            (f"{state_of(run.state).word} ", STATE_TOKENS.get(run.state, "text")),
            (f"{taken}", "text"),
            *self._search_words(),
            (f"   {self._counts(run)}", "muted"),
        )

    def _counts(self, run: values.Run) -> str:
        words = [count_of(run.log_lines, "line")]
        words += [count_of(run.log_errors, "error")] if run.log_errors else []
        words += [f"{count_of(run.dropped_lines, 'line')} dropped"] if run.dropped_lines else []
        words += [f"from column {self.source.shift + 1}"] if self.source and self.source.shift else []
        if run.state not in FINAL:
            words.append("following" if self.list.follow else "t follows")
        return " · ".join(words)

    def _search_words(self) -> list[Piece]:
        """Where in what was found the cursor is, and how far it was looked."""
        if self.hits is None or self.source is None:
            return []
        found = len(self.hits.seqs)
        rank = self.hits.rank(self._here())
        words = f"{rank:,} of {count_of(found, 'match', 'matches')}" if rank else count_of(found, "match", "matches")
        if self.least is not Level.DEBUG:
            words += f", {self.least} and above"
        if self.source.hits is not None:
            words += ", others hidden"
        if self.hits.looked < self.source.size:
            words += f", {self.hits.looked * 100 // self.source.size} % looked through"
        return [(f"   {words}", "accent")]

    @on(LineList.Highlighted)
    def _moved(self) -> None:
        self._words()

    def _here(self) -> int:
        row = self.list.row
        return row.seq if isinstance(row, LogRow) else 1

    def look_on(self, around: int | None = None) -> None:
        """Lines came; what is looked for may be in them."""

    def open_current(self) -> None:
        """A line is all there is to see of it."""

    def detail(self) -> Content:
        """Logs have no detail: the list has the whole width."""
        return Content("")
