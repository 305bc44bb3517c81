"""Workflows, definitions and steps in words: what the detail pane shows, and why one is where it is.

Loaded when the first detail is written, which is after the first paint.
"""

from __future__ import annotations

from textual.content import Content

from engine.rules.wording import count_of, day_and_clock, state_of
from engine.rules.workflows.forms import fields_of
from engine.rules.workflows.forms import lines as form_lines
from engine.rules.workflows.graph import Graph, Node, from_json
from store.enums import FlowState, StepKind, StepState
from store.instants import Instant, from_us
from store.reads import workflows
from store.workflow_values import Definition, Problem, Step, Workflow
from tui.app import Desk
from tui.flow_rows import (
    VALUE,
    age,
    flow_state,
    kind_words,
    node_words,
    step_mark,
    step_words,
    title_of,
    value_words,
)
from tui.job_details import pair
from tui.text import safe

LAST, FIELDS, TRACE = 8, 10, 60
"""Steps of its path, fields of its state, and lines of a trace that a detail shows."""
_SAID = {
    StepKind.HUMAN: "d fills in its form, t takes it, T hands it over",
    StepKind.JOIN: "it goes on when the branches it waits for have come",
}


def flow_detail(desk: Desk, flow: Workflow) -> Content:
    """A workflow: facts, the end of its path, its state."""
    path = workflows.steps(desk.reader, flow.id, limit=LAST, before=1 << 62)
    more = f"the last {LAST} of {flow.steps:,}" if flow.steps > len(path) else count_of(flow.steps, "step")
    return Content("\n").join([
        Content.styled(safe(title_of(flow)), "bold"),
        *flow_facts(desk, flow),
        Content(""),
        Content.styled(f"path  {more}", "$muted"),
        *(step_line(desk, each) for each in path),
        Content(""),
        Content.styled("state", "$muted"),
        *field_lines(flow),
    ])  # fmt: skip


def flow_facts(desk: Desk, flow: Workflow) -> list[Content]:
    """Where it is, for whom or what it waits, since when, by whom, what it is about."""
    word, token = flow_state(flow.state)
    over = flow.state in (FlowState.SUCCEEDED, FlowState.CANCELLED)
    took = age(flow.started_at, flow.finished_at or desk.now)
    facts = (
        ("waits", flow.waits_for if not over else ""),
        ("why", flow.reason or ""),
        ("started", f"{_when(desk, flow.started_at)}{f' by {flow.started_by}' if flow.started_by else ''}"),
        ("finished", f"{_when(desk, flow.finished_at)}, after {took}" if flow.finished_at is not None else ""),
        ("about", f"{flow.object_class} {flow.object_id}" if flow.object_class else ""),
        ("follows", f"{flow.definition} version {flow.version}"),
        ("deleted", _when(desk, flow.deleted_at)),
    )
    first = Content.assemble((word, f"${token}"), f"  workflow {flow.id}")
    return [first, Content(""), *(pair(label, words) for label, words in facts if words)]


def field_lines(flow: Workflow, most: int = FIELDS) -> list[Content]:
    """The fields of its state, a line each."""
    lines = [pair(name, value_words(given)) for name, given in list(flow.data.items())[:most]]
    if len(flow.data) > most:
        lines.append(Content.styled(f"and {len(flow.data) - most:,} more", "$muted"))
    return lines or [Content.styled("it has no fields", "$muted")]


def step_line(desk: Desk, step: Step) -> Content:
    """`✓ send welcome email  by ana`"""
    mark, token = step_mark(step.state, desk.ascii_marks)
    words = step_words(step, desk.now, desk.zone)
    said = (f"  {safe(words, VALUE)}", "$error" if step.state is StepState.FAILED else "$muted")
    return Content.assemble((f"{mark} ", f"${token}"), safe(node_words(step.node)), said)


def definition_detail(desk: Desk, made: Definition) -> Content:
    """A definition: what it begins with, its steps, from where it was loaded."""
    graph = from_json(made.graph)
    lines = [Content.styled(safe(made.name), "bold")]
    if made.title and made.title != made.name:
        lines.append(Content.styled(safe(made.title), "$muted"))
    if made.error:
        lines += [Content(""), Content.styled(safe(f"broken: {made.error}"), "$error")]
    facts = (
        ("version", f"{made.version}, loaded {_when(desk, made.created_at)}"),
        ("from", made.origin),
        ("owner", made.owner or ""),
        ("open", count_of(made.open, "workflow")),
        ("asks for", ", ".join(name for each in graph.starts for name in each.fields)),
    )
    lines += [Content(""), *(pair(label, words) for label, words in facts if words), Content("")]
    lines.append(Content.styled(f"{count_of(len(graph.nodes), 'step')}   enter draws them, a starts one", "$muted"))
    return Content("\n").join([*lines, *_nodes(graph)])


def _nodes(graph: Graph) -> list[Content]:
    shown = graph.nodes[:30]
    lines = [
        Content.assemble(
            (f"{kind_words(each.kind):<9}", "$muted"),
            safe(node_words(each.name)),
            (f"  {safe(each.assignee or each.length or each.controller, 40)}", "$accent"),
        )
        for each in shown
    ]
    left = len(graph.nodes) - len(shown)
    return [*lines, *([Content.styled(f"and {left:,} more", "$muted")] if left else [])]


