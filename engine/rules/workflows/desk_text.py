"""Definitions as a desk file has them, written: the way back of `desk.read`."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.rules.workflows.desk import kept, usual
from engine.rules.workflows.graph import Field, FieldKind, Graph, JoinKind, Node
from store.enums import StepKind


def written(graph: Graph) -> dict[str, Any]:
    """The `[[workflow]]` of a graph that was read from one; keys that say nothing are left out."""
    said = {
        "name": graph.name,
        "title": graph.title,
        "state": {each.name: _written_field(each) for each in graph.fields},
        "step": [_written_step(graph, each) for each in graph.nodes],
    }
    return kept(said)


def _written_field(field: Field) -> Any:
    more: dict[str, Any] = {"label": field.label, "required": field.is_required}
    if field.default != usual(field.kind):
        is_day = field.kind is FieldKind.DATE and isinstance(field.default, str) and field.default
        more["default"] = date.fromisoformat(str(field.default)) if is_day else field.default
    said = {key: each for key, each in more.items() if key == "default" or each}
    if field.kind is FieldKind.CHOICE:
        return {"choice": list(field.choices), **said}
    if field.object_class:
        return {"entity": field.object_class, **said}
    return {"type": field.kind.value, **said} if said else field.kind.value


def _written_step(graph: Graph, node: Node) -> dict[str, Any]:
    said: dict[str, Any] = {"name": node.name, "kind": node.kind.value, "title": node.title, "notes": node.notes}
    said |= {"fields": list(node.fields), "required": list(node.required), "assignee": node.assignee}
    said |= {"labels": list(node.labels)}
    if node.kind in (StepKind.NOTIFY, StepKind.STATUS, StepKind.HUMAN):
        said |= node.params
    else:
        said |= {"controller": node.controller, "schedule": node.schedule, "params": dict(node.params)}
    said |= {"due" if node.kind is StepKind.HUMAN else "length": node.length, "result": node.result}
    said |= {"join": node.join.value if node.join is not JoinKind.ALL else "", "limit": node.limit}
    if node.kind is StepKind.CHOOSE:
        said["when"] = [kept({"if": each.condition, "next": each.to}) for each in node.branches]
    else:
        said["next"] = list(graph.after(node.name))
    found = kept(said)
    return found if node.is_exclusive else {**found, "exclusive": False}
