"""How loud a line of output is, judged by its words: programs put most of what they say on stderr."""

from __future__ import annotations

import re

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40

_HINTS = ("error", "fatal", "critical", "traceback", "failed", "warn", "debug")
_ERROR = re.compile(r"(?<!\b0 )(?<!\bno )(?:error|fatal|critical|traceback|failed)")
_WARNING = re.compile(r"(?<!\b0 )(?<!\bno )warn")


def levels(text: str) -> list[int] | None:
    """A level for each line of `text`, or None if all of them are plain information.

    Most chunks hold none of the words, and seven searches over the whole chunk cost a hundredth of seven
    over each line.
    """
    whole = text.lower()
    if not any(hint in whole for hint in _HINTS):
        return None
    return [level_of(line) for line in text.split("\n")]


def level_of(line: str) -> int:
    """40 for errors, 30 for warnings, 10 for debug, else 20; `0 errors` and `no warnings` are good news."""
    text = line.lower()
    if _ERROR.search(text):
        return ERROR
    if _WARNING.search(text):
        return WARNING
    return DEBUG if "debug" in text else INFO
