"""The engine inside the desk: a thread beside the screens, sharing nothing with them but the store."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from engine.clock import Clock, SystemClock
from engine.engine import Engine
from engine.loop import Loop
from engine.rules.pulse import ended_words
from engine.wake import tell
from store.enums import NodeState
from store.errors import StoreTrouble

DRAIN_SECONDS = 10.0
_STUCK_SECONDS = 10.0

log = logging.getLogger("tickler.engine")


class EngineThread:
    """Fires for the store that this process works on, or stands by while another engine does.

    A daemon thread, so that a desk that crashes ends, and drained by `stop`, so that one that does not crash leaves
    nothing behind.
    """

    def __init__(self, store: Path, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._engine = Engine(self._clock, "desk")
        self._stop = threading.Event()
        self._loop = Loop(self._engine, self._clock, self._stop)
        self._drain = DRAIN_SECONDS
        self._thread = threading.Thread(target=self._run, name="tickler-engine", daemon=True)

    @property
    def name(self) -> str:
        """The id of its node row."""
        return self._engine.node.name

    @property
    def state(self) -> NodeState | None:
        """What it does; None before its first step."""
        return self._engine.state

    @property
    def trouble(self) -> str:
        """What keeps it from its work, in words; empty if nothing does."""
        if self._thread.is_alive() and self._clock.monotonic() - self._loop.ticked_at > _STUCK_SECONDS:
            return self._engine.trouble or "stuck"
        return self._engine.trouble

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Something was committed here: whoever fires looks at once."""
        if self._engine.state is NodeState.ACTIVE:
            self._engine.wake()
        else:
            tell(self._store)

    def stop(self, drain: float = DRAIN_SECONDS) -> bool:
        """End: jobs get up to `drain` seconds to stop, and their results are stored. False if it is stuck."""
        self._drain = drain
        self._stop.set()
        if self._thread.is_alive():
            self._engine.wake()
            self._thread.join(drain + _STUCK_SECONDS)
        return not self._thread.is_alive()

    @contextlib.contextmanager
    def quiet(self, patience: float = _STUCK_SECONDS) -> Iterator[bool]:
        """Hold the engine between two steps, for a desk that is about to be suspended.

        A process that sleeps inside a transaction blocks every writer. Yields False if the engine did not come to
        the end of its step within `patience` seconds.
        """
        held = self._engine.turn.acquire(timeout=patience)
        try:
            yield held
        finally:
            if held:
                self._engine.turn.release()

    def _run(self) -> None:
        try:
            self._engine.open()
            self._loop.run()
            self._engine.drain(self._drain)
        except StoreTrouble as trouble:
            self._engine.trouble = str(trouble)
        except Exception as fault:
            log.exception("the engine ended")
            self._engine.trouble = ended_words(fault)
        finally:
            self._engine.close()
