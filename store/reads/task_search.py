"""What narrows a list of tasks: words, a thing, a person, a team."""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import Protocol

from store.frozen import value


class Path(Enum):
    """How SQLite gets at the tasks that pass a filter."""

    ORDER = auto()
    """Along the index of the list: what passes is frequent, or nothing is asked."""
    OBJECT = auto()
    """By the tasks of one thing, which are few."""
    IDS = auto()
    """By the ids that were found before."""
    SCAN = auto()
    """Through the whole table in the order of the file, sorted afterwards: what passes may be rare."""


class Asks(Protocol):
    """One more thing that is asked of a task; `store.reads.task_parts` has them, and loads with the first of them."""

    def condition(self) -> tuple[str, tuple[object, ...]]:
        """SQL that is true for the tasks that pass, never NULL, and its values."""


@value
class Filter:
    """Tasks pass that fit every part; a part that is None or empty asks nothing.

    `text` is looked for in the name, the notes, the labels, the thing's name and its `stay 12`, without regard to
    case. `ids` is what `task_finding` found for the rest: who has it need not look again.
    """

    text: str = ""
    object_class: str | None = None
    object_id: str | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    parts: tuple[Asks, ...] = ()
    ids: tuple[int, ...] | None = None

    @property
    def path(self) -> Path:
        """The quickest way to what passes."""
        if self.ids is not None:
            return Path.IDS
        if self.object_id is not None:
            return Path.OBJECT
        return Path.SCAN if self.text.strip() or self.parts else Path.ORDER

    def conditions(self) -> tuple[str, tuple[object, ...]]:
        """SQL about the table `task`, each part led by AND, and its values."""
        tests: list[str] = []
        values: list[object] = []
        if self.ids is not None:
            tests.append("task.id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(self.ids))
        if self.object_class is not None:
            tests.append("task.object_class = ?")
            values.append(self.object_class)
        if self.object_id is not None:
            tests.append("task.object_id = ?")
            values.append(self.object_id)
        if self.assignee_id is not None:
            tests.append("EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = task.id AND a.user_id = ?)")
            values.append(self.assignee_id)
        if self.team_id is not None:
            tests.append(
                "EXISTS (SELECT 1 FROM entity e WHERE e.object_class = task.object_class"
                " AND e.object_id = task.object_id AND e.team_id = ?)"
            )
            values.append(self.team_id)
        asked = [part.condition() for part in self.parts]
        if self.text.strip():
            from store.reads.task_parts import text_condition  # not before the first paint, which asks nothing

            asked.append(text_condition(self.text))
        for sql, given in asked:
            tests.append(sql)
            values += given
        return "".join(f" AND {test}" for test in tests), tuple(values)


NOTHING = Filter()
