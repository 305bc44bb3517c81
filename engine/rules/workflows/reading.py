"""Definitions in Python, read from the text of their file: it is not run until a step is.

So a file that does harm or never ends when it is imported harms only the run of a step, and what is wrong with a
definition has a line. What a class inherits from another class of its file counts as its own.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.rules.durations import parse_duration
from engine.rules.errors import BadValue, shown
from engine.rules.workflows import checks
from engine.rules.workflows.fields import read_field
from engine.rules.workflows.graph import Field, Graph, JoinKind, Node
from engine.rules.workflows.lengths import due_text, wait_text
from engine.rules.workflows.written import File
from store.enums import StepKind

_MADE = {"start": StepKind.START, "human": StepKind.HUMAN, "wait": StepKind.WAIT, "join": StepKind.JOIN}
_ARGUMENTS: Mapping[str, Mapping[str, type]] = {
    "start": {"required": tuple, "title": str, "notes": str},
    "human": {
        "required": tuple, "assignee": str, "title": str, "due": str, "approve": str, "notes": str, "labels": tuple,
    },
    "wait": {"length": str, "title": str},
    "join": {"kind": str, "title": str},
    "step": {"title": str, "gateway": bool, "limit": int, "deadline": str, "idempotent": bool},
}  # fmt: skip
_HELPERS = frozenset({"staticmethod", "classmethod", "property", "cached_property"})
_MOST_TEXT = 500


@dataclass(slots=True)
class _Class:
    """What a class and those it inherits from say, by name; and the lines on which they say it."""

    nodes: dict[str, Node] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    edges: list[tuple[str, str]] | None = None
    is_workflow: bool = False

    def inherit(self, base: _Class) -> None:
        """Take what `base` has; what is said afterwards replaces it."""
        self.nodes |= base.nodes
        self.fields |= base.fields
        self.lines |= base.lines
        self.edges = base.edges if base.edges is not None else self.edges
        self.is_workflow |= base.is_workflow

    def take(self, name: str, line: int, node: Node | None = None, field: Field | None = None) -> None:
        """A step or a field; whatever had the name before is gone."""
        self.nodes.pop(name, None)
        self.fields.pop(name, None)
        self.lines[name] = line
        if node is not None:
            self.nodes[name] = node
        if field is not None:
            self.fields[name] = field


def read_file(text: str, name: str) -> list[Graph]:
    """The workflows of a file, checked; BadValue names the line and what was expected. `name` is the file's."""
    tree = _parsed(text, name)
    try:
        return _workflows(tree, File(name, tree))
    except RecursionError as fault:
        raise BadValue(f"{name}: an expression is nested too deep") from fault


def _workflows(tree: ast.Module, file: File) -> list[Graph]:
    classes: dict[str, _Class] = {}
    inherited: set[str] = set()
    found: list[tuple[ast.ClassDef, _Class]] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            own = classes[node.name] = _class(node, file, classes)
            inherited |= {file.last(base) for base in node.bases}
            if own.is_workflow:
                found.append((node, own))
    kept = [(node, own) for node, own in found if node.name not in inherited or own.edges is not None]
    if not kept:
        raise BadValue(f"{file.name}: it has no class that is a Workflow (expected: class Welcome(Workflow))")
    graphs = [_graph(node, own, file) for node, own in kept]
    _check_names(kept, graphs, file)
    return graphs


