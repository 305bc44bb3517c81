"""A worker: one run after the other in this process, for code that is short and keeps no state between calls.

Between two runs everything that could be told apart is put back: environment, folder, signals, what was printed and
not yet written. A run that leaves a thread or a process behind, or was asked to end, is the last one of its worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import marshal
import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType

from engine.jobs.channel import DESCRIPTOR, Channel
from engine.jobs.context import DEBUG, INFO, Context
from engine.jobs.main import did, heed_signals
from engine.supervisor import homes

ORDERS, WORDS = 4, 5
_CHUNK = 1 << 16
_PR_SET_CHILD_SUBREAPER = 36

Task = tuple[dict[str, str], str, str, str, str]
"""Environment, what a process of its own would read on standard input, `home`, and the two folders of the run's."""


def main() -> None:
    """Until the orders end."""
    for descriptor in (DESCRIPTOR, ORDERS, WORDS):
        os.set_inheritable(descriptor, False)
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit(1)
    signal.signal(signal.SIGTERM, _leave)
    os.write(WORDS, b"r")
    while (task := _next()) is not None:
        context, is_done = _one(task)
        for stream in {sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__}:
            with contextlib.suppress(Exception):
                stream.flush()  # type: ignore[union-attr]  # a run may have put anything there
        libc.fflush(None)
        status = 0 if is_done else 1
        signal.signal(signal.SIGTERM, _leave)
        if context.cancelled or not _is_alone() or not _tidied(task):
            sys.exit(status)
        try:
            os.write(WORDS, b"%d" % status)
        except OSError:
            sys.exit(status)


def _leave(number: int, frame: FrameType | None) -> None:
    """Asked to end between two runs."""
    os._exit(0)


def _next() -> Task | None:
    """A frame of `wire`: one at a time is sent."""
    data = more = os.read(ORDERS, _CHUNK)
    while more and len(data) < 4 + int.from_bytes(data[:4], "big"):
        more = os.read(ORDERS, _CHUNK)
        data += more
    if not more:
        return None
    tasks: list[Task] = marshal.loads(data[4:])
    return tasks[0]


def _one(task: Task) -> tuple[Context, bool]:
    env, given, home, *_ = task
    me = os.getpid()
    _put_back(env)
    os.chdir(home)
    said = json.loads(given)
    channel = Channel()
    channel.begin()
    context = Context(said.get("params", {}), channel, least=DEBUG if said.get("debug") else INFO)
    heed_signals(context)
    is_done = did(said, context, channel)
    signal.setitimer(signal.ITIMER_REAL, 0)
    if os.getpid() != me:  # a child that it forked came back from the call
        os._exit(1)
    return context, is_done


def _put_back(env: Mapping[str, str]) -> None:
    """The environment as this run is to find it: mostly as it is, and changing it costs more than looking."""
    now = dict(os.environ)
    if now == env:
        return
    for name in now.keys() - env.keys():
        del os.environ[name]
    for name, text in env.items():
        if now.get(name) != text:
            os.environ[name] = text


def _is_alone() -> bool:
    """Whether the run has left neither a thread nor a process: as a sub-reaper this one has them all for children."""
    if len(sys._current_frames()) > 1:
        return False
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def _tidied(task: Task) -> bool:
    """Whether the next run finds what this one found; what it left in its folders is its own."""
    _, _, home, cwd, out = task
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    try:
        os.umask(0o077)
        os.chdir("/")
        homes.hand_over(home, cwd, out)
    except OSError:
        return False
    return True
