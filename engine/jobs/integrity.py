"""The run that reads the whole store and says whether anything in it is damaged, or a file of it gone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from engine.jobs.context import Context
from engine.jobs.main import Failure
from engine.rules.wording import count_of, plural
from store import paths
from store.connection import connect
from store.reads import files

_MOST = 100


def run(task: Mapping[str, Any], context: Context) -> dict[str, int]:
    """Failure, with what is wrong in the log, unless everything is as it should be."""
    store = Path(os.environ["TICKLER_STORE"])
    with closing(connect(store, read_only=True)) as connection:
        try:
            context.progress(0, "reading the store")
            found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST})").fetchall()]
            wrong = [] if found == ["ok"] else found
            context.progress(80, "following references")
            broken = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
            context.progress(90, "looking for files")
            lost = list(islice(files.lost(connection, paths.files_folder(store)), _MOST))
        except sqlite3.DatabaseError as fault:
            raise Failure(f"the store cannot be read to its end: {fault}") from fault
    for words in wrong:
        context.log.error(str(words))
    for table, row, parent, _ in broken:
        context.log.error(f"{table} {row} refers to a row of {parent} that is not there")
    for each, words in lost:
        context.log.error(f"{each} {words}")
    if wrong or broken:
        raise Failure(f"{count_of(len(wrong) + len(broken), 'fault')} found; restore the newest backup")
    if lost:
        raise Failure(
            f"{count_of(len(lost), 'file')} lost; the newest backup may have {plural(len(lost), 'it', 'them')}"
        )
    context.log.info("whole")
    return {"faults": 0}
