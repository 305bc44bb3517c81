"""Steps that neither a person nor a process of a workflow does: choices of desk files, notices, statuses, runs.

What cannot be done raises `BadValue` or `Refused`, which fails the step and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import queue_limit, telling
from engine.operations.registry import NAMED, Act
from engine.requests import request
from engine.rules.alerts import Severity
from engine.rules.errors import BadValue, shown
from engine.rules.names import as_sentence
from engine.rules.workflows import conditions, placeholders
from engine.rules.workflows.graph import Node
from engine.workflows import people
from engine.workflows.flow import Flow
from store.enums import Category, StepKind
from store.errors import Refused
from store.journal import Actor

KIND = "workflow"
"""Of the notices that steps make."""
SHELL = "shell"

_OWNER = """
SELECT u.id, u.name FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id
JOIN user u ON u.id = d.owner_id WHERE w.id = ?
"""
_ASKED = "UPDATE step SET run_id = ?, state = 'pending', attempts = attempts + 1, started_at = ? WHERE id = ?"


def do(act: Act, current: Flow, node: Node, step: int, stays: object) -> object:
    """Do the step; what it returned, or `stays` if it goes on by itself."""
    if node.kind is StepKind.RUN:
        _run(act, current, node, step)
        return stays
    call = _CALLS.get(node.kind)
    return call(act, current, node, step) if call is not None else None


def _choose(act: Act, current: Flow, node: Node, step: int) -> list[str]:
    """The branch that holds first, or all that hold; the last one, without a condition, if none does."""
    held = []
    for branch in node.branches:
        if not branch.condition:
            continue
        if conditions.holds(conditions.parse(branch.condition, current.graph.fields), current.data, act.today):
            held.append(branch.to)
            if node.is_exclusive:
                break
    return held or [branch.to for branch in node.branches if not branch.condition]


def _notify(act: Act, current: Flow, node: Node, step: int) -> None:
    """Tell people, once however often the step is begun; nobody named means everybody."""
    subject, text = (
        placeholders.filled(str(node.params.get(key, "")), current.data).strip() for key in ("subject", "text")
    )
    severity = Severity(str(node.params.get("severity", Severity.NOTICE)))
    words = " ".join(subject.split())[:500] or node.name
    for key, whom in _whom(act, current, node, step).items():
        telling.tell(act.connection, f"workflow:{step}{key}", act.now, severity, KIND, words, text, **whom)


def _whom(act: Act, current: Flow, node: Node, step: int) -> dict[str, dict[str, Any]]:
    to = str(node.params.get("to", ""))
    if to in ("", "all"):
        return {"": {"for_all": True}}
    rows = act.connection.execute("SELECT parent_id FROM step_parent WHERE step_id = ?", (step,)).fetchall()
    asked = Node(node.name, StepKind.HUMAN, assignee=to)
    found = people.for_whom(act, current, asked, tuple(row[0] for row in rows))
    if not found.ids:
        raise Refused(f"to: '{shown(to)}' names nobody who could be told.")
    return {f":{each}": {"for_id": each} for each in found.ids}


def _status(act: Act, current: Flow, node: Node, step: int) -> None:
    """The entity takes the status by the operation that people use, with all that follows from it."""
    from engine.operations import entities  # noqa: F401  # registers the verb
    from engine.rules.texts import thing

    name = str(node.params.get("object", ""))
    said = current.data.get(name) if name else current.thing
    if not isinstance(said, str) or not said:
        where = f"the field {shown(name)}" if name else "the workflow"
        raise Refused(as_sentence(f"{where} names no entity that could take a status"))
    status = placeholders.filled(str(node.params.get("status", "")), current.data)
    NAMED["entity set-status"].inner(act, *thing(said), status)


_CALLS: Mapping[StepKind, Callable[[Act, Flow, Node, int], object]] = {
    StepKind.CHOOSE: _choose, StepKind.NOTIFY: _notify, StepKind.STATUS: _status,
}  # fmt: skip


def _run(act: Act, current: Flow, node: Node, step: int) -> None:
    """Ask for the run for which the step waits, in the name of the definition's owner."""
    owner = act.connection.execute(_OWNER, (current.id,)).fetchone()
    if owner is None:
        raise Refused("The owner of the definition is gone, and nothing runs in nobody's name.")
    asker = Act(act.connection, Actor(owner[0], owner[1], act.actor.via), act.at, act.id)
    made = _of_schedule(asker, node) if node.schedule else _of_controller(asker, current, node)
    act.connection.execute("UPDATE run SET category = ? WHERE id = ?", (Category.SYSTEM.value, made))
    act.connection.execute(_ASKED, (made, act.now, step))


def _of_schedule(act: Act, node: Node) -> int:
    from engine.operations.schedule_ledger import run_once
    from store.reads import schedules

    found = schedules.named(act.connection, node.schedule)
    if found is None or found.deleted_at is not None:
        raise Refused(f"There is no schedule {shown(node.schedule)!r}.")
    if not found.is_enabled or found.pause_reason is not None:
        raise Refused(f"The schedule {shown(node.schedule)} is {'paused' if found.is_enabled else 'switched off'}.")
    return run_once(act, found)


def _of_controller(act: Act, current: Flow, node: Node) -> int:
    from engine.controllers import command_of

    params = placeholders.with_values(node.params, current.data)
    if node.controller == SHELL:
        params["env"] = {**_environment(current), **_texts(params.get("env"))}
    try:
        command_of(node.controller, params)
    except BadValue as fault:
        raise BadValue(f"{node.controller}: {fault}") from fault
    queue_limit.admit(act.connection)
    name = f"{current.graph.name}: {node.title or node.name}"
    made = request(
        act.connection, act.now, name=name, controller=node.controller, params=params, creator_id=act.actor.user_id
    )
    assert made is not None
    return made


def _environment(current: Flow) -> dict[str, str]:
    """What a job of the shell finds of the workflow: its id, what it is about, and each field of its state."""
    found = {f"FIELD_{name.upper()}": placeholders.said(each) for name, each in current.data.items()}
    found |= {"WORKFLOW_ID": str(current.id), "OBJECT": current.thing or ""}
    return {key: each for key, each in found.items() if "\0" not in each and key.isascii()}


def _texts(env: object) -> dict[str, str]:
    """The variables that the step itself names; a field among them is a text there."""
    return {key: placeholders.said(each) for key, each in env.items()} if isinstance(env, Mapping) else {}
