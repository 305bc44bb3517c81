"""Definitions as a desk file has them, for those without code: `[[workflow]]` with its `[[workflow.step]]`.

`read` makes a graph of what the file says, `desk_text.written` the other way round; each gives the other back.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from engine.rules.alerts import Severity
from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name
from engine.rules.texts import free_text, one_line
from engine.rules.workflows import checks
from engine.rules.workflows.fields import checked_default
from engine.rules.workflows.graph import Branch, Field, FieldKind, Graph, JoinKind, Node
from engine.rules.workflows.lengths import due_text, wait_text
from engine.rules.workflows.written import is_plain
from store.enums import StepKind

MOST_STEPS = 1_000
"""Of a desk file; larger ones are made by programs, which write Python."""

_COMMON = ("name", "kind", "title", "notes", "next", "limit")
_KEYS: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.START: ("fields", "required"),
    StepKind.HUMAN: ("fields", "required", "assignee", "due", "approve", "labels"),
    StepKind.RUN: ("controller", "params", "schedule", "result"),
    StepKind.WAIT: ("length",),
    StepKind.JOIN: ("join",),
    StepKind.CHOOSE: ("when", "exclusive"),
    StepKind.NOTIFY: ("subject", "text", "severity", "to"),
    StepKind.STATUS: ("status", "object"),
}
_FIELD_KEYS = ("type", "choice", "entity", "default", "label", "required")


class BadStep(BadValue):
    """What is wrong with the `number`-th step of a definition, from 1; 0 if it is none's fault."""

    def __init__(self, number: int, why: object) -> None:
        super().__init__(str(why))
        self.number = number


def read(given: Mapping[str, Any]) -> Graph:
    """The graph of a `[[workflow]]`, checked. BadStep names the step and what was expected."""
    steps = given.get("step", [])
    if not isinstance(steps, list) or not all(isinstance(each, dict) for each in steps):
        raise BadStep(0, "step: expected [[workflow.step]], in double brackets, once for each")
    if len(steps) > MOST_STEPS:
        raise BadStep(0, f"{len(steps):,} steps are too many for a desk file (at most {MOST_STEPS:,})")
    nodes: list[Node] = []
    edges: list[tuple[str, str]] = []
    for number, said in enumerate(steps, 1):
        try:
            node, to = _step(said)
        except BadValue as fault:
            raise BadStep(number, f"{_called(said)}{fault}") from fault
        nodes.append(node)
        edges += [(node.name, each) for each in to]
    name, title = plain_name(given["name"]), given.get("title", "")
    graph = Graph(name, _line("title", title), tuple(nodes), tuple(edges), _state(given.get("state", {})))
    for wrong in checks.found(graph):
        at = next((number for number, node in enumerate(nodes, 1) if node.name == wrong.step), 0)
        raise BadStep(at, wrong.words)
    return graph


def _called(said: Mapping[str, Any]) -> str:
    name = said.get("name")
    return f"{shown(name)}: " if isinstance(name, str) and name else ""


def _step(said: Mapping[str, Any]) -> tuple[Node, tuple[str, ...]]:
    name = _text(said, "name")
    if not name:
        raise BadValue("name is missing")
    kind = _kind(_text(said, "kind"))
    for key in said:
        if key not in (*_COMMON, *_KEYS[kind]):
            raise BadValue(_no_key(key, kind))
    branches = _branches(said) if kind is StepKind.CHOOSE else ()
    to = tuple(dict.fromkeys(each.to for each in branches)) if branches else _texts(said, "next")
    if kind is StepKind.CHOOSE and "next" in said:
        raise BadValue(
            'next: a choice says where it leads under when, such as when = [{ if = "approved", next = "a" }]'
        )
    made = Node(
        name, kind, _line("title", _text(said, "title")), limit=_limit(said), branches=branches,
        notes=free_text("notes", _text(said, "notes")), **_own(kind, said),
    )  # fmt: skip
    return made, to


def _own(kind: StepKind, said: Mapping[str, Any]) -> dict[str, Any]:
    """What only steps of that kind have."""
    maker = _MAKERS.get(kind)
    return maker(said) if maker is not None else {}


def _form(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"fields": _texts(said, "fields"), "required": _texts(said, "required")}


def _human(said: Mapping[str, Any]) -> dict[str, Any]:
    made = _form(said)
    approve = _text(said, "approve")
    if approve and approve not in made["fields"]:
        made["fields"] = (*made["fields"], approve)
    due = _at("due", due_text, said["due"]) if "due" in said else ""
    params = {"approve": approve} if approve else {}
    made |= {"assignee": _text(said, "assignee"), "length": due, "labels": _texts(said, "labels")}
    return {**made, "is_approval": bool(approve), "params": params}


def _run(said: Mapping[str, Any]) -> dict[str, Any]:
    controller, schedule = _text(said, "controller"), _text(said, "schedule")
    if bool(controller) is bool(schedule):
        raise BadValue("expected either a controller, with params, or the name of a schedule")
    params = said.get("params", {})
    if not isinstance(params, dict) or (schedule and params) or not is_plain(params):
        raise BadValue('params: expected a table of a controller, such as { command = "make" }')
    return {"controller": controller, "schedule": schedule, "params": params, "result": _text(said, "result")}


def _wait(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"length": _at("length", wait_text, said.get("length"))}


def _join(said: Mapping[str, Any]) -> dict[str, Any]:
    word = _text(said, "join") or JoinKind.ALL.value
    if word not in list(JoinKind):
        raise BadValue(f"join: expected all or any, not '{shown(word)}'")
    return {"join": JoinKind(word)}


def _choose(said: Mapping[str, Any]) -> dict[str, Any]:
    given = said.get("exclusive", True)
    if not isinstance(given, bool):
        raise BadValue("exclusive: expected true (the first that holds) or false (all that hold)")
    return {"is_exclusive": given}


