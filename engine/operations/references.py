"""What hangs on a row: asked before it is deleted, and before an undo takes it away.

The answer comes from the foreign keys of the tables themselves, so that no later table can be forgotten.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from engine.rules.errors import shown
from engine.rules.wording import count_of
from store.frozen import value
from store.titling import titled

_COUNTED = 1_000
_HISTORY = frozenset({"act", "change", "notification", "pending_action", "delivery"})
"""Tables that only remember or follow; they never hold a row back."""

_FORGETFUL = frozenset({("occurrence", "task")})
"""Links that only remember: a line of the ledger lets go of a task that is taken away."""

_NOUNS = {
    "entity": ("entity", "entities"),
    "entity_class": ("class", "classes"),
    "status_change": ("status in a history", "statuses in a history"),
    "task_event": ("event", "events"),
    "event_fire": ("fired event", "fired events"),
    "task_model": ("model", "models"),
    "task_assignee": ("assignment", "assignments"),
    "calendar_day": ("day", "days"),
}


@value
class Hanging:
    """How many rows of `table` point to the row; counting stops at a thousand."""

    table: str
    count: int

    def words(self) -> str:
        """`3 tasks`, `1,000 tasks or more`."""
        one, many = _NOUNS.get(self.table, (self.table, f"{self.table}s"))
        return count_of(self.count, one, many) + (" or more" if self.count >= _COUNTED else "")


class References:
    """The foreign keys of a store, read once and then asked for many rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._links: dict[str, list[tuple[str, str]]] = defaultdict(list)
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for child in sorted({row[0] for row in tables} - _HISTORY):
            for key in connection.execute(f'PRAGMA foreign_key_list("{child}")').fetchall():
                if (child, key[2]) in _FORGETFUL:
                    continue
                self._links[key[2]].append((child, _pointing(child, key[3], key[2], key[4] or "id")))
        self._links["entity"].append(("task", _TASKS_OF_ENTITIES))

    def to(self, table: str, row: int) -> tuple[Hanging, ...]:
        """What points to the row, table by table; empty if nothing does or the row is not there."""
        found = []
        for child, query in self._links[table]:
            counting = f"SELECT count(*) FROM ({query} LIMIT {_COUNTED})"
            count = self._connection.execute(counting, (f"[{row}]",)).fetchone()[0]
            if count:
                found.append(Hanging(child, count))
        return tuple(found)

    def to_any(self, table: str, rows: Iterable[int]) -> bool:
        """Whether anything points to one of the rows."""
        numbers = json.dumps(list(rows))
        queries = (f"{query} LIMIT 1" for _, query in self._links[table])
        return any(self._connection.execute(query, (numbers,)).fetchone() for query in queries)


def used_by(connection: sqlite3.Connection, table: str, row: int, but: Iterable[str] = ()) -> str:
    """`3 entities, 2 events and 1 model`: what uses the row, tables in `but` aside; empty if nothing does."""
    found = References(connection).to(table, row)
    return joined([each.words() for each in found if each.table not in but])


def joined(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), *words[-1:]] if len(words) > 1 else words)


def row_words(connection: sqlite3.Connection, table: str, row: int) -> str:
    """`task 12 (Collect allergy info)`, `stay 12`; without the name if the row is gone or has none."""
    if table == "entity":
        found = connection.execute("SELECT object_class, object_id FROM entity WHERE id = ?", (row,)).fetchone()
        return f"{found[0]} {shown(found[1])}" if found else f"entity {row}"
    columns = {column[1] for column in connection.execute(f'PRAGMA table_info("{table}")')}
    label = titled("task") if table == "task" else next((each for each in ("name", "key") if each in columns), None)
    found = label and connection.execute(f'SELECT {label} FROM "{table}" WHERE id = ?', (row,)).fetchone()
    noun = _NOUNS.get(table, (table,))[0]
    return f"{noun} {row} ({shown(found[0])})" if found else f"{noun} {row}"


_TASKS_OF_ENTITIES = (
    "SELECT 1 FROM json_each(?) j JOIN entity e ON e.id = j.value"
    " JOIN task t ON t.object_class = e.object_class AND t.object_id = e.object_id"
)
"""Tasks name their entity by class and id, without a key that the store could tell of."""


def _pointing(child: str, column: str, table: str, target: str) -> str:
    """One line for each row of `child` that points to a row of `table` whose id is in a JSON array."""
    ids = "SELECT value FROM json_each(?)"
    values = ids if target == "id" else f"SELECT {target} FROM {table} WHERE id IN ({ids})"
    return f'SELECT 1 FROM "{child}" WHERE {column} IN ({values})'
