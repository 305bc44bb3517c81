"""Lists and look-ups of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from engine.artifacts import save
from engine.operations.registry import Help, Look, query
from engine.rules.errors import shown
from engine.rules.wording import bytes_words
from store.enums import RunState
from store.errors import Refused
from store.frozen import value
from store.reads import artifacts, runs
from store.values import Artifact, Attempt, Run


@value
class Saved:
    """An artifact that was copied out of the store; `size` in bytes."""

    name: str
    file: str
    size: int

    def __str__(self) -> str:
        return f"artifact {shown(self.name)} saved as {shown(self.file, 300)}: {bytes_words(self.size)}"


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


@query("run artifact")
def artifact(
    look: Look,
    run: Annotated[int, Help("id of the run")],
    name: Annotated[str, Help("save this one", "NAME")] = "",
    to: Annotated[str, Help("where it goes: a file or a folder; else here", "FILE")] = "",
    force: Annotated[bool, Help("replace the file if it is there")] = False,
) -> list[Artifact] | Saved:
    """Files that a run has handed over: list them, or save one."""
    _found(look, run)
    there = artifacts.of_run(look.connection, run)
    if not name:
        return there
    found = next((each for each in there if each.name == name), None)
    if found is None:
        raise Refused(f"Run {run} has no artifact {shown(name)!r}.")
    target = Path(to).expanduser() if to else Path(name)
    target = target / name if target.is_dir() else target
    try:
        return Saved(name, str(target), save(run, found.file, target, force=force))
    except FileExistsError as fault:
        raise Refused(
            f"{shown(target, 300)} is there already; name another file, or replace it with --force."
        ) from fault
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise Refused(f"The artifact {shown(name)!r} cannot be saved as {shown(target, 300)}: {reason}.") from fault


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
