"""Copying the files of a store: only plain ones, never through a link, on the disk before anybody relies on them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from store.frozen import value
from store.reads.files import Pointed

_CHUNK = 4 << 20
_NOT_THERE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EINVAL, errno.EACCES})
"""The file is gone, or something else is in its place, or it may not be read: a fault of the source."""


@value
class Copied:
    """What was copied beside the database: how many logs and artifacts, their `bytes`, and which were not there."""

    logs: int
    artifacts: int
    bytes: int
    missing: tuple[Pointed, ...]


def copy_files(
    wanted: Iterable[Pointed],
    source: Path,
    target: Path,
    base: Path | None,
    progress: Callable[[int], None] = lambda done: None,
) -> Copied:
    """Copy files from one folder to another, 0600 in 0700; the folder is not made if there are none.

    A file that nobody writes any more and that `base` has already, of the same size and time, becomes another name
    for that one. `progress` hears how many bytes are done. OSError if the target cannot be written.
    """
    counts, size, missing, folders = {True: 0, False: 0}, 0, list[Pointed](), set[Path]()
    for each in wanted:
        place = target / each.file
        for folder in reversed([folder for folder in place.parents if folder.is_relative_to(target)]):
            if folder not in folders:
                folder.mkdir(0o700)
                folders.add(folder)
        before = None if base is None or not each.is_over else base / each.file
        done = _copy(source / each.file, place, before, partial(_further, progress, size))
        if done is None:
            missing.append(each)
            continue
        counts[bool(each.name)] += 1
        size += done
    for folder in folders:
        settle(folder)
    return Copied(counts[False], counts[True], size, tuple(missing))


def _further(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)


def settle(path: Path) -> None:
    """Have a file, or what a folder lists, on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: Path, target: Path, base: Path | None, progress: Callable[[int], None]) -> int | None:
    """The bytes of the copy; None if there is no such file to copy."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        if fault.errno in _NOT_THERE:
            return None
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return None
        if base is None or not _is_shared(base, target, found):
            _written(descriptor, target, found, progress)
        return found.st_size
    finally:
        os.close(descriptor)


def _is_shared(base: Path, target: Path, wanted: os.stat_result) -> bool:
    """Whether the copy before has the same file, and gives it."""
    try:
        found = base.lstat()
        if (found.st_size, found.st_mtime_ns, found.st_mode) != (wanted.st_size, wanted.st_mtime_ns, 0o100600):
            return False
        target.hardlink_to(base)
    except OSError:
        return False
    return True


def _written(source: int, target: Path, found: os.stat_result, progress: Callable[[int], None]) -> None:
    out = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        done = 0
        while done < found.st_size and (size := os.sendfile(out, source, done, min(_CHUNK, found.st_size - done))):
            done += size
            progress(done)
        os.utime(out, ns=(found.st_mtime_ns, found.st_mtime_ns))
        os.fsync(out)
    finally:
        os.close(out)
