"""Triggers that act by a schedule: one waiting action for each zone that their tasks live in.

Saturday 00:00 comes at another instant in each of them. An action waits for the next occurrence on the clocks of its
zone; what it stands for is decided when it is due (`engine.triggers.occurrences`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta

from engine import ledger
from engine.ledger import Standing
from engine.operations.registry import Act
from engine.rules.errors import BadValue, shown
from engine.rules.missed import alike
from engine.rules.when import Rule
from engine.rules.zones import local, wall_instant
from engine.triggers import guard
from engine.triggers.happenings import Happened
from engine.triggers.live import Live, of_event, one
from engine.triggers.places import Places, zones_among, zones_of
from store import journal
from store.enums import Cause, OccurrenceState, TriggerEvent
from store.frozen import value
from store.instants import from_us, to_us
from store.journal import ENGINE
from store.schema import moved

ZONE = "zone:"
"""How the subject of an action for the tasks of a zone begins."""
TICK = timedelta(microseconds=1)
CHANGED = "the trigger was changed before any engine acted"

_THERE = """
SELECT id, subject, due_at FROM pending_action
WHERE trigger_id = ? AND state = 'waiting' AND subject LIKE 'zone:%' ORDER BY due_at, id
"""
_GIVEN_UP = """
SELECT subject, due_at FROM pending_action p WHERE trigger_id = :id AND subject LIKE 'zone:%' AND due_at <= :now
  AND (state = 'waiting' OR (state = 'withdrawn' AND decided_at = :now AND act_id IS NULL))
"""
_AHEAD = """
SELECT max(due_at) FROM pending_action
WHERE trigger_id = ? AND subject = ? AND due_at > ? AND state <> 'waiting' AND act_id IS NOT NULL
"""
_ADD = """
INSERT INTO pending_action (trigger_id, subject, due_at, made_at) VALUES (?, ?, ?, ?)
ON CONFLICT (trigger_id, subject, due_at) DO UPDATE
SET state = 'waiting', reason = NULL, decided_at = NULL, made_at = excluded.made_at
WHERE state = 'withdrawn' AND act_id IS NULL
"""
_WITHDRAW = """
UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ? WHERE id = ? AND state = 'waiting'
"""
_STANDS = """
SELECT t.schedule_id, t.deleted_at, t.is_enabled, t.pause_reason, t.paused_until, t.error FROM "trigger" t WHERE id = ?
"""
_CONCERNED = """
SELECT DISTINCT p.trigger_id FROM change c JOIN pending_action p ON p.id = c.row_id AND p.subject LIKE 'zone:%'
WHERE c.act_id = :act AND c.id > :since AND c.kind = 'pending_action'
UNION SELECT c.row_id FROM change c JOIN "trigger" t ON t.id = c.row_id
WHERE c.act_id = :act AND c.id > :since AND c.kind = 'trigger'
  AND (t.schedule_id IS NOT NULL OR EXISTS (SELECT 1 FROM pending_action p WHERE p.trigger_id = t.id
       AND p.state = 'waiting' AND p.subject LIKE 'zone:%'))
"""
_MOVED = """
SELECT 1 FROM change WHERE act_id = ? AND id > ? AND (kind IN ('task_label', 'task_assignee') OR kind = 'task' AND (
  action <> 'update' OR after LIKE '%list_id=%' OR after LIKE '%deleted_at=%' OR after LIKE '%superseded_at=%')) LIMIT 1
"""
_EVERYWHERE = """
SELECT 1 FROM change WHERE act_id = ? AND id > ? AND (kind IN ('setting', 'calendar', 'calendar_day')
  OR kind IN ('task_list', 'user') AND (after LIKE '%zone=%' OR after LIKE '%parent_id=%')) LIMIT 1
