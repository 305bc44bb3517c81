"""`u` and `U`: what one did last is taken back; of what can't be it is said, and asked whether to go on before it."""

from __future__ import annotations

from typing import Any

from engine.operations.undo import redo, undo
from store.reads import history
from tui.app import Desk
from tui.screens.dialog import Confirm

_NEWEST = 1 << 62


def take_back(desk: Desk) -> None:
    """Undo the act of the line under the cursor where lines are acts, else the last of this person.

    What came before an act that can't be undone is asked about.
    """
    of_row = getattr(desk.screen, "act_of_row", None)
    if of_row is not None:
        desk.perform(undo, id_=of_row, then=lambda act: _told(desk, act))
        return
    target = history.undoable(desk.reader, desk.actor, _NEWEST)
    final = history.in_the_way(desk.reader, desk.actor, _NEWEST, target.id if target else 0)
    if final is None or target is None:
        desk.perform(undo, then=lambda act: _told(desk, act))
        return
    number = target.id

    def answer(yes: bool | None) -> None:
        if yes:
            desk.perform(undo, id_=number, then=lambda act: _told(desk, act))

    question = f"'{final.words}' cannot be undone."
    desk.push_screen(Confirm(question, "undo that", (f"What you did before it can: {target.words}.",)), answer)


def do_again(desk: Desk) -> None:
    """Do again what was taken back."""
    desk.perform(redo, then=lambda act: _told(desk, act))


def _told(desk: Desk, act: Any) -> None:
    desk.notify(act.words)
