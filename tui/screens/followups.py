"""Followups: what people owe, grouped by the event that sets its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from typing import ClassVar

from textual import work

from engine.rules.wording import count_of
from store import values
from store.frozen import value
from store.reads import tasks
from tui.rows import Cells, task_row
from tui.screens.sifted import FILTER_FORMS, SiftedTasks
from tui.screens.view import Item, nothing
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, section

_UPCOMING, _DONE = "upcoming", "done"


@value
class Counted:
    """What a worker counted, and for which filter."""

    sift: tasks.Filter
    counts: Mapping[str, int]
    notes: Mapping[str, str]
    late: int


class Followups(SiftedTasks):
    """Groups in the order of their first day; hidden and done tasks fold away at the end."""

    PLACES: ClassVar[tuple[str, ...]] = ("followups",)
    VIEW = "followups"
    KINDS = frozenset({"task", "task_assignee", "entity", "task_event", "user"})
    FILTER_HINT = FILTER_FORMS

    def __init__(self) -> None:
        super().__init__()
        self._order: tuple[str, ...] = ()

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
        return task_row(item.value, width, self.desk.today, self.desk.ascii_marks)

    def _fetch(
        self,
        source: tasks.Section,
        section: str,
        after: Key | None,
        before: Key | None,
        offset: int | None,
        limit: int,
    ) -> Sequence[Row]:
        rows = tasks.window(self.desk.reader, source, self.sift, after=after, before=before, offset=offset, limit=limit)
        return [Item(row.key, row.id, row.task, self.desk.today) for row in rows]

    def show_rows(self) -> None:
        """The first page of each group at once; their counts follow."""
        self.list.show(self._sections())
        self.call_after_refresh(self._count)

    def reread(self) -> None:
        """Read again; the cursor stays on its task, groups stay in their order."""
        self.list.refresh_data(self._sections())
        self._count()
        self.show_detail()

    def _sections(self, counted: Counted | None = None) -> list[Section]:
        """The groups, then what is hidden and what is done. Groups never trade places under the hand."""
        today = self.desk.today
        heads = {f"event {head.deadline_event_id}": head for head in tasks.group_heads(self.desk.reader, today)}
        known = [key for key in self._order if key in heads]
        self._order = (*known, *(key for key in heads if key not in known))
        groups = ((key, heads[key]) for key in self._order)
        sections = [
            self._section(key, head.deadline_event or "no deadline", _of(head, today), counted) for key, head in groups
        ]
        for key, source in ((_UPCOMING, tasks.upcoming(today)), (_DONE, tasks.done())):
            if tasks.count(self.desk.reader, source, most=1):
                sections.append(self._section(key, key, source, counted, folded=not self.filter))
        if counted is not None and self.filter:
            sections = [each for each in sections if each.count]
        return sections or [section("nothing", None, nothing)]

    def _section(
        self, key: str, title: str, source: tasks.Section, counted: Counted | None, *, folded: bool = False
    ) -> Section:
        count = counted.counts.get(key, 0) if counted else None
        note = counted.notes.get(key, "") if counted else ""
        return section(key, title, partial(self._fetch, source), count, note=note, folded=folded)

    @work(thread=True, exclusive=True, group="count", exit_on_error=False)
    def _count(self) -> None:
        """Count away from the screen's loop: a million tasks take a while, and nobody waits for a number."""
        sift, today = self.sift, self.desk.today
        with closing(self.in_thread()) as connection:
            groups = tasks.groups(connection, today, sift)
            counts = {
                _UPCOMING: tasks.count(connection, tasks.upcoming(today), sift),
                _DONE: tasks.count(connection, tasks.done(), sift),
            }
        counts |= {f"event {group.deadline_event_id}": group.open for group in groups}
        notes = {f"event {group.deadline_event_id}": _note(group) for group in groups}
        late = sum(group.late for group in groups)
        self.app.call_from_thread(self._counted, Counted(sift, counts, notes, late))

    def _counted(self, counted: Counted) -> None:
        if counted.sift != self.sift or not self.is_mounted:
            return
        self.list.refresh_data(self._sections(counted))
        total = sum(counted.counts[key] for key in self._order if key in counted.counts)
        found = f" matching {self.filter}" if self.filter else ""
        self.say(
            (f"open{found}", "text"),
            (f"   {count_of(total, 'task')}", "muted"),
            (f" · {counted.late:,} late" if counted.late else "", "error"),
            (" · grouped by deadline event · by deadline", "muted"),
        )


def _of(head: tasks.GroupHead, today: date) -> tasks.Section:
    return tasks.of_event(head.deadline_event_id, today)


def _note(group: values.TaskGroup) -> str:
    words = [f"{group.open:,} open"]
    if group.due_today:
        words.append(f"{group.due_today:,} today")
    if group.late:
        words.append(f"{group.late:,} late")
    return " · ".join(words)
