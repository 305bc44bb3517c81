"""What the store knows of days: tasks due and under way, runs that ended, reminders. Counted, with the first few names.

A period of any number of rows is read as ranges of indexes: a count for each day, then a few rows of the days that
have any. Days of tasks are dates; runs and notices belong to the day whose bounds hold their instant.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from store.enums import RunState
from store.frozen import value
from store.instants import Instant
from store.reads import tasks
from store.reads.notifications import Viewer, open_between, snoozed_between
from store.reads.task_rows import snapshot
from store.titling import titled

SORTED = 50
"""Tasks of a day that are put in order of their times; of a fuller day the first ones of the index are shown."""
MOST_SPANS = 300
"""Tasks under way whose names are read for one period."""
LOUD = (RunState.FAILED, RunState.LOST)

_OPEN = "is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
_DONE = "is_done = 1 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
_DUE = "ifnull(deadline_date, '9999-12-31')"
_SPAN = f"INDEXED BY task_span WHERE {_OPEN} AND start_date < deadline_date"
_TASK = f"SELECT id, {titled('task')}, deadline_date, start_date, deadline_time, priority FROM task"


@value
class Bounds:
    """A day, and the instants of which it is made: from `begin` up to, but not, `end` (microseconds UTC)."""

    day: date
    begin: int
    end: int


@value
class DayTask:
    """An open task as a day shows it; `time` is HH:MM."""

    id: int
    name: str
    due: date
    start: date | None
    time: str | None
    priority: int | None


@value
class EndedRun:
    """A run that ended on a day."""

    id: int
    name: str
    state: RunState
    at: Instant


_ACTIONS = f"""
SELECT p.id, g.name, g.action || iif(task.id IS NULL, '', ': ' || {titled("task")}), p.due_at
FROM pending_action p INDEXED BY pending_due JOIN "trigger" g ON g.id = p.trigger_id
LEFT JOIN task ON task.id = p.task_id
WHERE p.state = 'waiting' AND p.due_at >= ? AND p.due_at < ? ORDER BY p.due_at, p.id LIMIT ?
"""


@value
class Reminder:
    """Something that is told on a day: a notice (then `at` says when), or a task that was put off until then.

    With a `trigger` it is what that will do then, by the id of the action; `is_notice` then too.
    """

    id: int
    name: str
    is_notice: bool
    at: Instant | None
    trigger: str = ""

    @property
    def word(self) -> str:
        """What kind of thing it is."""
        return f"trigger {self.trigger}" if self.trigger else "notice" if self.is_notice else "put off until now"


@value
class DayFacts:
    """A day of the store. The numbers count all, the tuples hold the first few.

    `under_way` are tasks that have begun and are due later; `runs` how many ended, by state.
    """

    day: date
    due: int
    tasks: tuple[DayTask, ...]
    spans: int
    under_way: tuple[DayTask, ...]
    done: int
    runs: tuple[tuple[RunState, int], ...]
    ended: tuple[EndedRun, ...]
    reminders: tuple[Reminder, ...]


def days(connection: sqlite3.Connection, bounds: Sequence[Bounds], few: int, who: Viewer) -> tuple[DayFacts, ...]:
    """The days of the bounds, which follow each other, as one look at the store sees them."""
    if not bounds:
        return ()
    first, last = bounds[0].day.isoformat(), bounds[-1].day.isoformat()
    with snapshot(connection):
        due, done = _due(connection, first, last), _done(connection, first, last)
        spans, under_way = _spans(connection, bounds, few)
        reminders = _reminders(connection, bounds, who, few)
        runs = {each.day: _runs(connection, each) for each in bounds if each.begin <= who.now}
        return tuple(
            DayFacts(
                each.day,
                due.get(text := each.day.isoformat(), 0),
                _tasks(connection, text, few) if text in due else (),
                spans.get(each.day, 0),
                tuple(under_way.get(each.day, ())),
                done.get(text, 0),
                runs.get(each.day, ()),
                _ended(connection, each, sum(n for _, n in found), few) if (found := runs.get(each.day)) else (),
                tuple(reminders.get(each.day, ())),
            )
            for each in bounds
        )


def due_on(day: date) -> tasks.Section:
    """Open tasks that are due on a day, visible yet or not; to be paged."""
    text = day.isoformat()
    return tasks.Section("task_open", f"{_OPEN} AND {_DUE} >= ? AND {_DUE} <= ?", (text, text), _DUE)


def _due(connection: sqlite3.Connection, first: str, last: str) -> dict[str, int]:
    rows = connection.execute(
        f"SELECT {_DUE}, count(*) FROM task INDEXED BY task_open"
        f" WHERE {_OPEN} AND {_DUE} >= ? AND {_DUE} <= ? GROUP BY {_DUE}",
        (first, last),
    )
    return dict(rows.fetchall())


def _done(connection: sqlite3.Connection, first: str, last: str) -> dict[str, int]:
    rows = connection.execute(
        "SELECT done_date, count(*) FROM task INDEXED BY task_done"
        f" WHERE {_DONE} AND done_date >= ? AND done_date <= ? GROUP BY done_date",
        (first, last),
    )
    return dict(rows.fetchall())


def _tasks(connection: sqlite3.Connection, day: str, few: int) -> tuple[DayTask, ...]:
    """Those with a time first, by it; then by priority."""
    rows = connection.execute(
        f"{_TASK} INDEXED BY task_open WHERE {_OPEN} AND {_DUE} >= ? AND {_DUE} <= ? ORDER BY {_DUE}, id LIMIT ?",
        (day, day, max(few, SORTED)),
    )
    found = sorted(map(_task, rows), key=lambda task: (task.time or "~", task.priority or 9, task.id))
    return tuple(found[:few])


def _spans(
    connection: sqlite3.Connection, bounds: Sequence[Bounds], few: int
) -> tuple[dict[date, int], dict[date, list[DayTask]]]:
    """Of each day, how many tasks began on it or before and are due after it, and the first few of these."""
    first, last = bounds[0].day, bounds[-1].day
    span = (first.isoformat(), last.isoformat())
    counts: defaultdict[date, int] = defaultdict(int)
    rows = connection.execute(
        f"SELECT start_date, deadline_date, count(*) FROM task {_SPAN} AND deadline_date > ? AND start_date <= ?"
        " GROUP BY deadline_date, start_date",
        span,
    )
    for start, due, number in rows:
        for day in _inner(date.fromisoformat(start), date.fromisoformat(due), first, last):
            counts[day] += number
    named: defaultdict[date, list[DayTask]] = defaultdict(list)
    rows = connection.execute(
        f"{_TASK} {_SPAN} AND deadline_date > ? AND start_date <= ? ORDER BY deadline_date, start_date, id LIMIT ?",
        (*span, MOST_SPANS),
    )
    for task in map(_task, rows):
        assert task.start is not None
        for day in _inner(task.start, task.due, first, last):
            if len(named[day]) < few:
                named[day].append(task)
    return counts, named


def _inner(start: date, due: date, first: date, last: date) -> Sequence[date]:
    """The days of a span within the period; that on which it is due is not one of them."""
    begin, end = max(start, first), min(due - timedelta(1), last)
    return [begin + timedelta(number) for number in range((end - begin).days + 1)]


def _runs(connection: sqlite3.Connection, bounds: Bounds) -> tuple[tuple[RunState, int], ...]:
    rows = connection.execute(
        "SELECT state, count(*) FROM run INDEXED BY run_finished WHERE finished_at IS NOT NULL AND finished_at >= ?"
        " AND finished_at < ? AND deleted_at IS NULL GROUP BY state",
        (bounds.begin, bounds.end),
    )
    return tuple((RunState(state), number) for state, number in rows)


def _ended(connection: sqlite3.Connection, bounds: Bounds, number: int, few: int) -> tuple[EndedRun, ...]:
    """All of them if they are few; of many those that ended badly."""
    only = "" if number <= few else f"AND state IN ({', '.join(repr(state.value) for state in LOUD)})"
    rows = connection.execute(
        "SELECT id, name, state, finished_at FROM run INDEXED BY run_finished WHERE finished_at IS NOT NULL"
        f" AND finished_at >= ? AND finished_at < ? AND deleted_at IS NULL {only} ORDER BY finished_at LIMIT ?",
        (bounds.begin, bounds.end, few),
    )
    return tuple(EndedRun(run, name, RunState(state), Instant(at)) for run, name, state, at in rows)


def _reminders(
    connection: sqlite3.Connection, bounds: Sequence[Bounds], who: Viewer, few: int
) -> dict[date, list[Reminder]]:
    found: defaultdict[date, list[Reminder]] = defaultdict(list)
    told = [
        *open_between(connection, who, bounds[0].begin, bounds[-1].end, MOST_SPANS),
        *snoozed_between(connection, who, bounds[0].begin, bounds[-1].end, MOST_SPANS),
    ]
    for number, words, at in told:
        day = next(each.day for each in bounds if at < each.end)
        found[day].append(Reminder(number, words, True, Instant(at)))
    for number, name, words, at in connection.execute(
        _ACTIONS, (bounds[0].begin, bounds[-1].end, MOST_SPANS)
    ).fetchall():
        day = next(each.day for each in bounds if at < each.end)
        found[day].append(Reminder(number, words, True, Instant(at), name))
    rows = connection.execute(
        f"SELECT id, {titled('task')}, visible_date FROM task INDEXED BY task_upcoming"
        f" WHERE {_OPEN} AND visible_by_hand = 1 AND visible_date >= ? AND visible_date <= ? AND visible_date > ?"
        " ORDER BY visible_date, id LIMIT ?",
        (bounds[0].day.isoformat(), bounds[-1].day.isoformat(), who.today, MOST_SPANS),
    )
    for number, name, day in rows:
        found[date.fromisoformat(day)].append(Reminder(number, name, False, None))
    return {day: each[:few] for day, each in found.items()}


def _task(row: Sequence[Any]) -> DayTask:
    number, name, due, start, time, priority = row
    begin = None if start is None else date.fromisoformat(start)
    return DayTask(number, name, date.fromisoformat(due), begin, time, priority)
