"""Business calendars: their working weeks and days off, what keeps to each, and which is the usual one."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.content import Content

from engine.queries.calendars import CalendarYear, year_of
from engine.rules.calendar_words import week_range, week_words
from engine.rules.errors import BadValue
from engine.rules.wording import count_of, long_day, plural
from store import settings
from store.frozen import value
from store.reads import calendars
from store.reads.calendars import Uses
from store.values import Calendar
from tui.job_details import pair
from tui.rows import Cells
from tui.screens.view import Item, View
from tui.text import fit, safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import few, section

YEARS = 2
"""This one and the next are told."""
_PLAIN = "Monday to Friday"


@value
class Listed:
    """A calendar and what keeps to it."""

    calendar: Calendar
    uses: Uses
    is_usual: bool


class Calendars(View):
    """`a` adds one, `s` names a day of it, `I` takes the days of an .ics file, `m` makes it the usual one."""

    PLACES: ClassVar[tuple[str, ...]] = ("calendars",)
    VIEW = "calendar"
    KINDS = frozenset({"calendar", "calendar_day", "setting", "schedule", "template", "task_event"})

    def __init__(self) -> None:
        super().__init__()
        self._years: dict[tuple[Calendar, int], CalendarYear | str] = {}
        self._usual = ""

    def make_list(self) -> LineList:
        """One section, by name: they are few."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="No business calendar yet: working days are Monday to Friday. a adds one, BE with the holidays of"
            " Belgium for example.",
        )

    def hints(self) -> tuple[tuple[str, str], ...]:
        """It lies over a view, so the way back is named too."""
        *own, more = super().hints()
        return (*own, ("q", "back"), more)

    def on_mount(self) -> None:
        """Read them."""
        self.show_rows()

    def show_rows(self) -> None:
        """The list from its start."""
        rows = self._rows()
        self.list.show([section("calendars", None, few(rows), len(rows))])
        self._words(len(rows))

    def refresh_data(self) -> None:
        """Read again; the cursor stays."""
        rows = self._rows()
        self.list.refresh_data([section("calendars", None, few(rows), len(rows))])
        self._words(len(rows))
        self.show_detail()

    def _rows(self) -> list[Item]:
        reader = self.desk.reader
        self._usual = str(settings.read(reader, "calendar"))
        uses = calendars.uses(reader, calendars.named(reader, self._usual))
        return [
            Item((each.name,), each.id, Listed(each, uses.get(each.id, Uses()), each.name == self._usual))
            for each in calendars.listed(reader)
        ]

    def _words(self, number: int) -> None:
        usual = f"the usual one is {self._usual or _PLAIN}"
        self.say((count_of(number, "business calendar"), "text"), (f"   {usual}", "muted"))

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return calendar_row(item.value, width)

    @property
    def calendar(self) -> Calendar | None:
        """The one under the cursor."""
        return self.current.calendar if isinstance(self.current, Listed) else None

    # -- its detail -----------------------------------------------------------------------------------------

    def detail(self) -> Content:
        """What it is made of, and its days off, this year's and the next one's."""
        row = self.current
        if not isinstance(row, Listed):
            return Content("")
        this = self.desk.today.year
        years = [self._years.get((row.calendar, this + number)) for number in range(YEARS)]
        if None in years:
            self._read_years(row.calendar, this)
        lines = [*_about(row), *(line for year in years if year is not None for line in _year_lines(year))]
        lines += [Content.styled("reading its days", "$muted")] if None in years else []
        return Content("\n").join(lines)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read_years(self, one: Calendar, first: int) -> None:
        """Away from the keys: the first country loads the library of holidays."""
        found: dict[tuple[Calendar, int], CalendarYear | str] = {}
        for year in range(first, first + YEARS):
            try:
                found[one, year] = year_of(one, year)
            except BadValue as fault:
                found[one, year] = str(fault)
        self.app.call_from_thread(self._arrived, found)

    def _arrived(self, found: dict[tuple[Calendar, int], CalendarYear | str]) -> None:
        self._years |= found
        if self.is_mounted:
            self.show_detail()

    # -- its verbs ------------------------------------------------------------------------------------------

    def action_add(self) -> None:
        """A new one."""
        from tui.screens.calendar_dialogs import calendar_dialog

        self.app.push_screen(calendar_dialog(self.desk, None))

    def action_edit(self) -> None:
        """Its name, country and week."""
        from tui.screens.calendar_dialogs import calendar_dialog

        if (one := self._chosen()) is not None:
            self.app.push_screen(calendar_dialog(self.desk, one))

    def action_days(self) -> None:
        """Days of its own, or the end of such."""
        from tui.screens.calendar_dialogs import days_dialog

        if (one := self._chosen()) is not None:
            self.app.push_screen(days_dialog(self.desk, one))

    def action_import(self) -> None:
        """The days of an .ics file; into the one under the cursor, or into a new one."""
        from tui.screens.calendar_dialogs import import_dialog

        self.app.push_screen(import_dialog(self.desk, self.calendar))

    def action_usual(self) -> None:
        """Let it be the one of all that name none, or no longer."""
        from engine.operations.settings import set_setting

        if (one := self._chosen()) is not None:
            name = "" if one.name == self._usual else one.name
            words = f"{name or _PLAIN} is the usual one now; u takes it back."
            self.desk.perform(set_setting, "calendar", name, then=lambda _: self.notify(words))

    def action_delete(self) -> None:
        """Delete it, if nothing keeps to it."""
        from engine.operations.calendars import delete

        if (one := self._chosen()) is not None:
            self.desk.perform(delete, one.name, then=lambda _: self.notify(f"{one.name} is deleted; u takes it back."))

    def action_why(self) -> None:
        """What keeps to it."""
        if (one := self._chosen()) is not None:
            self.desk.explain("calendar", one.id)

    def _chosen(self) -> Calendar | None:
        if self.calendar is None:
            self.notify("There is no calendar yet: a adds one.")
        return self.calendar


