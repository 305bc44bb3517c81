"""Workflows of a desk file: those written out in it, and those in Python, whose text it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.operations.registry import Act
from engine.operations.saving import BadKey, Saved
from engine.operations.workflow_definitions import keep
from engine.rules.errors import BadValue, shown
from engine.rules.workflows import desk
from engine.rules.workflows.graph import Graph
from engine.rules.workflows.reading import read_file

ORIGIN = "desk file"


def save(act: Act, given: Mapping[str, Any]) -> Saved:
    """Keep the definition; a changed one is a new version. BadKey names the step and what was expected."""
    graph, source, origin = graph_of(given)
    return keep(act, graph, source, origin)[1]


def graph_of(given: Mapping[str, Any]) -> tuple[Graph, str | None, str]:
    """The definition of a `[[workflow]]`, the text of its Python file, and where it comes from."""
    if "source" in given:
        return _of_python(given)
    if "file" in given:
        raise BadKey("file", "goes with the source of a definition in Python")
    try:
        return desk.read(given), None, ORIGIN
    except desk.BadStep as fault:
        if not fault.number:
            raise
        raise BadKey(f"step {fault.number}", fault) from fault


def _of_python(given: Mapping[str, Any]) -> tuple[Graph, str, str]:
    for key in ("title", "state", "step"):
        if key in given:
            raise BadKey(key, "stands in the source of a definition in Python")
    name, source, file = given["name"], given["source"], given.get("file") or "source"
    try:
        graphs = {each.name: each for each in read_file(source, shown(file))}
    except BadValue as fault:
        raise BadKey("source", fault) from fault
    if name not in graphs:
        raise BadKey("source", f"it has no workflow {shown(name)!r}, but {', '.join(map(shown, graphs))}")
    return graphs[name], source, file
