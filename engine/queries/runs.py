"""Lists and look-ups of runs."""

from __future__ import annotations

from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.rules.errors import shown
from store.enums import RunState
from store.errors import Refused
from store.reads import logs, runs
from store.values import Attempt, LogLine, Run


@query("run list")
def listed(
    look: Look,
    schedule: Annotated[str, Help("only of this schedule (its name; a deleted one too)", metavar="NAME")] = "",
    state: Annotated[tuple[RunState, ...], Help("only in this state; may be given again")] = (),
    text: Annotated[str, Help("only runs whose name holds this")] = "",
    before: Annotated[int | None, Help("only runs older than this one", metavar="ID")] = None,
    limit: Annotated[int, Help("how many at most")] = 100,
) -> list[Run]:
    """Runs, newest first."""
    ids = _schedules(look, schedule) if schedule else None
    which = runs.Which(states=state, schedules=ids, text=text)
    return runs.page(look.connection, which, before=before, limit=max(0, limit))


@query("run show")
def show(look: Look, run: Annotated[int, Help("id of the run")]) -> Run:
    """What is known of a run."""
    return _found(look, run)


@query("run attempts")
def attempts(look: Look, run: Annotated[int, Help("id of the run")]) -> list[Attempt]:
    """The tries of a run, first to last."""
    _found(look, run)
    return runs.attempts(look.connection, run)


@query("run log")
def log(
    look: Look,
    run: Annotated[int, Help("id of the run")],
    from_: Annotated[int, Help("first line", metavar="SEQ")] = 1,
    limit: Annotated[int, Help("how many lines at most; 0 for all")] = 10_000,
) -> list[LogLine]:
    """What a run printed, and what tickler says about it."""
    _found(look, run)
    return logs.page(look.connection, run, from_, limit if limit > 0 else -1)


def _schedules(look: Look, name: str) -> tuple[int, ...]:
    found = runs.schedules_named(look.connection, name)
    if not found and name.isdecimal():
        row = look.connection.execute("SELECT id FROM schedule WHERE id = ?", (int(name),)).fetchone()
        found = [int(row[0])] if row else []
    if not found:
        raise Refused(f"schedule: there is none named {shown(name)!r}.")
    return tuple(found)


def _found(look: Look, run: int) -> Run:
    found = runs.run(look.connection, run)
    if found is None:
        raise Refused(f"There is no run {run}.")
    return found
