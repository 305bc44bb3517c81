"""Logs: the lines of one run, a million of them if need be, followed while they come."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

from textual import work
from textual.worker import get_current_worker

from engine.rules.wording import count_of
from store.errors import Refused
from store.instants import from_us
from store.reads import logs
from store.reads.log_which import Which
from tui.screens.log_search import LogSearch
from tui.text import safe


class Logs(LogSearch):
    """What can be done with a log beside reading it."""

    def action_follow(self) -> None:
        """Go to the end and stay there while lines come."""
        self.list.follow = True
        self.list.action_last()
        self._words()

    def action_cancel(self) -> None:
        """Ask the run to stop; a second time kills it."""
        from engine.operations.runs import cancel

        if self.run_id is not None:
            self.desk.perform(cancel, self.run_id)

    def action_wrap(self) -> None:
        """Show long lines whole, over several rows, or cut again."""
        if self.source is not None:
            self.source.wraps = not self.source.wraps
            self.source.shift = 0
            self._rebuild()

    def action_go_mark(self, forward: bool) -> None:
        """Go to the next marked line, or to the one before."""
        here = self._here()
        marks = sorted(seq for seq in self.list.marked if isinstance(seq, int))
        near = [seq for seq in marks if (seq > here if forward else seq < here)]
        if near:
            self.found(near[0] if forward else near[-1], "")
        else:
            self.notify(f"No marked line {'below' if forward else 'above'}; space marks one.")

    def action_time(self) -> None:
        """Ask for a time and go to the first line written then or later."""
        from tui.screens.log_dialogs import time_dialog

        ends = self.source.ends() if self.source else None
        if self.source is None or ends is None:
            return
        here = self.source.line(self._here()) or ends[0]
        times = [from_us(line.at) for line in (here, *ends)]
        self.app.push_screen(time_dialog(times[0], times[1], times[2], self.desk.zone.key, self._go_time))

    def _go_time(self, at: datetime) -> None:
        self.seek(lambda c, r: logs.first_at(c, r, at) or logs.size(c, r), "the log is empty")

    def action_export(self) -> None:
        """Ask for a file and write there what is shown."""
        from tui.screens.log_dialogs import export_dialog

        if self.source is None:
            return
        hidden = self.source.hits is not None and self.hits is not None
        which = self.hits.which if hidden and self.hits is not None else Which()
        what = "the lines that match" if hidden else f"the log of run {self.run_id}"
        name = str(Path.home() / f"run-{self.run_id}.log")
        self.app.push_screen(export_dialog(name, what, lambda asked: self._write(which, *asked)))

    def _write(self, which: Which, name: str, overwrite: bool) -> None:
        self._export(which, name, overwrite)

    @work(thread=True, group="export", exit_on_error=False)
    def _export(self, which: Which, name: str, overwrite: bool) -> None:
        from engine.logexport import export

        assert self.run_id is not None
        worker = get_current_worker()
        with closing(self.in_thread()) as connection:
            log = logs.log(connection, self.run_id)
            try:
                done = export(
                    log, which, name, overwrite=overwrite, harmless=safe, goes_on=lambda _: not worker.is_cancelled
                )
                words = f"{count_of(done, 'line')} written to {safe(name)}"
            except Refused as fault:
                words = str(fault)
        self.app.call_from_thread(self.notify, words)
