"""Who holds the store's write lock, as the kernel lists it; the database files are never opened for this."""

from __future__ import annotations

import os
from pathlib import Path

from engine.supervisor.procfs import stat

_WRITE_LOCK = 120
"""The byte of the -shm file that a writer locks while it is in a transaction (sqlite.org/walformat.html, 2.3.1)."""


def blocker(store: Path) -> str:
    """`process 123`, `process 123, which is stopped`, or `another process` if the kernel does not tell."""
    pid = _holder(store)
    if pid is None or pid == os.getpid():
        return "another process"
    found = stat(pid)
    stopped = ", which is stopped" if found and found.state in "Tt" else ""
    return f"process {pid}{stopped}"


def _holder(store: Path) -> int | None:
    try:
        info = store.with_name(f"{store.name}-shm").stat()
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return None
    file = f"{os.major(info.st_dev):02x}:{os.minor(info.st_dev):02x}:{info.st_ino}"
    for line in lines:
        _, kind, _, mode, pid, where, first, last, *_ = [*line.split(), *[""] * 8]
        is_it = kind == "POSIX" and mode == "WRITE" and where == file
        if is_it and first.isdecimal() and int(first) <= _WRITE_LOCK <= _number(last):
            return int(pid)
    return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1 << 63
