"""Tasks that are steps of workflows, for the verbs of tasks: what they may do to one, and what `task done` means.

Other tasks pay for one look at whether the store has such at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date

from engine.operations.registry import Act, Look
from engine.rules.errors import shown
from engine.rules.workflows import forms
from engine.workflows import submitting
from engine.workflows.submitting import Open, Row
from store import journal
from store.enums import StepState
from store.errors import Refused
from store.values import Task

Refusal = Callable[[Task], str]

_STEP = "SELECT id FROM step WHERE task_id = ?"
_STEPS = "SELECT task_id FROM step WHERE task_id IN (SELECT value FROM json_each(?))"


def unless(look: Look, why: Callable[[Look, Row, Task], str], before: Refusal = lambda _: "") -> Refusal:
    """What a verb of tasks refuses: what it did `before`, and what `why` says of a step's task."""

    def refusal(task: Task) -> str:
        said = before(task)
        if said or look.connection.execute(_STEP, (task.id,)).fetchone() is None:
            return said
        return why(look, submitting.row_of_task(look, task.id), task)

    return refusal


def not_done(look: Look, row: Row, task: Task) -> str:
    """A step whose form needs something, or that is other people's, is not done by marking its task."""
    try:
        found = submitting.waiting(look, row)
        submitting.allowed(look, found)
    except Refused as refusal:
        return f"Task {task.id}: {str(refusal)[:1].lower()}{str(refusal)[1:]}"
    if not forms.is_needed(found.flow.graph, found.node, found.flow.data):
        return ""
    name = f" ({shown(found.flow.name)})" if found.flow.name else ""
    of = f"workflow {row.workflow_id}, {shown(found.flow.graph.name)}{name}"
    return f"Task {task.id} is a step of {of}, whose form is to be filled in: `{how(found)}`."


def not_reopened(_: Look, row: Row, task: Task) -> str:
    """A step that was submitted has led on."""
    return (
        f"Task {task.id} is a step of workflow {row.workflow_id}, which has gone on from it; `workflow rerun {row.id}`"
        f" does it again, `workflow override {row.workflow_id}` leads another way."
    )


def not_deleted(_: Look, row: Row, task: Task) -> str:
    """A workflow waits for the task."""
    if row.state != StepState.WAITING:
        return ""
    return (
        f"Task {task.id} is a step for which workflow {row.workflow_id} waits;"
        f" `workflow cancel --step {row.id}` cancels the step."
    )


def submit(act: Act, numbers: Iterable[int], on: date | None) -> frozenset[int]:
    """Submit those of the tasks that are steps, whose forms need nothing; which they are."""
    found = [row[0] for row in act.connection.execute(_STEPS, (json.dumps(list(numbers)),)).fetchall()]
    for number in found:
        submitting.submit(act, submitting.waiting(act, submitting.row_of_task(act, number)), {}, on=on)
    return frozenset(found)


def make_final(act: Act) -> None:
    """What followed a step cannot be taken back, so neither can the act that submitted it; its words stay."""
    (words,) = act.connection.execute("SELECT words FROM act WHERE id = ?", (act.id,)).fetchone()
    journal.describe(act.connection, act.id, words, can_undo=False)


def how(found: Open) -> str:
    """What somebody types who fills the form in: `workflow submit 7 amount=... --approve|--reject`."""
    fields = forms.fields_of(found.flow.graph, found.node, found.flow.data)
    needed = [each for each in fields if each.is_required and each.value is None]
    words = [f"{each.name}=..." for each in needed if not each.is_approval]
    words += ["--approve|--reject" for each in needed if each.is_approval]
    return " ".join(["workflow submit", str(found.row.id), *words])
