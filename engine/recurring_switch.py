"""Whether recurring tasks are created: the setting `recurring`, or TICKLER_RECURRING where it says so."""

from __future__ import annotations

import os
import sqlite3

from store import settings

VARIABLE = "TICKLER_RECURRING"
_OFF, _ON = frozenset({"0", "off", "no", "false"}), frozenset({"1", "on", "yes", "true"})


def is_on(connection: sqlite3.Connection) -> bool:
    """As this process sees it; what the variable says in other words than on and off does not count."""
    said = os.environ.get(VARIABLE, "").strip().lower()
    if said in _OFF | _ON:
        return said in _ON
    return bool(settings.read(connection, "recurring"))
