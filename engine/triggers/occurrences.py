"""A schedule's instant has come for a trigger in some zones: it acts once on their tasks, and the ledger says so.

What was missed is merged into one. All of it is one transaction: after a crash nothing is lost and nothing is done
twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from engine import ledger
from engine.operations.registry import Act
from engine.rules.errors import BadValue, shown
from engine.rules.missed import GRACE, Catchup, Decision, decide
from engine.rules.when import Rule
from engine.rules.wording import count_of
from engine.rules.zones import local
from engine.triggers import acting, schedules
from engine.triggers.acting import Outcome
from engine.triggers.live import Live, one
from engine.triggers.places import tasks_by_zone
from engine.triggers.schedules import TICK, ZONE, Row
from store import journal
from store.enums import Cause, OccurrenceState
from store.frozen import value
from store.instants import from_us, to_us
from store.journal import Actor
from store.schema import moved

_DECIDE = """
UPDATE pending_action SET state = ?, reason = ?, decided_at = ?, act_id = ?, touched = ?, missed_at = ?
WHERE id = ? AND state = 'waiting'
"""
_CANCELLED = """
SELECT due_at, reason FROM pending_action WHERE trigger_id = ? AND subject LIKE 'zone:%' AND due_at < ?
  AND due_at > ? AND state = 'withdrawn' AND act_id IS NOT NULL
"""


@value
class _Due:
    """A row that is due, with what becomes of the instants it stands for and the tasks it is for."""

    row: Row
    rule: Rule
    decision: Decision
    tasks: tuple[int, ...]


def act_due(connection: sqlite3.Connection, trigger_id: int, rows: Iterable[tuple[int, str, int]], now: int) -> None:
    """Decide actions of a trigger for zones, (id, subject, due_at), at `now`; inside a transaction.

    A trigger that is not at work any more withdraws them; one whose schedule cannot be read is stopped.
    """
    live = one(connection, trigger_id)
    if live is None or live.schedule_id is None:
        schedules.arm(connection, trigger_id, now)
        return
    try:
        found = _found(
            connection, live, [Row(number, subject.removeprefix(ZONE), at) for number, subject, at in rows], now
        )
    except BadValue as fault:
        schedules.stop(connection, trigger_id, now, f"It is not known when this happens: {shown(str(fault), 500)}")
        return
    _write(connection, live, found, now)
    outcome, number = _act(connection, live, found, now)
    _decided(connection, live, found, outcome, number, now)
    _go_on(connection, live, found, now)


def _found(connection: sqlite3.Connection, live: Live, rows: Sequence[Row], now: int) -> list[_Due]:
    assert live.schedule_id is not None
    standing = ledger.standing(connection, live.schedule_id)
    gap = ledger.silence(connection, min(row.due_at for row in rows), now)
    tasks = tasks_by_zone(connection, live)
    found = []
    for row in rows:
        rule = schedules.rule_in(connection, standing, row.zone)
        decision = decide(rule, from_us(row.due_at) - TICK, from_us(now), Catchup(), gap=gap)
        fires = any(verdict.state is OccurrenceState.FIRED for verdict in decision.verdicts)
        found.append(_Due(row, rule, decision, tuple(tasks.get(row.zone, ())) if fires else ()))
    return found


def _write(connection: sqlite3.Connection, live: Live, found: Sequence[_Due], now: int) -> None:
    """The lines of the ledger. Zones may share an instant: what acted in one of them has acted."""
    assert live.schedule_id is not None
    verdicts = [verdict for each in found for verdict in each.decision.verdicts]
    verdicts.sort(key=lambda verdict: verdict.state is not OccurrenceState.FIRED)
    ledger.write(connection, [ledger.line(live.schedule_id, verdict, now) for verdict in verdicts])
    since = connection.execute("SELECT cursor_at FROM schedule WHERE id = ?", (live.schedule_id,)).fetchone()[0]
    for due_at, reason in connection.execute(_CANCELLED, (live.id, now, since)).fetchall():
        line = (live.schedule_id, due_at, None, 1, OccurrenceState.SKIPPED, reason, 0, None, None, now, Cause.CANCELLED)
        ledger.write(connection, [line])


def _act(connection: sqlite3.Connection, live: Live, found: Sequence[_Due], now: int) -> tuple[Outcome, int]:
    """Act on the tasks of all these zones, in the name of the trigger's owner; nothing to do leaves no act."""
    tasks = [task for each in found for task in each.tasks]
    if not tasks:
        return Outcome(), 0
    from engine.triggers.following import settle_after

    actor = Actor(live.owner_id, live.owner, acting.VIA)
    number = journal.begin(connection, now, actor, "trigger act")
    act = Act(connection, actor, from_us(now), number)
    outcome = acting.perform(act, live, tasks)
    if outcome.touched:
        touched = count_of(len(outcome.touched), "task")
        journal.describe(connection, number, f"trigger {shown(live.name)}: {live.action}, {touched}")
    settle_after(act, (live.id,))
    journal.end(connection, number)
    return outcome, number


def _decided(
    connection: sqlite3.Connection, live: Live, found: Sequence[_Due], outcome: Outcome, number: int, now: int
) -> None:
    touched = frozenset(outcome.touched)
    lines = []
    for each in found:
        count = len(touched.intersection(each.tasks))
        late = each.row.due_at if from_us(now) - from_us(each.row.due_at) > GRACE else None
        said = [_missed(each)] if late is not None else []
        said += [] if count else [outcome.fault or _why_not(outcome, each.tasks)]
        state = "withdrawn" if outcome.fault else "acted"
        lines.append((state, "; ".join(said) or None, now, number if count else None, count, late, each.row.id))
    connection.executemany(_DECIDE, lines)
    moved(connection, "pending_action")


def _missed(due: _Due) -> str:
    """`missed 2025-06-07 00:00`, on the clocks of the zone; of several the first, and how many."""
    done = (OccurrenceState.FIRED, OccurrenceState.MERGED)
    count = sum(verdict.count for verdict in due.decision.verdicts if verdict.state in done)
    first = _clock(from_us(due.row.due_at), due.row.zone)
    return f"missed {first}" if count < 2 else f"missed since {first}, {count} times; done once"


def _why_not(outcome: Outcome, tasks: Sequence[int]) -> str:
    whys = {outcome.left_out[task] for task in tasks if task in outcome.left_out}
    return whys.pop() if len(whys) == 1 else "nothing to do"


def _go_on(connection: sqlite3.Connection, live: Live, found: Sequence[_Due], now: int) -> None:
    """What comes next, in the zones where there are tasks still, and in the trigger's own."""
    if one(connection, live.id) is None:
        schedules.arm(connection, live.id, now)
        return
    wanted: dict[str, int] = {}
    for each in found:
        if each.tasks or each.row.zone == live.zone:
            due = schedules.following(connection, each.rule, live.id, each.row.zone, now)
            wanted |= {} if due is None else {each.row.zone: due}
    schedules.add(connection, live.id, wanted, now)
    schedules.advance(connection, live, max(to_us(each.decision.cursor) for each in found))


def _clock(at: datetime, zone: str) -> str:
    return f"{local(at, zone):%Y-%m-%d %H:%M}"
