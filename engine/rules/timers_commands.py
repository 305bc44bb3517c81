"""What a systemd service executes, as the text of a shell command that does the same.

systemd starts programs without a shell; every word is quoted here, so that none is read as more than a word.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from engine.rules.errors import BadValue, shown
from engine.rules.timers_units import Unit, filled, words_of

_VARIABLE = re.compile(r"\$(?:\$|\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_PARTING = re.compile(r"\s+;\s+")
_PREFIXES = "-@:+!|"
_SECTION = "Service"


def command_of(unit: Unit, specifiers: Mapping[str, str], notes: list[str]) -> str:
    """All that the service executes, one after the other. BadValue if that cannot be said; `notes` get more."""
    steps = [
        _step(setting.value, specifiers, notes)
        for key in ("ExecStartPre", "ExecStart", "ExecStartPost")
        for setting in unit.all(_SECTION, key)
    ]
    if not unit.all(_SECTION, "ExecStart"):
        raise BadValue(f"{unit.name} has no ExecStart")
    loads = [_load(setting.value, specifiers) for setting in unit.all(_SECTION, "EnvironmentFile")]
    if loads:
        notes.append("EnvironmentFile is read by the shell as the job begins; its values are not kept here")
    if unit.all(_SECTION, "ExecStop") or unit.all(_SECTION, "ExecStopPost"):
        notes.append("ExecStop and ExecStopPost are not run")
    return " && ".join([*loads, *steps])


def environment_of(unit: Unit, specifiers: Mapping[str, str]) -> dict[str, str]:
    """The variables that `Environment` sets; later ones win."""
    env: dict[str, str] = {}
    for setting in unit.all(_SECTION, "Environment"):
        for word in words_of(filled(setting.value, specifiers)):
            name, equals, text = word.partition("=")
            if not equals or not name:
                raise BadValue(f"Environment: '{shown(word)}' is no NAME=value")
            env[name] = text
    for setting in unit.all(_SECTION, "UnsetEnvironment"):
        for word in words_of(setting.value):
            env.pop(word, None)
    return env


def _step(text: str, specifiers: Mapping[str, str], notes: list[str]) -> str:
    """One setting; a `;` that stands alone parts it into several commands."""
    return " && ".join(_command(each, specifiers, notes) for each in _PARTING.split(text))


def _command(text: str, specifiers: Mapping[str, str], notes: list[str]) -> str:
    body = text.lstrip(_PREFIXES)
    prefixes = set(text[: len(text) - len(body)])
    if "|" in prefixes:
        raise BadValue("ExecStart with | asks for the shell of another user")
    words = [";" if word == "\\;" else word for word in words_of(body.replace("\\;", "\\\\;"))]
    if not words or "=" in words[0]:
        raise BadValue(f"ExecStart '{shown(text)}' names no program")
    if "@" in prefixes:
        if len(words) < 2:
            raise BadValue("ExecStart with @ needs a second word")
        notes.append(f"@: the program sees its own name, not '{shown(words[1])}'")
        del words[1]
    if prefixes & set("+!"):
        notes.append("+ and ! are for privileges that jobs here do not have")
    line = " ".join(_word(filled(word, specifiers), is_literal=":" in prefixes) for word in words)
    return f"{{ {line} || :; }}" if "-" in prefixes else line


def _word(text: str, *, is_literal: bool) -> str:
    """One word quoted for the shell, its variables left open as systemd leaves them: `$A` alone may become several
    words, `${A}` is always part of one.
    """
    if is_literal or "$" not in text:
        return shlex.quote(text)
    alone = re.fullmatch(r"\$([A-Za-z_]\w*)", text)
    if alone:
        return f"${alone[1]}"
    parts, at = [], 0
    for found in _VARIABLE.finditer(text):
        parts.append(shlex.quote(text[at : found.start()]) if found.start() > at else "")
        name = found[1]
        parts.append(f'"${{{name}}}"' if name else "'$'" if found[0] == "$$" else shlex.quote(found[0]))
        at = found.end()
    return "".join([*parts, shlex.quote(text[at:]) if at < len(text) else ""])


def _load(text: str, specifiers: Mapping[str, str]) -> str:
    file = shlex.quote(filled(text.lstrip("-"), specifiers))
    load = f"set -a && . {file} && set +a"
    return f"{{ [ ! -r {file} ] || {{ {load}; }}; }}" if text.startswith("-") else load
