"""Empty stores. The migrations make one for each test process; the others are copies of it, at a fifth of the time."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from store.opening import open_store


def empty_store(path: Path) -> Path:
    """A new store at `path`, open in this process. It has the identity of every other one made here."""
    shutil.copy(Path(_first().name) / "first.db", path)
    return open_store(path).path


@functools.cache
def _first() -> tempfile.TemporaryDirectory[str]:
    """The folder with the store that is copied; it lies there until the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="tickler-tests-")
    open_store(Path(folder.name) / "first.db")
    return folder
