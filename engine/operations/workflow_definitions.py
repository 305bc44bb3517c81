"""The verbs of definitions: load, delete. A workflow under way keeps the version that it was started with."""

from __future__ import annotations

import hashlib
from typing import Annotated

from engine import userfiles
from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import Saved
from engine.rules.errors import BadValue, shown
from engine.rules.wording import count_of
from engine.rules.workflows.graph import Graph, to_json
from engine.rules.workflows.reading import read_file
from store import journal
from store.enums import FlowState
from store.errors import Refused
from store.frozen import value

MOST_BYTES = 2 << 20
"""Of a Python file: ten thousand steps have a third of that."""


@value
class LoadedDefinition:
    """What `workflow load` made of a definition: `saved` is made, changed or unchanged."""

    name: str
    version: int
    saved: str
    steps: int


@operation("workflow load", can_undo=False)
def load(
    act: Act, *files: Annotated[str, Help("a Python file with classes that are a Workflow", "FILE")]
) -> tuple[LoadedDefinition, ...]:
    """Load definitions; a changed one becomes a new version, for workflows that start from now on."""
    if not files:
        raise Refused("Name a Python file with classes that are a Workflow.")
    loaded: dict[str, LoadedDefinition] = {}
    for file in files:
        text, called = text_of(file), userfiles.called(file)
        for graph in read_file(text, called):
            if graph.name in loaded:
                raise Refused(f"{called}: workflow {shown(graph.name)} stands in another of these files, too.")
            version, saved = keep(act, graph, text, called)
            loaded[graph.name] = LoadedDefinition(graph.name, version, saved.value, len(graph.nodes))
    journal.describe(act.connection, act.id, f"loaded workflows: {', '.join(map(shown, loaded))}", can_undo=False)
    return tuple(loaded.values())


def text_of(file: str) -> str:
    """The text of a Python file; Refused, in words that name it, if there is none."""
    data = userfiles.file_bytes(file, MOST_BYTES)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadValue(f"{userfiles.called(file)} line {line}: not UTF-8 (byte 0x{data[fault.start]:02x})") from fault


def digest_of(graph: Graph, source: str | None) -> str:
    """What tells versions of a definition apart."""
    return hashlib.sha256(f"{to_json(graph)}\0{source or ''}".encode()).hexdigest()


def keep(act: Act, graph: Graph, source: str | None, origin: str) -> tuple[int, Saved]:
    """Keep a definition; its version and what happened. One that is the same as the current one stays as it is."""
    kept, digest = to_json(graph), digest_of(graph, source)
    rows = act.connection.execute(
        "SELECT version, digest, is_current AND deleted_at IS NULL FROM workflow_definition WHERE name = ?"
        " ORDER BY version",
        (graph.name,),
    ).fetchall()
    for version, known, is_current in rows:
        if is_current and known == digest:
            return int(version), Saved.UNCHANGED
    version = 1 + max((int(row[0]) for row in rows), default=0)
    act.connection.execute("UPDATE workflow_definition SET is_current = 0 WHERE name = ?", (graph.name,))
    act.connection.execute(
        "INSERT INTO workflow_definition (name, version, title, graph, source, origin, digest, owner_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (graph.name, version, graph.title, kept, source, origin, digest, own_user_id(act), act.now),
    )
    return version, Saved.CHANGED if any(row[2] for row in rows) else Saved.MADE


@operation("workflow delete", can_undo=False)
def delete(
    act: Act,
    name: Annotated[str, Help("the definition's name", "WORKFLOW")],
    keep: Annotated[bool, Help("let those that are under way go on")] = False,
) -> str:
    """Delete a definition: nothing is started by it any more; what was done stays."""
    row = act.connection.execute(
        "SELECT d.id, d.owner_id, u.name FROM workflow_definition d LEFT JOIN user u ON u.id = d.owner_id"
        " WHERE d.name = ? AND d.is_current = 1 AND d.deleted_at IS NULL",
        (name,),
    ).fetchone()
    if row is None:
        raise Refused(f"There is no workflow {shown(name)!r}.")
    if row[1] not in (None, own_user_id(act)):
        raise Refused(f"Workflow {shown(name)!r} belongs to {shown(row[2])}, who may delete it.")
    under_way = act.connection.execute(
        "SELECT count(*) FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id"
        " WHERE d.name = ? AND w.state IN (?, ?) AND w.deleted_at IS NULL",
        (name, FlowState.OPEN, FlowState.ATTENTION),
    ).fetchone()[0]
    if under_way and not keep:
        words = count_of(under_way, "workflow")
        raise Refused(f"{words} of {shown(name)!r} under way: cancel them, or let them go on (--keep).")
    act.connection.execute(
        "UPDATE workflow_definition SET is_current = 0, deleted_at = ?, rev = rev + 1 WHERE id = ?", (act.now, row[0])
    )
    journal.describe(act.connection, act.id, f"deleted the workflow {shown(name)}", can_undo=False)
    return name
