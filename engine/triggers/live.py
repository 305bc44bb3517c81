"""The triggers that are at work, as rules want them; read anew only when a definition has changed."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.rules.businessdays import BusinessDays
from engine.rules.errors import BadValue
from engine.rules.offsets import Offset, Unit, parse_offset
from engine.rules.triggers.due import Facts
from store import settings
from store.enums import Roll, Scope, TriggerAction, TriggerEvent
from store.frozen import value

_HANG_ON = "('trigger', 'user', 'setting', 'calendar', 'calendar_day')"
_LIVE = """
SELECT t.id, t.name, t.scope, t.scope_id, t.event, t.event_value, t.delay, t.roll, t.calendar_id, t.condition,
       t.action, t.params, t.schedule_id, t.owner_id, u.name, u.zone, t.zone
FROM "trigger" t LEFT JOIN user u ON u.id = t.owner_id
WHERE t.deleted_at IS NULL AND t.is_enabled = 1 AND t.error IS NULL AND t.pause_reason IS NULL ORDER BY t.id
"""


@value
class Live:
    """A trigger at work. `days` are there if an offset or its roll asks.

    `zone` is its owner's, else the store's. With `has_zone` it is one that was said, and holds for all its tasks.
    """

    id: int
    name: str
    scope: Scope
    scope_id: int | None
    event: TriggerEvent
    event_value: str | None
    delay: Offset
    roll: Roll
    days: BusinessDays | None
    condition: str
    action: TriggerAction
    params: Mapping[str, object]
    schedule_id: int | None
    owner_id: int | None
    owner: str
    zone: str
    has_zone: bool

    def zone_of(self, facts: Facts) -> str:
        """On whose clocks it acts on a task."""
        return self.zone if self.has_zone else facts.zone or self.zone

    def is_for(self, facts: Facts) -> bool:
        """Whether a task is in its scope."""
        if self.scope is Scope.ALL:
            return True
        if self.scope is Scope.TASK:
            return facts.id == self.scope_id
        if self.scope is Scope.LIST:
            return self.scope_id in facts.lists
        if self.scope is Scope.LABEL:
            return self.scope_id in facts.labels
        return self.scope is Scope.USER and self.scope_id in facts.people


class Known(NamedTuple):
    """Triggers at work by id, in the order in which they were made, and why others that should be cannot be read."""

    by_id: Mapping[int, Live]
    wrong: Mapping[int, str]


def known(connection: sqlite3.Connection) -> Known:
    """All that are enabled, not paused and not broken.

    They are kept for the next who asks only if they were read outside of a transaction: what one has not committed
    may be taken back, and the versions that tell of it with it.
    """
    versions = connection.execute(f"SELECT version FROM feed WHERE kind IN {_HANG_ON} ORDER BY kind").fetchall()
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    key = (file, *(row[0] for row in versions))
    before = _CACHE.get("known")
    if before is not None and before[0] == key:
        return before[1]
    found = _read(connection)
    if file and not connection.in_transaction:
        _CACHE["known"] = key, found
    return found


_CACHE: dict[str, tuple[tuple[object, ...], Known]] = {}


def at_work(connection: sqlite3.Connection) -> tuple[Live, ...]:
    """The same in their order."""
    return tuple(known(connection).by_id.values())


def one(connection: sqlite3.Connection, trigger_id: int) -> Live | None:
    """The one of that id, if it is at work."""
    return known(connection).by_id.get(trigger_id)


def of_event(connection: sqlite3.Connection, events: Iterable[TriggerEvent]) -> tuple[Live, ...]:
    """Those that wait for one of `events`."""
    wanted = frozenset(events)
    return tuple(each for each in at_work(connection) if each.event in wanted)


def _read(connection: sqlite3.Connection) -> Known:
    store_zone = str(settings.read(connection, "zone"))
    found: dict[int, Live] = {}
    wrong: dict[int, str] = {}
    for row in connection.execute(_LIVE).fetchall():
        try:
            found[row[0]] = _live(connection, row, store_zone)
        except (BadValue, ValueError, KeyError, TypeError) as fault:
            wrong[row[0]] = f"it cannot be read: {fault}"
    return Known(found, wrong)


def _live(connection: sqlite3.Connection, row: Sequence[Any], store_zone: str) -> Live:
    (number, name, scope, scope_id, event, event_value, delay, roll, calendar_id, condition, action, params,
     schedule_id, owner_id, owner, owner_zone, zone) = row  # fmt: skip
    offset, days, said = _offset(delay), None, json.loads(params)
    counts = (offset, *(_offset(said[key]) for key in ("by", "deadline", "visible") if said.get(key)))
    if roll != Roll.NONE or any(each.unit is Unit.BUSINESS_DAY for each in counts):
        from engine.calendars import business_days

        days = business_days(connection, calendar_id)
    return Live(
        number, name, Scope(scope), scope_id, TriggerEvent(event), event_value, offset, Roll(roll), days,
        condition, TriggerAction(action), said, schedule_id, owner_id, owner or "nobody",
        zone or owner_zone or store_zone, zone is not None,
    )  # fmt: skip


_offset = functools.lru_cache(maxsize=1_000)(parse_offset)
