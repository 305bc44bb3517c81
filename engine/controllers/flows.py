"""`workflow`: machine steps of a workflow, by the text of its definition; the engine alone asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from engine.controllers.command import Command, job
from engine.rules.parameters import Declaration, Kind, Parameter

NAME = "workflow"
DECLARATION = Declaration(
    NAME,
    "Does a machine step of a workflow, or asks steps that wait",
    (
        Parameter("name", Kind.TEXT, "the definition's name", is_required=True),
        Parameter("entry", Kind.TEXT, "the class in its file", is_required=True),
        Parameter("source", Kind.TEXT, "the text of its file", is_required=True),
        Parameter("now", Kind.TEXT, "the instant that counts", is_required=True),
        Parameter("zone", Kind.TEXT, "the store's zone", is_required=True),
        Parameter("steps", Kind.OBJECT, "the steps, under the key steps", is_required=True),
    ),
)


def command(params: Mapping[str, Any]) -> Command:
    """A worker that has read the definition does one step after the other."""
    given = DECLARATION.read(params)
    given["steps"] = given["steps"]["steps"]
    digest = hashlib.sha256(given["source"].encode()).hexdigest()[:16]
    nodes = {each["node"] for each in given["steps"]}
    text = f"workflow {given['name']}: {', '.join(sorted(nodes))}"
    return job(text, "workflow", given, warm=f"workflow {digest}")
