"""Waiting tasks under other headings than deadline events: their lists, or their labels."""

from __future__ import annotations

import sqlite3
from datetime import date

from store.frozen import value
from store.reads import tasks
from store.reads.task_moments import Moment, Sql, moment_of
from store.reads.task_rows import list_paths
from store.reads.tasks import NOTHING, Filter, Section

_OPEN = "is_done = 0 AND kind <> 'contact' AND superseded_at IS NULL AND deleted_at IS NULL"
_DUE = "ifnull(deadline_date, '9999-12-31')"
_FEW = 3_000
"""Tasks of a label that are sorted quicker than they are met on the way through all open ones."""


@value
class Head:
    """A heading: its key, its words, and the tasks that stand under it."""

    key: str
    title: str
    section: Section


@value
class Counts:
    """What a heading says of its tasks."""

    open: int
    due_today: int
    late: int


def lists(connection: sqlite3.Connection, today: date) -> tuple[Head, ...]:
    """The lists that have waiting tasks, by path; those of no list come last."""
    paths = sorted(list_paths(connection).items(), key=lambda each: each[1].casefold().split("/"))
    heads = [Head(f"list {number}", path, _of_list(number, today)) for number, path in paths]
    return _used(connection, [*heads, Head("list None", "no list", _of_list(None, today))])


def labels(connection: sqlite3.Connection, today: date) -> tuple[Head, ...]:
    """The labels that waiting tasks bear, by name; a task of two stands under both. Those without come last."""
    rows = connection.execute(
        "SELECT id, name, (SELECT count(*) FROM (SELECT 1 FROM task_label WHERE label_id = l.id LIMIT ?)) FROM label l",
        (_FEW,),
    )
    named = sorted(rows, key=lambda row: str(row[1]).casefold())
    heads = [Head(f"label {number}", f"@{name}", _of_label(number, today, many < _FEW)) for number, name, many in named]
    return _used(connection, [*heads, Head("label None", "no label", _of_no_label(today))])


def counts(connection: sqlite3.Connection, section: Section, now: date | Moment, sift: Filter = NOTHING) -> Counts:
    """What there is to say of a section. Walks through it: not for the thread of a screen."""
    moment = moment_of(now)
    late, due = _narrowed(section, moment.late()), _narrowed(section, moment.due_today())
    return Counts(*(tasks.count(connection, each, sift) for each in (section, due, late)))


def _used(connection: sqlite3.Connection, heads: list[Head]) -> tuple[Head, ...]:
    return tuple(head for head in heads if tasks.count(connection, head.section, NOTHING, 1))


def _narrowed(section: Section, which: Sql) -> Section:
    test, values = which
    return Section(section.index, f"{section.where} AND {test}", (*section.values, *values), section.order)


def _of_list(number: int | None, on: date) -> Section:
    where = f"{_OPEN} AND list_id IS ? AND visible_date <= ?"
    return Section("task_open_by_list", where, (number, on.isoformat()), _DUE)


def _of_label(number: int, on: date, is_few: bool) -> Section:
    where = f"{_OPEN} AND visible_date <= ? AND task.id IN (SELECT x.task_id FROM task_label x WHERE x.label_id = ?)"
    return Section("" if is_few else "task_open", where, (on.isoformat(), number), _DUE)


def _of_no_label(on: date) -> Section:
    where = f"{_OPEN} AND visible_date <= ? AND NOT EXISTS (SELECT 1 FROM task_label x WHERE x.task_id = task.id)"
    return Section("task_open", where, (on.isoformat(),), _DUE)
