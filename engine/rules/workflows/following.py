"""What follows a step: a function of the graph and of what the step returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from engine.rules.errors import shown
from engine.rules.workflows.graph import Graph, JoinKind, Node
from store.enums import StepKind, StepState
from store.frozen import value


class Follows(StrEnum):
    """What becomes of a step that has returned."""

    GO = "go"
    """It is done; `names` come next, perhaps none."""
    WAIT = "wait"
    """It is not yet time: it is asked again."""
    FAIL = "fail"


@value
class Next:
    """What follows. `why` says what was wrong with the answer of a step that fails by it."""

    follows: Follows
    names: tuple[str, ...] = ()
    why: str = ""


def after(graph: Graph, node: Node, result: object) -> Next:
    """What follows when `node` returned `result`, as JSON has it.

    None, true and anything else follow every edge; a list of names chooses, an empty one halts quietly; false waits.
    A gateway must name its branches. A name that the workflow does not have fails the step.
    """
    if result is False:
        return Next(Follows.WAIT)
    if isinstance(result, list):
        unknown = [each for each in result if not isinstance(each, str) or not graph.has(each)]
        if unknown:
            return Next(Follows.FAIL, why=f"it returned {_said(unknown[0])}, which is no step of {shown(graph.name)}")
        return Next(Follows.GO, tuple(dict.fromkeys(result)))
    if node.must_choose:
        return Next(Follows.FAIL, why="a gateway must return the list of its branches, an empty one to halt")
    return Next(Follows.GO, graph.after(node.name))


@value
class Parent:
    """A step that leads, or led, to a join."""

    id: int
    node: str
    state: StepState


@value
class Joined:
    """Whether a join may go on, and if not, for whom it waits. `is_stuck`: what it waits for cannot come any more."""

    is_ready: bool
    waits_for: str = ""
    is_stuck: bool = False


def joined(graph: Graph, node: Node, arrived: Iterable[str], others: Iterable[Parent]) -> Joined:
    """Whether a join has what it waits for.

    `arrived` are the nodes of the steps that have led to it in this round, `others` the newest step of each node from
    which it can still be reached in this workflow.
    A branch that can only come again after the join has gone on is as lost as one that has failed.
    """
    there = set(arrived)
    if node.join is JoinKind.ANY:
        return Joined(bool(there))
    missing = [each for each in graph.before(node.name) if each not in there]
    if not missing:
        return Joined(True)
    states = {each.node: each.state for each in others}
    coming = _coming(graph, states, node.name)
    words = [f"{each.replace('_', ' ')} ({_where(states.get(each), each in coming)})" for each in missing[:_TOLD]]
    if len(missing) > _TOLD:
        words.append(f"{len(missing) - _TOLD:,} more")
    return Joined(False, f"waits for {', '.join(words)}", any(each not in coming for each in missing))


_TOLD = 10
"""Steps that a join names of those for which it waits."""


def _where(state: StepState | None, is_coming: bool) -> str:
    """A step that is done has led to a join before this one: it is awaited anew."""
    if state in (None, StepState.SUCCEEDED):
        return "not yet reached" if is_coming else "not reached"
    return str(state)


def _coming(graph: Graph, states: Mapping[str, StepState], join: str) -> set[str]:
    """Nodes that are open, or that open ones lead to by another way than through the join itself."""
    found = {name for name, state in states.items() if state not in _OVER and name != join}
    queue = list(found)
    while queue:
        for name in graph.after(queue.pop()):
            if name not in found and name != join:
                found.add(name)
                queue.append(name)
    return found


_OVER = frozenset({StepState.SUCCEEDED, StepState.FAILED, StepState.CANCELLED})

WAITING_KINDS = frozenset({StepKind.HUMAN, StepKind.WAIT})
"""Kinds of which a loop may be without end: nobody's processor goes round in it."""


def _said(given: object) -> str:
    return f"'{shown(given)}'" if isinstance(given, str) else f"a {type(given).__name__}"
