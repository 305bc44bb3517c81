"""At the end of every act: what it brought about, and what is to come of it.

A trigger without a delay acts inside the act that caused it, so that one undo takes both back. All others leave a
pending action. A fault of a trigger is its own: it is marked, and the act of the person stands.
"""

from __future__ import annotations

from engine.operations.registry import Act
from engine.rules.offsets import shift_instant
from engine.rules.triggers.chain import may_follow
from engine.triggers import acting, planning
from engine.triggers.happenings import Happened, happened, newest_change
from engine.triggers.live import Live, at_work
from engine.triggers.refollowing import follow_definitions
from store.enums import OF_TASKS, Scope, TriggerEvent
from store.instants import to_us

REVERSALS = frozenset({"undo", "redo"})
"""Acts that put rows back: they bring nothing about, but what waits is planned anew."""


def settle(act: Act, operation: str = "") -> None:
    """Follow what the act changed; call it at the end, in the act's transaction."""
    _settle(act, 0, (), acts=operation not in REVERSALS)


def settle_after(act: Act, chain: tuple[int, ...]) -> None:
    """The same for an act of the engine that a chain of triggers, by their ids, has led to."""
    _settle(act, 0, chain, acts=True)


def _settle(act: Act, since: int, chain: tuple[int, ...], *, acts: bool) -> None:
    found = happened(act.connection, act.id, since)
    if not found.kinds:
        return
    mark = newest_change(act.connection)
    tasks = found.tasks | follow_definitions(act, found.kinds, since)
    if tasks:
        planning.follow(act.connection, act.now, tasks, act.id, _text(chain))
    if not acts or not found.tasks:
        return
    for live, numbers in _called(act, found):
        if live.delay.number:
            _plan(act, live, numbers, chain)
        elif why := may_follow(chain, live.id):
            acting.stop(act, (*chain, live.id), why)
        else:
            acting.act_at_once(act, live, numbers, chain)
            _settle(act, mark, (*chain, live.id), acts=True)
            mark = newest_change(act.connection)


def _called(act: Act, found: Happened) -> list[tuple[Live, list[int]]]:
    """The triggers that something happened for, and to which tasks, in the order in which they were made."""
    waiting = [each for each in at_work(act.connection) if each.event in OF_TASKS]
    if not waiting:
        return []
    numbers = set(found.tasks)
    index = planning.Index(waiting)
    from engine.triggers.facts import facts_of

    mine: dict[int, list[int]] = {}
    for facts in facts_of(act.connection, numbers).values():
        for live in index.of(facts):
            if _happened_to(live, facts.id, found) and (live.delay.number == 0 or live.event not in _TOLD_BY_STATE):
                mine.setdefault(live.id, []).append(facts.id)
    return [(live, sorted(mine[live.id])) for live in waiting if live.id in mine]


_TOLD_BY_STATE = frozenset({TriggerEvent.CREATED, TriggerEvent.COMPLETED})


def _happened_to(live: Live, task: int, found: Happened) -> bool:
    if live.event is TriggerEvent.LABEL:
        wanted = live.scope_id if live.scope is Scope.LABEL else None
        if live.event_value is not None:
            wanted = int(live.event_value)
        return any(task in tasks for label, tasks in found.labels.items() if wanted in (None, label))
    return task in found.events.get(live.event, ())


def _plan(act: Act, live: Live, numbers: list[int], chain: tuple[int, ...]) -> None:
    due = to_us(shift_instant(act.at, live.delay, live.zone, live.days))
    planning.plan_once(act.connection, live, numbers, due, act.now, act.id, _text((*chain, live.id)))


def _text(chain: tuple[int, ...]) -> str:
    return ",".join(map(str, chain))
