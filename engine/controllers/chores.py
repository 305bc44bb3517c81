"""The chores that come with tickler: forgetting, copying and checking the store, each a run with a log.

They run where everything runs, in a process of their own: an integrity check of a large store takes minutes and
reads all of it, and may be cancelled, timed out or killed like any other run without the desk noticing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from engine.controllers.command import Command, Maker, job
from engine.rules.errors import BadValue
from engine.rules.parameters import Declaration, Kind, Parameter

DECLARATIONS = (
    Declaration(
        "retention",
        "Forgets runs, logs, artifacts and history that are older than the settings keep them",
        is_idempotent=True,
    ),
    Declaration(
        "backup",
        "Copies the store while it is used",
        (
            Parameter("folder", Kind.TEXT, "the path of a folder for copies; else one beside the store"),
            Parameter("keep", Kind.NUMBER, "how many copies stay", default=7),
        ),
        is_idempotent=True,
    ),
    Declaration(
        "integrity",
        "Reads the whole store and says whether anything in it is damaged",
        is_idempotent=True,
    ),
)


def _command(declaration: Declaration, params: Mapping[str, Any]) -> Command:
    given = declaration.read(params)
    if "keep" in given and (not isinstance(given["keep"], int) or not 1 <= given["keep"] <= 1000):
        raise BadValue("params: keep: expected a whole number from 1 to 1000")
    if given.get("folder"):
        folder = Path(given["folder"]).expanduser()
        if not folder.is_absolute():
            raise BadValue("params: folder: expected an absolute path, or one that begins with ~")
        given["folder"] = str(folder)
    return job(declaration.name, declaration.name, {"params": given}, needs_store=True, is_idempotent=True)


MAKERS: Mapping[str, Maker] = {each.name: partial(_command, each) for each in DECLARATIONS}
