"""Starting a workflow by its name, among the commands."""

from __future__ import annotations

from functools import partial

from textual.command import Hit, Hits, Provider
from textual.content import Content

from store.reads import workflows
from store.workflow_values import Definition
from tui.app import Desk
from tui.text import safe

_WIDTH = 100


class Starting(Provider):
    """`Start workflow welcome`: opens the form with which it begins."""

    async def search(self, query: str) -> Hits:
        """Definitions whose line matches; they are few."""
        desk, matcher = self.app, self.matcher(query)
        assert isinstance(desk, Desk)
        for made in workflows.definitions(desk.reader):
            title = f": {made.title}" if made.title and made.title != made.name else ""
            words = safe(f"Start workflow {made.name}{title}", _WIDTH)
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, Content(words), partial(_start, desk, made), text=words)


def _start(desk: Desk, made: Definition) -> None:
    from tui.screens.workflows_form import start_form

    start_form(desk, made)
