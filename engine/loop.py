"""Stepping an engine for ever: what goes wrong in a step is said and tried again, slower each time.

A store that is only locked is tried again soon; everything else waits 1 to 60 seconds. Five faults within ten minutes
are a failure: a desk shows it and goes on trying, a daemon ends and is started again by whoever watches it. A full
disk is none: to end would lose the jobs that run, and to begin again needs room too.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import deque
from collections.abc import Callable

from engine.blockers import blocker
from engine.clock import Clock
from engine.engine import Engine
from store.connection import is_busy, is_full
from store.current import store_path
from store.errors import StoreTrouble

PATIENCE_SECONDS = 30.0
"""How long the store may be locked before people are told."""
_LONGEST = 60.0
_FULL_SECONDS = 5.0
"""How soon at the latest a disk that was full is tried again."""
_FAULTS = 5
_WITHIN = 600.0

log = logging.getLogger("tickler.engine")


class Loop:
    """`ticked_at`: monotonic time of the last step that was completed, by which others see that it is not stuck.

    `pause`: seconds after the first fault; each further one doubles it.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        stop: threading.Event,
        say: Callable[[str], None] = lambda words: None,
        pause: float = 1.0,
    ) -> None:
        self.ticked_at = clock.monotonic()
        self.has_failed = False
        self._engine = engine
        self._clock = clock
        self._stop = stop
        self._say = say
        self._shortest = self._pause = pause
        self._locked_since: float | None = None
        self._faults: deque[float] = deque(maxlen=_FAULTS)

    def run(self, *, until_idle: bool = False, ends_when_failed: bool = False) -> None:
        """Step and wait until told to stop, or with `until_idle` until nothing more is to be done."""
        while not self._stop.is_set() and not (ends_when_failed and self.has_failed):
            try:
                until = self._engine.step(self._clock.now())
            except StoreTrouble as trouble:
                self._wait_for_store(trouble)
                continue
            except Exception as fault:
                self._wait_after(fault)
                continue
            self._completed()
            if until_idle and self._engine.is_idle:
                return
            self._engine.wait(until)

    def _completed(self) -> None:
        self.ticked_at = self._clock.monotonic()
        if self._locked_since is not None:
            waited = self.ticked_at - self._locked_since
            self._locked_since = None
            if waited > PATIENCE_SECONDS:
                self._tell(f"the store was locked for {int(waited)} s")
                return
        elif self._engine.trouble and (not self._faults or self.ticked_at - self._faults[-1] > self._pause):
            self._engine.trouble = ""
            self._pause = self._shortest
            self.has_failed = False

    def _wait_for_store(self, trouble: StoreTrouble) -> None:
        if not is_busy(trouble):
            self._wait_after(trouble)
            return
        now = self._clock.monotonic()
        first = self._locked_since is None
        self._locked_since = now if self._locked_since is None else self._locked_since
        if first or now - self._locked_since > PATIENCE_SECONDS:
            self._tell(f"the store is locked by {blocker(store_path())}")
        self._stop.wait(random.uniform(0.05, 0.5))

    def _wait_after(self, fault: Exception) -> None:
        now = self._clock.monotonic()
        if is_full(fault):
            self._tell(str(fault))
            self._stop.wait(min(self._pause, _FULL_SECONDS))
            self._pause = min(_LONGEST, self._pause * 2)
            return
        self._faults.append(now)
        self.has_failed = len(self._faults) == _FAULTS and now - self._faults[0] < _WITHIN
        if not isinstance(fault, StoreTrouble):
            log.error("a step of the engine failed", exc_info=fault)
        self._tell(f"{'FAILED: ' if self.has_failed else ''}{fault or type(fault).__name__}")
        self._stop.wait(self._pause)
        self._pause = min(_LONGEST, self._pause * 2)

    def _tell(self, words: str) -> None:
        if words != self._engine.trouble:
            self._engine.trouble = words
            self._say(words)
