"""A form of one-line fields: label, value, and beside each the words about it (a hint or what is wrong).

The form knows no rule. Whoever shows it gives a `check` that turns the texts into notes; it is called
while the person types, so what will happen is visible before it is saved, and nothing typed is lost.
A check that takes longer than a key may is asked `aside`: on a thread, once the keys rest. Enter then waits for what
it finds; keys are answered meanwhile, and a letter typed after enter takes it back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static
from textual.worker import Worker

from tui.text import safe
from tui.widgets.line_input import LineInput

REST = 0.1
"""Seconds without a letter after which a check is asked aside."""
HOLD = 0.4
"""Seconds after enter for which what is typed may be meant for the screen behind."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. With `choices` the value is one of them, otherwise free text."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    usual: str = ""
    """What it holds unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a check found: by field what is wrong, by field what it means, and lines for the preview."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    preview: tuple[Content, ...] = ()
    outcome: Any = None
    """What else the check has found, for whoever gave it."""


class Choice(Static, can_focus=True):
    """One of a few words; left and right (or space) change it."""

    BINDINGS = [
        Binding("right,l,space", "turn(1)", "next", show=False),
        Binding("left,h", "turn(-1)", "previous", show=False),
    ]

    value: reactive[str] = reactive("", layout=True)

    class Turned(Message):
        """The value changed."""

    def __init__(self, value: str, choices: tuple[str, ...]) -> None:
        super().__init__(markup=False)
        self.choices = choices
        self.set_reactive(Choice.value, value if value in choices else choices[0])

    def render(self) -> Content:
        """`‹ run_once ›`"""
        return Content(f"‹ {safe(self.value)} ›")

    def action_turn(self, by: int) -> None:
        """The next or previous choice, around the end."""
        self.value = self.choices[(self.choices.index(self.value) + by) % len(self.choices)]
        self.post_message(self.Turned())

    def on_click(self) -> None:
        """A click takes the next choice."""
        self.action_turn(1)


class FormRow(Horizontal):
    """One field of a form: label, box, and the words about it."""

    def __init__(self, field: Field) -> None:
        super().__init__(classes="row")
        self.field = field
        self.box: Input | Choice = (
            Choice(field.value, field.choices)
            if field.choices
            else LineInput(field.value, compact=True, select_on_focus=False)
        )
        self._said = (field.hint, False)
        self._note = Static(Content(safe(field.hint)), classes="note", markup=False)

    def compose(self) -> ComposeResult:
        """From left to right."""
        yield Static(Content(safe(self.field.label)), classes="label", markup=False)
        yield self.box
        yield self._note

    def say(self, notes: Notes) -> None:
        """What is wrong with the value, else what it means, else the hint."""
        wrong = notes.wrong.get(self.field.name, "")
        words = wrong or notes.means.get(self.field.name, self.field.hint)
        if (words, bool(wrong)) != self._said:  # an update lays out the whole form, at every letter
            self._said = (words, bool(wrong))
            self._note.update(Content(safe(words)), layout=False)
            self._note.set_class(bool(wrong), "-wrong")


class Form(VerticalScroll, can_focus=False):
    """The fields in order; enter saves from any of them, up and down walk between them."""

    BINDINGS = [
        Binding("enter", "submit", "save", show=False, priority=True),
        Binding("down", "app.focus_next", "next field", show=False),
        Binding("up", "app.focus_previous", "previous field", show=False),
    ]

    class Changed(Message):
        """A value changed and was checked; carries all of them."""

        def __init__(self, values: dict[str, str]) -> None:
            super().__init__()
            self.values = values

    class Submitted(Changed):
        """The person wants it saved."""

    def __init__(
        self,
        fields: tuple[Field, ...],
        check: Callable[[dict[str, str]], Notes],
        *,
        aside: bool = False,
        id: str | None = None,
    ) -> None:
        """`aside`: values are checked on a thread, so `check` reads nothing that changes meanwhile."""
        super().__init__(id=id)
        self.rows: dict[str, FormRow] = {}
        """By field; those that can be seen."""
        self._texts = {each.name: each.value for each in fields}
        self._fields = fields
        self._check = check
        self._aside = aside
        self._letters = self._checked = 0
        self._entered: dict[str, str] | None = None
        self._holds_until = 0.0
        self._rested = asyncio.Event()
        self._resting: asyncio.TimerHandle | None = None
        self._follower: Worker[None] | None = None
        self.notes = Notes()

    def compose(self) -> ComposeResult:
        """A row for each field."""
        for each in self._fields:
            yield self.row(each)

    def row(self, field: Field) -> FormRow:
        """A row for a field, with what was typed into it before."""
        self.rows[field.name] = made = FormRow(replace(field, value=self._texts.get(field.name, field.value)))
        self._texts[field.name] = made.box.value
        return made

    def on_mount(self) -> None:
        """Say at once what the values mean."""
        self.look()
        for row in self.rows.values():
            row.box.focus()
            break

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields now."""
        self._texts |= {name: row.box.value for name, row in self.rows.items()}
        return dict(self._texts)

    @property
    def holds_keys(self) -> bool:
        """Between enter and what becomes of it, as long as nobody would notice."""
        return time.monotonic() < self._holds_until

    @on(Input.Changed)
    @on(Choice.Turned)
    def _typed(self, event: events.Event | Message) -> None:
        event.stop()
        is_letter = isinstance(event, Input.Changed)
        self.check_anew(REST if is_letter else 0)
        if not (self._aside and is_letter):  # a choice may bring other fields, for which nobody waits
            self.post_message(self.Changed(self.values))

    def check_anew(self, rest: float = 0) -> None:
        """The values are others now: check them, aside once the keys have rested for so many seconds."""
        self._letters += 1
        if self._aside:
            self._ask(rest)
        else:
            self.look()

    def _ask(self, rest: float) -> None:
        if self._resting is not None:
            self._resting.cancel()
        if rest:
            self._rested.clear()
            self._resting = asyncio.get_running_loop().call_later(rest, self._rested.set)
        else:
            self._rested.set()
        if self._follower is None or self._follower.is_finished:
            self._follower = self.run_worker(self._follow())

    async def _follow(self) -> None:
        """Check what was typed once the keys rest, until nothing is newer than what was checked."""
        while self._letters != self._checked or self._entered is not None:
            await self._rested.wait()
            asked, values = self._letters, self.values
            notes = await asyncio.to_thread(self._check, values)
            if asked != self._letters:
                continue
            self._take(notes)
            self.post_message(self.Changed(values))
            entered, self._entered = self._entered, None
            if entered == values == self.values:
                await self.decide()

    def look(self) -> None:
        """Check the values now and put the words beside the fields."""
        self._take(self._check(self.values))

    def _take(self, notes: Notes) -> None:
        self.notes = notes
        self._checked = self._letters
        self.say()

    def say(self) -> None:
        """Put the words beside the fields."""
        for row in self.rows.values():
            row.say(self.notes)

    async def action_submit(self) -> None:
        """Save what stands there now, once it is checked."""
        if not self._aside:
            self.look()
            await self.decide()
            return
        self._entered = self.values
        self._holds_until = time.monotonic() + HOLD
        self._ask(0)

    async def decide(self) -> None:
        """Have it saved, unless something is wrong: then go to the field that is."""
        wrong = [name for name in self.rows if name in self.notes.wrong]
        if wrong:
            self._holds_until = 0
            self.rows[wrong[0]].box.focus()
        else:
            self.post_message(self.Submitted(self.values))
