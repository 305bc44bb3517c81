"""For whom, or for what, workflows wait: the words that lists show."""

from __future__ import annotations

import json
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
_OPEN = "o.state IN ('pending', 'starting', 'running', 'waiting')"
_FAILED = "o.state = 'failed'"
_SOME = f"""
SELECT f.value, s.node, s.kind, s.state, s.reason, s.due_at,
       (SELECT group_concat(name, ', ') FROM (SELECT u.name FROM task_assignee a JOIN user u ON u.id = a.user_id
        WHERE a.task_id = s.task_id ORDER BY u.name))
FROM json_each(?) f CROSS JOIN step s
WHERE s.id IN (SELECT o.id FROM step o WHERE o.workflow_id = f.value AND {{}} ORDER BY o.id LIMIT {SAID + 1})
ORDER BY f.key, s.id
"""
_COUNT = "SELECT count(*) FROM step o WHERE o.workflow_id = ? AND "


def waits(connection: sqlite3.Connection, flows: Iterable[tuple[int, FlowState]]) -> dict[int, str]:
    """What each of these waits for: `ana (approve refund); until Wed 4 Jun 12:00`; those that are over have no entry.

    Times are those of the store's zone. For each two walks of an index that holds open, or failed, steps alone.
    """
    states = {number: state for number, state in flows if state in (FlowState.OPEN, FlowState.ATTENTION)}
    if not states:
        return {}
    zone = ZoneInfo(settings.read(connection, "zone"))
    found: dict[int, list[str]] = {number: [] for number in states}
    many: dict[int, int] = dict.fromkeys(states, 0)
    stuck = [number for number, state in states.items() if state is FlowState.ATTENTION]
    for which, numbers in (_FAILED, stuck), (_OPEN, list(states)):
        rows = connection.execute(_SOME.format(which), (json.dumps(numbers),)).fetchall() if numbers else []
        for number, *row in rows:
            found[number].append(_words(row, zone))
            many[number] += 1
    return {number: _said(connection, number, words, many[number]) for number, words in found.items()}


def _said(connection: sqlite3.Connection, number: int, words: list[str], many: int) -> str:
    """The first of them, each once, and how many more there are."""
    if many <= SAID:
        return "; ".join(dict.fromkeys(words))
    total = sum(connection.execute(_COUNT + which, (number,)).fetchone()[0] for which in (_OPEN, _FAILED))
    return "; ".join([*dict.fromkeys(words[:SAID]), f"{total - SAID:,} more"])


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
