"""Why a workflow, or a step of one, is as it is: for whom it waits, why it failed, why it was not reached."""

from __future__ import annotations

import json
import sqlite3

from engine.operations.registry import Look
from engine.rules.errors import shown
from engine.rules.names import as_sentence, unknown
from engine.rules.wording import count_of, instant_words, some_of
from engine.rules.workflows.graph import Graph, from_json
from store.enums import FlowState, StepKind, StepState
from store.errors import Refused
from store.instants import from_us
from store.reads import workflows as reads
from store.workflow_values import Step, Workflow

_MOST = 5
"""Steps that a sentence names."""


def step_named(connection: sqlite3.Connection, text: str) -> int | None:
    """The id of a step: itself, or the newest visit of `4/approve`; None if that step was not reached.

    Refused if the workflow has no such step.
    """
    if text.isascii() and text.isdigit() and len(text) < 19:
        return reads.step(connection, int(text)).id
    workflow, node = _parts(connection, text)
    row = connection.execute(
        "SELECT id FROM step WHERE workflow_id = ? AND node = ? ORDER BY id DESC LIMIT 1", (workflow.id, node)
    ).fetchone()
    if row is not None:
        return int(row[0])
    graph = _graph(connection, workflow)
    if not graph.has(node):
        raise Refused(as_sentence(f"step: {unknown(node, [each.name for each in graph.nodes], 'step')}"))
    return None


def why_workflow(look: Look, number: int) -> tuple[str, ...]:
    """Who began it, for what it waits or how it ended, what failed, what was not reached."""
    found = reads.workflow(look.connection, number)
    lines = [_began(found, look), *_stands(found, look)]
    for each in reads.problems(look.connection, (number, 0), _MOST) if found.state is FlowState.ATTENTION else ():
        if each.workflow_id != number:
            break
        if each.state is StepState.FAILED:
            lines.append(f"Step {each.id} ({shown(each.node)}) failed: {shown(each.why, 300)}.")
            lines.append(
                f"`tickler workflow rerun {each.id}` runs it again, `tickler workflow skip {each.id}` goes on."
            )
        else:
            lines.append(f"Step {each.id} ({shown(each.node)}) {shown(each.why, 300)}, which cannot come by itself.")
    graph = _graph(look.connection, found)
    visited = {row[0] for row in look.connection.execute(
        "SELECT DISTINCT node FROM step WHERE workflow_id = ?", (number,)).fetchall()}  # fmt: skip
    missed = [shown(each.name) for each in graph.nodes if each.name not in visited and each.kind is not StepKind.START]
    if missed:
        lines.append(f"Not reached: {some_of(missed, _MOST)}.")
    current = reads.current_version(look.connection, found.definition)
    if current is not None and current != found.version:
        lines.append(f"It keeps version {found.version} of its definition; new ones begin with version {current}.")
    return tuple(lines)


def why_step(look: Look, number: int) -> tuple[str, ...]:
    """What led to it, for what it waits or how it ended, and where it led."""
    step = reads.step(look.connection, number)
    workflow = reads.workflow(look.connection, step.workflow_id)
    lines = [f"It is step {shown(step.node)} of workflow {_called(workflow)}.", _led_here(look, step)]
    lines += _state(look, step, workflow)
    errors = reads.errors(look.connection, number)
    earlier = errors[:-1] if step.state is StepState.FAILED else errors
    for each in earlier[-_MOST:]:
        lines.append(f"It failed before, at {_at(each.at, look)}: {_end(each.error)}")
    if step.state is StepState.SUCCEEDED:
        lines.append(_led_to(look, step))
    return tuple(line for line in lines if line)


def why_not(look: Look, text: str) -> tuple[int, str, tuple[str, ...]]:
    """Why `4/approve` was not reached: the workflow, what the step is called, the sentences."""
    workflow, node = _parts(look.connection, text)
    graph = _graph(look.connection, workflow)
    lines = [f"Step {shown(node)} of workflow {_called(workflow)} was not reached."]
    for before in graph.before(node):
        lines.append(_not_from(look, workflow, before, node))
    if not graph.before(node):
        lines.append("No edge leads to it; only an override does.")
    return workflow.id, f"{node} of workflow {workflow.id}", tuple(lines)


def of_task(connection: sqlite3.Connection, task_id: int) -> str:
    """`It is step approve (12) of workflow 4 (refund).`; empty for a task of its own."""
    step = reads.of_task(connection, task_id)
    if step is None:
        return ""
    workflow = reads.workflow(connection, step.workflow_id)
    words = f"It is step {shown(step.node)} ({step.id}) of workflow {_called(workflow)}"
    if step.state is StepState.WAITING:
        return f"{words}, which goes on when it is done."
    return f"{words}; the step is {step.state}."


def of_run(connection: sqlite3.Connection, run_id: int) -> str:
    """`It does step charge (12) of workflow 4 (refund).`; empty for a run of its own."""
    steps = reads.of_run(connection, run_id, _MOST + 1)
    if not steps:
        return ""
    if len(steps) > 1:
        (many,) = connection.execute("SELECT count(*) FROM step WHERE run_id = ?", (run_id,)).fetchone()
        return f"It asks {count_of(many, 'step')} whether their time has come: {shown(steps[0].node)}, and the like."
    workflow = reads.workflow(connection, steps[0].workflow_id)
    return f"It does step {shown(steps[0].node)} ({steps[0].id}) of workflow {_called(workflow)}."


