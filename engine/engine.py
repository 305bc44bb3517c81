"""The engine: everything that is due at a moment, and when to look again.

An engine is opened, stepped and closed by one thread. It stands by until it holds the lease of its store; then it
has its duty, and a step does what is due.
"""

from __future__ import annotations

import select
import sqlite3
import threading
from collections.abc import Callable
from contextlib import ExitStack

from engine import crash
from engine.clock import Clock
from engine.duty import Duty
from engine.lease import Lease
from engine.node import Node
from engine.wake import Bell
from store import paths
from store.connection import in_words
from store.current import store_path
from store.database import session, transaction
from store.enums import NodeState
from store.instants import SECOND, Instant
from store.reads.pulse import engine as firing_engine

STAND_BY_SECONDS = 0.5
"""How often a standby tries the lease: the longest that nobody fires after a kill -9."""
LOOK_SECONDS = 1.0
"""How often commits are looked for that nobody told of."""


class Engine:
    """Of the store that this process works on.

    `until` ends its time: nothing later is fired or begun (`--once`). `say` hears of each change of state in words;
    `trouble` is what keeps the engine from its work, for the header.
    """

    def __init__(
        self, clock: Clock, kind: str, *, until: int | None = None, say: Callable[[str], None] = lambda words: None
    ) -> None:
        self.node = Node(kind)
        self.state: NodeState | None = None
        self.trouble = ""
        self.turn = threading.Lock()
        self._clock = clock
        self._until = until
        self._say = say
        self._stack = ExitStack()
        self._lease = Lease(paths.lock_file(store_path()))
        self._bell = Bell(store_path())
        self._connection: sqlite3.Connection | None = None
        self._duty: Duty | None = None
        self._may_have_rung = True

    def open(self) -> None:
        """Connect to the store."""
        self._connection = self._stack.enter_context(session())

    def claim_lease(self) -> bool:
        """Take the lease without waiting for it; whether this engine holds it."""
        return self._lease.take()

    def step(self, now: int) -> int:
        """Do everything that is due at `now`, microseconds UTC; the moment at which to look again at the latest.

        Raises StoreTrouble while the store cannot be used; another step later loses nothing.
        """
        with self.turn, in_words(store_path()):
            if not self._lease.take():
                return self._stand_by(now)
            duty = self._duty or self._begin()
            if self._may_have_rung and self._bell.heard():
                duty.look_again()
            self._may_have_rung = True
            return duty.work(now, self.trouble)

    def wake(self) -> None:
        """Look at once; from any thread."""
        self._bell.ring()
        self._may_have_rung = True

    def wait(self, until: int) -> None:
        """Sleep until then, or until somebody rings or the supervisor has something to say."""
        longest = LOOK_SECONDS if self._duty else STAND_BY_SECONDS
        seconds = min(longest, max(0.0, (until - self._clock.now()) / SECOND))
        poll = select.poll()
        for descriptor in (*self._bell.descriptors(), *(self._duty.descriptors() if self._duty else ())):
            poll.register(descriptor, select.POLLIN)
        # Rounded up: a wait that ends a fraction of a millisecond early is a pass that finds nothing due.
        ready = poll.poll(int(seconds * 1000) + (seconds > 0))
        bells = self._bell.descriptors()
        self._may_have_rung = any(descriptor in bells for descriptor, _ in ready)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing more can begin."""
        return self._duty is not None and self._duty.is_idle

    @property
    def running(self) -> int:
        """How many runs are at work; from any thread."""
        duty = self._duty
        return 0 if duty is None else duty.running

    def drain(self, seconds: float) -> None:
        """Stop what runs, store how it ended, say goodbye and let the next engine in; takes `seconds` at most."""
        with self.turn:
            if self._duty is not None:
                self._duty.drain(seconds)
            if self.state is not None:
                with transaction() as connection:
                    self.node.say(connection, self._clock.now(), NodeState.STOPPED)
            self.state = NodeState.STOPPED

    def close(self) -> None:
        """Let go of everything, in whatever state it is; its supervisor stops what still runs."""
        if self._duty is not None:
            self._duty.close()
            self._duty = None
        self._lease.drop()
        self._bell.close()
        self._stack.close()

    def _begin(self) -> Duty:
        if self._connection is None:
            raise RuntimeError("the engine is not open")
        crash.point("lease")
        self._bell.listen()
        self._duty = Duty(self._connection, self._clock, self.node, until=self._until, say=self._say)
        self.state = NodeState.ACTIVE
        return self._duty

    def _stand_by(self, now: int) -> int:
        if self.node.is_due(now, NodeState.STANDBY):
            with transaction() as connection:
                self.node.say(connection, now, NodeState.STANDBY)
                holder = firing_engine(connection, Instant(now))
            if self.state is not NodeState.STANDBY:
                self._say(f"standby: the engine is pid {holder.pid}" if holder else "standby: another engine fires")
            self.state = NodeState.STANDBY
        return now + round(STAND_BY_SECONDS * SECOND)
