"""What the lines of a crontab set for the jobs below them, and the `%` of a command."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.rules.errors import BadValue
from engine.rules.zones import zone_named

SETTING = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([^\s='"]+))[ \t]*=[ \t]*(.*)""", re.DOTALL)
_NO_MAIL = "tickler mails nothing; what a job prints is in the log of its run"
_NOTED = {
    "MAILTO": _NO_MAIL,
    "MAILFROM": _NO_MAIL,
    "TZ": "only the commands see it, as under Debian's cron; CRON_TZ moves the times",
}
_PATHS = {"SHELL": "a shell; /bin/sh is taken", "HOME": "a folder; your own is taken"}


@dataclass(slots=True)
class State:
    """What the lines so far have set for those below: variables, zone, jitter in seconds, the comment above.

    `zone_note` says that the zone is not the one that was asked for.
    """

    env: dict[str, str] = field(default_factory=dict)
    zone: str = ""
    zone_note: str = ""
    jitter: int = 0
    comments: list[str] = field(default_factory=list)
    name: str | None = None


def take(setting: re.Match[str], state: State) -> tuple[str, bool] | None:
    """Take `NAME = value` as cron does, which expands nothing in it. (words, whether it is refused) if there is
    something to say.
    """
    name = next(part for part in setting.groups()[:3] if part is not None)
    value = setting[4].rstrip()
    if value[:1] in ("'", '"'):
        if value.find(value[0], 1) != len(value) - 1:
            return "cron takes no value that has more after its closing quote, or none", True
        value = value[1:-1]
    if not name or name.startswith("TICKLER_"):
        return "may not be set (TICKLER_* tells a job about its run)", True
    if name in ("CRON_TZ", "RANDOM_DELAY"):
        return _steered(name, value, state)
    if name in _PATHS and not value.startswith("/"):
        return f"expected the path of {_PATHS[name]}", True
    state.env[name] = value
    return (_NOTED[name], False) if name in _NOTED else None


def _steered(name: str, value: str, state: State) -> tuple[str, bool]:
    """What is for cron itself and not for the jobs."""
    if name == "CRON_TZ":
        try:
            state.zone = str(zone_named(value))
        except BadValue as fault:
            state.zone_note = f"CRON_TZ above it is not known: taken as times of {state.zone}"
            return str(fault), True
        state.zone_note = ""
        return f"times below are those of {state.zone}", False
    if not (value.isascii() and value.isdigit() and len(value) < 5):
        return "expected a number of minutes", True
    state.jitter = int(value) * 60
    return f"jobs below begin up to {int(value)} minutes later, by chance", False


def percent(text: str) -> tuple[str, str | None]:
    r"""(command, what it reads): the first `%` ends the command, each further one a line; `\%` is a percent sign."""
    command, *lines = re.split(r"(?<!\\)%", text)
    command = command.replace("\\%", "%")
    if not lines:
        return command, None
    text = "\n".join(lines).replace("\\%", "%")
    return command, text if not text or text.endswith("\n") else text + "\n"
