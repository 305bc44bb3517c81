"""Calendar: the future before it happens, as a month, a week, an agenda, and a map of the hours in which jobs run."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from engine.agenda import Day, first_weekday
from engine.rules.planned import Heat
from engine.rules.wording import MONTHS, clock, long_day
from tui import keys
from tui.calendar_cells import LEGEND, Around
from tui.rows import Cells
from tui.screens.calendar_agenda import FEW, draw, note, sections
from tui.screens.calendar_pages import Want
from tui.screens.calendar_rows import AGENDA, HEAT, MONTH, TABS, WEEK, Rows
from tui.screens.view import Item
from tui.widgets.day_grid import DayGrid, Page
from tui.widgets.header import Header, Hints, Place
from tui.widgets.heat_grid import HeatGrid
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Section
from tui.widgets.tabs import tab_words

DAYS = 28
"""Of the agenda."""
IN_WEEK = 60
"""Things of each kind that a day of the week view shows at most."""
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)


class Calendar(Rows):
    """A cursor that is a day, and four ways to look at what lies around it."""

    PLACES: ClassVar[tuple[str, ...]] = ("calendar", "agenda")
    VIEW = "calendar"
    KINDS = frozenset({
        "task", "run", "schedule", "template", "skip", "notification", "occurrence", "calendar", "calendar_day",
        "setting",
    })  # fmt: skip
    AUTO_FOCUS = "DayGrid"
    CSS = """
    Calendar.-days LineList, Calendar.-hours LineList { display: none; }
    Calendar.-days #detail, Calendar.-hours #detail { display: none; }
    Calendar.-hours DayGrid, Calendar.-rows DayGrid, Calendar.-days HeatGrid, Calendar.-rows HeatGrid { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.add_class("-days", update=False)
        self._today = self.desk.today
        self._week_start = 0
        self._hour = (0, 0)
        self._shown: Want | None = None
        self._heat: Heat | None = None
        self._are_counted = False
        self._now = ""

    def compose(self) -> ComposeResult:
        """Header, words, the four bodies of which one is seen, hints."""
        yield Header(self.VIEW)
        yield Place(id="line")
        with Horizontal(id="body"):
            yield DayGrid()
            yield HeatGrid(ascii_marks=self.desk.ascii_marks)
            yield self.make_list()
            with VerticalScroll(id="detail"):
                yield Static(id="detail-text", markup=False)
        yield Hints()

    def make_list(self) -> LineList:
        """The agenda."""
        return LineList(
            self._draw_row,
            ascii_marks=self.desk.ascii_marks,
            empty="Nothing in these four weeks. a adds a task, t goes to today, L to the next month.",
        )

    def on_mount(self) -> None:
        """Read the month, and follow the clock."""
        self._week_start = first_weekday(self.desk.reader)
        here = self.desk.clock().astimezone(self.desk.zone)
        self._hour = ((here.weekday() - self._week_start) % 7, here.hour)
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._enter)

    def _enter(self) -> None:
        self.recolour()
        self._focus()
        self._to(self.day)

    def recolour(self) -> None:
        """The grids are drawn with the palette."""
        for grid in self.query("DayGrid, HeatGrid"):
            grid.painter = self.desk.painter  # type: ignore[attr-defined]  # both declare it
        if self.tab == AGENDA:
            super().recolour()

    @property
    def around(self) -> Around:
        """What cells depend on besides their day."""
        return Around(
            self.desk.today, clock(self.desk.clock(), self.desk.zone.key), self.desk.zone.key,
            self.day.month if self.tab == MONTH else 0, self.tab == WEEK, self.desk.ascii_marks,
        )  # fmt: skip

    def hints(self) -> tuple[tuple[str, str], ...]:
        """The next tab by its name, and the keys of the table."""
        following = TABS[(TABS.index(self.tab) + 1) % len(TABS)]
        if self.tab == HEAT:
            return (("]", following), ("h l", "hour"), ("j k", "weekday"), ("t", "now"), keys.hints()[-1])
        found = keys.hints("agenda", "calendar") if self.tab == AGENDA else keys.hints("calendar")
        return (("]", following), *found[: keys.MOST_HINTS - 2], found[-1])

    # -- reading and showing ------------------------------------------------------------------------------

    def _wanted(self) -> Want:
        """What the tab needs for the day under the cursor."""
        if self.tab == HEAT:
            return Want(self.desk.today, self.desk.today, 0, is_heat=True)
        if self.tab == AGENDA:
            return Want(self.day, self.day + timedelta(DAYS - 1), FEW)
        weeks = self._weeks()
        few = IN_WEEK if self.tab == WEEK else 12
        return Want(weeks[0][0], weeks[-1][-1], few)

    def _weeks(self) -> tuple[tuple[date, ...], ...]:
        """Of the month, or the one week."""
        first = self.day if self.tab == WEEK else self.day.replace(day=1)
        first -= timedelta((first.weekday() - self._week_start) % 7)
        weeks = [tuple(first + timedelta(number) for number in range(7))]
        while self.tab == MONTH and (weeks[-1][-1] + timedelta(1)).month == self.day.month:
            weeks.append(tuple(day + timedelta(7) for day in weeks[-1]))
        return tuple(weeks)

    def arrived(self, want: Want, days: tuple[Day, ...], *, has_plans: bool) -> None:
        """Show what was read; the agenda keeps its cursor while it is the same period."""
        self._are_counted = has_plans
        self.days = {each.day: each for each in days}
        if self.tab == AGENDA:
            found = self._sections(days)
            if want == self._shown:
                self.list.refresh_data(found)
            else:
                self.list.show(found)
            self.show_detail()
        self._shown = want
        self._paint()

    def _sections(self, days: tuple[Day, ...]) -> list[Section]:
        return sections(days, self.around, lambda: self.desk.reader, 36 if self.has_class("-narrow") else 56)

    def heat_arrived(self, heat: Heat) -> None:
        """Show the map."""
        self._heat = heat
        self._are_counted = True
        self._paint()

    def _paint(self) -> None:
        """The grid of the tab, and the words above it."""
        self._now = self.around.now
        if self.tab == HEAT:
            self.query_one(HeatGrid).show(self._heat, self._week_start, self._hour)
        elif self.tab != AGENDA and self._shown == self._wanted():
            self.query_one(DayGrid).show(Page(self._weeks(), self.days, self.around), self.day)
        self._words()

    def _words(self) -> None:
        is_wide = not self.has_class("-narrow")
        title = f"{MONTHS[self.day.month - 1]} {self.day.year}   " if self.tab == MONTH and is_wide else ""
        known = self.days.get(self.day)
        told = note(known) if known is not None else ""
        name = f" · {known.off.name}" if known is not None and known.off is not None and known.off.name else ""
        counting = "" if self._are_counted else "   counting what is planned"
        if self.tab == HEAT:
            parts = [("runs of jobs by the hour, next four weeks", "text")]
        elif self.tab == AGENDA:
            parts = [(f"from {long_day(self.day)}", "text"), (f"   {LEGEND}", "muted")]
        else:
            day = f"{long_day(self.day)}{name}"
            parts = [(title, "text bold"), (day, "text"), (f"   {told or 'nothing; a adds a task'}", "muted")]
        self.say(*tab_words(TABS, self.tab), *parts, (counting, "muted"))

    def _tick(self) -> None:
        """The line of now goes on, and what was changed too often to be read each time is read."""
        if not self.is_current:
            return
        self.look_again()
        if self.around.now != self._now:
            self._now = self.around.now
            if self.tab == AGENDA and self._shown is not None:
                self.list.refresh_data(self._sections(tuple(self.days.values())))
            elif self.tab == WEEK:
                self._paint()

    def refresh_data(self) -> None:
        """Read again; on another day the cursor goes along if it stood on today."""
        if self.desk.today != self._today:
            was, self._today = self._today, self.desk.today
            self.forget_plans()
            if self.day == was:
                self.day = self._today
            self.ask(self._wanted())
            return
        self._week_start = first_weekday(self.desk.reader)
        super().refresh_data()

    def _draw_row(self, item: Item, width: int, state: LineState) -> Cells:
        return draw(item, width, self.around)

    # -- moving -------------------------------------------------------------------------------------------

    def _to(self, day: date) -> None:
        """Put the cursor on a day; the page with it is read if it is not the one that is shown."""
        self.day = min(max(day, _FIRST), _LAST)
        want = self._wanted()
        if want != self._want or (want != self._shown and not want.is_heat):
            self._are_counted = False
            self.ask(want)
        self._paint()

    def action_day(self, by: int) -> None:
        """h, l: a day; an hour of the map."""
        if self.tab == HEAT:
            self._hour = (self._hour[0], (self._hour[1] + by) % 24)
            self._paint()
        elif self.tab != AGENDA:
            self._to(self.day + timedelta(by))

    def action_week(self, by: int) -> None:
        """j, k: a week; a weekday of the map."""
        if self.tab == HEAT:
            self._hour = ((self._hour[0] + by) % 7, self._hour[1])
            self._paint()
        elif self.tab != AGENDA:
            self._to(self.day + timedelta(7 * by))

    def action_month(self, by: int) -> None:
        """H, L: a month, < and > a year; the 31st becomes the last of a shorter month."""
        if self.tab == HEAT:
            return
        number = self.day.year * 12 + self.day.month - 1 + by
        year, month = divmod(number, 12)
        for day in range(self.day.day, 27, -1) if self.day.day > 28 else (self.day.day,):
            with suppress(ValueError):
                self._to(date(year, month + 1, day))
                return

    def action_today(self) -> None:
        """t."""
        if self.tab == HEAT:
            here = self.desk.clock().astimezone(self.desk.zone)
            self._hour = ((here.weekday() - self._week_start) % 7, here.hour)
            self._paint()
        else:
            self._to(self.desk.today)

    def action_tab(self, by: int) -> None:
        """[ and ]."""
        self._show_tab(TABS[(TABS.index(self.tab) + by) % len(TABS)])

    def _show_tab(self, tab: str) -> None:
        self.day = self.day_of_row
        self.tab = tab
        self._shown = None
        self.remove_class("-detail")
        for name, tabs in (("-days", (MONTH, WEEK)), ("-rows", (AGENDA,)), ("-hours", (HEAT,))):
            self.set_class(tab in tabs, name)
        self.query_one(Hints).pairs = self.hints()
        self._focus()
        self._to(self.day)

    def _focus(self) -> None:
        self.query_one({AGENDA: "LineList", HEAT: "HeatGrid"}.get(self.tab, "DayGrid")).focus()

    def action_open_day(self) -> None:
        """enter: the agenda from that day on."""
        if self.tab in (MONTH, WEEK):
            self._show_tab(AGENDA)

    @on(DayGrid.Picked)
    def _picked(self, event: DayGrid.Picked) -> None:
        self._to(event.day)
        if event.is_again:
            self.action_open_day()

    @on(HeatGrid.Picked)
    def _hour_picked(self, event: HeatGrid.Picked) -> None:
        self._hour = (event.row, event.hour)
        self._paint()
