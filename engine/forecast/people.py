"""What people will owe, played: the looks at templates and at date events, and what each of them makes."""

from __future__ import annotations

import importlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from sqlite3 import Connection

from engine import recurring_switch, templates
from engine.forecast.plain import Span
from engine.forecast.rows import Coming, Kind
from engine.ledger import COLUMNS, Standing
from engine.operations import followups
from engine.operations.followup_rows import date_triggers, models_of
from engine.operations.registry import NAMED, Act
from engine.rules.followups import Event, latest_value
from engine.rules.wording import long_day
from engine.rules.zones import local, local_day, wall_instant
from engine.titles import planned_title
from store import journal
from store.enums import OccurrenceState
from store.instants import Instant, from_us, to_us
from store.titling import titled

_TASKS = f"""
SELECT t.id, {titled("t")}, t.visible_date, t.deadline_date, t.deadline_time, t.object_class, t.object_id,
       t.shift_words, t.created_at, p.id, s.name, s.id, s.zone, t.superseded_at, t.is_done
FROM task t LEFT JOIN template p ON p.id = t.template_id LEFT JOIN schedule s ON s.id = p.schedule_id
"""
_NEW = f"{_TASKS} WHERE t.id > ? ORDER BY t.id"
_OPEN = f"""
{_TASKS}
WHERE t.is_done = 0 AND t.superseded_at IS NULL AND t.deleted_at IS NULL AND t.deadline_date BETWEEN ? AND ?
"""
_LINES = """
SELECT o.id, o.planned_at, o.until_at, o.count, o.state, ifnull(o.reason, ''), o.task_id, o.decided_at,
       s.name, s.id, s.zone, p.id, p.task_name, p.object_class, p.object_id, p.duration
FROM occurrence o JOIN schedule s ON s.id = o.schedule_id JOIN template p ON p.schedule_id = s.id
WHERE o.id > ? ORDER BY o.id
"""
_BACK = """
SELECT t.id FROM schedule s JOIN template p ON p.schedule_id = s.id
JOIN task t ON t.template_id = p.id AND t.is_done = 0 AND t.superseded_at IS NULL AND t.deleted_at IS NULL
WHERE (s.basis = 'completion' OR s.action = 'reopen') AND s.deleted_at IS NULL AND t.deadline_date <= ?
"""
_KINDS = {
    OccurrenceState.MERGED: Kind.MERGED,
    OccurrenceState.SKIPPED: Kind.SKIPPED,
    OccurrenceState.MISSED: Kind.MISSED,
}
_NOON = time(12)


@dataclass(slots=True)
class _Days:
    """The days on which date events come: by class and event, the values that entities hold, in order."""

    values: list[tuple[Event, list[date]]]
    seen: list[int] = field(default_factory=list)

    def has_news(self, today: date) -> bool:
        """Whether a value has come that had not when this was asked last."""
        now = [
            0 if (latest := latest_value(event, today)) is None else bisect_right(values, latest)
            for event, values in self.values
        ]
        self.seen, before = now, self.seen
        return now != before


def _due_words(row: tuple[object, ...]) -> str:
    """`due Mon 23 Nov 2026 09:30` of a row of `_TASKS`."""
    if not row[3]:
        return "no deadline"
    return f"due {long_day(date.fromisoformat(str(row[3])))}{f' {row[4]}' if row[4] else ''}"


