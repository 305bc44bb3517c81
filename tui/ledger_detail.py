"""A line of the ledger in words: what was planned, what became of it and why, and what can be done now."""

from __future__ import annotations

from textual.content import Content

from engine.rules.durations import duration_words
from engine.rules.wording import count_of, day_and_clock, full_instant, long_day, state_of
from engine.rules.zones import local
from store.enums import OccurrenceState
from store.instants import SECOND, Instant, from_us
from store.values import Occurrence
from tui.app import Desk
from tui.ledger_rows import late_us
from tui.rows import STATE_TOKENS
from tui.text import safe

_NEXT = {
    OccurrenceState.MISSED: "R runs it now. L runs the last one of this schedule. d accepts that it did not happen.",
    OccurrenceState.SKIPPED: "R runs it now all the same. d accepts that it did not happen.",
}


def ledger_detail(desk: Desk, line: Occurrence) -> Content:
    """The line as a paragraph of facts and one of sentences."""
    now = desk.clock()

    def when(at: Instant | None) -> str:
        return day_and_clock(from_us(at), now, desk.zone.key) if at is not None else "-"

    state = state_of(line.state)
    lines = [
        Content.styled(safe(line.schedule), "bold"),
        Content.assemble((f"{state.mark} {state.word}", f"${STATE_TOKENS.get(line.state, 'text')}")),
        Content(""),
        _pair("planned", _wall(line.planned_at, line.zone)),
    ]
    if line.count > 1:
        lines.append(_pair("to", _wall(line.until_at or line.planned_at, line.zone)))
        lines.append(_pair("stands for", count_of(line.count, "time")))
    lines.append(_pair("zone", f"{line.zone} {local(from_us(line.planned_at), line.zone).isoformat()[-6:]}"))
    if late_us(line) >= SECOND:
        lines.append(_pair("late", duration_words(late_us(line) / SECOND)))
    if line.cause:
        lines.append(_pair("cause", line.cause.replace("_", " ")))
    lines.append(_pair("decided", when(line.decided_at)))
    if line.accepted_at is not None:
        lines.append(_pair("accepted", f"{when(line.accepted_at)} by {line.accepted_by or 'somebody'}"))
    if line.run_id is not None:
        lines.append(_pair("run", str(line.run_id)))
    lines += [Content(""), Content.styled("why", "$muted"), Content(safe(_sentence(line)))]
    if line.accepted_at is None and line.state in _NEXT:
        lines += [Content(""), Content.styled("next", "$muted"), Content(_NEXT[line.state])]
    return Content("\n").join(lines)


def _sentence(line: Occurrence) -> str:
    """One sentence of what became of it."""
    many = "They" if line.count > 1 else "It"
    because = f": {line.reason}" if line.reason else ""
    if line.state is OccurrenceState.MISSED:
        return f"{many} did not happen in time{because}."
    if line.state is OccurrenceState.SKIPPED:
        return f"{many} {'were' if line.count > 1 else 'was'} left out{because}."
    if line.state is OccurrenceState.MERGED:
        other = full_instant(from_us(line.merged_into), line.zone) if line.merged_into is not None else "a later one"
        return f"The run of {other} stands for {'them' if line.count > 1 else 'it'}{because}."
    late = f", {duration_words(line.late / SECOND)} late" if line.late >= SECOND else ""
    return f"{many} fired{late}{because}."


def _wall(at: int, zone: str) -> str:
    """`Mon 16 Jun 2025 02:30` on the clocks of the schedule, seconds where there are any."""
    there = local(from_us(at), zone)
    return f"{long_day(there.date())} {there:%H:%M:%S}".removesuffix(":00")


def _pair(label: str, words: str) -> Content:
    return Content.assemble((f"{safe(label):<11}", "$muted"), safe(words))
