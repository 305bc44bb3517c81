"""The text of a definition's Python file, beside the store: what processes load, and what a trace shows lines of."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from store import paths
from store.current import store_path

_written: set[Path] = set()


def name_of(digest: str) -> str:
    """What its file is called, in the folder of the folders in which runs leave their artifacts."""
    return f"workflow-{digest[:32]}.py"


def write(connection: sqlite3.Connection, definition_id: int, digest: str) -> None:
    """Put it there unless it is; whole or not at all."""
    file = paths.runs_folder(store_path()) / name_of(digest)
    if file in _written and file.is_file():
        return
    (text,) = connection.execute("SELECT source FROM workflow_definition WHERE id = ?", (definition_id,)).fetchone()
    if not file.is_file():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.part")
        part.write_text(text or "", encoding="utf-8")
        part.replace(file)
    _written.add(file)
