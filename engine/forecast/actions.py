"""What triggers will do, played: their pending actions by the real deciding, one due instant after the other.

Each act is a row, and each notice that comes of it. Nobody is told: notices stay in the copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from engine.forecast.people import People
from engine.forecast.plain import Span
from engine.forecast.rows import Coming, Kind
from engine.rules.errors import shown
from engine.rules.triggers.words import action_text
from engine.triggers import deciding, refollowing
from store.enums import PendingState, TriggerAction
from store.instants import Instant
from store.reads import triggers as reads
from store.titling import titled

MOST_PLAYED = 5_000
"""Acts that are played: a trigger of every minute would go on for a year."""
_NAMED = 3
"""Tasks of an act that are named; of more their number is told."""

_DECIDED = """
SELECT trigger_id, act_id, sum(touched) FROM pending_action
WHERE decided_at = ? AND state = ? AND trigger_id IS NOT NULL AND act_id > ? GROUP BY trigger_id, act_id ORDER BY act_id
"""
_TOLD = """
SELECT n.id, n.subject, g.name, n.task_id FROM notification n JOIN "trigger" g ON g.id = n.trigger_id
WHERE n.id > ? ORDER BY n.id
"""
_NAMES = f"""
SELECT DISTINCT task.id, {titled("task")} FROM change c JOIN task ON task.id = c.row_id
WHERE c.act_id = ? AND c.kind = 'task' ORDER BY task.id LIMIT ?
"""
_CHANGED = "SELECT DISTINCT row_id FROM change WHERE id > ? AND kind = 'task'"


@dataclass(slots=True)
class _Seen:
    """How far was read: the newest notice, change and act."""

    notice: int
    change: int
    act: int


class Actions:
    """The triggers of a copy, in `span`; what they do to tasks is said to `people`."""

    def __init__(self, copy: Connection, span: Span, people: People) -> None:
        self._copy = copy
        self._span = span
        self._people = people
        self._is_at_work = _has_any(copy)
        self._rows: list[Coming] = []
        self._seen = _Seen(_newest(copy, "notification"), _newest(copy, "change"), _newest(copy, "act"))
        self._left = MOST_PLAYED

    def begin(self, now: int) -> None:
        """What is due already."""
        self.step(now)

    def next_at(self) -> int | None:
        """When the next action is due, microseconds UTC."""
        return deciding.next_due(self._copy) if self._is_at_work and self._left > 0 else None

    def step(self, now: int) -> None:
        """Do all that is due by `now`, and say what came of it."""
        if not self._is_at_work:
            return
        while refollowing.is_behind(self._copy):
            refollowing.follow_piece(self._copy, now)
        while self._left > 0 and (due := deciding.next_due(self._copy)) is not None and due <= now:
            deciding.decide_due(self._copy, now)
            self._left -= 1
            self._acted(now)
        self._told(now)
        changed = [row[0] for row in self._copy.execute(_CHANGED, (self._seen.change,)).fetchall()]
        self._seen.change = _newest(self._copy, "change")
        if changed:
            self._people.changed(now, changed)

    def rows(self) -> Iterator[Coming]:
        """Everything, in no order; once, at the end."""
        yield from self._rows

    def assumed(self) -> list[str]:
        """What the rows of triggers hang on."""
        if self._left > 0:
            return []
        return [f"triggers were played for {MOST_PLAYED:,} acts, and do nothing after the last one that is shown"]

    def _acted(self, now: int) -> None:
        """A row for each act, but for those that told somebody: their notices are rows."""
        rows = self._copy.execute(_DECIDED, (now, PendingState.ACTED, self._seen.act)).fetchall()
        for trigger_id, act, touched in rows:
            trigger = reads.trigger(self._copy, trigger_id)
            self._seen.act = act
            if trigger.action is not TriggerAction.NOTIFY:
                words = action_text(trigger.action, trigger.params)
                named = "" if trigger.action is TriggerAction.CREATE else self._named(act, touched)
                self._add(now, Kind.ACTED, trigger.name, f"{words}: {named}" if named else words)

    def _named(self, act: int, touched: int) -> str:
        """`Bins, Fridge, Plants and 12 more`; empty if no task was changed."""
        names = [shown(row[1]) for row in self._copy.execute(_NAMES, (act, _NAMED)).fetchall()]
        more = f" and {touched - len(names):,} more" if names and touched > len(names) else ""
        return ", ".join(names) + more

    def _told(self, now: int) -> None:
        for number, subject, trigger, task in self._copy.execute(_TOLD, (self._seen.notice,)).fetchall():
            self._seen.notice = number
            self._add(now, Kind.TOLD, subject, f"trigger {trigger}", task)

    def _add(self, now: int, kind: Kind, name: str, why: str, task: Any = None) -> None:
        self._rows.append(Coming(Instant(now), self._span.day(now), kind, name, why=why, task=task))


def _newest(copy: Connection, table: str) -> int:
    return int(copy.execute(f"SELECT ifnull(max(id), 0) FROM {table}").fetchone()[0])


def _has_any(copy: Connection) -> bool:
    found = copy.execute('SELECT 1 FROM "trigger" WHERE deleted_at IS NULL AND is_enabled = 1 LIMIT 1').fetchone()
    return found is not None
