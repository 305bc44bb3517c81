"""`workflow move`: a workflow under way goes on by another version of its definition, if somebody says so."""

from __future__ import annotations

import json
from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.rules.errors import shown
from engine.rules.names import as_sentence
from engine.rules.workflows import moving
from engine.rules.workflows.moving import Plan, Standing
from engine.workflows import rights, steps
from engine.workflows.flow import flow, graph_of
from store import journal
from store.enums import FlowState, StepKind, StepState
from store.errors import Refused
from store.frozen import value

_ROW = """
SELECT w.state, w.data, d.name, d.version FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id
WHERE w.id = ? AND w.deleted_at IS NULL
"""
_STANDING = """
SELECT id, node, kind, state, iif(state IN ('pending', 'starting', 'running'), run_id, NULL) FROM step
WHERE workflow_id = ? AND state IN ('pending', 'starting', 'running', 'waiting', 'failed') ORDER BY id
"""


@value
class MovedWorkflow:
    """A workflow that goes on by another version, or would: what becomes of its steps and of its state."""

    id: int
    definition: str
    version: int
    was: int
    steps: tuple[str, ...]
    fields: tuple[str, ...]
    is_preview: bool


@operation("workflow move", can_undo=False)
def move(
    act: Act,
    workflow: Annotated[int, Help("id of a workflow that is under way", "WORKFLOW")],
    to: Annotated[int, Help("the version of its definition")],
    map: Annotated[tuple[str, ...], Help("old=new, for a step that is called otherwise there")] = (),
    dry_run: Annotated[bool, Help("tell what would become of it, and change nothing")] = False,
) -> MovedWorkflow:
    """Move a workflow that is under way to another version of its definition."""
    row = act.connection.execute(_ROW, (workflow,)).fetchone()
    if row is None:
        raise Refused(f"There is no workflow {workflow}.")
    state, data, name, was = row
    if state not in (FlowState.OPEN, FlowState.ATTENTION):
        raise Refused(f"Workflow {workflow} has {state} already; it stays as it was.")
    if why := rights.override(act, workflow):
        raise Refused(as_sentence(f"Workflow {workflow}: {why}"))
    number, graph = _version(act, name, was, to)
    standing = [
        Standing(step, node, StepKind(kind), StepState(now), run)
        for step, node, kind, now, run in act.connection.execute(_STANDING, (workflow,)).fetchall()
    ]
    plan = moving.plan(graph_of(graph), standing, json.loads(data), moving.pairs(map))
    if plan.wrong:
        raise Refused("\n".join([f"Workflow {workflow} cannot be moved to version {to}:", *plan.wrong]))
    if not dry_run:
        _carry_out(act, workflow, number, plan)
        words = f"moved workflow {workflow} ({shown(name)}) from version {was} to {to}"
        journal.describe(act.connection, act.id, words, can_undo=False)
    return MovedWorkflow(workflow, name, to, was, plan.steps, plan.fields, dry_run)


def _version(act: Act, name: str, was: int, to: int) -> tuple[int, str]:
    """The row of a version, and its graph."""
    rows = act.connection.execute(
        "SELECT id, version, graph FROM workflow_definition WHERE name = ? ORDER BY version", (name,)
    ).fetchall()
    if to == was:
        raise Refused(f"It goes by version {was} of {shown(name)} already.")
    for number, version, graph in rows:
        if version == to:
            return number, graph
    raise Refused(f"There is no version {to} of {shown(name)} (there are {', '.join(str(row[1]) for row in rows)}).")


def _carry_out(act: Act, workflow: int, definition: int, plan: Plan) -> None:
    act.connection.execute(
        "UPDATE workflow SET definition_id = ?, data = ?, rev = rev + 1 WHERE id = ?",
        (definition, json.dumps(dict(plan.data), ensure_ascii=False), workflow),
    )
    act.connection.executemany(
        "UPDATE step SET node = ?, rev = rev + 1 WHERE id = ? AND node <> ?",
        [(node, step, node) for step, node in plan.nodes.items()],
    )
    current = flow(act.connection, workflow)
    assert current is not None
    steps.settle(act, current)
