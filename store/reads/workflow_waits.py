"""For whom, or for what, workflows wait: the words that lists show."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from store import settings
from store.enums import FlowState, StepKind, StepState
from store.instants import from_us

SAID = 3
"""Steps that are named; of further ones only how many there are."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COLUMNS = """
SELECT s.node, s.kind, s.state, s.reason, s.due_at,
       (SELECT group_concat(name, ', ') FROM (SELECT u.name FROM task_assignee a JOIN user u ON u.id = a.user_id
        WHERE a.task_id = s.task_id ORDER BY u.name))
FROM step s
"""
_OPEN = "s.workflow_id = ? AND s.state IN ('pending', 'starting', 'running', 'waiting')"
_FAILED = "s.workflow_id = ? AND s.state = 'failed'"


def waits(connection: sqlite3.Connection, flows: Iterable[tuple[int, FlowState]]) -> dict[int, str]:
    """What each of these waits for: `ana (approve refund); until Wed 4 Jun 12:00`; those that are over have no entry.

    Times are those of the store's zone. Each costs two walks of an index that holds open, or failed, steps alone.
    """
    found: dict[int, str] = {}
    zone: ZoneInfo | None = None
    for number, state in flows:
        if state in (FlowState.SUCCEEDED, FlowState.CANCELLED):
            continue
        zone = zone or ZoneInfo(settings.read(connection, "zone"))
        failed = _some(connection, _FAILED, number) if state is FlowState.ATTENTION else []
        rows = failed + _some(connection, _OPEN, number)
        words = list(dict.fromkeys(_words(row, zone) for row in rows))
        if len(rows) > SAID:
            left = _how_many(connection, number, bool(failed)) - SAID
            words = [*words[:SAID], f"{left:,} more"]
        found[number] = "; ".join(words)
    return found


def _some(connection: sqlite3.Connection, which: str, number: int) -> list[tuple[object, ...]]:
    return connection.execute(f"{_COLUMNS} WHERE {which} ORDER BY s.id LIMIT {SAID + 1}", (number,)).fetchall()


def _how_many(connection: sqlite3.Connection, number: int, is_failed: bool) -> int:
    total = 0
    for which in (_OPEN, _FAILED) if is_failed else (_OPEN,):
        total += connection.execute(f"SELECT count(*) FROM step s WHERE {which}", (number,)).fetchone()[0]
    return total


def _words(row: Sequence[object], zone: ZoneInfo) -> str:
    node, kind, state, reason, due, people = row
    name = str(node).replace("_", " ")
    if state == StepState.FAILED:
        return f"{name} failed"
    if kind == StepKind.HUMAN:
        return f"{people or 'somebody'} ({name})"
    if kind == StepKind.JOIN:
        return f"{name} {reason or 'waits'}"
    if kind == StepKind.WAIT and due is not None:
        return f"until {_moment(due, zone)}"
    if state == StepState.WAITING and due is not None:
        return f"{name}: next check {_moment(due, zone)}"
    return f"{name} ({state})"


def _moment(us: object, zone: ZoneInfo) -> str:
    here = from_us(int(str(us))).astimezone(zone)
    return f"{_DAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]} {here:%H:%M}"
