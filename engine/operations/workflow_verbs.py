"""What people do to workflows that stand still or go wrong: run steps again, skip them, lead elsewhere, cancel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.rules.errors import shown
from engine.rules.names import as_sentence, unknown
from engine.rules.texts import one_line
from engine.rules.workflows import forms
from engine.rules.workflows.graph import FieldKind, Graph, Node
from engine.workflows import rights, steps, stopping, submitting
from engine.workflows.flow import Flow, flow
from engine.workflows.submitting import Row, row_of
from store import journal
from store.enums import OPEN_STEPS, FlowState, StepKind, StepState
from store.errors import Refused
from store.frozen import value

Steps = Annotated[int, Help("id of a step", "STEP")]
Next = Annotated[tuple[str, ...], Help("a step that comes next; once for each", "STEP")]
_MOST_REASON = 500
_AGAIN = frozenset({StepKind.MACHINE, StepKind.RUN, StepKind.CHOOSE, StepKind.NOTIFY, StepKind.STATUS})
"""What the machine does, and can do again."""
_ANEW = """
UPDATE step SET state = ?, run_id = NULL, error = NULL, trace = NULL, done_at = NULL, done_by = NULL, checks = 0,
  due_at = NULL, deadline_at = ?, reason = ?, is_over = 0, rev = rev + 1 WHERE id = ?
