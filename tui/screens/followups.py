"""Followups: what people owe, grouped by the event that sets its day, by list or by label."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import ClassVar

from textual import work

from engine.moments import due_at, moment
from engine.rules.wording import count_of
from store import settings
from store.enums import TaskView
from store.frozen import value
from store.reads import task_grouping, tasks
from store.reads.task_moments import Moment
from tui.rows import Cells, task_row
from tui.screens.sifted import FILTER_FORMS, SiftedTasks
from tui.screens.view import Item, nothing
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, section

_UPCOMING, _DONE = "upcoming", "done"
_BY_EVENT, _BY_LIST = "event", "list"
_GROUPED = {_BY_EVENT: "deadline event", _BY_LIST: "list", "label": "label"}
"""What may stand in the setting `group_by`, and how people call it."""
_GROUPINGS = tuple(_GROUPED)
_ONLY_VIEW = {_UPCOMING: TaskView.UPCOMING, _DONE: TaskView.DONE}
_ONLY = frozenset({TaskView.UPCOMING, TaskView.DONE, TaskView.WAITING})
_WITHOUT_WAITING = frozenset({TaskView.UPCOMING, TaskView.DONE})
"""Views that a filter may name, which leave other sections out."""


@value
class Counted:
    """What a worker counted, for which filter and which headings."""

    sift: tasks.Filter
    by: str
    counts: Mapping[str, int]
    notes: Mapping[str, str]
    whole: task_grouping.Counts


class Followups(SiftedTasks):
    """Groups in the order of their first day; hidden and done tasks fold away at the end."""

    PLACES: ClassVar[tuple[str, ...]] = ("followups",)
    VIEW = "followups"
    KINDS = frozenset({"task", "task_assignee", "task_label", "task_list", "label", "entity", "task_event", "user"})
    FILTER_HINT = FILTER_FORMS

    def __init__(self) -> None:
        super().__init__()
        self._order: tuple[str, ...] = ()
        self._sources: dict[str, tasks.Section] = {}
        by = settings.read(self.desk.reader, "group_by")
        self._by = by if by in _GROUPED else _BY_EVENT

    def make_list(self) -> LineList:
        """Headings are counted by a worker; rows are there at once."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="Nothing to follow up. Confirm a stay under Entities (8), or add a task with a.",
        )

    def on_mount(self) -> None:
        """The first page of each group."""
        self.show_rows()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return task_row(item.value, width, self.desk.moment, self.desk.ascii_marks)

    def _fetch(
        self,
        source: tasks.Section,
        section: str,
        after: Key | None,
        before: Key | None,
        offset: int | None,
        limit: int,
    ) -> Sequence[Row]:
        rows = self.page(source, section, after, before, offset, limit)
        return [Item(row.key, row.id, row.task, due_at(row.task, self.desk.moment)) for row in rows]

    def show_rows(self) -> None:
        """The first page of each group at once; their counts follow."""
        self.list.show(self._sections())
        self.call_after_refresh(self._count)

    def reread(self) -> None:
        """Read again; the cursor stays on its task, groups stay in their order."""
        self.list.refresh_data(self._sections())
        self._count()
        self.show_detail()

    def action_group(self) -> None:
        """Group by deadline event, by list or by label, in turn; it is remembered."""
        from engine.operations.settings import set_setting

        self._by = _GROUPINGS[(_GROUPINGS.index(self._by) + 1) % len(_GROUPINGS)]
        self._order = ()
        self.desk.perform(set_setting, "group_by", self._by)
        self._sources = {}
        self.filter_changed()

    def _heads(self) -> list[task_grouping.Head]:
        """The headings of what waits, in the order of their first day, of the tree or of the alphabet."""
        today, reader = self.desk.today, self.desk.reader
        if self.asked_view in _WITHOUT_WAITING:
            return []
        if self._by != _BY_EVENT:
            return list((task_grouping.lists if self._by == _BY_LIST else task_grouping.labels)(reader, today))
        return [
            task_grouping.Head(
                f"event {head.deadline_event_id}", head.deadline_event or "no deadline", _of(head, today)
            )
            for head in tasks.group_heads(reader, today)
        ]

    def _sections(self, counted: Counted | None = None) -> list[Section]:
        """The groups, then what is hidden and what is done. Groups never trade places under the hand."""
        today = self.desk.today
        heads = {head.key: head for head in self._heads()}
        known = [key for key in self._order if key in heads]
        self._order = (*known, *(key for key in heads if key not in known))
        sections = [self._section(key, heads[key].title, heads[key].section, counted) for key in self._order]
        for key, source in ((_UPCOMING, tasks.upcoming(today)), (_DONE, tasks.done())):
            if self.asked_view in _ONLY and self.asked_view is not _ONLY_VIEW[key]:
                continue
            if tasks.count(self.desk.reader, source, most=1):
                sections.append(self._section(key, key, source, counted, folded=not self.filter))
        if self.filter:
            sections = [each for each in sections if each.count != 0]
        return sections or [section("nothing", None, nothing)]

    @property
    def sources(self) -> Mapping[str, tasks.Section]:
        """The groups, what is hidden and what is done."""
        return self._sources

    def _section(
        self, key: str, title: str, source: tasks.Section, counted: Counted | None, *, folded: bool = False
    ) -> Section:
        self._sources[key] = source
        count = counted.counts.get(key, 0) if counted and self.answer is None else self.known(key)
        note = counted.notes.get(key, "") if counted else ""
        return section(key, title, partial(self._fetch, source), count, note=note, folded=folded)

    @work(thread=True, exclusive=True, group="count", exit_on_error=False)
    def _count(self) -> None:
        """Count away from the screen's loop: a million tasks take a while, and nobody waits for a number."""
        sift, by = self.sift, self._by
        with self.while_wanted(lambda: sift is self.sift and by == self._by) as connection:
            now = moment(connection, self.desk.clock())
            today = now.day
            groups = _grouped(connection, by, now, sift)
            whole = task_grouping.counts(connection, tasks.waiting(today), now, sift)
            counts = {
                _UPCOMING: tasks.count(connection, tasks.upcoming(today), sift),
                _DONE: tasks.count(connection, tasks.done(), sift),
            }
            counts |= {key: group.open for key, group in groups.items()}
            notes = {key: _note(group) for key, group in groups.items()}
            self.app.call_from_thread(self._counted, Counted(sift, by, counts, notes, whole))

    def _counted(self, counted: Counted) -> None:
        if (counted.sift, counted.by) != (self.sift, self._by) or not self.is_mounted:
            return
        self.list.refresh_data(self._sections(counted))
        if self.filter and not self.understood:
            return  # what is typed now cannot be understood, and that is said already
        found = f" · {self.understood}" if self.understood else ""
        self.say(
            (f"open{found}", "text"),
            (f"   {count_of(counted.whole.open, 'task')}", "muted"),
            (f" · {counted.whole.late:,} late" if counted.whole.late else "", "error"),
            (f" · grouped by {_GROUPED[self._by]} · by deadline", "muted"),
        )


def _grouped(
    connection: sqlite3.Connection, by: str, now: Moment, sift: tasks.Filter
) -> dict[str, task_grouping.Counts]:
    """What each heading says, by its key."""
    if by == _BY_EVENT:
        return {
            f"event {group.deadline_event_id}": task_grouping.Counts(group.open, group.due_today, group.late)
            for group in tasks.groups(connection, now, sift)
        }
    heads = (task_grouping.lists if by == _BY_LIST else task_grouping.labels)(connection, now.day)
    return {head.key: task_grouping.counts(connection, head.section, now, sift) for head in heads}


def _of(head: tasks.GroupHead, today: date) -> tasks.Section:
    return tasks.of_event(head.deadline_event_id, today)


def _note(group: task_grouping.Counts) -> str:
    words = [f"{group.open:,} open"]
    if group.due_today:
        words.append(f"{group.due_today:,} today")
    if group.late:
        words.append(f"{group.late:,} late")
    return " · ".join(words)
