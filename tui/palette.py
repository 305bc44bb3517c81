"""Finding a command by its words: everything with ctrl+p or `:`, what can be done here with `?`.

Both read `tui.keys`; a line shows its key, so that the next time the key is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.keys import ANYWHERE, Key, keys_of, shown


def places_of(app: App[int]) -> tuple[str, ...]:
    """The places of the screen on top: the names under which its verbs stand in the table of keys."""
    return tuple(getattr(app.screen, "PLACES", ()))


class _Keys(Provider):
    """Lines made from the table of keys."""

    def _keys(self) -> Iterator[Key]:
        raise LookupError  # each of the two lists says which keys it holds

    async def discover(self) -> Hits:
        """Everything, in the order of the table."""
        for key in self._keys():
            yield DiscoveryHit(_line(key), partial(self._run, key), text=key.help)

    async def search(self, query: str) -> Hits:
        """What matches the typed letters, best first."""
        matcher = self.matcher(query)
        for key in self._keys():
            score = matcher.match(key.help)
            if score > 0:
                yield Hit(score, _line(key), partial(self._run, key), text=key.help)

    async def _run(self, key: Key) -> None:
        """Of the screen where it has the verb, else of the desk: a screen does nothing with an action it has not."""
        is_own = hasattr(self.screen, f"action_{key.action.partition('(')[0]}")
        await (self.screen if is_own else self.app).run_action(key.action)


class Here(_Keys):
    """What can be done on the screen that is shown."""

    def _keys(self) -> Iterator[Key]:
        places = tuple(getattr(self.screen, "PLACES", ()))
        yield from keys_of(*places)
        yield from (key for key in keys_of(ANYWHERE) if not key.id.startswith("view."))


class Everything(_Keys):
    """What can be done here and anywhere."""

    def _keys(self) -> Iterator[Key]:
        yield from keys_of(*getattr(self.screen, "PLACES", ()), ANYWHERE)


def _line(key: Key) -> Content:
    return Content.assemble((f"{shown(key.keys):>6}  ", "dim"), key.help)


def show_here(app: App[int]) -> None:
    """Open the list of what can be done here."""
    app.push_screen(CommandPalette(providers=[Here], placeholder="What can I do here?"))
