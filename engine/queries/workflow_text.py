"""A workflow, or a definition, as a page of text: facts, state, path, errors, and the graph."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from engine.operations.registry import Look
from engine.rules.errors import shown
from engine.rules.wording import clock, count_of, instant_words
from engine.rules.workflows.drawing import draw
from engine.rules.workflows.graph import from_json
from engine.rules.workflows.picture import Direction
from engine.rules.workflows.standing import Visit
from store.enums import FlowState, StepKind, StepState
from store.frozen import value
from store.instants import from_us, iso
from store.reads import workflows as reads
from store.workflow_values import Definition, Step, StepError, Workflow

MOST_STEPS = 200
"""Steps of the path that are shown, the last ones."""
MOST_DRAWN = 5_000
"""Steps that the picture knows, the last ones; in a loop of more its first steps would look as if not reached."""


@value
class Shown:
    """A workflow with its path and its errors. `drawing` is the graph as text, `text` the whole page."""

    workflow: Workflow
    age: str
    path: tuple[Step, ...]
    errors: tuple[StepError, ...]
    drawing: str
    text: str

    def __str__(self) -> str:
        return self.text

    def as_json(self, zone: str) -> Mapping[str, Any]:
        """The workflow's own fields with `age`, `path`, `errors` and `drawing`."""
        from dataclasses import fields

        own = {field.name: getattr(self.workflow, field.name) for field in fields(Workflow)}
        for name in ("started_at", "finished_at", "deleted_at"):
            own[name] = iso(own[name], zone)
        return {**own, "age": self.age, "path": self.path, "errors": self.errors, "drawing": self.drawing}


@value
class Drawn:
    """A definition with its graph as text; `text` is the whole page."""

    definition: Definition
    drawing: str
    text: str

    def __str__(self) -> str:
        return self.text

    def as_json(self, zone: str) -> Mapping[str, Any]:
        """The definition's fields, the graph as an object, and `drawing`."""
        from dataclasses import fields

        own = {field.name: getattr(self.definition, field.name) for field in fields(Definition)}
        for name in ("created_at", "deleted_at"):
            own[name] = iso(own[name], zone)
        return {**own, "graph": json.loads(self.definition.graph), "drawing": self.drawing}


def told(look: Look, found: Workflow, age: str, *, with_trace: bool, way: Direction | None, is_ascii: bool) -> Shown:
    """The page of a workflow."""
    steps = reads.steps(look.connection, found.id, before=1 << 62, limit=MOST_DRAWN)
    path = steps[-MOST_STEPS:]
    errors = tuple(
        each for step in path if step.error or step.attempts > 1 for each in reads.errors(look.connection, step.id)
    )
    graph = from_json(reads.definition(look.connection, found.definition_id).graph)
    zone = str(look.zone)
    drawing = draw(graph, visits(steps, zone), direction=way, is_ascii=is_ascii).text
    lines = [*_facts(look, found, age, zone), *_state(found.data), "", "path"]
    left = found.steps - len(path)
    if left > 0:
        lines.append(f"  {count_of(left, 'earlier step')}: tickler workflow steps {found.id}")
    lines += _steps(path, errors, zone, with_trace=with_trace)
    lines += ["", "graph", *drawing.splitlines()]
    return Shown(found, age, tuple(path), errors, drawing, "\n".join(lines) + "\n")


def described(found: Definition, zone: str, *, way: Direction | None, is_ascii: bool) -> Drawn:
    """The page of a definition."""
    graph = from_json(found.graph)
    drawing = draw(graph, direction=way, is_ascii=is_ascii).text
    title = shown(found.title, 200) if found.title != found.name else ""
    lines = [
        f"workflow {shown(found.name)} {found.version}{'' if found.is_current else ' (an earlier version)'}",
        *([title] if title else []),
        f"from       {shown(found.origin, 200) or 'a desk file'}",
        f"loaded     {instant_words(from_us(found.created_at), zone)}{f' by {found.owner}' if found.owner else ''}",
        f"under way  {found.open:,}",
        *([f"broken     {shown(found.error, 300)}"] if found.error else []),
    ]
    if graph.fields:
        lines += ["", "state", *(f"  {each.name}: {each.kind}{_choices(each.choices)}" for each in graph.fields)]
    lines += ["", "graph", *drawing.splitlines()]
    return Drawn(found, drawing, "\n".join(lines) + "\n")


