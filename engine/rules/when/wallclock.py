"""A zone's wall clock in whole seconds, so that rules can jump instead of walking through datetimes.

Two integers are used everywhere below: an *instant* is seconds since 1970-01-01 UTC, a *wall* is what a clock
on the wall shows, counted in the same way. Law of clock changes: a wall time inside a gap means the first
instant after the gap, one that comes twice means its first instant. So `instant()` never runs backwards.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.rules.errors import BadValue
from engine.rules.when.bad import BadSpec
from engine.rules.zones import zone_named

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
# Two days are kept off both ends of the calendar: no zone can push an occurrence over the edge.
FIRST_DAY, LAST_DAY = date(1, 1, 3).toordinal(), date(9999, 12, 29).toordinal()
FIRST, LAST = (FIRST_DAY - EPOCH_DAY) * DAY, (LAST_DAY - EPOCH_DAY) * DAY

_SPAN = 25  # one table covers 2**25 seconds, a little over a year
_MARGIN = 2 * DAY
# The shortest pair of changes that cancel each other in tzdata is four days long (Freetown 1939).
_PROBE = 3 * DAY
# From then on zones follow rules alone, of which the shortest stretch is a month (Ramadan in Casablanca).
_RULED, _RARE = 70 * 365 * DAY, 20 * DAY


def seconds(moment: datetime) -> int:
    """The instant of an aware datetime, rounded down."""
    if moment.tzinfo is None:
        raise TypeError("a time without a zone is not an instant")
    delta = moment - EPOCH
    return delta.days * DAY + delta.seconds


def moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; raises BadSpec for any other text."""
    try:
        return zone_named(name)
    except BadValue as error:
        raise BadSpec(str(error)) from None


class Change(NamedTuple):
    """The instant from which another offset holds."""

    at: int
    before: int
    after: int


# Stretches of constant offset, as (starts, offsets, marks, end): stretch i holds from starts[i] until
# starts[i + 1] or end, and takes over at the wall marks[i], where the clock stood when the last one ended.
# A bare tuple, because every question to a rule takes one apart.
_Table = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], int]


class WallClock:
    """Offsets of one zone, found by asking the zone once per year and kept."""

    __slots__ = ("_constant", "_tables", "_zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._constant = zone.utcoffset(None) is not None
        self._tables: dict[int, _Table] = {}

    @property
    def zone(self) -> str:
        """Its name."""
        return self._zone.key

    def stretch(self, instant: int) -> tuple[int, int, int]:
        """(begin, end, offset) of a stretch of constant offset that holds `instant`; it may be cut short."""
        starts, offsets, _, end = self._tables.get(instant >> _SPAN) or self._learn(instant >> _SPAN)
        at = bisect_right(starts, instant)
        return starts[at - 1], starts[at] if at < len(starts) else end, offsets[at - 1]

    def instant(self, wall: int) -> int:
        """When the clock shows `wall` for the first time, or when the gap that swallows it ends."""
        starts, offsets, marks, _ = self._tables.get(wall >> _SPAN) or self._learn(wall >> _SPAN)
        at = bisect_right(marks, wall) - 1
        found, start = wall - offsets[at], starts[at]
        return found if found > start else start

    def reach(self, instant: int) -> int:
        """The last wall whose instant is not after `instant`.

        In the second pass of a repeated hour this is that hour's end: all of its walls are behind us.
        """
        starts, offsets, marks, _ = self._tables.get(instant >> _SPAN) or self._learn(instant >> _SPAN)
        at = bisect_right(starts, instant) - 1
        shown, behind = instant + offsets[at], marks[at] - 1
        return shown if shown > behind else behind

    def changes(self, after: int, until: int) -> Iterator[Change]:
        """Every change in (after, until], oldest first."""
        while after < until and not self._constant:
            _, end, before = self.stretch(after)
            if end > until:
                return
            now = self.stretch(end)[2]
            if now != before:
                yield Change(end, before, now)
            after = end

    def _learn(self, span: int) -> _Table:
        low, end = (span << _SPAN) - _MARGIN, ((span + 1) << _SPAN) + _MARGIN
        starts, offsets = [low], [self._offset(low)]
        seen = low
        step = _PROBE if low < _RULED else _RARE
        for probe in (*range(low + step, end, step), end):
            while self._offset(probe) != offsets[-1]:
                seen = self._change(seen, probe)
                starts.append(seen)
                offsets.append(self._offset(seen))
            seen = probe
        marks = [low - _MARGIN, *(start + was for start, was in zip(starts[1:], offsets, strict=False))]
        table = self._tables[span] = (tuple(starts), tuple(offsets), tuple(marks), end)
        return table

    def _change(self, low: int, high: int) -> int:
        """The first instant in low..high with another offset than `low`, given that `high` has another."""
        was = self._offset(low)
        return low + bisect_left(range(low, high), True, key=lambda at: self._offset(at) != was)

    def _offset(self, instant: int) -> int:
        inside = min(max(instant, FIRST), LAST)
        offset = datetime.fromtimestamp(inside, self._zone).utcoffset()
        return 0 if offset is None else offset.days * DAY + offset.seconds


@lru_cache(maxsize=1024)
def clock_of(zone: str) -> WallClock:
    """The shared clock of a zone; raises BadSpec for an unknown one."""
    return WallClock(zone_of(zone))
