"""`Rule`: the one value that every notation of a schedule becomes."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.patterns import Pattern
from engine.rules.when.wallclock import DAY, EPOCH_DAY, FIRST, LAST, WallClock, clock_of, moment, seconds

MOST_TIMES = 1_000_000
# No store keeps instants after the year 2200, and counting through all of the calendar would take too long.
_HORIZON = (date(2300, 1, 1).toordinal() - EPOCH_DAY) * DAY


@dataclass(frozen=True, slots=True)
class Limits:
    """What `bounded` was told; kept for the sentence."""

    start: datetime | None = None
    end: datetime | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """When something repeats. Hashable, picklable, without a cursor: any question, any starting point.

    What every rule promises:

    - Each `next` is strictly later than its argument, a whole second, and the same from any starting point.
    - Days are counted on the calendar of `zone`. Months are counted from the start, never one from the next:
      31 January, 28 February, 31 March. A day that a month lacks is clamped to its last day or skipped, as
      the rule says.
    - A wall time that a clock change skips fires once, at the first instant after the gap; one that comes
      twice fires once, the first time. Two wall times in one gap meet at its end as one occurrence.
    - Steps of hours, minutes and seconds are a grid of elapsed time and run evenly through both changes.
    - Cron lines follow Debian: a wildcard minute or hour follows elapsed time too.
    - Nothing happens in the first and the last days of the calendar (years 1 and 9999): the answer is None.

    `spec` is canonical: `parse(rule.spec, rule.zone, anchor=rule.anchor)` is the unlimited rule again.
    Occurrences lie after `floor` and not after `ceiling` (seconds since 1970 UTC).
    """

    spec: str
    zone: str
    pattern: Pattern
    anchor: datetime | None = None
    floor: int = FIRST - 1
    ceiling: int = LAST
    limits: Limits = Limits()
    excluded: frozenset[date] = frozenset()
    words: str = field(default="", compare=False)

    def next(self, after: datetime) -> datetime | None:
        """The first occurrence strictly later than `after` (aware), in UTC; None when the rule has ended."""
        start = seconds(after)
        clock = clock_of(self.zone)
        found = self.pattern.next(clock, start if start > self.floor else self.floor)
        if self.excluded:
            found = self._past_excluded(clock, found)
        return None if found is None or found > self.ceiling else moment(found)

    def last(self, until: datetime, after: datetime) -> datetime | None:
        """The newest occurrence in (after, until], in UTC, or None."""
        clock = clock_of(self.zone)
        found = self.pattern.last(clock, min(seconds(until), self.ceiling))
        while found is not None and found > self.floor and self._is_excluded(day := _day(clock, found)):
            found = self.pattern.last(clock, _begin(clock, day) - 1)
        if found is None or found <= max(seconds(after), self.floor):
            return None
        return moment(found)

    def count(self, after: datetime, until: datetime) -> int:
        """How many occurrences lie in (after, until]; the length of the gap hardly matters."""
        low, high = max(seconds(after), self.floor), min(seconds(until), self.ceiling)
        if high <= low:
            return 0
        clock = clock_of(self.zone)
        total = self.pattern.count(clock, low, high)
        for out in self.excluded:
            begin, end = _begin(clock, out.toordinal()) - 1, _begin(clock, out.toordinal() + 1) - 1
            total -= self.pattern.count(clock, max(low, begin), min(high, end))
        return total

    def between(self, after: datetime, until: datetime, limit: int) -> tuple[datetime, ...]:
        """The first `limit` occurrences in (after, until], oldest first, in UTC."""
        clock, found = clock_of(self.zone), list[int]()
        at, end = max(seconds(after), self.floor), min(seconds(until), self.ceiling)
        while len(found) < limit:
            following = self.pattern.next(clock, at)
            if self.excluded:
                following = self._past_excluded(clock, following)
            if following is None or following > end:
                break
            found.append(at := following)
        return tuple(map(moment, found))

    def shifted(self, at: datetime) -> str:
        """Why the occurrence `at` is on another day than the rule says; nothing for most rules (see `rolled`)."""
        return ""

    def left_out(self, after: datetime, until: datetime) -> Iterator[tuple[date, str]]:
        """Days of (after, until] that are left out, oldest first; with the reason, empty for an excluded date."""
        clock = clock_of(self.zone)
        low, high = _day(clock, seconds(after)), _day(clock, seconds(until))
        for day in sorted(self.excluded):
            if low <= day.toordinal() <= high:
                yield day, ""

    def whole(self) -> Rule:
        """The rule with nothing left out."""
        return replace(self, excluded=frozenset())

    @property
    def ways(self) -> str:
        """How it keeps to a calendar, for its sentence."""
        return ""

    def _past_excluded(self, clock: WallClock, found: int | None) -> int | None:
        while found is not None and found <= self.ceiling and self._is_excluded(day := _day(clock, found)):
            found = self.pattern.next(clock, _begin(clock, day + 1) - 1)
        return found

    def _is_excluded(self, day: int) -> bool:
        return date.fromordinal(day) in self.excluded


def bounded(
    rule: Rule,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    count: int | None = None,
    excluded: Set[date] = frozenset(),
) -> Rule:
    """The same rule within limits; a second call narrows further, but a new `start` replaces the old.

    `start` and `end` are aware and inclusive. With a start that is not after it the anchor of an `every` rule
    is an occurrence itself, which it is not otherwise: "every 3 days" begins in three days.
    `count` occurrences are counted from the start, else from the rule's anchor; as in RFC 5545 those on
    `excluded` local dates count too, so that skipping one does not add another at the end.
    Raises BadSpec for limits that leave no room.
    """
    floor, ceiling = rule.floor, rule.ceiling
    if start is not None:
        floor = max(FIRST, _up(start)) - 1
        if rule.floor >= FIRST and rule.anchor is not None:
            floor = max(floor, seconds(rule.anchor) - 1)
    if end is not None:
        ceiling = min(ceiling, seconds(end))
        if start is not None and end < start:
            raise BadSpec(f"the end {end:%Y-%m-%d %H:%M} is before the start {start:%Y-%m-%d %H:%M}")
    if count is not None:
        floor = max(floor, _counted_from(rule, start))
        ceiling = min(ceiling, _nth(rule, floor, count))
    old = rule.limits
    limits = Limits(start or old.start, end or old.end, old.count if count is None else count)
    return replace(rule, floor=floor, ceiling=ceiling, limits=limits, excluded=rule.excluded | excluded)


def ended(rule: Rule, until: int | None, count: int | None) -> Rule:
    """The same rule with an end of its own: an instant that belongs to it, or a number of occurrences."""
    clock, ceiling = clock_of(rule.zone), rule.ceiling
    if until is not None:
        first = rule.pattern.next(clock, rule.floor)
        if first is None or until < first:
            raise BadSpec(f"{quoted(rule.spec)} can never match: it ends before it begins")
        ceiling = min(ceiling, until)
    if count is not None:
        ceiling = min(ceiling, _nth(rule, rule.floor, count))
    return replace(rule, ceiling=ceiling, limits=Limits(None, None if until is None else moment(until), count))


def _counted_from(rule: Rule, start: datetime | None) -> int:
    if start is not None or rule.floor >= FIRST:
        return FIRST - 1
    if rule.anchor is None:
        raise BadSpec(f"{rule.spec}: a count needs a start to be counted from")
    return seconds(rule.anchor)


def _nth(rule: Rule, floor: int, count: int) -> int:
    """The instant of the `count`-th occurrence after `floor`, or the end of time if that is after the year 2300."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_TIMES:
        raise BadSpec(f"the count must be a whole number from 1 to {MOST_TIMES}")
    clock = clock_of(rule.zone)
    low, width, left = floor, DAY, count
    last = _HORIZON if floor < _HORIZON else LAST
    while (inside := rule.pattern.count(clock, low, min(low + width, last))) < left:
        low, left, width = low + width, left - inside, width * 2
        if low >= last:
            return LAST
    while width > 1:
        half = width // 2
        inside = rule.pattern.count(clock, low, low + half)
        if inside < left:
            low, left, width = low + half, left - inside, width - half
        else:
            width = half
    return low + width


def _up(at: datetime) -> int:
    """The instant of an aware datetime, rounded up."""
    return seconds(at) + (at.microsecond > 0)


def _day(clock: WallClock, instant: int) -> int:
    """The local date that an instant belongs to, as an ordinal: the last one to have begun."""
    return clock.reach(instant) // DAY + EPOCH_DAY


def _begin(clock: WallClock, day: int) -> int:
    """The first instant of a local date."""
    return clock.instant((day - EPOCH_DAY) * DAY)
