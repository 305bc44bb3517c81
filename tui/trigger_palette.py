"""Finding the triggers of a label or a list by its name, among the commands."""

from __future__ import annotations

from functools import partial

from textual.command import Hit, Hits, Provider
from textual.content import Content

from store.enums import Scope
from store.reads import lists
from tui.app import Desk
from tui.text import safe
from tui.trigger_ways import of_scope

_WIDTH = 100


class Scopes(Provider):
    """`Triggers of label home`: goes to them, or makes the first."""

    async def search(self, query: str) -> Hits:
        """Labels and lists whose line matches; both are few."""
        desk, matcher = self.app, self.matcher(query)
        assert isinstance(desk, Desk)
        named = [(Scope.LABEL, each.name) for each in lists.labels(desk.reader)]
        named += [(Scope.LIST, each.path) for each in lists.listed(desk.reader)]
        for scope, name in named:
            words = safe(f"Triggers of {scope} {name}", _WIDTH)
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, Content(words), partial(of_scope, desk, scope, name), text=words)
