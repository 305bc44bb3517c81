"""Reading a file that a person named: whole, bounded, and never waiting for long.

It happens inside a transaction that keeps other writers out, so a pipe nobody writes to may not hold it.
"""

from __future__ import annotations

import os
import select
import stat
import time
from pathlib import Path

from engine.rules.errors import shown
from engine.rules.wording import bytes_words
from store.errors import Refused

PATIENCE = 4.0
"""Seconds that a pipe may take in all; other writers wait for the store at most five."""

_CHUNK = 1 << 20


def file_bytes(name: str, limit: int) -> bytes:
    """The content of a file, or of a pipe (`-` is standard input), up to `limit` bytes.

    Refused, in words that name it, if there is none, it may not be read, is a directory or a device, or is
    larger.
    """
    if name == "-":
        return _piped(0, name, limit)
    try:
        descriptor = os.open(Path(name).expanduser(), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError, RuntimeError) as fault:
        raise Refused(f"{_place(name)} cannot be read: {_reason(fault)}.") from fault
    try:
        kind = os.fstat(descriptor)
        if stat.S_ISDIR(kind.st_mode):
            raise Refused(f"{_place(name)} is a directory; name a file.")
        if stat.S_ISFIFO(kind.st_mode):
            return _piped(descriptor, name, limit)
        if not stat.S_ISREG(kind.st_mode):
            raise Refused(f"{_place(name)} is not a file (a device or socket).")
        return _whole(descriptor, kind.st_size, name, limit)
    finally:
        os.close(descriptor)


def write_new(name: str, text: str) -> None:
    """Write a file that is not there yet. Refused, in words that name it, if it is there or cannot be written."""
    path = Path(name)
    try:
        with path.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError as fault:
        raise Refused(f"{_place(name)} is there already; name another file.") from fault
    except (OSError, ValueError) as fault:
        raise Refused(f"{_place(name)} cannot be written: {_reason(fault)}.") from fault


def called(name: str) -> str:
    """What errors about the content call a file: its name without the folders."""
    return "standard input" if name == "-" else shown(Path(name).name)


def _place(name: str) -> str:
    return "standard input" if name == "-" else shown(name, 300)


def _whole(descriptor: int, size: int, name: str, limit: int) -> bytes:
    if size > limit:
        raise _too_large(name, limit)
    pieces = []
    left = limit + 1
    while left and (piece := os.read(descriptor, min(left, _CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise _too_large(name, limit)
    return b"".join(pieces)


def _piped(descriptor: int, name: str, limit: int) -> bytes:
    """All that comes through within `PATIENCE`; the end of the pipe is the end of the file."""
    end = time.monotonic() + PATIENCE
    pieces: list[bytes] = []
    size = 0
    while size <= limit:
        left = end - time.monotonic()
        ready, _, _ = select.select([descriptor], [], [], max(left, 0))
        if not ready:
            raise Refused(f"{_place(name)}: the pipe did not end within {PATIENCE:.0f} seconds; save it to a file.")
        piece = os.read(descriptor, _CHUNK)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    raise _too_large(name, limit)


def _too_large(name: str, limit: int) -> Refused:
    return Refused(f"{_place(name)} is too large (at most {bytes_words(limit)}).")


def _reason(fault: Exception) -> str:
    if isinstance(fault, FileNotFoundError):
        return "there is no such file"
    if isinstance(fault, PermissionError):
        return "you may not"
    return str(getattr(fault, "strerror", None) or fault)
