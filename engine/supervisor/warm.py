"""Workers that stay alive for the next run: Python that is short and says that it keeps no state.

A worker has one run at a time and is handed the next only when the last one is over: it has said so, all that it had
printed is read, and it has no descendant left (it is a sub-reaper of its own and looks). So whatever comes through
its pipes belongs to one run, and its process group is that run's. It is a job's `Child` meanwhile, with the
timeout, the stop and the end of every other; a run that is stopped, or ends its process, takes the worker with it.

A run waits for a worker that is about to be free: for PATIENCE, as a new process takes as long to start. No more than
one of a kind is about to start.
"""

from __future__ import annotations

import os
import select
import signal
import time

from . import homes, procfs
from .child import NEVER, NULL, RUNNING, Child, Order, Worker, spawn
from .ending import Endings
from .family import Family
from .journal import Journal
from .outbox import Outbox
from .pipes import Pipes
from .wire import pack

PATIENCE = 0.05
"""Seconds after which a run that waits gets a worker of its own, if none was free meanwhile."""
IDLE = 30.0
"""Seconds that a worker stays without work."""
CALLS = 10_000
"""Runs after which it ends: whatever it lost in each, such as memory, comes back."""
READY = b"r"
"""The first word of a worker; after each run comes 0 or 1, as the exit status would be."""
PIPES = 3
"""Output, errors, channel: a run that closed one has taken it from the next."""
LAST = 2.0
"""Seconds that a worker gets to end when there is nothing to do for it."""


