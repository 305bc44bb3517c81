"""`workflow check`: whether the definitions of a file can be carried out, before they are loaded."""

from __future__ import annotations

import sqlite3
from typing import Annotated

from engine import userfiles
from engine.operations.desk_format import LIMIT, Problems
from engine.operations.desk_format import read as read_desk
from engine.operations.desk_workflows import graph_of
from engine.operations.registry import Help, Look, query
from engine.operations.saving import BadKey
from engine.operations.workflow_definitions import digest_of, text_of
from engine.rules.errors import BadValue
from engine.rules.workflows import checks
from engine.rules.workflows.graph import Graph
from engine.rules.workflows.reading import read_file
from engine.workflows import trying
from store.errors import Refused
from store.frozen import value


@value
class CheckedDefinition:
    """A definition that can be carried out. `loads_as`: what `workflow load` would make of it."""

    name: str
    entry: str
    steps: tuple[str, ...]
    fields: tuple[str, ...]
    edges: int
    loads_as: str
    warnings: tuple[str, ...]


@query("workflow check")
def check(
    look: Look, file: Annotated[str, Help("a Python file with classes that are a Workflow, or a desk file (.toml)")]
) -> tuple[CheckedDefinition, ...]:
    """Check the definitions of a file, and import it once as a worker would; nothing is loaded."""
    called = userfiles.called(file)
    if called.endswith(".toml"):
        found = [(graph, source) for graph, source in _of_desk(file, called)]
        return tuple(_checked(look.connection, graph, source) for graph, source in found)
    text = text_of(file)
    graphs = read_file(text, called)
    if wrong := trying.wrong(text, called, graphs):
        raise Refused("\n".join(wrong))
    return tuple(_checked(look.connection, graph, text) for graph in graphs)


def _of_desk(file: str, called: str) -> list[tuple[Graph, str | None]]:
    entries, problems = read_desk(userfiles.file_bytes(file, LIMIT), called)
    found = []
    for entry in entries:
        if entry.table == "workflow":
            try:
                found.append(graph_of(entry.given)[:2])
            except BadKey as fault:
                problems.add(entry, fault.key, str(fault).removeprefix(f"{fault.key}: "))
            except BadValue as fault:
                problems.add(entry, None, str(fault))
    _refuse(problems)
    if not found:
        raise Refused(f"{called}: it has no [[workflow]].")
    return found


def _refuse(problems: Problems) -> None:
    problems.found = [each for each in problems.found if each[0] == "workflow"]
    problems.refuse()


def _checked(connection: sqlite3.Connection, graph: Graph, source: str | None) -> CheckedDefinition:
    fields = tuple(f"{each.name} ({each.kind})" for each in graph.fields)
    steps = tuple(each.name for each in graph.nodes)
    loads_as = _loads_as(connection, graph, source)
    return CheckedDefinition(
        graph.name, graph.entry, steps, fields, len(graph.edges), loads_as, tuple(checks.warnings(graph))
    )


def _loads_as(connection: sqlite3.Connection, graph: Graph, source: str | None) -> str:
    rows = connection.execute(
        "SELECT version, digest, is_current AND deleted_at IS NULL FROM workflow_definition WHERE name = ?"
        " ORDER BY version DESC",
        (graph.name,),
    ).fetchall()
    for version, digest, is_current in rows:
        if is_current and digest == digest_of(graph, source):
            return f"version {version}, which is there"
    return f"version {rows[0][0] + 1 if rows else 1}, new"
