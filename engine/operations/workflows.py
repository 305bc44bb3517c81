"""The verbs of workflows: start one."""

from __future__ import annotations

from typing import Annotated

from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.operations.things import named_thing
from engine.rules.errors import shown
from engine.rules.workflows import forms
from engine.workflows import starting
from store import journal


@operation("workflow start", can_undo=False)
def start(
    act: Act,
    name: Annotated[str, Help("the definition's name", "WORKFLOW")],
    *fields: Annotated[str, Help("fields of the form with which it begins: user=ana", "FIELD=VALUE")],
    step: Annotated[str | None, Help("the start, if it has several")] = None,
    object: Annotated[str | None, Help("what it is about, such as stay/12")] = None,
    title: Annotated[str, Help("what tells it from others of its kind")] = "",
) -> int:
    """Start a workflow."""
    where = starting.named(act, name, step)
    thing = named_thing(act.connection, object) if object else None
    number = starting.start(act, where, forms.given(fields), thing=thing, title=title, by=own_user_id(act))
    about = f" ({shown(title.strip())})" if title.strip() else ""
    journal.describe(act.connection, act.id, f"started workflow {number}: {shown(name)}{about}", can_undo=False)
    return number