"""
_OFF = """
SELECT a.actor, c.after FROM change c JOIN act a ON a.id = c.act_id
WHERE c.kind = 'trigger' AND c.row_id = ? AND c.action = 'update' ORDER BY c.id DESC
"""


@value
class Row:
    """An action that waits for the tasks of a zone. `due_at` in microseconds UTC."""

    id: int
    zone: str
    due_at: int


def arm(connection: sqlite3.Connection, trigger_id: int, now: int, since: int | None = None) -> None:
    """Plan the next times of a trigger with a schedule as it stands at `now`, microseconds UTC; others have none.

    Call it whenever the trigger, its schedule or the zones of its tasks may have changed. What is due already stays
    for the engine. Time in which the trigger was off or paused is skipped in the ledger, up to `since` (`now`). A
    schedule that cannot be planned stops the trigger, and people are told.
    """
    live = one(connection, trigger_id)
    try:
        if live is None or live.event is not TriggerEvent.SCHEDULE or live.schedule_id is None:
            _rest(connection, trigger_id, now)
        else:
            _plan(connection, live, ledger.standing(connection, live.schedule_id), now, now if since is None else since)
    except BadValue as fault:
        stop(connection, trigger_id, now, f"It is not known when this happens: {shown(str(fault), 500)}")


def follow(act: Act, found: Happened, since: int) -> None:
    """Plan anew what an act has moved after the change `since`: the triggers it touched, the zones of tasks."""
    connection, arms = act.connection, set[int]()
    if found.kinds & {"trigger", "pending_action"}:
        rows = connection.execute(_CONCERNED, {"act": act.id, "since": since})
        arms.update(row[0] for row in rows.fetchall())
    live = of_event(connection, {TriggerEvent.SCHEDULE})
    if live and connection.execute(_EVERYWHERE, (act.id, since)).fetchone():
        arms.update(each.id for each in live)
    elif live and found.tasks and _may_have_moved(act, found, since):
        arms |= _elsewhere(connection, live, json.dumps(list(found.tasks)))
    for number in sorted(arms):
        arm(connection, number, act.now)


def _may_have_moved(act: Act, found: Happened, since: int) -> bool:
    """Whether a task was made, or came into another list, to another label or person; most acts do nothing of it."""
    is_made = bool(found.events.get(TriggerEvent.CREATED))
    return is_made or act.connection.execute(_MOVED, (act.id, since)).fetchone() is not None


def _elsewhere(connection: sqlite3.Connection, live: Iterable[Live], tasks: str) -> set[int]:
    """The triggers whose tasks may live in other zones now that these tasks have moved."""
    places = Places(connection)
    if not places.differ:
        return set()
    found = set()
    for each in live:
        there = {row.zone for row in waiting(connection, each.id)}
        if there - {each.zone} or zones_among(connection, each, places, tasks) - there:
            found.add(each.id)
    return found


def rule_in(connection: sqlite3.Connection, standing: Standing, zone: str) -> Rule:
    """When the schedule happens on the clocks of `zone`: what it starts, ends and counts from are times of day there.

    BadValue if that cannot be told.
    """
    if zone != standing.zone:
        standing = standing._replace(
            zone=zone, anchor_at=_there(standing.anchor_at, standing.zone, zone),
            start_at=None if standing.start_at is None else _there(standing.start_at, standing.zone, zone),
            end_at=None if standing.end_at is None else _there(standing.end_at, standing.zone, zone),
        )  # fmt: skip
    return standing.rule(connection)


def waiting(connection: sqlite3.Connection, trigger_id: int) -> list[Row]:
    """What waits for the zones of a trigger, the first first."""
    found = connection.execute(_THERE, (trigger_id,)).fetchall()
    return [Row(number, subject.removeprefix(ZONE), due_at) for number, subject, due_at in found]


def add(connection: sqlite3.Connection, trigger_id: int, wanted: Mapping[str, int], now: int) -> None:
    """Let the trigger wait for each zone until the instant it is given."""
    connection.executemany(_ADD, [(trigger_id, f"{ZONE}{zone}", due, now) for zone, due in sorted(wanted.items())])
    moved(connection, "pending_action")


def following(connection: sqlite3.Connection, rule: Rule, trigger_id: int, zone: str, after: int) -> int | None:
    """The next instant in the zone later than `after` for which nothing was decided beforehand."""
    ahead = connection.execute(_AHEAD, (trigger_id, f"{ZONE}{zone}", after)).fetchone()[0]
    found = rule.next(from_us(after if ahead is None else ahead))
    return None if found is None else to_us(found)


def advance(connection: sqlite3.Connection, live: Live, cursor: int) -> None:
    """The schedule says when the first zone is next, and until when all is decided in some."""
    connection.execute(
        "UPDATE schedule SET cursor_at = max(cursor_at, ?), error = NULL, next_at = (SELECT min(due_at) FROM"
        " pending_action WHERE trigger_id = ? AND state = 'waiting') WHERE id = ?",
        (cursor, live.id, live.schedule_id),
    )


def stop(connection: sqlite3.Connection, trigger_id: int, now: int, why: str) -> None:
    """Mark a trigger that cannot go on; what waits for it is given up."""
    act = Act(connection, ENGINE, from_us(now), journal.newest(connection) or 0)
    guard.mark(act, (trigger_id,), why)
    _rest(connection, trigger_id, now)


def _plan(connection: sqlite3.Connection, live: Live, standing: Standing, now: int, since: int) -> None:
    zones = zones_of(connection, live)
    rules = {zone: rule_in(connection, standing, zone) for zone in sorted(zones)}
    there = waiting(connection, live.id)
    if not there and standing.cursor_at < since:
        _skip(connection, live, standing, rules.values(), since)
    kept: dict[str, int] = {}
    gone: list[tuple[str, int, int]] = []
    for row in there:
        why = _unwanted(connection, live, rules.get(row.zone), row, now) or ("twice" if row.zone in kept else "")
        if why:
            gone.append((why, now, row.id))
        else:
            kept[row.zone] = row.due_at
    after = {zone: _from(there, rules, zone, since) for zone in rules if zone not in kept}
    found = {zone: following(connection, rules[zone], live.id, zone, at) for zone, at in after.items()}
    new = {zone: due for zone, due in found.items() if due is not None}
    connection.executemany(_WITHDRAW, gone)
    if gone or new:
        add(connection, live.id, new, now)
    advance(connection, live, standing.cursor_at)


def _unwanted(connection: sqlite3.Connection, live: Live, rule: Rule | None, row: Row, now: int) -> str:
    """Why a row that waits is not wanted any more; empty if it is. One that is due already leaves its line."""
    if rule is None:
        return f"none of its tasks is in {row.zone} any more"
    if row.due_at > now:
        found = following(connection, rule, live.id, row.zone, now)
        return "" if found == row.due_at else "its time has changed"
    if rule.next(from_us(row.due_at) - TICK) == from_us(row.due_at):
        return ""
    ledger.write(
        connection,
        [(live.schedule_id or 0, row.due_at, None, 1, OccurrenceState.MISSED, CHANGED, 0, None, None, now, Cause.DOWN)],
    )
    return CHANGED


def _from(there: Iterable[Row], rules: Container[str], zone: str, since: int) -> int:
    """After which instant a zone without an action is planned: now, unless its tasks come from a zone that is late."""
    late = [_there(row.due_at, row.zone, zone) - 1 for row in there if row.zone not in rules and row.due_at <= since]
    return min([since, *late])


def _skip(connection: sqlite3.Connection, live: Live, standing: Standing, rules: Iterable[Rule], until: int) -> None:
    """Disabled is not down: what was planned while the trigger was off is skipped."""
    why, cause = _off_words(connection, live.id)
    _close(connection, standing, rules, (standing.cursor_at, until), OccurrenceState.SKIPPED, why, cause)
    ledger.advance(connection, standing.id, until)


def _rest(connection: sqlite3.Connection, trigger_id: int, now: int) -> None:
    """Out of service from now on: what was due and not done was missed, what waits is withdrawn."""
    row = connection.execute(_STANDS, (trigger_id,)).fetchone()
    if row is None:
        return
    schedule_id, deleted_at, is_enabled, pause_reason, paused_until, error = row
    there = waiting(connection, trigger_id)
    late = connection.execute(_GIVEN_UP, {"id": trigger_id, "now": now}).fetchall()
    why = _out_words(deleted_at, is_enabled, pause_reason, error)
    connection.executemany(_WITHDRAW, [(why, now, each.id) for each in there])
    if there:
        moved(connection, "pending_action")
    if schedule_id is None:
        return
    standing = ledger.standing(connection, schedule_id)
    for subject, due_at in late:
        rule = rule_in(connection, standing, subject.removeprefix(ZONE))
        words = f"no engine acted before: {why}"
        _close(connection, standing, [rule], (due_at - 1, now), OccurrenceState.MISSED, words, Cause.DOWN)
    if there or late:
        ledger.advance(connection, schedule_id, now)
    next_at = paused_until if deleted_at is None and is_enabled and error is None and pause_reason is not None else None
    connection.execute("UPDATE schedule SET next_at = ?, error = ? WHERE id = ?", (next_at, error, schedule_id))


def _close(
    connection: sqlite3.Connection,
    standing: Standing,
    rules: Iterable[Rule],
    span: tuple[int, int],
    state: OccurrenceState,
    why: str,
    cause: Cause,
) -> None:
    """One fate for all that is planned in the span (after, until] on the clocks of any of its zones."""
    for rule in rules:
        verdicts = alike(rule, from_us(span[0]), from_us(span[1]), state, why, cause=cause)
        ledger.write(connection, [ledger.line(standing.id, each, span[1]) for each in verdicts])


def _off_words(connection: sqlite3.Connection, trigger_id: int) -> tuple[str, Cause]:
    """`paused by ana: moving house`: why a trigger that is back had been out of service."""
    for actor, after in connection.execute(_OFF, (trigger_id,)).fetchall():
        columns = journal.parse(after)
        if columns.get("pause_reason") is not None:
            reason = columns["pause_reason"]
            return f"paused by {actor}{f': {reason}' if reason else ''}", Cause.PAUSED
        if columns.get("is_enabled") == 0:
            return f"switched off by {actor}", Cause.OFF
        if columns.get("deleted_at") is not None:
            return f"deleted by {actor}", Cause.OFF
        if columns.get("error") is not None:
            return f"stopped: {columns['error']}", Cause.OFF
    return "the trigger was not at work", Cause.OFF


def _out_words(deleted_at: int | None, is_enabled: int, pause_reason: str | None, error: str | None) -> str:
    if deleted_at is not None:
        return "the trigger was deleted"
    if not is_enabled:
        return "the trigger was switched off"
    if pause_reason is not None:
        return f"the trigger was paused{f' ({pause_reason})' if pause_reason else ''}"
    return f"the trigger was stopped: {error}" if error is not None else "it does not act by a schedule any more"


def _there(at: int, zone: str, other: str) -> int:
    """The instant at which the clocks of `other` show what those of `zone` show at `at`, microseconds UTC."""
    wall: datetime = local(from_us(at), zone).replace(tzinfo=None, fold=0)
    return to_us(wall_instant(wall, other))
