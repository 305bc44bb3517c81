"""The clocks of an open desk: which moment its screens show, and whether that has passed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.moments import moment
from engine.rules.zones import zone_named
from store import settings
from store.instants import Instant, to_us
from store.reads.task_moments import Moment, times_passed
from tui import faults

_KINDS = frozenset({"setting", "task_list", "user"})
"""Kinds of rows that say which clocks a task follows."""


class Clocks:
    """`zone` is the store's."""

    def __init__(self, reader: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._clock = clock
        self._known: tuple[datetime, Moment] | None = None
        self.zone = zone_named(settings.read(reader, "zone"))
        self._shown = self.moment

    @property
    def moment(self) -> Moment:
        """How far the clocks have come that tasks follow; worked out once a minute."""
        now = self._clock()
        minute = now.replace(second=0, microsecond=0)
        if self._known is None or self._known[0] != minute:
            self._known = minute, moment(self._reader, now)
        return self._known[1]

    def turned(self, changed: frozenset[str]) -> frozenset[str]:
        """`day` if since the last call a day has begun, a time has passed that makes a task late, or a zone changed.

        `changed` are the kinds of rows that did.
        """
        try:
            if changed & _KINDS:
                self._known = None
                self.zone = zone_named(settings.read(self._reader, "zone"))
            now, shown = self.moment, self._shown
            turned = now != shown and (now.calendar != shown.calendar or times_passed(self._reader, shown, now))
        except sqlite3.Error as fault:
            faults.log.warning("the clocks of the store cannot be read: %s", fault)
            return frozenset()
        self._shown = now
        return frozenset({"day"}) if turned else frozenset()


class Timed:
    """What screens ask a desk about the time."""

    clock: Callable[[], datetime]
    clocks: Clocks

    @property
    def now(self) -> Instant:
        """The instant, microseconds UTC."""
        return to_us(self.clock())

    @property
    def zone(self) -> ZoneInfo:
        """The store's zone."""
        return self.clocks.zone

    @property
    def today(self) -> date:
        """The day in the store's zone."""
        return self.clock().astimezone(self.zone).date()

    @property
    def moment(self) -> Moment:
        """How far the clocks have come that tasks follow: says what is late."""
        return self.clocks.moment
