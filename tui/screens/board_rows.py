"""The rows of the return board: what is late and due after an absence, under what becomes of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from contextlib import closing
from typing import ClassVar

from textual import work
from textual.content import Content

from engine.backlogs import Backlog, backlog
from engine.rules.backlog import Fate, Pile, proposed_days
from engine.rules.backlog_plan import TITLES, Sorted, sort
from engine.rules.errors import BadValue
from engine.rules.wording import count_of, due_words, long_day
from store.reads.task_moments import Moment
from tui.rows import Cells
from tui.screens.sifted import FILTER_FORMS
from tui.screens.view import Item, View, nothing
from tui.text import fit, safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, section

_TOKENS = {
    Fate.NOW: "text", Fate.SPREAD: "accent", Fate.SKIP: "warning", Fate.HAND: "running", Fate.DROP: "error",
}  # fmt: skip
_EMPTY = "Nothing is late and nothing is due: welcome back. q goes on to Today; o looks at everybody's."


class Rows(LineList, inherit_bindings=True):
    """A list in which enter is for the whole of it."""

    def action_open(self) -> None:
        """Carry out what was decided."""
        self.post_message(self.Opened(self, "", None))  # type: ignore[arg-type]  # of no row in particular


class BoardRows(View):
    """What is decided of each row, and how that looks. Nothing is written."""

    PLACES: ClassVar[tuple[str, ...]] = ("board",)
    VIEW = "today"
    KINDS = frozenset({"task", "task_assignee", "entity", "template", "calendar", "setting"})
    FILTER_HINT = FILTER_FORMS

    def __init__(self) -> None:
        super().__init__()
        self.fates: dict[str, Fate] = {}
        self.people: dict[str, str] = {}
        self.everybody = False
        self.sorted: Sorted | None = None
        self._days: Backlog | None = None
        self._over = 0
        self._groups: dict[str, list[Pile]] = {}

    def make_list(self) -> LineList:
        """A heading for each thing that can become of a row."""
        return Rows(self._draw, ascii_marks=self.desk.ascii_marks, empty="Looking at what is late ...")

    def on_mount(self) -> None:
        """Read the backlog."""
        self.list.show([section("nothing", None, nothing)])
        self._load()

    def show_rows(self) -> None:
        """Another filter, or other people's tasks."""
        self._load()

    def refresh_data(self) -> None:
        """Somebody changed tasks: what was decided about the others stays."""
        self._load()

    def _load(self) -> None:
        self._read(self.filter.strip() or None, self.everybody, self.desk.moment)

    @work(thread=True, exclusive=True, group="board", exit_on_error=False)
    def _read(self, where: str | None, everybody: bool, now: Moment) -> None:
        desk = self.desk
        try:
            with closing(self.in_thread()) as connection:
                found = backlog(connection, desk.actor, now, where=where, everybody=everybody)
        except BadValue as fault:
            self.app.call_from_thread(self.say, (str(fault), "error"))
            return
        self.app.call_from_thread(self._loaded, found)

    def _loaded(self, found: Backlog) -> None:
        if not self.is_mounted:
            return
        is_first, self._days = self._days is None, found
        self.fates = {id: self.fates.get(id, fate) for id, fate in found.fates.items()}
        for id, fate in self.fates.items():
            if fate is Fate.HAND and id not in self.people:
                self.fates[id] = found.fates[id]
        if not self._over:
            later = sum(len(pile.tasks) for pile in found.piles if self.fates[pile.id] is Fate.SPREAD)
            self._over = proposed_days(later)
        if not self.filter:
            self.list.empty = _EMPTY
        self.sort_anew(self._over, is_first=is_first)

    def sort_anew(self, over: int | None = None, *, is_first: bool = False) -> None:
        """Work out what becomes of each row, and show it. BadValue if it cannot be spread over so many days."""
        if self._days is None:
            return
        over = over or self._over
        self.sorted = sort(self._days.piles, self.fates, self.people, over, self.desk.today, self._days.days)
        self._over = over
        sections = self._sections(self.sorted)
        if is_first:
            self.list.show(sections)
        else:
            self.list.refresh_data(sections)
        self._words(self.sorted)
        self.show_detail()

    def what_if(self, ids: Sequence[str], over: int) -> Sorted | None:
        """The board as it would be with these rows spread over so many days. BadValue if that cannot be."""
        if self._days is None:
            return None
        fates = {**self.fates, **dict.fromkeys(ids, Fate.SPREAD)}
        return sort(self._days.piles, fates, self.people, over, self.desk.today, self._days.days)

    def group(self, key: str) -> list[Pile]:
        """The rows under a heading."""
        return self._groups.get(key, [])

    def _sections(self, found: Sorted) -> list[Section]:
        self._groups = {}
        sections = []
        for fate in Fate:
            piles = found.of(fate)
            if piles:
                self._groups[fate.value] = piles
                fetch = _Fetch(piles, found)
                title = found.heading(fate)
                sections.append(section(fate.value, title, fetch, len(piles), note=found.note(fate)))
        return sections or [section("nothing", None, nothing)]

    def _words(self, found: Sorted) -> None:
        tasks = sum(len(pile.tasks) for pile in found.piles)
        rows = f" in {count_of(len(found.piles), 'row')}" if tasks != len(found.piles) else ""
        whose = "everybody's" if self.everybody else "yours and nobody's"
        self.say(
            (f"board   {count_of(tasks, 'task')} late or due{rows}", "text"),
            (f" · {whose} · enter does it", "muted"),
        )

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        pile, fate, words = item.value
        first = pile.first
        who, about = (10, 16) if width >= 100 else (0, 0)
        due, will = 11, 26 if width >= 72 else 22
        name = max(8, width - 2 - about - due - who - will)
        many = f" x{len(pile.tasks)}" if len(pile.tasks) > 1 else ""
        mark = "!" if first.due < self.desk.today else " "
        return [
            (fit(mark, 2), "error"),
            (fit(safe(first.name, name - 1 - len(many)) + many, name), "text"),
            *([(fit(first.about, about - 1) + " ", "muted")] if about else []),
            (fit(due_words(first.due, self.desk.today, False), due), "error" if mark == "!" else "warning"),
            *([(fit(", ".join(first.people) or "-", who), "muted")] if who else []),
            (fit(words, will), _TOKENS[fate]),
        ]

    def detail(self) -> Content:
        """The tasks of the row, and what becomes of them."""
        if self.current is None:
            return Content("")
        pile, fate, words = self.current
        lines = [Content.styled(safe(pile.first.name), "bold"), Content("")]
        lines += [Content.assemble((f"{TITLES[fate]}: ", "$muted"), safe(words)), Content("")]
        if any(task.follows for task in pile.tasks):
            lines += [
                Content("Its day hangs on a date of its entity; another day takes it off that date."),
                Content(""),
            ]
        lines += [
            Content(f"{long_day(task.due)}  {due_words(task.due, self.desk.today, False)}") for task in pile.tasks
        ]
        return Content("\n").join(lines[:60])


class _Fetch:
    """Rows that lie in memory, drawn as they are looked at."""

    def __init__(self, piles: Sequence[Pile], found: Sorted) -> None:
        self._piles = piles
        self._found = found

    def __call__(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        stop = len(self._piles)
        start = offset or 0
        if before is not None:
            stop = bisect_left(self._piles, before, key=_key) if before else stop
            start = max(0, stop - limit)
        elif after is not None:
            start = bisect_right(self._piles, after, key=_key)
        return [self._row(index) for index in range(start, min(stop, start + limit))]

    def _row(self, index: int) -> Row:
        pile = self._piles[index]
        fate, words = self._found.fates[pile.id], self._found.words(pile)
        stamp: Hashable = (words, len(pile.tasks))
        return Item(_key(pile), pile.id, (pile, fate, words), stamp)


def _key(pile: Pile) -> Key:
    return (*pile.rank, pile.id)