class People:
    """The tasks of a copy, in `span`. `is_done_on_time`: people do on its day what makes the next one come."""

    def __init__(self, copy: Connection, span: Span, *, is_done_on_time: bool) -> None:
        self._copy = copy
        self._span = span
        self._is_done_on_time = is_done_on_time
        self._is_on = recurring_switch.is_on(copy)
        self._days = _Days(_values(copy))
        self._day: date | None = None
        self._task, self._line = _newest(copy, "task"), _newest(copy, "occurrence")
        self._rows: list[Coming] = []
        self._first = self._task
        self._zone = span.zone

    def begin(self, now: int) -> None:
        """What is due already, and what people owe by now."""
        today = local_day(from_us(now), self._zone)
        last = local_day(self._span.until, self._zone)
        found = self._copy.execute(_OPEN, (today.isoformat(), last.isoformat())).fetchall()
        self._due = {row[0]: row for row in found}
        self.step(now)

    def next_at(self) -> int | None:
        """When there is something to look at again, microseconds UTC."""
        return templates.next_look(self._copy) if self._is_on else None

    def step(self, now: int) -> None:
        """One look at date events and templates."""
        today = local_day(from_us(now), self._zone)
        is_new_day, self._day = today != self._day, today
        if is_new_day and self._days.has_news(today):
            followups.fire_date_events(self._copy, now, today)
        if self._is_on:
            is_first = not self._rows and now <= to_us(self._span.since)
            broken = is_first and templates.has_broken(self._copy)
            while broken or ((due := templates.next_look(self._copy)) is not None and due <= now):
                looked = templates.look(self._copy, now, broken=broken)
                broken = False
                if looked.broken:
                    self._mark_broken(now)
        self._collect(now)

    def changed(self, now: int, tasks: Sequence[int]) -> None:
        """Triggers did something to these tasks, or made them: they are due as they say now."""
        self._collect(now)
        today = local_day(from_us(now), self._zone).isoformat()
        for number in tasks:
            before = self._due.pop(number, None)
            row = self._copy.execute(f"{_TASKS} WHERE t.id = ?", (number,)).fetchone()
            if before is not None and str(before[3]) < today and (row is None or row[3] != before[3]):
                self._rows.append(self._due_row(before, number))
            if row is not None and row[3] is not None and not row[14]:
                self._due[number] = row

    def noon(self, now: int) -> None:
        """People do what is due today and comes again when it is done."""
        if not self._is_done_on_time:
            return
        today = local_day(from_us(now), self._zone)
        found = [row[0] for row in self._copy.execute(_BACK, (today.isoformat(),)).fetchall()]
        if found:
            importlib.import_module("engine.operations.tasks")  # not for every forecast
            act = journal.begin(self._copy, now, journal.ENGINE, "task done")
            NAMED["task done"].inner(Act(self._copy, journal.ENGINE, from_us(now), act), *found, on=today)
            self._collect(now)

    def noon_of(self, day: date) -> int | None:
        """When people do what is due on a day; None if nobody is assumed to do anything."""
        return to_us(wall_instant(datetime.combine(day, _NOON), self._zone)) if self._is_done_on_time else None

    def rows(self) -> Iterator[Coming]:
        """Everything, in no order; once, at the end."""
        first = local_day(self._span.since, self._zone).isoformat()
        gone = "SELECT id FROM task WHERE superseded_at IS NOT NULL OR deleted_at IS NOT NULL"
        over = {row[0] for row in self._copy.execute(gone)} if self._due else set()
        for number, row in self._due.items():
            if number not in over and str(row[3]) >= first:
                yield self._due_row(row, number)
        yield from self._rows
        yield from self._ends()

    def assumed(self) -> list[str]:
        """What the rows of tasks hang on."""
        done = "what comes again after it is done is done on its day" if self._is_done_on_time else "people do nothing"
        words = [done]
        if not self._is_on:
            words.append("recurring tasks are switched off (setting recurring, or TICKLER_RECURRING): none are made")
        return words

    def _collect(self, now: int) -> None:
        """What the look made."""
        made = self._copy.execute(_NEW, (self._task,)).fetchall()
        for row in made:
            self._task = row[0]
            self._rows.append(self._created(row, now))
            if row[3] is not None and not row[14]:
                self._due[row[0]] = row
        for row in self._copy.execute(_LINES, (self._line,)).fetchall():
            self._line = row[0]
            state, task = row[4], row[6]
            if state != OccurrenceState.FIRED:
                self._rows.append(self._left_out(row))
            elif task is not None and (task <= self._first or (task not in {each[0] for each in made})):
                self._reopened(task, now)

    def _created(self, row: tuple[object, ...], now: int) -> Coming:
        due = _due_words(row)
        why = f"{due}; {row[7]}" if row[7] else due
        return self._of_task(row, Kind.TASK_CREATED, now, why)

    def _reopened(self, task: int, now: int) -> None:
        before = self._due.pop(task, None)
        if before is not None:
            self._rows.append(self._due_row(before, task))
        row = self._copy.execute(f"{_TASKS} WHERE t.id = ?", (task,)).fetchone()
        self._rows.append(self._of_task(row, Kind.TASK_REOPENED, now, _due_words(row)))
        self._due[task] = row

    def _due_row(self, row: tuple[object, ...], number: int) -> Coming:
        zone = str(row[12] or self._zone)
        clock = time.fromisoformat(str(row[4])) if row[4] else time()
        at = wall_instant(datetime.combine(date.fromisoformat(str(row[3])), clock), zone)
        return self._of_task(row, Kind.TASK_DUE, to_us(at), str(row[7] or ""), date.fromisoformat(str(row[3])))

    def _of_task(self, row: tuple[object, ...], kind: Kind, at: int, why: str, day: date | None = None) -> Coming:
        number, name = int(str(row[0])), str(row[1])
        return Coming(
            Instant(at), day or self._span.day(at), kind, name,
            template=None if row[10] is None else str(row[10]),
            object=None if row[5] is None else f"{row[5]}/{row[6]}",
            why=why, task=number if number <= self._first else None,
            schedule_id=None if row[11] is None else int(str(row[11])),
            template_id=None if row[9] is None else int(str(row[9])),
        )  # fmt: skip

    def _left_out(self, row: tuple[object, ...]) -> Coming:
        _, planned, until, count, state, reason, _, _, name, schedule, zone, template, task, klass, number, length = row
        here = local(from_us(int(str(planned))), str(zone))
        title = planned_title(self._copy, str(task), here.date(), str(length))
        return Coming(
            Instant(int(str(planned))), here.date(), _KINDS[OccurrenceState(str(state))], title,
            template=str(name), object=None if klass is None else f"{klass}/{number}", count=int(str(count)),
            until=None if until is None else Instant(int(str(until))), why=str(reason),
            schedule_id=int(str(schedule)), template_id=int(str(template)),
        )  # fmt: skip

    def _mark_broken(self, now: int) -> None:
        """Nobody will mend it in here: it is told once and left alone."""
        rows = self._copy.execute(
            "SELECT s.name, s.error, s.id, p.id FROM schedule s JOIN template p ON p.schedule_id = s.id"
            " WHERE s.error IS NOT NULL AND p.wake_at IS NOT NULL AND p.deleted_at IS NULL AND s.deleted_at IS NULL"
        ).fetchall()
        for name, error, schedule, template in rows:
            self._copy.execute("UPDATE template SET wake_at = NULL WHERE id = ?", (template,))
            self._rows.append(
                Coming(
                    Instant(now),
                    local_day(from_us(now), self._zone),
                    Kind.BROKEN,
                    name,
                    template=name,
                    why=error,
                    schedule_id=schedule,
                    template_id=template,
                )
            )

    def _ends(self) -> Iterator[Coming]:
        """Templates that will not make any more tasks, and those that rest."""
        for found in self._copy.execute(
            f"SELECT p.id, p.task_name, s.* FROM template p JOIN (SELECT {COLUMNS} FROM schedule) s"
            " ON s.id = p.schedule_id WHERE p.deleted_at IS NULL AND s.error IS NULL AND s.is_enabled = 1"
        ).fetchall():
            template, schedule = found[0], Standing(*found[2:])
            if schedule.deleted_at is None and schedule.pause_reason is None:
                yield from self._end(template, found[1], schedule)

    def _end(self, template: int, task_name: str, schedule: Standing) -> Iterator[Coming]:
        from engine.forecast.plain import end_of, end_words

        rule = schedule.rule(self._copy)
        basis = self._copy.execute("SELECT basis FROM schedule WHERE id = ?", (schedule.id,)).fetchone()[0]
        last = end_of(rule, self._span) if basis == "fixed" else None
        if last is not None:
            yield Coming(
                to_us(last), local(last, schedule.zone).date(), Kind.ENDED, task_name, template=schedule.name,
                why=end_words(rule), schedule_id=schedule.id, template_id=template,
            )  # fmt: skip


def _newest(copy: Connection, table: str) -> int:
    return int(copy.execute(f"SELECT ifnull(max(id), 0) FROM {table}").fetchone()[0])


def _values(copy: Connection) -> list[tuple[Event, list[date]]]:
    found = []
    for (name,) in copy.execute("SELECT name FROM entity_class ORDER BY id").fetchall():
        for event in date_triggers(models_of(copy, name)):
            rows = copy.execute(
                "SELECT DISTINCT json_extract(dates, ?) FROM entity WHERE object_class = ?",
                (f'$."{event.field}"', name),
            ).fetchall()
            found.append((event, sorted(date.fromisoformat(day) for (day,) in rows if day)))
    return found
