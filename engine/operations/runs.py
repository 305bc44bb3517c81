"""Verbs on runs. What runs is only asked to end: the engine that has it in hand ends it."""

from __future__ import annotations

from typing import Annotated

from engine import closing, loglines, queue_limit
from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.requests import request as request
from engine.rules.endings import Verdict
from engine.rules.errors import shown
from engine.rules.loudness import WARNING
from store import journal
from store.enums import FINAL, RunState
from store.errors import Refused
from store.reads import runs
from store.values import Run

_ASK = """
UPDATE run SET cancel_hard = cancel_requested_at IS NOT NULL, cancel_requested_at = ifnull(cancel_requested_at, ?),
  cancel_by = ifnull(cancel_by, ?)
WHERE id = ? AND state IN ('starting', 'running')
"""
_ALIKE = """
UPDATE run SET (slot, slot_places, backoff, backoff_limit, max_attempts) = (
  SELECT slot, slot_places, backoff, backoff_limit, max_attempts - lost_count FROM run WHERE id = ?)
WHERE id = ?
"""


@operation("run cancel", can_undo=False)
def cancel(act: Act, run: Annotated[int, Help("id of the run")]) -> Run:
    """Stop a run: gently the first time, at once the second.

    One that waits is cancelled here and now; one that ends by itself before it is stopped keeps its result.
    """
    found = _found(act, run)
    if found.state in FINAL:
        raise Refused(f"Run {run} has ended already ({found.state}).")
    how = stop(act, run)
    journal.describe(act.connection, act.id, f"{how}: run {run} {shown(found.name)}", can_undo=False)
    return _found(act, run)


def stop(act: Act, run: int) -> str:
    """End a run that is not over, or ask for its end; `cancel` or `kill`, which is what was done."""
    found = _found(act, run)
    user, how = None if act.actor == journal.ENGINE else own_user_id(act), "cancel"
    if found.state is RunState.PENDING:
        words = f"cancelled by {act.actor.name}"
        loglines.append(act.connection, run, found.attempts, act.now, f"end  {words}", WARNING)
        act.connection.execute(
            "UPDATE run SET cancel_requested_at = ?, cancel_by = ? WHERE id = ?", (act.now, user, run)
        )
        closing.dropped(act.connection, run, Verdict(RunState.CANCELLED, words), act.now)
    else:
        how = "cancel" if found.cancel_requested_at is None else "kill"
        act.connection.execute(_ASK, (act.now, user, run))
    return how


@operation("run retry", can_undo=False)
def retry(act: Act, run: Annotated[int, Help("id of a run that failed, was cancelled or lost")]) -> Run:
    """Ask for a run again: a new run, linked to the old one, which stays as it was."""
    found = _found(act, run)
    if found.state not in FINAL:
        raise Refused(f"Run {run} is not over ({found.state}); wait for its end or cancel it.")
    if found.state is RunState.SUCCEEDED:
        raise Refused(f"Run {run} has succeeded; there is nothing to try again.")
    queue_limit.admit(act.connection)
    made = request(
        act.connection,
        act.now,
        name=found.name,
        controller=found.controller,
        params=found.params,
        schedule_id=found.schedule_id,
        retry_of=run,
        creator_id=None if act.actor == journal.ENGINE else own_user_id(act),
        is_exclusive=found.is_exclusive,
        timeout=found.timeout,
        max_retries=found.max_attempts - 1,
    )
    act.connection.execute(_ALIKE, (run, made))
    journal.describe(act.connection, act.id, f"retry: run {run} {shown(found.name)} (run {made})", can_undo=False)
    return _found(act, made or 0)


@operation("run delete", can_undo=False)
def delete(act: Act, run: Annotated[int, Help("id of a run that is over")]) -> Run:
    """Put a run out of sight with its log and files; retention removes them later."""
    found = _found(act, run)
    if found.state not in FINAL:
        raise Refused(f"Run {run} is not over ({found.state}); cancel it first.")
    act.connection.execute("UPDATE run SET deleted_at = ? WHERE id = ?", (act.now, run))
    journal.describe(act.connection, act.id, f"deleted run {run} {shown(found.name)}", can_undo=False)
    return found


def _found(act: Act, run: int) -> Run:
    found = runs.run(act.connection, run)
    if found is None:
        raise Refused(f"There is no run {run}.")
    return found
