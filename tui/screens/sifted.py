"""Views of tasks under a filter: what is rare among a million tasks is looked for beside the loop, not on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from time import monotonic
from typing import Any

from textual import work

from store.enums import TaskView
from store.frozen import value
from store.reads import tasks
from tui.screens.task_fields import TaskFields
from tui.widgets.pages import Key, Section

FILTER_FORMS = "words  #list @label !me p<=2 stay 12 late due:<fri no:label -not; esc clears"
SHOWN_EVERY = 0.25
"""Seconds between two pictures while more is found; the first hits are shown at once."""
SAID_AFTER = 0.05
"""Seconds after which it is said that somebody looks; most answers are there sooner."""
HELD = 0.5
"""Seconds that keys after the enter of a filter wait for what it finds: a quick `d` is meant for what matches."""
_STEPS = 10_000
"""Steps of SQLite (about a millisecond) between two looks whether the answer is still wanted."""


@value
class Answer:
    """What passes the filter: in the order of each section of the list, by its key."""

    ranked: Mapping[str, Any]
    """`store.reads.task_ranking.Ranked`, which loads with the first filter."""
    is_all: bool
    """False: more may be found."""


class SiftedTasks(TaskFields):
    """What the filter finds is found once for a text, and again when tasks changed: beside the loop, page by page too.

    Every text is a question with a number; an answer to an older one is thrown away, and its search interrupted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sift = tasks.NOTHING
        self.understood = ""
        """The filter in words, as it was understood."""
        self.asked_view: TaskView | None = None
        """The view that the filter names, such as `view:upcoming`."""
        self.answer: Answer | None = None
        """What was found; None: nothing is asked, or nothing is known yet."""
        self._question = 0
        self._answered = 0
        self._looking = 0
        self._held_until = 0.0
        self._is_outdated = False

    @property
    def holds_keys(self) -> bool:
        """While the list still shows what was there before the filter that was entered."""
        return super().holds_keys or (self._question != self._answered and monotonic() < self._held_until)

    def kept(self, text: str) -> None:
        """The keys that follow are for what is found."""
        self._held_until = monotonic() + HELD
        super().kept(text)

    def filter_changed(self) -> None:
        """Say what was understood and look for it before anything is shown; without a filter all is shown at once."""
        self.understood, self.asked_view = "", None
        self._question += 1
        if not self.filter.strip():
            self.sift, self.answer = tasks.NOTHING, None
            self._answered = self._question
            self.show_rows()
            return
        sought = self._sought()
        if sought is None:
            self._answered = self._question
        else:
            self.set_timer(SAID_AFTER, partial(self._say_looking, self._question))
            self._look_for(sought, is_new=True)

    def _say_looking(self, question: int) -> None:
        if question == self._question != self._answered:
            self.say((f"looking for {self.understood}", "muted"))

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
        if not self.filter.strip():
            return
        self._is_outdated = bool(self._looking)
        if not self._looking:
            sought = self._sought()
            if sought is not None:
                self._look_for(sought, is_new=False)

    def page(
        self, source: tasks.Section, key: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[tasks.Row]:
        """Rows of a section for the list. Bounded on the loop: by the index, or by what was found before."""
        if self.answer is None:
            return tasks.window(self.desk.reader, source, after=after, before=before, offset=offset, limit=limit)
        found = self.answer.ranked.get(key)
        return () if found is None else found.window(self.desk.reader, after, before, offset, limit)

    def known(self, key: str) -> int | None:
        """How many rows of a section pass the filter; None if nothing is asked."""
        return None if self.answer is None else len(self.answer.ranked.get(key, ()))

    def _sections(self) -> list[Section]:
        raise NotImplementedError(type(self).__name__)

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
        self._sections()
        self._find(self._question, sought, dict(self.sources), is_new)

    @work(thread=True, group="sift", exit_on_error=False)
    def _find(self, question: int, wanted: tasks.Filter, sources: Mapping[str, tasks.Section], is_new: bool) -> None:
        """Look stretch by stretch; whoever types on is not waited for."""
        from store.reads.task_finding import stretches
        from store.reads.task_ranking import ranked

        shown_at = -SHOWN_EVERY
        try:
            with self.while_wanted(lambda: question == self._question) as connection:
                for sift, is_all in stretches(connection, wanted, self.desk.today):
                    if is_all or (is_new and monotonic() - shown_at >= SHOWN_EVERY):
                        found = {key: ranked(connection, source, sift) for key, source in sources.items()}
                        self._tell(self._found, question, sift, Answer(found, is_all), is_new and shown_at < 0)
                        shown_at = monotonic()
        finally:
            self._tell(self._looked)

    @contextmanager
    def while_wanted(self, is_wanted: Callable[[], bool]) -> Iterator[sqlite3.Connection]:
        """A connection for a worker, whose reads are given up, and with them the work, once nobody wants them."""
        with closing(self.in_thread()) as connection:
            connection.set_progress_handler(lambda: not is_wanted(), _STEPS)
            try:
                yield connection
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise

    def _tell(self, call: Any, *values: Any) -> None:
        self.app.call_from_thread(call, *values)

    def _looked(self) -> None:
        self._looking -= 1
        if self._is_outdated and not self._looking and self.is_mounted:
            self.refresh_data()

    def _found(self, question: int, sift: tasks.Filter, answer: Answer, is_first: bool) -> None:
        if question != self._question or not self.is_mounted:
            return
        self.sift, self.answer, self._answered = sift, answer, question
        if is_first:
            self.show_rows()
        else:
            self.reread()
