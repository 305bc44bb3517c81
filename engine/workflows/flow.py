"""A workflow as the engine has it in hand: its row, its definition's graph, its state."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.rules.errors import BadValue, shown
from engine.rules.workflows.graph import Graph, from_json

_FLOWS = """
SELECT w.id, w.definition_id, w.data, w.object_class, w.object_id, w.state, w.name, d.digest
FROM json_each(?) asked CROSS JOIN workflow w ON w.id = asked.value
JOIN workflow_definition d ON d.id = w.definition_id
"""
_KEPT = 64
"""Definitions that are kept as they were read; one may have ten thousand steps."""
_graphs: dict[str, Graph] = {}


@dataclass(slots=True)
class Flow:
    """`data` is its state, `thing` the entity it is about (`stay/12`), if there is one; `digest` names its definition.

    `made` counts steps that were begun and that its row does not count yet.
    """

    id: int
    definition_id: int
    data: dict[str, Any]
    object_class: str | None
    object_id: str | None
    state: str
    name: str
    graph: Graph
    digest: str
    made: int = 0

    @property
    def thing(self) -> str | None:
        """`stay/12`."""
        return None if self.object_class is None else f"{self.object_class}/{self.object_id}"


def flow(connection: sqlite3.Connection, number: int) -> Flow | None:
    """The workflow of that id."""
    return flows(connection, (number,)).get(number)


def flows(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, Flow]:
    """The workflows of these ids, by id."""
    return {
        number: Flow(number, of, json.loads(data), cls, obj, state, name, _graph(connection, of, digest), digest)
        for number, of, data, cls, obj, state, name, digest in connection.execute(
            _FLOWS, (json.dumps(list(numbers)),)
        ).fetchall()
    }


@functools.lru_cache(maxsize=_KEPT)
def graph_of(text: str) -> Graph:
    """A definition's graph, by its text in the store."""
    return from_json(text)


def changed(connection: sqlite3.Connection, current: Flow, data: Mapping[str, Any]) -> Flow:
    """The workflow with changed fields of its state, which are written. BadValue names one that it does not have."""
    if data:
        unknown = [name for name in data if name not in current.data]
        if unknown:
            raise BadValue(f"the state has no field {shown(unknown[0])!r}")
        current.data.update(data)
        keep_data(connection, current.id, current.data)
    return current


def keep_data(connection: sqlite3.Connection, number: int, data: dict[str, Any]) -> None:
    """Write the state of a workflow."""
    connection.execute(
        "UPDATE workflow SET data = ?, rev = rev + 1 WHERE id = ?", (json.dumps(data, ensure_ascii=False), number)
    )


def _graph(connection: sqlite3.Connection, definition_id: int, digest: str) -> Graph:
    """Read once for all workflows of a definition: its text may have half a million characters."""
    found = _graphs.get(digest)
    if found is None:
        (text,) = connection.execute("SELECT graph FROM workflow_definition WHERE id = ?", (definition_id,)).fetchone()
        while len(_graphs) >= _KEPT:
            _graphs.pop(next(iter(_graphs)))
        found = _graphs[digest] = from_json(text)
    return found
