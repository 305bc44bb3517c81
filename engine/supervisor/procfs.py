"""Processes as /proc tells of them. A process is named by pid *and* start time: a pid alone is used again."""
# ruff: noqa: PTH115, PTH208 (pathlib would be a third of the start)

from __future__ import annotations

import os
import time
from collections.abc import Iterable

MARK = "TICKLER_JOB"
"""The environment variable by which a job's processes are known: `<engine>/<key>`."""
_PAGE = 4096
_TICKS = os.sysconf("SC_CLK_TCK")


class Proc:
    """One process: its parent and process group, start in clock ticks since boot, state letter."""

    __slots__ = ("group", "parent", "pid", "start", "state")

    def __init__(self, pid: int, state: str, parent: int, group: int, start: int) -> None:
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.start = start


def _read(path: str) -> bytes:
    """The whole file; b"" when the process is gone or not ours to see."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        data = chunk = os.read(fd, 65536)
        while chunk:
            chunk = os.read(fd, 65536)
            data += chunk
        return data
    except OSError:
        return b""
    finally:
        os.close(fd)


def stat(pid: int) -> Proc | None:
    """The process, a zombie included; None if there is none."""
    text = _read(f"/proc/{pid}/stat")
    if not text:
        return None
    field = text[text.rindex(b")") + 2 :].split(None, 20)
    return Proc(pid, field[0].decode(), int(field[1]), int(field[2]), int(field[19]))


def start(pid: int) -> int:
    """When the process started, 0 if there is none."""
    proc = stat(pid)
    return proc.start if proc else 0


def tick() -> int:
    """The start time of a process that started now: a process made between two equal ticks needs no look at /proc."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) * _TICKS // 1_000_000_000


def is_same(proc: Proc) -> bool:
    """Whether the process still lives and is no other that got its pid."""
    now = stat(proc.pid)
    return now is not None and now.start == proc.start and now.state not in "ZX"


def everyone() -> dict[int, Proc]:
    """All processes that are not zombies, by pid."""
    found = (stat(int(name)) for name in os.listdir("/proc") if name.isdecimal())
    return {proc.pid: proc for proc in found if proc is not None and proc.state not in "ZX"}


def tree(procs: dict[int, Proc], roots: Iterable[int]) -> list[Proc]:
    """The roots and all their descendants among `procs`."""
    below: dict[int, list[Proc]] = {}
    for proc in procs.values():
        below.setdefault(proc.parent, []).append(proc)
    found = {pid: procs[pid] for pid in roots if pid in procs}
    pending = list(found)
    while pending:
        for proc in below.get(pending.pop(), ()):
            if proc.pid not in found:
                found[proc.pid] = proc
                pending.append(proc.pid)
    return list(found.values())


class Children:
    """The children of this single-threaded process, zombies included."""

    def __init__(self) -> None:
        me = os.getpid()
        try:
            self._fd = os.open(f"/proc/self/task/{me}/children", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # a kernel without CONFIG_PROC_CHILDREN
            self._fd = -1

    def pids(self) -> list[int]:
        """All of them: they come at the end of the kernel's list, and none leaves it but by our wait."""
        if self._fd < 0:
            me = os.getpid()
            return [pid for pid, proc in everyone().items() if proc.parent == me]
        data = chunk = os.pread(self._fd, _PAGE, 0)
        while len(chunk) >= _PAGE - 16:  # the kernel fills at most a page, with whole entries
            chunk = os.pread(self._fd, _PAGE, len(data))
            data += chunk
        return [int(pid) for pid in data.split()]


def mark(pid: int) -> str | None:
    """The value of MARK in the environment the process was started with, "" if it has none or hides it.

    None within an exec, when a process has neither environment nor arguments for a moment: ask again.
    """
    wanted = MARK.encode() + b"="
    environ = _read(f"/proc/{pid}/environ")
    for entry in environ.split(b"\0"):
        if entry.startswith(wanted):
            return entry[len(wanted) :].decode("utf-8", "surrogateescape")
    if environ or _read(f"/proc/{pid}/cmdline"):
        return ""
    try:
        os.readlink(f"/proc/{pid}/exe")
    except OSError:  # gone, a zombie, another user's, or a thread of the kernel
        return ""
    return None


def boot() -> str:
    """Which pids are meant: the machine's boot and the pid namespace."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return f"{_read('/proc/sys/kernel/random/boot_id').decode().strip()} {space}"
