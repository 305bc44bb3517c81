"""Whether a definition can be carried out: told when it is loaded, not when somebody waits for it."""

from __future__ import annotations

from collections import Counter, defaultdict

from engine.rules.errors import BadValue, shown
from engine.rules.workflows.following import WAITING_KINDS
from engine.rules.workflows.graph import FieldKind, Graph, Node
from store.enums import StepKind

MOST_NODES = 10_000


def check(graph: Graph) -> None:
    """BadValue names the first step that cannot be, and says what was expected."""
    if not graph.nodes:
        raise BadValue(f"workflow {shown(graph.name)}: it has no steps")
    if len(graph.nodes) > MOST_NODES:
        raise BadValue(
            f"workflow {shown(graph.name)}: {len(graph.nodes):,} steps are too many (at most {MOST_NODES:,})"
        )
    for wrong in problems(graph):
        raise BadValue(f"workflow {shown(graph.name)}: {wrong}")


def problems(graph: Graph) -> list[str]:
    """All that is wrong with it, in sentences."""
    found = [*_names(graph), *_edges(graph)]
    return found or [*_reach(graph), *_fields(graph), *_gateways(graph), *_loops(graph)]


def _names(graph: Graph) -> list[str]:
    twice = [name for name, count in Counter(each.name for each in graph.nodes).items() if count > 1]
    return [f"step {shown(name)!r} stands there twice" for name in twice]


def _edges(graph: Graph) -> list[str]:
    known = {each.name for each in graph.nodes}
    found = []
    for origin, to in graph.edges:
        for name in (origin, to):
            if name not in known:
                found.append(f"an edge from {shown(origin)!r} to {shown(to)!r} names a step that is not there")
                break
    starts = [each.name for each in graph.starts]
    if not starts:
        found.append("no step begins it (expected one of kind start)")
    found += [f"an edge leads to {shown(to)!r}, which only begins" for _, to in graph.edges if to in starts]
    return found


def _reach(graph: Graph) -> list[str]:
    """Every step can be reached from a start."""
    after = _after(graph)
    seen = {each.name for each in graph.starts}
    queue = list(seen)
    while queue:
        for name in after[queue.pop()]:
            if name not in seen:
                seen.add(name)
                queue.append(name)
    lost = [each.name for each in graph.nodes if each.name not in seen]
    return [f"step {shown(name)!r} is never reached" for name in lost]


def _fields(graph: Graph) -> list[str]:
    known = {each.name: each for each in graph.fields}
    found = []
    for node in graph.nodes:
        for name in (*node.fields, *node.required):
            if name not in known:
                found.append(
                    f"step {shown(node.name)!r} shows the field {shown(name)!r}, which the state does not have"
                )
            elif known[name].kind is FieldKind.ANY:
                found.append(f"step {shown(node.name)!r}: no form can show the field {shown(name)!r}")
    return found


def _gateways(graph: Graph) -> list[str]:
    found = []
    for node in graph.nodes:
        if (node.kind is StepKind.CHOOSE or node.must_choose) and not graph.after(node.name):
            found.append(f"gateway {shown(node.name)!r} leads nowhere")
        if node.kind is StepKind.JOIN and len(graph.before(node.name)) < 2:
            found.append(f"join {shown(node.name)!r} has nothing to join (expected two steps that lead to it)")
        if node.kind is StepKind.CHOOSE and all(branch.condition for branch in node.branches):
            found.append(f"gateway {shown(node.name)!r}: if no condition holds it is a dead end (expected an else)")
    return found


def _loops(graph: Graph) -> list[str]:
    """A circle that no person, no wait and no limit interrupts would go round for ever."""
    nodes = {each.name: each for each in graph.nodes}
    free = {name for name, node in nodes.items() if not _stops(node)}
    after = _after(graph)
    entered: Counter[str] = Counter()
    for name in free:
        for to in after[name]:
            if to in free:
                entered[to] += 1
    queue = [name for name in free if not entered[name]]
    while queue:
        name = queue.pop()
        free.discard(name)
        for to in after[name]:
            if to in free:
                entered[to] -= 1
                if not entered[to]:
                    queue.append(to)
    if not free:
        return []
    names = ", ".join(shown(each.name) for each in graph.nodes if each.name in free)
    return [f"a loop without a person, a wait or a limit: {names} (give one of them a limit, or a wait)"]


def _stops(node: Node) -> bool:
    return node.kind in WAITING_KINDS or node.limit > 0


def _after(graph: Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for origin, to in graph.edges:
        found[origin].append(to)
    return found
