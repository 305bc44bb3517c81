"""The verb of who knows better than the engine: the clock that it doubts is right."""

from __future__ import annotations

from engine.operations.registry import Act, operation
from engine.rules.errors import shown
from engine.rules.pulse import SUSPECT
from store import journal
from store.errors import Refused
from store.frozen import value
from store.reads.pulse import engine

ACCEPTED = "clock_accepted"
"""In `meta`: what a clock in doubt showed when somebody said that it is right, microseconds UTC."""


@value
class Believed:
    """What was doubted, in words."""

    words: str

    def __str__(self) -> str:
        return self.words


@operation("clock accept", can_undo=False)
def accept(act: Act) -> Believed:
    """Say that the clock is right which the engine does not believe: it goes on at once."""
    node = engine(act.connection, act.now)
    doubt = "" if node is None else node.words
    if not doubt.startswith(SUSPECT):
        raise Refused("The clock is not in doubt: nothing waits for it.")
    act.connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (ACCEPTED, str(act.now)),
    )
    words = f"believed the clock ({shown(doubt.removeprefix(f'{SUSPECT}: '))})"
    journal.describe(act.connection, act.id, words, can_undo=False)
    return Believed(words)
