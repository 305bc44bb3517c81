"""The supervisor process: one thread, one loop, all shell jobs of one engine.

It is a session leader and sub-reaper. Its socket to the engine is its life line: when that ends, by close or
by kill -9 of the engine, every job is stopped and the supervisor ends. Nothing it does waits for anybody: a
job that floods gets one read per turn, an engine that does not listen stops the reading but not timeouts,
signals and reaping.

No more than one job per CPU is younger than FRESH: more would queue on one CPU while the other idles, as the
kernel does not move what has just run (measured with two quiet CPUs and nothing but the spawning: x0.80 of
two spawning threads with ten at once, x0.92 this way).
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import time
from collections.abc import Callable

from .child import IGNORED, NEVER, Order, refusal, spawn
from .ending import Endings
from .family import Family
from .journal import Journal
from .outbox import Outbox
from .pipes import Pipes
from .warm import Warm
from .wire import Unpacker, pack

FRESH = 0.001
LONGEST = 86_400.0
"""Seconds of one wait; poll takes no more than 24 days, and a job may have longer."""
BUSY = 4
"""Turns for which words to the engine may wait."""
_PR_SET_CHILD_SUBREAPER = 36


def main(line: str, folder: str, name: str) -> None:
    """Serve the engine at the other end of file descriptor `line` until it closes it or dies."""
    keeper = None
    try:
        _prepare()
        keeper = Keeper(int(line), Journal(folder, name), folder, name)
        keeper.run()
    except BaseException as error:
        sentence = f"{type(error).__name__}: {error}"
        if keeper is None:
            os.write(int(line), pack([("broken", sentence)]))
        else:
            keeper.crashed(sentence)
        raise
    finally:
        if keeper is not None:
            keeper.family.slay()
            keeper.warm.close()


def _prepare() -> None:
    os.chdir("/")
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "this system has no sub-reapers")


def _now() -> int:
    return time.time_ns() // 1000


class Keeper:
    """The loop. Jobs wait in `_waiting`, live in `family.children`, are over when their last process is."""

    def __init__(self, line: int, journal: Journal, folder: str, name: str) -> None:
        self.family = Family(name)
        self._line = line
        self._journal = journal
        self._poll = select.epoll()
        self._outbox = Outbox(line, self._poll, journal)
        self._pipes = Pipes(self._poll, self._outbox)
        self._endings = Endings(self.family, journal, self._outbox, self._pipes)
        self.warm = Warm(self._poll, folder, self._endings, self.family, journal, self._outbox, self._pipes)
        self._unpacker = Unpacker()
        self._handlers: dict[str, Callable[..., None]] = {
            "job": self._order,
            "cancel": self._cancel,
            "ack": self._outbox.acknowledge,
            "close": self._finish,
        }
        self._waiting: dict[str, Order] = {}
        self._young: dict[int, float] = {}
        self._cpus = len(os.sched_getaffinity(0))
        self._closing = False
        self._turns = 0
        os.set_inheritable(line, False)
        os.set_blocking(line, False)
        self._poll.register(line, select.EPOLLIN)
        self._wake = self._hear_children()
        self._engine = self._hear_engine()

    def run(self) -> None:
        """Until the engine is gone and no job is left."""
        while self._outbox.engine or self.family.children:
            self._admit()
            for fd, _ in self._ready():
                if fd == self._line:
                    self._hear()
                elif fd == self._wake:
                    os.read(self._wake, 4096)
                    self._endings.is_behind = True
                elif fd == self._engine:
                    self._lose()
                elif fd in self.warm.words:
                    self.warm.ready(fd)
                else:
                    self._pipes.ready(fd)
            if self._endings.is_behind:
                self._endings.reap()
            self._pipes.turn()
            self.warm.turn()
            if time.monotonic() >= self._endings.alarm:
                self._endings.ring()
            if self._closing and not self.family.children:
                self._closing = False
                self._outbox.put("bye")
        self._outbox.settle()
        self._journal.flush()

    def _ready(self) -> list[tuple[int, int]]:
        """What can be read now, else what comes. Words to the engine wait while there is other work, for some turns:
        each of them makes the engine run, at the cost of the jobs.
        """
        if self._turns < BUSY and not self._outbox.is_empty:
            self._turns += 1
            ready = self._poll.poll(0)
            if ready:
                return ready
        self._turns = 0
        self._journal.flush()
        self._outbox.flush()
        return self._poll.poll(self._patience())

    def _hear_children(self) -> int:
        """A descriptor that is readable after a child ended."""
        wake, end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._poll.register(wake, select.EPOLLIN)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(end, warn_on_full_buffer=False)
        return wake

    def _hear_engine(self) -> int:
        """A descriptor that is readable after the engine's process ended, for when a fork of it keeps its socket."""
        try:
            engine = os.pidfd_open(os.getppid())
        except OSError:  # a kernel before 5.3
            return -1
        self._poll.register(engine, select.EPOLLIN)
        return engine

    def crashed(self, sentence: str) -> None:
        """Leave word of an error of our own, in the journal and to the engine."""
        import traceback  # costs the start as much as all the rest

        self._journal.crashed(traceback.format_exc())
        self._outbox.put("broken", sentence)
        self._outbox.flush()

    def _patience(self) -> float:
        """Seconds until something is due, -1 for never."""
        if self._endings.is_behind:
            return 0
        due = min(self._endings.alarm, self._pipes.due(), self.warm.due())
        if self._waiting:
            due = min(due, time.monotonic() + FRESH)
        return -1 if due == NEVER else min(LONGEST, max(0, due - time.monotonic()))

    def _hear(self) -> None:
        """Take one chunk of what the engine says, or learn that it is gone."""
        try:
            data = os.read(self._line, 1 << 18)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if data:
            self._unpacker.feed(data, self._handlers)
        else:
            self._lose()

    def _lose(self) -> None:
        """The engine is gone, as socket and process both may tell: stop everything."""
        if not self._outbox.engine:
            return
        self._poll.unregister(self._line)
        if self._engine >= 0:
            self._poll.unregister(self._engine)
        self._outbox.lose()
        self._waiting.clear()
        self.warm.waiting.clear()
        if self.family.children:
            self._journal.engine_lost(_now())
        for child in list(self.family.children.values()):
            self._endings.stop(child, "engine lost", child.order.grace)

    def _order(
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
        warm: str,
    ) -> None:
        if key in self._waiting or key in self.warm.waiting or key in self.family.children:
            self._outbox.put("failed", key, _now(), "A job with this key runs already.")
        else:
            order = Order(key, command, cwd, env, timeout, grace, cap, detach_ok, stdin, shell, argv, warm)
            (self.warm.waiting if warm else self._waiting)[key] = order

    def _cancel(self, key: str, kill: bool) -> None:
        child = self.family.children.get(key)
        if self._waiting.pop(key, None) or self.warm.waiting.pop(key, None):
            self._outbox.put_over("exited", key, _now(), None, None, "cancelled", 0, 0, 0)
        elif child and kill:
            self._endings.kill(child, "cancelled")
        elif child:
            self._endings.stop(child, "cancelled", child.order.grace)

    def _finish(self, grace: float) -> None:
        """Stop everything, then say bye; the engine closes the socket when it has read that."""
        self._closing = True
        for key in [*self._waiting, *self.warm.waiting]:
            self._cancel(key, False)
        for child in list(self.family.children.values()):
            self._endings.stop(child, "cancelled", min(child.order.grace, grace))

    def _admit(self) -> None:
        """Spawn what may be spawned now, and hand to workers what they can take."""
        for order in self.warm.admit() if self.warm.waiting else ():
            self._launch(order)
        if not self._waiting:
            return
        limit = time.monotonic() - FRESH
        young = self.family.leaders
        self._young = {pid: born for pid, born in self._young.items() if born > limit and pid in young}
        while self._waiting and len(self._young) < self._cpus:
            self._launch(self._waiting.pop(next(iter(self._waiting))))

    def _launch(self, order: Order) -> None:
        key = order.key
        try:
            self._journal.starting(key, _now(), order.detach_ok)
        except OSError as error:
            self._refuse(key, f"The supervisor's journal cannot be written: {error.strerror or error}.")
            return
        try:
            child = self.warm.make(order) if order.warm else spawn(order, self.family.mark(key))
        except (OSError, ValueError) as error:
            self._refuse(key, refusal(order, error))
            return
        at = _now()
        self._young[child.pid] = time.monotonic()
        home = child.worker.home if child.worker else ""
        self._journal.started(key, child.pid, child.start, at, home)
        self._outbox.put("started", key, child.pid, child.start, at)
        self.family.add(child)
        self._pipes.add(child)
        self._endings.watch(child)

    def _refuse(self, key: str, sentence: str) -> None:
        at = _now()
        self._journal.failed(key, at, sentence)
        self._outbox.put_over("failed", key, at, sentence)
