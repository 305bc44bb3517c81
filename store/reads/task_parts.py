"""The parts of a filter of tasks as SQL about the table `task`: labels, lists, people, priorities, days, texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum, auto
from typing import Any

from store.folding import beyond_ascii, folded
from store.frozen import value
from store.reads.task_moments import Moment, moment_of
from store.titling import with_expression

Sql = tuple[str, tuple[object, ...]]
"""A condition and its values."""


class What(Enum):
    """What a part of a filter asks about a task."""

    LIST = auto()
    """It lies in one of these lists (ids)."""
    LABEL = auto()
    """It bears this label (id)."""
    PERSON = auto()
    """This person (id) does it."""
    PRIORITY = auto()
    """Its priority is one of these."""
    THING = auto()
    """It is about one of these: pairs of class and id; id None: any of the class."""
    DAYS = auto()
    """One of its days (a key of `DAY_COLUMNS`) lies between two, both counted; None: no bound."""
    LATE = auto()
    """It is open and late at this moment (`Moment`, or a day)."""
    TODAY = auto()
    """The day it is due is that of this moment, whether its time has passed or not."""
    HAS = auto()
    """It has this (a key of `HAVING`)."""
    TEXT = auto()
    """This text occurs in it."""


@value
class Part:
    """One thing that is asked of a task; `is_not`: it must not be so."""

    what: What
    values: tuple[Any, ...]
    is_not: bool = False

    def condition(self) -> Sql:
        """SQL that is true for the tasks that pass, never NULL."""
        sql, values = _SQL[self.what](self.values)
        return (f"NOT ifnull({sql}, 0)" if self.is_not else sql), values

    def driver(self) -> Sql | None:
        """The same as the ids to begin with, for who looks for all of them; None if no index has them."""
        if self.is_not or self.what not in _DRIVERS:
            return None
        return f"task.id IN ({_DRIVERS[self.what]})", self.values


DAY_COLUMNS: Mapping[str, str] = {
    "due": "task.deadline_date",
    "visible": "task.visible_date",
    "start": "task.start_date",
    "done": "task.done_date",
}

HAVING: Mapping[str, str] = {
    "notes": "task.notes <> ''",
    "list": "task.list_id IS NOT NULL",
    "label": "EXISTS (SELECT 1 FROM task_label x WHERE x.task_id = task.id)",
    "person": "EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = task.id)",
    "priority": "task.priority IS NOT NULL",
    "due": "task.deadline_date IS NOT NULL",
    "time": "task.deadline_time IS NOT NULL",
    "start": "task.start_date IS NOT NULL",
    "checklist": "task.checklist <> '[]'",
    "thing": "task.object_id IS NOT NULL",
    "template": "task.template_id IS NOT NULL",
}
"""Word of `has:` and `no:` -> what it means."""


def text_condition(text: str) -> Sql:
    """Where `text` occurs: the name as typed and as shown, the notes, the thing's name and its `stay 12`, the labels.

    Case and accents are disregarded. `stay 12` may begin within the class and end within the id. Each test that reads
    another table does so once, and asks no task if nothing there fits.
    """
    found = [occurs(column, text) for column in ("task.name", "task.object_id", "task.notes")]
    has_expression, title = with_expression("task")
    said = rf"({has_expression} AND folded({title}) LIKE ? ESCAPE '\')"
    found.insert(1, (said, (f"%{_escaped(folded(' '.join(text.split())))}%",)))
    found[-1] = (f"(task.notes <> '' AND {found[-1][0]})", found[-1][1])  # most have none
    found.append(_within("task.object_class IN (SELECT name {})", "FROM entity_class WHERE {}", "name", text))
    things = "(task.object_class, task.object_id) IN (SELECT object_class, object_id {})"
    found.append(_within(things, "FROM entity WHERE {}", "name", text))
    labelled = "FROM label l JOIN task_label x ON x.label_id = l.id WHERE {}"
    found.append(_within("task.id IN (SELECT x.task_id {})", labelled, "l.name", text))
    before, blank, after = " ".join(text.split()).partition(" ")
    if blank:
        ends, begins = occurs("task.object_class", before, end=""), occurs("task.object_id", after, begin="")
        found.append((f"({ends[0]} AND {begins[0]})", ends[1] + begins[1]))
    return "(" + " OR ".join(sql for sql, _ in found) + ")", tuple(value for _, values in found for value in values)


def occurs(column: str, text: str, begin: str = "%", end: str = "%") -> Sql:
    """Where `text` occurs in a column. LIKE answers for texts in ASCII, which is most of them, and for those alone."""
    pattern = f"{begin}{_escaped(folded(' '.join(text.split())))}{end}"
    beyond = rf"({beyond_ascii(column)} AND folded({column}) LIKE ? ESCAPE '\')"
    if not pattern.isascii():
        return beyond, (pattern,)
    return rf"({column} LIKE ? ESCAPE '\' OR {beyond})", (pattern, pattern)


def _within(query: str, rows: str, column: str, text: str) -> Sql:
    sql, values = occurs(column, text)
    rows = rows.format(sql)
    return f"(EXISTS (SELECT 1 {rows}) AND {query.format(rows)})", values * 2


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _days(values: tuple[Any, ...]) -> Sql:
    name, low, high = values
    column = DAY_COLUMNS[name]
    tests = [f"{column} {sign} ?" for sign, day in ((">=", low), ("<=", high)) if day is not None]
    days = tuple(day.isoformat() for day in (low, high) if isinstance(day, date))
    return "(" + " AND ".join(tests or [f"{column} IS NOT NULL"]) + ")", days


def _late(now: date | Moment) -> Sql:
    sql, values = moment_of(now).late()
    return f"(task.is_done = 0 AND {sql})", values


def _things(values: tuple[Any, ...]) -> Sql:
    one, any_of_class = "(task.object_class = ? AND task.object_id = ?)", "task.object_class = ?"
    tests = [any_of_class if number is None else one for _, number in values]
    return "(" + " OR ".join(tests) + ")", tuple(each for pair in values for each in pair if each is not None)


_DRIVERS = {
    What.LABEL: "SELECT x.task_id FROM task_label x WHERE x.label_id = ?",
    What.PERSON: "SELECT x.task_id FROM task_assignee x WHERE x.user_id = ?",
}

_SQL: Mapping[What, Callable[[tuple[Any, ...]], Sql]] = {
    What.LIST: lambda ids: ("task.list_id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)),
    What.LABEL: lambda ids: (f"EXISTS ({_DRIVERS[What.LABEL]} AND x.task_id = task.id)", ids),
    What.PERSON: lambda ids: (f"EXISTS ({_DRIVERS[What.PERSON]} AND x.task_id = task.id)", ids),
    What.PRIORITY: lambda ids: ("task.priority IN (SELECT value FROM json_each(?))", (json.dumps(ids),)),
    What.THING: _things,
    What.DAYS: _days,
    What.LATE: lambda values: _late(values[0]),
    What.TODAY: lambda values: moment_of(values[0]).on_this_day(),
    What.HAS: lambda values: (HAVING[values[0]], ()),
    What.TEXT: lambda values: text_condition(values[0]),
}
