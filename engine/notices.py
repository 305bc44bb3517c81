"""The engine's look at what people should be told because time has passed: tasks due and late, jobs not finished.

Work of a pass is bounded: each day the open tasks that are due are walked along their index, some hundreds at a time,
and after that only tasks are looked at of which the journal tells a change.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date
from sqlite3 import Connection
from typing import NamedTuple

from engine import expecting, telling
from engine.moments import moment, next_turn
from engine.rules.alerts import Severity
from engine.rules.wording import long_day
from engine.turn import Turn
from store.errors import StoreTrouble
from store.instants import from_us, to_us
from store.reads.task_moments import Moment
from store.titling import titled

AT_ONCE = 500
"""Tasks of one look, and of one transaction."""
_CHANGES = 2_000

_FOUND = """
SELECT id, name, due, object_class, object_id, late,
       visible_date <= ? AND (late OR today AND schedule_id IS NULL) AND NOT EXISTS (
         SELECT 1 FROM notification n WHERE n.dedupe_key = iif(late, 'late:', 'due:') || found.id || ':' || due)
FROM (SELECT task.id, {} AS name, ifnull(deadline_date, '9999-12-31') AS due, object_class, object_id, visible_date,
             schedule_id, ({}) AS late, ({}) AS today
      FROM task {}) found
"""
_OPEN = "task.is_done = 0 AND task.kind <> 'contact' AND task.superseded_at IS NULL AND task.deleted_at IS NULL"
_WALK = f"""
INDEXED BY task_open WHERE {_OPEN} AND ifnull(deadline_date, '9999-12-31') {{}} AND task.id > ?
  AND ifnull(deadline_date, '9999-12-31') <= ?
ORDER BY {{}}task.id LIMIT ?
"""
SAME_DAY = _WALK.format("= ?", "")
LATER_DAYS = _WALK.format("> ?", "ifnull(deadline_date, '9999-12-31'), ")
CHANGED = f"WHERE {_OPEN} AND deadline_date <= ? AND task.id IN (SELECT value FROM json_each(?))"
_NOT_DUE_ANY_MORE = """
UPDATE notification SET withdrawn_at = ?, withdrawn_reason = 'it is late now'
WHERE task_id = ? AND kind = 'due' AND withdrawn_at IS NULL
"""

log = logging.getLogger("tickler.engine")


class _Due(NamedTuple):
    """An open task whose day has come; `is_new`: nobody was told of it."""

    id: int
    name: str
    deadline: str
    object_class: str | None
    object_id: str | None
    is_late: int
    is_new: int


class Notices:
    """`has_more`: there is work left for the next pass. `next_at`: when there is something to tell, or None.

    Then a job should have finished, or the time of a task comes; what midnight brings is told by the next look.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.next_at: int | None = None
        self._say = say
        self._day: date | None = None
        self._place: tuple[str, int] | None = None
        self._seen = 0
        self._turn: int | None = None
        self._at: Moment | None = None

    def look(self, connection: Connection, now: int, today: date) -> None:
        """Tell what there is to tell at `now`, microseconds UTC. A fault in it does not stop the runs."""
        try:
            expected = self._jobs(connection, now)
            self._tasks(connection, now, today)
            self.next_at = min((each for each in (expected, self._turn) if each is not None), default=None)
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("notices")
            self.has_more = False
            self._say(f"notices: {fault}")

    def _jobs(self, connection: Connection, now: int) -> int | None:
        expected = expecting.next_expected(connection)
        if expected is None or expected > now:
            return expected
        with Turn(connection) as writing:
            expecting.tell_overdue(writing, now)
        return expecting.next_expected(connection)

    def _tasks(self, connection: Connection, now: int, today: date) -> None:
        newest = connection.execute("SELECT ifnull(max(id), 0) FROM change").fetchone()[0]
        has_turned = self._turn is not None and self._turn <= now
        if today == self._day and self._place is None and newest == self._seen and not has_turned:
            return
        at = moment(connection, from_us(now))
        clocks = self._at is None or [each.zone for each in at.clocks()] != [each.zone for each in self._at.clocks()]
        self._at = at
        if today != self._day:
            self._day, self._place, self._seen = today, ("", 0), newest
        elif (has_turned or clocks) and self._place is None:
            self._place = (at.days[0].isoformat(), 0)
        found = self._walked(connection, at) if self._place is not None else self._changed(connection, at)
        new = [task for task in found if task.is_new]
        if new:
            with Turn(connection) as writing:
                for task in new:
                    _tell(writing, task, now)
        turn = next_turn(connection, at, from_us(now))
        self._turn = None if turn is None else to_us(turn)

    def _walked(self, connection: Connection, at: Moment) -> list[_Due]:
        """The next of those that are due, by day and id."""
        assert self._place is not None
        day, number = self._place
        last = at.days[-1].isoformat()
        found = _found(connection, at, SAME_DAY, day, number, last, AT_ONCE)
        if len(found) < AT_ONCE:
            found += _found(connection, at, LATER_DAYS, day, -1, last, AT_ONCE - len(found))
        self.has_more = len(found) == AT_ONCE
        self._place = (found[-1].deadline, found[-1].id) if self.has_more else None
        return found

    def _changed(self, connection: Connection, at: Moment) -> list[_Due]:
        """Those that are due among the tasks that changed since the last look."""
        rows = connection.execute(
            "SELECT id, kind, row_id FROM change WHERE id > ? ORDER BY id LIMIT ?", (self._seen, _CHANGES)
        ).fetchall()
        self.has_more = len(rows) == _CHANGES
        if not rows:
            return []
        self._seen = rows[-1][0]
        ids = sorted({row_id for _, kind, row_id in rows if kind == "task"})
        return _found(connection, at, CHANGED, at.days[-1].isoformat(), json.dumps(ids)) if ids else []


def _found(connection: Connection, at: Moment, which: str, *values: object) -> list[_Due]:
    return [_Due(*row) for row in connection.execute(*query(at, which, *values))]


def query(at: Moment, which: str, *values: object) -> tuple[str, tuple[object, ...]]:
    """SQL for tasks (SAME_DAY, LATER_DAYS, CHANGED) with what the clocks have made of them, and its values."""
    (late, lates), (today, todays) = at.late(), at.due_today()
    return _FOUND.format(titled("task"), late, today, which), (at.day.isoformat(), *lates, *todays, *values)


def _tell(connection: Connection, task: _Due, now: int) -> None:
    late = bool(task.is_late)
    kind = "late" if late else "due"
    if late:
        connection.execute(_NOT_DUE_ANY_MORE, (now, task.id))
    about = f"{task.object_class} {task.object_id} · " if task.object_id is not None else ""
    telling.tell(
        connection,
        f"{kind}:{task.id}:{task.deadline}",
        now,
        Severity.WARNING if late else Severity.NOTICE,
        kind,
        f"{task.name} is {'late' if late else 'due today'}",
        f"{about}due {long_day(date.fromisoformat(task.deadline))}",
        task_id=task.id,
    )
