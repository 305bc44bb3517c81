"""Triggers that act by a schedule."""

from __future__ import annotations

import sqlite3


def arm(connection: sqlite3.Connection, trigger_id: int, now: int) -> None:
    """Plan the next time of a trigger with a schedule as it stands at `now`, microseconds UTC; others have none."""