class Warm:
    """All workers, and the runs that wait for one. `words`: the pipes to be watched, with whose they are."""

    def __init__(
        self, poll: select.epoll, folder: str, endings: Endings, family: Family, journal: Journal, outbox: Outbox,
        pipes: Pipes,
    ) -> None:  # fmt: skip
        self.waiting: dict[str, Order] = {}
        self.words: dict[int, Worker] = {}
        self._poll = poll
        self._folder = folder
        self._endings = endings
        self._family = family
        self._journal = journal
        self._outbox = outbox
        self._pipes = pipes
        self._idle: dict[str, list[Worker]] = {}
        self._leaving: list[Worker] = []
        self._patience: dict[str, float] = {}
        self._count = 0

    def admit(self) -> list[Order]:
        """Hand runs to workers that are free; those that need a new one, as they waited long enough.

        Or as the journal cannot be written: then who looks after a new process says so.
        """
        late = list[Order]()
        for order in list(self.waiting.values()):
            free = self._idle.get(order.warm)
            if free:
                del self.waiting[order.key]
                if self._hand(free[-1], order):
                    free.pop()
                else:
                    late.append(order)
            elif time.monotonic() >= self._patience.get(order.warm, 0):
                del self.waiting[order.key]
                self._patience[order.warm] = time.monotonic() + PATIENCE
                late.append(order)
        return late

    def due(self) -> float:
        """Monotonic time at which `admit` or `turn` has something to do."""
        if not self.words and not self.waiting and not self._leaving:
            return NEVER
        due = min((self._patience.get(order.warm, 0) for order in self.waiting.values()), default=NEVER)
        for free in self._idle.values():
            for worker in free:
                due = min(due, worker.until)
        return min(due, *(worker.until for worker in self._leaving), NEVER)

    def turn(self) -> None:
        """Let go of workers that have nothing to do for long, and of those that ended."""
        while self._family.gone:
            self._forget(self._family.gone.pop())
        if not self.words and not self._leaving:
            return
        now = time.monotonic()
        for kind, free in list(self._idle.items()):
            for worker in [worker for worker in free if worker.until <= now]:
                free.remove(worker)
                self._dismiss(worker)
            if not free:
                del self._idle[kind]
        for worker in [worker for worker in self._leaving if worker.until <= now]:
            worker.until = NEVER
            os.kill(worker.pid, signal.SIGKILL)  # it is not reaped yet, so the number is its own

    def make(self, order: Order) -> Child:
        """A new worker with this run. As `spawn`; the journal knows that the run is starting."""
        self._count += 1
        name = f"{homes.PREFIX}{self._count}"
        home = os.path.join(self._folder, f"{homes.PREFIX}{self._family.name}.{self._count}")  # noqa: PTH118
        self._patience[order.warm] = NEVER
        ours: list[int] = []
        theirs: list[int] = []
        try:
            homes.make(home)
            read, write = os.pipe2(os.O_CLOEXEC)
            ours.append(write)
            theirs.append(read)
            read, write = os.pipe2(os.O_CLOEXEC)
            ours.append(read)
            theirs.append(write)
            made = spawn(_itself(order, home), self._family.mark(name), tuple(theirs))
        except BaseException:
            self._patience[order.warm] = 0
            for fd in ours:
                os.close(fd)
            homes.remove(home)
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        for fd in ours:
            os.set_blocking(fd, False)
        worker = Worker(order.warm, name, home, (ours[0], ours[1]), made)
        self.words[worker.words] = worker
        self._poll.register(worker.words, select.EPOLLIN)
        self._family.workers[worker.pid] = worker
        return self._given(worker, order)

    def ready(self, fd: int) -> None:
        """A worker has said that its run is over, or closes the pipe: then it gets no further one."""
        worker = self.words[fd]
        try:
            said = os.read(fd, 64)
        except BlockingIOError:
            return
        child = worker.child
        if said[:1] == READY:
            self._patience[worker.kind] = time.monotonic() + PATIENCE
            said = said[1:] or READY
        if not said:
            self._unwatch(worker)
            if child is None and worker.orders != NULL:
                self._idle[worker.kind].remove(worker)
                self._dismiss(worker)
        elif said != READY and child is not None and child.phase == RUNNING and child.status is None:
            self._over(worker, child, said)

    def close(self) -> None:
        """All of them have ended: remove their folders."""
        for worker in self.words.values():
            homes.remove(worker.home)

    def _hand(self, worker: Worker, order: Order) -> bool:
        """The next run of a worker that is free. Written down before it can begin; False if it cannot be."""
        at = time.time_ns() // 1000
        try:
            self._journal.handed(order.key, at, worker.pid, worker.start, worker.home)
        except OSError:
            return False
        self._patience[worker.kind] = time.monotonic() + PATIENCE
        child = self._given(worker, order)
        self._outbox.put("started", order.key, child.pid, child.start, at)
        self._family.add(child)
        self._pipes.add(child)
        self._endings.watch(child)
        return True

    def _given(self, worker: Worker, order: Order) -> Child:
        child = Child(order, worker.pid, worker.start, worker.pipes)
        child.worker = worker
        worker.child = child
        worker.until = NEVER
        env = dict(order.env)
        env[procfs.MARK] = self._family.mark(order.key)
        env[homes.ARTIFACTS] = homes.artifacts(worker.home)
        task = (env, order.stdin, worker.home, order.cwd, order.env[homes.ARTIFACTS])
        _send(worker.orders, pack([task]))
        return child

    def _over(self, worker: Worker, child: Child, said: bytes) -> None:
        child.status = 0 if said == b"0" else 1 << 8
        child.ended_at = time.time_ns() // 1000
        self._family.rest(child)
        self._pipes.finish(child, closes=False)
        worker.child = None
        result = child.result()
        self._journal.exited(*result, is_open=False)
        self._outbox.put_over("exited", *result)
        worker.calls += 1
        if worker.calls >= CALLS or len(worker.pipes) < PIPES:
            self._dismiss(worker)
        else:
            worker.until = time.monotonic() + IDLE
            self._idle.setdefault(worker.kind, []).append(worker)

    def _dismiss(self, worker: Worker) -> None:
        """Its orders end, so it does; what it still prints is nobody's."""
        os.close(worker.orders)
        worker.orders = NULL
        worker.until = time.monotonic() + LAST
        self._leaving.append(worker)

    def _forget(self, worker: Worker) -> None:
        """Its process has ended."""
        self._patience.pop(worker.kind, None)
        self._unwatch(worker)
        if worker.child is None:
            for fd in worker.pipes:
                os.close(fd)
        if worker in self._idle.get(worker.kind, ()):
            self._idle[worker.kind].remove(worker)
        if worker in self._leaving:
            self._leaving.remove(worker)
        if worker.orders != NULL:
            os.close(worker.orders)
        os.close(worker.words)
        if worker.child is None:
            homes.remove(worker.home)

    def _unwatch(self, worker: Worker) -> None:
        if self.words.pop(worker.words, None) is not None:
            self._poll.unregister(worker.words)


def _send(fd: int, data: bytes) -> None:
    """To a worker that may have died, as will be heard."""
    try:
        os.write(fd, data)
    except OSError:
        return


def _itself(order: Order, home: str) -> Order:
    """The process of a worker whose first run is that."""
    env = dict(order.env)
    return Order(order.key, order.command, home, env, None, 0, 0, False, None, None, [*order.argv, "warm"])
