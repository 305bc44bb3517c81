"""Views of tasks under a filter: a word that is rare among a million tasks is looked for beside the loop, not on it."""

from __future__ import annotations

from contextlib import closing

from textual import work

from store.reads import tasks
from tui.screens.task_verbs import TaskVerbs

MOST = 20_000
"""Tasks that are known by their ids. A word of more tasks than this fills pages from the index of the list at once."""


class SiftedTasks(TaskVerbs):
    """What the filter finds is found once for a text, and again when tasks changed."""

    def __init__(self) -> None:
        super().__init__()
        self.sift = tasks.NOTHING
        self._looking = 0

    def filter_changed(self) -> None:
        """Look for the words before anything is shown; without words all is shown at once."""
        if self.filter.strip():
            self.say((f"looking for {self.filter}", "muted"))
            self._look_for(self.filter, is_new=True)
        else:
            self.sift = tasks.NOTHING
            self.show_rows()

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its task. Under a filter others may match now."""
        self.reread()
        if self.filter.strip() and not self._looking:
            self._look_for(self.filter, is_new=False)

    def reread(self) -> None:
        """Read again what is shown."""
        raise NotImplementedError(type(self).__name__)

    def _look_for(self, text: str, *, is_new: bool) -> None:
        self._looking += 1
        self._find(text, is_new)

    @work(thread=True, group="sift", exit_on_error=False)
    def _find(self, text: str, is_new: bool) -> None:
        sift = self.sift
        try:
            with closing(self.in_thread()) as connection:
                found = tasks.matching(connection, text, MOST)
            sift = tasks.Filter(text=text) if found is None else tasks.Filter(ids=found)
        finally:
            self.app.call_from_thread(self._found, text, sift, is_new)

    def _found(self, text: str, sift: tasks.Filter, is_new: bool) -> None:
        self._looking -= 1
        if text != self.filter or not self.is_mounted:
            return
        is_other = sift != self.sift
        self.sift = sift
        if is_new:
            self.show_rows()
        elif is_other:
            self.reread()
