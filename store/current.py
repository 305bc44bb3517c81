"""Which store this process works on. One process, one store; doors set it once, after it was opened."""

from __future__ import annotations

from pathlib import Path

from store.errors import StoreTrouble

_current: list[Path] = []


def use(path: Path) -> None:
    """Work on the store at `path` from now on; `store.opening.open_store` has checked it."""
    _current[:] = [path]


def store_path() -> Path:
    """The store this process works on."""
    if not _current:
        raise StoreTrouble("No store is open.")
    return _current[0]
