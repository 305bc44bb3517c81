"""The run that copies the store and its files while they are used, checks the copy, and keeps the newest few."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.jobs.context import Context
from engine.jobs.main import Failure
from engine.rules.wording import bytes_words, count_of, some_of
from store import paths
from store.backup import back_up_all, remove
from store.errors import StoreTrouble
from store.instants import SECOND, from_us

_YESTERDAY = 86_400


def run(task: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The file and its size in bytes, what was copied beside it; copies beyond `keep` are removed afterwards."""
    store, now = Path(os.environ["TICKLER_STORE"]), int(os.environ["TICKLER_NOW"])
    folder = Path(task["params"].get("folder") or paths.backups_folder(store))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _swept(folder, store, now // SECOND)
        before = _copies(folder, store)
        base = before[-1] if before else None
        size, free = store.stat().st_size, shutil.disk_usage(folder).free
        if free < 2 * size:
            raise Failure(f"{folder} has {bytes_words(free)} free; a copy of {bytes_words(size)} needs twice its size")
        target = folder / f"{store.stem}-{from_us(now):%Y%m%d-%H%M%S}{store.suffix}"
        made = back_up_all(
            store, target, lambda done, total: context.progress(95 * done / max(1, total), "copying"), base
        )
        old = _copies(folder, store)[: -int(task["params"]["keep"])]
        for each in old:
            remove(each)
        size = target.stat().st_size
    except (OSError, StoreTrouble) as fault:
        raise Failure(str(fault) if isinstance(fault, StoreTrouble) else f"{folder}: {fault.strerror}") from fault
    context.log.info(f"{target}: {bytes_words(size)}, checked")
    if made.logs or made.artifacts:
        what = f"{count_of(made.logs, 'log')} and {count_of(made.artifacts, 'artifact')}, {bytes_words(made.bytes)}"
        context.log.info(f"{paths.files_folder(target)}: {what}")
    if made.missing:
        context.log.warning(f"not there to be copied: {some_of([str(each) for each in made.missing])}")
    if old:
        context.log.info(f"{count_of(len(old), 'older copy', 'older copies')} removed")
    return {
        "file": str(target), "bytes": size, "logs": made.logs, "artifacts": made.artifacts,
        "files_bytes": made.bytes, "missing": len(made.missing), "removed": len(old),
    }  # fmt: skip


def _copies(folder: Path, store: Path) -> list[Path]:
    """Those that this chore made; their names sort by time."""
    digits = "[0-9]" * 8 + "-" + "[0-9]" * 6
    return sorted(each for each in folder.glob(f"{store.stem}-{digits}{store.suffix}") if each.is_file())


def _swept(folder: Path, store: Path, now: int) -> None:
    """Remove what copies of yesterday left that were cut off: no power cut may fill the disk bit by bit."""
    digits = "[0-9]" * 8 + "-" + "[0-9]" * 6
    for part in folder.glob(f"{store.stem}-{digits}{store.suffix}.part"):
        if now - part.lstat().st_mtime > _YESTERDAY:
            remove(part)
            if not (target := part.with_suffix("")).exists():
                remove(target)
