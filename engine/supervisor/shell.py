"""Commands that need no shell.

Most jobs are a program and its arguments. For these `/bin/sh -c` only finds the program and becomes it, which
takes as long as a short job itself (measured: `sh -c /bin/true` costs twice the CPU time of `/bin/true`).
make does the same.
"""

from __future__ import annotations

import os

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%= \t")
_LONGEST = 4096
_OF_THE_SHELL = """
. : alias bg bind break builtin caller case cd chdir command compgen complete compopt continue coproc declare
dirs disown do done elif else enable esac eval exec exit export fc fg fi for function getopts hash help
history if in jobs kill let local login logout mapfile newgrp popd print printf pushd pwd read readarray
readonly return select set shift shopt source stop suspend test then time times trap type typeset ulimit umask
unalias unset until wait whence while
"""
_SHELL_WORDS = frozenset(_OF_THE_SHELL.split())
"""What /bin/sh does itself, whichever shell that is."""


def program(command: str, env: dict[str, str]) -> tuple[str, list[str]] | None:
    """Path and argv that `sh -c command` would end in, None when a shell has to find out.

    `true`, `false` and `echo` are programs here as long as their arguments cannot tell the difference.
    """
    if len(command) > _LONGEST or not _PLAIN.issuperset(command):
        return None
    words = command.split()
    if not words or "=" in words[0] or words[0] in _SHELL_WORDS:
        return None
    name = words[0]
    if name in ("true", "false") and len(words) > 1:
        return None
    if name == "echo" and any(word.startswith("-") for word in words):
        return None
    if "/" in name:
        return name, words
    for folder in env.get("PATH", "").split(":"):
        if not folder.startswith("/"):
            return None
        path = f"{folder}/{name}"
        if os.access(path, os.X_OK):
            return path, words
    return None
