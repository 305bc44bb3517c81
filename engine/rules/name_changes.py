"""Names that come and go, as they are typed at a prompt: `home -later "weekly on Saturday"`."""

from __future__ import annotations

import re

_NAME = re.compile(r'\s*,?\s*([-+]?)((?:[^\s,"]|"[^"]*"?)+)')


def name_changes(text: str, mark: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that are added and those that are removed (with `-` in front), each once and in their order.

    Blanks or commas stand between names, quotes keep blanks within one. A leading `mark` is no part of a name.
    """
    add: dict[str, None] = {}
    remove: dict[str, None] = {}
    for found in _NAME.finditer(text):
        name = found[2].replace('"', "").strip()
        name = name.removeprefix(mark) if mark else name
        if name and name != "-":
            (remove if found[1] == "-" else add)[name] = None
    return tuple(add), tuple(remove)
