"""A list on a screen of its own, for tests and pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from tests.tui.widgets.table import Item, Table, items
from themes import load_builtin
from tui.text import fit
from tui.themes import theme, variable_defaults
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Section, section
from tui.widgets.painting import Piece


def draw(item: Item, width: int, state: LineState) -> Sequence[Piece]:
    return [("* " if state.marked else "  ", "mark"), (fit(item.title, width - 6), "text"), (" end", "muted")]


class Watched(LineList):
    """A list that remembers which lines it had written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(options.pop("draw", draw), **options)
        self.written: list[int] = []

    def refresh(self, *regions: Region, **options: Any) -> Watched:
        self.written += [region.y for region in regions] or [-1]
        return super().refresh(*regions, **options)

    def take(self) -> list[int]:
        """The lines written since the last time; -1 stands for all."""
        written, self.written = sorted(set(self.written)), []
        return written

    @property
    def words(self) -> list[str]:
        """The lines on the screen without their blanks at the ends and the indicator."""
        return [self.render_line(y).text[:-1].strip() for y in range(self.size.height)]

    @property
    def row_id(self) -> Hashable:
        """The id of the row under the cursor, None on a heading."""
        return None if self.row is None else self.row.id

    @property
    def pointed(self) -> str:
        """The words of the line the cursor stands on."""
        return self.words[self.cursor_line - self.top_line]


class ListApp(App[None]):
    """One list, and the messages it posted."""

    BINDINGS = [Binding("l", "say('l')"), Binding("h", "say('h')")]

    def __init__(self, sections: Sequence[Section], theme: str = "tickler-dark", **options: Any) -> None:
        super().__init__()
        self.sections = sections
        self.first_theme = theme
        self.options = options
        self.messages: list[Message] = []
        self.said: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield Watched(**{"empty": "Nothing here. Press a to add something.", **self.options})

    def on_load(self) -> None:
        for palette in load_builtin():
            self.register_theme(theme(palette))
        self.theme = self.first_theme

    def on_mount(self) -> None:
        self.rows.show(self.sections)
        self.rows.focus()

    @property
    def rows(self) -> Watched:
        return self.query_one(Watched)

    def of(self, kind: type[Message]) -> list[Any]:
        """The list's messages of one kind, in order."""
        return [message for message in self.messages if isinstance(message, kind)]

    def keep(self, message: Message) -> None:
        """A message hook; it hears a message again at every widget it bubbles to."""
        kinds = LineList.Highlighted | LineList.Opened | LineList.Marked | LineList.Folded
        if isinstance(message, kinds) and not any(message is known for known in self.messages):
            self.messages.append(message)

    def action_say(self, word: str) -> None:
        self.said.append(word)


@asynccontextmanager
async def running(
    sections: Sequence[Section], size: tuple[int, int] = (40, 12), **options: Any
) -> AsyncIterator[tuple[ListApp, Pilot[None]]]:
    """The app with these sections, after its first paint."""
    app = ListApp(sections, **options)
    async with app.run_test(size=size, message_hook=app.keep) as pilot:
        await pilot.pause()
        yield app, pilot


def squeezed(words: Sequence[str]) -> list[str]:
    """Lines with every run of blanks made one."""
    return [" ".join(line.split()) for line in words]


def sections_of(table: Table, titled: bool = True, counted: bool = True) -> list[Section]:
    """A section for every one of the table, with its count or without."""
    return [
        section(name, name.title() if titled else None, table.fetch, len(rows) if counted else None)
        for name, rows in table.sections.items()
    ]


def one(count: int) -> list[Section]:
    """One section without a heading."""
    return [section("all", None, Table(all=items(count)).fetch, count)]
