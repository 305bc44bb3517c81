"""Runs: what the machine does and did, newest first, live."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from engine.rules.wording import count_of
from store import values
from store.enums import ACTIVE, FINAL, RunState
from store.instants import SECOND
from store.reads import artifacts, runs, schedules
from tui.rows import Cells, run_row
from tui.screens.dialog import Confirm
from tui.screens.view import Item, View
from tui.text import safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, section

MOST_SCHEDULES = 200
"""Schedules whose names one filter may mean."""


class Runs(View):
    """The list of runs. `x` asks a run to stop, twice kills it; `r` tries it again; `l` reads its log."""

    PLACES: ClassVar[tuple[str, ...]] = ("runs",)
    VIEW = "runs"
    KINDS = frozenset({"run", "log"})
    FILTER_HINT = "part of a name, state:failed, state:open, schedule:NAME; esc clears"

    def __init__(self) -> None:
        super().__init__()
        self._copies: TemporaryDirectory[str] | None = None

    def make_list(self) -> LineList:
        """One section: runs come newest first and never move."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="Nothing has run yet. Go to Schedules with 3 and press R to run one now.",
        )

    def on_mount(self) -> None:
        """Read the newest page, and follow the seconds while something runs."""
        self.show_rows()
        self.set_interval(1.0, self._tick)

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return run_row(item.value, width, self.desk.now, self.desk.zone, self.desk.ascii_marks)

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        which = self._which
        if before is not None:
            found = runs.page(self.desk.reader, which, after=int(str(before[0])) if before else 0, limit=limit)
        elif after is not None:
            found = runs.page(self.desk.reader, which, before=int(str(after[0])), limit=limit)
        else:
            found = runs.page(self.desk.reader, which, limit=limit + (offset or 0))[offset or 0 :]
        return [self._item(run) for run in found]

    @property
    def _which(self) -> runs.Which:
        return sift(self.desk.reader, self.filter)

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

    def open_current(self) -> None:
        """Enter opens the log: that is what a run is looked at for. Where the detail has no room, that comes first."""
        if self.has_class("-narrow") and not self.has_class("-detail"):
            super().open_current()
        else:
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

    def action_delete(self) -> None:
        """Put it out of sight; asked first, as nothing brings it back."""
        from engine.operations.runs import delete

        run = self.current
        if not isinstance(run, values.Run):
            return
        files = f" and {count_of(run.artifacts, 'file')}" if run.artifacts else ""
        question = f"Delete run {run.id} of {safe(run.name)} with its log{files}? It cannot be undone."

        def answer(yes: bool | None) -> None:
            if yes:
                self.desk.perform(delete, run.id)

        self.desk.push_screen(Confirm(question, "delete"), answer)

    def action_files(self) -> None:
        """Look at a file that the run handed over, or save it."""
        from tui.screens.run_dialogs import file_dialog

        run = self.current
        if not isinstance(run, values.Run):
            return
        found = artifacts.of_run(self.desk.reader, run.id)
        if found:
            self.desk.push_screen(file_dialog(run, found, lambda saved: self.notify(str(saved).strip(), markup=False)))
        else:
            self.notify(f"Run {run.id} has handed over no file.", markup=False)

    def action_open_file(self) -> None:
        """Open a copy of a file that the run handed over in the pager."""
        from engine.queries.runs import artifact
        from tui.screens.run_dialogs import open_dialog

        run = self.current
        found = artifacts.of_run(self.desk.reader, run.id) if isinstance(run, values.Run) else []
        if not found:
            self.notify("Put the cursor on a run that has handed over a file.")
        elif len(found) == 1:
            self.desk.perform(artifact, run.id, found[0].name, self._folder(), True, then=self._show_file)
        else:
            self.app.push_screen(open_dialog(run, found, self._folder(), self._show_file))

    def _folder(self) -> str:
        """Where copies lie until the desk is left."""
        if self._copies is None:
            self._copies = TemporaryDirectory(prefix="tickler-open-")
        return self._copies.name

    def _show_file(self, saved: Any) -> None:
        from tui.paging import page

        page(self.app, Path(saved.file))

    def on_unmount(self) -> None:
        """Throw away what was opened."""
        if self._copies is not None:
            self._copies.cleanup()

    def action_why(self) -> None:
        """Why it is as it is."""
        if isinstance(self.current, values.Run):
            self.desk.explain("run", self.current.id)


def sift(connection: sqlite3.Connection, text: str) -> runs.Which:
    """What was typed: `state:` one that begins so, open or over; `schedule:` part of a name; the rest is of a name."""
    states, ids, rest = tuple[RunState, ...](), None, []
    for word in text.split():
        head, colon, value = word.partition(":")
        if colon and head == "state" and (found := _states(value)):
            states = found
        elif colon and head == "schedule":
            ids = tuple(each.id for each in schedules.page(connection, text=value, limit=MOST_SCHEDULES))
        else:
            rest.append(word)
    return runs.Which(states, ids, " ".join(rest))


def _states(begins: str) -> tuple[RunState, ...]:
    named = {"open": runs.OPEN.states, "over": tuple(sorted(FINAL))}
    return named.get(begins) or tuple(each for each in RunState if begins and each.startswith(begins))
