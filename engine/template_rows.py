"""Templates as a look reads them, and the rows it writes for many of them together, with statements of fixed text."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from engine.ledger import COLUMNS, Standing
from engine.rules.horizons import parse_length
from engine.rules.missed import Verdict, alike
from engine.rules.recurring import Days, Plan, days_of
from engine.rules.when import Rule
from store.enums import Action, Basis, Cause, OccurrenceState
from store.instants import from_us, to_us
from store.schema import hush, loud


class Sheet(NamedTuple):
    """What a template says of its tasks. `list_gone` is the name of its list if that was deleted."""

    id: int
    schedule_id: int
    task_name: str
    notes: str
    priority: int | None
    list_id: int | None
    tasks_group_name: str
    object_class: str | None
    object_id: str | None
    duration: str
    visible: str | None
    horizon: str | None
    checklist: str
    wake_at: int | None
    last_end: str | None
    list_gone: str | None
    action: str
    basis: str


class Newest(NamedTuple):
    """The newest live task of a template."""

    id: int
    is_done: bool
    done_date: date | None


_SHEET = """
t.id, t.schedule_id, t.task_name, t.notes, t.priority, t.list_id, t.tasks_group_name, t.object_class, t.object_id,
t.duration, t.visible, t.horizon, t.checklist, t.wake_at, t.last_created_task_end_date,
CASE WHEN t.list_id IS NOT NULL AND (li.id IS NULL OR li.deleted_at IS NOT NULL) THEN ifnull(li.name, '') END,
a.action, a.basis
"""
_FROM = f"""
SELECT s.*, {_SHEET}
FROM template t CROSS JOIN (SELECT {COLUMNS} FROM schedule) s ON s.id = t.schedule_id
JOIN schedule a ON a.id = t.schedule_id LEFT JOIN task_list li ON li.id = t.list_id
"""
_DUE = "WHERE t.wake_at <= ? AND t.wake_at IS NOT NULL AND t.deleted_at IS NULL ORDER BY t.wake_at, t.id LIMIT ?"
_BROKEN = """
WHERE t.deleted_at IS NULL AND t.wake_at > ? AND s.error IS NOT NULL AND s.deleted_at IS NULL ORDER BY t.id LIMIT ?
"""
_TASK = """
INSERT INTO task (id, name, visible_date, deadline_date, deadline_time, start_date, notes, tasks_group_name,
                  object_class, object_id, list_id, priority, checklist, template_id, schedule_id, planned_at,
                  shift_words, created_at, created_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LINE = """
INSERT INTO occurrence (schedule_id, planned_at, until_at, count, state, reason, merged_into, decided_at, cause,
                        task_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (schedule_id, planned_at) DO NOTHING
"""
_REOPEN = """
UPDATE task SET is_done = 0, done_by = NULL, done_date = NULL, done_at = NULL, visible_date = ?, deadline_date = ?,
                deadline_time = ?, start_date = ?, planned_at = ?, shift_words = ?, rev = rev + 1
WHERE id = ?
"""
_MOVE = "UPDATE schedule SET cursor_at = ?, next_at = ? WHERE id = ?"
_LOOK = """
UPDATE template SET wake_at = ?, last_checked_at = ?,
                    last_created_task_end_date = max(ifnull(last_created_task_end_date, ''), ?)
WHERE id = ?
"""
_LOOK_ONLY = "UPDATE template SET wake_at = ?, last_checked_at = ? WHERE id = ?"
_RESUME = "UPDATE schedule SET pause_reason = NULL, paused_until = NULL, rev = rev + 1 WHERE id = ?"


def due_rows(
    connection: sqlite3.Connection, now: int, limit: int, *, broken: bool = False
) -> list[tuple[Standing, Sheet]]:
    """Templates that must be looked at by `now`, and with `broken` those too that could not be used."""
    rows = connection.execute(f"{_FROM}{_DUE}", (now, limit)).fetchall()
    if broken and len(rows) < limit:
        rows += connection.execute(f"{_FROM}{_BROKEN}", (now, limit - len(rows))).fetchall()
    return [_pair(row) for row in rows]


def one_row(connection: sqlite3.Connection, template_id: int) -> tuple[Standing, Sheet]:
    """The template of that id."""
    return _pair(connection.execute(f"{_FROM}WHERE t.id = ?", (template_id,)).fetchone())


def _pair(row: Sequence[Any]) -> tuple[Standing, Sheet]:
    width = len(Standing._fields)
    return Standing(*row[:width]), Sheet(*row[width:])


class Batch:
    """Rows to be written together: first everything is planned, then each table is written in one go.

    `by` is the user for whom tasks are made, None for the engine. What a person's act makes, or one that `is_kept`, is
    journaled row by row, so that it can be undone; `hushed` are the ids of the other tasks.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        now: int,
        rows: Sequence[tuple[Standing, Sheet]],
        by: int | None = None,
        *,
        is_kept: bool = False,
    ) -> None:
        self._connection = connection
        self._now = now
        self._by = by
        self._is_hushed, self.hushed = by is None and not is_kept, list[int]()
        self._templates = json.dumps([sheet.id for _, sheet in rows])
        self._schedules = json.dumps([standing.id for standing, _ in rows])
        self._decided = self._known(min((standing.cursor_at for standing, _ in rows), default=now))
        self.labels = self._linked("template_label", "label_id")
        self.assignees = self._linked("template_assignee", "user_id")
        self.gone_assignees = self._gone()
        self.skips = self._skips()
        self.newest = self._newest(rows)
        self._next_id = int(connection.execute("SELECT ifnull(max(id), 0) FROM task").fetchone()[0])
        self._tasks: list[tuple[Any, ...]] = []
        self._lines: list[tuple[Any, ...]] = []
        self._moves: list[tuple[int, int | None, int]] = []
        self._looks: list[tuple[int | None, int, str, int]] = []
        self._wakes: list[tuple[int | None, int, int]] = []
        self.reopened: list[tuple[Any, ...]] = []
        self.resumed: list[int] = []
        self.makers: set[int] = set()
        self.made = 0

    @property
    def has_tasks(self) -> bool:
        """Whether there are tasks to be made."""
        return bool(self._tasks)

    def drop(self, sheet: Sheet) -> None:
        """Forget what was planned of a template that turned out to be broken; nothing is planned half."""
        self.makers.discard(sheet.id)
        self._tasks = [row for row in self._tasks if row[13] != sheet.id]
        self._lines = [row for row in self._lines if row[0] != sheet.schedule_id]

    def wake(self, sheet: Sheet, at: int | None) -> None:
        """Nothing to do before `at`."""
        self._wakes.append((at, self._now, sheet.id))

    def skip(self, standing: Standing, until: int, words: str, cause: Cause) -> None:
        """All that is planned after the cursor and up to `until` is skipped, for that reason."""
        rule = standing.rule(self._connection)
        after, end = from_us(standing.cursor_at), from_us(until)
        for verdict in alike(rule, after, end, OccurrenceState.SKIPPED, words, cause=cause):
            self._lines.append(self._line(standing.id, verdict, None))

    def take_tasks(self, standing: Standing, sheet: Sheet, rule: Rule, decided: Plan) -> None:
        """A task for each occurrence that fires, a line for every one."""
        last_end = ""
        for verdict in decided.verdicts:
            if verdict.state is not OccurrenceState.FIRED:
                self._lines.append(self._line(standing.id, verdict, None))
                continue
            planned = to_us(verdict.planned)
            if (standing.id, planned) not in self._decided:
                number, last_end = self._add(standing.id, sheet, rule, verdict, planned)
                line = (standing.id, planned, None, 1, "fired", verdict.reason, None, self._now, verdict.cause, number)
                self._lines.append(line)
        self._ended(standing, sheet, decided, last_end)

    def take_reopening(self, standing: Standing, sheet: Sheet, rule: Rule, decided: Plan) -> None:
        """The one task is opened again if it is done; the first is made at once, due on the next occurrence."""
        fired = next((each for each in decided.verdicts if each.state is OccurrenceState.FIRED), None)
        task, number, last_end = self.newest.get(sheet.id), None, ""
        if fired is not None and task is not None and task.is_done:
            days, number = self._days(sheet, rule, fired), task.id
            last_end = days.due.isoformat()
            self.reopened.append(
                (days.visible.isoformat(), last_end, days.time, days.start.isoformat(), to_us(fired.planned),
                 rule.shifted(fired.planned) or None, task.id)
            )  # fmt: skip
            self.makers.add(sheet.id)
        elif fired is not None and task is None:
            number, last_end = self._add(standing.id, sheet, rule, fired, to_us(fired.planned))
        elif fired is None and task is None and decided.next is not None:
            first = Verdict(OccurrenceState.FIRED, decided.next)
            _, last_end = self._add(standing.id, sheet, rule, first, None)
        for verdict in decided.verdicts:
            if verdict is fired and number is None:
                words = "the task was still open"
                still = Verdict(OccurrenceState.SKIPPED, verdict.planned, reason=words, cause=Cause.OVERLAP)
                self._lines.append(self._line(standing.id, still, None))
            else:
                self._lines.append(self._line(standing.id, verdict, number if verdict is fired else None))
        self._ended(standing, sheet, decided, last_end)

    def take_next(self, standing: Standing, sheet: Sheet, rule: Rule, at: datetime) -> None:
        """After completion: the one task there is to make or to open again."""
        decided = Plan((Verdict(OccurrenceState.FIRED, at),), at, None, None)
        take = self.take_reopening if sheet.action == Action.REOPEN else self.take_tasks
        take(standing, sheet, rule, decided)

    def write(self) -> None:
        """Everything that was taken. What the engine makes is not journaled row by row (see `store.schema`)."""
        connection = self._connection
        if self._is_hushed and (self._tasks or self._lines):
            hush(connection)
            self.hushed = [row[0] for row in self._tasks]
        if self._tasks:
            connection.executemany(_TASK, self._tasks)
            for table, column, links in (
                ("task_label", "label_id", self.labels),
                ("task_assignee", "user_id", self.assignees),
            ):
                rows = [(row[0], other) for row in self._tasks for other in links.get(row[13], ())] if links else []
                connection.executemany(f"INSERT INTO {table} (task_id, {column}) VALUES (?, ?)", rows)
        connection.executemany(_LINE, self._lines)
        if self._is_hushed and (self._tasks or self._lines):
            loud(connection)
        connection.executemany(_REOPEN, self.reopened)
        connection.executemany(_MOVE, self._moves)
        connection.executemany(_LOOK, self._looks)
        connection.executemany(_LOOK_ONLY, self._wakes)
        connection.executemany(_RESUME, [(number,) for number in self.resumed])
        self.made = len(self._tasks)

    def _add(
        self, schedule_id: int, sheet: Sheet, rule: Rule, verdict: Verdict, planned: int | None
    ) -> tuple[int, str]:
        """The row of a task; its id and its due day."""
        days = self._days(sheet, rule, verdict)
        self._next_id += 1
        due = days.due.isoformat()
        self._tasks.append((
            self._next_id, sheet.task_name, days.visible.isoformat(), due, days.time, days.start.isoformat(),
            sheet.notes, sheet.tasks_group_name, sheet.object_class, sheet.object_id, sheet.list_id, sheet.priority,
            open_items(sheet.checklist), sheet.id, schedule_id, planned, rule.shifted(verdict.planned) or None,
            self._now, self._by,
        ))  # fmt: skip
        self.makers.add(sheet.id)
        return self._next_id, due

    def _days(self, sheet: Sheet, rule: Rule, verdict: Verdict) -> Days:
        visible = None if sheet.visible is None else parse_length(sheet.visible)
        return days_of(verdict.planned, rule.zone, parse_length(sheet.duration), visible)

    def _line(self, schedule_id: int, verdict: Verdict, task: int | None) -> tuple[Any, ...]:
        return (
            schedule_id, to_us(verdict.planned), None if verdict.until is None else to_us(verdict.until),
            verdict.count, verdict.state.value, verdict.reason,
            None if verdict.merged_into is None else to_us(verdict.merged_into), self._now, verdict.cause, task,
        )  # fmt: skip

    def _ended(self, standing: Standing, sheet: Sheet, decided: Plan, last_end: str) -> None:
        cursor = max(standing.cursor_at, to_us(decided.cursor))
        following = None if decided.next is None else to_us(decided.next)
        if (cursor, following) != (standing.cursor_at, standing.next_at):
            self._moves.append((cursor, following, standing.id))
        wake = None if decided.wake is None else to_us(decided.wake)
        if last_end:
            self._looks.append((wake, self._now, last_end, sheet.id))
        else:
            self._wakes.append((wake, self._now, sheet.id))

    def _known(self, since: int) -> set[tuple[int, int]]:
        """Occurrences that have their line or their task already: they keep it."""
        found: set[tuple[int, int]] = set()
        for table, live in (("occurrence", ""), ("task", " AND o.superseded_at IS NULL AND o.deleted_at IS NULL")):
            found.update(
                self._connection.execute(
                    f"SELECT o.schedule_id, o.planned_at FROM json_each(?) j CROSS JOIN {table} o"
                    f" ON o.schedule_id = j.value AND o.planned_at > ?{live} AND o.planned_at IS NOT NULL",
                    (self._schedules, since),
                )
            )
        return found

    def _linked(self, table: str, column: str) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        query = f"SELECT template_id, {column} FROM {table} WHERE template_id IN (SELECT value FROM json_each(?))"
        for template, other in self._connection.execute(query, (self._templates,)):
            found[template].append(other)
        return dict(found)

    def _gone(self) -> dict[int, int]:
        if not self.assignees:
            return {}
        rows = self._connection.execute(
            "SELECT a.template_id, a.user_id FROM template_assignee a LEFT JOIN user u ON u.id = a.user_id"
            " WHERE u.id IS NULL AND a.template_id IN (SELECT value FROM json_each(?))",
            (self._templates,),
        )
        return dict(rows.fetchall())

    def _skips(self) -> dict[int, dict[date, str]]:
        found: dict[int, dict[date, str]] = defaultdict(dict)
        rows = self._connection.execute(
            "SELECT k.schedule_id, k.day, k.reason, u.name FROM skip k LEFT JOIN user u ON u.id = k.by_id"
            " WHERE k.schedule_id IN (SELECT value FROM json_each(?))",
            (self._schedules,),
        )
        for schedule_id, day, reason, who in rows.fetchall():
            found[schedule_id][date.fromisoformat(day)] = skip_words(reason, who)
        return dict(found)

    def _newest(self, rows: Iterable[tuple[Standing, Sheet]]) -> dict[int, Newest]:
        """Only of those whose one task is asked for."""
        wanted = [sheet.id for _, sheet in rows if sheet.action == Action.REOPEN or sheet.basis == Basis.COMPLETION]
        if not wanted:
            return {}
        found = self._connection.execute(
            "SELECT template_id, max(id), is_done, done_date FROM task WHERE template_id IN"
            " (SELECT value FROM json_each(?)) AND superseded_at IS NULL AND deleted_at IS NULL GROUP BY template_id",
            (json.dumps(wanted),),
        )
        return {
            template: Newest(number, bool(done), date.fromisoformat(day) if day else None)
            for template, number, done, day in found
        }


def skip_words(reason: str, who: str | None) -> str:
    """`skipped by ana: on holiday`."""
    words = f"skipped by {who}" if who else "skipped"
    return f"{words}: {reason}" if reason else words


def open_items(checklist: str) -> str:
    """The checklist of a template, a JSON array of texts, as that of a new task."""
    if checklist == "[]":
        return checklist
    return json.dumps([[text, False] for text in json.loads(checklist)], ensure_ascii=False)
