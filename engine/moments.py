"""How far the clocks have come that the tasks of a store follow: lists of late and due tasks are asked with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

from engine.rules.lateness import Due, due_of, mark_of
from engine.rules.zones import wall_instant
from store import settings
from store.reads.task_moments import Clock, Moment, moment_of, turns
from store.values import Task


def moment(connection: sqlite3.Connection, now: datetime) -> Moment:
    """The clocks of the store, of lists and of people at the aware instant `now`. Reads a few short tables."""
    store = str(settings.read(connection, "zone"))
    people = connection.execute(
        "SELECT id, name, zone FROM user WHERE zone IS NOT NULL AND zone <> '' AND zone <> ?", (store,)
    ).fetchall()
    lists = {row[0]: (row[1], row[2]) for row in connection.execute("SELECT id, zone, parent_id FROM task_list")}
    usual = {number: next((zone for zone in zones_above(lists, number) if zone), None) for number in lists}

    @cache
    def clock(zone: str) -> Clock:
        return Clock(zone, mark_of(now, zone))

    return Moment(
        clock(store),
        tuple((number, clock(zone)) for number, zone in usual.items() if zone and (people or zone != store)),
        tuple((number, name, clock(zone)) for number, name, zone in people),
    )


def next_turn(connection: sqlite3.Connection, at: Moment, now: datetime) -> datetime | None:
    """The instant after `now` at which a task becomes due or late, as far as the next midnight; a little early at most.

    Where too many tasks are near to be looked at one by one it is the next minute.
    """
    found = turns(connection, at)
    if found is None:
        return now + timedelta(minutes=1)
    instants = [
        wall_instant(_wall(text), zone)
        for mark, text in found
        for zone in {clock.zone for clock in at.clocks() if clock.mark == mark}
    ]
    return min((each.astimezone(UTC) for each in instants), default=None)


def _wall(text: str) -> datetime:
    """`2025-06-14 24:00` is the midnight after."""
    if text.endswith("24:00"):
        return datetime.fromisoformat(text[:10]) + timedelta(1)
    return datetime.fromisoformat(text)


def zones_above(lists: Mapping[int, tuple[str | None, int | None]], number: int | None) -> Iterator[str | None]:
    """The zones of a list and of those it lies in, the nearest first; `lists` maps an id to (zone, parent)."""
    for _ in range(len(lists) + 1):
        if number is None or number not in lists:
            return
        zone, number = lists[number]
        yield zone


def due_at(task: Task, now: date | Moment) -> tuple[Due, date]:
    """Where a task stands that is not done, and which day it is on its clocks."""
    clock = moment_of(now).clock_of(task.list_id, task.assignees)
    if task.deadline_date is None:
        return Due.AHEAD, clock.day
    return due_of(task.deadline_date, task.deadline_time, clock.mark), clock.day
