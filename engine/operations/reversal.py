"""Taking an act back, row by row, newest change first, and only where nobody has been since.

Each field must still hold what the act left in it. Fields that somebody else changed meanwhile refuse the
whole undo by name, because half an undo would be worse than none.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from engine.operations.references import References, joined, row_words
from engine.rules.errors import shown
from engine.titles import MARK, shown_title
from store import journal, values
from store.errors import Refused
from store.instants import from_us
from store.reads.history import RowChange, changes, standing_after, touched_after
from store.schema import JOURNALED

TOLD = 50
"""Rows that are told of one by one; an import may have touched a hundred thousand."""

_AT_ONCE = 500

_OBJECTS = frozenset({"dates", "attributes", "params", "alerts"})
"""Columns that hold a JSON object: each key of it is a field of its own to the person."""


class Reversal:
    """One act on its way back.

    `lines` says what was put where, a sentence for each of the first rows of `count`; `schedules` and
    `triggers` are those it touched, `kinds` the tables.
    """

    def __init__(self, connection: sqlite3.Connection, act: values.Act, until: int) -> None:
        """`until` is the act that takes it back."""
        self._connection = connection
        self._act = act
        self._until = until
        self._references = References(connection)
        self._with_rev: dict[str, bool] = {}
        self.schedules: set[int] = set()
        self.triggers: set[int] = set()
        self.kinds: set[str] = set()
        self.lines: list[str] = []
        self.count = 0

    def run(self) -> None:
        """Put every row back as it was before the act. Refused, naming the row and who was there since."""
        for group in _alike(changes(self._connection, self._act.id)):
            self.kinds.add(group[0].kind)
            if group[0].kind in ("schedule", "trigger"):
                touched = self.schedules if group[0].kind == "schedule" else self.triggers
                touched.update(change.row_id for change in group)
            if self._all_at_once(group):
                continue
            for change in group:
                try:
                    self._steps[change.action](self, change)
                except sqlite3.IntegrityError as fault:
                    raise self._refusal(change, _clash(fault)) from fault

    def _all_at_once(self, group: Sequence[RowChange]) -> bool:
        """Take many new rows away, bring many deleted ones back, or change many back, in few statements.

        False, and nothing done, where one of them stands in the way: row by row it can be named.
        """
        if len(self.lines) < TOLD or group[0].kind not in JOURNALED:
            return False
        steps = {"insert": self._all_away, "delete": self._all_back, "update": self._all_changed_back}
        self._connection.execute("SAVEPOINT many")
        try:
            done = steps[group[0].action](group)
        except sqlite3.IntegrityError:
            done = None
        if done is None:
            self._connection.execute("ROLLBACK TO many")
        self._connection.execute("RELEASE many")
        self.count += done or 0
        return done is not None

    def _all_away(self, group: Sequence[RowChange]) -> int | None:
        kind, ids = group[0].kind, [change.row_id for change in group]
        if touched_after(self._connection, group, self._until) or self._references.to_any(kind, ids):
            return None
        query = f'DELETE FROM "{kind}" WHERE id IN (SELECT value FROM json_each(?))'
        return self._connection.execute(query, (json.dumps(ids),)).rowcount

    def _all_back(self, group: Sequence[RowChange]) -> int | None:
        columns, marks = ", ".join(group[0].before), ", ".join("?" * len(group[0].before))
        values = [value for change in group for value in _again(change).values()]
        rows = ", ".join([f"({marks})"] * len(group))
        self._connection.execute(f'INSERT INTO "{group[0].kind}" ({columns}) VALUES {rows}', values)
        return len(group)

    def _all_changed_back(self, group: Sequence[RowChange]) -> int | None:
        """Rows that were changed alike are changed back in one statement; each must hold what the act left."""
        alike: dict[tuple[tuple[str, Any], ...], list[RowChange]] = {}
        for change in group:
            alike.setdefault(tuple(change.before.items()), []).append(change)
        if len({change.row_id for change in group}) < len(group) or len(alike) > len(group) // 4:
            return None
        done = 0
        for before, rows in alike.items():
            if not self._hold(rows):
                return None
            sets = ", ".join([f"{name} = ?" for name, _ in before] + ["rev = rev + 1"] * self._rev(group[0].kind))
            values = [value for _, value in before]
            ids = json.dumps([change.row_id for change in rows])
            done += self._connection.execute(
                f'UPDATE "{group[0].kind}" SET {sets} WHERE id IN (SELECT value FROM json_each(?))', (*values, ids)
            ).rowcount
        return done

    def _hold(self, changes: Sequence[RowChange]) -> bool:
        """Whether each of the rows still holds what the act left in it; they have the same columns."""
        names = ", ".join(changes[0].after)
        query = f'SELECT id, {names} FROM "{changes[0].kind}" WHERE id IN (SELECT value FROM json_each(?))'
        rows = self._connection.execute(query, (json.dumps([change.row_id for change in changes]),))
        now = {row[0]: row[1:] for row in rows}
        return all(now.get(change.row_id) == tuple(change.after.values()) for change in changes)

    def _words(self, change: RowChange) -> str:
        """The row in words, as long as it is told of."""
        return _row(self._connection, change) if len(self.lines) < TOLD else ""

    def _tell(self, words: str, what: str) -> None:
        self.count += 1
        if words:
            self.lines.append(f"{words}: {what}")

    def _take_away(self, change: RowChange) -> None:
        """The act inserted the row: nobody may have changed it, and nothing may hang on it."""
        for by, _ in standing_after(self._connection, change, self._until):
            raise self._refusal(change, f"was changed since by {by.actor} ({shown(by.words)})")
        uses = [each.words() for each in self._references.to(change.kind, change.row_id)]
        if uses:
            raise self._refusal(change, f"is used since by {joined(uses)}")
        words = self._words(change)
        gone = self._connection.execute(f'DELETE FROM "{change.kind}" WHERE id = ?', (change.row_id,))
        if gone.rowcount:
            self._tell(words, "taken away")

    def _bring_back(self, change: RowChange) -> None:
        """The act deleted the row: put it back under its id."""
        row = _again(change)
        marks = ", ".join("?" * len(row))
        self._connection.execute(
            f'INSERT INTO "{change.kind}" ({", ".join(row)}) VALUES ({marks})', tuple(row.values())
        )
        self._tell(self._words(change), "brought back")

    def _change_back(self, change: RowChange) -> None:
        names = tuple(change.before)
        query = f'SELECT {", ".join(names)} FROM "{change.kind}" WHERE id = ?'
        found = self._connection.execute(query, (change.row_id,)).fetchone()
        if found is None:
            raise self._refusal(change, self._since(change, None))
        now = dict(zip(names, found, strict=True))
        put = {name: self._former(change, name, now[name]) for name in names}
        put = {name: value for name, value in put.items() if value != now[name]}
        if not put:
            return
        words = self._words(change)
        sets = ", ".join(f"{name} = ?" for name in put)
        sets += ", rev = rev + 1" if self._rev(change.kind) else ""
        self._connection.execute(f'UPDATE "{change.kind}" SET {sets} WHERE id = ?', (*put.values(), change.row_id))
        if change.kind not in JOURNALED:
            was = {name: now[name] for name in put}
            journal.keep(self._connection, self._until, change.kind, change.row_id, was, put)
        told = ", ".join(f"{name} {_told(name, now[name])} -> {_told(name, value)}" for name, value in put.items())
        self._tell(words, told)

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
        raise self._refusal(change, self._since(change, name))

    def _since(self, change: RowChange, name: str | None) -> str:
        """Who changed the field, or deleted the row, since."""
        later = [
            by for by, row in standing_after(self._connection, change, self._until) if name is None or name in row.after
        ]
        done = "was deleted" if name is None else f"has another {name}"
        return f"{done} since" + (f": {later[-1].actor} did this ({shown(later[-1].words)})" if later else "")

    def _refusal(self, change: RowChange, why: str) -> Refused:
        words = _row(self._connection, change)
        return Refused(f"'{shown(self._act.words)}' cannot be taken back: {words} {why}.")

    def _rev(self, kind: str) -> bool:
        if kind not in self._with_rev:
            columns = self._connection.execute(f'PRAGMA table_info("{kind}")').fetchall()
            self._with_rev[kind] = any(column[1] == "rev" for column in columns)
        return self._with_rev[kind]


def _alike(found: Iterable[RowChange]) -> Iterator[list[RowChange]]:
    """Neighbours of one table and action, in their order, at most 500 together."""
    for _, group in itertools.groupby(found, lambda change: (change.kind, change.action)):
        while some := list(itertools.islice(group, _AT_ONCE)):
            yield some


def _again(change: RowChange) -> dict[str, Any]:
    """The row that was deleted, with a new revision: who still has the old one open must notice."""
    row = dict(change.before)
    if isinstance(rev := row.get("rev"), int):
        row["rev"] = rev + 1
    return row


def _row(connection: sqlite3.Connection, change: RowChange) -> str:
    """The row in words; of one that is gone, by the name it had."""
    words = row_words(connection, change.kind, change.row_id)
    name = change.before.get("name")
    if not name or "(" in words:
        return words
    if change.kind == "task" and MARK in str(name):
        begin, end = (date.fromisoformat(str(day)) if (day := change.before.get(key)) else None for key in _DAYS)
        name = shown_title(connection, str(name), begin, end).text
    return f"{words} ({shown(name)})"


_DAYS = ("start_date", "deadline_date")


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


def _told(name: str, value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, int):
        return str(from_us(value))[:19] if name.endswith("_at") else str(value)
    return f"'{shown(value, 30)}'"


def _clash(fault: sqlite3.IntegrityError) -> str:
    """`another row has its name now`, from what SQLite said."""
    kind, _, columns = str(fault).partition(": ")
    if kind.startswith("FOREIGN KEY"):
        return "belongs to something that is not there any more"
    return f"has lost its place: another has the same {columns.replace('_', ' ') or 'key'} now"
