"""`python`: a function of a person's, in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.controllers.command import Command, job
from engine.rules.errors import BadValue, shown
from engine.rules.parameters import Declaration, Kind, Parameter

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_ENTRY = re.compile(rf"(?:{_NAME}|[/~].*\.py):{_NAME}")

DECLARATION = Declaration(
    "python",
    "Calls a Python function in a process of its own",
    (
        Parameter("entry", Kind.TEXT, "package.module:function or /path/file.py:function", is_required=True),
        Parameter("params", Kind.OBJECT, "what the function finds in context.params"),
        Parameter("debug", Kind.BOOLEAN, "whether lines of log.debug are kept", default=False),
        Parameter("idempotent", Kind.BOOLEAN, "whether a lost run may simply run again", default=False),
    ),
)


def command(params: Mapping[str, Any]) -> Command:
    """The file is not looked at: whether it can be loaded is found out in the process that loads it."""
    given = DECLARATION.read(params)
    entry = given["entry"].strip()
    if not _ENTRY.fullmatch(entry) or not entry.isprintable():
        raise BadValue(
            f"params: entry: expected package.module:function or /path/file.py:function, not '{shown(entry)}'"
        )
    if entry.startswith("~"):
        entry = str(Path(entry).expanduser())
    task = {"entry": entry, "params": given["params"] or {}, "debug": given["debug"]}
    return job(f"python {entry}", "python", task, is_idempotent=given["idempotent"])
