"""Views of tasks under a filter: what is rare among a million tasks is looked for beside the loop, not on it."""

from __future__ import annotations

from contextlib import closing
from time import monotonic
from typing import Any

from textual import work

from store.enums import TaskView
from store.reads import tasks
from tui.screens.task_fields import TaskFields

FILTER_FORMS = "words  #list @label !me p<=2 stay 12 late due:<fri no:label -not; esc clears"
SHOWN_EVERY = 0.25
"""Seconds between two pictures while more is found; the first hits are shown at once."""


class SiftedTasks(TaskFields):
    """What the filter finds is found once for a text, and again when tasks changed."""

    def __init__(self) -> None:
        super().__init__()
        self.sift = tasks.NOTHING
        self.understood = ""
        """The filter in words, as it was understood."""
        self.asked_view: TaskView | None = None
        """The view that the filter names, such as `view:upcoming`."""
        self._looking = 0

    def filter_changed(self) -> None:
        """Say what was understood and look for it before anything is shown; without a filter all is shown at once."""
        self.understood, self.asked_view = "", None
        if not self.filter.strip():
            self.sift = tasks.NOTHING
            self.show_rows()
            return
        sought = self._sought()
        if sought is not None:
            self.say((f"looking for {self.understood}", "muted"))
            self._look_for(sought, is_new=True)

    def _sought(self) -> tasks.Filter | None:
        """What the text asks for; None, and the reason is said, if it cannot be understood as it stands."""
        from engine.filtering import understand  # most views are never filtered
        from engine.rules.errors import BadValue

        try:
            sought = understand(self.desk.reader, self.filter, self.desk.moment, self.desk.actor.name)
        except BadValue as fault:
            self.say((str(fault), "error"))
            return None
        self.understood, self.asked_view = sought.words, sought.view
        return sought.sift

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its task. Under a filter others may match now."""
        self.reread()
        if self.filter.strip() and not self._looking:
            sought = self._sought()
            if sought is not None:
                self._look_for(sought, is_new=False)

    def action_saved_filters(self) -> None:
        """Choose a saved filter, or save the one that is set."""
        from tui.screens.filter_list import FilterList

        self.app.push_screen(FilterList(self.filter, self.use_filter))

    def use_filter(self, text: str) -> None:
        """Set this filter as if it had been typed."""
        self.call_later(self._use, text)

    async def _use(self, text: str) -> None:
        await self.action_filter()
        self._box.value = text
        self.kept(text)
        self.list.focus()

    def reread(self) -> None:
        """Read again what is shown."""
        raise NotImplementedError(type(self).__name__)

    def _look_for(self, sought: tasks.Filter, *, is_new: bool) -> None:
        self._looking += 1
        self._find(self.filter, sought, is_new)

    @work(thread=True, group="sift", exit_on_error=False)
    def _find(self, text: str, wanted: tasks.Filter, is_new: bool) -> None:
        """Look stretch by stretch; whoever types on is not waited for."""
        from store.reads.task_finding import stretches

        shown_at = -SHOWN_EVERY
        try:
            with closing(self.in_thread()) as connection:
                for sift, is_all in stretches(connection, wanted, self.desk.today):
                    if text != self.filter:
                        return
                    if is_all or (is_new and monotonic() - shown_at >= SHOWN_EVERY):
                        self._tell(self._found, text, sift, is_new and shown_at < 0)
                        shown_at = monotonic()
        finally:
            self._tell(self._looked)

    def _tell(self, call: Any, *values: Any) -> None:
        self.app.call_from_thread(call, *values)

    def _looked(self) -> None:
        self._looking -= 1

    def _found(self, text: str, sift: tasks.Filter, is_new: bool) -> None:
        if text != self.filter or not self.is_mounted:
            return
        is_other = sift != self.sift
        self.sift = sift
        if is_new:
            self.show_rows()
        elif is_other:
            self.reread()
