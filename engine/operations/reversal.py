"""Taking an act back, row by row, newest change first, and only where nobody has been since.

Each field must still hold what the act left in it. Fields that somebody else changed meanwhile refuse the
whole undo by name, because half an undo would be worse than none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from engine.operations.references import References, joined, row_words
from engine.rules.errors import shown
from store import values
from store.errors import Refused
from store.reads.history import RowChange, changes, standing_after

_OBJECTS = frozenset({"dates", "attributes", "params"})
"""Columns that hold a JSON object: each key of it is a field of its own to the person."""


class Reversal:
    """One act on its way back. `lines` says what was put where, a sentence for each row."""

    def __init__(self, connection: sqlite3.Connection, act: values.Act) -> None:
        self._connection = connection
        self._act = act
        self._references = References(connection)
        self._with_rev: dict[str, bool] = {}
        self.kinds: set[str] = set()
        self.lines: list[str] = []

    def run(self) -> None:
        """Put every row back as it was before the act. Refused, naming the row and who was there since."""
        for change in changes(self._connection, self._act.id):
            try:
                self._steps[change.action](self, change)
            except sqlite3.IntegrityError as fault:
                raise self._refusal(_row(self._connection, change), _clash(fault)) from fault
            self.kinds.add(change.kind)

    def _take_away(self, change: RowChange) -> None:
        """The act inserted the row: nobody may have changed it, and nothing may hang on it."""
        words = row_words(self._connection, change.kind, change.row_id)
        for by, _ in standing_after(self._connection, change):
            raise self._refusal(words, f"was changed since by {by.actor} ({shown(by.words)})")
        uses = [each.words() for each in self._references.to(change.kind, change.row_id)]
        if uses:
            raise self._refusal(words, f"is used since by {joined(uses)}")
        gone = self._connection.execute(f"DELETE FROM {change.kind} WHERE id = ?", (change.row_id,))
        if gone.rowcount:
            self.lines.append(f"{words}: taken away")

    def _bring_back(self, change: RowChange) -> None:
        """The act deleted the row: put it back under its id, with a new revision."""
        row = dict(change.before)
        if isinstance(rev := row.get("rev"), int):
            row["rev"] = rev + 1
        marks = ", ".join("?" * len(row))
        self._connection.execute(
            f"INSERT INTO {change.kind} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
        )
        self.lines.append(f"{_row(self._connection, change)}: brought back")

    def _change_back(self, change: RowChange) -> None:
        names = tuple(change.before)
        query = f"SELECT {', '.join(names)} FROM {change.kind} WHERE id = ?"
        found = self._connection.execute(query, (change.row_id,)).fetchone()
        if found is None:
            raise self._refusal(_row(self._connection, change), self._since(change, None))
        now = dict(zip(names, found, strict=True))
        put = {name: self._former(change, name, now[name]) for name in names}
        put = {name: value for name, value in put.items() if value != now[name]}
        if not put:
            return
        words = _row(self._connection, change)
        sets = ", ".join(f"{name} = ?" for name in put) + (
            ", rev = rev + 1" if self._rev(change.kind) else ""
        )
        self._connection.execute(
            f"UPDATE {change.kind} SET {sets} WHERE id = ?", (*put.values(), change.row_id)
        )
        told = ", ".join(f"{name} {_told(now[name])} -> {_told(value)}" for name, value in put.items())
        self.lines.append(f"{words}: {told}")

    _steps = {"insert": _take_away, "delete": _bring_back, "update": _change_back}

    def _former(self, change: RowChange, name: str, now: Any) -> Any:
        """What the field held before the act, if it still holds what the act left, or already that."""
        before, after = change.before[name], change.after[name]
        if now in (before, after):
            return before
        if name in _OBJECTS:
            merged = _merged(_object(before), _object(after), _object(now))
            if merged is not None:
                return json.dumps(merged, ensure_ascii=False, sort_keys=True)
        raise self._refusal(_row(self._connection, change), self._since(change, name))

    def _since(self, change: RowChange, name: str | None) -> str:
        """Who changed the field, or deleted the row, since."""
        later = [
            by for by, row in standing_after(self._connection, change) if name is None or name in row.after
        ]
        done = "was deleted" if name is None else f"has another {name}"
        return f"{done} since" + (f": {later[-1].actor} did this ({shown(later[-1].words)})" if later else "")

    def _refusal(self, words: str, why: str) -> Refused:
        return Refused(f"'{shown(self._act.words)}' cannot be taken back: {words} {why}.")

    def _rev(self, kind: str) -> bool:
        if kind not in self._with_rev:
            columns = self._connection.execute(f"PRAGMA table_info({kind})").fetchall()
            self._with_rev[kind] = any(column[1] == "rev" for column in columns)
        return self._with_rev[kind]


def _row(connection: sqlite3.Connection, change: RowChange) -> str:
    """The row in words; of one that is gone, by the name it had."""
    words = row_words(connection, change.kind, change.row_id)
    name = change.before.get("name")
    return f"{words} ({shown(name)})" if name and "(" not in words else words


def _merged(before: Any, after: Any, now: Any) -> dict[str, Any] | None:
    """`now` with the keys that the act changed put back; None if somebody changed one of them since."""
    if before is None or after is None or now is None:
        return None
    merged = dict(now)
    for key in {**before, **after}:
        if before.get(key) == after.get(key):
            continue
        if now.get(key) not in (before.get(key), after.get(key)):
            return None
        if key in before:
            merged[key] = before[key]
        else:
            merged.pop(key, None)
    return merged


def _object(text: Any) -> Mapping[str, Any] | None:
    found = json.loads(text) if isinstance(text, str) else None
    return found if isinstance(found, dict) else None


def _told(value: Any) -> str:
    return "nothing" if value is None or value == "" else f"'{shown(value, 30)}'"


def _clash(fault: sqlite3.IntegrityError) -> str:
    """`another row has its name now`, from what SQLite said."""
    kind, _, columns = str(fault).partition(": ")
    if kind.startswith("FOREIGN KEY"):
        return "belongs to something that is not there any more"
    return f"has lost its place: another has the same {columns.replace('_', ' ') or 'key'} now"
