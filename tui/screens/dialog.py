"""A form in front of the view: a title, a few fields, what it will do, and two keys."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.text import safe
from tui.widgets.form import Field, Form, Notes

NOTE = 18
"""What is longer than this does not fit beside its field and is said below in full."""


class Dialog(ModalScreen[dict[str, str] | None]):
    """Dismisses with the values, or None if the person left."""

    BINDINGS = [Binding("escape", "leave", "leave", show=False)]

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        check: Callable[[dict[str, str]], Notes],
        verb: str = "save",
    ) -> None:
        super().__init__()
        self._title = title
        self._form = Form(fields, check)
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Title, fields, preview, keys."""
        with Vertical(id="dialog"):
            yield Static(Content(self._title), id="dialog-title", markup=False)
            yield self._form
            yield Static(id="dialog-preview", markup=False)
            yield Static(Content(f"enter {self._verb}   esc leave   tab next field"), id="dialog-keys")

    def on_mount(self) -> None:
        """The preview of the values as they stand."""
        self._preview()

    @on(Form.Changed)
    def _preview(self) -> None:
        notes = self._form.notes
        wrong = [Content.styled(safe(words), "$error") for words in notes.wrong.values() if len(words) > NOTE]
        lines = [*wrong, *notes.preview]
        self.query_one("#dialog-preview", Static).update(Content("\n").join(lines))

    @on(Form.Submitted)
    def _submit(self, event: Form.Submitted) -> None:
        self.dismiss(event.values)

    def action_leave(self) -> None:
        """Leave; nothing is written."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """A question before what cannot be undone; enter or y says yes."""

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
            yield Static(Content("\n".join(self._lines)), markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


class Words(ModalScreen[None]):
    """Sentences to read; any of the ways back closes it."""

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
