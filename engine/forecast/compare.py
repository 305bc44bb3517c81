"""What an operation would change of the weeks to come: two forecasts, one of them after it, and how they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.forecast.play import EVERYTHING, Operation, Progress, Wanted, play
from engine.forecast.rows import Change, Coming, Forecast, Kind, in_order
from store import journal
from store.instants import SECOND
from store.journal import Actor

_MOVED_SECONDS = 4 * 86_400
"""What goes here and appears so near is one thing that moves."""
_PASSING = frozenset({Kind.TASK_CREATED, Kind.TASK_REOPENED, Kind.RESUMED})
"""When rows are made is not what people ask: they ask what is due, and what runs."""


def compare_forecast(
    store: Path,
    change: Operation,
    until: datetime,
    since: datetime,
    wanted: Wanted = EVERYTHING,
    actor: Actor = journal.ENGINE,
    progress: Progress | None = None,
    *,
    names_tasks: bool = False,
) -> Forecast:
    """What appears, goes and moves up to `until` if `change` is done at `since`; the store stays as it is.

    `change` is an operation's body, such as `lambda act: edit.__wrapped__(act, "plants", spec="weekly tue")`. Raises
    what it raises, so that a form can show it. `names_tasks` as for `play`.
    """
    everything = replace(wanted, limit=0)
    without = play(store, since, until, everything, progress=_half(progress, 0))
    after = play(store, since, until, everything, change, actor, _half(progress, 1), names_tasks=names_tasks)
    rows = in_order(differences(without.rows, after.rows))
    limit = wanted.limit or len(rows)
    return replace(after, rows=tuple(rows[:limit]), left_off=max(0, len(rows) - limit), is_comparison=True)


def differences(before: Iterable[Coming], after: Iterable[Coming]) -> list[Coming]:
    """Rows of `after` that appear or have moved, and rows of `before` that go."""
    gone, come = _grouped(before), _grouped(after)
    found: list[Coming] = []
    for key in gone.keys() | come.keys():
        was, becomes = _without(gone[key], come[key]), _without(come[key], gone[key])
        for row in becomes:
            near = min(was, key=lambda each: abs(each.at - row.at), default=None)
            if near is not None and abs(near.at - row.at) <= _MOVED_SECONDS * SECOND:
                was.remove(near)
                found.append(replace(row, change=Change.MOVES, was=near.at))
            else:
                found.append(replace(row, change=Change.APPEARS))
        found += [replace(row, change=Change.GOES) for row in was]
    return found


def _grouped(rows: Iterable[Coming]) -> dict[tuple[object, ...], list[Coming]]:
    """By what they are about, whatever it is called."""
    groups: dict[tuple[object, ...], list[Coming]] = defaultdict(list)
    for row in rows:
        if row.kind not in _PASSING:
            about = row.schedule_id if row.schedule_id is not None else (row.object, row.name)
            groups[row.kind, about].append(row)
    return groups


def _without(rows: Iterable[Coming], others: Iterable[Coming]) -> list[Coming]:
    """Those of which the others have no equal at the same time."""
    there: dict[tuple[int, int], int] = defaultdict(int)
    for other in others:
        there[other.at, other.count] += 1
    left = []
    for row in rows:
        if there[row.at, row.count] > 0:
            there[row.at, row.count] -= 1
        else:
            left.append(row)
    return left


def _half(progress: Progress | None, part: int) -> Progress | None:
    if progress is None:
        return None

    def show(done: int, total: int) -> None:
        progress(part * total + done, 2 * total)

    return show
