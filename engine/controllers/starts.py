"""`start workflow`: a schedule begins a workflow, with all that it knows of missed times, overlap and days off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.controllers.command import Command, job
from engine.rules.errors import BadValue, shown
from engine.rules.parameters import Declaration, Kind, Parameter

NAME = "start workflow"
DECLARATION = Declaration(
    NAME,
    "Starts a workflow",
    (
        Parameter("workflow", Kind.TEXT, "the definition's name", is_required=True),
        Parameter("fields", Kind.OBJECT, "fields of the form with which it begins"),
        Parameter("step", Kind.TEXT, "the start, if it has several"),
        Parameter("title", Kind.TEXT, "what tells it from others of its kind"),
    ),
    is_idempotent=True,
)


def command(params: Mapping[str, Any]) -> Command:
    """A process that begins the workflow once, however often it is tried."""
    given = DECLARATION.read(params)
    for name, each in (given.get("fields") or {}).items():
        if not isinstance(each, str | int | float):
            raise BadValue(f"params: fields: {shown(name)}: expected a text, a number or true")
    text = f"start workflow {given['workflow']}"
    return job(text, "flowstart", {"params": given}, needs_store=True, is_idempotent=True)
