"""Jobs that nothing holds up: their rule alone says when they run, without a row in any table.

The engine would fire each of their occurrences on time, as `engine.rules.missed.decide` has it; those on days that are
left out it would skip. So they are asked for in one go, and where they are too many to be read they are counted by day.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from engine.forecast.rows import Coming, Kind
from engine.ledger import Standing
from engine.rules.missed import excluded
from engine.rules.when import Rule
from engine.rules.wording import count_of
from engine.rules.zones import local_day
from store.frozen import value
from store.instants import from_us, to_us

MOST_LISTED = 1_000
"""Occurrences of one schedule that are told one by one; more are counted by day."""
MOST_A_DAY = 6
"""The same on the average day, where many schedules are told of together."""

_TICK = timedelta(microseconds=1)


@value
class Span:
    """The time of a forecast: (since, until], and the days it touches with their first instants, in `zone`."""

    since: datetime
    until: datetime
    zone: str
    days: tuple[tuple[date, datetime], ...]
    begins: tuple[int, ...]
    """The same first instants, microseconds UTC."""

    def day(self, at: int) -> date:
        """The day of an instant: of those that are touched by looking it up, which the calendar takes longer for."""
        place = bisect_right(self.begins, at)
        return self.days[place - 1][0] if 0 < place < len(self.days) else local_day(from_us(at), self.zone)


def planned(schedule: Standing, rule: Rule, span: Span, seconds: float | None, *, is_alone: bool) -> Iterator[Coming]:
    """Rows of a schedule: its runs, what is skipped of them, and its end. `is_alone`: no other is told of."""
    many = rule.count(span.since, span.until)
    if many > (MOST_LISTED if is_alone else min(MOST_LISTED, MOST_A_DAY * len(span.days))):
        yield from _counted(schedule, rule, span, seconds, many)
    else:
        for at in rule.between(span.since, span.until, many):
            yield _row(schedule, span, Kind.RUN, at, seconds=seconds, why=rule.shifted(at))
    for verdict in excluded(rule, span.since, span.until):
        yield _row(
            schedule, span, Kind.SKIPPED, verdict.planned, why=verdict.reason or "", count=verdict.count,
            until=verdict.until,
        )  # fmt: skip
    last = end_of(rule, span)
    if last is not None and many:
        yield _row(schedule, span, Kind.ENDED, last, why=end_words(rule))


def end_of(rule: Rule, span: Span) -> datetime | None:
    """The last occurrence ever of a rule that repeats, if it lies in the span."""
    if rule.spec.startswith("once") or rule.next(span.until) is not None:
        return None
    return rule.last(span.until, span.since)


def end_words(rule: Rule) -> str:
    """Why it is the last."""
    if rule.limits.count is not None:
        return f"the last of {count_of(rule.limits.count, 'time')}"
    return "the last before its end" if rule.limits.end is not None else "the last one"


def narrowest(times: Sequence[datetime]) -> float:
    """Seconds between the two nearest neighbours; without end for fewer than two."""
    return min(((later - at).total_seconds() for at, later in pairwise(times)), default=math.inf)


def _counted(schedule: Standing, rule: Rule, span: Span, seconds: float | None, many: int) -> Iterator[Coming]:
    words = f"counted: {many:,} in all"
    ends = [*(begin for _, begin in span.days[1:]), span.until + _TICK]
    for (_, begin), end in zip(span.days, ends, strict=True):
        low, high = max(begin - _TICK, span.since), min(end - _TICK, span.until)
        inside = rule.count(low, high)
        if inside:
            first = rule.next(low)
            assert first is not None
            yield _row(schedule, span, Kind.RUN, first, seconds=seconds, why=words, count=inside)


def _row(
    schedule: Standing,
    span: Span,
    kind: Kind,
    at: datetime,
    *,
    why: str,
    seconds: float | None = None,
    count: int = 1,
    until: datetime | None = None,
) -> Coming:
    instant = to_us(at)
    return Coming(
        instant, span.day(instant), kind, schedule.name, schedule=schedule.name, count=count,
        until=None if until is None else to_us(until), seconds=seconds, why=why, schedule_id=schedule.id,
    )  # fmt: skip