def visits(path: Iterable[Step], zone: str) -> list[Visit]:
    """Steps as the picture needs them; an open one says for whom or what it waits."""
    return [
        Visit(
            each.id, each.node, each.kind, each.state, each.parents, each.done_by or "", _waits(each, zone),
            each.kind is not StepKind.OVERRIDE and (each.reason or "").startswith("skipped"),
        )
        for each in path
    ]  # fmt: skip


def _waits(step: Step, zone: str) -> str:
    if step.state is not StepState.WAITING:
        return ""
    if step.kind is StepKind.HUMAN:
        return f"waits for {', '.join(step.assignees) or 'somebody'}"
    if step.due_at is not None:
        return f"until {clock(from_us(step.due_at), zone)}"
    return step.reason or ""


def _facts(look: Look, found: Workflow, age: str, zone: str) -> list[str]:
    called = f" {shown(found.name, 200)}" if found.name else ""
    because = f": {shown(found.reason, 300)}" if found.reason and found.state is not FlowState.SUCCEEDED else ""
    by = f" by {found.started_by}" if found.started_by else ""
    lines = [
        f"workflow {found.id}: {shown(found.definition)} {found.version}{called}",
        f"state      {found.state}{because}",
    ]
    if found.waits_for:
        lines.append(f"waits for  {shown(found.waits_for, 500)}")
    if found.object_class:
        lines.append(f"about      {shown(found.object_class)} {shown(found.object_id)}")
    lines.append(f"started    {instant_words(from_us(found.started_at), zone)}{by}")
    if found.finished_at is not None:
        lines.append(f"finished   {instant_words(from_us(found.finished_at), zone)}, after {age}")
    else:
        lines.append(f"age        {age}")
    now = reads.current_version(look.connection, found.definition)
    if now is not None and now != found.version:
        lines.append(f"version    {found.version}; new ones begin with version {now}")
    return lines


def _state(data: Mapping[str, object]) -> list[str]:
    if not data:
        return []
    width = max(len(name) for name in data)
    return ["", "fields", *(f"  {name.ljust(width)}  {_plain(given)}" for name, given in data.items())]


def _plain(given: object) -> str:
    if isinstance(given, bool):
        return "yes" if given else "no"
    return shown(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False), 300)


def _choices(choices: tuple[str, ...]) -> str:
    return f" ({', '.join(map(shown, choices))})" if choices else ""


def _steps(path: list[Step], errors: Iterable[StepError], zone: str, *, with_trace: bool) -> list[str]:
    by_step: dict[int, list[StepError]] = {}
    for each in errors:
        by_step.setdefault(each.step_id, []).append(each)
    wide = max((len(step.node) for step in path), default=0)
    number = max((len(str(step.id)) for step in path), default=0)
    lines = []
    for step in path:
        at = instant_words(from_us(step.done_at or step.started_at or step.created_at), zone)
        name = shown(step.node).ljust(wide)
        lines.append(f"  {str(step.id).rjust(number)}  {name}  {str(step.state).ljust(9)}  {at}{_more(step, zone)}")
        for error in by_step.get(step.id, []):
            lines.append(f"      {instant_words(from_us(error.at), zone)}: {shown(error.error, 500)}")
            if with_trace and error.trace:
                lines += [f"        {line}" for line in error.trace.splitlines()]
    return lines


def _more(step: Step, zone: str) -> str:
    """Who did it, or for whom or what it waits."""
    parts = []
    if step.done_by:
        parts.append(f"by {shown(step.done_by)}")
    if step.state is StepState.WAITING:
        if step.kind is StepKind.HUMAN:
            parts.append(f"for {', '.join(step.assignees) or 'somebody'} (task {step.task_id})")
        elif step.due_at is not None:
            word = "until" if step.kind is StepKind.WAIT else "next check"
            parts.append(f"{word} {instant_words(from_us(step.due_at), zone)}")
    if step.checks:
        parts.append(f"{count_of(step.checks, 'check')} said not yet")
    if step.attempts > 1 and not step.checks:
        parts.append(f"{step.attempts} attempts")
    if step.reason and step.state is not StepState.FAILED:
        parts.append(shown(step.reason, 200))
    if step.run_id is not None:
        parts.append(f"run {step.run_id}")
    return f", {', '.join(parts)}" if parts else ""
