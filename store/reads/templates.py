"""Templates with the fields of their schedules, the days that were left out, and the facts behind a task of theirs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from store.enums import Action, Basis, Missed, Roll
from store.errors import Refused
from store.frozen import value
from store.instants import Instant
from store.reads import lists
from store.reads.task_rows import many
from store.values import Skip, Task, Template

_BETWEEN = "\x1f"
_OPEN = "is_done = 0 AND superseded_at IS NULL AND deleted_at IS NULL"
_SELECT = f"""
SELECT t.id, s.name, t.task_name, s.action, s.spec, s.zone, s.basis, s.roll, c.name, s.start_at, s.end_at, s.max_count,
       s.excluded_dates, s.missed, t.duration, t.visible, t.horizon,
       (SELECT group_concat(l.name, char(31)) FROM template_label x JOIN label l ON l.id = x.label_id
        WHERE x.template_id = t.id),
       (SELECT group_concat(u.name, char(31)) FROM template_assignee a JOIN user u ON u.id = a.user_id
        WHERE a.template_id = t.id),
       li.id, li.name, t.priority, t.tasks_group_name, t.object_class, t.object_id, t.notes, t.checklist,
       s.is_enabled, s.pause_reason, s.paused_until, s.error, CASE WHEN s.pause_reason IS NULL THEN s.next_at END,
       t.last_checked_at, t.last_created_task_end_date,
       (SELECT count(*) FROM task WHERE task.template_id = t.id AND {_OPEN}),
       s.id, s.anchor_at, t.created_at, t.deleted_at, s.rev + t.rev
FROM template t JOIN schedule s ON s.id = t.schedule_id
LEFT JOIN calendar c ON c.id = s.calendar_id
LEFT JOIN task_list li ON li.id = t.list_id
"""
_THESE = "WHERE t.schedule_id IN (SELECT value FROM json_each(?)) AND t.deleted_at IS NULL ORDER BY s.name"
_SKIPS = """
SELECT k.id, k.schedule_id, s.name, k.day, k.reason, k.at, u.name
FROM skip k JOIN schedule s ON s.id = k.schedule_id LEFT JOIN user u ON u.id = k.by_id
"""


def template(connection: sqlite3.Connection, number: int) -> Template:
    """The template of that id, deleted ones too."""
    found = _read(connection, "WHERE t.id = ?", (number,))
    if not found:
        raise Refused(f"There is no template {number}.")
    return found[0]


def of_schedule(connection: sqlite3.Connection, schedule_id: int) -> Template | None:
    """The template that a schedule belongs to."""
    found = _read(connection, "WHERE t.schedule_id = ?", (schedule_id,))
    return found[0] if found else None


def named(connection: sqlite3.Connection, name: str) -> Template | None:
    """The template of that name, if there is one that is not deleted."""
    found = _read(connection, "WHERE s.name = ? AND s.deleted_at IS NULL AND t.deleted_at IS NULL", (name,))
    return found[0] if found else None


def page(
    connection: sqlite3.Connection,
    *,
    after: str | None = None,
    before: str | None = None,
    offset: int = 0,
    text: str = "",
    limit: int = 100,
) -> list[Template]:
    """Templates by name: the first `limit`, those after a name, or the nearest before one; as `schedules.page`.

    `text` must be part of the name. `offset` is for far jumps only.
    """
    terms, values = ["s.deleted_at IS NULL AND s.action IN ('create', 'reopen')"], list[Any]()
    if after is not None:
        terms, values = [*terms, "s.name > ?"], [*values, after]
    if before is not None:
        terms, values = [*terms, "s.name < ?"], [*values, before]
    if text:
        terms, values = [*terms, "instr(lower(s.name), lower(?)) > 0"], [*values, text]
    order = "ASC" if before is None else "DESC"
    rows = connection.execute(  # in the index of names, and only then read: all else of ten thousand would be sorted
        f"SELECT s.id FROM schedule s WHERE {' AND '.join(terms)} ORDER BY s.name {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    return _read(connection, _THESE, (json.dumps([row[0] for row in rows]),))


def count(connection: sqlite3.Connection, text: str = "", most: int = 10_000) -> int:
    """How many templates there are whose name holds `text`, counted up to `most`."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM schedule WHERE deleted_at IS NULL AND action IN ('create', 'reopen')"
        " AND (? = '' OR instr(lower(name), lower(?)) > 0) LIMIT ?)",
        (text, text, most),
    ).fetchone()
    return int(row[0])


def broken(connection: sqlite3.Connection, limit: int) -> list[Template]:
    """Templates that could not be used when they were looked at last, by name."""
    rows = connection.execute(
        "SELECT id FROM schedule WHERE error IS NOT NULL AND deleted_at IS NULL AND action <> 'run' AND is_enabled"
        " AND action IN ('create', 'reopen') ORDER BY name LIMIT ?",
        (limit,),
    ).fetchall()
    return _read(connection, _THESE, (json.dumps([row[0] for row in rows]),)) if rows else []


