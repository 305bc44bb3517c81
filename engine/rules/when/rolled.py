"""A rule whose occurrences keep to the working days of a calendar.

What the rule alone would plan is *nominal*. Start, end, count and excluded dates limit the nominal occurrences, as
RFC 5545 has it: the last of three payments stays the third, also where it rolls past the end. An excluded date is
besides never rolled onto. Only the day moves: an occurrence keeps its wall time, and those that meet at one instant
are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from engine.rules.businessdays import FARTHEST, MONDAY_TO_FRIDAY, BusinessDays, shift_words
from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.patterns import Fixed
from engine.rules.when.rule import Rule
from engine.rules.when.wallclock import (
    DAY,
    EPOCH_DAY,
    FIRST,
    FIRST_DAY,
    LAST,
    LAST_DAY,
    WallClock,
    clock_of,
    moment,
    seconds,
)
from store.enums import Roll

# Days in a row that may be left out before a rule counts as one that never happens: twenty years of Sundays.
_TRIES = 1_000
_MOST = 24
_EARLIEST = moment(FIRST - 1)
_WORDS = {
    Roll.NONE: "",
    Roll.SKIP: "only on working days",
    Roll.NEXT: "or the next working day",
    Roll.PREVIOUS: "or the previous working day",
}


def rolled(rule: Rule, days: BusinessDays, roll: Roll) -> Rule:
    """The rule with its occurrences on working days; the rule itself if they shall not roll.

    Raises BadSpec for `next` and `previous` with more than 24 occurrences a day: a whole weekend of them would come
    upon Monday. `skip` takes any rule but one that waits for the machine to start.
    """
    if roll is Roll.NONE:
        return rule
    clock = clock_of(rule.zone)
    first = rule.pattern.next(clock, rule.floor)
    if first is None:
        raise BadSpec(f"{quoted(rule.spec)} has no days of its own that could be off; expected roll none")
    if roll is not Roll.SKIP and rule.pattern.count(clock, first - 1, min(first + DAY, LAST)) > _MOST + 1:
        raise BadSpec(
            f"{quoted(rule.spec)} happens more than {_MOST} times a day, which cannot roll to another day;"
            " expected roll skip or none"
        )
    base = {each.name: getattr(rule, each.name) for each in fields(Rule)}
    return RolledRule(**base, days=days, roll=roll)


@dataclass(frozen=True, slots=True)
class RolledRule(Rule):
    """A rule with the calendar it keeps to; see `Rule` for what it promises and `rolled` for how it is made."""

    days: BusinessDays = MONDAY_TO_FRIDAY
    roll: Roll = Roll.NONE

    def next(self, after: datetime) -> datetime | None:
        """The first occurrence strictly later than `after` (aware), in UTC; None if there is none."""
        if self.roll is Roll.SKIP:
            return self._next_kept(after)
        clock, low = clock_of(self.zone), max(seconds(after), FIRST)
        target = self.days.first_from(_day(clock, low)) if low < LAST else None
        while target is not None:
            first, last = self._reaching(target)
            later = [at for at in self._on(clock, target, first, last) if at > low]
            if later:
                return moment(min(later))
            nominal = Rule.next(self, _end(clock, last))
            target = None if nominal is None else self._goes(_day(clock, seconds(nominal)))
        return None

    def last(self, until: datetime, after: datetime) -> datetime | None:
        """The newest occurrence in (after, until], in UTC, or None."""
        if self.roll is Roll.SKIP:
            return self._last_kept(until, after)
        clock, low, high = clock_of(self.zone), seconds(after), min(seconds(until), LAST)
        target = self.days.last_until(_day(clock, high)) if high > FIRST else None
        while target is not None and _begin(clock, target, 1) > low:
            first, last = self._reaching(target)
            before = [at for at in self._on(clock, target, first, last) if at <= high]
            if before:
                return moment(max(before)) if max(before) > low else None
            nominal = Rule.last(self, _end(clock, first, 0), _EARLIEST)
            target = None if nominal is None else self._goes(_day(clock, seconds(nominal)))
        return None

    def count(self, after: datetime, until: datetime) -> int:
        """How many occurrences lie in (after, until]; the days of it are walked through, the occurrences are not."""
        clock, low, high = clock_of(self.zone), max(seconds(after), FIRST), min(seconds(until), LAST)
        total = Rule.count(self, after, until)
        for number in range(_day(clock, low).toordinal(), _day(clock, high).toordinal() + 1):
            day = date.fromordinal(number)
            first = last = day
            if self.days.is_working(day):
                if self.roll is not Roll.SKIP:
                    first, last = self._reaching(day)
                if first == last:
                    continue
                total += sum(low < at <= high for at in self._on(clock, day, first, last))
            begin, end = max(low, _begin(clock, day) - 1), min(high, _begin(clock, day, 1) - 1)
            total -= Rule.count(self, moment(begin), moment(end)) if begin < end else 0
        return total

    def between(self, after: datetime, until: datetime, limit: int) -> tuple[datetime, ...]:
        """The first `limit` occurrences in (after, until], oldest first, in UTC."""
        found = list[datetime]()
        while len(found) < limit and (at := self.next(found[-1] if found else after)) is not None and at <= until:
            found.append(at)
        return tuple(found)

    def shifted(self, at: datetime) -> str:
        """Why the occurrence `at` is not on the day that the rule says: `from Thu 1 May: Labour Day`, else nothing."""
        clock = clock_of(self.zone)
        day = _day(clock, seconds(at))
        if self.roll is Roll.SKIP or not self.days.is_working(day):
            return ""
        nominal = self._on(clock, day, *self._reaching(day)).get(seconds(at))
        return "" if nominal is None else shift_words(self.days, _day(clock, nominal))

    def left_out(self, after: datetime, until: datetime) -> Iterator[tuple[date, str]]:
        """Days of (after, until] on which it does not happen though the rule says so, and why, oldest first."""
        found = dict(Rule.left_out(self, after, until))
        clock, at = clock_of(self.zone), after
        while self.roll is Roll.SKIP and (nominal := Rule.next(self, at)) is not None and nominal <= until:
            day = _day(clock, seconds(nominal))
            if why := self.days.why_off(day):
                found.setdefault(day, why)
                at = _end(clock, day)
            else:
                at = self._before_off(clock, day)
        yield from sorted(found.items())

    @property
    def ways(self) -> str:
        """How it keeps to its calendar, for its sentence."""
        return f"{_WORDS[self.roll]} of {self.days.name}" if self.days.name else _WORDS[self.roll]

    def whole(self) -> Rule:
        """The rule with nothing left out: what it would plan if no date were excluded, and no day skipped."""
        if self.roll is not Roll.SKIP:
            return replace(self, excluded=frozenset())
        base = {each.name: getattr(self, each.name) for each in fields(Rule)}
        return Rule(**{**base, "excluded": frozenset()})

    def _next_kept(self, after: datetime) -> datetime | None:
        clock = clock_of(self.zone)
        for _ in range(_TRIES):
            at = Rule.next(self, after)
            if at is None or self.days.is_working(day := _day(clock, seconds(at))):
                return at
            working = self.days.first_from(day)
            if working is None:
                return None
            after = _end(clock, working, 0)
        return None

    def _last_kept(self, until: datetime, after: datetime) -> datetime | None:
        clock = clock_of(self.zone)
        for _ in range(_TRIES):
            at = Rule.last(self, until, after)
            if at is None or self.days.is_working(day := _day(clock, seconds(at))):
                return at
            working = self.days.last_until(day)
            if working is None:
                return None
            until = _end(clock, working)
        return None

    def _before_off(self, clock: WallClock, day: date) -> datetime:
        """The end of the stretch of working days that `day` is in, a month of it at most."""
        for _ in range(31):
            if not self.days.is_working(date.fromordinal(day.toordinal() + 1)):
                break
            day = date.fromordinal(day.toordinal() + 1)
        return _end(clock, day)

    def _goes(self, day: date) -> date | None:
        return self.days.roll(day, self.roll)

    def _reaching(self, day: date) -> tuple[date, date]:
        """The first and the last day whose occurrences come upon the working day `day`."""
        number = day.toordinal()
        if self.roll is Roll.NEXT:
            before = self.days.last_until(date.fromordinal(number - 1))
            return date.fromordinal(max(FIRST_DAY, before.toordinal() + 1 if before else number - FARTHEST)), day
        after = self.days.first_from(date.fromordinal(number + 1))
        return day, date.fromordinal(min(LAST_DAY, after.toordinal() - 1 if after else number + FARTHEST))

    def _on(self, clock: WallClock, day: date, first: date, last: date) -> dict[int, int]:
        """Occurrence -> the nominal one behind it, of the working day `day`, which those of first to last come upon."""
        found: dict[int, int] = {}
        if day in self.excluded:
            return found
        at, end = Rule.next(self, _end(clock, first, 0)), _end(clock, last)
        while at is not None and at <= end:
            nominal = seconds(at)
            own = _day(clock, nominal)
            at = Rule.next(self, at)
            if own == day:
                found[nominal] = nominal
            else:
                wall = self._wall(clock, nominal) + (day.toordinal() - own.toordinal()) * DAY
                found.setdefault(clock.instant(wall), nominal)
        return found

    def _wall(self, clock: WallClock, nominal: int) -> int:
        """What the clock shows then; for a wall time in a gap that time, not the end of the gap."""
        gone = self.pattern.swallowed(clock, nominal) if isinstance(self.pattern, Fixed) else None
        return nominal + clock.stretch(nominal)[2] if gone is None else gone


def _day(clock: WallClock, instant: int) -> date:
    """The local date that an instant belongs to."""
    return date.fromordinal(clock.reach(instant) // DAY + EPOCH_DAY)


def _begin(clock: WallClock, day: date, more: int = 0) -> int:
    """The first instant of a local date, or of one `more` days later."""
    return clock.instant((day.toordinal() + more - EPOCH_DAY) * DAY)


def _end(clock: WallClock, day: date, more: int = 1) -> datetime:
    """The last second of a local date; with 0, the last before it."""
    return moment(_begin(clock, day, more) - 1)
