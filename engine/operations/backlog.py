"""The verbs of a backlog: spread it, skip to the next, hand it over, drop it, or all of that in one act.

A plan says of each task what becomes of it; the desk shows the plan before it is carried out, the command line with
--dry-run. A task that was done, moved or deleted meanwhile is left out and named, as by the verbs of tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, TypeVar

from engine.backlogs import Backlog, backlog
from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import (
    NAMED,
    UNASKED,
    DryRun,
    Result,
    Several,
    Would,
    Yes,
    choose,
    left_out_words,
    link,
    linked,
    put,
)
from engine.operations.task_removal import take_away
from engine.operations.tasks import done_already, set_deadline
from engine.operations.template_tasks import after_done
from engine.operations.things import user_id
from engine.rules.backlog import Owed, spread
from engine.rules.days import parse_iso_day
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import Unit, parse_offset
from engine.rules.wording import count_of
from store import journal
from store.enums import Action
from store.errors import Refused
from store.reads.task_rows import many
from store.values import Task

Where = Annotated[str | None, Help("only those that match, such as '#house -@later'")]
K = TypeVar("K", date, str)
Everybody = Annotated[bool, Help("also what others do; else only yours and nobody's")]


@operation("backlog apply")
def apply(
    act: Act,
    move: Annotated[tuple[str, ...], Help("a task and its new day, such as 12=2025-06-20; once for each")] = (),
    hand: Annotated[tuple[str, ...], Help("a task and who does it, such as 12=Bo; once for each")] = (),
    skip: Annotated[tuple[int, ...], Help("a task of a template that is left out; once for each")] = (),
    drop: Annotated[tuple[int, ...], Help("a task that is deleted; once for each")] = (),
) -> Result:
    """Carry out what was decided about a backlog, as one act."""
    days = {number: parse_iso_day(text) for number, text in _pairs("move", move).items()}
    hands = {number: text.strip() for number, text in _pairs("hand", hand).items()}
    return _carry_out(act, days, hands, skip, drop)


@operation("backlog spread")
def spread_out(
    act: Act,
    over: Annotated[str, Help("over how many working days, 5d if not given")] = "5d",
    filter: Where = None,
    everybody: Everybody = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Spread what is late and due evenly over working days, the most urgent and oldest first."""
    offset = parse_offset(over.removesuffix("bd").strip() if over.endswith("bd") else over)
    if offset.unit is not Unit.DAY:
        raise BadValue(f"over: '{shown(over)}' is no number of days (expected a form such as 5d)")
    found = _found(act, filter, everybody, yes or dry_run)
    planned = spread(found.owed, offset.number, act.today, found.days)
    if dry_run:
        rows = sorted(found.owed, key=lambda task: (planned[task.id], task.id))
        return _would(rows, lambda task: f"{planned[task.id]}{' (off the date of its entity)' * task.follows}")
    return _carry_out(act, planned, {}, (), ())


@operation("backlog skip")
def skip(
    act: Act, filter: Where = None, everybody: Everybody = False, dry_run: DryRun = False, yes: Yes = False
) -> Result:
    """Leave out what passed of recurring tasks and go on with the next; others stay."""
    found = _found(act, filter, everybody, yes or dry_run)
    passed = [task for pile in found.piles if pile.is_chore for task in pile.passed(act.today)]
    if not passed:
        raise Refused("None of these tasks recurs.")
    if dry_run:
        return _would(passed, lambda task: "left out")
    return _carry_out(act, {}, {}, [task.id for task in passed], ())


