"""The desk: views as modes, one feed of changes, one writer, and the engine's thread beside them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, cast

from textual import events
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.signal import Signal

from engine import recurring_switch
from engine.actors import actor_of
from store import settings
from store.changes import Watch
from store.connection import connect
from store.journal import Actor
from store.paths import home
from store.reads.notifications import count, viewer
from store.reads.pulse import pulse
from store.values import Schedule
from tui import faults, keys
from tui.backstage import Backstage
from tui.coloured import Coloured
from tui.perform import Outcome, Wish, Writer
from tui.status import engine_status, notices, numbers, recurring, trouble_status
from tui.suspension import Suspension
from tui.terminal import Driver
from tui.text import safe
from tui.turning import Clocks, Timed
from tui.typeahead import KeyTaken, TypeAhead
from tui.widgets.header import Status

LOOK_EVERY = 0.5
"""Seconds between looks at what other processes committed; own acts are looked at when they are done."""
ENGINE_EVERY = 10
"""Looks between two at an engine that says nothing."""


def _view(module: str, name: str) -> Screen[Any]:
    """A view by its module, loaded when it is first looked at: the desk paints before it knows them all."""
    return cast(Screen[Any], getattr(import_module(f"tui.screens.{module}"), name)())


class Performed(Message):
    """The writer has finished a wish; carries what came of it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Desk(Timed, Coloured):
    """The application. Screens read through `reader`, write through `perform`, and ask `now` the time."""

    TITLE = "tickler"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS = {lambda: import_module("tui.palette").Everything, lambda: import_module("tui.trigger_palette").Scopes,
                lambda: import_module("tui.workflow_palette").Starting}  # fmt: skip
    BINDINGS = keys.bindings(keys.ANYWHERE)
    DEFAULT_MODE = "today"
    MODES: ClassVar[dict[str, Any]] = {
        view: partial(_view, module, name)
        for view, module, name in (
            ("today", "today", "Today"),
            ("followups", "followups", "Followups"),
            ("schedules", "schedules", "Schedules"),
            ("missed", "missed", "Missed"),
            ("runs", "runs", "Runs"),
            ("logs", "logs", "Logs"),
            ("workflows", "workflows", "Workflows"),
            ("triggers", "triggers", "Triggers"),
            ("entities", "entities", "Entities"),
            ("calendar", "calendar", "Calendar"),
        )
    }

    def __init__(
        self,
        store: Path,
        *,
        reader: sqlite3.Connection | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        actor: Actor | None = None,
        engine: bool = True,
        ascii_marks: bool = False,
        plain: bool = False,
    ) -> None:
        """`engine=False` leaves firing to others (tests, pictures); `plain` leaves out frames and columns."""
        super().__init__()
        self.animation_level = "none"  # a page that slides is half a second on a slow line
        self.set_class(plain, "-plain", update=False)
        self.store = store
        self.fault: Exception | None = None
        """What ended the desk against anybody's will."""
        self.clock = clock
        self.reader = reader or connect(store, read_only=True)
        self.clocks = Clocks(self.reader, clock)
        self.actor = actor or actor_of(self.reader, "desk")
        self.ascii_marks = ascii_marks or bool(settings.read(self.reader, "ascii"))
        self.changed: Signal[frozenset[str]] = Signal(self, "changed")
        writer = partial(Writer, lambda: self.actor, clock, lambda outcome: self.post_message(Performed(outcome)))
        self.backstage = Backstage(store, writer, with_engine=engine)
        self._typed = TypeAhead(self, super().on_event)
        self._watch = Watch(self.reader)
        self._said = ("", "", "")
        self._looks = 0
        self.log_of: int | None = None
        """The run whose log was asked for last; Logs takes it when it is shown."""
        self.ledger_of: tuple[int, str] | None = None
        """The schedule (id, name) whose ledger was asked for last; Missed takes it when it is shown."""
        self.triggers_of: tuple[str, int | None] | None = None
        """The filter, or the trigger, that was asked for last; Triggers takes it when it is shown."""
        self.workflows_of = ""
        """The tab that was asked for last; Workflows takes it when it is shown."""
        self._wanted = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._last_view = ""
        self.lines_typed: list[str] = []
        """Lines of quick add, oldest first: up recalls them."""
        self.announcer: Any = None
        """What speaks by itself: toasts, and the panel of recent runs."""
        self.wear(str(settings.read(self.reader, "theme")))

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted text wait for their turn."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._typed.take(event)
            return
        await super().on_event(event)
        if isinstance(event, events.Key):
            await self._typed.passed()

    def on_key_taken(self, message: KeyTaken) -> None:
        """The next one, please."""
        self._typed.taken(message)

    def get_driver_class(self) -> type[Driver]:
        """Ours in a terminal; tests bring their own."""
        return Driver

    def on_mount(self) -> None:
        """Paint first; the writer and the engine load peewee afterwards."""
        Suspension(self, self.backstage.quiet).take_over()
        self.set_interval(LOOK_EVERY, self.look)
        self.when_painted(self._begin)
        self.call_after_refresh(self.painted)

    def _begin(self) -> None:
        """What can wait for the first paint."""
        self.backstage.start()
        self.learn_palettes()
        self.announcer = import_module("tui.announcing").Announcer(self)

    def look(self) -> None:
        """Tell the screens what was committed since the last look, by anybody; a new day concerns all."""
        try:
            changed = self._watch.pull()
        except sqlite3.Error as fault:  # moved away, damaged, unplugged: what is on the screen stays readable
            faults.log.warning("the store cannot be read: %s", fault)
            changed = frozenset()
        changed |= self.clocks.turned(changed)
        self._looks += 1
        if self._has_other_trouble() or self._looks % ENGINE_EVERY == 0:
            changed |= {"node"}
        if changed:
            self.changed.publish(changed)
        if self.announcer is not None and self.is_running:
            self.announcer.look(changed)

    def _has_other_trouble(self) -> bool:
        """Whether something keeps the desk from working that did not before, or no longer does."""
        troubles = self.backstage.troubles
        if troubles == self._said:
            return False
        if troubles[0] and troubles[0] != self._said[0]:
            self.notify(troubles[0], severity="error", timeout=20)
        self._said = troubles
        return True

    def perform(
        self, call: Callable[..., Any], *args: Any, then: Callable[[Any], None] | None = None, **params: Any
    ) -> None:
        """Do an operation on the writer's thread; a refusal becomes a toast, `then` gets the result."""
        self.ask(Wish(call, args, params, then))

    def ask(self, wish: Wish) -> None:
        """Have a wish performed; who wished is told how it ended."""
        self._wanted += 1
        self._idle.clear()
        self.backstage.writer.wish(wish)

    @property
    def waits_for(self) -> str:
        """Who keeps what was asked for from being saved, in words; empty if nobody does."""
        return self.backstage.writer.waits_for

    async def idle(self) -> None:
        """Wait until everything that was wished for is done and said."""
        await self._idle.wait()

    def on_performed(self, message: Performed) -> None:
        """Say what came of a wish, and look at once so that one's own act never waits for the tick."""
        outcome = message.outcome
        wish, refused = outcome.wish, outcome.refused
        if outcome.fault is not None:
            faults.log.error("an operation failed", exc_info=outcome.fault)
            refused = f"That did not work: {faults.masked(str(outcome.fault))}. Details are in {home()}/tickler.log."
        self.backstage.wake()
        self.look()
        if refused is None and wish.then is not None:
            wish.then(outcome.result)
        elif refused is not None and wish.refused is not None:
            wish.refused(refused)
        elif refused is not None:
            self.notify(refused, severity="error" if outcome.fault else "warning")
        self._wanted -= 1
        if not self._wanted:
            self._idle.set()

    def notify(self, message: str, *, markup: bool = False, **more: Any) -> None:
        """A toast. Its words may come from anybody, so they are never markup nor obeyed by the terminal."""
        more["title"] = safe(more.get("title", ""))
        super().notify(safe(message), markup=False, **more)

    def status_words(self) -> tuple[Status, ...]:
        """The right end of the header: trouble, the engine that fires, what runs, what failed, what is late."""
        beat = pulse(self.reader, self.now, self.moment)
        gone, waits_for, trouble = self.backstage.troubles
        engine = engine_status(beat.engine, self.clock(), self.zone, self.backstage.engine_id, trouble)
        told = notices(count(self.reader, viewer(self.reader, self.actor, self.now, self.today)))
        off = recurring(recurring_switch.is_on(self.reader))
        return (*trouble_status(gone, waits_for), engine, *numbers(beat), *told, *off)

    def open_log(self, run_id: int) -> None:
        """Go to Logs with this run."""
        self.log_of = run_id
        self.action_view("logs")

    def open_ledger(self, schedule: Schedule) -> None:
        """Go to the ledger of a schedule."""
        self.ledger_of = (schedule.id, schedule.name)
        self.action_view("missed")

    def explain(self, kind: str, number: int | str) -> None:
        """`w`: say why a row is as it is."""
        import_module("tui.explaining").explain(self, kind, number)

    def to_terminal(self, sequence: str) -> None:
        """Let the terminal obey a sequence between two frames, as textual's own bell does."""
        if not self.is_headless and self._driver is not None:
            self._driver.write(sequence)

    def action_view(self, view: str) -> None:
        """Go to a view; its scroll and focus are as they were left."""
        if view != self.current_mode:
            self._last_view = self.current_mode
            self.switch_mode(view)

    def action_last_view(self) -> None:
        """Back to the view before, as `cd -`."""
        if self._last_view:
            self.action_view(self._last_view)

    def action_over(self, module: str, name: str) -> None:
        """Open a screen over the view, once."""
        if not isinstance(self.screen, ModalScreen) and type(self.screen).__name__ != name:
            self.push_screen(_view(module, name))

    def action_forecast(self) -> None:
        """What will happen, of the row under the cursor or of all."""
        import_module("tui.forecasting").open_forecast(self)

    def action_recent(self) -> None:
        """Show or hide one's own recent runs."""
        if self.announcer is not None:
            self.announcer.toggle()

    def action_accept_clock(self) -> None:
        """The clock is right that the engine doubts: it need not wait."""
        from engine.operations.clocks import accept

        self.perform(accept, then=lambda done: self.notify(f"You {done}; the engine goes on."))

    def action_undo(self) -> None:
        """Take back the last act of this person."""
        import_module("tui.undoing").take_back(self)

    def action_redo(self) -> None:
        """Do again what was taken back."""
        import_module("tui.undoing").do_again(self)

    def action_here(self) -> None:
        """What can I do here: a list to run from, with the key beside each line."""
        from tui.palette import show_here

        show_here(self)

    async def action_back(self) -> None:
        """Close what is open; on a view, ask before leaving."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            from tui.screens.leave import Leave, Stand

            def stand() -> Stand:
                status = " · ".join(each.long for each in self.status_words())
                return Stand(status, self.backstage.fires, is_saving=self._wanted > 0)

            self.push_screen(Leave(self.reader, stand, self.changed), lambda yes: self.exit(0) if yes else None)

    def watch_theme(self, theme: str) -> None:
        """Remember the palette that was chosen."""
        if self.is_running and theme != settings.read(self.reader, "theme"):
            from engine.operations.settings import set_setting

            self.perform(set_setting, "theme", theme)

    def _fatal_error(self) -> None:
        """A fault of ours ends the desk. textual would print its trace, with the values of all variables."""
        self.fault = self.fault or self._exception
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """The same for a fault that textual has put into words already (of a style sheet, of its input thread)."""
        self.fault = self.fault or self._exception or RuntimeError("; ".join(map(str, renderables)))
        self._return_code = 1
        self._close_messages_no_wait()

    def close(self) -> None:
        """End the threads and the connection; safe to call twice."""
        self.backstage.stop()
        with suppress(sqlite3.Error):
            self.reader.close()
