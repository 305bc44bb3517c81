"""Lists and look-ups of schedules, what they will do, and what they did not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from engine.calendars import days_named
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from engine.operations.saving import BadKey
from engine.rules import when
from engine.rules.clocks import clock_words
from engine.rules.dates import parse_instant
from engine.rules.errors import BadValue
from engine.rules.wording import NEXT_BOOT, long_day
from engine.rules.zones import zone_named
from engine.timing import on_days
from store import settings, values
from store.enums import Cause, RepeatAxis, Roll
from store.frozen import value
from store.reads import schedules as reads

Name = Annotated[str, Help("its name or id", "SCHEDULE")]
Limit = Annotated[int, Help("at most so many")]

_MOST = 1000


@value
class Preview:
    """What a rule means: its sentence and the next occurrences, on the clock of its zone.

    `is_open` if it happens at starts of the machine too, which nobody can plan.
    """

    sentence: str
    planned: tuple[when.Planned, ...]
    is_open: bool = False

    def as_json(self, _: str) -> list[str]:
        """An array of instants, ISO 8601 with the offset of the rule's own zone."""
        return [each.local.isoformat() for each in self.planned]

    def __str__(self) -> str:
        """The sentence, then a line for each occurrence with what is odd about it."""
        lines = [self.sentence, *(_line(each) for each in self.planned)]
        if not self.planned:
            lines.append(f"  {NEXT_BOOT}" if self.is_open else "  never again")
        elif self.is_open:
            lines.append(f"  {NEXT_BOOT}")
        return "\n".join(lines) + "\n"


@query("schedule list")
def listed(
    look: Look,
    text: Annotated[str, Help("only those whose name holds this")] = "",
    limit: Limit = _MOST,
) -> tuple[values.Schedule, ...]:
    """List the schedules by name."""
    return tuple(
        _with_wait(each, look) for each in reads.page(look.connection, text=text, limit=_bounded("limit", limit))
    )


@query("schedule show")
def one(look: Look, schedule: Name) -> values.Schedule:
    """Show one schedule."""
    return _with_wait(reads.schedule(look.connection, one_of(look.connection, "schedule", schedule)), look)


@query("schedule missed")
def missed(
    look: Look,
    schedule: Annotated[str | None, Help("only of this one; else of all", "SCHEDULE")] = None,
    cause: Annotated[Cause | None, Help("only what did not run because of this")] = None,
    unaccepted: Annotated[bool, Help("only what was missed or skipped and nobody has accepted")] = False,
    limit: Limit = _MOST,
) -> tuple[values.Occurrence, ...]:
    """List what was planned and did not run, newest first, each with its reason."""
    most = _bounded("limit", limit)
    if schedule is None:
        found = reads.ledger_of_all(
            look.connection, states=reads.NOT_FIRED, cause=cause, unaccepted=unaccepted, limit=most
        )
    else:
        number = one_of(look.connection, "schedule", schedule)
        found = reads.ledger(
            look.connection, number, states=reads.NOT_FIRED, cause=cause, unaccepted=unaccepted, limit=most
        )
    return tuple(found)


@query("schedule preview")
def preview(
    look: Look,
    spec: Annotated[str, Help("such as 'monthly first monday'; 'moment' with --moment")],
    zone: Annotated[str | None, Help("time zone; else the store's")] = None,
    from_: Annotated[str | None, Help("after this time, in that zone; else after now")] = None,
    count: Annotated[int, Help("how many")] = 5,
    moment: Annotated[str | None, Help("instead of a spec: a first time, such as 2025-01-31T10:00")] = None,
    axis: Annotated[RepeatAxis, Help("unit of the repetition of the moment")] = RepeatAxis.DAY,
    step: Annotated[int, Help("every how many of these units")] = 1,
    calendar: Annotated[str | None, Help("business calendar or country, such as BE; else the setting's")] = None,
    roll: Annotated[Roll, Help("on a day off: none (it happens), skip, previous or next working day")] = Roll.NONE,
) -> Preview:
    """Say what a rule means and when it happens next."""
    place = zone_named(zone or settings.read(look.connection, "zone")).key
    after = look.at if from_ is None else _instant("from", from_, look.at, place)
    _bounded("count", count)
    if moment is None:
        rule = when.parse(spec, place, anchor=after)
    else:
        rule = when.from_moment(_instant("moment", moment, look.at, place), axis, step, place)
    if calendar and roll is Roll.NONE:
        raise BadKey("calendar", "say what happens on a day off: roll skip, previous or next")
    if roll is not Roll.NONE:
        try:
            days = days_named(look.connection, calendar)
        except BadValue as fault:
            raise BadKey("calendar", fault) from fault
        rule = on_days(rule, days, roll)
    return Preview(when.sentence(rule), when.preview(rule, after, count), when.is_open(rule.pattern))


def _with_wait(schedule: values.Schedule, look: Look) -> values.Schedule:
    """One in service whose past lies in the future says that it waits."""
    is_on = schedule.is_enabled and schedule.pause_reason is None and schedule.next_at is not None
    waits = clock_words(schedule.cursor_at, look.now) if is_on else ""
    return replace(schedule, waits=waits) if waits else schedule


def _instant(key: str, text: str, now: datetime, zone: str) -> datetime:
    try:
        return parse_instant(text, now, zone)
    except BadValue as fault:
        raise BadKey(key, fault) from fault


def _bounded(key: str, number: int) -> int:
    if not 1 <= number <= _MOST:
        raise BadKey(key, f"expected a whole number from 1 to {_MOST}")
    return number


def _line(planned: when.Planned) -> str:
    """`  Sun 30 Mar 2025 03:00 +02:00   clocks go forward: 02:30 does not exist`."""
    at = planned.local
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    offset = at.isoformat()[-6:]
    return f"  {long_day(at.date())} {clock} {offset}   {planned.note}".rstrip()
