"""What becomes of a workflow under way when it goes on by another version of its definition: told before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.workflows.fields import checked_default
from engine.rules.workflows.graph import Field, Graph
from store.enums import OPEN_STEPS, StepKind, StepState
from store.frozen import value


@value
class Standing:
    """A step that has not succeeded: open, or failed. `run_id` is that of a run that is not over, else None."""

    id: int
    node: str
    kind: StepKind
    state: StepState
    run_id: int | None


@value
class Plan:
    """What would become of it. `nodes` are the new names of steps by their ids, `wrong` says why it cannot be."""

    nodes: Mapping[int, str]
    data: Mapping[str, object]
    steps: tuple[str, ...]
    fields: tuple[str, ...]
    wrong: tuple[str, ...]


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """`old=new` as names; BadValue if one is no such pair, or stands there twice."""
    found: dict[str, str] = {}
    for text in texts:
        old, equals, new = (part.strip() for part in text.partition("="))
        if not (old and equals and new) or old in found:
            raise BadValue(f"map: '{shown(text)}': expected each step once, in a form such as boss=manager")
        found[old] = new
    return found


def plan(new: Graph, steps: Iterable[Standing], data: Mapping[str, object], names: Mapping[str, str]) -> Plan:
    """How steps and state go over to `new`; `names` maps steps that are called otherwise there."""
    there = list(steps)
    nodes: dict[int, str] = {}
    told: list[str] = []
    wrong = [f"map: no open step is called {shown(name)!r}" for name in names if name not in {s.node for s in there}]
    for step in there:
        to = names.get(step.node, step.node)
        fault = _fault(new, step, to)
        if fault and step.state in OPEN_STEPS:
            wrong.append(f"step {step.id} ({shown(step.node)}): {fault}")
        elif fault:
            told.append(f"step {step.id} ({shown(step.node)}) stays failed: {fault}")
        else:
            nodes[step.id] = to
            words = "stays" if to == step.node else f"becomes {shown(to)}"
            told.append(f"step {step.id} ({shown(step.node)}) {words}, {step.state}")
    joins = Counter(nodes[s.id] for s in there if s.id in nodes and s.kind is StepKind.JOIN and s.state in OPEN_STEPS)
    wrong += [f"two joins that wait would both become {shown(name)!r}" for name, count in joins.items() if count > 1]
    kept, fields = _state(new, data)
    return Plan(nodes, kept, tuple(told), tuple(fields), tuple(wrong))


def _fault(new: Graph, step: Standing, to: str) -> str:
    if step.run_id is not None:
        return f"run {step.run_id} is at it; move the workflow when that is over"
    if not new.has(to):
        known = [each.name for each in new.nodes if each.kind is step.kind]
        words = unknown(to, known, f"{step.kind} step there")
        return words if to != step.node else f"{words}; say which takes its place with --map {shown(step.node)}=..."
    kind = new.node(to).kind
    return f"{shown(to)!r} is a {kind} step there, not a {step.kind} one" if kind is not step.kind else ""


def _state(new: Graph, data: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    kept: dict[str, object] = {}
    told: list[str] = []
    for field in new.fields:
        if field.name not in data:
            kept[field.name] = field.default
            told.append(f"{field.name} is new: {_said(field.default)}")
        elif _fits(field, data[field.name]):
            kept[field.name] = data[field.name]
        else:
            kept[field.name] = field.default
            told.append(
                f"{field.name}: {_said(data[field.name])} is no {field.kind}; it becomes {_said(field.default)}"
            )
    known = {field.name for field in new.fields}
    told += [f"{shown(name)} goes: {_said(given)}" for name, given in data.items() if name not in known]
    return kept, told


def _fits(field: Field, given: object) -> bool:
    try:
        checked_default(field, given)
    except BadValue:
        return False
    return True


def _said(given: object) -> str:
    return "empty" if given in (None, "") else f"'{shown(given)}'"
