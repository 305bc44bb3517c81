"""A schedule's instant has come for a trigger in some zones: it acts once on their tasks, and the ledger says so.

What was missed is merged into one. All of it is one transaction: after a crash nothing is lost and nothing is done
twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
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

AT_ONCE = 1_000
"""Tasks of one transaction, and one act: of more than that the rest waits for the next, so that others may write."""

_ROWS = """
SELECT id, subject, due_at, reached FROM pending_action WHERE id IN (SELECT value FROM json_each(?)) ORDER BY due_at, id
"""
_DECIDE = """
UPDATE pending_action SET state = ?, reason = ?, decided_at = ?, act_id = ?, touched = ?, missed_at = ?
WHERE id = ? AND state = 'waiting'
"""
_REACH = "UPDATE pending_action SET reached = ? WHERE id = ?"
_PARTS = "SELECT count(*) FROM pending_action WHERE trigger_id = ? AND due_at = ? AND subject LIKE ?"
_PART = """
INSERT INTO pending_action (trigger_id, subject, due_at, made_at, state, reason, decided_at, act_id, touched, missed_at)
SELECT trigger_id, ?, due_at, made_at, 'acted', ?, ?, ?, ?, ? FROM pending_action WHERE id = ?
"""
_CANCELLED = """
SELECT due_at, reason FROM pending_action WHERE trigger_id = ? AND subject LIKE 'zone:%' AND due_at < ?
  AND due_at > ? AND state = 'withdrawn' AND act_id IS NOT NULL
"""


@value
class _Due:
    """A row that is due, with what becomes of the instants it stands for and the tasks it is for.

    `done_to` is the task up to which all before it had been done.
    """

    row: Row
    done_to: int
    rule: Rule
    decision: Decision
    tasks: tuple[int, ...]


def act_due(connection: sqlite3.Connection, trigger_id: int, numbers: Sequence[int], now: int) -> int:
    """Decide actions of a trigger for zones, by their ids, at `now`; inside a transaction. To how many tasks it acted.

    Those that have more tasks than `AT_ONCE` go on waiting, for the rest of them. A trigger that is not at work any
    more withdraws them; one whose schedule cannot be read is stopped.
    """
    live = one(connection, trigger_id)
    if live is None or live.schedule_id is None:
        schedules.arm(connection, trigger_id, now)
        return 0
    try:
        found, reached = _found(connection, live, numbers, now)
    except BadValue as fault:
        schedules.stop(connection, trigger_id, now, f"It is not known when this happens: {shown(str(fault), 500)}")
        return 0
    _write(connection, live, found, now)
    outcome, number = _act(connection, live, found, now)
    if reached is not None and not outcome.fault:
        _go_on_later(connection, found, outcome, number, now, reached)
    else:
        _decided(connection, live, found, outcome, number, now)
        _go_on(connection, live, found, now)
    moved(connection, "pending_action")
    return sum(len(each.tasks) for each in found)


def _found(
    connection: sqlite3.Connection, live: Live, numbers: Sequence[int], now: int
) -> tuple[list[_Due], int | None]:
    """What is due, and the task up to which it is done if that is not all."""
    assert live.schedule_id is not None
    standing = ledger.standing(connection, live.schedule_id)
    stored = connection.execute(_ROWS, (json.dumps(numbers),)).fetchall()
    rows = [(Row(number, subject.removeprefix(ZONE), at), reached or 0) for number, subject, at, reached in stored]
    gap = ledger.silence(connection, rows[0][0].due_at, now)
    part = tasks_by_zone(connection, live, {row.zone: reached for row, reached in rows}, AT_ONCE)
    found = []
    for row, reached in rows:
        rule = schedules.rule_in(connection, standing, row.zone)
        decision = decide(rule, from_us(row.due_at) - TICK, from_us(now), Catchup(), gap=gap)
        fires = any(verdict.state is OccurrenceState.FIRED for verdict in decision.verdicts)
        found.append(_Due(row, reached, rule, decision, tuple(part.tasks.get(row.zone, ())) if fires else ()))
    return found, part.reached


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
    """Act on the tasks of all these zones, in the name of the trigger's owner; what changes no row leaves no act: 0."""
    tasks = [task for each in found for task in each.tasks]
    if not tasks:
        return Outcome(), 0
    from engine.triggers.following import settle_after

    actor = Actor(live.owner_id, live.owner, acting.VIA)
    number = journal.begin(connection, now, actor, "trigger act")
    act = Act(connection, actor, from_us(now), number)
    outcome = acting.perform(act, live, tasks, counts=not any(each.done_to for each in found))
    if outcome.touched:
        touched = count_of(len(outcome.touched), "task")
        journal.describe(connection, number, f"trigger {shown(live.name)}: {live.action}, {touched}")
    settle_after(act, (live.id,))
    return outcome, number if journal.end(connection, number) else 0


