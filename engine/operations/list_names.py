"""Lists as people name them."""

from __future__ import annotations

import sqlite3

from engine.rules.errors import shown
from engine.rules.names import unknown
from store.errors import Refused
from store.reads.task_rows import list_paths


def list_id(connection: sqlite3.Connection, text: str) -> int:
    """The list that `text` names: its path, its name alone where only one list has it, or its id.

    Refused with the paths if several have the name, and with the nearest if none has.
    """
    paths = list_paths(connection)
    found = [number for number, path in paths.items() if path == text]
    found = found or [number for number, path in paths.items() if path.rpartition("/")[2] == text]
    if not found and text.isascii() and text.isdigit():
        found = [number for number in paths if str(number) == text]
    if len(found) == 1:
        return found[0]
    known = sorted(paths.values(), key=str.casefold)
    if found:
        there = ", ".join(path for path in known if path.rpartition("/")[2] == text)
        raise Refused(f"list: '{shown(text)}' is there several times; write one of {there}.")
    raise Refused(f"list: {unknown(text, known, 'list')}.")
