"""Counters: what must be known of rows that are gone, and of runs that were never made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.reads.metrics import OVERFLOW, Tally, runs_tally

_ADD = """
INSERT INTO counter (name, label, value) VALUES (?, ?, ?)
ON CONFLICT (name, label) DO UPDATE SET value = value + excluded.value
"""


def keep(connection: sqlite3.Connection, run_ids: Iterable[int]) -> None:
    """These runs are about to be removed, in the running transaction: what they count for stays."""
    _add(connection, runs_tally(connection, run_ids))


def refused(connection: sqlite3.Connection, many: int) -> None:
    """So many runs were not made, because the queue was full."""
    _add(connection, {(OVERFLOW, ""): many})


def _add(connection: sqlite3.Connection, tally: Tally) -> None:
    connection.executemany(_ADD, [(name, label, number) for (name, label), number in tally.items()])