def _began(found: Workflow, look: Look) -> str:
    by = f" by {shown(found.started_by)}" if found.started_by else ""
    about = f", about {shown(found.object_class)} {shown(found.object_id)}" if found.object_class else ""
    return f"{shown(found.definition)} {found.version}, started{by} on {_at(found.started_at, look)}{about}."


def _stands(found: Workflow, look: Look) -> list[str]:
    if found.state is FlowState.SUCCEEDED:
        return [f"It ended on {_at(found.finished_at or found.started_at, look)}: no step is open."]
    if found.state is FlowState.CANCELLED:
        when = f" on {_at(found.finished_at, look)}" if found.finished_at else ""
        return [f"It was cancelled{when}{f': {shown(found.reason, 300)}' if found.reason else ''}."]
    words = "It needs attention" if found.state is FlowState.ATTENTION else "It is open"
    reason = f": {shown(found.reason, 300)}" if found.reason else ""
    waits = [f"It waits for {shown(found.waits_for, 300)}."] if found.state is FlowState.OPEN else []
    return [f"{words}{reason}.", *waits]


def _led_here(look: Look, step: Step) -> str:
    at = f"on {_at(step.created_at, look)}"
    parents = [reads.step(look.connection, each) for each in step.parents]
    if not parents:
        return f"It began {at}; nothing led to it." if step.kind is not StepKind.START else f"It began {at}."
    words = [
        f"{shown(each.node)} ({each.id}){f' by {shown(each.done_by)}' if each.done_by else ''}" for each in parents
    ]
    return f"It began {at}, after {some_of(words, _MOST)}."


def _state(look: Look, step: Step, workflow: Workflow) -> list[str]:
    if step.state is StepState.FAILED:
        return [
            f"It failed at {_at(step.done_at or step.created_at, look)}: {_end(step.error or 'no reason is known')}",
            f"Nothing follows until `tickler workflow rerun {step.id}`, or `tickler workflow skip {step.id}`.",
        ]
    reason = f": {shown(step.reason, 300)}" if step.reason else ""
    if step.state in (StepState.SUCCEEDED, StepState.CANCELLED):
        word = "done" if step.state is StepState.SUCCEEDED else "cancelled"
        by = f" by {shown(step.done_by)}" if step.done_by else ""
        return [f"It was {word}{by} at {_at(step.done_at or step.created_at, look)}{reason}."]
    if step.state is not StepState.WAITING:
        run = f" in run {step.run_id}" if step.run_id else ""
        turn = "" if step.run_id else "; the machine's steps of one workflow run one after the other"
        return [f"It is {step.state}{run}{turn}."]
    return _waits(look, step)


def _waits(look: Look, step: Step) -> list[str]:
    if step.kind is StepKind.HUMAN:
        people = ", ".join(step.assignees) or "anybody"
        return [f"It waits for {shown(people)} to do task {step.task_id}: `tickler workflow submit {step.id}`."]
    if step.kind is StepKind.WAIT and step.due_at is not None:
        return [f"It waits until {_at(step.due_at, look)}."]
    if step.kind is StepKind.JOIN:
        return [f"It {shown(step.reason or 'waits for other branches', 300)}."]
    lines = [f"It said {count_of(step.checks, 'time')} that it is not yet time."]
    if step.due_at is not None:
        lines.append(f"It is asked again at {_at(step.due_at, look)}.")
    if step.deadline_at is not None:
        lines.append(f"If it is not time by {_at(step.deadline_at, look)}, it fails.")
    return lines


def _led_to(look: Look, step: Step) -> str:
    names = [shown(reads.step(look.connection, each).node) for each in reads.children(look.connection, step.id)[:20]]
    if names:
        return f"It led to {some_of(names, _MOST)}."
    (said,) = look.connection.execute("SELECT result FROM step WHERE id = ?", (step.id,)).fetchone()
    return "It returned [], so that nothing follows." if said == "[]" else "Nothing follows it."


def _not_from(look: Look, workflow: Workflow, before: str, node: str) -> str:
    """Why one that leads there did not."""
    row = look.connection.execute(
        "SELECT id, state, result FROM step WHERE workflow_id = ? AND node = ? ORDER BY id DESC LIMIT 1",
        (workflow.id, before),
    ).fetchone()
    name = shown(before)
    if row is None:
        return f"{name}, which leads to it, was not reached either."
    number, state, result = row
    if state != StepState.SUCCEEDED:
        return f"{name} ({number}), which leads to it, is {state}."
    chosen = json.loads(result) if result else None
    if isinstance(chosen, list):
        others = some_of([shown(each) for each in chosen], _MOST)
        return f"{name} ({number}) chose {others or 'to halt'}, not {shown(node)}."
    return f"{name} ({number}) is done and led elsewhere."


def _parts(connection: sqlite3.Connection, text: str) -> tuple[Workflow, str]:
    number, slash, node = text.partition("/")
    if not (slash and node and number.isascii() and number.isdigit() and len(number) < 19):
        raise Refused(f"step: expected its id, or a workflow and a step such as 4/approve, not '{shown(text)}'.")
    return reads.workflow(connection, int(number)), node


def _graph(connection: sqlite3.Connection, found: Workflow) -> Graph:
    return from_json(reads.definition(connection, found.definition_id).graph)


def _called(found: Workflow) -> str:
    return f"{found.id} ({shown(found.definition)}{f', {shown(found.name)}' if found.name else ''})"


def _end(text: str) -> str:
    """The text as the end of a sentence."""
    plain = shown(text, 300)
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."


def _at(us: int, look: Look) -> str:
    return instant_words(from_us(us), look.zone.key)