def names(connection: sqlite3.Connection) -> list[str]:
    """Names of the templates that are not deleted, the first thousand."""
    rows = connection.execute(
        "SELECT s.name FROM template t JOIN schedule s ON s.id = t.schedule_id"
        " WHERE t.deleted_at IS NULL ORDER BY s.name LIMIT 1000"
    )
    return [str(row[0]) for row in rows]


def next_due(connection: sqlite3.Connection, numbers: Sequence[int], today: date) -> dict[int, date]:
    """By template the day, from today on, on which the next of its open tasks is due."""
    rows = connection.execute(
        f"SELECT template_id, min(deadline_date) FROM task WHERE template_id IN (SELECT value FROM json_each(?))"
        f" AND {_OPEN} AND deadline_date >= ? GROUP BY template_id",
        (json.dumps(list(numbers)), today.isoformat()),
    )
    return {number: date.fromisoformat(day) for number, day in rows}


def tasks_of(connection: sqlite3.Connection, number: int, limit: int) -> tuple[Task, ...]:
    """The tasks of a template that are there: open ones by day, then done ones, newest first."""
    rows = connection.execute(
        "SELECT id FROM task WHERE template_id = ? AND superseded_at IS NULL AND deleted_at IS NULL"
        " ORDER BY is_done, iif(is_done, NULL, deadline_date), deadline_date DESC, id LIMIT ?",
        (number, limit),
    )
    return many(connection, [row[0] for row in rows])


def skips(connection: sqlite3.Connection, schedule_id: int | None = None, since: date | None = None) -> list[Skip]:
    """Days that were left out, of one schedule or of all, from a day on, earliest first."""
    rows = connection.execute(
        f"{_SKIPS} WHERE (? IS NULL OR k.schedule_id = ?) AND k.day >= ? ORDER BY k.day, s.name",
        (schedule_id, schedule_id, since.isoformat() if since else ""),
    )
    return [
        Skip(number, schedule, name, date.fromisoformat(day), reason, Instant(at), by)
        for number, schedule, name, day, reason, at, by in rows
    ]


@value
class TaskOrigin:
    """Which template made a task; `next_task` is its next open one, `next_due` the day that is due."""

    template_id: int
    schedule_id: int
    template: str
    planned_at: Instant | None
    is_edited: bool
    shift_words: str | None
    next_task: int | None
    next_due: date | None


def task_origin(connection: sqlite3.Connection, task_id: int) -> TaskOrigin | None:
    """Of a task that a template made; None for any other."""
    row = connection.execute(
        "SELECT t.template_id, p.schedule_id, s.name, t.planned_at, t.is_edited, t.shift_words, t.deadline_date"
        " FROM task t JOIN template p ON p.id = t.template_id JOIN schedule s ON s.id = p.schedule_id WHERE t.id = ?",
        (task_id,),
    ).fetchone()
    if row is None:
        return None
    following = connection.execute(
        f"SELECT id, deadline_date FROM task WHERE template_id = ? AND id <> ? AND {_OPEN} AND deadline_date > ?"
        " ORDER BY deadline_date LIMIT 1",
        (row[0], task_id, row[6] or ""),
    ).fetchone()
    template_id, schedule_id, name, planned, is_edited, words, _ = row
    number, due = following or (None, None)
    return TaskOrigin(
        template_id, schedule_id, name, _at(planned), bool(is_edited), words, number, due and date.fromisoformat(due)
    )


def _read(connection: sqlite3.Connection, which: str, values: Sequence[Any]) -> list[Template]:
    rows = connection.execute(f"{_SELECT} {which}", tuple(values)).fetchall()
    paths = {each.id: each.path for each in lists.listed(connection)} if any(row[19] for row in rows) else {}
    return [_template(row, paths) for row in rows]


def _template(row: Sequence[Any], paths: dict[int, str]) -> Template:
    (
        number, name, task_name, action, spec, zone, basis, roll, calendar, start_at, end_at, max_count,
        excluded, missed, duration, visible, horizon, labels, assignees, list_id, list_name, priority, group,
        object_class, object_id, notes, checklist, is_enabled, pause_reason, paused_until, error, next_at,
        last_checked_at, last_end, open_tasks, schedule_id, anchor_at, created_at, deleted_at, rev,
    ) = row  # fmt: skip
    return Template(
        number, name, task_name, Action(action), spec, zone, Basis(basis), Roll(roll), calendar, _at(start_at),
        _at(end_at), max_count, tuple(date.fromisoformat(day) for day in json.loads(excluded)), Missed(missed),
        duration, visible, horizon, _names(labels), _names(assignees), paths.get(list_id, list_name), priority, group,
        object_class, object_id, notes, tuple(json.loads(checklist)), bool(is_enabled), pause_reason,
        _at(paused_until), error, _at(next_at), _at(last_checked_at),
        None if last_end is None else date.fromisoformat(last_end), open_tasks, schedule_id, Instant(anchor_at),
        Instant(created_at), _at(deleted_at), rev,
    )  # fmt: skip


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(sorted(text.split(_BETWEEN))) if text else ()


def _at(us: int | None) -> Instant | None:
    return None if us is None else Instant(us)
