"""Where things lie: the store, its side files, and the person's own themes."""

from __future__ import annotations

import functools
import os
from pathlib import Path


def home() -> Path:
    """The folder for this user's data: `TICKLER_HOME`, else the platform's data directory."""
    named = os.environ.get("TICKLER_HOME")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("tickler")


def default_store() -> Path:
    """`TICKLER_STORE`, else `tickler.db` in the home folder."""
    named = os.environ.get("TICKLER_STORE")
    return Path(named).expanduser().absolute() if named else home() / "tickler.db"


def beside(store: Path, suffix: str) -> Path:
    """A side file or folder of a store: `tickler.db` -> `tickler.db.engine.lock`."""
    return store.with_name(f"{store.name}.{suffix}")


def lock_file(store: Path) -> Path:
    """The file whose flock says which engine fires."""
    return beside(store, "engine.lock")


def identity_file(store: Path) -> Path:
    """Remembers that a store was here, so that an emptied file is refused instead of made anew."""
    return beside(store, "id")


def wake_file(store: Path) -> Path:
    """The named pipe that other processes write to after a commit, so that the engine looks at once."""
    return beside(store, "wake")


@functools.cache
def runs_folder(store: Path) -> Path:
    """Journals of supervisors and working folders of runs, 0700."""
    return beside(store, "runs")


def files_folder(store: Path) -> Path:
    """What runs hand over, in a folder of each, 0700."""
    return beside(store, "files")


def backups_folder(store: Path) -> Path:
    """Copies that the store's own chore makes, 0700."""
    return beside(store, "backups")


LOGS = "logs"
"""The folder among those files for logs of runs whose lines do not go into the store, 0700."""
