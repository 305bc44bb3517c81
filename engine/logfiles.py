"""Writing the log file of a run.

Inside the transaction that counts the lines, because the store's lock is what keeps two writers apart: an engine that
was taken over may not append to a file that its successor writes. Lines are not synced one by one, so a write takes a
tenth of a millisecond; what a commit then does not follow is cut off by the next write, which knows where it goes on.
The last lines of an attempt are: what the store says is over has its log on the disk, whatever happens to the power.
"""

# Not pathlib: it costs more than the write.
# ruff: noqa: PTH108, PTH116

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from pathlib import Path

from engine.rules.loudness import INFO
from store.copying import settle
from store.errors import StoreTrouble
from store.logfile import LogFile, head, number, path_of
from store.reads.log_which import LEVELS

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_LAST = 64 << 10
"""Bytes in which the last line of a file is looked for."""

log = logging.getLogger("tickler.engine")


def text_of(seq: int, attempt: int, at: int, stream: str, lines: list[str], found: list[int] | None) -> bytes:
    """Lines from number `seq` on as they stand in a file; `found` are their levels, INFO if None."""
    if found is None:
        shared = head(at, LEVELS[INFO], stream, attempt)
        text = "".join([f"{shared}{number} {line}\n" for number, line in enumerate(lines, seq)])
    else:
        heads = {level: head(at, LEVELS[level], stream, attempt) for level in set(found)}
        numbered = zip(found, range(seq, seq + len(lines)), lines, strict=True)
        text = "".join([f"{heads[level]}{number} {line}\n" for level, number, line in numbered])
    return text.encode(errors="backslashreplace")


def write(connection: sqlite3.Connection, run_id: int, seq: int, data: bytes, *, settles: bool = False) -> None:
    """Put lines from number `seq` on into the file of a run, where line `seq - 1` ends; what lies behind goes.

    `settles`: come back when the whole file and its name are on the disk. In the caller's transaction. StoreTrouble if
    the disk is full: nothing is lost, it is to be tried again. A file that cannot be written for another reason lacks
    these lines, and reading it says so: one broken file must not stop all runs.
    """
    path = path_of(connection, run_id)
    try:
        _write(path, seq, data, settles=settles)
    except OSError as fault:
        if fault.errno in _FULL:
            words = f"The log of run {run_id} cannot grow: the disk is full. What was saved before is safe"
            raise StoreTrouble(f"{words}; free some space.") from fault
        log.warning("the log file %s cannot be written: %s", path, fault.strerror)


def size(connection: sqlite3.Connection, run_id: int) -> int:
    """Bytes of the file of a run; 0 if there is none."""
    try:
        return os.stat(path_of(connection, run_id)).st_size
    except OSError:
        return 0


def remove(connection: sqlite3.Connection, run_id: int) -> None:
    """Delete the file of a run, if there is one; one that cannot be deleted is left."""
    try:
        os.unlink(path_of(connection, run_id))
    except FileNotFoundError:
        return
    except OSError as fault:
        log.warning("the log file of run %d cannot be removed: %s", run_id, fault.strerror)


def _write(path: Path, seq: int, data: bytes, *, settles: bool) -> None:
    try:
        descriptor = os.open(path, _FLAGS, 0o600)
    except FileNotFoundError:
        _make_folders(path)
        descriptor = os.open(path, _FLAGS, 0o600)
    try:
        place = _place(descriptor, path, seq)
        while data:
            size = os.pwrite(descriptor, data, place)
            data, place = data[size:], place + size
        if settles:
            os.fdatasync(descriptor)
            settle(path.parent)
    finally:
        os.close(descriptor)


def _make_folders(path: Path) -> None:
    """Those of the first log, or of the first of a thousand: rare enough to be settled at once."""
    for folder in (path.parents[2], path.parents[1], path.parent):
        try:
            folder.mkdir(0o700)
        except FileExistsError:
            continue
        settle(folder.parent)


def _place(descriptor: int, path: Path, seq: int) -> int:
    """Where line `seq` goes: nearly always the end of the file."""
    size = os.fstat(descriptor).st_size
    last = os.pread(descriptor, min(size, _LAST), max(0, size - _LAST))
    begin = last.rfind(b"\n", 0, len(last) - 1) + 1
    if not size or (last.endswith(b"\n") and number(last, begin) == seq - 1):
        return size
    with LogFile(path) as file:
        place = file.place(seq)
    os.ftruncate(descriptor, place)
    return place
