"""The three ways in which occurrences lie in time, each answering next, last and count without walking.

All of them speak in instants (whole seconds, see `wallclock`) and know nothing of limits.
"""

from __future__ import annotations

from typing import Protocol

from engine.rules.when.days import Days, lowest
from engine.rules.when.wallclock import DAY, EPOCH_DAY, WallClock
from store.frozen import value

# No offset differs from another by more than this, so changes farther away cannot repeat a wall at hand.
_FAR = 2 * DAY


class Pattern(Protocol):
    """A set of instants that can be entered anywhere."""

    def next(self, clock: WallClock, after: int) -> int | None:
        """The first occurrence later than `after`."""

    def last(self, clock: WallClock, until: int) -> int | None:
        """The newest occurrence not later than `until`."""

    def count(self, clock: WallClock, after: int, until: int) -> int:
        """How many occurrences lie in (after, until]."""


@value
class Grid:
    """`anchor` and every `step` seconds after it: elapsed time, blind to clock changes."""

    anchor: int
    step: int

    def next(self, clock: WallClock, after: int) -> int | None:
        if after < self.anchor:
            return self.anchor
        return after + self.step - (after - self.anchor) % self.step

    def last(self, clock: WallClock, until: int) -> int | None:
        return until - (until - self.anchor) % self.step if until >= self.anchor else None

    def count(self, clock: WallClock, after: int, until: int) -> int:
        after = max(after, self.anchor - 1)
        return max(0, (until - self.anchor) // self.step - (after - self.anchor) // self.step)


@value
class Walls:
    """Some times of some days, as wall times: bits count units of `unit` seconds, each `second` seconds late.

    The unit is a minute (bits 0 to 1439) or a second (0 to 86399). These are plain wall times without a zone;
    `Fixed` and `Running` say what a clock change does to them.
    """

    days: Days
    times: int
    second: int = 0
    unit: int = 60

    def after(self, wall: int) -> int | None:
        """The first wall time later than `wall`."""
        unit = self.unit
        day, inside = divmod(wall - self.second, DAY)
        day += EPOCH_DAY
        found = self.days.first(day)
        if found == day:
            place = inside // unit + 1
            rest = self.times >> place
            if rest:
                return (day - EPOCH_DAY) * DAY + (place + lowest(rest)) * unit + self.second
            found = self.days.first(day + 1)
        if found is None:
            return None
        return (found - EPOCH_DAY) * DAY + lowest(self.times) * unit + self.second

    def upto(self, wall: int) -> int | None:
        """The newest wall time not later than `wall`."""
        unit = self.unit
        day, inside = divmod(wall - self.second, DAY)
        day += EPOCH_DAY
        found = self.days.last(day)
        done = self.times
        if found == day:
            done &= (2 << inside // unit) - 1
            if not done:
                found, done = self.days.last(day - 1), self.times
        if found is None:
            return None
        return (found - EPOCH_DAY) * DAY + (done.bit_length() - 1) * unit + self.second

    def count(self, after: int, until: int) -> int:
        """How many wall times lie in (after, until]."""
        if until <= after:
            return 0
        unit = self.unit
        low, started = divmod(after - self.second, DAY)
        high, ended = divmod(until - self.second, DAY)
        low, high = low + EPOCH_DAY, high + EPOCH_DAY
        total = self.days.count(low, high - 1) * self.times.bit_count() if high > low else 0
        if self.days.count(high, high):
            total += (self.times & ((2 << ended // unit) - 1)).bit_count()
        if self.days.count(low, low):
            total -= (self.times & ((2 << started // unit) - 1)).bit_count()
        return total


class WallSet(Protocol):
    """Planned wall times, whatever their days."""

    def after(self, wall: int) -> int | None:
        """The first wall time later than `wall`."""

    def upto(self, wall: int) -> int | None:
        """The newest wall time not later than `wall`."""

    def count(self, after: int, until: int) -> int:
        """How many wall times lie in (after, until]."""


@value
class Fixed:
    """Every planned wall time fires once: at the end of the gap that swallows it, or the first of two times.

    Two that fall into the same gap meet at its end and are one occurrence.
    """

    walls: WallSet

    def next(self, clock: WallClock, after: int) -> int | None:
        wall = self.walls.after(clock.reach(after))
        return None if wall is None else clock.instant(wall)

    def last(self, clock: WallClock, until: int) -> int | None:
        wall = self.walls.upto(clock.reach(until))
        return None if wall is None else clock.instant(wall)

    def count(self, clock: WallClock, after: int, until: int) -> int:
        if until <= after:
            return 0
        total = self.walls.count(clock.reach(after), clock.reach(until))
        for change in clock.changes(after, until):
            if change.after > change.before:
                met = self.walls.count(change.at + change.before - 1, change.at + change.after)
                total -= max(0, met - 1)
        return total

    def swallowed(self, clock: WallClock, at: int) -> int | None:
        """The planned wall time that a gap ending at the instant `at` moved there, if any."""
        begin, _, offset = clock.stretch(at)
        before = clock.stretch(at - 1)[2]
        if begin != at or before >= offset:
            return None
        wall = self.walls.after(at + before - 1)
        return wall if wall is not None and wall < at + offset else None


@value
class Running:
    """Every instant at which the clock shows a planned wall time.

    Debian's rule for cron lines with a wildcard minute or hour: they follow elapsed time, so nothing makes
    up for a gap and a repeated hour runs twice.
    """

    walls: WallSet

    def next(self, clock: WallClock, after: int) -> int | None:
        while True:
            _, end, offset = clock.stretch(after + 1)
            wall = self.walls.after(after + offset)
            if wall is None:
                return None
            found = wall - offset
            if found < end:
                return found
            # Nothing is planned up to `wall`; only a change close behind us could show earlier walls again.
            after = end - 1 if end - after <= _FAR else max(end - 1, found - _FAR)

    def last(self, clock: WallClock, until: int) -> int | None:
        while True:
            begin, _, offset = clock.stretch(until)
            wall = self.walls.upto(until + offset)
            if wall is None:
                return None
            found = wall - offset
            if found >= begin:
                return found
            until = begin - 1 if until - begin <= _FAR else min(begin - 1, found + _FAR)

    def count(self, clock: WallClock, after: int, until: int) -> int:
        if until <= after:
            return 0
        total = self.walls.count(after + clock.stretch(after)[2], until + clock.stretch(until)[2])
        for change in clock.changes(after, until):
            low, high = change.at + change.before - 1, change.at + change.after - 1
            total += self.walls.count(high, low) if high < low else -self.walls.count(low, high)
        return total
