"""Whether a definition can be carried out: told when it is loaded, not when somebody waits for it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from engine.rules.errors import BadValue, shown
from engine.rules.workflows import assignees, conditions, placeholders
from engine.rules.workflows.following import WAITING_KINDS
from engine.rules.workflows.graph import Field, FieldKind, Graph, JoinKind, Node
from store.enums import StepKind
from store.frozen import value

MOST_NODES = 10_000
MOST_EDGES = 50_000
MOST_FIELDS = 1_000
NAME_LENGTH = 60
TAKEN = frozenset({"now", "workflow_id", "step_id", "entity", "log", "context", "edges"})
"""What a workflow has of its own: no step and no field of the state may be called so."""

_NAME = re.compile(r"\w+(?:[ -]+\w+)*")
_FIELD = re.compile(r"[^\W\d]\w*")


@value
class Wrong:
    """What is wrong with a definition: of a step or of a field, where it is one's fault."""

    words: str
    step: str = ""
    field: str = ""


def check(graph: Graph) -> None:
    """BadValue names the first step that cannot be, and says what was expected."""
    for wrong in found(graph):
        raise BadValue(f"workflow {shown(graph.name)}: {wrong.words}")


def problems(graph: Graph) -> list[str]:
    """All that is wrong with it, in sentences."""
    return [each.words for each in found(graph)]


def found(graph: Graph) -> list[Wrong]:
    """All that is wrong with it; what hangs on names is told when these are right."""
    sizes = list(_sizes(graph))
    if sizes:
        return sizes
    names = [*_names(graph), *_state(graph), *_edges(graph)]
    if names:
        return names
    ways = _Ways(graph)
    people = [Wrong(words) for words in assignees.problems(graph)]
    ends = [*_gateways(graph, ways), *_ends(graph, ways), *_loops(graph, ways)]
    return [*_reach(graph, ways), *_fields(graph), *people, *ends]


def warnings(graph: Graph) -> list[str]:
    """What is probably not meant, in sentences: joins that wait for all branches of a gateway that chooses."""
    ways = _Ways(graph)
    nodes = {each.name: each for each in graph.nodes}
    told = []
    for node in graph.nodes:
        if node.kind is not StepKind.JOIN or node.join is JoinKind.ANY:
            continue
        for name in ways.before[node.name]:
            chooser = nodes[name]
            if _chooses(chooser) and len(ways.after[name]) > 1:
                told.append(f"join {node.name} waits for {name}, which may choose another way")
    return told


