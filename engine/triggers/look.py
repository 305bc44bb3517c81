"""The engine's look at pending actions: what is due is done, in batches, each an act of its own with a line for all."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from sqlite3 import Connection
from typing import NamedTuple

from engine.clock import Clock
from engine.operations.registry import Act
from engine.rules.triggers.chain import FRESH
from engine.rules.zones import local
from engine.triggers import acting, following, occurrences, pauses
from engine.triggers.live import Live, one
from engine.triggers.schedules import ZONE
from engine.turn import Turn
from store import journal
from store.errors import StoreTrouble
from store.instants import SECOND, from_us
from store.journal import Actor
from store.schema import moved

BATCH = 1_000
"""Pending actions of one transaction."""
MOST_SECONDS = 0.2
"""How long one step acts before the engine sees to its runs again."""
LATE = 60 * SECOND
"""From then on an action says that it was missed."""

_DUE = """
SELECT id, trigger_id, subject, task_id, due_at, made_at, chain FROM pending_action
WHERE state = 'waiting' AND due_at <= ? AND trigger_id IS NOT NULL ORDER BY due_at, id LIMIT ?
"""
_NEXT = "SELECT due_at FROM pending_action WHERE state = 'waiting' ORDER BY due_at, id LIMIT 1"
_DECIDE = """
UPDATE pending_action SET state = ?, reason = ?, decided_at = ?, act_id = ?, touched = ?, missed_at = ?
WHERE id = ? AND state = 'waiting'
"""

log = logging.getLogger("tickler.engine")


class Due(NamedTuple):
    """A pending action whose time has come, as it is stored."""

    id: int
    trigger_id: int
    subject: str
    task_id: int | None
    due_at: int
    made_at: int
    chain: str


class TriggerLook:
    """Of one engine. `has_more`: the next step goes on at once; `next_at`: when the next action is due."""

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.next_at: int | None = None
        self._clock = clock
        self._say = say

    def look(self, connection: Connection, now: int) -> None:
        """Do what is due at `now`, microseconds UTC. A fault in it does not stop the runs."""
        until = self._clock.monotonic() + MOST_SECONDS
        try:
            self.next_at = next_due(connection)
            while self.next_at is not None and self.next_at <= now:
                with Turn(connection) as writing:
                    decide_due(writing, now)
                self.next_at = next_due(connection)
                if self._clock.monotonic() > until:
                    break
            self.has_more = self.next_at is not None and self.next_at <= now
        except StoreTrouble:
            raise
        except Exception as fault:
            log.exception("triggers")
            self._say(f"triggers: {fault}")
            self.has_more, self.next_at = False, now + 60 * SECOND


def next_due(connection: Connection) -> int | None:
    """When the next pending action is due or the next pause ends, microseconds UTC."""
    row = connection.execute(_NEXT).fetchone()
    ends = pauses.next_end(connection)
    return ends if row is None else int(row[0]) if ends is None else min(int(row[0]), ends)


def decide_due(connection: Connection, now: int, limit: int = BATCH) -> int:
    """Do what is due at `now`, inside a transaction; how many actions were decided. Again it changes nothing."""
    pauses.end(connection, now)
    rows = [Due(*row) for row in connection.execute(_DUE, (now, limit)).fetchall()]
    groups: dict[tuple[int, str], list[Due]] = defaultdict(list)
    for row in rows:
        groups[row.trigger_id, row.chain].append(row)
    for (trigger_id, chain), due in groups.items():
        live = one(connection, trigger_id)
        if due[0].subject.startswith(ZONE):
            occurrences.act_due(connection, trigger_id, [(row.id, row.subject, row.due_at) for row in due], now)
        elif live is None:
            _withdraw(connection, due, now, "the trigger is gone, off or broken")
        else:
            decide(connection, live, due, now, chain)
    if rows:
        moved(connection, "pending_action")
    return len(rows)


def decide(connection: Connection, live: Live, due: Sequence[Due], now: int, chain: str = "") -> None:
    """Act on the tasks of `due`, as one act in the name of the trigger's owner."""
    actor = Actor(live.owner_id, live.owner, acting.VIA)
    number = journal.begin(connection, now, actor, "trigger act")
    act = Act(connection, actor, from_us(now), number)
    tasks = [row.task_id for row in due if row.task_id is not None]
    outcome = acting.perform(act, live, tasks)
    touched = frozenset(outcome.touched)
    rows = []
    for row in due:
        is_touched = row.task_id in touched
        why = None if is_touched else outcome.left_out.get(row.task_id or 0) or outcome.fault or "nothing to do"
        late = row.due_at if now - row.due_at > LATE else None
        if is_touched and late is not None:
            why = f"missed {local(from_us(late), live.zone):%Y-%m-%d %H:%M}"
        state = "acted" if is_touched else "withdrawn"
        rows.append((state, why, now, number if is_touched else None, int(is_touched), late, row.id))
    connection.executemany(_DECIDE, rows)
    words = f"trigger {live.name}: {live.action}, {len(touched)} touched"
    journal.describe(connection, number, words)
    following.settle_after(act, (*_fresh(chain, due), live.id))
    journal.end(connection, number)


def _fresh(chain: str, due: Sequence[Due]) -> tuple[int, ...]:
    """The chain that the action goes on with; one that waited for long begins its own."""
    if any(row.due_at - row.made_at >= FRESH.total_seconds() * SECOND for row in due):
        return ()
    numbers = tuple(int(each) for each in chain.split(",") if each)
    return numbers[:-1]


def _withdraw(connection: Connection, due: Sequence[Due], now: int, why: str) -> None:
    connection.execute(
        "UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ?"
        " WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?))",
        (why, now, json.dumps([row.id for row in due])),
    )
