"""What a controller makes of params, and the environment in which it is started.

Parameters never become part of a command's text: a value reaches a process as a variable of its environment or
on its standard input, where no quote or `$(...)` in it can be executed.
"""

from __future__ import annotations

import functools
import json
import os
import pwd
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from store.frozen import value

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TAKEN_OVER = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")
_JOBS = Path(__file__).resolve().parent.parent / "jobs" / "start.py"


@value
class Command:
    """What the supervisor is asked to start.

    `text`: for the shell, and for people. `cwd` None means a folder of the run's own, `shell` None /bin/sh.
    `argv`: started as it is, without a shell; such a process tells of itself through a channel (`engine.jobs`).
    `needs_store`: it is one of ours that works on the store. `is_idempotent`, `warm`: see `Declaration`.
    """

    text: str
    cwd: str | None
    env: Mapping[str, str]
    stdin: str | None = None
    shell: str | None = None
    argv: tuple[str, ...] = ()
    needs_store: bool = False
    is_idempotent: bool = False
    warm: str = ""


Maker = Callable[[Mapping[str, Any]], Command]
"""Makes the command from a run's params, without side effects; BadValue says which parameter is wrong."""


def job(
    text: str,
    body: str,
    given: Mapping[str, Any],
    *,
    needs_store: bool = False,
    is_idempotent: bool = False,
    warm: str = "",
) -> Command:
    """A Python process of ours that does `body` (a module of `engine.jobs`) with what is given.

    Isolated (-I): neither a folder nor a variable of the person's has a say in what is imported.
    """
    argv = (sys.executable, "-I", "-X", "utf8", str(_JOBS), str(_JOBS.parent.parent.parent))
    stdin = json.dumps({"body": body, **given}, ensure_ascii=False)
    return Command(text, None, {}, stdin, None, argv, needs_store, is_idempotent, warm)


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
