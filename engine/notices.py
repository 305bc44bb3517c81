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
from typing import Any, NamedTuple

from engine import expecting, telling
from engine.rules.alerts import Severity
from engine.rules.wording import long_day
from engine.turn import Turn
from store.errors import StoreTrouble

AT_ONCE = 500
"""Tasks of one look, and of one transaction."""
_CHANGES = 2_000

_COLUMNS = """
SELECT t.id, t.name, ifnull(t.deadline_date, '9999-12-31'), t.object_class, t.object_id,
       t.visible_date <= :today AND (t.schedule_id IS NULL OR t.deadline_date < :today) AND NOT EXISTS (
         SELECT 1 FROM notification n WHERE n.dedupe_key =
           iif(t.deadline_date < :today, 'late:', 'due:') || t.id || ':' || t.deadline_date)
FROM task t
"""
_OPEN = "t.is_done = 0 AND t.kind <> 'contact' AND t.superseded_at IS NULL AND t.deleted_at IS NULL"
_WALK = f"""
{_COLUMNS} INDEXED BY task_open
WHERE {_OPEN} AND ifnull(t.deadline_date, '9999-12-31') {{}} AND t.id > :id
  AND ifnull(t.deadline_date, '9999-12-31') <= :today
ORDER BY {{}}t.id LIMIT :most
"""
SAME_DAY = _WALK.format("= :day", "")
LATER_DAYS = _WALK.format("> :day", "ifnull(t.deadline_date, '9999-12-31'), ")
CHANGED = f"{_COLUMNS} WHERE {_OPEN} AND t.deadline_date <= :today AND t.id IN (SELECT value FROM json_each(:ids))"
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
    is_new: int

    def is_late(self, today: date) -> bool:
        return self.deadline < today.isoformat()


class Notices:
    """`has_more`: there is work left for the next pass. `next_at`: when a job should have finished, or None."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.next_at: int | None = None
        self._say = say
        self._day: date | None = None
        self._place: tuple[str, int] | None = None
        self._seen = 0

    def look(self, connection: Connection, now: int, today: date) -> None:
        """Tell what there is to tell at `now`, microseconds UTC. A fault in it does not stop the runs."""
        try:
            self._jobs(connection, now)
            self._tasks(connection, now, today)
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("notices")
            self.has_more = False
            self._say(f"notices: {fault}")

    def _jobs(self, connection: Connection, now: int) -> None:
        self.next_at = expecting.next_expected(connection)
        if self.next_at is not None and self.next_at <= now:
            with Turn(connection) as writing:
                expecting.tell_overdue(writing, now)
            self.next_at = expecting.next_expected(connection)

    def _tasks(self, connection: Connection, now: int, today: date) -> None:
        if today != self._day:
            self._day, self._place = today, ("", 0)
            self._seen = connection.execute("SELECT ifnull(max(id), 0) FROM change").fetchone()[0]
        found = self._walked(connection, today) if self._place is not None else self._changed(connection, today)
        new = [task for task in found if task.is_new]
        if new:
            with Turn(connection) as writing:
                for task in new:
                    _tell(writing, task, now, today)

    def _walked(self, connection: Connection, today: date) -> list[_Due]:
        """The next of those that are due, by day and id."""
        assert self._place is not None
        day, number = self._place
        given: dict[str, Any] = {"today": today.isoformat(), "day": day, "id": number, "most": AT_ONCE}
        rows = connection.execute(SAME_DAY, given).fetchall()
        if len(rows) < AT_ONCE:
            given |= {"id": -1, "most": AT_ONCE - len(rows)}
            rows += connection.execute(LATER_DAYS, given).fetchall()
        found = [_Due(*row) for row in rows]
        self.has_more = len(found) == AT_ONCE
        self._place = (found[-1].deadline, found[-1].id) if self.has_more else None
        return found

    def _changed(self, connection: Connection, today: date) -> list[_Due]:
        """Those that are due among the tasks that changed since the last look."""
        rows = connection.execute(
            "SELECT id, kind, row_id FROM change WHERE id > ? ORDER BY id LIMIT ?", (self._seen, _CHANGES)
        ).fetchall()
        self.has_more = len(rows) == _CHANGES
        if not rows:
            return []
        self._seen = rows[-1][0]
        ids = sorted({row_id for _, kind, row_id in rows if kind == "task"})
        given = {"today": today.isoformat(), "ids": json.dumps(ids)}
        return [_Due(*row) for row in connection.execute(CHANGED, given).fetchall()] if ids else []


def _tell(connection: Connection, task: _Due, now: int, today: date) -> None:
    late = task.is_late(today)
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
