"""A rule in plain English, and what it will do next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from engine.rules.businessdays import day_words
from engine.rules.when.days import Months
from engine.rules.when.named import iso, say_date, say_moment
from engine.rules.when.names import listed, ordinal
from engine.rules.when.patterns import Fixed, Grid, Pattern, Running, Walls
from engine.rules.when.rule import Rule
from engine.rules.when.union import Except, Union
from engine.rules.when.wallclock import DAY, EPOCH_DAY, clock_of, seconds, zone_of
from engine.rules.wording import MONTHS
from store.frozen import value

MOST_PLANNED = 1000
_MANY_DATES = 3


@value
class Planned:
    """One coming occurrence: `at` in UTC, `local` on the rule's clock, and a note on what is odd about it."""

    at: datetime
    local: datetime
    note: str = ""


def sentence(rule: Rule) -> str:
    """every day at 02:30, Europe/Brussels; with limits: every day at 02:30, 3 times, Europe/Brussels."""
    clock, limits = clock_of(rule.zone), rule.limits
    parts = [rule.words, rule.ways] if rule.ways else [rule.words]
    for word, at in (("from", limits.start), ("until", limits.end)):
        if at is not None:
            instant = seconds(at)
            said = f"{word} {say_moment(instant + clock.stretch(instant)[2])}"
            parts += [] if rule.words.endswith(said) else [said]
    if limits.count is not None:
        parts.append("once" if limits.count == 1 else f"{limits.count} times")
    if rule.excluded:
        days = sorted(rule.excluded)
        say = [say_date((day.toordinal() - EPOCH_DAY) * DAY) for day in days]
        parts.append(f"except {listed(say)}" if len(days) <= _MANY_DATES else f"except {len(days)} days")
    return ", ".join([*parts, rule.zone])


def preview(rule: Rule, after: datetime, count: int) -> tuple[Planned, ...]:
    """The next `count` (at most 1000) occurrences strictly later than `after`, as the engine finds them."""
    zone = zone_of(rule.zone)
    planned: list[Planned] = []
    at = rule.next(after) if count > 0 else None
    while at is not None:
        local = at.astimezone(zone)
        notes = filter(None, (_note(rule, at, local, zone), _left_out(rule, after, at) if rule.ways else ""))
        planned.append(Planned(at, local, "; ".join(notes)))
        after = at
        at = rule.next(at) if len(planned) < min(count, MOST_PLANNED) else None
    return tuple(planned)


def _note(rule: Rule, at: datetime, local: datetime, zone: ZoneInfo) -> str:
    if moved := rule.shifted(at):
        return moved
    notes: dict[str, None] = {}
    for pattern, own in _makers(rule.pattern, rule.zone, seconds(at)):
        here = (local, zone) if own == rule.zone else (at.astimezone(zone_of(own)), zone_of(own))
        notes |= dict.fromkeys(_notes(pattern, own, at, *here))
    return "; ".join(notes)


def _makers(pattern: Pattern, zone: str, at: int) -> Iterator[tuple[Pattern, str]]:
    """What of a joined rule happens at this instant, and by which zone's clock."""
    if isinstance(pattern, Except):
        yield from _makers(pattern.pattern, zone, at)
    elif isinstance(pattern, Union):
        for part in pattern.parts:
            if part.next(clock_of(zone), at - 1) == at:
                yield from _makers(part.pattern, part.zone or zone, at)
    else:
        yield pattern, zone


def _notes(pattern: Pattern, own: str, at: datetime, local: datetime, zone: ZoneInfo) -> Iterator[str]:
    if isinstance(pattern, Fixed):
        if gone := pattern.swallowed(clock_of(own), seconds(at)):
            yield f"clocks go forward: {_clock(gone)} does not exist"
        elif _twice(local, zone):
            yield f"clocks go back: {local:%H:%M} comes twice, the first is taken"
        days = pattern.walls.days if isinstance(pattern.walls, Walls) else None
        if isinstance(days, Months) and (day := days.moved(local.toordinal())):
            yield f"{MONTHS[local.month - 1]} has no {ordinal(day)}: the last day is taken"
    elif isinstance(pattern, (Running, Grid)) and local.fold:
        yield f"clocks go back: {local:%H:%M} comes a second time"


def _left_out(rule: Rule, after: datetime, at: datetime) -> str:
    """`not on Thu 1 May: Labour Day`, of the days between that a calendar left out."""
    found = list(islice((each for each in rule.left_out(after, at) if each[1]), _MANY_DATES + 1))
    words = ", ".join(f"{day_words(day)}: {why}" for day, why in found[:_MANY_DATES])
    more = ", ..." if len(found) > _MANY_DATES else ""
    return f"not on {words}{more}" if found else ""


def _twice(local: datetime, zone: ZoneInfo) -> bool:
    return zone.utcoffset(local.replace(fold=0)) != zone.utcoffset(local.replace(fold=1))


def _clock(wall: int) -> str:
    return iso(wall).partition("T")[2]
