"""What every view of the desk has: the header, a line of words, one list, its detail, and the keys.

A view arranges and forwards: it reads frozen values through the desk's connection, hands rows to the
list, and turns keys into operations. It reads again only when the store changed in a kind it shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from store.connection import connect
from tui import keys
from tui.app import Desk
from tui.widgets.filter_words import FilterKept, FilterTyped
from tui.widgets.header import Header, Hints, Place
from tui.widgets.line_list import LineList
from tui.widgets.pages import Key, Row
from tui.widgets.painting import Piece

DETAIL_REST = 0.15
"""Seconds without a move after which the detail follows."""
FILTER_DELAY = 0.15
"""Seconds of quiet before a filter is applied; typing is never slowed by reading."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a list: where it stands, which it is, and the value that its drawer knows."""

    key: tuple[Any, ...]
    id: Hashable
    value: Any = field(hash=False)
    stamp: Hashable = None
    """What else the picture depends on: the day, or the second of a running row."""


def nothing(section: str, after: Key | None, before: Key | None, offset: int | None, limit: int) -> Sequence[Row]:
    """The rows of an empty list, which then shows its sentence."""
    return ()


class Base(Screen[None]):
    """A screen with header, footer hints and verbs from the table of keys."""

    PLACES: ClassVar[tuple[str, ...]] = ()
    VIEW: ClassVar[str] = ""
    KINDS: ClassVar[frozenset[str]] = frozenset()
    AUTO_FOCUS = "LineList"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-wider")]

    def __init_subclass__(cls, **options: Any) -> None:
        """The verbs of the screen's places become its bindings."""
        cls.BINDINGS = [*keys.bindings(*cls.PLACES, keys.BACK)]
        super().__init_subclass__(**options)

    def __init__(self) -> None:
        super().__init__()
        self._stale = False
        width = self.app.size.width  # known already: a class that comes with the first resize styles everything twice
        self.add_class(max(each for each in self.HORIZONTAL_BREAKPOINTS if each[0] <= width)[1], update=False)

    def _compositor_refresh(self) -> None:
        """Not while textual sets up: it would draw the whole frame, throw it away, and draw it again."""
        if not self.app._batch_count:
            super()._compositor_refresh()

    def in_thread(self) -> Any:
        """A read-only connection for a worker thread, which closes it."""
        return connect(self.desk.store, read_only=True)

    @property
    def desk(self) -> Desk:
        """The application, with its clock, reader and writer."""
        app = self.app
        assert isinstance(app, Desk)
        return app

    def on_mount(self) -> None:
        """Hear of changes, and take the colours of the palette now and whenever it changes."""
        self.desk.changed.subscribe(self, self._heard)
        self.desk.theme_changed_signal.subscribe(self, lambda _: self._recolour())
        self._colour()

    def _colour(self) -> None:
        painter = self.desk.painter
        for widget in self.query("Header, Hints, Place"):
            widget.painter = painter  # type: ignore[attr-defined]  # each of the three declares it

    def _recolour(self) -> None:
        self._colour()
        self.recolour()

    def recolour(self) -> None:
        """Draw again what was made with the colours of the last palette."""

    def _heard(self, changed: frozenset[str]) -> None:
        if changed & {"run", "task", "node", "day", "notification"}:
            self._status()
        if not changed & (self.KINDS | {"day"}):
            return
        if self.is_current:
            self.refresh_data()
        else:
            self._stale = True

    def _status(self) -> None:
        self.query_one(Header).status = self.desk.status_words()

    def on_screen_resume(self) -> None:
        """Read again what changed while another screen was in front."""
        self._status()
        if self.desk.announcer is not None:
            self.desk.announcer.place()
        if self._stale:
            self._stale = False
            self.refresh_data()

    def refresh_data(self) -> None:
        """Read again what is shown; never moves the cursor."""

    async def action_back(self) -> None:
        """One step out; each screen knows what is innermost."""
        await self.desk.action_back()

    @on(Header.Chosen)
    def _go(self, event: Header.Chosen) -> None:
        self.desk.action_view(event.view)


