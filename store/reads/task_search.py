"""What narrows a list of tasks: words, a thing, a person, a team."""

from __future__ import annotations

import json
import unicodedata
from enum import Enum, auto

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


@value
class Filter:
    """Tasks pass that fit every part; a part that is None or empty asks nothing.

    `text` is looked for in the name, the notes, the thing's name and its `stay 12`, without regard to case.
    `ids` is what `tasks.matching` found for a text: who has it need not look again.
    """

    text: str = ""
    object_class: str | None = None
    object_id: str | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    ids: tuple[int, ...] | None = None

    @property
    def path(self) -> Path:
        """The quickest way to what passes."""
        if self.ids is not None:
            return Path.IDS
        if self.object_id is not None:
            return Path.OBJECT
        return Path.SCAN if self.text.strip() else Path.ORDER

    def conditions(self) -> tuple[str, tuple[object, ...]]:
        """SQL about the table `task`, each part led by AND, and its values."""
        parts: list[str] = []
        values: list[object] = []
        if self.ids is not None:
            parts.append("task.id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(self.ids))
        if self.object_class is not None:
            parts.append("task.object_class = ?")
            values.append(self.object_class)
        if self.object_id is not None:
            parts.append("task.object_id = ?")
            values.append(self.object_id)
        if self.assignee_id is not None:
            parts.append("EXISTS (SELECT 1 FROM task_assignee a WHERE a.task_id = task.id AND a.user_id = ?)")
            values.append(self.assignee_id)
        if self.team_id is not None:
            parts.append(
                "EXISTS (SELECT 1 FROM entity e WHERE e.object_class = task.object_class"
                " AND e.object_id = task.object_id AND e.team_id = ?)"
            )
            values.append(self.team_id)
        if self.text.strip():
            patterns = like_patterns(self.text)
            parts.append("(" + " OR ".join([_TEXT] * len(patterns)) + ")")
            values += [pattern for pattern in patterns for _ in range(_TEXT.count("?"))]
        return "".join(f" AND {part}" for part in parts), tuple(values)


NOTHING = Filter()

_TEXT = (
    r"task.name LIKE ? ESCAPE '\' OR task.notes LIKE ? ESCAPE '\'"
    r" OR task.object_class || ' ' || task.object_id LIKE ? ESCAPE '\'"
    r" OR (task.object_class, task.object_id) IN"
    r" (SELECT object_class, object_id FROM entity WHERE name LIKE ? ESCAPE '\')"
)


def like_patterns(text: str) -> tuple[str, ...]:
    """Patterns for LIKE that find `text` anywhere, several where it holds letters beyond ASCII.

    LIKE disregards case only within ASCII.
    """
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    forms = (plain,) if plain.isascii() else (plain, plain.lower(), plain.upper(), plain.title())
    return tuple(f"%{_escaped(form)}%" for form in dict.fromkeys(forms))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
