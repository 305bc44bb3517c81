"""What is due is done, in batches: each is an act of its own, with a line for every action in it.

What has become moot is withdrawn with the reason, and never an error: its task is held against the trigger once more
before it acts, whatever may have been overlooked when the task changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import NamedTuple

from engine.operations.registry import Act
from engine.rules.errors import shown
from engine.rules.triggers.chain import FRESH, may_follow
from engine.rules.triggers.due import Facts
from engine.rules.zones import local
from engine.triggers import acting, dates_due, following, guard, occurrences, pauses, planning, subjects
from engine.triggers.facts import facts_of
from engine.triggers.live import Live, one
from engine.triggers.schedules import ZONE
from engine.triggers.subjects import About
from store import journal
from store.instants import SECOND, from_us
from store.schema import moved

BATCH = 1_000
"""Pending actions of one transaction."""
LATE = 60 * SECOND
"""From then on an action says that it was missed."""

_DUE = """
SELECT id, ifnull(trigger_id, 0), subject, task_id, due_at, made_at, chain, cause_id FROM pending_action
WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?
"""
_NEXT = "SELECT due_at FROM pending_action WHERE state = 'waiting' ORDER BY due_at, id LIMIT 1"
_DECIDE = """
UPDATE pending_action SET state = ?, reason = ?, decided_at = ?, act_id = ?, touched = ?, missed_at = ?
WHERE id = ? AND state = 'waiting'
"""
_LAST_CAUSE = """
SELECT cause_id FROM pending_action WHERE trigger_id = ? AND decided_at > ? ORDER BY decided_at DESC, id DESC LIMIT 1
"""


class Due(NamedTuple):
    """A pending action whose time has come, as it is stored; `trigger_id` 0 is a date at which models make tasks."""

    id: int
    trigger_id: int
    subject: str
    task_id: int | None
    due_at: int
    made_at: int
    chain: str
    cause_id: int | None = None

    @property
    def number(self) -> int:
        """The id of what it is for."""
        return self.task_id or subjects.number_of(self.subject)

    @property
    def is_fresh(self) -> bool:
        """Whether it goes on with the chain that led to it; what was seen coming for long begins its own."""
        return self.due_at - self.made_at < FRESH.total_seconds() * SECOND


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
        groups[row.trigger_id, row.chain if row.is_fresh else ""].append(row)
    tasks = 0
    for (trigger_id, chain), due in groups.items():
        if tasks >= limit:
            break  # what is left waits still, and others may write meanwhile
        if not trigger_id:
            tasks += dates_due.act_due(connection, [row.id for row in due], now)
            continue
        live = one(connection, trigger_id)
        if due[0].subject.startswith(ZONE):
            tasks += occurrences.act_due(connection, trigger_id, [row.id for row in due], now)
        elif live is None:
            _write(connection, [(row, "the trigger is gone, off or broken") for row in due], now)
        else:
            decide(connection, live, due, now, chain)
    if rows:
        moved(connection, "pending_action")
    return len(rows)


def decide(connection: Connection, live: Live, due: Sequence[Due], now: int, chain: str = "") -> None:
    """Act on what `due` is for, as one act in the name of the trigger's owner, next in the `chain` that led to it."""
    facts = facts_of(connection, [row.task_id for row in due if row.task_id is not None])
    chosen, moot = _sifted(live, due, facts)
    _write(connection, moot, now)
    if not chosen:
        return
    actor, before = acting.actor_of(live), tuple(int(each) for each in chain.split(",") if each)
    act = Act(connection, actor, from_us(now), journal.begin(connection, now, actor, "trigger act"))
    if why := may_follow(before, live.id):
        guard.stop(act, (*before, live.id), why)
        journal.describe(connection, act.id, f"stopped trigger: {shown(live.name)}", can_undo=False)
        _write(connection, [(row, f"the trigger was stopped: {why}") for row in chosen], now)
    else:
        _act(act, live, chosen, facts, before)
        following.settle_after(act, (*before, live.id))
    journal.end(connection, act.id)


def _sifted(live: Live, due: Sequence[Due], facts: Mapping[int, Facts]) -> tuple[list[Due], list[tuple[Due, str]]]:
    """Those to act on, one for each task, and why the others have become moot."""
    moot: list[tuple[Due, str]] = []
    last: dict[str, Due] = {}
    is_of_tasks = subjects.about(live.event) is About.TASK
    for row in due:
        why = planning.unwanted(live, facts.get(row.number), row.due_at) if is_of_tasks else ""
        if why:
            moot.append((row, why))
            continue
        if row.subject in last:
            moot.append((last[row.subject], "missed; it acts once for all that was missed"))
        last[row.subject] = row
    return list(last.values()), moot


def _act(act: Act, live: Live, chosen: Sequence[Due], facts: Mapping[int, Facts], before: tuple[int, ...]) -> None:
    counts = any(row.is_fresh for row in chosen) and not _is_counted(act, live, chosen[0])
    outcome = acting.perform(act, live, [row.number for row in chosen], facts, counts=counts, chain=before)
    touched = frozenset(outcome.touched)
    rows = []
    for row in chosen:
        is_touched = row.number in touched
        why = None if is_touched else outcome.left_out.get(row.number) or outcome.fault or "nothing to do"
        late = row.due_at if act.now - row.due_at > LATE else None
        if is_touched and late is not None:
            why = f"missed since {local(from_us(late), live.zone):%Y-%m-%d %H:%M}"
        state = "acted" if is_touched else "withdrawn"
        rows.append((state, why, act.now, act.id if is_touched else None, int(is_touched), late, row.id))
    act.connection.executemany(_DECIDE, rows)
    if touched:
        words = f"trigger {shown(live.name)}: {live.action}, {subjects.counted(live.event, len(touched))}"
        journal.describe(act.connection, act.id, words)


def _is_counted(act: Act, live: Live, row: Due) -> bool:
    """Whether the batch before this one was of the same cause: ten thousand tasks changed at once are one."""
    found = act.connection.execute(_LAST_CAUSE, (live.id, act.now - 60 * SECOND)).fetchone()
    return found is not None and row.cause_id is not None and found[0] == row.cause_id


def _write(connection: Connection, rows: Sequence[tuple[Due, str]], now: int) -> None:
    """Withdraw them, each for its reason."""
    connection.executemany(_DECIDE, [("withdrawn", why, now, None, 0, None, row.id) for row, why in rows])
