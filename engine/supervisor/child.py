"""One job in the supervisor: how its process is made, and what is known of it while it lives."""

from __future__ import annotations

import errno
import os
import signal
import time

from . import homes, procfs
from .output import Capture
from .shell import program

ARGUMENT = 131_071
"""Bytes that Linux takes in one argument (MAX_ARG_STRLEN without the closing NUL)."""
IGNORED = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
)
"""Signals that the supervisor ignores: it ends with its engine, not before. Jobs start with the defaults."""

CHANNEL = "channel"
"""The stream by which a job of ours tells of itself, its descriptor 3: see `engine.jobs.channel`."""

RUNNING, LINGERING, STOPPING, KILLING = range(4)
NEVER = float("inf")

_DEFAULTS = (*IGNORED, signal.SIGPIPE, signal.SIGXFSZ)
NULL = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)


class Order:
    """A job as the engine asked for it; the fields are those of `client.Job`."""

    __slots__ = (
        *("argv", "cap", "command", "cwd", "detach_ok", "env", "grace", "key", "shell", "stdin", "timeout", "warm"),
    )

    def __init__(
        self,
        key: str,
        command: str,
        cwd: str,
        env: dict[str, str],
        timeout: float | None,
        grace: float,
        cap: int,
        detach_ok: bool,
        stdin: str | None,
        shell: str | None,
        argv: list[str],
        warm: str = "",
    ) -> None:
        self.argv = argv
        self.key = key
        self.command = command
        self.cwd = cwd
        self.env = env
        self.timeout = timeout
        self.warm = warm
        self.grace = grace
        self.cap = cap
        self.detach_ok = detach_ok
        self.stdin = stdin
        self.shell = shell


class Child:
    """A spawned job.

    phase: RUNNING, LINGERING (the command ended, processes it left may still end by themselves), STOPPING
    (they were asked), KILLING. alarm: monotonic time of the next step. status: the command's wait status once
    it ended, at `ended_at`. reason: "exit" unless somebody stopped it. capture: None until it prints, and
    `messages` until its channel brings something. lines: passed on so far, `told_lines` those of the channel.
    worker: whose run it is, None if its process is its own.
    """

    __slots__ = (
        *("alarm", "capture", "ended_at", "give_up", "key", "left_behind", "lines", "messages", "order"),
        *("phase", "pid", "pipes", "reason", "start", "status", "told", "told_lines", "worker"),
    )

    def __init__(self, order: Order, pid: int, start: int, pipes: dict[int, str]) -> None:
        self.order = order
        self.key = order.key
        self.pid = pid
        self.start = start
        self.phase = RUNNING
        self.alarm = NEVER if order.timeout is None else time.monotonic() + order.timeout
        self.give_up = NEVER
        self.status: int | None = None
        self.ended_at = 0
        self.reason = "exit"
        self.left_behind = 0
        self.pipes = pipes
        self.capture: Capture | None = None
        self.messages: Capture | None = None
        self.lines = 0
        self.told_lines = 0
        self.told = 0.0
        self.worker: Worker | None = None

    def dropped(self) -> tuple[int, int]:
        """Lines and bytes that were too much, of output and channel."""
        found = [each for each in (self.capture, self.messages) if each is not None]
        return sum(each.dropped_lines for each in found), sum(each.dropped_bytes for each in found)

    def result(self) -> tuple[str, int, int | None, int | None, str, int, int, int]:
        """The fields of `events.Exited`."""
        status = None if self.status is None else os.waitstatus_to_exitcode(self.status)
        code = status if status is not None and status >= 0 else None
        number = -status if status is not None and status < 0 else None
        return self.key, self.ended_at, code, number, self.reason, self.left_behind, *self.dropped()


class Worker:
    """A process that has one run after the other: see `warm`.

    `orders` and `words` are pipes to it and from it; `child` the run that it has, None at rest. `until`: monotonic
    time at which it is told to end, or, when it was told, killed. `home`: see `homes`.
    """

    __slots__ = ("calls", "child", "home", "kind", "name", "orders", "pid", "pipes", "start", "until", "words")

    def __init__(self, kind: str, name: str, home: str, ends: tuple[int, int], made: Child) -> None:
        self.kind = kind
        self.name = name
        self.home = home
        self.orders, self.words = ends
        self.pid = made.pid
        self.start = made.start
        self.pipes = made.pipes
        self.child: Child | None = None
        self.calls = 0
        self.until = NEVER

    def leave(self, order: Order) -> None:
        """It ended within its run: what lies in its folders is the run's; what cannot be moved stays."""
        try:
            homes.hand_over(self.home, order.cwd, order.env[homes.ARTIFACTS])
        except OSError:
            return
        homes.remove(self.home)


