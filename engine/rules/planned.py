"""The future by days and by hours: what schedules plan that is not there yet.

A schedule that goes every minute plans forty thousand times a month. So what happens often is counted by the day, and
only the rest is listed; a rule that several schedules share is asked once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import nsmallest

from engine.rules.horizons import midnight
from engine.rules.when import Rule
from engine.rules.zones import local
from store.frozen import value

LISTED = 400
"""Occurrences of one schedule that are listed for a period; of more each day is counted."""
OFTEN = 48
"""Runs a day from which on a schedule counts as one that always runs."""
WEEKS = 4

_TICK = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)


@value
class Source:
    """A schedule whose occurrences later than `after` are still to come.

    `is_task`: it makes or opens tasks, on the days of its own zone; else it runs a job, on the days of the reader.
    """

    id: int
    name: str
    rule: Rule
    after: datetime
    is_task: bool


@value
class Slot:
    """What one schedule plans on one day: `count` times, first at the instant `at` (UTC)."""

    at: datetime
    id: int
    name: str
    is_task: bool
    zone: str
    count: int

    @property
    def time(self) -> str:
        """HH:MM of the first, on the clocks of `zone`; empty for a task that has no time."""
        here = local(self.at, self.zone)
        return "" if self.is_task and midnight(here.date(), self.zone) == self.at else f"{here:%H:%M}"


@value
class DayPlan:
    """How many tasks and runs are planned on a day, and the first few of them: tasks before jobs, by time."""

    tasks: int
    jobs: int
    first: tuple[Slot, ...]


NOTHING = DayPlan(0, 0, ())


def planned_days(
    sources: Iterable[Source], first: date, last: date, zone: str, few: int = 10
) -> Mapping[date, DayPlan]:
    """The days from `first` to `last` on which something is planned. `zone` is that of the days of jobs."""
    known: dict[tuple[Rule, str], list[tuple[date, datetime, int]]] = {}
    slots: defaultdict[date, list[Slot]] = defaultdict(list)
    for source in sources:
        place = source.rule.zone if source.is_task else zone
        key = (source.rule, place)
        if key not in known:
            known[key] = _by_day(source.rule, first, last, place)
        for day, at, count in known[key]:
            slot = _kept(source, day, at, count, place)
            if slot is not None:
                slots[day].append(slot)
    return {day: _plan(found, few) for day, found in sorted(slots.items())}


def _plan(slots: Sequence[Slot], few: int) -> DayPlan:
    tasks = sum(slot.count for slot in slots if slot.is_task)
    jobs = sum(slot.count for slot in slots if not slot.is_task)
    order = nsmallest(few, slots, key=lambda slot: (not slot.is_task, slot.count > OFTEN, slot.at, slot.name, slot.id))
    return DayPlan(tasks, jobs, tuple(order))


def _kept(source: Source, day: date, at: datetime, count: int, zone: str) -> Slot | None:
    """What of a day still lies in the source's time."""
    if at <= source.after:
        count = source.rule.count(source.after, midnight(day + timedelta(1), zone) - _TICK)
        following = source.rule.next(source.after) if count > 0 else None
        if following is None:
            return None
        at = following
    return Slot(at, source.id, source.name, source.is_task, zone, count)


def _by_day(rule: Rule, first: date, last: date, zone: str) -> list[tuple[date, datetime, int]]:
    """(day, first instant, how many) of the days on which the rule has anything."""
    begin, end = midnight(first, zone) - _TICK, midnight(last + timedelta(1), zone) - _TICK
    if rule.count(begin, end) <= LISTED:
        found: dict[date, tuple[datetime, int]] = {}
        for at in rule.between(begin, end, LISTED):
            day = local(at, zone).date()
            earliest, number = found.get(day, (at, 0))
            found[day] = earliest, number + 1
        return [(day, at, number) for day, (at, number) in found.items()]
    days = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        begin, end = midnight(day, zone) - _TICK, midnight(day + timedelta(1), zone) - _TICK
        number = rule.count(begin, end)
        at_first = rule.next(begin) if number else None
        if at_first is not None:
            days.append((day, at_first, number))
    return days


