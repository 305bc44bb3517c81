"""Which tasks a change of a definition concerns: a trigger, a list, a label, a person, a calendar, the store's zone.

Some thousands are planned anew in the act that changed it. Of more the trigger keeps the mark `follow_after`, and the
engine plans them piece by piece: nobody waits for the writer meanwhile, and what is due is held against its task
before it is done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from engine.operations.registry import Act
from engine.rules.triggers.due import FROM_STATE
from engine.triggers import planning
from engine.triggers.facts import ids_of_scope
from engine.triggers.live import Live, at_work, known, one
from store.enums import OF_TASKS, Scope
from store.frozen import value
from store.journal import parse

AT_ONCE = 3_000
"""Tasks that an act plans anew itself."""
PIECE = 2_000
"""Tasks of one transaction of the engine."""

_CHANGED = "SELECT DISTINCT row_id, after FROM change WHERE act_id = ? AND id > ? AND kind = ?"
_WAITING = """
SELECT DISTINCT task_id FROM pending_action WHERE state = 'waiting' AND task_id IS NOT NULL AND trigger_id = ? LIMIT ?
"""
_WAITING_BETWEEN = """
SELECT DISTINCT task_id FROM pending_action INDEXED BY pending_by_task
WHERE task_id > ? AND task_id <= ? AND task_id IS NOT NULL AND trigger_id = ? AND state = 'waiting'
ORDER BY task_id LIMIT ?
"""
_TO_FOLLOW = 'SELECT id, name, follow_after FROM "trigger" WHERE follow_after IS NOT NULL ORDER BY id LIMIT 1'
_LAST = (1 << 63) - 1


def follow_definitions(act: Act, kinds: frozenset[str], since: int) -> frozenset[int]:
    """Ids of tasks to be planned anew now, although they did not change themselves; of too many the rest is marked."""
    concern = _Concern(act)
    if "trigger" in kinds:
        live = known(act.connection).by_id
        for number, _ in concern.rows("trigger", since):
            concern.trigger(number, live.get(number))
    if "task_list" in kinds:
        for number, after in concern.rows("task_list", since):
            if after and parse(after).keys() & {"parent_id", "zone", "deleted_at"}:
                concern.tasks(Scope.LIST, number)
    if "user" in kinds:
        for number, after in concern.rows("user", since):
            if after and "zone" in parse(after):
                concern.tasks(Scope.USER, number)
                concern.triggers(each for each in at_work(act.connection) if each.owner_id == number)
    if kinds & {"setting", "calendar", "calendar_day"}:
        is_zone = "setting" in kinds and concern.is_set("zone", since)
        is_days = bool(kinds & {"calendar", "calendar_day"}) or concern.is_set("calendar", since)
        concern.triggers(each for each in at_work(act.connection) if is_zone or (is_days and each.days is not None))
    return frozenset(concern.found)


class _Concern:
    """What one act concerns: `found` are the tasks that it plans itself, others hang on their triggers."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._connection = act.connection
        self.found: set[int] = set()

    def rows(self, kind: str, since: int) -> list[tuple[int, str | None]]:
        """Rows of a kind that the act changed, and how."""
        return self._connection.execute(_CHANGED, (self._act.id, since, kind)).fetchall()

    def is_set(self, key: str, since: int) -> bool:
        """Whether the act has set that setting."""
        row = self._connection.execute("SELECT id FROM setting WHERE key = ?", (key,)).fetchone()
        # A setting that is back at its default has no row any more: then it may have been any.
        numbers = {number for number, _ in self.rows("setting", since)}
        return bool(numbers) and (row is None or row[0] in numbers)

    def triggers(self, those: Iterable[Live]) -> None:
        """Everything in the scope of these."""
        for each in those:
            self.trigger(each.id, each)

    def trigger(self, number: int, live: Live | None) -> None:
        """Everything in its scope, and that for which it waits; `live` None: it is not at work."""
        if live is not None and live.event not in OF_TASKS:
            return
        ids = {row[0] for row in self._connection.execute(_WAITING, (number, AT_ONCE + 1)).fetchall()}
        if live is not None and live.event in FROM_STATE:
            ids.update(ids_of_scope(self._connection, live.scope, live.scope_id, AT_ONCE + 1))
        if len(self.found) + len(ids) <= AT_ONCE:
            self.found |= ids
        elif live is not None:
            _mark(self._connection, [number])

    def tasks(self, scope: Scope, number: int) -> None:
        """The tasks of a list or of a person, for whichever trigger."""
        ids = ids_of_scope(self._connection, scope, number, AT_ONCE + 1)
        if len(self.found) + len(ids) <= AT_ONCE:
            self.found.update(ids)
        else:
            _mark(self._connection, [each.id for each in at_work(self._connection) if each.event in OF_TASKS])


def _mark(connection: sqlite3.Connection, triggers: Iterable[int]) -> None:
    connection.executemany('UPDATE "trigger" SET follow_after = 0 WHERE id = ?', [(each,) for each in triggers])


@value
class Piece:
    """What one transaction of the engine planned anew: of that trigger so many tasks, and whether it has more."""

    trigger: str
    tasks: int
    has_more: bool


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether tasks of some trigger are still to be planned anew."""
    return connection.execute(_TO_FOLLOW).fetchone() is not None


def follow_piece(connection: sqlite3.Connection, now: int) -> Piece | None:
    """Plan the next tasks of a trigger that is behind, inside a transaction; None if there is none."""
    row = connection.execute(_TO_FOLLOW).fetchone()
    if row is None:
        return None
    number, name, after = row
    live = one(connection, number)
    if live is None:
        connection.execute('UPDATE "trigger" SET follow_after = NULL WHERE id = ?', (number,))
        return Piece(name, 0, has_more=False)
    ids = ids_of_scope(connection, live.scope, live.scope_id, PIECE, after) if live.event in FROM_STATE else []
    until = ids[-1] if len(ids) == PIECE else _LAST
    others = connection.execute(_WAITING_BETWEEN, (after, until, number, PIECE)).fetchall()
    if len(others) == PIECE:
        until = min(until, others[-1][0])
    tasks = {each for each in (*ids, *(row[0] for row in others)) if each <= until}
    planning.follow(connection, now, tasks, only=live)
    has_more = until < _LAST
    connection.execute('UPDATE "trigger" SET follow_after = ? WHERE id = ?', (until if has_more else None, number))
    return Piece(name, len(tasks), has_more)