class View(Base):
    """A list with a filter, and beside it (or, where it is narrow, behind enter) the detail of its row."""

    FILTER_HINT: ClassVar[str] = "type to filter, esc to leave it"

    def __init__(self) -> None:
        super().__init__()
        self.filter = ""
        self._box: Any = None
        self._sentence = ""
        self._moved_at = 0.0
        self._detail_timer: asyncio.TimerHandle | None = None
        self.rested = asyncio.Event()
        """Clear while a detail waits for the keys to rest."""
        self.rested.set()

    @property
    def holds_keys(self) -> bool:
        """After the enter of a filter, until the list has the focus."""
        return self._box is not None and self._box.is_entered

    def compose(self) -> ComposeResult:
        """Header, words, filter, list and detail, hints."""
        yield Header(self.VIEW)
        yield Place(id="line")
        with Horizontal(id="body"):
            yield self.make_list()
            with VerticalScroll(id="detail"):
                yield Static(id="detail-text", markup=False)
        yield Hints()

    def make_list(self) -> LineList:
        """The list of this view, empty at first."""
        raise NotImplementedError(type(self).__name__)

    def on_mount(self) -> None:
        """Show the keys and read the first rows."""
        self.query_one(Hints).pairs = self.hints()
        self.list.focus()

    def hints(self) -> tuple[tuple[str, str], ...]:
        """The keys that the footer names."""
        return keys.hints(*self.PLACES)

    @property
    def list(self) -> LineList:
        """The list of this view."""
        return self.query_one(LineList)

    @property
    def current(self) -> Any:
        """The value of the row the cursor is on, None on a heading or in an empty list."""
        item = self.list.row
        return item.value if isinstance(item, Item) else None

    def say(self, *words: Piece) -> None:
        """Put words in the line under the header."""
        self.query_one(Place).words = words

    def recolour(self) -> None:
        """The detail was written in the colours of the last palette."""
        self.show_detail()

    @on(LineList.Highlighted)
    def _moved(self) -> None:
        """One step shows its detail at once; while keys repeat it waits, which spares a slow line 2 KB a step."""
        now = monotonic()
        repeating = now - self._moved_at < DETAIL_REST
        self._moved_at = now
        if self._detail_timer is not None:
            self._detail_timer.cancel()
            self._detail_timer = None
        if repeating:
            self.rested.clear()
            rest = partial(self.call_later, self._rest)
            self._detail_timer = asyncio.get_running_loop().call_later(DETAIL_REST, rest)
        else:
            self._rest()

    def _rest(self) -> None:
        self.show_detail()
        self.rested.set()

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.open_current()

    def open_current(self) -> None:
        """Enter: the detail in the place of the list, where they do not fit beside each other."""
        if self.current is not None and self.detail_pane.styles.display == "none":
            self.add_class("-detail")
            self.show_detail()
            self.detail_pane.focus()

    @property
    def detail_pane(self) -> VerticalScroll:
        """The pane that holds the detail."""
        return self.query_one("#detail", VerticalScroll)

    def show_detail(self) -> None:
        """Write the detail pane, if it is shown. What finds the words for it is loaded after the first paint."""
        self.desk.when_painted(self._write_detail)

    def _write_detail(self) -> None:
        if self.detail_pane.styles.display != "none" and self.is_current:
            self.query_one("#detail-text", Static).update(self.detail())

    def detail(self) -> Content:
        """The current row in words."""
        from tui.details import detail_of

        return detail_of(self.desk, self.current)

    async def action_filter(self) -> None:
        """Open the filter with what it held."""
        from tui.widgets.filter_box import FilterBox  # most views are never filtered

        if self._box is None:
            self._box = FilterBox(self.FILTER_HINT)
            await self.mount(self._box, after="#line")
        self._box.display = True
        self._box.value = self.filter
        self._box.focus()

    @on(FilterTyped)
    def _typed(self, event: FilterTyped) -> None:
        event.stop()
        if not isinstance(event, FilterKept):
            self.typed(event.text)
            return
        self.kept(event.text)
        self.set_focus(self.list)
        self._box.is_entered = False
        if not event.text:
            self._box.display = False

    def typed(self, text: str) -> None:
        """While typing: filter once the keys rest."""
        self.set_timer(FILTER_DELAY, lambda: self._apply(text))

    def kept(self, text: str) -> None:
        """Enter: filter at once."""
        self._apply(text)

    def _apply(self, text: str) -> None:
        if self._box is not None and text == self._box.value and text != self.filter:
            self.filter = text
            self._sentence = self._sentence or self.list.empty
            self.list.empty = f"Nothing matches {text}. esc clears the filter." if text else self._sentence
            self.filter_changed()

    def filter_changed(self) -> None:
        """Another filter, so other rows."""
        self.show_rows()

    def show_rows(self) -> None:
        """Build the list anew: another filter, other groups."""

    async def action_back(self) -> None:
        """Inner things first: the detail closes and the filter is cleared before the view is left."""
        if self.has_class("-detail"):
            self.remove_class("-detail")
            self.list.focus()
            return
        if self._box is not None and self._box.display:
            self._box.value = ""
            self._box.display = False
            self.kept("")
            self.list.focus()
        else:
            await self.desk.action_back()
