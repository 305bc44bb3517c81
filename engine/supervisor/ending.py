"""How a job ends: by itself, by its timeout, by a person, with its engine; and with it every process it made.

The command's end is not the job's end: what it left behind gets LINGER to end by itself, then SIGTERM, then
SIGKILL. A stopped job gets SIGTERM, its grace, then SIGKILL, again and again until no process is left or
PATIENCE is over. A result stands once the command has ended: who stops a job later changes how its leftovers
end, not its reason.
"""

from __future__ import annotations

import os
import signal
import time

from .child import KILLING, LINGERING, NEVER, RUNNING, STOPPING, Child
from .family import Family
from .journal import Journal
from .outbox import Outbox
from .pipes import Pipes

LINGER = 0.25
"""Seconds that what a command leaves behind gets to end by itself, such as a `tee` at its last line."""
LEFT_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL for what a command leaves behind, unless the job's grace is shorter."""
PATIENCE = 10.0
"""Seconds of SIGKILL after which a process counts as unkillable (stuck in the kernel, or another user's)."""
AGAIN = 0.05
"""Seconds between two rounds of SIGKILL."""
UNSURE = 0.005
"""Seconds until it is looked again whose a process is."""
REAPED = 100
"""Ended processes taken note of at once: a fork bomb must not keep the loop from its other duties."""


class Endings:
    """Waits for processes and stops them.

    `alarm`: the monotonic time at which `ring` has something to do. `is_behind`: `reap` is to be called
    again.
    """

    def __init__(self, family: Family, journal: Journal, outbox: Outbox, pipes: Pipes) -> None:
        self.alarm = NEVER
        self.is_behind = False
        self._family = family
        self._journal = journal
        self._outbox = outbox
        self._pipes = pipes
        self._ended: dict[str, Child] = {}

    def watch(self, child: Child) -> None:
        """Mind the timeout of a new job."""
        self.alarm = min(self.alarm, child.alarm)

    def reap(self) -> None:
        """Take note of ended processes, close the jobs of which none is left."""
        self.is_behind = False
        try:
            for _ in range(REAPED):
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                child = self._family.reaped(pid)
                if child is not None:
                    child.status, child.ended_at = status, time.time_ns() // 1000
                    self._ended[child.key] = child
            else:
                self.is_behind = True
            self._family.adopt()
        except ChildProcessError:
            self._family.is_alone()
        for child in list(self._ended.values()):
            self._look_after(child)
        self._family.strike()

    def stop(self, child: Child, reason: str, grace: float) -> None:
        """Ask every process of the job to end; those that live after `grace` seconds are killed."""
        self.reap()
        if child.key not in self._family.children:
            return
        if child.phase in (RUNNING, LINGERING):
            self._ask(child, reason, grace)
        elif child.phase == STOPPING and time.monotonic() + grace < child.alarm:
            self._set_alarm(child, grace)

    def kill(self, child: Child, reason: str) -> None:
        """Kill every process of the job now."""
        self.reap()
        if child.phase != KILLING and child.key in self._family.children:
            self._kill(child, reason)

    def ring(self) -> None:
        """Take the next step for jobs whose time has come."""
        now = time.monotonic()
        self.alarm = NEVER
        self.reap()
        for child in list(self._family.children.values()):
            if child.alarm <= now:
                self._advance(child, now)
        self.alarm = min(self.alarm, *(child.alarm for child in self._family.children.values()), NEVER)

    def _advance(self, child: Child, now: float) -> None:
        if child.phase == RUNNING:
            self._ask(child, "timeout", child.order.grace)
        elif child.phase == LINGERING:
            self._ask(child, child.reason, min(child.order.grace, LEFT_GRACE))
        elif child.phase == STOPPING or now < child.give_up:
            self._kill(child, child.reason)
        else:
            child.left_behind = self._family.signal(child, signal.SIGKILL)
            child.ended_at = child.ended_at or time.time_ns() // 1000
            self._close(child)

    def _look_after(self, child: Child) -> None:
        """A job whose command has ended."""
        left = self._family.has_left(child)
        if left and child.order.detach_ok and child.reason == "exit":
            self._family.released.add(child.key)
            left = False
        if left is False:
            self._close(child)
        elif left is None:
            self.alarm = min(self.alarm, time.monotonic() + UNSURE)
        elif child.phase == RUNNING:
            self._journal.exited(*child.result(), is_open=True)
            child.phase = LINGERING
            self._set_alarm(child, LINGER)

    def _ask(self, child: Child, reason: str, grace: float) -> None:
        self._signal(child, reason, signal.SIGTERM, signal.SIGCONT)
        child.phase = STOPPING
        self._set_alarm(child, grace)

    def _kill(self, child: Child, reason: str) -> None:
        self._signal(child, reason, signal.SIGKILL)
        if child.phase != KILLING:
            child.phase = KILLING
            child.give_up = time.monotonic() + PATIENCE
        self._set_alarm(child, AGAIN)

    def _signal(self, child: Child, reason: str, *numbers: int) -> None:
        if child.phase == RUNNING and child.status is None:
            child.reason = reason
        count = self._family.signal(child, *numbers)
        if child.phase == LINGERING:
            child.left_behind = count

    def _set_alarm(self, child: Child, seconds: float) -> None:
        child.alarm = time.monotonic() + seconds
        self.alarm = min(self.alarm, child.alarm)

    def _close(self, child: Child) -> None:
        self._ended.pop(child.key, None)
        self._family.remove(child)
        self._pipes.finish(child)
        if child.worker is not None:
            child.worker.leave(child.order)
        result = child.result()
        self._journal.exited(*result, is_open=False)
        self._outbox.put_over("exited", *result)
