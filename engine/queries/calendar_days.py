"""What lies on each day, and which hours of the week are full: the calendar for the command line and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from engine.agenda import Day, agenda, first_weekday
from engine.operations.registry import Help, Look, query
from engine.operations.saving import BadKey
from engine.planned import heat_of
from engine.rules.planned import WEEKS, Heat, Slot
from engine.rules.wording import WEEKDAYS, clock, count_of, long_day, some_of, state_of
from store.frozen import value
from store.instants import Instant, from_us, to_us
from store.reads.calendar_days import DayTask, EndedRun, Reminder
from store.reads.notifications import viewer

MOST_DAYS = 400
_AHEAD = 14
_MOST = 1_000


@value
class PlannedLine:
    """What a schedule plans on a day and is not there yet: `count` times, first at `at`. `what`: task or run."""

    at: Instant
    time: str
    what: str
    schedule_id: int
    name: str
    count: int


@value
class AgendaDay:
    """A day. Numbers count all, the lists hold the first few; `off` is the name of a day that nobody works on."""

    day: date
    off: str | None
    due: int
    tasks: tuple[DayTask, ...]
    under_way: tuple[DayTask, ...]
    done: int
    planned_tasks: int
    planned_runs: int
    planned: tuple[PlannedLine, ...]
    runs: Mapping[str, int]
    ended: tuple[EndedRun, ...]
    reminders: tuple[Reminder, ...]
    zone: str

    def __str__(self) -> str:
        """The day, then a line for each thing on it."""
        head = f"{long_day(self.day)}{f'   {self.off}' if self.off else ''}"
        lines = [f"  {each.time or '':5} {each.name}   (task {each.id})" for each in self.tasks]
        lines += _more(self.due - len(self.tasks), "task")
        lines += [f"        {each.name}   (task {each.id}, until {each.due})" for each in self.under_way]
        lines += [f"  {each.time:5} ~ {each.name}{_times(each.count)}   (planned {each.what})" for each in self.planned]
        lines += _more(self.planned_tasks + self.planned_runs - sum(each.count for each in self.planned), "planned")
        lines += [f"        {each.name}   ({each.word.removesuffix(' until now')})" for each in self.reminders]
        if self.runs:
            lines.append("  runs: " + ", ".join(f"{number:,} {state}" for state, number in self.runs.items()))
        for run in self.ended:
            at = clock(from_us(run.at), self.zone)
            lines.append(f"  {at} {state_of(run.state).ascii} {run.name}   (run {run.id}, {run.state})")
        return "\n".join([head, *lines])


@value
class Agenda:
    """Days, one after the other."""

    days: tuple[AgendaDay, ...]

    def as_json(self, _: str) -> tuple[AgendaDay, ...]:
        """An array of days."""
        return self.days

    def __str__(self) -> str:
        """Each day with what lies on it."""
        return "\n".join(map(str, self.days))


@value
class HeatMap:
    """The hours of the week with the runs that are planned in the coming weeks. Weekdays: 0 = Sunday."""

    heat: Heat
    first_weekday: int

    def as_json(self, _: str) -> dict[str, Any]:
        """Cells as objects, and what runs all the time."""
        quiet = self.heat.quiet
        return {
            "weeks": WEEKS,
            "runs": self.heat.runs,
            "always": list(self.heat.always),
            "quiet": quiet and {"weekday": quiet[0], "hour": quiet[1], "hours": self.heat.quiet_hours},
            "cells": [
                {
                    "weekday": cell.weekday, "hour": cell.hour, "runs": cell.runs, "shared_minutes": cell.shared,
                    "most_at_once": cell.most, "always": cell.always,
                    "schedules": [{"name": name, "runs": runs} for name, runs in cell.names],
                }
                for cell in self.heat.cells
            ],
        }  # fmt: skip

    def __str__(self) -> str:
        """A line for each weekday, a column for each hour; `*` marks hours in which several begin at once."""
        heat, lines = self.heat, ["     " + "".join(f"{hour:5}" for hour in range(24))]
        for number in range(7):
            weekday = (self.first_weekday + number) % 7
            cells = [heat.at((weekday + 1) % 7, hour) for hour in range(24)]
            shown = "".join(f"{cell.runs or '.':>4}{'*' if cell.shared else ' '}" for cell in cells)
            lines.append(f"{WEEKDAYS[weekday][:3]}  {shown}".rstrip())
        lines.append(f"{count_of(heat.runs, 'run')} in the next {WEEKS} weeks; * several begin in the same minute")
        if heat.always:
            lines.append(f"not counted, as they run more than twice an hour: {some_of(heat.always, 5)}")
        if heat.quiet is not None:
            weekday, hour = heat.quiet
            at = f"{WEEKDAYS[(weekday + 6) % 7]} {hour:02}:00"
            lines.append(f"quiet for {count_of(heat.quiet_hours, 'hour')} from {at}")
        return "\n".join(lines)


@query("agenda")
def listed(
    look: Look,
    from_: Annotated[date | None, Help("first day; else today")] = None,
    until: Annotated[date | None, Help("last day; else two weeks from the first")] = None,
    limit: Annotated[int, Help("at most so many things of each kind on a day")] = 20,
) -> Agenda:
    """List each day with its tasks, what is planned and not there yet, and runs that ended."""
    first = from_ or look.today
    last = until or first + timedelta(_AHEAD - 1)
    if not first <= last < first + timedelta(MOST_DAYS):
        raise BadKey("until", f"expected a day from {first} on, at most {MOST_DAYS} days in all")
    if not 0 <= limit <= _MOST:
        raise BadKey("limit", f"expected a whole number from 0 to {_MOST}")
    who = viewer(look.connection, look.actor, look.now, look.today)
    found = agenda(look.connection, first, last, look.at, who, limit)
    return Agenda(tuple(_shown(each, look.zone.key) for each in found))


@query("heatmap")
def heatmap(look: Look) -> HeatMap:
    """Count the runs planned for each hour of the week in the coming four weeks."""
    return HeatMap(heat_of(look.connection, look.at), first_weekday(look.connection))


def _shown(day: Day, zone: str) -> AgendaDay:
    facts = day.facts
    off = None if day.off is None else day.off.name or "weekend"
    return AgendaDay(
        day.day, off, facts.due, facts.tasks, facts.under_way, facts.done, day.plan.tasks, day.plan.jobs,
        tuple(map(_line, day.plan.first)), {str(state): number for state, number in facts.runs}, facts.ended,
        facts.reminders, zone,
    )  # fmt: skip


def _line(slot: Slot) -> PlannedLine:
    what = "task" if slot.is_task else "run"
    return PlannedLine(to_us(slot.at), slot.time, what, slot.id, slot.name, slot.count)


def _times(number: int) -> str:
    return f", {number:,} times" if number > 1 else ""


def _more(number: int, what: str) -> list[str]:
    return [f"        and {number:,} more {what if what == 'planned' else what + 's' * (number > 1)}"] * (number > 0)
