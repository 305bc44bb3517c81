"""Definitions in Python, read from the text of their file: it is not run until a step is.

So a file that does harm or never ends when it is imported harms only the run of a step, and what is wrong with a
definition has a line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from engine.rules.durations import parse_duration
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import parse_offset
from engine.rules.workflows.checks import check
from engine.rules.workflows.graph import Field, FieldKind, Graph, JoinKind, Node
from store.enums import StepKind

_MADE = {"start": StepKind.START, "human": StepKind.HUMAN, "wait": StepKind.WAIT, "join": StepKind.JOIN}
_ARGUMENTS = {
    "start": ("required", "title", "notes"),
    "human": ("required", "assignee", "title", "due", "approve", "notes"),
    "wait": ("length", "title"),
    "join": ("kind", "title"),
    "step": ("title", "gateway", "limit", "deadline"),
}
_TYPES = {"str": FieldKind.TEXT, "int": FieldKind.NUMBER, "float": FieldKind.NUMBER, "bool": FieldKind.YES_NO,
          "date": FieldKind.DATE, "Entity": FieldKind.ENTITY}  # fmt: skip


def read_file(text: str, name: str) -> list[Graph]:
    """The workflows of a file, checked; BadValue names the line and what was expected. `name` is the file's."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        line = getattr(fault, "lineno", None)
        where = f" line {line}" if line else ""
        raise BadValue(f"{name}:{where} {getattr(fault, 'msg', fault)}") from fault
    found = [_graph(node, name) for node in tree.body if isinstance(node, ast.ClassDef) and _is_workflow(node)]
    if not found:
        raise BadValue(f"{name}: it has no class that is a Workflow (expected: class Welcome(Workflow))")
    for graph in found:
        check(graph)
    return found


def _is_workflow(node: ast.ClassDef) -> bool:
    return any(_last(base) == "Workflow" for base in node.bases)


def _graph(node: ast.ClassDef, file: str) -> Graph:
    doc = (ast.get_docstring(node) or "").strip().split("\n", 1)[0].rstrip(".")
    nodes: list[Node] = []
    fields: list[Field] = []
    edges: tuple[tuple[str, str], ...] = ()
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
            nodes.append(_method(each, file))
        elif isinstance(each, ast.AsyncFunctionDef):
            raise BadValue(f"{file}: line {each.lineno}: step {each.name}: expected def, not async def")
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            fields.append(_field(each, file))
        elif isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
            name = each.targets[0].id
            if name == "edges":
                edges = tuple(_edges(each.value, file))
            elif isinstance(each.value, ast.Call) and _last(each.value.func) in _MADE:
                nodes.append(_made(name, each.value, file))
    named = _plain_name(node.name)
    return Graph(named, doc, tuple(nodes), edges, tuple(fields), node.name)


def _plain_name(name: str) -> str:
    """`SendWelcome` is told as `send welcome`."""
    pieces = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return " ".join(pieces.replace("_", " ").split())


def _method(node: ast.FunctionDef, file: str) -> Node:
    said: dict[str, Any] = {}
    for mark in node.decorator_list:
        call = mark.func if isinstance(mark, ast.Call) else mark
        if _last(call) == "gateway":
            said["gateway"] = True
        elif _last(call) == "step" and isinstance(mark, ast.Call):
            said |= _arguments(mark, "step", file)
        else:
            raise BadValue(f"{file}: line {mark.lineno}: step {node.name}: expected no decorator but @step or @gateway")
    doc = (ast.get_docstring(node) or "").strip().split("\n", 1)[0].rstrip(".")
    limit = said.get("limit", 0)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        raise BadValue(f"{file}: line {node.lineno}: limit: expected how often it may be visited, such as 10")
    deadline = str(said.get("deadline") or "")
    if deadline:
        _checked(parse_duration, deadline, f"{file}: line {node.lineno}: deadline")
    return Node(
        node.name, StepKind.MACHINE, str(said.get("title") or ""), limit=limit, deadline=deadline, notes=doc,
        must_choose=bool(said.get("gateway")),
    )  # fmt: skip


