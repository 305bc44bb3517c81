"""At the end of every act: what it brought about, and what is to come of it.

A trigger without a delay acts inside the act that caused it, so that one undo takes both back. All others leave a
pending action. A fault of a trigger is its own: it is marked, and the act of the person stands.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.operations.registry import Act
from engine.rules.offsets import shift_instant
from engine.rules.triggers.chain import may_follow
from engine.rules.triggers.due import ON_DAYS, Facts
from engine.triggers import acting, entity_dates, entity_happenings, guard, planning, schedules
from engine.triggers.facts import Reader, chunks
from engine.triggers.happenings import Happened, happened, newest_change
from engine.triggers.live import Live, at_work, one
from engine.triggers.refollowing import follow_definitions
from store.enums import OF_TASKS, Scope, TriggerEvent
from store.instants import from_us, to_us

REVERSALS = frozenset({"undo", "redo"})
"""Acts that put rows back: they bring nothing about, but what waits is planned anew."""


def settle(act: Act, operation: str = "", made: Collection[int] = ()) -> None:
    """Follow what the act changed; call it at the end, in the act's transaction.

    `made`: tasks that it made without a change row of their own (`store.schema.hush`).
    """
    found = happened(act.connection, act.id, 0, made)
    if operation in REVERSALS:
        _take_back(act, found.tasks)
        _plan_anew(act, found, 0, ())
        entity_happenings.follow(act, found.kinds, 0, again=True)
    else:
        _settle(act, found, 0, ())


def settle_after(act: Act, chain: tuple[int, ...]) -> None:
    """The same for an act of the engine that a chain of triggers, by their ids, has led to."""
    _settle(act, happened(act.connection, act.id, 0), 0, chain)


def _settle(act: Act, found: Happened, since: int, chain: tuple[int, ...]) -> None:
    mark = newest_change(act.connection)
    _plan_anew(act, found, since, chain)
    entity_happenings.follow(act, found.kinds, since)
    facts = dict[int, Facts]()
    tasks = _called(act, found, facts) if found.tasks else []
    for live, numbers in (*tasks, *entity_happenings.called(act, found.kinds, since)):
        if one(act.connection, live.id) is None:
            continue  # what another did for this very act has stopped it
        if live.delay.number:
            _plan(act, live, numbers, chain)
        elif why := may_follow(chain, live.id):
            guard.stop(act, (*chain, live.id), why)
        else:
            acting.act_at_once(act, live, numbers, chain, facts)
            facts = {}  # it has changed them
            _settle(act, happened(act.connection, act.id, mark), mark, (*chain, live.id))
        mark = newest_change(act.connection)


def _plan_anew(act: Act, found: Happened, since: int, chain: tuple[int, ...]) -> None:
    schedules.follow(act, found, since)
    entity_dates.follow(act, found.kinds, since, _text(chain))
    tasks = found.tasks | follow_definitions(act, found.kinds, since)
    if tasks:
        planning.follow(act.connection, act.now, tasks, act.id, _text(chain))


def _take_back(act: Act, tasks: frozenset[int]) -> None:
    """What the act that was undone has planned is withdrawn; what it brings once is planned again with a redo."""
    origin, is_undone = _origin(act)
    row = act.connection.execute("SELECT at FROM act WHERE id = ?", (origin,)).fetchone()
    if row is None or not tasks:
        return
    if is_undone:
        planning.take_back(act.connection, act.now, tasks, origin, row[0])
        return
    found, then = happened(act.connection, origin, 0), from_us(row[0])
    for live, numbers in _called(act, found, {}):
        due = shift_instant(then, live.delay, live.zone, live.days)
        if live.delay.number and due > act.at:
            planning.plan_once(act.connection, live, numbers, to_us(due), act.now, origin, "")


def _origin(act: Act) -> tuple[int, bool]:
    """The act that is taken back or done again in the end, and whether it does not hold any more."""
    origin, is_undone = act.id, False
    while True:
        row = act.connection.execute("SELECT undoes_id FROM act WHERE id = ?", (origin,)).fetchone()
        if row is None or row[0] is None:
            return origin, is_undone
        origin, is_undone = row[0], not is_undone


def _called(act: Act, found: Happened, known: dict[int, Facts]) -> list[tuple[Live, list[int]]]:
    """The triggers that something happened for, and to which tasks, in the order in which they were made.

    What was read of these tasks goes into `known`.
    """
    waiting = [each for each in at_work(act.connection) if _acts_on_happening(each) and _has_happened(each, found)]
    if not waiting:
        return []
    index, reader = planning.Index(waiting), Reader(act.connection)
    mine: dict[int, list[int]] = {}
    for numbers in chunks(found.tasks):
        read = reader.read(numbers)
        known.update(read)
        for facts in read.values():
            for live in index.of(facts):
                if _happened_to(live, facts, found, act):
                    mine.setdefault(live.id, []).append(facts.id)
    return [(live, sorted(mine[live.id])) for live in waiting if live.id in mine]


def _acts_on_happening(live: Live) -> bool:
    """Days, and what is counted from a state of the task after a delay, are planned from that state."""
    if live.event not in OF_TASKS or live.event in ON_DAYS:
        return False
    return live.delay.number == 0 or live.event not in (TriggerEvent.CREATED, TriggerEvent.COMPLETED)


def _has_happened(live: Live, found: Happened) -> bool:
    """Whether its event happened to any task at all."""
    if live.event is TriggerEvent.LABEL:
        wanted = _label(live)
        return bool(found.labels) if wanted is None else wanted in found.labels
    if live.event is TriggerEvent.COMPLETED and found.of(TriggerEvent.CREATED):
        return True
    return bool(found.of(live.event))


def _label(live: Live) -> int | None:
    """The label whose coming it waits for; None for any."""
    if live.event_value is not None:
        return int(live.event_value)
    return live.scope_id if live.scope is Scope.LABEL else None


def _happened_to(live: Live, facts: Facts, found: Happened, act: Act) -> bool:
    if facts.gone and live.event is not TriggerEvent.DELETED:
        return False
    if live.event is TriggerEvent.LABEL:
        wanted = _label(live)
        return any(facts.id in tasks for label, tasks in found.labels.items() if wanted in (None, label))
    if live.event is TriggerEvent.COMPLETED and facts.done_at == act.at:
        # It was made as one that is done: by a model that only informs, or by a file.
        return facts.id in found.of(TriggerEvent.CREATED) or facts.id in found.of(live.event)
    return facts.id in found.of(live.event)


def _plan(act: Act, live: Live, numbers: list[int], chain: tuple[int, ...]) -> None:
    if live.event is TriggerEvent.STATUS:
        entity_happenings.plan(act, live, numbers, _text(chain))
        return
    due = to_us(shift_instant(act.at, live.delay, live.zone, live.days))
    planning.plan_once(act.connection, live, numbers, due, act.now, act.id, _text(chain))


def _text(chain: tuple[int, ...]) -> str:
    return ",".join(map(str, chain))
