"""Missed: the ledger seen from what did not happen, until somebody ran it or accepted that it did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.content import Content

from engine.rules.wording import long_day, plural
from store.reads import ledger
from store.reads.ledger import Part, Which
from store.values import Occurrence
from tui.ledger_rows import ledger_row
from tui.rows import Cells
from tui.screens.missed_verbs import MissedVerbs
from tui.screens.view import Item, nothing
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, section
from tui.widgets.tabs import LEDGER, SCHEDULES, TABS, TO_ACCEPT, UNFIRED, tab_words

_PART = {TO_ACCEPT: Part.TO_ACCEPT, UNFIRED: Part.UNFIRED, LEDGER: Part.ALL}
_EMPTY = {
    TO_ACCEPT: "Nothing was missed that nobody has seen to. ] shows accepted ones too.",
    UNFIRED: "Everything that was planned has fired.",
    LEDGER: "Nothing was due yet.",
}


class Missed(MissedVerbs):
    """Three tabs: what waits for somebody, all that did not fire, the whole ledger of one schedule."""

    PLACES: ClassVar[tuple[str, ...]] = ("missed",)
    VIEW = "schedules"
    KINDS = frozenset({"occurrence", "schedule", "run"})
    FILTER_HINT = "part of a name or reason, schedule:NAME, cause:overlap; esc clears"

    def __init__(self) -> None:
        super().__init__()
        self._tab = TO_ACCEPT
        self._by_schedule = False
        self._one: tuple[int, str] | None = None
        """The schedule whose ledger is shown."""
        self._number: ledger.Total | None = None
        self._groups: dict[str, Which] = {}
        """What stands under each heading, by the key of its section."""

    def make_list(self) -> LineList:
        """Under each day or schedule its lines, the newest first."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty=_EMPTY[TO_ACCEPT], newest_first=True)

    def on_mount(self) -> None:
        """Read the first page."""
        self.show_rows()

    def on_screen_resume(self) -> None:
        """The ledger of a schedule may have been asked for."""
        super().on_screen_resume()
        if self.desk.ledger_of is not None:
            self._one, self.desk.ledger_of = self.desk.ledger_of, None
            self._turn(LEDGER)

    @property
    def which(self) -> Which:
        """What the tab and the filter ask for."""
        one = self._one if self._tab == LEDGER else None
        return sift(self.filter, Which(_PART[self._tab], one[0] if one else None))

    @property
    def group(self) -> Which | None:
        """What stands under the heading that the cursor is on, if nothing is marked."""
        heading = self.list.heading
        return None if heading is None or self.list.marked else self._groups.get(heading.key)

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        desk = self.desk
        grouped = self._grouped
        return ledger_row(item.value, width, desk.now, desk.zone, grouped, desk.ascii_marks)

    @property
    def _grouped(self) -> bool:
        """By schedule, and not by day: then a row says its day, and not its schedule."""
        return self._tab == LEDGER or (self._by_schedule and self._tab == TO_ACCEPT)

    def _sections(self) -> list[Section]:
        which, reader = self.which, self.desk.reader
        self._groups = {}
        if self._tab == LEDGER:
            return [section("ledger", None, partial(self._fetch, which))]
        if self._grouped:
            found = [
                (f"schedule {number}", name, replace(which, schedule_id=number))
                for number, name in ledger.schedules_to_accept(reader)
            ]
            found = [each for each in found if not self.filter or ledger.ids(reader, each[2], 1)]
        else:
            found = self._days(which)
        self._groups = {key: part for key, _, part in found}
        return [section(key, title, partial(self._fetch, part)) for key, title, part in found] or [
            section("nothing", None, nothing)
        ]

    def _days(self, which: Which) -> list[tuple[str, str, Which]]:
        days = ledger.days(self.desk.reader, which, self.desk.zone)
        found = [(f"day {day}", long_day(day), replace(which, start=start, end=end)) for day, start, end in days]
        before = replace(which, end=days[-1][1]) if len(days) == ledger.DAYS else None
        if before is not None and ledger.ids(self.desk.reader, before, 1):
            found.append(("earlier", f"before {long_day(days[-1][0])}", before))
        return found

    def _fetch(
        self, which: Which, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        found = ledger.page(
            self.desk.reader,
            which,
            after=_place(after) if after else None,
            before=None if before is None else _place(before) if before else (0, 0),
            offset=offset or 0,
            limit=limit,
        )
        return [Item((each.planned_at, each.id), each.id, each, (self.desk.today, self._grouped)) for each in found]

    def show_rows(self) -> None:
        """Build the list for tab and filter."""
        self.list.empty = self.list.empty if self.filter else _EMPTY[self._tab]
        self.list.show(self._sections())
        self.choose_all(False)

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its line."""
        self.list.refresh_data(self._sections())
        self.words()
        self.show_detail()

    def words(self) -> None:
        """The tabs, and how much the one in front holds."""
        self._number = number = ledger.total(self.desk.reader, self.which)
        many = f"{number.lines:,}" if number.is_all else f"more than {number.lines - 1:,}"
        found = f"{many} match {self.filter}" if self.filter else f"{many} {plural(number.lines, 'line')}"
        stands = f" for {number.occurrences:,} times" if number.occurrences != number.lines else ""
        order = "" if self._tab != TO_ACCEPT else " · by schedule" if self._by_schedule else " · by day"
        whose = f"{self._one[1]}: " if self._tab == LEDGER and self._one else ""
        self.say(
            *tab_words(TABS, self._tab),
            (f"{whose}{found}{stands}", "text"),
            (order, "muted"),
            (f" · ALL {many} CHOSEN" if self.all_chosen else "", "mark bold"),
        )

    def detail(self) -> Content:
        """The line in sentences."""
        from tui.ledger_detail import ledger_detail

        line = self.current
        return ledger_detail(self.desk, line) if isinstance(line, Occurrence) else Content("")

    def action_tab(self, by: int) -> None:
        """The next tab, or the one before; Schedules is the first."""
        tab = TABS[(TABS.index(self._tab) + by) % len(TABS)]
        if tab == SCHEDULES:
            self.desk.action_view("schedules")
            return
        line = self.current
        if tab == LEDGER and isinstance(line, Occurrence):
            self._one = (line.schedule_id, line.schedule)
        if tab == LEDGER and self._one is None:
            self.notify("Put the cursor on a line first: the ledger is of its schedule.")
            return
        self._turn(tab)

    def _turn(self, tab: str) -> None:
        self._tab = tab
        self.show_rows()
        self.show_detail()

    def action_group(self) -> None:
        """By day, or by schedule."""
        self._by_schedule = not self._by_schedule
        self.show_rows()

    def action_ledger(self) -> None:
        """The whole ledger of the schedule of this line."""
        line, heading = self.current, self.list.heading
        if isinstance(line, Occurrence):
            self._one = (line.schedule_id, line.schedule)
        elif heading is not None and (group := self._groups[heading.key]).schedule_id is not None:
            self._one = (group.schedule_id, str(heading.title))
        else:
            self.notify("Put the cursor on a line first: the ledger is of its schedule.")
            return
        self._turn(LEDGER)

    async def action_back(self) -> None:
        """Inner things first; then back to where the schedules are."""
        if self.all_chosen:
            self.choose_all(False)
        elif self.has_class("-detail") or (self._box is not None and self._box.display):
            await super().action_back()
        else:
            self.desk.action_view("schedules")


def sift(text: str, which: Which) -> Which:
    """What was typed: `schedule:NAME` and `cause:WORD` are taken out, the rest is part of a name or a reason."""
    rest = []
    for word in text.split():
        head, colon, value = word.partition(":")
        if colon and head == "schedule":
            which = replace(which, schedule=value)
        elif colon and head == "cause":
            which = replace(which, cause=value)
        else:
            rest.append(word)
    return replace(which, text=" ".join(rest))


def _place(key: Key) -> tuple[int, int]:
    return int(str(key[0])), int(str(key[1]))