def _made(name: str, call: ast.Call, file: str) -> Node:
    kind = _last(call.func)
    where = f"{file}: line {call.lineno}: {name}"
    said = _arguments(call, kind, file)
    if kind in ("start", "human"):
        fields = tuple(_texts(call.args, where))
        if kind == "human" and said.get("due"):
            _checked(parse_offset, said["due"], f"{where}: due")
        approve = str(said.get("approve") or "")
        if approve and approve not in fields:
            fields = (*fields, approve)
        return Node(
            name, _MADE[kind], str(said.get("title") or ""), fields, tuple(said.get("required") or ()),
            str(said.get("assignee") or ""), str(said.get("due") or ""), is_approval=bool(approve),
            notes=str(said.get("notes") or ""), params={"approve": approve} if approve else {},
        )  # fmt: skip
    first = _literal(call.args[0], where) if call.args else None
    title = str(said.get("title") or "")
    if kind == "wait":
        length = str(first if first is not None else said.get("length") or "")
        _checked(parse_offset, length, f"{where}: length")
        return Node(name, StepKind.WAIT, title, length=length)
    words = first if first is not None else said.get("kind", "all")
    if words not in list(JoinKind):
        raise BadValue(f"{where}: a join waits for all or any, not '{shown(words)}'")
    return Node(name, StepKind.JOIN, title, join=JoinKind(str(words)))


def _field(node: ast.AnnAssign, file: str) -> Field:
    assert isinstance(node.target, ast.Name)
    name, where = node.target.id, f"{file}: line {node.lineno}: field {node.target.id}"
    default = None if node.value is None else _literal(node.value, where)
    choices = _choices(node.annotation, where)
    if choices:
        return Field(name, FieldKind.CHOICE, default, choices=choices)
    kinds = [_TYPES[word] for word in _words(node.annotation) if word in _TYPES]
    return Field(name, kinds[0] if kinds else FieldKind.ANY, default)


def _words(node: ast.expr) -> list[str]:
    return [_last(each) for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)]


def _choices(node: ast.expr, where: str) -> tuple[str, ...]:
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript) and _last(each.value) == "Literal":
            parts = each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice]
            return tuple(str(_literal(part, where)) for part in parts)
    return ()


def _edges(node: ast.expr, file: str) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.List | ast.Tuple):
        raise BadValue(f"{file}: line {node.lineno}: edges: expected a list of pairs of steps")
    for pair in node.elts:
        if not isinstance(pair, ast.Tuple | ast.List) or len(pair.elts) != 2:
            raise BadValue(f"{file}: line {pair.lineno}: edges: expected a pair of steps, such as (begin, end)")
        names = [_step(each) for each in pair.elts]
        if not all(names):
            raise BadValue(f"{file}: line {pair.lineno}: edges: expected the names of two steps")
        yield names[0], names[1]


def _step(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return _last(node)


def _arguments(call: ast.Call, kind: str, file: str) -> dict[str, Any]:
    said = {}
    for word in call.keywords:
        if word.arg not in _ARGUMENTS[kind]:
            known = ", ".join(_ARGUMENTS[kind])
            raise BadValue(f"{file}: line {call.lineno}: {kind}: {word.arg!r} is not known (expected {known})")
        said[word.arg] = _literal(word.value, f"{file}: line {call.lineno}: {word.arg}")
    return said


def _texts(nodes: list[ast.expr], where: str) -> Iterator[str]:
    for node in nodes:
        given = _literal(node, where)
        if not isinstance(given, str):
            raise BadValue(f"{where}: expected names of fields, not '{shown(given)}'")
        yield given


def _literal(node: ast.expr, where: str) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError) as fault:
        raise BadValue(f"{where}: expected a value that is written out, as the file is read and not run") from fault


def _checked(parse: Any, text: str, where: str) -> None:
    try:
        parse(text)
    except BadValue as fault:
        raise BadValue(f"{where}: {fault}") from fault


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
