"""How far each node of a graph is, from the steps that a workflow has taken: what a picture of it shows.

State is a border, a mark and a word, never a colour alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from engine.rules.cells import cut, visible
from engine.rules.wording import state_of
from engine.rules.workflows.canvas import Stroke
from engine.rules.workflows.graph import Graph, Node
from store.enums import OPEN_STEPS, StepKind, StepState
from store.frozen import value

MOST_WORDS = 30
"""Cells of a name or a state in a box."""


class Look(StrEnum):
    """How a node is shown: the style of its spans."""

    PLAIN = "step"
    """Of a definition, which nobody has begun."""
    OPEN = "open"
    DONE = "done"
    END = "end"
    """Done, and nothing follows."""
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    OVERRIDE = "override"
    UNREACHED = "not reached"


class Border(StrEnum):
    """How a box is drawn."""

    THIN = "thin"
    ROUND = "round"
    HEAVY = "heavy"
    DOUBLE = "double"
    DASHED = "dashed"
    HEAVY_DASHED = "heavy dashed"
    DOTTED = "dotted"


@value
class Visit:
    """A step of a workflow, as a picture needs it.

    `by`: who did it. `words` say for whom or what an open one waits (`waits for ana`), empty for its state's word.
    """

    id: int
    node: str
    kind: StepKind
    state: StepState
    parents: tuple[int, ...] = ()
    by: str = ""
    words: str = ""
    is_skipped: bool = False


@value
class Standing:
    """A node as it is shown. `is_gone`: the definition does not have it any more. `name` is cut to what a box holds."""

    node: str
    name: str
    look: Look
    border: Border
    mark: str
    words: str
    visits: int = 0
    is_gone: bool = False


_BORDERS = {
    Look.OPEN: Border.HEAVY,
    Look.FAILED: Border.HEAVY,
    Look.END: Border.DOUBLE,
    Look.OVERRIDE: Border.DASHED,
    Look.UNREACHED: Border.DOTTED,
}
_PEOPLE = frozenset({StepKind.HUMAN, StepKind.START})


def standings(graph: Graph, visits: Sequence[Visit] | None, *, is_ascii: bool = False) -> list[Standing]:
    """Each node in the order of the definition, then those that only the steps know. None: the definition alone."""
    if visits is None:
        return [_defined(each) for each in graph.nodes]
    of: dict[str, list[Visit]] = defaultdict(list)
    for each in visits:
        of[each.node].append(each)
    parents = {parent for each in visits for parent in each.parents}
    known = {each.name for each in graph.nodes}
    found = [_visited(node.name, node.title, of.get(node.name, []), parents, False, is_ascii) for node in graph.nodes]
    return found + [_visited(name, "", mine, parents, True, is_ascii) for name, mine in of.items() if name not in known]


def _defined(node: Node) -> Standing:
    words = _KINDS[node.kind]
    if node.kind is StepKind.HUMAN and node.assignee:
        words = f"{words}: {node.assignee}"
    elif node.kind is StepKind.WAIT:
        words = f"{words} {node.length}"
    elif node.kind is StepKind.JOIN:
        words = f"{words} {node.join}"
    elif node.kind is StepKind.RUN:
        words = f"{words} {node.controller}"
    elif node.must_choose:
        words = _KINDS[StepKind.CHOOSE]
    if node.limit:
        words = f"{words}, at most {node.limit}"
    border = Border.ROUND if node.kind in _PEOPLE else Border.THIN
    return Standing(node.name, _named(node.name, node.title), Look.PLAIN, border, "", cut(visible(words), MOST_WORDS))


_KINDS = {
    StepKind.START: "start",
    StepKind.HUMAN: "person",
    StepKind.MACHINE: "machine",
    StepKind.RUN: "run",
    StepKind.WAIT: "wait",
    StepKind.JOIN: "join",
    StepKind.CHOOSE: "choose",
    StepKind.NOTIFY: "notify",
    StepKind.STATUS: "status",
    StepKind.OVERRIDE: "override",
}


def _named(name: str, title: str) -> str:
    return cut(visible(title or name.replace("_", " ")), MOST_WORDS) or "?"


def _visited(
    name: str, title: str, visits: Sequence[Visit], parents: set[int], is_extra: bool, is_ascii: bool
) -> Standing:
    if not visits:
        return Standing(name, _named(name, title), Look.UNREACHED, Border.DOTTED, "", str(Look.UNREACHED))
    last = max(visits, key=lambda each: (each.state in OPEN_STEPS, each.state is StepState.FAILED, each.id))
    is_gone = is_extra and last.kind is not StepKind.OVERRIDE
    look = _look(last, parents)
    border = _BORDERS.get(look, Border.THIN)
    if is_gone:
        border = Border.HEAVY_DASHED if border is Border.HEAVY else Border.DASHED
    times = f" x{len(visits)}" if len(visits) > 1 else ""
    gone = ", no longer defined" if is_gone else ""
    words = cut(visible(_words(last, look)), MOST_WORDS - len(times)) + times + gone
    mark = state_of(_MARKS.get(look, last.state)).symbol(is_ascii)
    return Standing(name, _named(name, title), look, border, mark, words, len(visits), is_gone)


_MARKS = {Look.DONE: "done", Look.END: "done", Look.SKIPPED: "skipped", Look.OVERRIDE: "superseded"}


def _look(last: Visit, parents: set[int]) -> Look:
    if last.state in OPEN_STEPS:
        return Look.OPEN
    if last.state is StepState.FAILED:
        return Look.FAILED
    if last.kind is StepKind.OVERRIDE:
        return Look.OVERRIDE
    if last.state is StepState.CANCELLED:
        return Look.CANCELLED
    if last.is_skipped:
        return Look.SKIPPED
    return Look.DONE if last.id in parents else Look.END


def _words(last: Visit, look: Look) -> str:
    if look is Look.OPEN:
        return last.words or last.state
    by = f" by {last.by}" if last.by else ""
    return f"done{by}, end" if look is Look.END else f"{look}{by}"


def travelled(visits: Iterable[Visit]) -> dict[tuple[str, str], Stroke]:
    """The edges that steps have gone, by the names of their nodes; those of an override are dashed."""
    of = {each.id: each for each in visits}
    found: dict[tuple[str, str], Stroke] = {}
    for each in of.values():
        for number in each.parents:
            if (parent := of.get(number)) is not None:
                is_override = StepKind.OVERRIDE in (each.kind, parent.kind)
                edge = parent.node, each.node
                found[edge] = min(found.get(edge, Stroke.DASHED), Stroke.DASHED if is_override else Stroke.HEAVY)
    return found
