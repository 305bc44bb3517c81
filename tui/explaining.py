"""`w`: why a row is as it is, in a window that names it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.queries.why import Kind, why
from store.errors import Refused
from tui.app import Desk
from tui.screens.dialog import Words


def explain(desk: Desk, kind: str, number: int | str, more: Sequence[str] = ()) -> None:
    """Show the sentences and those of `more`, or say why there are none."""
    try:
        answer = why(desk.actor, desk.clock(), Kind(kind), str(number))
    except Refused as words:
        desk.notify(str(words))
    else:
        desk.push_screen(Words(f"Why {answer.name}", (*answer.lines, *more)))
