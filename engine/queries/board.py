"""The return board for the command line: what is late and due, sorted, before anything is done."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from engine.backlogs import backlog
from engine.operations.registry import Help, Look, query
from engine.rules.backlog import Fate, proposed_days, spread
from store.frozen import value


@value
class BoardRow:
    """A row of the board: one task, or all of one chore. `to` is the day the last of its tasks would move to."""

    fate: Fate
    name: str
    count: int
    oldest: date
    to: date | None
    priority: int | None
    about: str
    assignees: tuple[str, ...]
    follows: bool
    tasks: tuple[int, ...]


@query("board")
def board(
    look: Look,
    filter: Annotated[str | None, Help("only those that match, such as '#house -@later'")] = None,
    everybody: Annotated[bool, Help("also what others do; else only yours and nobody's")] = False,
) -> tuple[BoardRow, ...]:
    """Sort what is late and due: now, spread over days, skip to the next; `tickler backlog` does it."""
    found = backlog(look.connection, look.actor, look.moment, where=filter, everybody=everybody)
    later = [task for pile in found.piles if found.fates[pile.id] is Fate.SPREAD for task in pile.tasks]
    planned = spread(later, proposed_days(len(later)), look.today, found.days) if later else {}
    rows = []
    for fate in Fate:
        for pile in found.piles:
            if found.fates[pile.id] is fate:
                numbers = tuple(task.id for task in pile.tasks)
                to = max((planned[number] for number in numbers if number in planned), default=None)
                first = pile.first
                rows.append(
                    BoardRow(
                        fate, first.name, len(numbers), first.due, to, first.priority, first.about, first.people,
                        any(task.follows for task in pile.tasks), numbers,
                    )
                )  # fmt: skip
    return tuple(rows)
