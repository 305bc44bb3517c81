"""Days in rows of weeks: a month, or one week with more of each day. Only the cells that changed are written again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from engine.agenda import Day
from engine.rules.wording import WEEKDAYS
from store.frozen import value
from tui.calendar_cells import Around, body, head
from tui.text import fit, safe
from tui.widgets.painting import Line, Painter, Piece

Cell = tuple[tuple[Piece, ...], str]
"""Pieces of one line of one day, and the ground they stand on."""
BLANK: Cell = ((), "ground")


@value
class Page:
    """Weeks of seven dates, what is known of them, and what they are seen from."""

    weeks: tuple[tuple[date, ...], ...]
    days: Mapping[date, Day]
    around: Around

    @property
    def dates(self) -> tuple[date, ...]:
        """All of them, in order."""
        return tuple(day for week in self.weeks for day in week)


class DayGrid(Widget, can_focus=True):
    """The cursor is a day; the screen moves it."""

    lets_keys_pass = True
    DEFAULT_CSS = "DayGrid { width: 1fr; height: 1fr; }"
    painter: reactive[Painter | None] = reactive(None)

    @dataclass
    class Picked(Message):
        """A day was clicked; a second click on it opens it."""

        day: date
        is_again: bool

    def __init__(self) -> None:
        super().__init__()
        self._page: Page | None = None
        self._cursor = date.min
        self._drawn: list[list[Cell]] = []
        self._bodies: dict[date, tuple[Day, Around, tuple[tuple[Piece, ...], ...]]] = {}
        self._room = (0, 0)

    def show(self, page: Page, cursor: date) -> None:
        """Another page, or the same as it is now, or another day under the cursor."""
        self._page, self._cursor = page, cursor
        self._draw()

    @property
    def page(self) -> Page | None:
        """What is shown."""
        return self._page

    def lines_a_day(self, weeks: int) -> int:
        """Lines of the body of a day, where so many weeks share the height."""
        return max(1, (self.size.height - 1) // max(1, weeks) - 1)

    def on_resize(self) -> None:
        """Other room, other cells."""
        self._draw()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The cursor looks otherwise."""
        super().watch_has_focus(_has_focus)
        self._draw()

    def _widths(self) -> list[int]:
        """Of the seven columns, a separator between each two."""
        free = max(7, self.size.width - 6)
        return [free // 7 + (at < free % 7) for at in range(7)]

    def _heights(self) -> list[int]:
        weeks = len(self._page.weeks) if self._page else 1
        free = max(weeks, self.size.height - 1)
        return [free // weeks + (at < free % weeks) for at in range(weeks)]

    def _draw(self) -> None:
        if self._page is None or not self.size.width:
            return
        if self._room != self.size:
            self._room, self._drawn, self._bodies = self.size, [], {}
        old, new = self._drawn, self._cells(self._page)
        self._drawn = new
        if len(old) != len(new):
            self.refresh()
            return
        regions, x = [], 0
        for column, width in enumerate(self._widths()):
            changed = [y for y in range(len(new)) if old[y][column] != new[y][column]]
            regions += [Region(x, y, width, 1) for y in changed]
            x += width + 1
        if regions:
            self.refresh(*regions)

    def _cells(self, page: Page) -> list[list[Cell]]:
        widths = self._widths()
        names = [WEEKDAYS[day.weekday()] for day in page.weeks[0]]
        lines: list[list[Cell]] = [
            [(((fit(f" {name if width > 12 else name[:3]}", width), "muted"),), "ground")
             for name, width in zip(names, widths, strict=True)]
        ]  # fmt: skip
        for week, height in zip(page.weeks, self._heights(), strict=True):
            columns = [self._cell(page, day, width, height) for day, width in zip(week, widths, strict=True)]
            lines += [[column[y] for column in columns] for y in range(height)]
        return lines[: self.size.height]

    def _cell(self, page: Page, day: date, width: int, height: int) -> list[Cell]:
        is_cursor = day == self._cursor
        known = page.days.get(day)
        ground = ("selection" if self.has_focus else "panel") if is_cursor else "panel"
        top: Cell = (head(known, day, page.around, width, is_cursor=is_cursor), ground)
        rest = [(line, "ground") for line in self._body(page, known, width, height - 1)]
        return [top, *rest, *[BLANK] * (height - 1 - len(rest))]

    def _body(self, page: Page, known: Day | None, width: int, height: int) -> Sequence[tuple[Piece, ...]]:
        if known is None:
            return ()
        kept = self._bodies.get(known.day)
        if kept is None or kept[0] is not known or kept[1] != page.around:
            kept = self._bodies[known.day] = (known, page.around, body(known, page.around, width, height))
        return kept[2]

    def render_line(self, y: int) -> Strip:
        """A line over all seven days."""
        painter = self.painter
        if painter is None or y >= len(self._drawn):
            return Strip.blank(self.size.width, self.rich_style)
        segments: list[Segment] = []
        ascii_marks = self._page is not None and self._page.around.ascii_marks
        for column, (width, (pieces, ground)) in enumerate(zip(self._widths(), self._drawn[y], strict=True)):
            if column:
                segments.append(Segment("|" if ascii_marks else "│", painter.style("muted dim")))
            left = width
            for text, token in pieces:
                shown = safe(text, left)
                segments.append(Segment(shown, painter.style(token, ground)))
                left -= Segment(shown).cell_length
            segments.append(Segment(" " * max(0, left), painter.style("text", ground)))
        return Line(segments).adjust_cell_length(self.size.width, painter.style("text"))

    def on_click(self, event: events.Click) -> None:
        """The day under the pointer."""
        day = self._day_at(event.x, event.y)
        if day is not None:
            self.post_message(self.Picked(day, day == self._cursor))

    def _day_at(self, x: int, y: int) -> date | None:
        top = 1
        for week, height in zip(self._page.weeks if self._page else (), self._heights(), strict=True):
            if top <= y < top + height:
                left = 0
                for day, width in zip(week, self._widths(), strict=True):
                    if left <= x < left + width:
                        return day
                    left += width + 1
            top += height
        return None
