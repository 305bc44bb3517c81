"""What runs have printed, wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.rules.wording import count_of
from store.enums import Level
from store.errors import Refused
from store.reads import logs, runs
from store.reads.log_which import Which
from store.values import LogLine


@query("run log")
def log(
    look: Look,
    run: Annotated[int, Help("id of the run")],
    from_: Annotated[int, Help("first line", metavar="SEQ")] = 1,
    limit: Annotated[int | None, Help("how many lines at most; 0 for all", metavar="LINES")] = None,
    tail: Annotated[int | None, Help("only the last so many lines", metavar="LINES")] = None,
    attempt: Annotated[int | None, Help("only lines of this attempt", metavar="NUMBER")] = None,
    level: Annotated[Level, Help("only lines at least this loud")] = Level.DEBUG,
    grep: Annotated[str, Help("only lines that hold this; capitals count if it has some", metavar="TEXT")] = "",
    to: Annotated[str, Help("write them to this new file instead", metavar="FILE")] = "",
    overwrite: Annotated[bool, Help("the file may be there already")] = False,
    follow: Annotated[bool, Help("go on with new lines until the run is over")] = False,
    harmless: Callable[[str], str] = ascii,
) -> list[LogLine] | str:
    """What a run printed, and what tickler says about it."""
    # `follow` is for doors, which ask again from the last line on; `harmless` is theirs, for texts that go to a file.
    if runs.run(look.connection, run) is None:
        raise Refused(f"There is no run {run}.")
    if to and (follow or tail or limit or from_ > 1):
        raise Refused("to: a file gets all lines of the attempt, level and text; leave the other options out.")
    found, which = logs.log(look.connection, run), Which(grep, level, attempt)
    if to:
        from engine.logexport import export

        done = export(found, which, to, overwrite=overwrite, harmless=harmless)
        return f"{count_of(done, 'line')} written to {to}\n"
    if tail:
        return found.lines(which, max(1, from_), logs.END, max(0, tail), backward=True)
    return found.lines(which, max(1, from_), logs.END, limit if limit and limit > 0 else -1, backward=False)
