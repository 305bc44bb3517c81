"""The hours of the week as a map of 7 by 24: how many runs are planned in each, as a number, a shade and a colour.

Below it stands what is planned in the hour under the cursor. Only the cells that changed are written again.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from engine.rules.planned import WEEKS, Cell, Heat
from engine.rules.wording import WEEKDAYS, count_of, some_of
from tui.calendar_cells import short
from tui.text import fit
from tui.widgets.parts import Part, Parts

HOURS, LABEL = 24, 5
_SHADES, _PLAIN = " ░▒▓█", " .:+#"
_TOKENS = ("muted", "text", "text", "warning", "error bold")
FULL = 16
"""Runs in an hour of the week, over four weeks, from which on it may look full: four each time."""
EMPTY = "No job is planned in the next four weeks. 3 shows the schedules; a adds one there."


class HeatGrid(Parts, can_focus=True):
    """The cursor is an hour of a weekday, counted from the weekday with which a week begins."""

    DEFAULT_CSS = "HeatGrid { width: 1fr; height: 1fr; }"

    @dataclass
    class Picked(Message):
        """An hour was clicked."""

        row: int
        hour: int

    def __init__(self, *, ascii_marks: bool) -> None:
        super().__init__()
        self._heat: Heat | None = None
        self._first = 0
        self._cursor = (0, 0)
        self._ascii = ascii_marks

    def show(self, heat: Heat | None, first_weekday: int, cursor: tuple[int, int]) -> None:
        """A map with the cursor at (row, hour); rows begin with `first_weekday`, 0 = Monday."""
        self._heat, self._first, self._cursor = heat, first_weekday, cursor
        self.lay_out()

    def cell(self) -> Cell | None:
        """The hour under the cursor."""
        return None if self._heat is None else self._at(*self._cursor)

    def _at(self, row: int, hour: int) -> Cell:
        assert self._heat is not None
        return self._heat.at((self._first + row + 1) % 7, hour)

    @property
    def _width(self) -> int:
        return max(3, min(7, (self.size.width - LABEL) // HOURS))

    def lay_out(self) -> None:
        """Other room, other cells; the day or hour under the cursor stands out."""
        if not self.size.width:
            return
        self.put(self._lines())

    def _lines(self) -> list[list[Part]]:
        height, width = self.size.height, self.size.width
        heat = self._heat
        if heat is None or not (heat.runs or heat.always):
            words = "counting what is planned ..." if heat is None else EMPTY
            found = [self._words(""), self._words(words, "muted")]
        else:
            tall = max(1, min(3, (height - 9) // 7))
            hours: list[Part] = [(LABEL, (("", "muted"),), "ground")]
            hours += [(self._width, ((f"{hour:>{self._width - 1}}", "muted"),), "ground") for hour in range(HOURS)]
            found = [hours]
            most = max(cell.runs for cell in heat.cells)
            for row in range(7):
                found.append(self._row(row, most))
                found += [[(width, (), "ground")] for _ in range(tall - 1)]
            found += [self._words(""), *self._told(heat, height - len(found) - 1)]
        found = found[:height]
        return found + [[(width, (), "ground")] for _ in range(height - len(found))]

    def _row(self, row: int, most: int) -> list[Part]:
        name = WEEKDAYS[(self._first + row) % 7][:3]
        parts: list[Part] = [(LABEL, ((f" {name}", "text" if row == self._cursor[0] else "muted"),), "ground")]
        for hour in range(HOURS):
            cell = self._at(row, hour)
            level = 0 if not cell.runs else 1 + min(3, (cell.runs * 4 - 1) // max(FULL, most))
            is_cursor = (row, hour) == self._cursor
            ground = ("selection" if self.has_focus else "panel") if is_cursor else "ground"
            parts.append((self._width, ((self._number(cell, level), _TOKENS[level]),), ground))
        return parts

    def _number(self, cell: Cell, level: int) -> str:
        """` 16▒`, where several begin in one minute ` 16*`, where there is room ` 16▒*`."""
        shade = (_PLAIN if self._ascii else _SHADES)[level]
        mark = "*" if cell.shared else ""
        end = shade + (mark or " ") if self._width >= 5 else mark or shade
        room = self._width - len(end)
        number = short(cell.runs) if cell.runs else "."
        return f"{number if len(number) <= room else '+' * room:>{room}}{end}"

    def _told(self, heat: Heat, height: int) -> list[list[Part]]:
        """The hour under the cursor in words, who runs in it, and what is said of the whole week."""
        cell = self._at(*self._cursor)
        at = f"{WEEKDAYS[(cell.weekday + 6) % 7]} {cell.hour:02}:00 to {(cell.hour + 1) % 24:02}:00"
        most = f", at most {cell.most} in the same minute" if cell.shared else ""
        lines = [self._words(f"{at}   {count_of(cell.runs, 'run')} in {WEEKS} weeks{most}", "text bold")]
        ends = [self._words(words, "muted") for words in _whole(heat, cell)]
        room = max(0, height - len(ends) - 1)
        names = [self._words(f"{runs:5,}  {name}", "text") for name, runs in cell.names[:room]]
        return [*lines, *names, *ends]

    def _words(self, text: str, token: str = "text") -> list[Part]:
        return [(self.size.width, ((fit(f" {text}", self.size.width), token),), "ground")]

    def on_click(self, event: events.Click) -> None:
        """The hour under the pointer."""
        tall = max(1, min(3, (self.size.height - 9) // 7))
        row, hour = (event.y - 1) // tall, (event.x - LABEL) // self._width
        if 0 <= row < 7 and 0 <= hour < HOURS:
            self.post_message(self.Picked(row, hour))


def _whole(heat: Heat, cell: Cell) -> list[str]:
    found = ["* several begin in the same minute; shades go by the fullest hour"]
    if heat.quiet is not None:
        weekday, hour = heat.quiet
        words = f"quiet for {count_of(heat.quiet_hours, 'hour')} from {WEEKDAYS[(weekday + 6) % 7]} {hour:02}:00"
        found.insert(0, words)
    if heat.always:
        found.insert(0, f"besides {count_of(cell.always, 'run')} of what always runs: {some_of(heat.always)}")
    return found
