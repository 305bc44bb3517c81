"""Whose process is it, and how all processes of a job are reached.

The supervisor is a sub-reaper: every process that a job makes is its descendant for ever, and becomes its
child when its parent ends, also after a double fork with setsid. Such an orphan is known by the mark in its
environment, else by its process group. One that wiped its environment *and* left its group could be any
job's: it is killed once no job runs.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from . import procfs
from .child import Child, Worker

_UNKNOWN = ""
_EXEC = 1.0
"""Seconds that an exec may take; who has neither environment nor arguments for longer has wiped them."""


class Family:
    """The processes below this one.

    leaders: not yet reaped commands by pid, None for a worker at rest; children: open jobs by key; released: jobs
    that were allowed to leave processes behind and did. workers: those that were not reaped, by pid; gone: those
    that were, and nobody has taken note of.
    """

    def __init__(self, name: str) -> None:
        self.leaders: dict[int, Child | None] = {}
        self.children: dict[str, Child] = {}
        self.released: set[str] = set()
        self.workers: dict[int, Worker] = {}
        self.gone: list[Worker] = []
        self.name = name
        self._aliases: dict[str, str] = {}
        self._orphans: dict[int, str] = {}
        self._struck: set[int] = set()
        self._unsure: dict[int, float] = {}
        self._below = procfs.Children()

    def add(self, child: Child) -> None:
        self.leaders[child.pid] = child
        self.children[child.key] = child
        if child.worker is not None:
            self._aliases[child.worker.name] = child.key

    def reaped(self, pid: int) -> Child | None:
        """The job whose command this was, None for an orphan, or a worker at rest."""
        self._orphans.pop(pid, None)
        self._struck.discard(pid)
        if pid in self.workers:
            self.gone.append(self.workers.pop(pid))
        return self.leaders.pop(pid, None)

    def remove(self, child: Child) -> None:
        """The job is over."""
        self.children.pop(child.key, None)
        if self.leaders.get(child.pid) is child:
            del self.leaders[child.pid]
        if child.worker is not None:
            self._aliases.pop(child.worker.name, None)

    def rest(self, child: Child) -> None:
        """The job is over, and its process waits for another."""
        del self.children[child.key]
        self.leaders[child.pid] = None

    def is_alone(self) -> None:
        """The system says that there is no child at all."""
        self._orphans.clear()
        self._struck.clear()
        self._unsure.clear()

    def mark(self, key: str) -> str:
        """The value of procfs.MARK for the processes of a job."""
        return f"{self.name}/{key}"

    def adopt(self) -> None:
        """Learn of orphans that came since."""
        unsure, self._unsure = self._unsure, {}
        for pid in self._below.pids():
            if pid in self.leaders or pid in self._orphans:
                continue
            owner = self._owner(pid)
            since = unsure.get(pid) or time.monotonic()
            if owner is None and time.monotonic() < since + _EXEC:
                self._unsure[pid] = since
            else:
                self._orphans[pid] = owner or _UNKNOWN

    def has_left(self, child: Child) -> bool | None:
        """Whether processes live of a job whose command ended: the topmost of them are children of ours.

        None when that cannot be told for a moment.
        """
        if child.key in self._orphans.values():
            return True
        return None if self._unsure else False

    def signal(self, child: Child, *numbers: int) -> int:
        """Send signals to every process of a job; how many trees of processes there were.

        To its group first, in one call that no fork escapes: a fork bomb must end before it is looked at.
        """
        self.adopt()
        grouped = self._has_group(child)
        for number in numbers if grouped else ():
            _send(os.killpg, child.pid, number)
        roots = [pid for pid, key in self._orphans.items() if key == child.key]
        if child.pid in self.leaders:
            roots.append(child.pid)
        for proc in procfs.tree(procfs.everyone(), roots):
            if not (grouped and proc.group == child.pid) and procfs.is_same(proc):
                for number in numbers:
                    _send(os.kill, proc.pid, number)
        return len(roots)

    def strike(self) -> None:
        """Kill orphans of jobs that are over."""
        for pid, key in self._orphans.items():
            waits = key in self.children or (key == _UNKNOWN and self.children)
            if not waits and not self._is_spared(key) and pid not in self._struck:
                self._struck.add(pid)
                _send(os.kill, pid, signal.SIGKILL)

    def slay(self, patience: float = 2.0) -> None:
        """Kill all that is left but what was released; gives up after `patience` seconds."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self._reap()
            self.adopt()
            doomed = [pid for pid, key in self._orphans.items() if not self._is_spared(key)]
            if not doomed and not self.leaders:
                return
            for proc in procfs.tree(procfs.everyone(), [*doomed, *self.leaders]):
                _send(os.kill, proc.pid, signal.SIGKILL)
            time.sleep(0.005)  # nothing else is served any more

    def _has_group(self, child: Child) -> bool:
        """Whether the group with the command's number is still the job's: a child of ours that is in it, reaped by
        nobody else, keeps the number from being used again.
        """
        if child.pid in self.leaders:
            return True
        orphans = [procfs.stat(pid) for pid, key in self._orphans.items() if key == child.key]
        return any(proc is not None and proc.group == child.pid for proc in orphans)

    def _is_spared(self, key: str) -> bool:
        return key in self.released or (key == _UNKNOWN and bool(self.released))

    def _reap(self) -> None:
        try:
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self.reaped(pid)
        except ChildProcessError:
            self.is_alone()

    def _owner(self, pid: int) -> str | None:
        marked = procfs.mark(pid)
        if marked is None:
            return None
        if marked.startswith(self.name + "/"):
            key = marked[len(self.name) + 1 :]
            return self._aliases.get(key, key)  # a worker's own mark is on what it forked
        proc = procfs.stat(pid)
        if proc is not None:
            for child in self.children.values():
                if child.pid == proc.group:
                    return child.key
        return _UNKNOWN


def _send(kill: Callable[[int, int], None], pid: int, number: int) -> None:
    """Signal what may be gone by now, or belong to another user after a set-uid exec."""
    try:
        kill(pid, number)
    except OSError:
        return
