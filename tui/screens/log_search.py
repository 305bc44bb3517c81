"""Finding in a log: beside the screen's loop, with what is found shown as it comes."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

from textual import work
from textual.worker import get_current_worker

from store.enums import Level
from store.reads import logs
from store.reads.log_which import Which
from tui.log_hits import Hits, collect
from tui.screens.log_view import LogView
from tui.text import safe

_LEVELS = (Level.DEBUG, Level.WARNING, Level.ERROR, Level.INFO)
"""What `L` shows at least, in turn."""


class LogSearch(LogView):
    """`/` searches without hiding, `&` hides what does not match, `L` shows loud lines only."""

    _looking = False

    def action_levels(self) -> None:
        """Show only warnings and errors, then only errors, then all but debug lines, then everything."""
        self.least = _LEVELS[(_LEVELS.index(self.least) + 1) % len(_LEVELS)]
        self._search(hide=self.least is not Level.DEBUG)

    def action_hide(self) -> None:
        """Hide what does not match the search, or show it again."""
        if self.hits is None:
            self.notify("Search with / first; then & hides the other lines.")
        elif self.source is not None:
            self.source.hits = self.hits.seqs if self.source.hits is None else None
            self._rebuild()

    def action_next_loud(self, level: int) -> None:
        """The next line at least that loud."""
        here = self._here() + 1
        self.seek(lambda c, r: logs.next_loud(c, r, here, logs.LEVELS[level], True), "none below")

    def action_previous_loud(self, level: int) -> None:
        """The line before that is at least that loud."""
        here = self._here() - 1
        self.seek(lambda c, r: logs.next_loud(c, r, here, logs.LEVELS[level], False), "none above")

    def typed(self, text: str) -> None:
        """Matches light up while typing; nothing is hidden."""
        self.list.find = text

    def kept(self, text: str) -> None:
        """Enter: go to the first match from here on. Another text is looked for in all lines, beside the loop."""
        is_new = text != self.filter
        self.filter = self.list.find = text
        if is_new:
            hidden = self.source is not None and self.source.hits is not None
            self._search(hide=hidden, around=self._here() if text else None)
        elif text:
            self.seek(partial(_around, Which(text, self.least), self._here()), self._not_there())

    def _not_there(self) -> str:
        return f"{safe(self.filter, 40)!r} is not in this log"

    def action_find_next(self) -> None:
        """The next match."""
        self._find(self._here() + 1, True, "no match below")

    def action_find_previous(self) -> None:
        """The match before."""
        self._find(self._here() - 1, False, "no match above")

    def _find(self, seq: int, forward: bool, otherwise: str) -> None:
        if self.hits is not None:
            which = self.hits.which
            self.seek(lambda c, r: logs.nearest(c, r, which, seq, forward), otherwise)

    @work(thread=True, exclusive=True, group="seek", exit_on_error=False)
    def seek(self, look: Callable[..., int | None], otherwise: str) -> None:
        """Look away from the screen's loop: over a million lines that is tenths of a second."""
        if self.run_id is None:
            return
        with closing(self.in_thread()) as connection:
            found = look(connection, self.run_id)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self.found, found, otherwise)

    def found(self, seq: int | None, otherwise: str) -> None:
        """Go to a line; if there is none say so."""
        if seq is None:
            self.notify(otherwise, markup=False)
        else:
            self.list.follow = False
            self._reveal(seq)
            line = None if self.source is None else self.source.line(seq)
            if line is not None and self.source is not None and not self.source.wraps:
                self.shift_to(self.source.showing(line, self.filter))
            self._words()

    def _search(self, *, hide: bool, around: int | None = None) -> None:
        """Look for other lines than before, the first one beyond `around` before all; `hide` shows only what is found.

        One thread does both: two that read the same million lines would each take twice as long.
        """
        if self.source is None:
            return
        which = Which(self.filter, self.least)
        self.hits = None if which.is_all else Hits(which)
        was = self.source.hits
        self.source.hits = self.hits.seqs if hide and self.hits is not None else None
        self._looking = False
        self.look_on(around)
        if self.source.hits is not was:
            self._rebuild()
        self._words()

    def look_on(self, around: int | None = None) -> None:
        """Look through what was not looked through yet, unless that goes on already."""
        if self.hits is not None and not self._looking and self.source is not None:
            self._looking = True
            self._collect(self.source.run_id, self.hits, around)

    @work(thread=True, exclusive=True, group="hits", exit_on_error=False)
    def _collect(self, run_id: int, hits: Hits, around: int | None) -> None:
        worker = get_current_worker()

        def tell(seqs: array[int], looked: int) -> bool:
            if worker.is_cancelled:
                return False
            self.app.call_from_thread(self._more, hits, seqs, looked)
            return not worker.is_cancelled

        with closing(self.in_thread()) as connection:
            if around is not None:
                found = _around(hits.which, around, connection, run_id)
                if worker.is_cancelled:
                    return
                self.app.call_from_thread(self.found, found, self._not_there())
            collect(logs.log(connection, run_id), hits.which, hits.looked, tell)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._looked_through, hits)

    def _more(self, hits: Hits, seqs: array[int], looked: int) -> None:
        """Some lines more were looked through."""
        if hits is not self.hits or self.source is None:
            return
        hits.take(seqs, looked)
        if self.source.hits is hits.seqs and seqs:
            self._grown()
        self._words()

    def _looked_through(self, hits: Hits) -> None:
        if hits is self.hits and self.source is not None:
            self._looking = False
            if hits.looked < self.source.size:
                self.look_on()


def _around(which: Which, here: int, connection: Any, run_id: int) -> int | None:
    """The first match from here to the end, else from the start."""
    found = logs.nearest(connection, run_id, which, here)
    return found if found is not None else logs.nearest(connection, run_id, which, 1)
