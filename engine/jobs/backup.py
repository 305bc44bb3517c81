"""The run that copies the store while it is used, checks the copy, and keeps the newest few."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.jobs.context import Context
from engine.jobs.main import Failure
from engine.rules.wording import bytes_words, count_of
from store import paths
from store.backup import back_up
from store.errors import StoreTrouble
from store.instants import from_us


def run(task: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The file and its size in bytes; older copies of this chore beyond `keep` are removed afterwards."""
    store, now = Path(os.environ["TICKLER_STORE"]), int(os.environ["TICKLER_NOW"])
    folder = Path(task["params"].get("folder") or paths.backups_folder(store))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        size, free = store.stat().st_size, shutil.disk_usage(folder).free
        if free < 2 * size:
            raise Failure(f"{folder} has {bytes_words(free)} free; a copy of {bytes_words(size)} needs twice its size")
        target = folder / f"{store.stem}-{from_us(now):%Y%m%d-%H%M%S}{store.suffix}"
        back_up(store, target, lambda done, total: context.progress(95 * done / max(1, total), "copying"))
        removed = _thinned(folder, store, int(task["params"]["keep"]))
        size = target.stat().st_size
    except (OSError, StoreTrouble) as fault:
        raise Failure(str(fault) if isinstance(fault, StoreTrouble) else f"{folder}: {fault.strerror}") from fault
    context.log.info(f"{target}: {bytes_words(size)}, checked")
    if removed:
        context.log.info(f"{count_of(removed, 'older copy', 'older copies')} removed")
    return {"file": str(target), "bytes": size, "removed": removed}


def _thinned(folder: Path, store: Path, keep: int) -> int:
    """Remove the oldest copies that this chore made; their names sort by time."""
    digits = "[0-9]" * 8 + "-" + "[0-9]" * 6
    copies = sorted(folder.glob(f"{store.stem}-{digits}{store.suffix}"))
    for old in copies[:-keep]:
        old.unlink(missing_ok=True)
    return len(copies[:-keep])
