"""A warning before it happens: triggers whose actions make one another's events would go round until they are stopped.

It is a guess from what they say: conditions are not understood, and a task may bear any two labels or lie in any list.
What waits an hour or longer is no loop (`chain.FRESH`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.rules.errors import shown
from engine.rules.offsets import Offset, Unit
from engine.rules.triggers.chain import FRESH
from store.enums import Scope, TriggerAction, TriggerEvent
from store.frozen import value

_MAKES = {
    TriggerAction.COMPLETE: TriggerEvent.COMPLETED,
    TriggerAction.REOPEN: TriggerEvent.REOPENED,
    TriggerAction.DELETE: TriggerEvent.DELETED,
    TriggerAction.ADD_LABEL: TriggerEvent.LABEL,
    TriggerAction.CREATE: TriggerEvent.CREATED,
    TriggerAction.WORKFLOW: TriggerEvent.WORKFLOW,
}
_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60}


@value
class Link:
    """A trigger as a link of a chain. `label` is the label whose coming it waits for, None for any.

    `params` are those of its action as they are stored, with `label_id`, `label_ids`, `list_id`, `assignee_ids`.
    """

    name: str
    scope: Scope
    scope_id: int | None
    event: TriggerEvent
    label: int | None
    delay: Offset
    action: TriggerAction
    params: Mapping[str, object]

    @property
    def is_quick(self) -> bool:
        """Whether it acts before its cause is forgotten."""
        minutes = _MINUTES.get(self.delay.unit)
        if minutes is None:
            return not self.delay.number
        return abs(self.delay.number) * minutes * 60 < FRESH.total_seconds()


def makes_act(one: Link, other: Link) -> bool:
    """Whether what `one` does may be what `other` waits for."""
    if _MAKES.get(one.action) is not other.event or not other.is_quick:
        return False
    if one.action is TriggerAction.CREATE:
        return _is_born_in(one.params, other)
    if other.event is TriggerEvent.LABEL and other.label not in (None, one.params.get("label_id")):
        return False
    both_one_task = one.scope is other.scope is Scope.TASK
    return not both_one_task or one.scope_id == other.scope_id


def loop(new: Link, others: Iterable[Link]) -> tuple[str, ...]:
    """Names of the triggers that would go round with `new`, itself first; nothing if none would."""
    if not new.is_quick:
        return ()
    links = [new, *(each for each in others if each.name != new.name)]
    paths: list[tuple[int, ...]] = [(0,)]
    seen = {0}
    while paths:
        path = paths.pop(0)
        for number, other in enumerate(links):
            if not makes_act(links[path[-1]], other):
                continue
            if number == 0 and _turns([links[each] for each in path], links):
                return tuple(links[each].name for each in path)
            if number not in seen:
                seen.add(number)
                paths.append((*path, number))
    return ()


def _turns(path: Sequence[Link], links: Sequence[Link]) -> bool:
    """Whether each of them finds something to do when its turn comes again: what is done already is not done twice."""
    actions = {each.action for each in path}
    if TriggerAction.CREATE in actions:
        return True
    removed = {each.params.get("label_id") for each in links if each.action is TriggerAction.REMOVE_LABEL}
    added = {each.params.get("label_id") for each in path if each.action is TriggerAction.ADD_LABEL}
    return (TriggerAction.COMPLETE in actions) == (TriggerAction.REOPEN in actions) and added <= removed


def warning(names: Sequence[str]) -> str:
    """The sentence about a loop of these; empty without one."""
    if not names:
        return ""
    told = [f"'{shown(name)}'" for name in names]
    if len(told) == 1:
        return f"{told[0]} makes the event for which it waits itself: it would be stopped as a loop."
    return f"{told[0]} makes {', which makes '.join(told[1:])} act, and that {told[0]} again: stopped as a loop."


def _is_born_in(params: Mapping[str, object], other: Link) -> bool:
    """Whether a task that is made so lies in the scope of the other."""
    known = {
        Scope.LABEL: params.get("label_ids") or (), Scope.USER: params.get("assignee_ids") or (),
        Scope.LIST: (params.get("list_id"),), Scope.ALL: (None,),
    }.get(other.scope, ())  # fmt: skip
    return isinstance(known, (list, tuple)) and other.scope_id in known
