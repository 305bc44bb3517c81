"""One line at the foot of the desk: what is typed becomes a task, and is understood while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from engine import recurring_switch
from engine.operations.quick import Reading, quick
from engine.queries.quick import known
from engine.rules.errors import shown
from engine.rules.quickadd import Known, Understood, quoted_at, read_line
from engine.rules.wording import long_day
from store.values import Task, Template
from themes import FORM_SHEET
from tui.app import Desk
from tui.perform import wish
from tui.screens.dialog import SLOW_SECONDS
from tui.text import fit, safe
from tui.widgets.line_input import LineInput

MOST_KEPT = 50
"""Lines that up and down recall."""
_KEYS = "enter add   esc leave   ctrl+x as text   up/down lines before"
_HINT = "Pay rent #home @bank !ana p1 fri 14:00 every 2 weeks ~3d on:stay/12"


class QuickLine(LineInput):
    """The line, with what is understood of it underlined and what is refused reversed."""

    BINDINGS = [
        Binding("ctrl+x", "quote", "as text", show=False),
        Binding("up", "recall(-1)", "line before", show=False),
        Binding("down", "recall(1)", "line after", show=False),
    ]

    class Recalled(Message):
        """Another line of those typed before is wanted: `step` back (-1) or forth (1)."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    read: Understood | None = None

    @property
    def _value(self) -> Text:
        text = super()._value
        if self.read is not None and self.read.line == self.value:
            for chip in self.read.chips:
                text.stylize("reverse" if chip.is_error else "underline", chip.start, chip.end)
        return text

    def action_quote(self) -> None:
        """Put the word at the cursor in quotes, so that it is text, or take it out of them."""
        self.value, self.cursor_position = quoted_at(self.value, self.cursor_position)

    def action_recall(self, step: int) -> None:
        """A line typed before."""
        self.post_message(self.Recalled(step))


class QuickAdd(ModalScreen[None]):
    """Reads the line at every key. It stays, with everything typed, until the store has the task."""

    CSS_PATH = FORM_SHEET
    BINDINGS = [
        Binding("escape", "leave", "leave", show=False),
        # Before the line sees it: the line would tell of it in a message, and what is typed ahead would pass that by.
        Binding("enter", "add", "add", show=False, priority=True),
    ]

    def __init__(self, start: str = "") -> None:
        """`start` is what the line begins with, such as `on:stay/12`; the text goes before it."""
        super().__init__()
        self._start = f" {start}" if start else ""
        self._known: Known | None = None
        self._read: Understood | None = None
        self._is_asked = False
        self._place = 0
        self._height = 0
        """Lines of chips: the screen is laid out anew only when there are more or fewer."""
        self._wish = wish(quick, refused=None)
        self._timer: Timer | None = None

    @property
    def holds_keys(self) -> bool:
        """Between enter and the answer of the store, as long as nobody would notice."""
        return self._is_asked and not self._line.disabled

    @property
    def _desk(self) -> Desk:
        assert isinstance(self.app, Desk)
        return self.app

    @property
    def _line(self) -> QuickLine:
        return self.query_one(QuickLine)

    def compose(self) -> ComposeResult:
        """The line, what is understood of it, keys."""
        with Vertical(id="quick"):
            with Horizontal(id="quick-row"):
                yield Static("add", id="quick-word", markup=False)
                yield QuickLine(self._start, placeholder=_HINT, compact=True, select_on_focus=False)
            yield Static(id="quick-chips", markup=False)
            yield Static(_KEYS, id="quick-keys", markup=False)

    def on_mount(self) -> None:
        """Read the names of the desk once; the line is read against them."""
        self._known = known(self._desk.reader, self._desk.actor.name)
        self._place = len(self._desk.lines_typed)
        self._line.cursor_position = 0
        self._understand(self._start)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._understand(event.value)

    def _understand(self, line: str) -> None:
        if self._known is None:
            return
        self._read = read_line(line, self._desk.clock(), self._known) if line.strip() else None
        self._line.read = self._read
        self._line.refresh()
        self._show(())

    def _show(self, refused: tuple[str, ...]) -> None:
        """The chips of the line, and below them what is wrong with it."""
        width = max(20, self.size.width - 4)
        words = list(chip_lines(self._read, width, refused)) if self._read or refused else []
        if self._read is not None and "%%" in self._read.name:
            from engine.titles import language
            from tui.title_words import shows_as

            recurs = self._read.spec is not None
            days = (None, self._read.due or self._read.start) if recurs else (self._read.start, self._read.due)
            words += shows_as(language(self._desk.reader), self._read.name, *days)
        lines = [line for each in words for line in each.wrap(width)]
        is_taller, self._height = self._height != len(lines), len(lines)
        self.query_one("#quick-chips", Static).update(Content("\n").join(lines), layout=is_taller)

    def action_add(self) -> None:
        """Ask the store for what the line says now."""
        if self._is_asked:
            return
        if self._read is None or self._read.line != self._line.value:
            self._understand(self._line.value)
        read = self._read
        if read is None or read.errors:
            self._show(read.errors if read is not None else ("say what somebody must do",))
            return
        self._is_asked = True
        self._wish = replace(wish(quick, read.line, then=self._saved), refused=self._refused)
        self._desk.ask(self._wish)
        self._timer = self.set_interval(SLOW_SECONDS, self._wait)

    def _wait(self) -> None:
        """It takes long: nothing can be changed now, and the person may give up."""
        if not self._is_asked:
            return
        self._line.disabled = True
        who = self._desk.waits_for
        words = f"saving; waits for {who}" if who else "saving"
        self._say("giving up ..." if self._wish.given_up.is_set() else f"{words}   esc give up")

    def _say(self, words: str) -> None:
        self.query_one("#quick-keys", Static).update(Content(safe(words)))

    def _saved(self, made: Task | Template | Reading) -> None:
        self._answered()
        if self.is_current:
            self._keep(self._line.value)
            self.dismiss()
        is_off = isinstance(made, Template) and not recurring_switch.is_on(self._desk.reader)
        off = " Recurring is switched off (setting recurring): no further ones are made." if is_off else ""
        self._desk.notify(f"{made_words(made)}. u takes it back.{off}")

    def _refused(self, words: str) -> None:
        """Everything typed is still there; what is wrong stands below it until something is changed."""
        self._answered()
        self._line.disabled = False
        self._line.focus()
        self._say(_KEYS)
        self._show((words,))

    def _answered(self) -> None:
        self._is_asked = False
        if self._timer is not None:
            self._timer.stop()

    def action_leave(self) -> None:
        """Leave; nothing is written, and up brings the line back. While it is being saved: do not try again."""
        if self._is_asked:
            self._wish.given_up.set()
            self._wait()
            return
        self._keep(self._line.value)
        self.dismiss()

    def _keep(self, line: str) -> None:
        kept = self._desk.lines_typed
        if line.strip() and line != self._start and kept[-1:] != [line]:
            kept.append(line)
            del kept[:-MOST_KEPT]

    @on(QuickLine.Recalled)
    def _recall(self, event: QuickLine.Recalled) -> None:
        kept = [*self._desk.lines_typed, self._start]
        self._place = min(max(self._place + event.step, 0), len(kept) - 1)
        self._line.value = kept[self._place]
        self._line.cursor_position = len(kept[self._place]) if kept[self._place] != self._start else 0


