"""The desk: views as modes, one feed of changes, one writer, and the engine's thread beside them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.signal import Signal

from engine.actors import local_actor
from engine.rules.pulse import engine_words
from store import settings
from store.changes import Watch
from store.connection import connect
from store.errors import Refused
from store.instants import Instant, from_us, to_us
from store.journal import Actor
from store.paths import home
from store.reads.pulse import pulse
from themes import HERE, load_builtin, load_folder
from tui import keys
from tui.perform import Outcome, Wish, Writer
from tui.themes import theme, variable_defaults
from tui.widgets.header import Status
from tui.widgets.painting import Painter

FIRST_THEME = "tickler-dark"
LOOK_EVERY = 0.5
"""Seconds between looks at what other processes committed; own acts are looked at when they are done."""


def _view(module: str, name: str) -> Screen[Any]:
    """A view by its module, loaded when it is first looked at: the desk paints before it knows them all."""
    return cast(Screen[Any], getattr(import_module(f"tui.screens.{module}"), name)())


class Performed(Message):
    """The writer has finished a wish; carries what came of it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Desk(App[int]):
    """The application. Screens read through `reader`, write through `perform`, and ask `now` the time."""

    TITLE = "tickler"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = keys.bindings(keys.ANYWHERE)
    DEFAULT_MODE = "today"
    CSS_PATH = str(HERE / "desk.tcss")
    MODES: ClassVar[dict[str, Any]] = {
        view: partial(_view, module, name)
        for view, module, name in (
            ("today", "today", "Today"),
            ("followups", "followups", "Followups"),
            ("schedules", "schedules", "Schedules"),
            ("runs", "runs", "Runs"),
            ("logs", "logs", "Logs"),
            ("entities", "entities", "Entities"),
        )
    }

    def __init__(
        self,
        store: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        actor: Actor | None = None,
        engine: bool = True,
        ascii_marks: bool = False,
    ) -> None:
        """`engine=False` leaves firing to others (tests, pictures)."""
        super().__init__()
        self.store = store
        self.clock = clock
        self.reader: sqlite3.Connection = connect(store, read_only=True)
        self.zone = ZoneInfo(settings.read(self.reader, "zone"))
        self.actor = actor or local_actor("desk")
        self.ascii_marks = ascii_marks or bool(settings.read(self.reader, "ascii"))
        self.changed: Signal[frozenset[str]] = Signal(self, "changed")
        self.writer = Writer(lambda: self.actor, clock, lambda outcome: self.post_message(Performed(outcome)))
        self._watch = Watch(self.reader)
        self.log_of: int | None = None
        """The run whose log was asked for last; Logs takes it when it is shown."""
        self._wanted = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._with_engine = engine
        self._engine: Any = None
        self._starter = threading.Thread(target=self._start_engine, name="starter", daemon=True)
        self._last_view = ""
        self._day = self.today
        self._painter: tuple[str, Painter] | None = None

    @property
    def now(self) -> Instant:
        """The instant, microseconds UTC."""
        return to_us(self.clock())

    @property
    def today(self) -> date:
        """The day in the store's zone."""
        return self.clock().astimezone(self.zone).date()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens exist whatever theme is chosen."""
        return variable_defaults()

    def on_load(self) -> None:
        """Palettes before the first style sheet is read."""
        for palette in (*load_builtin(), *load_folder(home() / "themes")):
            self.register_theme(theme(palette))
        chosen = settings.read(self.reader, "theme")
        self.theme = chosen if chosen in self.available_themes else FIRST_THEME

    @property
    def painter(self) -> Painter:
        """The styles of the palette in use, for lines that are drawn by hand."""
        if self._painter is None or self._painter[0] != self.theme:
            self._painter = (self.theme, Painter.of(self))
        return self._painter[1]

    def on_mount(self) -> None:
        """Paint first; the writer and the engine load peewee afterwards."""
        self.set_interval(LOOK_EVERY, self.look)
        self.call_after_refresh(self._begin_work)

    def _begin_work(self) -> None:
        self.writer.start()
        if self._with_engine:
            self._starter.start()

    def _start_engine(self) -> None:
        """On a thread of its own: loading peewee takes longer than a frame."""
        from engine.thread import EngineThread

        engine = EngineThread(self.store)
        engine.start()
        self._engine = engine

    def look(self) -> None:
        """Tell the screens what was committed since the last look, by anybody; a new day concerns all."""
        changed = self._watch.pull()
        if self.today != self._day:
            self._day = self.today
            changed |= {"day"}
        if changed:
            self.changed.publish(changed)

    def perform(
        self, call: Callable[..., Any], *args: Any, then: Callable[[Any], None] | None = None, **params: Any
    ) -> None:
        """Do an operation on the writer's thread; a refusal becomes a toast, `then` gets the result."""
        self._wanted += 1
        self._idle.clear()
        self.writer.wish(Wish(call, args, params, then))

    async def idle(self) -> None:
        """Wait until everything that was wished for is done and said."""
        await self._idle.wait()

    def on_performed(self, message: Performed) -> None:
        """Say what came of a wish, and look at once so that one's own act never waits for the tick."""
        outcome = message.outcome
        if outcome.refused is not None:
            self.notify(outcome.refused, severity="warning", markup=False)
        elif outcome.fault is not None:
            self.log.error(outcome.fault)
            self.notify(f"That did not work: {outcome.fault}", severity="error", markup=False)
        self.wake_engine()
        self.look()
        if outcome.wish.then is not None and outcome.refused is None and outcome.fault is None:
            outcome.wish.then(outcome.result)
        self._wanted -= 1
        if not self._wanted:
            self._idle.set()

    def wake_engine(self) -> None:
        """The engine looks at once, ours or another process's."""
        if self._engine is not None:
            self._engine.wake()
        else:
            from engine.wake import tell

            tell(self.store)

    def status_words(self) -> tuple[Status, ...]:
        """The right end of the header: the engine that fires, what runs, what failed, what is late."""
        beat = pulse(self.reader, self.now, self.today)
        node = beat.engine
        own = node is not None and self._engine is not None and node.id == self._engine.name
        since, last = (from_us(node.since), from_us(node.beat_at)) if node else (None, None)
        words = engine_words(node.pid if node else None, since, last, self.clock(), self.zone.key, own=own)
        if node is None:
            status = [Status("no engine: jobs wait", "no engine", "warning")]
        else:
            status = [Status(words, words.removeprefix("engine "), "ok" if words == "engine ok" else "warning")]
        for number, long, short, token in (
            (beat.running, "running", "run", "running"),
            (beat.failed, "failed", "failed", "error"),
            (beat.late, "late", "late", "error"),
        ):
            if number:
                status.append(Status(f"{number:,} {long}", f"{number:,} {short}", token))
        return tuple(status)

    def open_log(self, run_id: int) -> None:
        """Go to Logs with this run."""
        self.log_of = run_id
        self.action_view("logs")

    def explain(self, kind: str, number: int) -> None:
        """`w`: say why a row is as it is."""
        from engine.queries.why import Kind, why
        from tui.screens.dialog import Words

        try:
            answer = why(self.actor, self.clock(), Kind(kind), number)
        except Refused as words:
            self.notify(str(words), markup=False)
        else:
            self.push_screen(Words(f"Why {kind} {number}", answer.lines))

    def action_view(self, view: str) -> None:
        """Go to a view; its scroll and focus are as they were left."""
        if view != self.current_mode:
            self._last_view = self.current_mode
            self.switch_mode(view)

    def action_last_view(self) -> None:
        """Back to the view before, as `cd -`."""
        if self._last_view:
            self.action_view(self._last_view)

    def action_undo(self) -> None:
        """Take back the last act of this person."""
        from engine.operations.undo import undo

        self.perform(undo, then=lambda act: self.notify(act.words, markup=False))

    def action_redo(self) -> None:
        """Do again what was taken back."""
        from engine.operations.undo import redo

        self.perform(redo, then=lambda act: self.notify(act.words, markup=False))

    def action_here(self) -> None:
        """What can I do here: a list to run from, with the key beside each line."""
        from tui.palette import show_here

        show_here(self)

    async def action_back(self) -> None:
        """Close what is open; on a view, ask before leaving."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            from tui.screens.leave import Leave

            self.push_screen(Leave(self.status_words()), lambda yes: self.exit(0) if yes else None)

    def watch_theme(self, theme: str) -> None:
        """Remember the palette that was chosen."""
        if self.is_running and theme != settings.read(self.reader, "theme"):
            from engine.operations.settings import set_setting

            self.perform(set_setting, "theme", theme)

    def close(self) -> None:
        """End the threads and connections; safe to call twice."""
        if self._starter.is_alive():
            self._starter.join()
        if self._engine is not None:
            self._engine.stop()
            self._engine = None
        self.writer.stop()
        with suppress(sqlite3.Error):
            self.reader.close()
