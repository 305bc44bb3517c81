"""What a trigger does for entities, and for what the machine does; tasks have their own verbs in `acting`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from engine import telling
from engine.operations.registry import Act
from engine.rules.alerts import Severity
from engine.triggers import flowing, making, starting, statuses, subjects
from engine.triggers.entity_conditions import holding
from engine.triggers.live import Live
from engine.triggers.notifying import whom
from engine.triggers.subjects import About
from store.enums import TriggerAction

Touched = tuple[Sequence[int], Mapping[int, str]]
Verbs = Mapping[TriggerAction, Callable[[Act, Live, Sequence[int]], Touched]]

_TASKS = """
SELECT t.id, e.id FROM entity e JOIN task t ON t.object_class = e.object_class AND t.object_id = e.object_id
WHERE e.id IN (SELECT value FROM json_each(?)) AND t.is_done = ? AND t.kind <> 'contact' AND t.superseded_at IS NULL
  AND t.deleted_at IS NULL ORDER BY t.id
"""


def perform(act: Act, live: Live, numbers: Sequence[int], verbs: Verbs) -> tuple[tuple[int, ...], Mapping[int, str]]:
    """Do it for the entities for which its condition holds, or for the runs; which were touched, and why others not.

    `verbs` are those of tasks, for the tasks that are about an entity.
    """
    fitting = holding(act, live, numbers) if subjects.about(live.event) is About.ENTITY else frozenset(numbers)
    out = {each: f"its condition did not hold: {live.condition}" for each in numbers if each not in fitting}
    chosen = [each for each in numbers if each in fitting]
    if not chosen:
        return (), out
    own = _ACTIONS.get(live.action)
    touched, left_out = _tasks_of(act, live, chosen, verbs) if own is None else own(act, live, chosen)
    return tuple(touched), {**out, **left_out}


def _tasks_of(act: Act, live: Live, numbers: Sequence[int], verbs: Verbs) -> Touched:
    """A verb of tasks, done to those of each entity: the open ones, or the done ones, if it opens them again."""
    is_done = live.action is TriggerAction.REOPEN
    rows = act.connection.execute(_TASKS, (json.dumps(list(numbers)), is_done)).fetchall()
    of = dict(rows)
    done = verbs[live.action](act, live, list(of))[0] if of else ()
    touched = dict.fromkeys(of[task] for task in done)
    why = f"it has no {'done' if is_done else 'open'} task that this would change"
    return list(touched), dict.fromkeys((each for each in numbers if each not in touched), why)


def _notify(act: Act, live: Live, numbers: Sequence[int]) -> Touched:
    severity = Severity(str(live.params.get("severity", "notice")))
    things = subjects.things(act.connection, live.event, numbers)
    is_run = subjects.about(live.event) is About.RUN
    for thing in things.values():
        telling.tell(
            act.connection, f"trigger:{live.id}:{thing.id}:{act.now}", act.now, severity, "trigger",
            str(live.params.get("subject") or thing.name), str(live.params.get("text") or thing.words),
            schedule_id=thing.schedule_id, run_id=thing.id if is_run else None, trigger_id=live.id,
            **whom(live),
        )  # fmt: skip
    return list(things), {each: "it is gone" for each in numbers if each not in things}


_ACTIONS: Verbs = {
    TriggerAction.CREATE: making.create,
    TriggerAction.NOTIFY: _notify,
    TriggerAction.RUN: starting.run,
    TriggerAction.SET_STATUS: statuses.set_status,
    TriggerAction.WORKFLOW: flowing.start,
}
