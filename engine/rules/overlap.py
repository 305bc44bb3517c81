"""What a fired occurrence does when a run of the same schedule is still open.

- `skip`: the occurrence is skipped.
- `queue`: its run waits for the open one, at most one at a time.
- `allow`: it runs beside it.
- `replace`: the open ones are cancelled, its run waits until they have ended.

Occurrences that fire in one pass (`run_all` after an outage) do not stand in each other's way: asking for all
of them and skipping all but one would be a silent nothing. Their runs wait for one another unless overlap is
allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.rules.missed import Verdict
from store.enums import Cause, OccurrenceState, Overlap, RunState
from store.frozen import value


@value
class OpenRun:
    """A run of the schedule that has not ended."""

    id: int
    state: RunState


@value
class Entry:
    """How many new runs may be made (None: all), why not more, and which open ones are to be cancelled."""

    room: int | None = None
    reason: str = ""
    cancels: tuple[int, ...] = ()
    cause: Cause = Cause.OVERLAP


FREE = Entry()


def enter(policy: Overlap, opened: Sequence[OpenRun]) -> Entry:
    """What the policy says while `opened` (oldest first) are not over."""
    if not opened or policy is Overlap.ALLOW:
        return FREE
    if policy is Overlap.REPLACE:
        return Entry(cancels=tuple(run.id for run in opened))
    waiting = [run for run in opened if run.state is RunState.PENDING]
    if policy is Overlap.QUEUE:
        if waiting:
            return Entry(0, f"run {waiting[0].id} is waiting already")
        return Entry(1, "one run is waiting already")
    held = next((run for run in opened if run.state is not RunState.PENDING), opened[0])
    return Entry(0, f"previous run {held.id} still {held.state}")


def admitted(verdicts: Sequence[Verdict], entry: Entry) -> tuple[Verdict, ...]:
    """The verdicts after the policy: what found no room is skipped, and with it what was merged into it."""
    if entry.room is None:
        return tuple(verdicts)
    fired = [verdict.planned for verdict in verdicts if verdict.state is OccurrenceState.FIRED]
    refused = set(fired[entry.room :])
    return tuple(
        replace(verdict, state=OccurrenceState.SKIPPED, reason=entry.reason, merged_into=None, cause=entry.cause)
        if (verdict.merged_into or verdict.planned) in refused
        else verdict
        for verdict in verdicts
    )
