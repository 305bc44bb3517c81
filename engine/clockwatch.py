"""Watching the clock between passes: when nobody could fire anything, and whether the clock is to be believed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from engine.clock import Clock
from engine.rules.clocks import HOLD, Stride, Tick, stride, suspicion
from engine.rules.durations import duration_words
from engine.rules.missed import GRACE, Gap
from store.enums import Cause
from store.instants import SECOND, from_us

_GRACE = round(GRACE.total_seconds()) * SECOND


class ClockWatch:
    """Of the engine that fires: `look` begins a pass, `completed` ends one that came to its end.

    `gap` is the last time in which nothing was fired. While `is_held` nothing may be done that goes by the clock;
    `doubt` says why.
    """

    def __init__(self, clock: Clock, connection: sqlite3.Connection, say: Callable[[str], None]) -> None:
        self.gap: Gap | None = None
        self.doubt = ""
        self._clock = clock
        self._connection = connection
        self._doubted_at = 0
        self._say = say
        self._before: Tick | None = None
        self._now: Tick | None = None
        self._told: Tick | None = None
        self._held_until = 0.0
        self._since = _last_sign(connection, clock.now())

    @property
    def is_held(self) -> bool:
        """Whether the clock is not believed for now."""
        return bool(self.doubt)

    def look(self, now: int) -> None:
        """Compare the clocks with those of the last pass that was completed."""
        self._now = tick = Tick(now, self._clock.running(), self._clock.awake())
        before = self._before
        found = Stride(0.0, 0.0) if before is None else stride(before, tick)
        self._doubt(found, tick)
        if self.is_held:
            return
        since = self._since if before is None else before.wall
        if since is not None and now - since > _GRACE:
            self.gap = Gap(_cause(found, (now - since) / SECOND), from_us(since), from_us(now))
        if before is not None and before is not self._told:
            self._told = before
            self._tell(found)

    def completed(self) -> None:
        """What was due by this look is done. One that was held is not: the clock it is compared with stays."""
        if not self.is_held:
            self._before = self._now

    def _doubt(self, found: Stride, tick: Tick) -> None:
        """Hold what goes by the clock, until the clock is right again or has been so for a while."""
        words = suspicion(found.jump, tick.wall) if self._is_new(tick) else ""
        if not words:
            if self.is_held:
                self._say("the clock is right again")
            self.doubt = ""
        elif not self.is_held:
            self.doubt = words
            self._held_until = tick.running + HOLD
            self._doubted_at = tick.wall
            self._say(f"{words}; nothing is fired for {HOLD:.0f} s")
        elif tick.running >= self._held_until:
            self._say("the clock stays as it is, and is believed")
            self.doubt = ""
        elif self._is_accepted(tick.wall):
            self._say("the clock is believed, as somebody said that it is right")
            self.doubt = ""

    def _is_accepted(self, wall: int) -> bool:
        """Whether somebody has said of this clock, since it is doubted, that it is right (`clock accept`)."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'clock_accepted'").fetchone()
        return row is not None and self._doubted_at <= int(row[0]) <= wall

    def _is_new(self, tick: Tick) -> bool:
        """Whether the clock was not believed before: what was accepted once is not asked about in every pass."""
        return self._before is None or not suspicion(0.0, self._before.wall) or tick.wall < self._before.wall

    def _tell(self, found: Stride) -> None:
        if found.slept:
            self._say(f"the machine slept for {duration_words(found.slept)}")
        if found.jump:
            way = "forward" if found.jump > 0 else "back"
            self._say(f"the clock was set {way} by {duration_words(abs(found.jump))}")


def _cause(found: Stride, seconds: float) -> Cause:
    """What made most of a gap."""
    if found.slept > seconds / 2:
        return Cause.ASLEEP
    return Cause.CLOCK if found.jump > seconds / 2 else Cause.DOWN


def _last_sign(connection: sqlite3.Connection, now: int) -> int | None:
    """When an engine last said that it lives, or that it ends."""
    row = connection.execute(
        "SELECT max(beat_at) FROM node WHERE state IN ('active', 'stopped') AND beat_at <= ?", (now,)
    ).fetchone()
    return None if row[0] is None else int(row[0])