def _notify(said: Mapping[str, Any]) -> dict[str, Any]:
    severity = _text(said, "severity") or Severity.NOTICE.value
    if severity not in list(Severity):
        raise BadValue(f"severity: expected one of {', '.join(Severity)}, not '{shown(severity)}'")
    params = {"subject": one_line("subject", _text(said, "subject")), "text": free_text("text", _text(said, "text"))}
    return {"params": kept({**params, "severity": severity, "to": _text(said, "to")}, {"severity": "notice"})}


def _status(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"params": kept({"status": one_line("status", _text(said, "status")), "object": _text(said, "object")})}


_MAKERS: Mapping[StepKind, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    StepKind.START: _form, StepKind.HUMAN: _human, StepKind.RUN: _run, StepKind.WAIT: _wait, StepKind.JOIN: _join,
    StepKind.CHOOSE: _choose, StepKind.NOTIFY: _notify, StepKind.STATUS: _status,
}  # fmt: skip


def kept(given: Mapping[str, Any], without: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The keys that say something: neither empty nor as they are in `without`."""
    return {key: each for key, each in given.items() if each and (without or {}).get(key) != each}


def _kind(word: str) -> StepKind:
    known = [each.value for each in _KEYS]
    if word not in known:
        near = difflib.get_close_matches(word[:60], known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        raise BadValue(f"kind: '{shown(word)}' is no kind of step; {hint}" if word else f"kind is missing; {hint}")
    return StepKind(word)


def _no_key(key: str, kind: StepKind) -> str:
    owners = [each.value for each, keys in _KEYS.items() if key in keys]
    known = (*_COMMON, *_KEYS[kind])
    if owners:
        return f"{key} goes with a step of kind {' or '.join(owners)}, not {kind}"
    near = difflib.get_close_matches(key[:60], known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"{shown(key)} is no key here; {hint}"


def _branches(said: Mapping[str, Any]) -> tuple[Branch, ...]:
    given = said.get("when")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise BadValue('when: expected branches, such as [{ if = "amount > 100", next = "boss" }, { next = "pay" }]')
    found = []
    for each in given:
        for key in each:
            if key not in ("if", "next"):
                raise BadValue(f"when: {shown(key)} is no key here; known are if, next")
        to = _text(each, "next")
        if not to or ("if" in each and not _text(each, "if").strip()):
            raise BadValue('when: expected { if = "amount > 100", next = "boss" }, the last one without if')
        found.append(Branch(to, " ".join(_text(each, "if").split())))
    return tuple(found)


def _state(given: object) -> tuple[Field, ...]:
    if not isinstance(given, dict):
        raise BadStep(0, 'state: expected a table of fields, such as { amount = "number", approved = "yes/no" }')
    found = []
    for name, said in given.items():
        try:
            found.append(_field(name, said if isinstance(said, dict) else {"type": said}))
        except BadValue as fault:
            raise BadStep(0, f"state: {shown(name)}: {fault}") from fault
    return tuple(found)


def _field(name: str, said: Mapping[str, Any]) -> Field:
    for key in said:
        if key not in _FIELD_KEYS:
            raise BadValue(f"{shown(key)} is no key of a field; known are {', '.join(_FIELD_KEYS)}")
    word = "choice" if "choice" in said else "entity" if "entity" in said else ""
    word = _text(said, "type") or word
    if word not in list(FieldKind):
        raise BadValue(f"expected one of {', '.join(FieldKind)}, not '{shown(word)}'")
    required = said.get("required", False)
    if not isinstance(required, bool):
        raise BadValue("required: expected true or false")
    choices = _texts(said, "choice")
    if bool(choices) is not (word == FieldKind.CHOICE) or len(set(choices)) < len(choices) or "" in choices:
        raise BadValue('a choice is written { choice = ["a", "b"] }, with texts that differ')
    field = Field(name, FieldKind(word), None, required, _line("label", _text(said, "label")), choices)
    if "entity" in said:
        if word != FieldKind.ENTITY:
            raise BadValue("entity goes with the type entity")
        field = Field(name, field.kind, None, required, field.label, choices, _text(said, "entity"))
    default = usual(field.kind) if "default" not in said else checked_default(field, said["default"])
    return Field(name, field.kind, default, required, field.label, choices, field.object_class)


def usual(kind: FieldKind) -> object:
    """What a field is before anybody said anything."""
    return "" if kind is FieldKind.TEXT else None


def _text(said: Mapping[str, Any], key: str) -> str:
    given = said.get(key, "")
    if not isinstance(given, str):
        raise BadValue(f"{key}: expected a text in quotes, not {_briefly(given)}")
    return given.strip() if key != "text" else given


def _texts(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    given = said.get(key, [])
    if isinstance(given, str):
        return (given.strip(),)
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise BadValue(f'{key}: expected a list of texts, such as ["a", "b"], not {_briefly(given)}')
    return tuple(each.strip() for each in given)


def _briefly(given: object) -> str:
    return "a table" if isinstance(given, dict) else "a list" if isinstance(given, list) else f"'{shown(given, 30)}'"


def _line(key: str, text: object) -> str:
    if not isinstance(text, str):
        raise BadValue(f"{key}: expected a text in quotes, not {_briefly(text)}")
    return one_line(key, text) if text.strip() else ""


def _limit(said: Mapping[str, Any]) -> int:
    given = said.get("limit", 0)
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= 1_000_000:
        raise BadValue("limit: expected how often it may be visited, such as 10")
    return given


def _at(key: str, parse: Callable[[object], str], given: object) -> str:
    try:
        return parse(given)
    except BadValue as fault:
        raise BadValue(f"{key}: {fault}") from fault