def calendar_row(row: Listed, width: int) -> Cells:
    """Name, country, week, own days, what keeps to it, and whether it is the usual one; the last give way first."""
    one = row.calendar
    place = "-".join(filter(None, (one.country, one.region)))
    cells: Cells = [
        (fit("usual" if row.is_usual else "", 7), "accent"),
        (fit(one.name, max(8, width // 4)) + " ", "text"),
        (fit(place or "-", 8), "muted"),
        (fit(week_range(one.week), 13), "text"),
        (fit(f"{len(one.days):,} own {plural(len(one.days), 'day')}" if one.days else "", 15), "muted"),
    ]
    room = width - sum(len(text) for text, _ in cells[:1]) - max(8, width // 4) - 37
    return [*cells, (fit(_used(row.uses, is_short=room < 30), room), "muted")] if room > 8 else cells


def _used(uses: Uses, *, is_short: bool) -> str:
    if is_short:
        total = sum(number for number, _ in uses.parts)
        return f"used by {total:,}" if total else "not used"
    said = [count_of(number, noun) for number, noun in uses.parts if number]
    return f"used by {', '.join(said)}" if said else "not used"


def _about(row: Listed) -> list[Content]:
    one = row.calendar
    place = " ".join(filter(None, (one.country, one.region)))
    return [
        Content.styled(safe(one.name), "bold"),
        Content.styled("the usual one, where none is named" if row.is_usual else "m makes it the usual one", "$muted"),
        Content(""),
        pair("works", week_words(one.week)),
        pair("holidays", f"of {place}" if place else "of no country; e names one"),
        pair("own days", f"{len(one.days):,}" if one.days else "none; s adds some, I takes those of a file"),
        pair("", _used(row.uses, is_short=False)),
    ]


def _year_lines(year: CalendarYear | str) -> list[Content]:
    """The days of a year that are not as their weekday would have it, each with its reason."""
    if isinstance(year, str):
        return [Content(""), Content.styled(safe(year), "$error")]
    lines = [Content(""), Content.assemble((f"{year.year}", "bold"), f"  {count_of(year.working_days, 'working day')}")]
    lines += [Content.styled(safe(year.missing), "$warning")] if year.missing else []
    for each in year.days:
        own = "   own" if each.what == "own" else ""
        lines.append(Content.assemble(fit(long_day(each.day), 17), safe(each.words), (own, "$muted")))
    return lines if year.days else [*lines, Content.styled("no day off but by its week", "$muted")]
