"""Artifacts: files that a run hands over, taken into the store's folder when an attempt is over.

A job writes them into `$TICKLER_ARTIFACTS`. They are renamed, not copied: both folders lie beside the store, and a
gigabyte that is copied would hold the engine up. All processes of the job are dead by then. What lies in the
run's folder afterwards is what the run has: a crash between the renaming and the commit loses nothing, and nor does
a power cut behind the commit, for what was taken is on the disk before its row is written.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from engine.rules.filenames import MOST_BYTES, MOST_FILES, free, plain
from engine.rules.wording import bytes_words
from store import paths
from store.copying import settle
from store.current import store_path

PREFIX = "out"
"""Working folders of artifacts are `out-RUN` beside those that runs work in."""
_SEEN = 1_000
"""Entries of a folder that are looked at."""
_PATIENCE = 2.0
"""Seconds that a disk gets to write artifacts down, before the engine goes on with other runs meanwhile."""


class Kept(NamedTuple):
    """A file that the store's folder has: name, bytes, its path below that folder, when, microseconds UTC."""

    name: str
    size: int
    file: str
    at: int


def folder_of(run_id: int) -> str:
    """Where a run puts its artifacts."""
    return f"{paths.runs_folder(store_path())}/{PREFIX}-{run_id}"


def take(run_id: int, at: int) -> tuple[list[Kept], list[str]]:
    """Take what a run has left: all that it has now, and warnings about what was not taken or got another name."""
    try:
        source = os.open(folder_of(run_id), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return [], []
    try:
        names = [entry.name for entry in islice(os.scandir(source), _SEEN + 1)]
        return _taken(source, names, run_id, at) if names or _shelf(run_id).exists() else ([], [])
    except OSError as fault:
        return [], [f"artifacts  cannot be kept: {fault.strerror}; they are left in {folder_of(run_id)}"]
    finally:
        os.close(source)


def save(run_id: int, file: str, target: Path, *, force: bool) -> int:
    """Copy an artifact (`Kept.file`) out of the store; its bytes. OSError, FileExistsError without `force`."""
    source = os.open(_shelf(run_id).parent / file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file any more")
        mode = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        out = os.open(target, mode | (os.O_TRUNC if force else os.O_EXCL), 0o600)
        try:
            while os.sendfile(out, source, None, 1 << 20):
                pass
        finally:
            os.close(out)
        return os.fstat(source).st_size
    finally:
        os.close(source)


def _taken(source: int, names: list[str], run_id: int, at: int) -> tuple[list[Kept], list[str]]:
    shelf = _shelf(run_id)
    if not shelf.is_dir():
        shelf.mkdir(mode=0o700, parents=True)
        settle(shelf.parent)
        settle(shelf.parent.parent)
    target = os.open(shelf, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        there = {name: _size(target, name) for name in os.listdir(target)}  # noqa: PTH208
        warnings = list(_moved(source, sorted(names[:_SEEN]), target, there))
    finally:
        os.close(target)
    if names:
        warnings += _settled(shelf, sorted(there))
    if len(names) > _SEEN:
        warnings.append(f"artifacts  only the first {_SEEN} files were looked at")
    return [Kept(name, size, f"{run_id}/{name}", at) for name, size in sorted(there.items())], warnings


def _moved(source: int, names: list[str], target: int, there: dict[str, int]) -> Iterator[str]:
    """Rename what may be kept, and add it to `there`; a warning for each that is not, or got another name."""
    for name in names:
        reason = _refusal(source, name, MOST_BYTES - sum(there.values()), MOST_FILES - len(there))
        if reason is None:
            kept = free(plain(name), there)
            try:
                os.chmod(name, 0o600, dir_fd=source)  # a regular file, as was just seen, and nobody else is there
                os.rename(name, kept, src_dir_fd=source, dst_dir_fd=target)
            except OSError as fault:
                reason = fault.strerror
            else:
                there[kept] = _size(target, kept)
                if kept != name:
                    yield f"artifact  {name!r} is kept as {kept!r}"
                continue
        yield f"artifact  {name!r} is not kept: {reason}"


def _settled(shelf: Path, names: list[str]) -> list[str]:
    """Have the files on the disk; a warning for each that the disk could not take after all.

    On a thread, for a gigabyte on a slow disk would hold all runs up: what takes longer is written down meanwhile.
    """
    warnings = list[str]()

    def write_down() -> None:
        for name in names:
            try:
                settle(shelf / name)
            except OSError as fault:
                warnings.append(f"artifact  {name!r} may be damaged: {fault.strerror}")
        with contextlib.suppress(OSError):
            settle(shelf)

    thread = threading.Thread(target=write_down, name="artifacts", daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return list(warnings)


def _refusal(folder: int, name: str, room: int, places: int) -> str | None:
    """Why an entry cannot be an artifact; nothing is opened, so that nothing can hold us up."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        return "it is a symbolic link"
    if stat.S_ISDIR(found.st_mode):
        return "it is a folder"
    if not stat.S_ISREG(found.st_mode):
        return "it is not a regular file"
    if found.st_nlink > 1:
        return "the file has other names elsewhere (a hard link)"
    if not places:
        return f"a run may have {MOST_FILES} artifacts"
    if found.st_size > room:
        return f"{bytes_words(found.st_size)} are too many (a run may have {bytes_words(MOST_BYTES)})"
    return None


def _size(folder: int, name: str) -> int:
    with contextlib.suppress(OSError):
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    return 0


def _shelf(run_id: int) -> Path:
    return paths.files_folder(store_path()) / str(run_id)
