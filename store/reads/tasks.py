"""Lists of tasks in screen order, a window at a time: a page of a million costs what one of a hundred does.

Every list is a `Section`: one of the partial indexes of the table `task`, in its order. A page is found in
the index alone and only then read, and it goes on behind a key, never behind a count. Behind a key means two
steps because of ties: first what shares the day, by id, then the other days; so both run in the index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta

from store.enums import TaskView
from store.frozen import value
from store.reads.task_moments import Moment, Sql, moment_of
from store.reads.task_rows import many, one, snapshot
from store.reads.task_search import NOTHING, Filter, Path
from store.values import Task, TaskGroup

__all__ = [
    "END", "NOTHING", "Filter", "GroupHead", "Key", "Row", "Section", "count", "done", "due_on", "due_soon",
    "due_today_count", "everything", "group_heads", "groups", "ids", "is_open", "late", "late_count", "listed",
    "many", "of_event", "one", "upcoming", "view", "waiting", "window",
]  # fmt: skip

Key = tuple[object, ...]
"""Where a task stands in a section: the day that orders it, and its id."""

END: Key = ()
"""As `before`: behind the last row."""

_PAGE = 200
_NEAR = 4_000
_NEVER = "9999-12-31"
_LIVE = "kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
_OPEN = f"is_done = 0 AND {_LIVE}"
_DUE = f"ifnull(deadline_date, '{_NEVER}')"


@value
class Section:
    """Tasks of one kind in one order; made by the functions below, opaque to others."""

    index: str
    where: str
    values: tuple[object, ...]
    order: str
    is_descending: bool = False


@value
class Row:
    """A task in a list, with the key behind which the next page begins."""

    key: Key
    task: Task

    @property
    def id(self) -> int:
        """The id of the task."""
        return self.task.id


@value
class GroupHead:
    """A heading of the followups list before anything is counted."""

    deadline_event_id: int | None
    deadline_event: str | None
    first_deadline: date | None


def waiting(on: date) -> Section:
    """Open tasks that are visible on that day, by deadline, none last."""
    return Section("task_open", f"{_OPEN} AND visible_date <= ?", (on.isoformat(),), _DUE)


def of_event(deadline_event_id: int | None, on: date) -> Section:
    """Waiting tasks of one deadline event, or of none."""
    values = (deadline_event_id, on.isoformat())
    where = f"{_OPEN} AND deadline_event_id IS ? AND visible_date <= ?"
    return Section("task_open_by_event", where, values, _DUE)


def late(now: date | Moment) -> Section:
    """Waiting tasks whose day or time has passed."""
    return _due(now, moment_of(now).late())


def due_on(now: date | Moment) -> Section:
    """Waiting tasks that are due today, and whose time has not passed."""
    return _due(now, moment_of(now).due_today())


def due_soon(now: date | Moment, days: int) -> Section:
    """Waiting tasks whose deadline is one of the next `days` days, today not counted."""
    return _due(now, moment_of(now).due_soon(days))


def of_workflows(now: date | Moment, days: int) -> Section:
    """Human steps of workflows that are visible and are due later than in so many days, or by no day.

    They are few among the open tasks, and an index has them alone.
    """
    on = moment_of(now).day
    last = (on + timedelta(days)).isoformat()
    human = "id IN (SELECT task_id FROM step WHERE kind = 'human' AND state = 'waiting' AND task_id IS NOT NULL)"
    where = f"{_OPEN} AND visible_date <= ? AND (deadline_date IS NULL OR deadline_date > ?) AND {human}"
    return Section("", where, (on.isoformat(), last), _DUE)


def is_open() -> Section:
    """Waiting and upcoming tasks, by deadline, none last."""
    return Section("task_open", _OPEN, (), _DUE)


def upcoming(on: date) -> Section:
    """Open tasks that are hidden on that day, by the day they appear."""
    return Section("task_upcoming", f"{_OPEN} AND visible_date > ?", (on.isoformat(),), "visible_date")


def done() -> Section:
    """Done tasks that count, the newest first."""
    return Section("task_done", f"is_done = 1 AND {_LIVE}", (), "done_date", is_descending=True)


def everything() -> Section:
    """All that was ever made and not deleted, superseded tasks and contacts too, the newest first."""
    return Section("", "deleted_at IS NULL", (), "created_at", is_descending=True)


def view(which: TaskView, on: date) -> tuple[Section, ...]:
    """The sections that a view shows, one after the other."""
    sections = {
        TaskView.WAITING: (waiting(on),),
        TaskView.UPCOMING: (upcoming(on),),
        TaskView.OPEN: (is_open(),),
        TaskView.DONE: (done(),),
        TaskView.HISTORY: (everything(),),
        TaskView.ALL: (is_open(), done()),
    }
    return sections[which]


def listed(
    connection: sqlite3.Connection, which: TaskView, on: date, sift: Filter = NOTHING, limit: int = _PAGE
) -> tuple[Task, ...]:
    """The first `limit` tasks of a view; 0 for all."""
    found: list[int] = []
    with snapshot(connection):
        for section in view(which, on):
            left = limit - len(found) if limit else -1
            if left:
                found += ids(connection, section, sift, left)
        return many(connection, found)


def window(
    connection: sqlite3.Connection,
    section: Section,
    sift: Filter = NOTHING,
    *,
    after: Key | None = None,
    before: Key | None = None,
    offset: int | None = None,
    limit: int = _PAGE,
) -> tuple[Row, ...]:
    """At most `limit` rows in screen order, fewer only where the section ends on that side.

    One of: behind the key `after`; the nearest in front of the key `before` (END: the last ones); from the
    position `offset` on, which costs a step of the index for each row it skips; none of them: the first ones.
    """
    with snapshot(connection):
        if before is not None:
            keys = _keys(connection, section, sift, before or None, limit, backwards=True)[::-1]
        else:
            keys = _keys(connection, section, sift, after, limit, offset=offset or 0)
        tasks = many(connection, [number for _, number in keys])
    return tuple(Row(key, task) for key, task in zip(keys, tasks, strict=True))


def ids(connection: sqlite3.Connection, section: Section, sift: Filter = NOTHING, limit: int = -1) -> list[int]:
    """The ids of a section in its order: what a verb acts on that means all that match."""
    return [number for _, number in _keys(connection, section, sift, None, limit)]


def ids_nearby(connection: sqlite3.Connection, section: Section, sift: Filter, limit: int) -> list[int]:
    """Those that pass among the first thousands of a section: what a list shows first."""
    found = _nearby(connection, section, sift, None, limit, _NEAR, down=section.is_descending)
    return [number for _, number in found]


def count(connection: sqlite3.Connection, section: Section, sift: Filter = NOTHING, most: int = -1) -> int:
    """How many tasks a section holds, counted up to `most`."""
    source, where, values = _source(section, sift)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {where} LIMIT ?)"
    return int(connection.execute(query, (*values, most)).fetchone()[0])


def late_count(connection: sqlite3.Connection, now: date | Moment, most: int = -1) -> int:
    """How many waiting tasks are late, counted up to `most`."""
    return count(connection, late(now), NOTHING, most)


def due_today_count(connection: sqlite3.Connection, now: date | Moment, most: int = -1) -> int:
    """How many waiting tasks are due today, counted up to `most`."""
    return count(connection, due_on(now), NOTHING, most)


def group_heads(connection: sqlite3.Connection, today: date) -> tuple[GroupHead, ...]:
    """The deadline events that have waiting tasks, by their first deadline, none last. Counts nothing."""
    first = (
        f"SELECT {_DUE} FROM task INDEXED BY task_open_by_event WHERE {_OPEN}"
        f" AND deadline_event_id IS ev.id AND visible_date <= ? ORDER BY {_DUE}, task.id LIMIT 1"
    )
    rows = connection.execute(
        f"SELECT ev.id, ev.name, ({first}) AS first_due FROM"
        " (SELECT id, name FROM task_event UNION ALL SELECT NULL, NULL) ev"
        " WHERE first_due IS NOT NULL ORDER BY ev.id IS NULL, first_due, ev.id",
        (today.isoformat(),),
    )
    return tuple(GroupHead(event, name, _day(due)) for event, name, due in rows)


def groups(connection: sqlite3.Connection, now: date | Moment, sift: Filter = NOTHING) -> tuple[TaskGroup, ...]:
    """The same headings, counted. Walks through all waiting tasks: not for the thread of a screen."""
    moment = moment_of(now)
    source, where, values = _source(waiting(moment.day), sift, "task_open_by_event")
    (today, todays), (late_, lates) = moment.due_today(), moment.late()
    rows = connection.execute(
        "SELECT event, ev.name, sum(tasks), sum(today), sum(late),"
        f" min(due) FROM (SELECT deadline_event_id AS event, {_DUE} AS due, count(*) AS tasks,"
        f" sum({today}) AS today, sum({late_}) AS late FROM {source} WHERE {where} GROUP BY 1, 2)"
        " LEFT JOIN task_event ev ON ev.id = event GROUP BY event ORDER BY event IS NULL, min(due), event",
        (*todays, *lates, *values),
    )
    return tuple(
        TaskGroup(event, name, tasks, due_today, late_, _day(first))
        for event, name, tasks, due_today, late_, first in rows
    )


def _keys(
    connection: sqlite3.Connection,
    section: Section,
    sift: Filter,
    start: Key | None,
    limit: int,
    *,
    offset: int = 0,
    backwards: bool = False,
) -> list[tuple[str, int]]:
    """(order, id) of the rows behind `start`, or in front of it, in the direction of reading."""
    down = section.is_descending != backwards
    if sift.path is Path.SCAN and section.index and limit > 0 and not offset:
        for rows in (_NEAR, _NEAR * 8):
            near = _nearby(connection, section, sift, start, limit, rows, down=down)
            if len(near) == limit:
                return near
    source, where, values = _source(section, sift)
    way, beyond = ("DESC", "<") if down else ("ASC", ">")
    select = f"SELECT {section.order}, task.id FROM {source} WHERE {where}"
    in_order = f"ORDER BY {section.order} {way}, task.id {way} LIMIT ?"
    if start is None:
        return connection.execute(f"{select} {in_order} OFFSET ?", (*values, limit, offset)).fetchall()
    same = f"{select} AND {section.order} = ? AND task.id {beyond} ? ORDER BY task.id {way} LIMIT ?"
    found = connection.execute(same, (*values, *start, limit)).fetchall()
    if len(found) < limit:
        rest = f"{select} AND {section.order} {beyond} ? {in_order}"
        found += connection.execute(rest, (*values, start[0], limit - len(found))).fetchall()
    return found


def _nearby(
    connection: sqlite3.Connection,
    section: Section,
    sift: Filter,
    start: Key | None,
    limit: int,
    rows: int,
    *,
    down: bool,
) -> list[tuple[str, int]]:
    """What passes among the next `rows` rows of the index: frequent words fill a page without a scan."""
    source, where, values = _source(section, NOTHING)
    conditions, wanted = sift.conditions()
    way, beyond = ("DESC", "<") if down else ("ASC", ">")
    behind: tuple[object, ...] = ()
    if start is not None:
        day, number = start
        where += f" AND {section.order} {beyond}= ? AND ({section.order} {beyond} ? OR task.id {beyond} ?)"
        behind = (day, day, number)
    in_order = f"ORDER BY {section.order} {way}, task.id {way}"
    near = f"SELECT * FROM {source} WHERE {where} {in_order} LIMIT {rows}"
    query = f"SELECT {section.order}, task.id FROM ({near}) task WHERE true{conditions} {in_order} LIMIT ?"
    return connection.execute(query, (*values, *behind, *wanted, limit)).fetchall()


def _source(section: Section, sift: Filter, index: str = "") -> tuple[str, str, Sequence[object]]:
    """The table with the index that must serve, the conditions, and their values."""
    conditions, values = sift.conditions()
    if sift.path is Path.OBJECT:
        by = "INDEXED BY task_by_object"
    elif sift.path in (Path.SCAN, Path.IDS) or not section.index:
        by = "NOT INDEXED"
    else:
        by = f"INDEXED BY {index or section.index}"
    return f"task {by}", section.where + conditions, (*section.values, *values)


def _due(now: date | Moment, which: Sql) -> Section:
    """Bounds of days on both sides and no `=`: with that SQLite 3.40 sorts what the index has sorted already."""
    test, values = which
    return Section(
        "task_open", f"{_OPEN} AND visible_date <= ? AND {test}", (moment_of(now).day.isoformat(), *values), _DUE
    )


def _day(text: str) -> date | None:
    return None if text == _NEVER else date.fromisoformat(text)
