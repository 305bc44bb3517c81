"""`forecast`: what people will owe and what will run, before it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from engine.forecast import Forecast, Only, Wanted, compare_forecast, play
from engine.forecast.play import Operation, Progress
from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, Look, query
from engine.operations.template_names import named_template
from engine.operations.things import named_thing
from engine.rules.dates import parse_day, parse_instant
from engine.rules.errors import BadValue
from engine.rules.zones import local_day, wall_instant
from store.current import store_path
from store.errors import Refused

USUAL_DAYS = 14
_MOST = 1_000_000


class Assume(StrEnum):
    """What people are taken to do meanwhile."""

    NOTHING = "nothing"
    DONE_ON_TIME = "done-on-time"


@query("forecast")
def forecast(
    look: Look,
    until: Annotated[str | None, Help("a day (to its end) or a time, such as 30 jun or +8w; else 14 days")] = None,
    only: Annotated[Only | None, Help("tasks: what people owe; runs: what the machine does")] = None,
    schedule: Annotated[str | None, Help("only of this schedule")] = None,
    template: Annotated[str | None, Help("only of this template")] = None,
    object: Annotated[str | None, Help("only tasks about this, such as stay/12")] = None,
    assume: Annotated[Assume, Help("done-on-time: tasks that come again when done are done on their day")] = (
        Assume.NOTHING
    ),
    limit: Annotated[int, Help("at most so many rows; 0 for all")] = 10_000,
    with_: Annotated[
        tuple[str, ...],
        Help('what if: tells what a command would change, such as "template pause plants"', "COMMAND"),
    ] = (),
    understand: Callable[[str], tuple[Operation, bool]] | None = None,
    progress: Progress | None = None,
) -> Forecast:
    """Say what people will owe and what will run, by playing the engine on a copy of the store."""
    if not 0 <= limit <= _MOST:
        raise Refused(f"limit: expected a whole number from 0 to {_MOST:,}.")
    wanted = _wanted(look, only, schedule, template, object, assume, limit)
    end = until_of(until, look.at, look.zone.key)
    if not with_:
        return play(store_path(), look.at, end, wanted, progress=progress)
    if understand is None:
        raise Refused("with: there is nobody here to read a command.")
    changes = [understand(text) for text in with_]

    def change(act: Act) -> None:
        for each, _ in changes:
            each(act)

    names_tasks = any(each for _, each in changes)
    return compare_forecast(store_path(), change, end, look.at, wanted, look.actor, progress, names_tasks=names_tasks)


def until_of(text: str | None, now: datetime, zone: str) -> datetime:
    """The moment that `text` names, a day standing for its end; without it the end of the day in two weeks."""
    today = local_day(now, zone)
    if text is None:
        return _end_of(today + timedelta(days=USUAL_DAYS), zone)
    try:
        return _end_of(parse_day(text, today), zone)
    except BadValue:
        pass
    try:
        return parse_instant(text, now, zone)
    except BadValue as fault:
        raise BadValue(f"until: {str(fault).rstrip('.')}.") from fault


def _wanted(
    look: Look, only: Only | None, schedule: str | None, template: str | None, thing: str | None, assume: Assume,
    limit: int,
) -> Wanted:  # fmt: skip
    number = None if schedule is None else one_of(look.connection, "schedule", schedule)
    maker = None if template is None else named_template(look.connection, template).id
    if number is not None:
        row = look.connection.execute("SELECT id FROM template WHERE schedule_id = ?", (number,)).fetchone()
        number, maker = (number, maker) if row is None else (None, row[0])
    about = None if thing is None else "/".join(named_thing(look.connection, thing))
    return Wanted(only, number, maker, about, assume is Assume.DONE_ON_TIME, limit)


def _end_of(day: date, zone: str) -> datetime:
    """The last second of a day."""
    return wall_instant(datetime.combine(day + timedelta(days=1), time()), zone) - timedelta(seconds=1)