def spawn(order: Order, mark: str, more: tuple[int, ...] = ()) -> Child:
    """Start the command, leading a process group. OSError or ValueError when there is no process now.

    `more`: what it gets as descriptors 4 and on, beside the channel.
    """
    os.chdir(order.cwd)
    order.env[procfs.MARK] = mark
    opened: list[int] = []
    try:
        opened += os.pipe2(os.O_CLOEXEC)
        opened += os.pipe2(os.O_CLOEXEC)
        out, out_end, err, err_end = opened
        stdin = NULL
        if order.stdin is not None:
            stdin = _kept(order.stdin)
            opened.append(stdin)
        channel = [os.pipe2(os.O_CLOEXEC)] if order.argv else []
        opened += [fd for ends in channel for fd in ends]
        before = procfs.tick()
        pid = _execute(order, (stdin, out_end, err_end, *(end for _, end in channel), *more))
    except BaseException:
        for fd in opened:
            os.close(fd)
        raise
    finally:
        os.chdir("/")
    if stdin != NULL:
        os.close(stdin)
    pipes = {out: "stdout", err: "stderr"} | {ours: CHANNEL for ours, _ in channel}
    for end in (out_end, err_end, *(end for _, end in channel)):
        os.close(end)
    for ours in pipes:
        os.set_blocking(ours, False)
    start = before if before == procfs.tick() else procfs.start(pid)
    return Child(order, pid, start, pipes)


def _kept(text: str) -> int:
    """A descriptor that gives the text: memory and not a pipe, which would have to be filled while jobs run."""
    kept = os.memfd_create("stdin", os.MFD_CLOEXEC)
    try:
        with open(kept, "wb", closefd=False) as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        os.lseek(kept, 0, os.SEEK_SET)
    except BaseException:
        os.close(kept)
        raise
    return kept


def _execute(order: Order, standard: tuple[int, ...]) -> int:
    """The new process with these as stdin, stdout, stderr and, with an argv of its own, channel."""
    command, env = order.command, order.env
    if order.argv:
        return _posix_spawn(order.argv[0], order.argv, env, standard)
    if order.shell is not None:
        return _posix_spawn(order.shell, [order.shell, "-c", command], env, standard)
    direct = program(command, env)
    if direct is not None:
        try:
            return _posix_spawn(*direct, env, standard)
        except OSError:  # a script without #!, a name that is nowhere: the shell knows what to do or say
            pass
    return _posix_spawn("/bin/sh", ["sh", "-c", "--", command], env, standard)


def _posix_spawn(path: str, words: list[str], env: dict[str, str], standard: tuple[int, ...]) -> int:
    """The new process. posix_spawn, because it neither copies page tables nor runs Python in the child: half the
    cost of subprocess.

    A group, not a session: it cannot get a terminal this way, and where the kernel schedules by session
    (autogroup) all jobs together weigh as much as the screen, not each of them; it also takes a twentieth
    less time.
    """
    return os.posix_spawn(
        path,
        words,
        env,
        file_actions=[(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(standard)],
        setpgroup=0,
        setsigdef=_DEFAULTS,
    )


def refusal(order: Order, error: Exception) -> str:
    """Why a command could not be started, as a sentence."""
    if isinstance(error, ValueError):
        return "The command or its environment holds a NUL character, or a name that cannot be set."
    if not isinstance(error, OSError):
        return f"The command could not be started: {error}."
    size = len(order.command.encode("utf-8", "surrogateescape"))
    if error.errno == errno.E2BIG and size > ARGUMENT:
        return f"The command is {size:,} bytes long; at most {ARGUMENT:,} can be. Put it in a script file."
    sentences = {
        errno.E2BIG: "The command and its environment together are larger than the system takes.",
        errno.EAGAIN: "The system has no room for another process now.",
        errno.ENOMEM: "The system has no memory for another process now.",
        errno.EMFILE: "Too many jobs run at once: the supervisor has no file descriptors left.",
    }
    if error.errno in sentences:
        return sentences[error.errno]
    if error.filename and error.filename == order.cwd:
        return f"The working directory {order.cwd} cannot be entered: {error.strerror}."
    if order.shell is not None and error.filename == order.shell:
        return f"The shell {order.shell} cannot be started: {error.strerror}."
    return f"The command could not be started: {error.strerror or error}."
