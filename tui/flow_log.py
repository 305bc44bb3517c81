"""A line that a step of a workflow printed, as a row of the list of all of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.rules.wording import clock
from store.enums import Level
from store.frozen import value
from store.instants import from_us
from store.values import LogLine
from tui.flow_rows import node_words
from tui.rows import Cells
from tui.text import fit

_LOUD = {Level.ERROR: ("x", "error"), Level.WARNING: ("!", "warning"), Level.DEBUG: (" ", "muted")}


@value
class Said:
    """A line with the step and the run that printed it."""

    step: int
    node: str
    run: int
    line: LogLine


def said_row(row: Said, width: int, zone: ZoneInfo) -> Cells:
    """How loud it is, when, by which step, and what it says."""
    mark, token = _LOUD.get(row.line.level, (" ", "text"))
    node = 22 if width >= 100 else 16
    return [
        (fit(mark, 2), token),
        (fit(clock(from_us(row.line.at), zone.key, seconds=True), 9), "muted"),
        (fit(node_words(row.node), node - 1) + " ", "accent"),
        (fit(row.line.text, width - 11 - node), token),
    ]
