"""The run that reads the whole store and says whether anything in it is damaged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.jobs.context import Context
from engine.jobs.main import Failure
from engine.rules.wording import count_of
from store.connection import connect

_MOST = 100


def run(task: Mapping[str, Any], context: Context) -> dict[str, int]:
    """Failure, with what is wrong in the log, unless everything is as it should be."""
    with closing(connect(Path(os.environ["TICKLER_STORE"]), read_only=True)) as connection:
        try:
            context.progress(0, "reading the store")
            found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST})").fetchall()]
            wrong = [] if found == ["ok"] else found
            context.progress(80, "following references")
            broken = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
        except sqlite3.DatabaseError as fault:
            raise Failure(f"the store cannot be read to its end: {fault}") from fault
    for words in wrong:
        context.log.error(str(words))
    for table, row, parent, _ in broken:
        context.log.error(f"{table} {row} refers to a row of {parent} that is not there")
    if wrong or broken:
        raise Failure(f"{count_of(len(wrong) + len(broken), 'fault')} found; restore the newest backup")
    context.log.info("whole")
    return {"faults": 0}