def _go_on_later(
    connection: sqlite3.Connection, found: Sequence[_Due], outcome: Outcome, number: int, now: int, reached: int
) -> None:
    """Leave a line of what this part has done; the rows themselves wait for the rest."""
    touched = frozenset(outcome.touched)
    for each in found:
        if count := len(touched.intersection(each.tasks)):
            part = f"part {_parts(connection, each) + 1}"
            why = "; ".join([*_missed(each, now), part])
            values = (f"{ZONE}{each.row.zone} {part}", why, now, number or None, count, _late(each, now), each.row.id)
            connection.execute(_PART, values)
    connection.executemany(_REACH, [(reached, each.row.id) for each in found])


def _parts(connection: sqlite3.Connection, due: _Due) -> int:
    trigger_id = connection.execute("SELECT trigger_id FROM pending_action WHERE id = ?", (due.row.id,)).fetchone()[0]
    values = (trigger_id, due.row.due_at, f"{ZONE}{due.row.zone} part %")
    return int(connection.execute(_PARTS, values).fetchone()[0])


def _decided(
    connection: sqlite3.Connection, live: Live, found: Sequence[_Due], outcome: Outcome, number: int, now: int
) -> None:
    touched = frozenset(outcome.touched)
    lines = []
    for each in found:
        count = len(touched.intersection(each.tasks))
        parts = _parts(connection, each) if each.done_to else 0
        said = _missed(each, now)
        if outcome.fault or not (count or parts):
            said.append(outcome.fault or _why_not(outcome, each.tasks))
        elif parts:
            said.append(f"part {parts + 1}, the last" if count else f"done in {count_of(parts, 'part')}")
        state = "withdrawn" if outcome.fault else "acted"
        act_id = number if count and number else None
        lines.append((state, "; ".join(said) or None, now, act_id, count, _late(each, now), each.row.id))
    connection.executemany(_DECIDE, lines)


def _late(due: _Due, now: int) -> int | None:
    return due.row.due_at if from_us(now) - from_us(due.row.due_at) > GRACE and not due.done_to else None


def _missed(due: _Due, now: int) -> list[str]:
    """`missed 2025-06-07 00:00`, on the clocks of the zone; of several the first, and how many. None if in time."""
    if _late(due, now) is None:
        return []
    done = (OccurrenceState.FIRED, OccurrenceState.MERGED)
    count = sum(verdict.count for verdict in due.decision.verdicts if verdict.state in done)
    first = _clock(from_us(due.row.due_at), due.row.zone)
    return [f"missed {first}" if count < 2 else f"missed since {first}, {count} times; done once"]


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
        if each.tasks or each.done_to or each.row.zone == live.zone:
            due = schedules.following(connection, each.rule, live.id, each.row.zone, now)
            wanted |= {} if due is None else {each.row.zone: due}
    schedules.add(connection, live.id, wanted, now)
    schedules.advance(connection, live, max(to_us(each.decision.cursor) for each in found))


def _clock(at: datetime, zone: str) -> str:
    return f"{local(at, zone):%Y-%m-%d %H:%M}"