def _parsed(text: str, name: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a text is its author's
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        line = getattr(fault, "lineno", None)
        where = f" line {line}" if line else ""
        words = shown(getattr(fault, "msg", None) or "it is nested too deep", 200)
        raise BadValue(f"{name}{where}: it is not Python: {words}") from fault


def _check_names(kept: list[tuple[ast.ClassDef, _Class]], graphs: list[Graph], file: File) -> None:
    seen: dict[str, int] = {}
    for (node, _), graph in zip(kept, graphs, strict=True):
        if graph.name in seen:
            raise file.wrong(node, f"workflow {shown(graph.name)} stands on line {seen[graph.name]} already")
        seen[graph.name] = node.lineno


def _graph(node: ast.ClassDef, own: _Class, file: File) -> Graph:
    graph = Graph(
        plain_name(node.name), _first_line(node), tuple(own.nodes.values()), tuple(own.edges or ()),
        tuple(own.fields.values()), node.name,
    )  # fmt: skip
    for wrong in checks.found(graph):
        line = own.lines.get(wrong.step or wrong.field, node.lineno)
        raise BadValue(f"{file.name} line {line}: workflow {shown(graph.name)}: {wrong.words}")
    return graph


def plain_name(name: str) -> str:
    """`SendWelcome` is told as `send welcome`, `HTTPCheck` as `http check`."""
    words = ""
    for at, letter in enumerate(name):
        is_new = letter.isupper() and at > 0 and (name[at - 1 : at].islower() or name[at + 1 : at + 2].islower())
        words += f" {letter.lower()}" if is_new else letter.lower()
    return " ".join(words.replace("_", " ").split())


def _class(node: ast.ClassDef, file: File, known: Mapping[str, _Class]) -> _Class:
    own = _Class()
    for base in reversed(node.bases):
        name = file.last(base)
        if name in known:
            own.inherit(known[name])
        own.is_workflow |= name == "Workflow"
    for each in node.body:
        if isinstance(each, ast.AsyncFunctionDef) and not each.name.startswith("_"):
            raise file.wrong(each, f"step {shown(each.name)}: expected def, not async def")
        if isinstance(each, ast.FunctionDef):
            _take_method(own, each, file)
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            made = read_field(each, file)
            if each.target.id == "edges" and each.value is not None:
                own.edges = list(_edges(each.value, own, file, known))
            elif made is not None:
                own.take(made.name, each.lineno, field=made)
        elif isinstance(each, ast.Assign):
            _take_assigned(own, each, file, known)
    return own


def _take_method(own: _Class, each: ast.FunctionDef, file: File) -> None:
    marks = [file.last(mark.func if isinstance(mark, ast.Call) else mark) for mark in each.decorator_list]
    if each.name.startswith("_") or _HELPERS.intersection(marks):
        return
    own.take(each.name, each.lineno, _method(each, marks, file))


def _take_assigned(own: _Class, each: ast.Assign, file: File, known: Mapping[str, _Class]) -> None:
    names = [target.id for target in each.targets if isinstance(target, ast.Name)]
    if "edges" in names:
        own.edges = list(_edges(each.value, own, file, known))
    elif isinstance(each.value, ast.Call) and file.last(each.value.func) in _MADE:
        for name in names:
            own.take(name, each.lineno, _made(name, each.value, file))


def _first_line(node: ast.ClassDef | ast.FunctionDef) -> str:
    return (ast.get_docstring(node) or "").strip().split("\n", 1)[0].rstrip(".")[:_MOST_TEXT]


def _method(node: ast.FunctionDef, marks: list[str], file: File) -> Node:
    said: dict[str, Any] = {}
    for mark, name in zip(node.decorator_list, marks, strict=True):
        if name == "gateway" and not isinstance(mark, ast.Call):
            said["gateway"] = True
        elif name == "step" and isinstance(mark, ast.Call):
            if mark.args:
                raise file.wrong(mark, "step: expected arguments with names, such as @step(limit=10)")
            said |= file.arguments(mark, "step", _ARGUMENTS["step"])
        else:
            raise file.wrong(mark, f"step {shown(node.name)}: expected no decorator but @step(...) or @gateway")
    given = [*node.args.posonlyargs, *node.args.args]
    required = len(given) - len(node.args.defaults) + sum(each is None for each in node.args.kw_defaults)
    if not given or required > 1:
        raise file.wrong(node, f"step {shown(node.name)}: expected def {shown(node.name)}(self)")
    limit = said.get("limit", 0)
    if not 0 <= limit <= 1_000_000:
        raise file.wrong(node, "step: limit: expected how often it may be visited, such as 10")
    deadline = said.get("deadline", "")
    if deadline:
        file.checked(node, "step: deadline", parse_duration, deadline)
    return Node(
        node.name, StepKind.MACHINE, said.get("title", ""), limit=limit, deadline=deadline, notes=_first_line(node),
        must_choose=said.get("gateway", False), is_idempotent=said.get("idempotent", False),
    )  # fmt: skip


def _made(name: str, call: ast.Call, file: File) -> Node:
    kind = file.last(call.func)
    said = file.arguments(call, kind, _ARGUMENTS[kind])
    title, notes = said.get("title", ""), said.get("notes", "")
    if kind in ("wait", "join"):
        if len(call.args) > 1:
            raise file.wrong(call, f"{kind}: expected one argument without a name")
        first = file.literal(call.args[0], kind) if call.args else None
        if kind == "wait":
            length = file.checked(call, "wait", wait_text, first if first is not None else said.get("length"))
            return Node(name, StepKind.WAIT, title, length=length)
        words = first if first is not None else said.get("kind", "all")
        if not isinstance(words, str) or words not in list(JoinKind):
            raise file.wrong(call, f"join: it waits for 'all' or 'any', not '{shown(words)}'")
        return Node(name, StepKind.JOIN, title, join=JoinKind(words))
    fields = tuple(_field_name(each, kind, file) for each in call.args)
    required = said.get("required", ())
    if kind == "start":
        return Node(name, StepKind.START, title, fields, required, notes=notes)
    due = file.checked(call, "human: due", due_text, said["due"]) if said.get("due") else ""
    approve = said.get("approve", "")
    if approve and approve not in fields:
        fields = (*fields, approve)
    return Node(
        name, StepKind.HUMAN, title, fields, required, said.get("assignee", ""), due,
        is_approval=bool(approve), notes=notes, params={"approve": approve} if approve else {},
        labels=said.get("labels", ()),
    )  # fmt: skip


def _field_name(node: ast.expr, kind: str, file: File) -> str:
    given = file.literal(node, kind) if isinstance(node, ast.Constant) else None
    if not isinstance(given, str):
        raise file.wrong(node, f'{kind}: expected names of fields in quotes, such as {kind}("user")')
    return given


def _edges(node: ast.expr, own: _Class, file: File, known: Mapping[str, _Class]) -> Iterator[tuple[str, str]]:
    """Pairs; those of another class as `*Base.edges` or `Base.edges + [...]`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        if isinstance(node.left, ast.BinOp):
            raise file.wrong(node, "edges: expected one list, with others in it as *Base.edges")
        yield from _edges(node.left, own, file, known)
        yield from _edges(node.right, own, file, known)
        return
    if isinstance(node, ast.Attribute) and node.attr == "edges":
        base = known.get(file.last(node.value))
        if base is None or base.edges is None:
            raise file.wrong(node, "edges: expected a class that stands above it in this file and has edges")
        yield from base.edges
        return
    if not isinstance(node, ast.List | ast.Tuple):
        raise file.wrong(node, "edges: expected a list of pairs of steps, such as [(begin, end)]")
    for pair in node.elts:
        if isinstance(pair, ast.Starred):
            yield from _edges(pair.value, own, file, known)
            continue
        names = [_step(each, file) for each in pair.elts] if isinstance(pair, ast.Tuple | ast.List) else []
        if len(names) != 2 or not all(names):
            raise file.wrong(pair, "edges: expected a pair of steps, such as (begin, end)")
        unknown = [name for name in names if name not in own.nodes]
        if unknown:
            words = f"there is no step {shown(unknown[0])!r}; known are {', '.join(map(shown, list(own.nodes)[:20]))}"
            raise file.wrong(pair, f"edges: {words}")
        yield names[0], names[1]


def _step(node: ast.expr, file: File) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