"""
_OVERRIDE = """
INSERT INTO step (workflow_id, node, kind, state, created_at, started_at, done_at, done_by, form)
VALUES (?, 'override', 'override', 'succeeded', ?, ?, ?, ?, ?) RETURNING id
"""
_FAILED = "SELECT id FROM step WHERE workflow_id = ? AND state = 'failed'"


@value
class Outcome:
    """What became of steps: those that were done something to, and why of each of the others nothing was."""

    workflow: int
    state: str
    steps: tuple[int, ...]
    left_out: tuple[str, ...] = ()


@operation("workflow rerun", can_undo=False)
def rerun(act: Act, *steps_: Steps) -> tuple[Outcome, ...]:
    """Run failed or cancelled steps of the machine again; what went wrong stays in their history."""
    chosen, left_out = _chosen(act, steps_, _not_again)
    for current, row in chosen:
        _anew(act, current, row)
    return _told(act, chosen, left_out, "queued", "run again")


@operation("workflow skip", can_undo=False)
def skip(
    act: Act,
    *steps_: Steps,
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
    next: Next = (),
) -> tuple[Outcome, ...]:
    """Skip steps that failed or wait: they count as done, and what follows, or --next, begins."""
    why = f": {one_line('reason', reason, _MOST_REASON)}" if reason.strip() else ""
    chosen, left_out = _chosen(act, steps_, lambda row: _not_skipped(act, row, next))
    by = _by(act)
    for current, row in chosen:
        names = _names(current.graph, next) if next else current.graph.after(row.node)
        stopping.withdraw(act, (row.id,))
        act.connection.execute("UPDATE step SET error = NULL, trace = NULL WHERE id = ?", (row.id,))
        steps.finish(act, row.id, by=by, reason=f"skipped by {act.actor.name}{why}")
        steps.enter(act, current, names, (row.id,))
        _settle(act, current)
    return _told(act, chosen, left_out, "skipped", "skipped", "left out")


@operation("workflow override", can_undo=False)
def override(
    act: Act,
    workflow: Annotated[int, Help("id of the workflow", "ID")],
    next: Next = (),
    set: Annotated[tuple[str, ...], Help("a field of its state: approved=yes; once for each", "FIELD=VALUE")] = (),
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
) -> Outcome:
    """Lead a workflow another way: what is open is cancelled, and what --next names begins."""
    current = _flow(act, workflow)
    _allowed(act, workflow)
    names = _names(current.graph, next)
    form = _form(act, current, set)
    by = _by(act)
    open_ = stopping.open_steps(act, workflow)
    parents = [*open_, *(row[0] for row in act.connection.execute(_FAILED, (workflow,)).fetchall())]
    stopping.cancel(act, parents, by, f"overridden by {act.actor.name}")
    parents = parents or _latest(act, workflow)
    kept = {**form, **({forms.NOTE: one_line("reason", reason, _MOST_REASON)} if reason.strip() else {})}
    text = json.dumps(kept, ensure_ascii=False) if kept else None
    made = act.connection.execute(_OVERRIDE, (workflow, act.now, act.now, act.now, by, text)).fetchall()
    step = int(made[0][0])
    current.made += 1
    steps.link(act, step, parents)
    current = steps.changed(act, current, form)
    begun = steps.enter(act, current, names, (step,))
    _settle(act, current)
    where = ", ".join(shown(each) for each in names) or "nothing: it ends"
    journal.describe(act.connection, act.id, f"overrode workflow {workflow}; next is {where}", can_undo=False)
    return Outcome(workflow, current.state, (step, *begun))


@operation("workflow cancel", can_undo=False)
def cancel(
    act: Act,
    *workflows: Annotated[int, Help("id of a workflow", "ID")],
    step: Annotated[tuple[int, ...], Help("id of a step, instead of whole workflows; once for each", "STEP")] = (),
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
) -> tuple[Outcome, ...]:
    """Cancel workflows, or steps: what is not over ends, what is done stays done."""
    why = f": {one_line('reason', reason, _MOST_REASON)}" if reason.strip() else ""
    if bool(workflows) is bool(step):
        raise Refused("Say which workflows to cancel, or with --step which steps.")
    if step:
        return _cancel_steps(act, step, why)
    done, left_out = list[Outcome](), list[str]()
    for number in dict.fromkeys(workflows):
        current = _flow(act, number)
        if current.state in (FlowState.SUCCEEDED, FlowState.CANCELLED):
            left_out.append(f"Workflow {number} is {current.state} already.")
            continue
        _allowed(act, number)
        open_ = stopping.open_steps(act, number)
        stopping.cancel(act, open_, _by(act), f"cancelled by {act.actor.name}{why}")
        steps.cancelled(act, current, f"cancelled by {act.actor.name}{why}")
        done.append(Outcome(number, current.state, tuple(open_)))
    if not done:
        raise Refused(" ".join(left_out))
    count = f"{len(done)} cancelled" + (f", {len(left_out)} skipped: {' '.join(left_out)}" if left_out else "")
    what = f"cancelled workflow {done[0].workflow}" if len(workflows) == 1 else f"workflows: {count}"
    journal.describe(act.connection, act.id, what, can_undo=False)
    return tuple(done)


def _cancel_steps(act: Act, numbers: Sequence[int], why: str) -> tuple[Outcome, ...]:
    chosen, left_out = _chosen(act, numbers, lambda row: _not_open(act, row))
    for current, row in chosen:
        stopping.cancel(act, (row.id,), _by(act), f"cancelled by {act.actor.name}{why}")
        _settle(act, current)
    for current in {current.id: current for current, _ in chosen}.values():
        if current.state == FlowState.SUCCEEDED:
            steps.cancelled(act, current, f"its last open step was cancelled by {act.actor.name}{why}")
    return _told(act, chosen, left_out, "cancelled", "cancelled")


def _chosen(act: Act, numbers: Iterable[int], refusal: Any) -> tuple[list[tuple[Flow, Row]], list[str]]:
    """The steps that can be taken, each with its workflow in hand, and of each of the others why not."""
    found: list[tuple[Flow, Row]] = []
    left_out: list[str] = []
    known: dict[int, Flow] = {}
    for number in dict.fromkeys(numbers):
        row = row_of(act, number)
        if why := refusal(row):
            left_out.append(f"{row.words} {why}.")
            continue
        current = known.get(row.workflow_id) or known.setdefault(row.workflow_id, _flow(act, row.workflow_id))
        found.append((current, row))
    if not found:
        raise Refused(" ".join(left_out) or "Say which steps, by their ids.")
    return found, left_out


def _not_again(row: Row) -> str:
    if row.kind not in _AGAIN and not (row.kind == StepKind.HUMAN and row.state == StepState.FAILED):
        return f"is of the kind {row.kind}; only what the machine does runs again"
    if row.state not in (StepState.FAILED, StepState.CANCELLED):
        return f"is {row.state}; only what failed or was cancelled runs again"
    return ""


def _not_skipped(act: Act, row: Row, names: Sequence[str]) -> str:
    if row.state not in (StepState.FAILED, StepState.WAITING):
        return f"is {row.state}; only a step that failed or waits can be skipped"
    current = _flow(act, row.workflow_id)
    node = current.graph.node(row.node) if current.graph.has(row.node) else None
    if not names and (node is None or node.must_choose or node.kind is StepKind.CHOOSE):
        return "chooses what follows; say it with --next"
    return rights.override(act, row.workflow_id)


def _not_open(act: Act, row: Row) -> str:
    if row.state not in OPEN_STEPS:
        return f"is {row.state}"
    return rights.override(act, row.workflow_id)


def _anew(act: Act, current: Flow, row: Row) -> None:
    has_node = current.graph.has(row.node)
    node = current.graph.node(row.node) if has_node else Node(row.node, StepKind.MACHINE)
    is_machine = node.kind is StepKind.MACHINE
    state = StepState.PENDING if is_machine else StepState.WAITING if row.kind == StepKind.HUMAN else StepState.RUNNING
    until = steps.deadline(act, node)
    act.connection.execute(_ANEW, (state, until, f"run again by {act.actor.name}", row.id))
    if not is_machine:
        steps.go_on(act, current, node, row.id)
    _settle(act, current)


def _settle(act: Act, current: Flow) -> None:
    """A workflow that was cancelled is under way again."""
    if current.state == FlowState.CANCELLED:
        current.state = FlowState.OPEN
    steps.settle(act, current)


def _flow(act: Act, number: int) -> Flow:
    found = flow(act.connection, number) if abs(number) < 1 << 63 else None
    if found is None:
        raise Refused(f"There is no workflow {number}.")
    return found


def _allowed(act: Act, workflow: int) -> None:
    if why := rights.override(act, workflow):
        raise Refused(f"Workflow {workflow}: {why}.")


def _names(graph: Graph, names: Sequence[str]) -> tuple[str, ...]:
    """Steps of the graph, as people may write them."""
    found = []
    for each in names:
        name = each if graph.has(each) else each.strip().replace(" ", "_")
        if not graph.has(name):
            raise Refused(f"next: {as_sentence(unknown(each, [node.name for node in graph.nodes], 'step'))}")
        found.append(name)
    return tuple(dict.fromkeys(found))


def _form(act: Act, current: Flow, words: Sequence[str]) -> dict[str, object]:
    given = forms.given(words)
    fields = tuple(each.name for each in current.graph.fields if each.name in given and each.kind is not FieldKind.ANY)
    read = forms.read(current.graph, Node("override", StepKind.HUMAN, fields=fields), current.data, given, act.today)
    submitting.check_entities(act, current.graph, read)
    return read


def _latest(act: Act, workflow: int) -> list[int]:
    row = act.connection.execute("SELECT max(id) FROM step WHERE workflow_id = ?", (workflow,)).fetchone()
    return [row[0]] if row[0] is not None else []


def _by(act: Act) -> int | None:
    return None if act.actor == journal.ENGINE else own_user_id(act)


def _told(
    act: Act, chosen: list[tuple[Flow, Row]], left_out: list[str], word: str, verb: str, others: str = "skipped"
) -> tuple[Outcome, ...]:
    """`1 queued, 2 skipped: Step 4 (end) is succeeded.`, or of a single step its name."""
    if len(chosen) == 1 and not left_out:
        words = f"{verb}: step {chosen[0][1].id} ({shown(chosen[0][1].node)})"
    else:
        words = f"{len(chosen)} {word}" + (f", {len(left_out)} {others}: {' '.join(left_out)}" if left_out else "")
    journal.describe(act.connection, act.id, words, can_undo=False)
    by: dict[int, list[int]] = {}
    for _, row in chosen:
        by.setdefault(row.workflow_id, []).append(row.id)
    states = {current.id: current.state for current, _ in chosen}
    return tuple(Outcome(number, states[number], tuple(ids), tuple(left_out)) for number, ids in by.items())
