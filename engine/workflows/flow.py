"""A workflow as the engine has it in hand: its row, its definition's graph, its state."""

from __future__ import annotations

import functools
import json
import sqlite3
from typing import Any

from engine.rules.workflows.graph import Graph, from_json
from store.frozen import value

_FLOW = """
SELECT w.id, w.definition_id, w.data, w.object_class, w.object_id, w.state, w.name, d.name, d.graph, d.source
FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id WHERE w.id = ?
"""


@value
class Flow:
    """`data` is its state, `thing` the entity it is about (`stay/12`), if there is one."""

    id: int
    definition_id: int
    data: dict[str, Any]
    object_class: str | None
    object_id: str | None
    state: str
    name: str
    graph: Graph
    source: str | None

    @property
    def thing(self) -> str | None:
        """`stay/12`."""
        return None if self.object_class is None else f"{self.object_class}/{self.object_id}"


def flow(connection: sqlite3.Connection, number: int) -> Flow | None:
    """The workflow of that id."""
    row = connection.execute(_FLOW, (number,)).fetchone()
    if row is None:
        return None
    return Flow(row[0], row[1], json.loads(row[2]), row[3], row[4], row[5], row[6], graph_of(row[8]), row[9])


@functools.lru_cache(maxsize=64)
def graph_of(text: str) -> Graph:
    """A definition's graph; read once however many workflows follow it."""
    return from_json(text)


def keep_data(connection: sqlite3.Connection, number: int, data: dict[str, Any]) -> None:
    """Write the state of a workflow."""
    connection.execute(
        "UPDATE workflow SET data = ?, rev = rev + 1 WHERE id = ?", (json.dumps(data, ensure_ascii=False), number)
    )
