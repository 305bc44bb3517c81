"""Controllers: what a run executes, by registered name. Now there is one, `shell`.

Parameters never become part of the command's text: a value reaches a command as a variable of its
environment, where no quote or `$(...)` in it can be executed.
"""

from __future__ import annotations

import functools
import os
import pwd
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.rules.errors import BadValue, shown
from store.frozen import value

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TAKEN_OVER = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")
_OURS = "TICKLER_"


@value
class Command:
    """What the supervisor is asked to start; `cwd` None means a folder of the run's own, `shell` None /bin/sh."""

    text: str
    cwd: str | None
    env: Mapping[str, str]
    stdin: str | None = None
    shell: str | None = None


Controller = Callable[[Mapping[str, Any]], Command]
"""Makes the command from a run's params, without side effects; BadValue says which parameter is wrong."""


def shell(params: Mapping[str, Any]) -> Command:
    """`command` (text for the shell); optional: `cwd` (a folder), `env` (an object of texts), `stdin` (a text that
    the command reads), `shell` (the path of another shell than /bin/sh).
    """
    unknown = set(params) - {"command", "cwd", "env", "stdin", "shell"}
    if unknown:
        known = "command, cwd, env, stdin and shell"
        raise BadValue(f"params: {shown(min(unknown))!r} is not known to 'shell' (expected {known})")
    command, cwd, env = params.get("command"), params.get("cwd"), params.get("env") or {}
    if not isinstance(command, str) or not command.strip():
        raise BadValue("params: command is missing (expected the text of a shell command)")
    if cwd is not None and not isinstance(cwd, str):
        raise BadValue("params: cwd must be the path of a folder")
    if not isinstance(env, Mapping):
        raise BadValue('params: env must be an object such as {"NAME": "value"}')
    variables = {name: _variable(name, value) for name, value in env.items()}
    return Command(command, _folder(cwd), variables, _stdin(params.get("stdin")), _shell_path(params.get("shell")))


CONTROLLERS: dict[str, Controller] = {"shell": shell}
"""Every controller by its name."""


def command_of(controller: str, params: object) -> Command:
    """The command of a run; BadValue if the controller is not registered or refuses the params."""
    if controller not in CONTROLLERS:
        raise BadValue(f"controller {shown(controller)!r} is not registered")
    if not isinstance(params, Mapping):
        raise BadValue("params must be an object")
    return CONTROLLERS[controller](params)


def environment(run_id: int, attempt: int, key: str, own: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child: constructed, never inherited.

    What this process was started with may hold the store's address, tokens and library paths. `key` is the
    run's idempotency key, equal in all its attempts, by which an author can tell a second try downstream.
    """
    return {
        **_base(),
        **own,
        "TICKLER_RUN_ID": str(run_id),
        "TICKLER_ATTEMPT": str(attempt),
        "TICKLER_IDEMPOTENCY_KEY": key,
    }


@functools.cache
def _base() -> dict[str, str]:
    """What every child gets. Made once: looking the account up costs a good part of starting a job."""
    try:
        entry = pwd.getpwuid(os.getuid())
        home, name = entry.pw_dir, entry.pw_name
    except KeyError:
        home, name = "/", str(os.getuid())
    values = {"PATH": _PATH, "HOME": home, "USER": name, "LOGNAME": name, "SHELL": "/bin/sh"}
    values["LANG"] = "C.UTF-8"
    return values | {name: os.environ[name] for name in _TAKEN_OVER if os.environ.get(name)}


def _folder(cwd: str | None) -> str | None:
    if not cwd:
        return None
    folder = Path(cwd).expanduser()
    if not folder.is_absolute():
        raise BadValue(f"params: cwd {shown(cwd)!r} must be an absolute path or begin with ~")
    return str(folder)


def _stdin(text: Any) -> str | None:
    if text is not None and not isinstance(text, str):
        raise BadValue("params: stdin must be a text")
    return text


def _shell_path(path: Any) -> str | None:
    if path is not None and not (isinstance(path, str) and path.startswith("/") and "\0" not in path):
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
