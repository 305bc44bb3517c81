"""A name for a job that has only a command."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.rules.errors import shown

_REDIRECTION = re.compile(r"\s*(?:[0-9&]?>{1,2}|<)\s*(?:&\s*)?\S+")
_LONGEST = 60


def job_name(command: str) -> str:
    """`/opt/x/poll.php -q >> /dev/null 2>&1` -> `poll.php -q`: paths by their last part, no redirections."""
    words = _REDIRECTION.sub(" ", command).split()
    name = " ".join(_last_part(word) for word in words) or command.strip()
    return shown(" ".join(name.split()), _LONGEST) or "job"


def free_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """The name, or `name (2)`, `name (3)` ... as somebody has it already."""
    found, number = name, 1
    while is_taken(found):
        number += 1
        found = f"{name} ({number})"
    return found


def _last_part(word: str) -> str:
    return word.rsplit("/", 1)[1] if word.startswith("/") and not word.endswith("/") else word
