"""What the schedules of a store plan, from their rows to the days and hours of `engine.rules.planned`."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from engine import recurring_switch
from engine.ledger import COLUMNS, Standing
from engine.rules.errors import BadValue
from engine.rules.horizons import midnight
from engine.rules.planned import DayPlan, Heat, Slot, Source, heat, planned_days
from engine.rules.when import parse
from engine.rules.zones import local
from engine.titles import MARK, planned_title
from store import settings
from store.enums import Action, Basis
from store.instants import from_us

_ONE = timedelta(microseconds=1)
_SOURCES = f"""
SELECT {COLUMNS}, action, basis, (SELECT task_name FROM template WHERE schedule_id = schedule.id)
FROM schedule WHERE deleted_at IS NULL AND is_enabled AND error IS NULL
  AND (pause_reason IS NULL OR paused_until IS NOT NULL) AND action IN ('run', 'create', 'reopen')
"""


def planned(connection: sqlite3.Connection, first: date, last: date, now: datetime, few: int) -> Mapping[date, DayPlan]:
    """What is planned on the days from `first` to `last` and not decided yet: no task, no run of it is there.

    Takes a while with thousands of schedules: not for the thread of a screen.
    """
    zone = str(settings.read(connection, "zone"))
    found = planned_days(sources(connection, now, zone), first, last, zone, few)
    if not any(MARK in slot.name for plan in found.values() for slot in plan.first):
        return found
    return {day: replace(plan, first=_titled(connection, plan.first)) for day, plan in found.items()}


def _titled(connection: sqlite3.Connection, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Tasks that are to come, by what their names will show."""
    found = []
    for slot in slots:
        if slot.is_task and MARK in slot.name:
            due, length = local(slot.at, slot.zone).date(), _duration(connection, slot.id)
            slot = replace(slot, name=planned_title(connection, slot.name, due, length))
        found.append(slot)
    return tuple(found)


def _duration(connection: sqlite3.Connection, schedule: int) -> str:
    row = connection.execute("SELECT duration FROM template WHERE schedule_id = ?", (schedule,)).fetchone()
    return str(row[0]) if row else "0d"


def heat_of(connection: sqlite3.Connection, now: datetime) -> Heat:
    """How many runs of jobs are planned for each hour of the week, counted over the coming four weeks."""
    zone = str(settings.read(connection, "zone"))
    return heat((each for each in sources(connection, now, zone) if not each.is_task), now, zone)


def sources(connection: sqlite3.Connection, now: datetime, zone: str) -> Iterator[Source]:
    """The schedules in service, with the time from which on their occurrences are open. Broken ones are left out."""
    skipped: defaultdict[int, set[date]] = defaultdict(set)
    for schedule, day in connection.execute("SELECT schedule_id, day FROM skip").fetchall():
        skipped[schedule].add(date.fromisoformat(day))
    makes_tasks = recurring_switch.is_on(connection)
    begin = midnight(local(now, zone).date(), zone) - _ONE
    for row in connection.execute(_SOURCES).fetchall():
        each, (action, basis, task_name) = Standing(*row[:-3]), row[-3:]
        is_task = action != Action.RUN
        if is_task and not makes_tasks:
            continue
        try:
            rule = each.rule(connection)
        except BadValue:
            continue
        if each.id in skipped:
            rule = replace(rule, excluded=rule.excluded | skipped[each.id])
        after = max(from_us(each.cursor_at), begin)
        if each.pause_reason is not None and each.paused_until is not None:
            after = max(after, from_us(each.paused_until))
        if basis == Basis.COMPLETION:  # what comes behind the next one hangs on a day that nobody knows
            if each.next_at is None:
                continue
            rule = parse(f"once {from_us(each.next_at):%Y-%m-%dT%H:%M:%SZ}", rule.zone)
        yield Source(each.id, task_name or each.name, rule, after, is_task)
