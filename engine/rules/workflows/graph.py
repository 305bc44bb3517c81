"""A workflow's definition as a value, and as the JSON in which the store keeps it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from engine.rules.errors import BadValue, shown
from store.enums import StepKind
from store.frozen import value


class FieldKind(StrEnum):
    """What a field of the state holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes/no"
    ENTITY = "entity"
    """`stay/12`."""
    ANY = "any"
    """What JSON can hold; of steps alone, no form shows it."""


class JoinKind(StrEnum):
    """How many of the branches a join waits for."""

    ALL = "all"
    ANY = "any"


@value
class Field:
    """A field of the state. `choices` are those of a choice, the class that of an entity."""

    name: str
    kind: FieldKind
    default: object = None
    is_required: bool = False
    label: str = ""
    choices: tuple[str, ...] = ()
    object_class: str | None = None


@value
class Branch:
    """One way out of a gateway: `condition` is one of `engine.rules.workflows.conditions`, empty for "else"."""

    to: str
    condition: str = ""


@value
class Node:
    """A step as it is defined.

    `fields` name those of the state that its form shows, `required` those that must be filled in. `assignee`: for
    whom it is (`engine.rules.workflows.assignees`), empty for nobody. `length` is an offset (of a
    wait, or until a human step is due). `limit` is how often one workflow may visit it, 0 for no limit.
    `must_choose`: a gateway in Python, which must name its branches. `params` are those of what it runs, tells or sets.
    `is_idempotent`: doing it twice does no harm. `is_exclusive`: a choice takes the first branch that holds, not all.
    A run is that of `schedule` or of `controller`; `result` is the field of the state that takes what it returned.
    `labels` are those of a human step's task, by which triggers find it.
    """

    name: str
    kind: StepKind
    title: str = ""
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    assignee: str = ""
    length: str = ""
    join: JoinKind = JoinKind.ALL
    branches: tuple[Branch, ...] = ()
    limit: int = 0
    must_choose: bool = False
    is_approval: bool = False
    controller: str = ""
    params: Mapping[str, object] = {}
    deadline: str = ""
    notes: str = ""
    is_idempotent: bool = False
    is_exclusive: bool = True
    schedule: str = ""
    result: str = ""
    labels: tuple[str, ...] = ()


class Index:
    """Nodes and edges of a graph by name: a step of ten thousand is found as quickly as one of ten.

    Of two nodes of one name the first counts; `checks` says that there are two.
    """

    def __init__(self, graph: Graph) -> None:
        self.nodes: dict[str, Node] = {}
        self.after: dict[str, list[str]] = {}
        self.before: dict[str, list[str]] = {}
        for node in graph.nodes:
            self.nodes.setdefault(node.name, node)
        for origin, to in graph.edges:
            self.after.setdefault(origin, []).append(to)
            self.before.setdefault(to, []).append(origin)


class _Indexed:
    """Gives a value without room for more the index that is made when it is first asked for."""

    @functools.cached_property
    def index(self: Any) -> Index:
        """Its nodes and edges by name."""
        return Index(self)


@value
class Graph(_Indexed):
    """A definition: its nodes in their order, the edges between them, the fields of its state.

    `entry` is the class in its Python file, empty if it stands in a desk file.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...] = ()
    entry: str = ""

    def node(self, name: str) -> Node:
        """The node of that name; BadValue if there is none."""
        found = self.index.nodes.get(name)
        if found is None:
            raise BadValue(f"there is no step {shown(name)!r} in workflow {shown(self.name)!r}")
        return found

    def has(self, name: str) -> bool:
        """Whether there is a node of that name."""
        return name in self.index.nodes

    def after(self, name: str) -> tuple[str, ...]:
        """The nodes to which edges lead, in the order of the edges."""
        return tuple(self.index.after.get(name, ()))

    def before(self, name: str) -> tuple[str, ...]:
        """The nodes from which edges lead there."""
        return tuple(self.index.before.get(name, ()))

    @property
    def starts(self) -> tuple[Node, ...]:
        """The nodes with which a workflow may begin."""
        return tuple(each for each in self.nodes if each.kind is StepKind.START)

    def defaults(self) -> dict[str, object]:
        """The state of a new workflow."""
        return {each.name: each.default for each in self.fields}


def to_json(graph: Graph) -> str:
    """The text that the store keeps; `from_json` reads it back equal."""
    return json.dumps(
        {
            "name": graph.name,
            "title": graph.title,
            "entry": graph.entry,
            "nodes": [_plain(each) for each in graph.nodes],
            "edges": [list(each) for each in graph.edges],
            "fields": [_plain(each) for each in graph.fields],
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def from_json(text: str) -> Graph:
    """The graph that `to_json` wrote."""
    said: dict[str, Any] = json.loads(text)
    return Graph(
        said["name"],
        said["title"],
        tuple(_node(each) for each in said["nodes"]),
        tuple((origin, to) for origin, to in said["edges"]),
        tuple(_field(each) for each in said["fields"]),
        said["entry"],
    )


def _plain(each: Node | Field | Branch) -> dict[str, object]:
    """Only what differs from the usual: names of fields to values."""
    said: dict[str, object] = {}
    kind: Any = type(each)
    for name in kind.__match_args__:
        given = getattr(each, name)
        if name in kind._defaults and given == kind._defaults[name]:
            continue
        said[name] = [_plain(one) for one in given] if name == "branches" else given
    return said


def _node(said: Mapping[str, Any]) -> Node:
    given = dict(said)
    given["kind"] = StepKind(given["kind"])
    for name in ("fields", "required", "labels"):
        given[name] = tuple(given.get(name, ()))
    given["branches"] = tuple(Branch(**each) for each in given.get("branches", ()))
    if "join" in given:
        given["join"] = JoinKind(given["join"])
    return Node(**given)


def _field(said: Mapping[str, Any]) -> Field:
    given = dict(said)
    given["kind"] = FieldKind(given["kind"])
    given["choices"] = tuple(given.get("choices", ()))
    return Field(**given)
