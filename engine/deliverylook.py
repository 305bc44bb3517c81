"""The engine's look at messages to people: what is due is claimed and handed over, what came back is stored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from sqlite3 import Connection

from engine import crash, deliveries
from engine.clock import Clock
from engine.rules.delivering import Answer
from engine.sending.senders import Senders
from engine.turn import Turn
from store import settings
from store.errors import StoreTrouble
from store.instants import SECOND

_POLL = SECOND // 2
"""How often processes are asked while a message is on its way; they wake the engine when they answer."""
_PAUSE = 60 * SECOND


class DeliveryLook:
    """Of one engine. `has_more`: something is due; `next_at`: when to look again."""

    def __init__(self, clock: Clock, node: str, say: Callable[[str], None]) -> None:
        self.has_more = False
        self.next_at: int | None = None
        self._say = say
        self._node = node
        self._senders = Senders(clock)
        self._is_new = True
        self._kept: list[Answer] = []

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way."""
        return self._senders.busy > 0

    def descriptors(self) -> tuple[int, ...]:
        """What to wait on beside the bell."""
        return self._senders.descriptors()

    def look(self, connection: Connection, now: int) -> None:
        """Send what is due at `now`, microseconds UTC. A fault in it does not stop the runs, nor does a server."""
        try:
            self._look(connection, now)
        except StoreTrouble:
            raise
        except Exception as fault:
            logging.getLogger("tickler.engine").exception("messages")
            self._say(f"messages: {fault}")
            self.has_more, self.next_at = False, now + _PAUSE

    def drain(self, connection: Connection, now: int, seconds: float) -> None:
        """Let those on their way arrive, for so long; the next engine leaves the others alone."""
        self._kept += self._senders.wait(seconds)
        self._store(connection, now)

    def close(self) -> None:
        """Kill what is still sending."""
        self._senders.close()

    def _look(self, connection: Connection, now: int) -> None:
        if self._is_new:
            with Turn(connection) as writing:
                deliveries.leave(writing, now)
            self._is_new = False
        self._kept += self._senders.hear()
        self._store(connection, now)
        self.next_at = deliveries.next_due(connection)
        if self.next_at is not None and self.next_at <= now:
            self._send(connection, now)
            self.next_at = deliveries.next_due(connection)
        is_due = self.next_at is not None and self.next_at <= now
        self.has_more = is_due and not self.is_busy
        if self.is_busy:
            self.next_at = min(now + _POLL, self.next_at) if self.next_at and not is_due else now + _POLL

    def _store(self, connection: Connection, now: int) -> None:
        """What came back; kept here until it is stored, for a full disk must not make a message come twice."""
        if not self._kept:
            return
        crash.point("answered")
        with Turn(connection) as writing:
            for answer in self._kept:
                deliveries.settle(writing, answer, now)
        self._kept = []

    def _send(self, connection: Connection, now: int) -> None:
        seconds = settings.read(connection, "notify_timeout")
        for pair in deliveries.due(connection, now)[: self._senders.free]:
            with Turn(connection) as writing:
                claimed = deliveries.claim(writing, pair, now, self._node)
            if claimed is not None:
                crash.point("to-send")
                self._senders.send(claimed.key, claimed.url, claimed.message, seconds)
