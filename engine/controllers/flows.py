"""`workflow`: machine steps of a workflow, by the text of its definition; the engine alone asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.controllers.command import Command, job
from engine.rules.parameters import Declaration, Kind, Parameter
from engine.workflows import sources

NAME = "workflow"
DECLARATION = Declaration(
    NAME,
    "Does a machine step of a workflow, or asks steps that wait",
    (
        Parameter("name", Kind.TEXT, "the definition's name", is_required=True),
        Parameter("entry", Kind.TEXT, "the class in its file", is_required=True),
        Parameter("digest", Kind.TEXT, "the definition's text, by its digest", is_required=True),
        Parameter("now", Kind.TEXT, "the instant that counts", is_required=True),
        Parameter("zone", Kind.TEXT, "the store's zone", is_required=True),
        Parameter("steps", Kind.OBJECT, "the steps, under the key steps", is_required=True),
    ),
)


def command(params: Mapping[str, Any]) -> Command:
    """A worker that has read the definition does one step after the other."""
    given = DECLARATION.read(params)
    given["steps"] = given["steps"]["steps"]
    given["file"] = sources.name_of(given["digest"])
    nodes = {each["node"] for each in given["steps"]}
    text = f"workflow {given['name']}: {', '.join(sorted(nodes))}"
    return job(text, "workflow", given, warm=f"workflow {given['digest'][:32]}")
