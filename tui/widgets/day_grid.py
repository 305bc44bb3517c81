"""Days in rows of weeks: a month, or one week with more of each day. Only the cells that changed are written again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from textual import events
from textual.message import Message

from engine.agenda import Day
from engine.rules.wording import WEEKDAYS
from store.frozen import value
from tui.calendar_cells import Around, body, head
from tui.widgets.painting import Piece
from tui.widgets.parts import Part, Parts

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


class DayGrid(Parts, can_focus=True):
    """The cursor is a day; the screen moves it."""

    DEFAULT_CSS = "DayGrid { width: 1fr; height: 1fr; }"

    @dataclass
    class Picked(Message):
        """A day was clicked; a second click on it opens it."""

        day: date
        is_again: bool

    def __init__(self) -> None:
        super().__init__()
        self._page: Page | None = None
        self._cursor = date.min
        self._bodies: dict[date, tuple[Day, Around, tuple[tuple[Piece, ...], ...]]] = {}
        self._room = (0, 0)

    def show(self, page: Page, cursor: date) -> None:
        """Another page, or the same as it is now, or another day under the cursor."""
        self._page, self._cursor = page, cursor
        self.lay_out()

    @property
    def page(self) -> Page | None:
        """What is shown."""
        return self._page

    def lines_a_day(self, weeks: int) -> int:
        """Lines of the body of a day, where so many weeks share the height."""
        return max(1, (self.size.height - 1) // max(1, weeks) - 1)

    def _widths(self) -> list[int]:
        """Of the seven columns, a separator between each two."""
        free = max(7, self.size.width - 6)
        return [free // 7 + (at < free % 7) for at in range(7)]

    def _heights(self) -> list[int]:
        weeks = len(self._page.weeks) if self._page else 1
        free = max(weeks, self.size.height - 1)
        return [free // weeks + (at < free % weeks) for at in range(weeks)]

    def lay_out(self) -> None:
        """Other room, other cells; the day or hour under the cursor stands out."""
        if self._page is None or not self.size.width:
            return
        if self._room != self.size:
            self._room, self._bodies = self.size, {}
        self.put(self._lines(self._page))

    def _lines(self, page: Page) -> list[list[Part]]:
        widths = self._widths()
        names = [WEEKDAYS[day.weekday()] for day in page.weeks[0]]
        heads: list[Cell] = [
            (((f" {name if width > 12 else name[:3]}", "muted"),), "ground")
            for name, width in zip(names, widths, strict=True)
        ]
        rule = "|" if page.around.ascii_marks else "│"
        lines = [_joined(heads, widths, rule)]
        for week, height in zip(page.weeks, self._heights(), strict=True):
            columns = [self._cell(page, day, width, height) for day, width in zip(week, widths, strict=True)]
            lines.append(_joined([column[0] for column in columns], widths, ""))
            lines += [_joined([column[y] for column in columns], widths, rule) for y in range(1, height)]
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


def _joined(cells: Sequence[Cell], widths: Sequence[int], rule: str) -> list[Part]:
    """The cells of seven days beside each other; without a rule their ground goes on between them."""
    between: Part = (1, ((rule, "muted dim"),), "ground") if rule else (1, (), "panel")
    parts: list[Part] = []
    for (pieces, ground), width in zip(cells, widths, strict=True):
        parts += [*([between] if parts else ()), (width, pieces, ground)]
    return parts
