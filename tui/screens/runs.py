"""Runs: what the machine does and did, newest first, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from engine.rules.durations import duration_words
from engine.rules.wording import count_of, day_and_clock, state_of
from store import values
from store.enums import ACTIVE, FINAL
from store.instants import SECOND, Instant, from_us
from store.reads import logs, runs
from tui.rows import Cells, run_row
from tui.screens.view import Item, View
from tui.text import safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, section

TAIL = 8
"""Lines of the log that the detail shows."""


class Runs(View):
    """The list of runs. `x` asks a run to stop, twice kills it; `l` reads its log."""

    PLACES: ClassVar[tuple[str, ...]] = ("runs",)
    VIEW = "runs"
    KINDS = frozenset({"run", "log"})
    FILTER_HINT = "part of a name; esc clears"

    def make_list(self) -> LineList:
        """One section: runs come newest first and never move."""
        return LineList(self._draw, empty="Nothing has run yet. Go to Schedules with 3 and press R to run one now.")

    def on_mount(self) -> None:
        """Read the newest page, and follow the seconds while something runs."""
        self.show_rows()
        self.set_interval(1.0, self._tick)

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return run_row(item.value, width, self.desk.now, self.desk.zone, self.desk.ascii_marks)

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        which = runs.Which(text=self.filter)
        if before is not None:
            found = runs.page(self.desk.reader, which, after=int(str(before[0])) if before else 0, limit=limit)
        elif after is not None:
            found = runs.page(self.desk.reader, which, before=int(str(after[0])), limit=limit)
        else:
            found = runs.page(self.desk.reader, which, limit=limit + (offset or 0))[offset or 0 :]
        return [self._item(run) for run in found]

    def _item(self, run: values.Run) -> Item:
        second = self.desk.now // SECOND if run.state in ACTIVE else None
        return Item((run.id,), run.id, run, second)

    def show_rows(self) -> None:
        """Build the list for the filter."""
        self.list.show([section("runs", None, self._fetch)])
        self._words()

    def refresh_data(self) -> None:
        """Read the rows in view again."""
        self.list.refresh_data()
        self._words()
        self.show_detail()

    def _tick(self) -> None:
        if self.is_current and runs.count(self.desk.reader, runs.OPEN, 1):
            self.refresh_data()

    def _words(self) -> None:
        waiting = runs.count(self.desk.reader, runs.OPEN, 1_000)
        found = f" matching {self.filter}" if self.filter else ""
        self.say((f"runs{found}", "text"), (f"   newest first · {count_of(waiting, 'open run')}", "muted"))

    def detail(self) -> Content:
        """What it is, how it went, why, and the end of its log."""
        run = self.current
        return run_detail(self, run) if isinstance(run, values.Run) else Content("")

    def open_current(self) -> None:
        """Enter opens the log: that is what a run is looked at for."""
        self.action_log()

    def action_log(self) -> None:
        """Read the log of the run."""
        if isinstance(self.current, values.Run):
            self.desk.open_log(self.current.id)

    def action_cancel(self) -> None:
        """Ask the run to stop; a second time kills it."""
        from engine.operations.runs import cancel

        if isinstance(self.current, values.Run):
            self.desk.perform(cancel, self.current.id)

    def action_retry(self) -> None:
        """A new run like this one."""
        from engine.operations.runs import retry

        if isinstance(self.current, values.Run):
            self.desk.perform(retry, self.current.id)

    def action_why(self) -> None:
        """Why it is as it is."""
        if isinstance(self.current, values.Run):
            self.desk.explain("run", self.current.id)


def run_detail(view: View, run: values.Run) -> Content:
    """A run in words, with the end of its log."""
    desk = view.desk
    now, zone = from_us(desk.now), desk.zone.key

    def when(at: Instant | None) -> str:
        return day_and_clock(from_us(at), now, zone) if at is not None else "-"

    lines = [
        Content.styled(safe(run.name), "bold"),
        Content.assemble((state_of(run.state).word, _COLOURS.get(run.state, "")), f"  run {run.id}"),
        Content(""),
        _pair("started", when(run.started_at)),
        _pair("finished", when(run.finished_at)),
    ]
    if run.started_at is not None:
        taken = ((run.finished_at or desk.now) - run.started_at) / SECOND
        lines.append(_pair("took", duration_words(taken)))
    lines += [
        _pair("by", f"schedule {run.schedule}" if run.schedule else run.creator),
        _pair("planned", when(run.planned_at)) if run.planned_at else Content(""),
        _pair("attempt", f"{run.attempts} of {run.max_attempts}"),
        _pair("limit", duration_words(run.timeout)),
        _pair("pid", str(run.pid)) if run.pid and run.state not in FINAL else Content(""),
        _pair("why", run.reason or run.error or "") if run.reason or run.error else Content(""),
        Content(""),
        Content.styled(f"log  {count_of(run.log_lines, 'line')}", "$muted"),
    ]
    tail = logs.page(desk.reader, run.id, max(1, run.log_lines - TAIL + 1), TAIL)
    lines += [Content(safe(line.text, 200)) for line in tail]
    return Content("\n").join(line for line in lines if line.plain or line is lines[2])


def _pair(label: str, words: str) -> Content:
    return Content.assemble((f"{label:<10}", "$muted"), safe(words))


_COLOURS = {
    "running": "$running", "starting": "$running", "succeeded": "$ok", "failed": "$error", "lost": "$error",
}  # fmt: skip
