"""Several patterns as one: an instant that two of them name is one occurrence, one that is taken out is none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from engine.rules.when.names import bits, mask_of
from engine.rules.when.patterns import Fixed, Pattern, Running, Walls
from engine.rules.when.wallclock import DAY, EPOCH_DAY, FIRST, LAST, WallClock, clock_of
from store.frozen import value


@value
class Listed:
    """Instants that were named one by one, ascending."""

    instants: tuple[int, ...]

    def next(self, clock: WallClock, after: int) -> int | None:
        at = bisect_right(self.instants, after)
        return self.instants[at] if at < len(self.instants) else None

    def last(self, clock: WallClock, until: int) -> int | None:
        at = bisect_right(self.instants, until)
        return self.instants[at - 1] if at else None

    def count(self, clock: WallClock, after: int, until: int) -> int:
        return max(0, bisect_right(self.instants, until) - bisect_right(self.instants, after))


@value
class Except:
    """A pattern without some instants."""

    pattern: Pattern
    gone: frozenset[int]

    def next(self, clock: WallClock, after: int) -> int | None:
        found = self.pattern.next(clock, after)
        while found in self.gone:
            found = self.pattern.next(clock, found)
        return found

    def last(self, clock: WallClock, until: int) -> int | None:
        found = self.pattern.last(clock, until)
        while found in self.gone:
            found = self.pattern.last(clock, found - 1)
        return found

    def count(self, clock: WallClock, after: int, until: int) -> int:
        inside = (at for at in self.gone if after < at <= until)
        return self.pattern.count(clock, after, until) - sum(_has(self.pattern, clock, at) for at in inside)


@value
class Part:
    """One pattern of several, after `floor` and not after `ceiling`; `zone` None for that of the rule."""

    pattern: Pattern
    zone: str | None = None
    floor: int = FIRST - 1
    ceiling: int = LAST

    def clock(self, clock: WallClock) -> WallClock:
        """Its own clock, else that of the rule."""
        return clock if self.zone is None else clock_of(self.zone)

    def next(self, clock: WallClock, after: int) -> int | None:
        """As a pattern's."""
        found = self.pattern.next(self.clock(clock), max(after, self.floor))
        return None if found is None or found > self.ceiling else found

    def last(self, clock: WallClock, until: int) -> int | None:
        """As a pattern's."""
        found = self.pattern.last(self.clock(clock), min(until, self.ceiling))
        return None if found is None or found <= self.floor else found

    def count(self, clock: WallClock, after: int, until: int) -> int:
        """As a pattern's."""
        low, high = max(after, self.floor), min(until, self.ceiling)
        return self.pattern.count(self.clock(clock), low, high) if high > low else 0


@value
class Union:
    """Every instant that some part names, once."""

    parts: tuple[Part, ...]

    def next(self, clock: WallClock, after: int) -> int | None:
        return min((at for part in self.parts if (at := part.next(clock, after)) is not None), default=None)

    def last(self, clock: WallClock, until: int) -> int | None:
        return max((at for part in self.parts if (at := part.last(clock, until)) is not None), default=None)

    def count(self, clock: WallClock, after: int, until: int) -> int:
        """Only what two parts name that cannot be merged is walked through, on the side of the rarer one."""
        if until <= after:
            return 0
        counted = sorted(
            ((part.count(clock, after, until), place, part) for place, part in enumerate(_merged(self.parts))),
            key=lambda each: (-each[0], each[1]),
        )
        total, before = 0, list[Part]()
        for many, _, part in counted:
            total += many
            if before and many:
                total -= sum(any(_has(other, clock, at) for other in before) for at in _walk(part, clock, after, until))
            before.append(part)
        return total


@value
class Merged:
    """Wall times of several `Walls`, each once; `times` are the seconds of a day, as bits, for the days beside them."""

    walls: tuple[Walls, ...]

    def after(self, wall: int) -> int | None:
        """As of `WallSet`."""
        return min((at for each in self.walls if (at := each.after(wall)) is not None), default=None)

    def upto(self, wall: int) -> int | None:
        """As of `WallSet`."""
        return max((at for each in self.walls if (at := each.upto(wall)) is not None), default=None)

    def count(self, after: int, until: int) -> int:
        """As of `WallSet`; costs a little for each day of the first and the last year, nothing for those between."""
        if until <= after:
            return 0
        (low, started), (high, ended) = divmod(after, DAY), divmod(until, DAY)
        low, high = low + EPOCH_DAY, high + EPOCH_DAY
        total = self._days(low, high - 1) + (self._times(high) & (2 << ended) - 1).bit_count()
        return total - (self._times(low) & (2 << started) - 1).bit_count()

    def _days(self, low: int, high: int) -> int:
        if high < low:
            return 0
        first, last = date.fromordinal(low).year, date.fromordinal(high).year
        if first == last:
            return _count_days(self, low, high)
        total = _count_days(self, low, date(first, 12, 31).toordinal())
        total += sum(_of_a_year(self, year) for year in range(first + 1, last))
        return total + _count_days(self, date(last, 1, 1).toordinal(), high)

    def _times(self, day: int) -> int:
        times = 0
        for each in self.walls:
            times |= _in_seconds(each.times, each.unit, each.second) if each.days.first(day) == day else 0
        return times


def _count_days(merged: Merged, low: int, high: int) -> int:
    known: dict[tuple[bool, ...], int] = {}
    total, day = 0, low
    while True:
        firsts = [each.days.first(day) for each in merged.walls]
        found = min((first for first in firsts if first is not None), default=None)
        if found is None or found > high:
            return total
        which = tuple(first == found for first in firsts)
        if which not in known:
            known[which] = merged._times(found).bit_count()
        total += known[which]
        day = found + 1


@lru_cache(maxsize=4096)
def _of_a_year(merged: Merged, year: int) -> int:
    return _count_days(merged, date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())


@lru_cache(maxsize=256)
def _in_seconds(times: int, unit: int, second: int) -> int:
    return times if unit == 1 else mask_of(place * unit + second for place in bits(times))


@lru_cache(maxsize=256)
def _merged(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts of one clock that follow it alike become one, so that what they share can be counted without a walk."""
    groups: dict[tuple[type[Fixed] | type[Running], str | None], list[Walls]] = {}
    alone = []
    for part in parts:
        pattern = part.pattern
        is_free = (part.floor, part.ceiling) == (FIRST - 1, LAST)
        if is_free and isinstance(pattern, (Fixed, Running)) and isinstance(pattern.walls, Walls):
            groups.setdefault((type(pattern), part.zone), []).append(pattern.walls)
        else:
            alone.append(part)
    return (*(Part(kind(Merged(tuple(walls))), zone) for (kind, zone), walls in groups.items()), *alone)


def _walk(part: Part, clock: WallClock, after: int, until: int) -> Iterator[int]:
    at = part.next(clock, after)
    while at is not None and at <= until:
        yield at
        at = part.next(clock, at)


def _has(pattern: Pattern | Part, clock: WallClock, at: int) -> bool:
    return pattern.next(clock, at - 1) == at
