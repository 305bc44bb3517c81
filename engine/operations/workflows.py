"""The verbs of workflows: load a definition, start one."""

from __future__ import annotations

import hashlib
from typing import Annotated

from engine import userfiles
from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.operations.things import named_thing
from engine.rules.errors import shown
from engine.rules.workflows import forms
from engine.rules.workflows.graph import Graph, to_json
from engine.rules.workflows.reading import read_file
from engine.workflows import starting
from store import journal

_MOST = 1 << 20


@operation("workflow load", can_undo=False)
def load(act: Act, file: Annotated[str, Help("a Python file with classes that are a Workflow")]) -> tuple[str, ...]:
    """Load definitions; one that has changed becomes a new version, for workflows that start from now on."""
    text = userfiles.file_bytes(file, _MOST).decode()
    graphs = read_file(text, userfiles.called(file))
    names = tuple(name for graph in graphs if (name := save(act, graph, text, userfiles.called(file))))
    journal.describe(act.connection, act.id, f"loaded workflows: {', '.join(map(shown, names))}", can_undo=False)
    return names


def save(act: Act, graph: Graph, source: str | None, origin: str) -> str:
    """Keep a definition; its name with its version. The one that is there already stays as it is."""
    kept = to_json(graph)
    digest = hashlib.sha256(f"{kept}\0{source or ''}".encode()).hexdigest()
    row = act.connection.execute(
        "SELECT id, version, digest FROM workflow_definition WHERE name = ? AND is_current = 1", (graph.name,)
    ).fetchone()
    if row is not None and row[2] == digest:
        return f"{graph.name} {row[1]}"
    version = 1 if row is None else int(row[1]) + 1
    act.connection.execute("UPDATE workflow_definition SET is_current = 0 WHERE name = ?", (graph.name,))
    act.connection.execute(
        "INSERT INTO workflow_definition (name, version, title, graph, source, origin, digest, owner_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (graph.name, version, graph.title, kept, source, origin, digest, own_user_id(act), act.now),
    )
    return f"{graph.name} {version}"


@operation("workflow start", can_undo=False)
def start(
    act: Act,
    name: Annotated[str, Help("the definition's name", "WORKFLOW")],
    *fields: Annotated[str, Help("fields of the form with which it begins: user=ana", "FIELD=VALUE")],
    step: Annotated[str | None, Help("the start, if it has several")] = None,
    object: Annotated[str | None, Help("what it is about, such as stay/12")] = None,
    title: Annotated[str, Help("what tells it from others of its kind")] = "",
) -> int:
    """Start a workflow."""
    where = starting.named(act, name, step)
    thing = named_thing(act.connection, object) if object else None
    number = starting.start(act, where, forms.given(fields), thing=thing, title=title, by=own_user_id(act))
    about = f" ({shown(title.strip())})" if title.strip() else ""
    journal.describe(act.connection, act.id, f"started workflow {number}: {shown(name)}{about}", can_undo=False)
    return number
