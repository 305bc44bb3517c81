"""What works behind the screens: the writer's thread, the engine's thread, and a watch on the store they share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from engine.rules.pulse import ended_words
from tui import faults
from tui.perform import Writer
from tui.status import Whereabouts

DRAIN_SECONDS, CLOSE_SECONDS = 9.0, 13.0
"""How long jobs may take to stop when the desk closes, and all of it together."""


class Backstage:
    """Threads that share nothing with the screens but the store."""

    def __init__(self, store: Path, writer: Callable[[Callable[[], None]], Writer], *, with_engine: bool) -> None:
        """`writer` gets the check that it makes before each write."""
        self.whereabouts = Whereabouts(store)
        self.writer = writer(self.whereabouts.check)
        self._store = store
        self._with_engine = with_engine
        self._engine: Any = None  # an EngineThread: its module loads peewee, which must not delay the first paint
        self._ended = ""
        self._starter = threading.Thread(target=self._start_engine, name="starter", daemon=True)

    def start(self) -> None:
        """Begin to work. Returns at once; loading peewee takes longer than a frame."""
        self.writer.start()
        if self._with_engine:
            self._starter.start()

    def _start_engine(self) -> None:
        try:
            from engine.thread import EngineThread

            engine = EngineThread(self._store)
            engine.start()
        except Exception as fault:  # in a thread nobody else would hear of it
            faults.log.error("the engine did not start", exc_info=fault)
            self._ended = faults.masked(ended_words(fault))
        else:
            self._engine = engine

    @property
    def engine_id(self) -> str:
        """Of the engine in this process; empty if it has none."""
        return self._engine.name if self._engine is not None else ""

    @property
    def fires(self) -> bool:
        """Whether the engine in this process is the one that fires, so that its jobs end with it."""
        return self._engine is not None and self._engine.state == "active"

    @property
    def troubles(self) -> tuple[str, str, str]:
        """In words, each empty if all is well: where the store is, whom the writer waits for, the engine's."""
        engine = self._engine.trouble if self._engine is not None else self._ended
        return self.whereabouts.trouble(), self.writer.waits_for, engine

    def wake(self) -> None:
        """Whoever fires looks at once, here or in another process."""
        if self._engine is not None:
            self._engine.wake()
        else:
            from engine.wake import tell

            tell(self._store)

    @contextmanager
    def quiet(self, patience: float) -> Iterator[bool]:
        """Keep the engine and the writer out of the store; False if they do not come to a pause in `patience`."""
        held = self.writer.turn.acquire(timeout=patience)
        try:
            if held and self._engine is not None:
                with self._engine.quiet(patience) as is_quiet:
                    yield is_quiet
            else:
                yield held
        finally:
            if held:
                self.writer.turn.release()

    def stop(self) -> None:
        """Finish what was wished for and end the engine with its jobs; from any thread, safe to call twice.

        A thread that hangs is left behind after CLOSE_SECONDS: all are daemons, and the supervisor ends the jobs
        of an engine that died.
        """
        until = time.monotonic() + CLOSE_SECONDS
        if self._starter.is_alive():
            self._starter.join(CLOSE_SECONDS)
        ends: list[Callable[[], Any]] = [self.writer.stop]
        if self._engine is not None:
            ends.append(partial(self._engine.stop, DRAIN_SECONDS))
        threads = [threading.Thread(target=end, daemon=True) for end in ends]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