def chip_lines(read: Understood | None, width: int, refused: tuple[str, ...] = ()) -> Iterator[Content]:
    """What is understood, as many to a line as fit, the text first; then each error on lines of its own."""
    said: set[str] = set()
    if read is not None:
        parts = [("text", fit(read.name, width).rstrip())] if read.name else []  # the chips stay in sight
        parts += [("chip", f"[{chip.words}]") for chip in read.chips if not chip.is_error]
        yield from _flow(parts, width)
        for chip in read.chips:
            if chip.is_error:
                said.add(chip.words)
                piece = shown(read.line[chip.start : chip.end], 40)
                where = "" if chip.words.startswith(piece) else f"{piece}: "
                yield Content.styled(safe(f"! {where}{chip.words}"), "$error")
    for words in refused:
        if words not in said:
            yield Content.styled(safe(f"! {words}"), "$error")


def _flow(parts: list[tuple[str, str]], width: int) -> Iterator[Content]:
    row, used = Content(""), 0
    for kind, words in parts:
        plain = safe(words)
        size = cell_len(plain)
        if used and used + 2 + size > width:
            yield row
            row, used = Content(""), 0
        piece = Content.styled(plain, "$text bold" if kind == "text" else "$accent")
        row = Content.assemble(row, "  ", piece) if used else piece
        used += size + (2 if used else 0)
    if used:
        yield row


def about(object_class: str, object_id: str) -> str:
    """`on:stay/12`, in quotes where a blank would end it."""
    named = f"{object_class}/{object_id}"
    return f"on:{named}" if named.isprintable() and " " not in named else f'on:"{named}"'


def made_words(made: Task | Template | Reading) -> str:
    """`Added task 12: Pay rent, due Fri 27 Nov 2026`."""
    if isinstance(made, Task):
        due = f", due {long_day(made.deadline_date)}" if made.deadline_date else ""
        return f"Added task {made.id}: {shown(made.name)}{due}"
    if isinstance(made, Template):
        return f"Added, recurring: {shown(made.task_name)} ({made.spec})"
    return "Nothing was added"
