"""Handing a file over: copied into the folder from which the engine takes artifacts when the attempt is over."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from engine.rules.filenames import MOST_BYTES, free, plain
from engine.rules.wording import bytes_words

FOLDER = "TICKLER_ARTIFACTS"
_CHUNK = 1 << 20


def keep(path: str | os.PathLike[str], name: str | None, warn: Callable[[str], None]) -> str | None:
    """Copy a regular file; the name that it got, None with a warning if it cannot be kept.

    Opened without following a link and without waiting: a FIFO that nobody writes to would hold the run.
    """
    said = os.fsdecode(path) if name is None else str(name)
    called = said.rpartition("/")[2] if name is None else said
    folder = os.environ.get(FOLDER)
    if not folder:
        warn(f"artifact {said!r} is not kept: this run has no folder for artifacts")
        return None
    try:
        source = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as fault:
        warn(f"artifact {said!r} is not kept: {_reason(fault)}")
        return None
    try:
        return _copied(source, (said, called, plain(said)), Path(folder), warn)
    except OSError as fault:
        warn(f"artifact {said!r} is not kept: {_reason(fault)}")
        return None
    finally:
        os.close(source)


def _copied(source: int, names: tuple[str, str, str], folder: Path, warn: Callable[[str], None]) -> str | None:
    """`names`: as it was said, as its owner calls it, and made plain."""
    said, called, wanted = names
    found = os.fstat(source)
    if not stat.S_ISREG(found.st_mode):
        warn(f"artifact {said!r} is not kept: it is not a regular file")
        return None
    if found.st_size > MOST_BYTES:
        size, most = bytes_words(found.st_size), bytes_words(MOST_BYTES)
        warn(f"artifact {said!r} is not kept: {size} are too many (at most {most})")
        return None
    kept = free(wanted, {entry.name for entry in os.scandir(folder)})
    if kept != called:
        warn(f"artifact {said!r} is kept as {kept!r}")
    target = os.open(folder / kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        while os.sendfile(target, source, None, _CHUNK):  # from where it stands
            pass
        os.fdatasync(target)  # here, where only this run waits for the disk
    except BaseException:
        os.unlink(folder / kept)  # noqa: PTH108
        raise
    finally:
        os.close(target)
    return kept


def _reason(fault: Exception) -> str:
    if isinstance(fault, FileNotFoundError):
        return "there is no such file"
    if isinstance(fault, OSError) and fault.errno == 40:  # ELOOP: what O_NOFOLLOW says of a link
        return "it is a symbolic link"
    return str(getattr(fault, "strerror", None) or fault)
