"""What the editors share: a form beside what it means, acts that save it one after another, and a way out that asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from textual.content import Content

from themes import FORM_SHEET
from tui.perform import Wish
from tui.screens.view import Base
from tui.text import safe
from tui.widgets.folding_form import FoldingForm
from tui.widgets.lines import Lines


class Editor(Base):
    """A screen with a form and a preview. Nothing typed is lost to a mistake."""

    CSS_PATH = FORM_SHEET
    PLACES: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[str, str] = {}
        self._saving = False

    @property
    def holds_keys(self) -> bool:
        """Between enter and the answer of the store."""
        return self._saving or (self.is_mounted and self.form.holds_keys)

    @property
    def form(self) -> FoldingForm:
        """The fields."""
        return self.query_one(FoldingForm)

    def show_preview(self) -> None:
        """Put the preview of what is typed beside it."""
        self.query_one(Lines).show(self.form.notes.preview)

    def save_all(self, todo: list[Wish]) -> None:
        """Do these acts one after another. A refusal stands in the form."""
        self._saving = True
        self._ask(todo)

    def _ask(self, todo: list[Wish]) -> None:
        def done(result: Any) -> None:
            if todo[1:]:
                self._ask(todo[1:])
            else:
                self._saved(result)

        self.desk.ask(replace(todo[0], then=done, refused=self._refused))

    def _refused(self, words: str) -> None:
        """Everything typed is still there."""
        self._saving = False
        line = Content.styled(safe(words), "$error")
        preview = self.query_one(Lines)
        preview.show((line, *self.form.notes.preview))
        preview.scroll_home(animate=False)

    def _saved(self, saved: Any) -> None:
        self._saving = False
        self.notify(f"Saved: {saved.name}", markup=False)
        if self.is_current:
            self.dismiss()

    async def action_back(self) -> None:
        """Leave; what was changed is named first, so that nothing typed is lost by one key."""
        from tui.screens.dialog import Confirm

        if self._saving:
            return
        now = self.form.values
        changed = [name for name, text in now.items() if text != self._before.get(name, "")]
        if not changed:
            self.dismiss()
            return
        labels = ", ".join(name.rsplit(".", 1)[-1].replace("_", " ") for name in changed)
        question = f"Leave without saving? Changed: {labels}."

        def answer(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.desk.push_screen(Confirm(question, "leave"), answer)
