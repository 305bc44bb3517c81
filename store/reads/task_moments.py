"""What is late or due at a moment, for tasks that follow clocks of several zones, in SQL.

The days of a store stand in an index, times and zones do not. No two clocks of the world are more than two days apart,
so all that is due before the first day that any clock shows is late, and nothing after the last one; only tasks of the
days between are read. `engine.moments` says how far the clocks have come; a plain day stands for its first minute.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date, timedelta

from store.frozen import value

_DUE = "ifnull(deadline_date, '9999-12-31')"
_OPEN = "is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
LOOKED_AT = 2_000
"""Tasks of the days that begin or end somewhere on earth, at which a desk looks once a minute: some 2 ms."""
_UNTIL = f"{_DUE} || ' ' || ifnull(deadline_time, '24:00')"
"""From then on a task is late: `2025-06-14 09:30`, `24:00` without a time."""

Sql = tuple[str, tuple[object, ...]]


@value
class Clock:
    """A zone, and how far its clocks have come: `2025-06-14 09:30`."""

    zone: str
    mark: str

    @property
    def day(self) -> date:
        """The day on these clocks."""
        return date.fromisoformat(self.mark[:10])


@value
class Moment:
    """How far the clocks have come that tasks follow.

    `store` are the clocks of most; `lists` those of lists (by id) that have a zone, or lie in one that has; `people`
    those of users (id, name) who live in another zone than the store, for what they alone do.
    """

    store: Clock
    lists: tuple[tuple[int, Clock], ...] = ()
    people: tuple[tuple[int, str, Clock], ...] = ()

    @property
    def day(self) -> date:
        """The day of the store."""
        return self.store.day

    @property
    def days(self) -> tuple[date, ...]:
        """Every day that some clock shows, the earliest first."""
        return tuple(sorted({clock.day for clock in self.clocks()}))

    @property
    def calendar(self) -> tuple[tuple[object, str, date], ...]:
        """Which clock stands on which day, and who follows it."""
        lists = [(number, clock.zone, clock.day) for number, clock in self.lists]
        people = [(name, clock.zone, clock.day) for _, name, clock in self.people]
        return ((None, self.store.zone, self.day), *lists, *people)

    def clock_of(self, list_id: int | None, assignees: tuple[str, ...]) -> Clock:
        """The clock of a task: that of its list, else of the one person who does it, else the store's."""
        for number, clock in self.lists:
            if number == list_id:
                return clock
        if len(assignees) == 1:
            for _, name, clock in self.people:
                if name == assignees[0]:
                    return clock
        return self.store

    def clocks(self) -> Iterable[Clock]:
        """All of them, a zone as often as it is followed."""
        yield self.store
        yield from (clock for _, clock in self.lists)
        yield from (clock for _, _, clock in self.people)

    def _mark(self) -> Sql:
        """How far the clock of the row of `task` has come."""
        tests: list[str] = []
        values: list[object] = []
        if self.lists:
            tests.append("""json_extract(?, '$."' || list_id || '"')""")
            values.append(json.dumps({str(number): clock.mark for number, clock in self.lists}))
        if self.people:
            tests.append(
                """(SELECT iif(count(*) = 1, json_extract(?, '$."' || max(a.user_id) || '"'), NULL)"""
                " FROM task_assignee a WHERE a.task_id = task.id)"
            )
            values.append(json.dumps({str(number): clock.mark for number, _, clock in self.people}))
        sql = f"coalesce({', '.join([*tests, '?'])})" if tests else "?"
        return sql, (*values, self.store.mark)

    def late(self) -> Sql:
        """True for tasks that are late."""
        mark, values = self._mark()
        days = self.days
        return (
            f"{_DUE} <= ? AND ({_DUE} < ? OR {_UNTIL} <= {mark})",
            (days[-1].isoformat(), days[0].isoformat(), *values),
        )

    def due_today(self) -> Sql:
        """True for tasks that are due today, and not late."""
        mark, values = self._mark()
        days = self.days
        return (
            f"{_DUE} >= ? AND {_DUE} <= ? AND {_UNTIL} > {mark} AND {_DUE} <= substr({mark}, 1, 10)",
            (days[0].isoformat(), days[-1].isoformat(), *values, *values),
        )

    def due_soon(self, days: int) -> Sql:
        """True for tasks whose day is one of the next `days` days, today not counted."""
        mark, values = self._mark()
        last = self.day + timedelta(days)
        first = self.days[0].isoformat()
        return f"{_DUE} > ? AND {_DUE} <= ? AND {_DUE} > substr({mark}, 1, 10)", (first, last.isoformat(), *values)

    def on_this_day(self) -> Sql:
        """True for tasks whose day is today, whether their time has passed or not."""
        mark, values = self._mark()
        days = self.days
        first_last = (days[0].isoformat(), days[-1].isoformat())
        return f"({_DUE} >= ? AND {_DUE} <= ? AND {_DUE} = substr({mark}, 1, 10))", (*first_last, *values)


def times_passed(connection: sqlite3.Connection, before: Moment, now: Moment) -> bool:
    """Whether some task has become late between two moments of the same days.

    Looks at no more than the first LOOKED_AT tasks of these days: if there are more, some probably has.
    """
    (late, lates), (was_late, were_late) = now.late(), before.late()
    days = now.days
    near = f"SELECT id, deadline_date, deadline_time, list_id FROM task INDEXED BY task_open WHERE {_OPEN}"
    found, passed = connection.execute(
        f"SELECT count(*), ifnull(sum({late} AND NOT ({was_late})), 0)"
        f" FROM ({near} AND {_DUE} >= ? AND {_DUE} <= ? LIMIT ?) task",
        (*lates, *were_late, days[0].isoformat(), days[-1].isoformat(), LOOKED_AT + 1),
    ).fetchone()
    return bool(found > LOOKED_AT or passed)


def turns(connection: sqlite3.Connection, now: Moment) -> list[tuple[str, str]] | None:
    """The next wall times at which open tasks become due or late: (how far their clock has come, then).

    None if more than LOOKED_AT tasks are due in these days: the next minute may bring one.
    """
    mark, marks = now._mark()
    first, last = now.days[0], now.days[-1] + timedelta(1)
    near = f"SELECT id, deadline_date, deadline_time, list_id FROM task INDEXED BY task_open WHERE {_OPEN}"
    rows = connection.execute(
        f"SELECT mark, min(iif(due > substr(mark, 1, 10), due || ' 00:00', until)), sum(many) FROM"
        f" (SELECT {mark} AS mark, {_DUE} AS due, {_UNTIL} AS until, 1 AS many"
        f" FROM ({near} AND {_DUE} >= ? AND {_DUE} <= ? LIMIT ?) task) WHERE until > mark GROUP BY mark",
        (*marks, first.isoformat(), last.isoformat(), LOOKED_AT + 1),
    ).fetchall()
    if sum(row[2] for row in rows) > LOOKED_AT:
        return None
    return [(row[0], row[1]) for row in rows]


def moment_of(on: date | Moment) -> Moment:
    """A plain day as the moment it begins, on clocks that all show the same: whole days are late or due then."""
    return on if isinstance(on, Moment) else Moment(Clock("UTC", f"{on.isoformat()} 00:00"))
