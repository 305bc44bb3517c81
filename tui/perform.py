"""The one thread of the desk that writes: operations go in by queue, what came of them returns as messages.

A write on the event loop would freeze every screen while another process holds the store.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.errors import Refused
from store.journal import Actor


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to do: an operation by its call, and who wants to know how it ended."""

    call: Callable[..., Any]
    args: tuple[Any, ...]
    params: dict[str, Any]
    then: Callable[[Any], None] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: a result, a refusal in words, or a fault of ours."""

    wish: Wish
    result: Any = None
    refused: str | None = None
    fault: BaseException | None = None


class Writer:
    """Performs wishes one after another on a thread of its own, with one open session of the store."""

    def __init__(
        self, actor: Callable[[], Actor], clock: Callable[[], datetime], tell: Callable[[Outcome], Any]
    ) -> None:
        """`tell` is called on the writer's thread and must be safe there (`post_message` is)."""
        self._actor = actor
        self._clock = clock
        self._tell = tell
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish what was asked for, then end."""
        self._wishes.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def wish(self, wish: Wish) -> None:
        """Put a wish in the queue; never blocks."""
        self._wishes.put(wish)

    def _work(self) -> None:
        from store.database import session  # peewee, away from the first paint

        while (wish := self._wishes.get()) is not None:
            try:
                with session():
                    result = wish.call(self._actor(), self._clock(), *wish.args, **wish.params)
                outcome = Outcome(wish, result=result)
            except Refused as words:
                outcome = Outcome(wish, refused=str(words))
            except Exception as fault:  # a fault of ours must not end the writer
                outcome = Outcome(wish, fault=fault)
            self._tell(outcome)