def node_detail(graph: Graph, node: Node, *, is_reached: bool) -> Content:
    """A step as it is defined; of a workflow that it was not reached."""
    asked = ", ".join(each.label for each in fields_of(graph, node, {}))
    facts = (
        ("title", node.title),
        ("for", node.assignee),
        ("asks", asked),
        ("due", node.length if node.kind is StepKind.HUMAN else ""),
        ("lasts", node.length if node.kind is StepKind.WAIT else ""),
        ("waits for", f"{node.join} of {', '.join(map(node_words, graph.before(node.name)))}"
         if node.kind is StepKind.JOIN else ""),
        ("runs", node.controller or node.schedule),
        ("deadline", node.deadline),
        ("at most", count_of(node.limit, "visit") if node.limit else ""),
        ("after", ", ".join(map(node_words, graph.before(node.name)))),
        ("then", ", ".join(_branches(graph, node)) or "the end"),
        ("notes", node.notes),
    )  # fmt: skip
    return Content("\n").join([
        Content.styled(safe(node_words(node.name)), "bold"),
        Content.styled(kind_words(node.kind) + ("" if is_reached else ", not reached: w says why"), "$muted"),
        Content(""),
        *(pair(label, words) for label, words in facts if words),
    ])  # fmt: skip


def _branches(graph: Graph, node: Node) -> list[str]:
    conditions = {each.to: each.condition for each in node.branches}
    return [
        node_words(name) + (f" if {conditions[name]}" if conditions.get(name) else "")
        for name in graph.after(node.name)
    ]


def problem_detail(desk: Desk, problem: Problem) -> Content:
    """What is wrong, and with what."""
    step = workflows.step(desk.reader, problem.id)
    return step_detail(desk, step, workflows.workflow(desk.reader, problem.workflow_id))


def step_detail(desk: Desk, step: Step, flow: Workflow) -> Content:
    """A step: where it is, who, when, what was filled in, why it failed, with its trace."""
    mark, token = step_mark(step.state, desk.ascii_marks)
    graph = from_json(workflows.definition(desk.reader, flow.definition_id).graph)
    lines = [
        Content.styled(safe(node_words(step.node)), "bold"),
        Content.assemble((f"{mark} {state_of(step.state).word}", f"${token}"), f"  step {step.id}, "
                         f"{kind_words(step.kind)} · ", (safe(title_of(flow)), "$accent")),
        Content(""),
        *(pair(label, words) for label, words in _step_facts(desk, step) if words),
    ]  # fmt: skip
    if not graph.has(step.node):
        lines.append(Content.styled("the definition it follows now has no such step any more", "$warning"))
    if step.form:
        lines += [Content(""), Content.styled("filled in", "$muted")]
        lines += [Content(safe(each, VALUE)) for each in form_lines(graph, step.form)]
    return Content("\n").join([*lines, *_troubles(desk, step)])


def _step_facts(desk: Desk, step: Step) -> tuple[tuple[str, str], ...]:
    is_open = step.done_at is None
    waits = step_words(step, desk.now, desk.zone) if is_open else ""
    says = _SAID.get(step.kind, "") if step.state is StepState.WAITING else ""
    return (
        ("waits", waits),
        ("why", step.reason if step.reason and step.reason != waits else ""),
        ("began", _when(desk, step.started_at or step.created_at)),
        ("ended", f"{_when(desk, step.done_at)}{f' by {step.done_by}' if step.done_by else ''}" if not is_open else ""),
        ("deadline", _when(desk, step.deadline_at)),
        ("tries", f"{step.attempts}" if step.attempts > 1 else ""),
        ("run", f"{step.run_id}   l reads its log" if step.run_id is not None else ""),
        ("task", f"{step.task_id}" if step.task_id is not None else ""),
        ("next", says),
    )


def _troubles(desk: Desk, step: Step) -> list[Content]:
    """The error with its trace, and the earlier ones."""
    lines: list[Content] = []
    if step.error:
        lines += [Content(""), Content.styled(safe(f"error: {step.error}", 400), "$error")]
        lines.append(Content.styled("R runs it again, s skips it, O goes another way", "$muted"))
    if step.trace:
        lines += [Content(""), *(Content.styled(safe(each, VALUE), "$muted") for each in _trace(step.trace))]
    before = workflows.errors(desk.reader, step.id)
    before = before[:-1] if step.state is StepState.FAILED else before
    if before:
        lines += [Content(""), Content.styled("failed before", "$muted")]
        lines += [Content(safe(f"{_when(desk, each.at)}  {each.error}", VALUE)) for each in before[-LAST:]]
    return lines


def _trace(text: str) -> list[str]:
    lines = text.rstrip().splitlines()
    cut = len(lines) - TRACE
    return lines if cut <= 0 else [f"... {count_of(cut, 'line')} more", *lines[-TRACE:]]


def _when(desk: Desk, at: Instant | None) -> str:
    return "" if at is None else day_and_clock(from_us(at), desk.clock(), desk.zone.key)
