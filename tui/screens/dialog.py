"""A form in front of the view: a title, a few fields, what it will do, and two keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from themes import FORM_SHEET
from tui.perform import Asked, Wish
from tui.text import safe
from tui.widgets.form import Field, Form, Notes

NOTE = 18
"""What is longer than this does not fit beside its field and is said below in full."""
SLOW_SECONDS = 0.4
"""A save that takes longer says whom it waits for."""


class Dialog(ModalScreen[None]):
    """Asks for values and has them saved. It stays, with everything typed, until the store has them."""

    CSS_PATH = FORM_SHEET
    BINDINGS = [Binding("escape", "leave", "leave", show=False)]

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        check: Callable[[dict[str, str]], Notes],
        save: Callable[[dict[str, str]], Wish],
        verb: str = "save",
        *,
        aside: bool = False,
    ) -> None:
        """`save` makes the wish from values that `check` found nothing wrong with; `aside` as forms have it."""
        super().__init__()
        self._title = title
        self._form = Form(fields, check, aside=aside)
        self._make = save
        self._verb = verb
        self._asked: Wish | None = None
        self._typing: Widget | None = None
        self._timer: Timer | None = None

    @property
    def holds_keys(self) -> bool:
        """Between enter and the answer of the store, as long as nobody would notice."""
        return self._form.holds_keys if self._asked is None else not self._form.disabled

    @property
    def _desk(self) -> Asked:
        assert isinstance(self.app, Asked)
        return self.app

    def compose(self) -> ComposeResult:
        """Title, fields, preview, keys."""
        with Vertical(id="dialog"):
            yield Static(Content(safe(self._title)), id="dialog-title", markup=False)
            yield self._form
            yield Static(id="dialog-preview", markup=False)
            yield Static(id="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """The preview of the values as they stand."""
        self._keys(f"enter {self._verb}   esc leave   tab next field")
        self._preview()

    def _keys(self, words: str) -> None:
        self.query_one("#dialog-keys", Static).update(Content(safe(words)))

    @on(Form.Changed)
    def _preview(self) -> None:
        notes = self._form.notes
        wrong = [Content.styled(safe(words), "$error") for words in notes.wrong.values() if len(words) > NOTE]
        self.query_one("#dialog-preview", Static).update(Content("\n").join([*wrong, *notes.preview]))

    @on(Form.Submitted)
    def _submit(self, event: Form.Submitted) -> None:
        if self._asked is not None:
            return
        wish = self._make(event.values)
        self._asked = replace(wish, then=partial(self._saved, wish.then), refused=self._refused)
        self._desk.ask(self._asked)
        self._timer = self.set_interval(SLOW_SECONDS, self._wait)

    def _wait(self) -> None:
        """It takes long: nothing can be changed now, and the person may give up."""
        if self._asked is None:
            return
        if not self._form.disabled:
            self._typing = self.focused
            self._form.disabled = True
        who = self._desk.waits_for
        words = f"saving; waits for {who}" if who else "saving"
        self._keys("giving up ..." if self._asked.given_up.is_set() else f"{words}   esc give up")

    def _saved(self, then: Callable[[Any], None] | None, result: Any) -> None:
        self._answered()
        if self.is_current:
            self.dismiss()
        if then is not None:
            then(result)

    def _refused(self, words: str) -> None:
        """Everything typed is still there; what is wrong stands below it until something is changed."""
        self._answered()
        self._form.disabled = False
        if self._typing is not None:
            self._typing.focus()
        self._keys(f"enter {self._verb}   esc leave   tab next field")
        self.query_one("#dialog-preview", Static).update(Content.styled(safe(words), "$error"))

    def _answered(self) -> None:
        self._asked = None
        if self._timer is not None:
            self._timer.stop()

    def action_leave(self) -> None:
        """Leave; nothing is written. While it is being saved: do not try again."""
        if self._asked is None:
            self.dismiss()
        else:
            self._asked.given_up.set()
            self._wait()


class Confirm(ModalScreen[bool]):
    """A question before what cannot be undone; enter or y says yes."""

    CSS_PATH = FORM_SHEET
    BINDINGS = [
        Binding("escape,n,q", "answer(False)", "no", show=False),
        Binding("enter,y", "answer(True)", "yes", show=False),
    ]

    def __init__(self, question: str, yes: str, more: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._lines = (question, "", *more, *([""] if more else ()), f"y {yes}   esc leave it")

    def compose(self) -> ComposeResult:
        """The question and its two answers."""
        with Vertical(id="dialog"):
            yield Static(Content("\n".join(safe(line) for line in self._lines)), markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


class Words(ModalScreen[None]):
    """Sentences to read; any of the ways back closes it."""

    CSS_PATH = FORM_SHEET
    BINDINGS = [Binding("escape,q,enter,w", "leave", "back", show=False)]

    def __init__(self, title: str, lines: tuple[str, ...]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Title and sentences."""
        with Vertical(id="dialog"):
            yield Static(Content(safe(self._title)), id="dialog-title", markup=False)
            yield Static(Content("\n".join(safe(line) for line in self._lines)), markup=False)
            yield Static(Content("esc back"), id="dialog-keys", markup=False)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