@operation("backlog hand")
def hand(
    act: Act,
    to: Annotated[str, Help("who does them from now on")] = "",
    filter: Where = None,
    everybody: Everybody = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Hand what is late and due to somebody else."""
    if not to.strip():
        raise Refused("Say who does them from now on: --to NAME.")
    found = _found(act, filter, everybody, yes or dry_run)
    if dry_run:
        return _would(found.owed, lambda task: f"to {shown(to)}")
    return _carry_out(act, {}, {task.id: to for task in found.owed}, (), ())


@operation("backlog drop")
def drop(
    act: Act, filter: Where = None, everybody: Everybody = False, dry_run: DryRun = False, yes: Yes = False
) -> Result:
    """Delete what is late and due; undo brings it back."""
    found = _found(act, filter, everybody, yes or dry_run)
    if dry_run:
        return _would(found.owed, lambda task: "deleted")
    return _carry_out(act, {}, {}, (), [task.id for task in found.owed])


def _found(act: Act, where: str | None, everybody: bool, yes: bool) -> Backlog:
    found = backlog(act.connection, act.actor, act.moment, where=where, everybody=everybody)
    if not found.owed:
        raise Refused("Nothing is late or due." if where is None else f"Nothing late or due matches '{shown(where)}'.")
    if len(found.owed) > UNASKED and not yes:
        number = count_of(len(found.owed), "task")
        raise Refused(f"{number} are late or due. --dry-run shows them; --yes does it to all.")
    return found


def _carry_out(
    act: Act, days: Mapping[int, date], hands: Mapping[int, str], skips: Sequence[int], drops: Sequence[int]
) -> Result:
    named = [*days, *hands, *skips, *drops]
    if len(set(named)) < len(named):
        twice = next(number for number in named if named.count(number) > 1)
        raise Refused(f"Task {twice} is named twice; say one thing about it.")
    choice = choose(act, named, cannot=done_already)
    known = {task.id: task for task in choice.tasks}
    for day, numbers in _together(days, known).items():
        set_deadline(act, numbers, day)
    for name, numbers in _together(hands, known).items():
        users = [user_id(act, name)]
        link(act.connection, "user", numbers, users, linked(act.connection, "user", numbers).difference(users))
    _skip(act, [known[number] for number in skips if number in known])
    take_away(act, [known[number] for number in drops if number in known])
    counts = ((days, "moved"), (hands, "handed over"), (skips, "skipped"), (drops, "dropped"))
    parts = [f"{sum(each in known for each in some):,} {word}" for some, word in counts if known.keys() & set(some)]
    without = f"; {left_out_words(choice.left_out)}" if choice.left_out else ""
    journal.describe(act.connection, act.id, f"sorted the backlog: {', '.join(parts)}{without}")
    after = Several(many(act.connection, choice.ids))
    after.left_out = choice.left_out
    return after


def _skip(act: Act, tasks: Sequence[Task]) -> None:
    """A task that a template makes anew is left out; the one that is opened again and again is done by nobody."""
    for task in tasks:
        if task.template_id is None:
            raise Refused(f"Task {task.id} ({shown(task.name)}) does not recur: there is no next one to skip to.")
    reopening = {
        row[0]
        for row in act.connection.execute("SELECT id FROM schedule WHERE action = ?", (Action.REOPEN,)).fetchall()
    } if tasks else set()  # fmt: skip
    closed = [task for task in tasks if task.schedule_id in reopening]
    put(act.connection, [task.id for task in closed], is_done=1, done_date=act.today.isoformat(), done_at=act.now)
    after_done(act, closed, act.today)  # one that counts from its completion is opened by nothing else
    take_away(act, [task for task in tasks if task.schedule_id not in reopening])


def _together(wanted: Mapping[int, K], known: Mapping[int, Task]) -> dict[K, list[int]]:
    """Tasks that get the same are written together."""
    found: dict[K, list[int]] = {}
    for number, what in wanted.items():
        if number in known:
            found.setdefault(what, []).append(number)
    return found


def _pairs(name: str, texts: Sequence[str]) -> dict[int, str]:
    """`12=2025-06-20` by the number of its task."""
    found: dict[int, str] = {}
    for text in texts:
        number, equals, rest = text.partition("=")
        if not equals or not rest.strip() or not number.isdecimal() or len(number) > 18:
            raise BadValue(f"{name}: expected a task and what becomes of it, such as 12=..., not '{shown(text)}'")
        if int(number) in found:
            raise Refused(f"Task {number} is named twice; say one thing about it.")
        found[int(number)] = rest
    return found


def _would(tasks: Sequence[Owed], fate: Callable[[Owed], str]) -> Would:
    rows = tuple(f"task {task.id}: {shown(task.name)}, due {task.due}: {fate(task)}" for task in tasks[:NAMED])
    return Would(len(tasks), (), rows)
