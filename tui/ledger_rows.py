"""How a line of the ledger looks in a list. Apart from `tui.rows`, which is loaded before the first paint."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.rules.wording import clock, day_and_clock, state_of
from store.enums import OccurrenceState
from store.instants import SECOND, Instant, from_us
from store.values import Occurrence
from tui.rows import STATE_TOKENS, Cells
from tui.text import fit


def ledger_row(
    line: Occurrence, width: int, now: Instant, zone: ZoneInfo, of_one: bool = False, ascii_marks: bool = False
) -> Cells:
    """Mark, when it was planned, the schedule (unless all are `of_one`), state, how late, how many, the reason."""
    planned = from_us(line.planned_at)
    state, token = state_of(line.state), STATE_TOKENS.get(line.state, "text")
    when = day_and_clock(planned, from_us(now), zone.key) if of_one else clock(planned, zone.key)
    late = late_us(line) // SECOND
    many = f"x{line.count:,}" if line.count > 1 else ""
    room = width - 2 - 8 - 9 - 8
    at = 18 if of_one else 6
    name = 0 if of_one else min(24, max(8, room - at)) if room - at < 40 else 24
    return [
        (fit(state.symbol(ascii_marks), 2), token),
        (fit(when, at), "text" if of_one else "muted"),
        (fit(line.schedule, max(0, name - 1)) + " " * bool(name), "text"),
        (fit(state.word, 8), token),
        (fit(f"{short_duration(late)} late" if late >= 60 else "", 9), "muted"),
        (fit(many, 7, align="right") + " ", "text"),
        (fit("accepted: " * (line.accepted_at is not None) + (line.reason or ""), room - at - name), "muted"),
    ]


def late_us(line: Occurrence) -> int:
    """How late it fired; of what was missed, how long after its time that was decided. Microseconds."""
    if line.state == OccurrenceState.MISSED:
        return max(0, line.decided_at - (line.until_at or line.planned_at))
    return max(0, line.late)


def short_duration(seconds: int) -> str:
    """The largest unit alone: `3 d`, `5 h`, `12 m`."""
    unit, size = next((each for each in (("d", 86_400), ("h", 3_600), ("m", 60)) if seconds >= each[1]), ("s", 1))
    return f"{seconds // size:,} {unit}"
