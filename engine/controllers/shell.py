"""`shell`: a command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.controllers.command import Command
from engine.rules.errors import BadValue, shown
from engine.rules.parameters import Declaration, Kind, Parameter

_OURS = "TICKLER_"

DECLARATION = Declaration(
    "shell",
    "Runs a command line; its exit status says how it ended",
    (
        Parameter("command", Kind.TEXT, "the text of a shell command", is_required=True),
        Parameter("cwd", Kind.TEXT, "the path of a folder to work in; else one of the run's own"),
        Parameter("env", Kind.OBJECT, "variables of the environment"),
        Parameter("stdin", Kind.TEXT, "what the command reads"),
        Parameter("shell", Kind.TEXT, "the path of a shell such as /bin/bash; else /bin/sh"),
        Parameter("idempotent", Kind.BOOLEAN, "whether a lost run may simply run again", default=False),
    ),
)


def command(params: Mapping[str, Any]) -> Command:
    """The text as it is; values go by the environment."""
    given = DECLARATION.read(params)
    variables = {name: _variable(name, value) for name, value in (given["env"] or {}).items()}
    return Command(
        given["command"], _folder(given["cwd"]), variables, params.get("stdin"), _shell_path(given["shell"]),
        is_idempotent=given["idempotent"],
    )  # fmt: skip


def _folder(cwd: str | None) -> str | None:
    if not cwd:
        return None
    folder = Path(cwd).expanduser()
    if not folder.is_absolute():
        raise BadValue(f"params: cwd {shown(cwd)!r} must be an absolute path or begin with ~")
    return str(folder)


def _shell_path(path: str | None) -> str | None:
    if path is not None and (not path.startswith("/") or "\0" in path):
        raise BadValue("params: shell must be the absolute path of a shell such as /bin/bash")
    return path


def _variable(name: Any, value: Any) -> str:
    if not isinstance(name, str) or not name or set(name) & {"=", "\0"}:
        raise BadValue(f"params: env: {shown(name)!r} is not a name for a variable")
    if name.startswith(_OURS):
        raise BadValue(f"params: env: {shown(name)} may not be set ({_OURS}* tells the job about its run)")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadValue(f"params: env: {shown(name)} must be a text")
    return str(value)
