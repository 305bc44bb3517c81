"""`trigger preview`: what a trigger would touch today and in the next month, before it is switched on or even saved."""

from __future__ import annotations

import heapq
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, Look, query
from engine.operations.trigger_fields import fields_of
from engine.operations.trigger_names import named_trigger
from engine.operations.trigger_params import with_ids
from engine.rules.errors import shown
from engine.rules.offsets import parse_offset
from engine.rules.triggers.due import FROM_STATE, ON_DAYS, needless
from engine.rules.triggers.words import ACTIONS, EVENTS, SCOPES
from engine.rules.wording import count_of
from engine.rules.zones import local
from engine.triggers import acting, planning
from engine.triggers.facts import chunks, facts_of, ids_of_scope
from engine.triggers.live import Live
from engine.triggers.looping import loop_warning
from store import settings
from store.enums import OF_TASKS, Roll, Scope, TriggerEvent
from store.errors import Refused
from store.frozen import value
from store.instants import Instant, from_us, to_us

AHEAD = timedelta(days=31)
_MOST = 1_000


@value
class WouldTouch:
    """A task and when the trigger would act on it."""

    task_id: int
    task: str
    at: Instant


@value
class TriggerPreview:
    """What a trigger would do. `tasks` are in its scope now; `rows` are the first of `today` and `later`.

    `later` is up to 31 days from now. `words` says it in a sentence; `warning` what would go round with it.
    """

    tasks: int
    today: int
    later: int
    words: str
    warning: str
    rows: tuple[WouldTouch, ...]
    zone: str = "UTC"

    def __str__(self) -> str:
        lines = [self.words, *([f"beware: {self.warning}"] if self.warning else [])]
        for row in self.rows:
            lines.append(f"  {local(from_us(row.at), self.zone):%Y-%m-%d %H:%M}  task {row.task_id}: {shown(row.task)}")
        if (more := self.today + self.later - len(self.rows)) > 0:
            lines.append(f"  and {more:,} more")
        return "\n".join(lines)


@query("trigger preview")
def preview(
    look: Look,
    trigger: Annotated[str | None, Help("one that is there; the options say what would be different")] = None,
    event: Annotated[str | None, Help(f"what it would wait for: {', '.join(EVENTS)}")] = None,
    action: Annotated[str | None, Help(f"what it would do: {', '.join(ACTIONS)}")] = None,
    scope: Annotated[str | None, Help(f"what it would be for: {SCOPES}")] = None,
    delay: Annotated[str | None, Help("how long after it, such as 10d, 2bd or 30min; -3d is before a date")] = None,
    condition: Annotated[str | None, Help("a filter that must hold")] = None,
    limit: Annotated[int, Help("at most so many tasks")] = 20,
) -> TriggerPreview:
    """Show which tasks a trigger would touch today and in the next month; nothing is changed."""
    if trigger is None and (event is None or action is None):
        raise Refused("Name a trigger, or say --event and --action of one that is not there yet.")
    said = {"event": event, "action": action, "scope": scope, "delay": delay, "condition": condition}
    live = _live(look, trigger, {key: text for key, text in said.items() if text is not None})
    if live.event not in OF_TASKS:
        return TriggerPreview(0, 0, 0, _WORDS.get(live.event, "It acts upon what happens, not on tasks."), "", ())
    ids = ids_of_scope(look.connection, live.scope, live.scope_id)
    midnight = datetime.combine(look.today + timedelta(days=1), time(), look.zone)
    today = later = 0
    first: list[tuple[int, int, str]] = []
    for at, number, name in _times(look, live, ids):
        today, later = today + (at < to_us(midnight)), later + (at >= to_us(midnight))
        first.append((at, number, name))
    rows = heapq.nsmallest(max(1, min(limit, _MOST)), first)
    words = _told(live, len(ids), today, later)
    touched = tuple(WouldTouch(number, name, Instant(at)) for at, number, name in rows)
    return TriggerPreview(len(ids), today, later, words, loop_warning(look.connection, live), touched, look.zone.key)


_WORDS = {TriggerEvent.SCHEDULE: "It acts by its schedule; `schedule preview` shows when."}


def _times(look: Look, live: Live, ids: list[int]) -> Iterator[tuple[int, int, str]]:
    """Instant, id and name of each task that it would act on before the end of the time that is looked at."""
    if live.event not in FROM_STATE:
        return
    act = Act(look.connection, look.actor, look.at, 0)
    end = to_us(look.at + AHEAD)
    for numbers in chunks(ids):
        facts = facts_of(look.connection, numbers)
        times = {number: planning.due_at(live, each) for number, each in facts.items()}
        coming = [number for number, at in times.items() if at is not None and look.now < at <= end]
        holds = acting.holding(act, live, coming)
        for number in coming:
            at = times[number]
            if at is not None and number in holds and not needless(live.action, facts[number]):
                yield at, number, facts[number].name


def _told(live: Live, tasks: int, today: int, later: int) -> str:
    inside = count_of(tasks, "task")
    if live.event in FROM_STATE and (live.delay.number or live.event in ON_DAYS):
        return f"Of {inside} in its scope it acts on {today:,} today and on {later:,} in the next month."
    return f"It acts when it happens to one of the tasks in its scope, which has {inside} now."


def _live(look: Look, name: str | None, said: dict[str, Any]) -> Live:
    """The trigger as it would be at work, read without writing: a label that is not there is that of no task."""
    existing = None if name is None else named_trigger(look.connection, name)
    fields = fields_of(look, {**({} if existing else {"name": "this one"}), **said}, existing)
    connection, offset, days = look.connection, parse_offset(fields["delay"]), None
    if fields["roll"] is not Roll.NONE or offset.unit.value == "bd":
        from engine.calendars import days_named

        days = days_named(connection, fields["calendar"])
    event, kept = fields["event"], fields["event_value"]
    if event is TriggerEvent.LABEL and kept is not None:
        kept = str(_label(connection, kept))
    params = dict(fields["params"])
    if "label" in params:
        params["label_id"] = _label(connection, params["label"])
    elif "labels" not in params:
        params = with_ids(connection, params)
    zone = fields["zone"] or str(settings.read(connection, "zone"))
    return Live(
        id=existing.id if existing else 0, name=fields["name"], scope=fields["scope"],
        scope_id=_scope_id(look, fields["scope"], fields["scope_name"]), event=event, event_value=kept, delay=offset,
        roll=fields["roll"], days=days, condition=fields["condition"], action=fields["action"], params=params,
        schedule_id=None, owner_id=look.actor.user_id, owner=look.actor.name, zone=zone,
        has_zone=bool(fields["zone"]),
    )  # fmt: skip


def _label(connection: sqlite3.Connection, name: str) -> int:
    """Its id; of one that is not there yet a number that no other name has."""
    row = connection.execute("SELECT id FROM label WHERE name = ?", (name,)).fetchone()
    return -1 - zlib.crc32(name.encode()) if row is None else int(row[0])


def _scope_id(look: Look, scope: Scope, name: str | None) -> int | None:
    if name is None or scope is Scope.ALL:
        return None
    if scope is Scope.TASK:
        return int(name)
    if scope is Scope.LABEL:
        return _label(look.connection, name)
    if scope is Scope.LIST:
        from engine.operations.list_names import list_id

        return list_id(look.connection, name)
    return one_of(look.connection, "user" if scope is Scope.USER else "entity_class", name)
