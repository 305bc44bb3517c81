"""Logs: the lines of one run, a million of them if need be, followed while they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import ClassVar

from textual import on, work
from textual.content import Content

from engine.rules.durations import duration_words
from engine.rules.wording import clock, count_of, state_of
from store import values
from store.enums import FINAL, Level
from store.instants import SECOND, from_us
from store.reads import logs, runs
from tui.rows import STATE_TOKENS, Cells
from tui.screens.view import Item, View
from tui.sgr import sgr
from tui.text import safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, section

_LOUD = {Level.ERROR: "error", Level.WARNING: "warning", Level.DEBUG: "muted"}
_MARKS = {Level.ERROR: "x", Level.WARNING: "!"}


class Logs(View):
    """The log of a run. `/` searches without hiding, `e` goes to the next error, `t` follows."""

    PLACES: ClassVar[tuple[str, ...]] = ("logs",)
    VIEW = "logs"
    KINDS = frozenset({"log", "run"})
    FILTER_HINT = "search; enter finds, n and N go on"

    def __init__(self) -> None:
        super().__init__()
        self.run_id: int | None = None
        self.lines = 0

    def make_list(self) -> LineList:
        """Lines by their number; the end is where the eye wants to be."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="No line has been written yet. Lines appear here as they come.",
        )

    def on_mount(self) -> None:
        """The run that was asked for, else the newest."""
        self.detail_pane.display = False
        self._choose()

    def on_screen_resume(self) -> None:
        """Another run may have been asked for meanwhile."""
        super().on_screen_resume()
        if self.desk.log_of is not None:
            self._choose()

    def _choose(self) -> None:
        asked, self.desk.log_of = self.desk.log_of, None
        if asked is None and self.run_id is None:
            newest = runs.page(self.desk.reader, limit=1)
            asked = newest[0].id if newest else None
        if asked is not None and asked != self.run_id:
            self.run_id, self.filter, self.list.find = asked, "", ""
        self.show_rows()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        line: values.LogLine = item.value
        token = _LOUD.get(line.level, "muted" if line.stream == "engine" else "text")
        number = max(4, len(str(self.lines)))
        when = clock(from_us(line.at), self.desk.zone.key, seconds=True)
        millis = f".{line.at // 1000 % 1000:03d}" if width >= 70 else ""
        mark = _MARKS.get(line.level, " ")
        head: Cells = [(f"{line.seq:>{number}} ", "muted"), (f"{when}{millis} ", "muted"), (f"{mark} ", token)]
        if "\x1b" not in line.text:
            return [*head, (safe(line.text), token)]
        return [*head, *((text, style or token) for text, style in sgr(line.text))]

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        if self.run_id is None:
            return []
        if before is not None:
            stop = int(str(before[0])) if before else self.lines + 1
            first = max(1, stop - limit)
            limit = stop - first
        else:
            first = int(str(after[0])) + 1 if after else (offset or 0) + 1
        if limit <= 0:
            return []
        page = logs.page(self.desk.reader, self.run_id, first, limit)
        return [Item((line.seq,), line.seq, line) for line in page]

    def show_rows(self) -> None:
        """Build the list for the run."""
        self.lines = logs.size(self.desk.reader, self.run_id) if self.run_id else 0
        self.list.show([section("log", None, self._fetch, self.lines)])
        self.list.follow = True
        self._words()

    def refresh_data(self) -> None:
        """New lines come at the end; what was read never changes."""
        if self.run_id is None:
            self._choose()
            return
        lines = logs.size(self.desk.reader, self.run_id)
        if lines != self.lines:
            self.lines = lines
            self.list.set_counts({"log": lines})
            self.list.refresh_data()
        self._words()

    def _words(self) -> None:
        run = runs.run(self.desk.reader, self.run_id) if self.run_id else None
        if run is None:
            self.say(("no run yet", "muted"), ("   go to Schedules with 3 and press R", "muted"))
            return
        taken = ""
        if run.started_at is not None:
            taken = duration_words(((run.finished_at or self.desk.now) - run.started_at) / SECOND)
        following = "following" if self.list.follow and run.state not in FINAL else "t follows"
        dropped = f" · {count_of(run.dropped_lines, 'line')} dropped" if run.dropped_lines else ""
        loud = f" · {count_of(run.log_errors, 'error')}" if run.log_errors else ""
        self.say(
            (f"run {run.id} ", "muted"),
            (f"{safe(run.name)}  ", "text bold"),
            (f"{state_of(run.state).word} ", STATE_TOKENS.get(run.state, "text")),
            (f"{taken}", "text"),
            (f"   {count_of(self.lines, 'line')}{loud}{dropped} · {following}", "muted"),
        )

    def action_follow(self) -> None:
        """Go to the end and stay there while lines come."""
        self.list.follow = True
        self.list.action_last()
        self._words()

    @on(LineList.Highlighted)
    def _moved(self) -> None:
        self._words()

    def open_current(self) -> None:
        """A line is all there is to see of it."""

    def action_cancel(self) -> None:
        """Ask the run to stop; a second time kills it."""
        from engine.operations.runs import cancel

        if self.run_id is not None:
            self.desk.perform(cancel, self.run_id)

    def _here(self) -> int:
        item = self.list.row
        return int(str(item.id)) if isinstance(item, Item) else 1

    def action_next_loud(self, level: int) -> None:
        """The next line at least that loud."""
        self._seek(lambda c, r: logs.next_loud(c, r, self._here() + 1, logs.LEVELS[level], True), "none below")

    def action_previous_loud(self, level: int) -> None:
        """The line before that is at least that loud."""
        self._seek(lambda c, r: logs.next_loud(c, r, self._here() - 1, logs.LEVELS[level], False), "none above")

    def typed(self, text: str) -> None:
        """Matches light up while typing; nothing is hidden."""
        self.list.find = text

    def kept(self, text: str) -> None:
        """Enter: go to the first match from here on."""
        self.filter = self.list.find = text
        if text:
            here = self._here()
            self._seek(lambda c, r: self._wrapped(c, r, here), f"{text!r} is not in this log")

    def _wrapped(self, connection: object, run_id: int, here: int) -> int | None:
        """From here to the end, then from the start."""
        found = logs.find(connection, run_id, self.filter, here)  # type: ignore[arg-type]
        return found if found is not None else logs.find(connection, run_id, self.filter, 1)  # type: ignore[arg-type]

    def action_find_next(self) -> None:
        """The next match."""
        if self.filter:
            here = self._here() + 1
            self._seek(lambda c, r: logs.find(c, r, self.filter, here), "no match below")

    def action_find_previous(self) -> None:
        """The match before."""
        if self.filter:
            here = self._here() - 1
            self._seek(lambda c, r: logs.find(c, r, self.filter, here, False), "no match above")

    @work(thread=True, exclusive=True, group="seek", exit_on_error=False)
    def _seek(self, look: Callable[..., int | None], otherwise: str) -> None:
        """Look away from the screen's loop: over a million lines that is tenths of a second."""
        if self.run_id is None:
            return
        with closing(self.in_thread()) as connection:
            found = look(connection, self.run_id)
        self.app.call_from_thread(self._found, found, otherwise)

    def _found(self, seq: int | None, otherwise: str) -> None:
        if seq is None:
            self.notify(otherwise, markup=False)
        else:
            self.list.follow = False
            self.list.reveal("log", (seq,), seq - 1)
            self._words()

    def detail(self) -> Content:
        """Logs have no detail: the list has the whole width."""
        return Content("")