class _Ways:
    """Where edges lead: looked up ten thousand times."""

    def __init__(self, graph: Graph) -> None:
        self.after: dict[str, list[str]] = defaultdict(list)
        self.before: dict[str, list[str]] = defaultdict(list)
        for origin, to in graph.edges:
            self.after[origin].append(to)
            self.before[to].append(origin)

    def reached(self, names: Iterable[str], to: Mapping[str, list[str]]) -> set[str]:
        """These and all that follows them, by the edges `to`."""
        seen = set(names)
        queue = list(seen)
        while queue:
            for name in to.get(queue.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    queue.append(name)
        return seen


def _sizes(graph: Graph) -> Iterator[Wrong]:
    if not graph.nodes:
        yield Wrong("it has no steps")
    for what, count, most in (
        ("steps", len(graph.nodes), MOST_NODES),
        ("edges", len(graph.edges), MOST_EDGES),
        ("fields", len(graph.fields), MOST_FIELDS),
    ):
        if count > most:
            yield Wrong(f"{count:,} {what} are too many (at most {most:,})")


def _names(graph: Graph) -> Iterator[Wrong]:
    for name, count in Counter(each.name for each in graph.nodes).items():
        if count > 1:
            yield Wrong(f"step {shown(name)!r} stands there twice", name)
        if not _NAME.fullmatch(name) or len(name) > NAME_LENGTH:
            yield Wrong(
                f"'{shown(name)}' cannot be the name of a step (expected letters, digits, - and _, at most"
                f" {NAME_LENGTH})",
                name,
            )
        elif name in TAKEN:
            yield Wrong(f"a step cannot be called {name!r}: a workflow has something else of that name", name)


def _state(graph: Graph) -> Iterator[Wrong]:
    steps = {each.name for each in graph.nodes}
    for name, count in Counter(each.name for each in graph.fields).items():
        if count > 1:
            yield Wrong(f"field {shown(name)!r} stands there twice", field=name)
        if not _FIELD.fullmatch(name) or len(name) > NAME_LENGTH:
            yield Wrong(
                f"'{shown(name)}' cannot be the name of a field (expected a letter, then letters, digits and _)",
                field=name,
            )
        elif name in TAKEN or name in (conditions.TODAY, conditions.WEEKDAY) or name in steps:
            yield Wrong(f"a field cannot be called {name!r}: that is the name of something else", field=name)
    for field in graph.fields:
        if field.kind is FieldKind.CHOICE and not field.choices:
            yield Wrong(f"field {field.name!r}: a choice without anything to choose", field=field.name)


def _edges(graph: Graph) -> Iterator[Wrong]:
    known = {each.name for each in graph.nodes}
    starts = {each.name for each in graph.starts}
    for (origin, to), count in Counter(graph.edges).items():
        unknown = [name for name in (origin, to) if name not in known]
        if unknown:
            yield Wrong(
                f"an edge from {shown(origin)!r} to {shown(to)!r} names a step that is not there:"
                f" {shown(unknown[0])!r}",
                origin if origin in known else to,
            )
        elif to in starts:
            yield Wrong(f"an edge leads to {shown(to)!r}, which only begins", to)
        elif count > 1:
            yield Wrong(f"the edge from {shown(origin)!r} to {shown(to)!r} stands there twice", origin)
    if not starts:
        yield Wrong("no step begins it (expected one of kind start)")


def _reach(graph: Graph, ways: _Ways) -> Iterator[Wrong]:
    """Every step can be reached from a start."""
    seen = ways.reached((each.name for each in graph.starts), ways.after)
    for node in graph.nodes:
        if node.name not in seen:
            hint = f"; a helper that is no step is called _{node.name}" if node.kind is StepKind.MACHINE else ""
            yield Wrong(
                f"step {shown(node.name)!r} is never reached (expected an edge that leads to it{hint})", node.name
            )


def _fields(graph: Graph) -> Iterator[Wrong]:
    known = {each.name: each for each in graph.fields}
    for node in graph.nodes:
        yield from _of_form(node, known)
        if node.result and node.result not in known:
            yield Wrong(f"step {shown(node.name)!r}: result: the state has no field {shown(node.result)!r}", node.name)
        for name in placeholders.unknown(node, known):
            yield Wrong(
                f"step {shown(node.name)!r} speaks of {{{shown(name)}}}, which the state does not have", node.name
            )


def _of_form(node: Node, known: Mapping[str, Field]) -> Iterator[Wrong]:
    step = f"step {shown(node.name)!r}"
    for name in dict.fromkeys((*node.fields, *node.required)):
        if name not in known:
            yield Wrong(f"{step} shows the field {shown(name)!r}, which the state does not have", node.name)
        elif known[name].kind is FieldKind.ANY:
            yield Wrong(
                f"{step}: no form can show the field {shown(name)!r} (expected a type such as str, int or date)",
                node.name,
            )
    approve = node.params.get("approve") if node.kind is StepKind.HUMAN else None
    if isinstance(approve, str) and approve in known and known[approve].kind is not FieldKind.YES_NO:
        yield Wrong(f"{step}: approve: {shown(approve)!r} is no yes/no field", node.name)


def _gateways(graph: Graph, ways: _Ways) -> Iterator[Wrong]:
    for node in graph.nodes:
        name = shown(node.name)
        if _chooses(node) and not ways.after[node.name]:
            yield Wrong(f"gateway {name!r} leads nowhere (expected at least one edge)", node.name)
        if node.kind in (StepKind.START, StepKind.WAIT, StepKind.JOIN) and not ways.after[node.name]:
            yield Wrong(f"{node.kind} {name!r} is a dead end (expected an edge to what comes after it)", node.name)
        if node.kind is StepKind.JOIN and len(ways.before[node.name]) < 2:
            yield Wrong(f"join {name!r} has nothing to join (expected two steps that lead to it)", node.name)
        if node.kind is StepKind.CHOOSE:
            yield from _choice(node, graph.fields)


def _choice(node: Node, fields: tuple[Field, ...]) -> Iterator[Wrong]:
    name = shown(node.name)
    if all(branch.condition for branch in node.branches):
        yield Wrong(
            f"gateway {name!r}: if no condition holds it is a dead end (expected a last branch without an if)",
            node.name,
        )
    elif not all(branch.condition for branch in node.branches[:-1]):
        yield Wrong(f"gateway {name!r}: only the last branch may have no condition", node.name)
    for branch in node.branches:
        try:
            if branch.condition:
                conditions.parse(branch.condition, fields)
        except BadValue as fault:
            yield Wrong(f"gateway {name!r}: if: {fault}", node.name)


def _chooses(node: Node) -> bool:
    return node.kind is StepKind.CHOOSE or node.must_choose


def _ends(graph: Graph, ways: _Ways) -> Iterator[Wrong]:
    """From every step an end can be reached; a machine's step may halt by `[]`."""
    ends = [each.name for each in graph.nodes if not ways.after[each.name] or each.kind is StepKind.MACHINE]
    seen = ways.reached(ends, ways.before)
    lost = [each.name for each in graph.nodes if each.name not in seen]
    if lost:
        words = f"{', '.join(map(shown, lost[:5]))}{' ...' if len(lost) > 5 else ''}"
        yield Wrong(f"there is no way out of {words} (expected an edge to a step that ends it)", lost[0])


def _loops(graph: Graph, ways: _Ways) -> Iterator[Wrong]:
    """A circle that no person, no wait and no limit interrupts would go round for ever."""
    free = {each.name for each in graph.nodes if each.kind not in WAITING_KINDS and not each.limit}
    for to in (ways.after, ways.before):  # what only leads to a circle, or only away from it, is not in it
        free = _in_circles(free, to)
    if free:
        names = [shown(each.name) for each in graph.nodes if each.name in free]
        words = f"{', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
        first = next(each.name for each in graph.nodes if each.name in free)
        yield Wrong(f"a loop without a person, a wait or a limit: {words} (give one of them a limit, or a wait)", first)


def _in_circles(names: set[str], to: Mapping[str, list[str]]) -> set[str]:
    """Those that stay when what nothing leads to is taken away, again and again."""
    left = set(names)
    entered = Counter(each for name in left for each in to.get(name, ()) if each in left)
    queue = [name for name in left if not entered[name]]
    while queue:
        name = queue.pop()
        left.discard(name)
        for each in to.get(name, ()):
            if each in left:
                entered[each] -= 1
                if not entered[each]:
                    queue.append(each)
    return left