@value
class Cell:
    """An hour of a weekday over the coming weeks. `weekday` 0 = Sunday.

    `runs` are planned in it; `shared` of its minutes begin more than one, at most `most` at once. `names` are the
    schedules by how often they run here. What runs all the time would drown the others: its runs are `always`, and in
    none of the other numbers.
    """

    weekday: int
    hour: int
    runs: int
    always: int
    shared: int
    most: int
    names: tuple[tuple[str, int], ...]


@value
class Heat:
    """168 cells, from Sunday 0:00 on. `always` are the schedules that run more than twice an hour.

    Without these, the longest time without a run begins at `quiet` (weekday, hour) and has `quiet_hours`; None if there
    is none, or no run at all.
    """

    cells: tuple[Cell, ...]
    always: tuple[str, ...]
    quiet: tuple[int, int] | None
    quiet_hours: int
    runs: int

    def at(self, weekday: int, hour: int) -> Cell:
        """The cell of a weekday (0 = Sunday) and an hour."""
        return self.cells[weekday * 24 + hour]


@dataclass(slots=True)
class _Tally:
    runs: Counter[int] = field(default_factory=Counter)
    always: Counter[int] = field(default_factory=Counter)
    names: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    minutes: Counter[datetime] = field(default_factory=Counter)


def heat(sources: Iterable[Source], start: datetime, zone: str, few: int = 20) -> Heat:
    """How many runs are planned for each hour of the week, in the four weeks after `start`, on the clocks of `zone`."""
    end = start.astimezone(UTC) + timedelta(weeks=WEEKS)
    tally, always = _Tally(), list[str]()
    cells: dict[datetime, int] = {}
    for source in sources:
        after = max(source.after, start).astimezone(UTC)
        if source.rule.count(after, end) > OFTEN * 7 * WEEKS:
            always.append(source.name)
            _often(tally, source, after, end, zone)
        else:
            _listed(tally, source, after, end, zone, cells)
    shared = defaultdict[int, list[int]](list)
    for minute, number in tally.minutes.items():
        if number > 1:
            shared[cells[_quarter(minute)]].append(number)
    made = tuple(
        Cell(
            index // 24, index % 24, tally.runs[index], tally.always[index], len(shared[index]),
            max(shared[index], default=0),
            tuple(sorted(tally.names[index].items(), key=lambda each: (-each[1], each[0]))[:few]),
        )
        for index in range(7 * 24)
    )  # fmt: skip
    return Heat(made, tuple(sorted(always)), *_quiet(made), sum(tally.runs.values()))


def _listed(
    tally: _Tally, source: Source, after: datetime, until: datetime, zone: str, cells: dict[datetime, int]
) -> None:
    for at in source.rule.between(after, until, OFTEN * 7 * WEEKS):
        minute = at.replace(second=0, microsecond=0)
        quarter = _quarter(minute)
        index = cells.get(quarter)
        if index is None:
            index = cells[quarter] = _cell(at, zone)
        tally.minutes[minute] += 1
        tally.runs[index] += 1
        tally.names[index][source.name] += 1


def _often(tally: _Tally, source: Source, after: datetime, until: datetime, zone: str) -> None:
    low = after
    while low < until:
        first = low + _TICK
        here = local(first, zone)
        begins = first - timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
        high = min(until, begins + _HOUR - _TICK)
        number = source.rule.count(low, high)
        if number:
            tally.always[_cell(high, zone)] += number
        low = high


def _quarter(minute: datetime) -> datetime:
    """The quarter of an hour that a minute is in: no zone is off by less."""
    return minute.replace(minute=minute.minute // 15 * 15)


def _cell(at: datetime, zone: str) -> int:
    here = local(at, zone)
    return here.isoweekday() % 7 * 24 + here.hour


def _quiet(cells: Sequence[Cell]) -> tuple[tuple[int, int] | None, int]:
    """The longest time without a run; the week goes on from Saturday night to Sunday morning."""
    if not any(cell.runs for cell in cells):
        return None, 0
    longest, length = 0, 0
    found: tuple[int, int] | None = None
    for index, cell in enumerate((*cells, *cells)):
        length = 0 if cell.runs else length + 1
        if length > longest:
            longest, begin = length, cells[(index - length + 1) % len(cells)]
            found = begin.weekday, begin.hour
    return found, longest
