"""The least that a list costs in textual: one style, lines made from their number, no data, no cursor but a number.

argv: rows. What our list costs is judged as a ratio to this, measured in the same run.
"""

from __future__ import annotations

import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

STATES = ("open", "done")


class Floor(ScrollView, can_focus=True):
    BINDINGS = [
        Binding("down", "go(1)"),
        Binding("up", "go(-1)"),
        Binding("pagedown", "go(28)"),
        Binding("pageup", "go(-28)"),
        Binding("end", "go(100000000)"),
        Binding("home", "go(-100000000)"),
    ]
    DEFAULT_CSS = "Floor { background: $surface; overflow-x: hidden; }"

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows
        self.cursor = 0
        self.plain, self.pointed = Style.parse("#dddddd on #1e1e1e"), Style.parse("bold #000000 on #ffa62b")

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self.rows)

    def render_line(self, y: int) -> Strip:
        number, width = y + self.scroll_offset.y, self.scrollable_content_region.width or self.size.width
        if number >= self.rows:
            return Strip.blank(width, self.plain)
        due = f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}"
        text = f"{number}  Task number {number} write the report  {STATES[number % 2]}  {due}"
        style = self.pointed if number == self.cursor else self.plain
        return Strip([Segment(text[:width].ljust(width), style)], width)

    def action_go(self, lines: int) -> None:
        before, self.cursor = self.cursor, max(0, min(self.rows - 1, self.cursor + lines))
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)
        else:
            width = self.size.width
            self.refresh(Region(0, before - top, width, 1), Region(0, self.cursor - top, width, 1))
            return
        self.refresh()


class FloorApp(App[None]):
    CSS = "Static { height: 1; } Floor { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Static("floor")
        yield Floor(int(sys.argv[1]))

    def on_mount(self) -> None:
        self.query_one(Floor).focus()


if __name__ == "__main__":
    FloorApp().run()
