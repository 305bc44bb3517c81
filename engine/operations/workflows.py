"""The verbs of workflows: load a definition, start one, submit a form."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from engine import userfiles
from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.rules.errors import BadValue, shown
from engine.rules.workflows.graph import Graph, to_json
from engine.rules.workflows.reading import read_file
from engine.workflows import steps
from engine.workflows.flow import flow, graph_of
from store import journal
from store.errors import Refused

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
) -> int:
    """Start a workflow."""
    row = act.connection.execute(
        "SELECT id, graph FROM workflow_definition WHERE name = ? AND is_current = 1 AND deleted_at IS NULL", (name,)
    ).fetchone()
    if row is None:
        raise Refused(f"There is no workflow {shown(name)!r}.")
    graph = graph_of(row[1])
    starts = [each for each in graph.starts if step in (None, each.name)]
    if len(starts) != 1:
        raise Refused(f"step: expected one of {', '.join(each.name for each in graph.starts)}")
    data = {**graph.defaults(), **_given(graph, fields)}
    number = steps.begin(act, row[0], graph, starts[0], data, None, by=own_user_id(act))
    journal.describe(act.connection, act.id, f"started workflow {number}: {shown(name)}", can_undo=False)
    return number


@operation("workflow submit", can_undo=False)
def submit(
    act: Act,
    step: Annotated[int, Help("id of a human step that waits", "STEP")],
    *fields: Annotated[str, Help("fields of its form: approved=yes", "FIELD=VALUE")],
) -> int:
    """Submit the form of a human step: it is done, and what follows begins."""
    row = act.connection.execute(
        "SELECT workflow_id, node, state, task_id FROM step WHERE id = ? AND kind = 'human'", (step,)
    ).fetchone()
    if row is None:
        raise Refused(f"There is no human step {step}.")
    workflow_id, name, state, task_id = row
    if state != "waiting":
        raise Refused(f"Step {step} ({shown(name)}) is {state} already; nothing was changed.")
    current = flow(act.connection, workflow_id)
    assert current is not None
    form = _given(current.graph, fields)
    current = steps.changed(act, current, form)
    by = own_user_id(act)
    act.connection.execute(
        "UPDATE task SET is_done = 1, done_by = ?, done_date = ?, done_at = ?, rev = rev + 1 WHERE id = ?",
        (by, act.today.isoformat(), act.now, task_id),
    )
    steps.done(act, current, step, current.graph.node(name), None, by=by, form=form)
    journal.describe(act.connection, act.id, f"submitted step {step}: {shown(name)}", can_undo=False)
    return int(workflow_id)


def _given(graph: Graph, fields: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields:
        name, equals, text = each.partition("=")
        if not equals or not any(field.name == name for field in graph.fields):
            raise BadValue(f"{shown(name)}: expected a field of the state: {', '.join(f.name for f in graph.fields)}")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
