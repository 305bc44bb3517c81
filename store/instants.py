"""Instants are integers: microseconds UTC. Whole days are dates and never instants.

Every table and every value that leaves the store uses these two. Screens and the command line
turn them into wall-clock words; rules take aware datetimes.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NewType
from zoneinfo import ZoneInfo, available_timezones

Instant = NewType("Instant", int)
"""Microseconds UTC; the type by which JSON output knows that a number is a point in time."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000


def to_us(at: datetime) -> Instant:
    """An aware datetime as microseconds UTC, exact (no float on the way)."""
    return Instant((at - EPOCH) // timedelta(microseconds=1))


def from_us(us: int) -> datetime:
    """Microseconds UTC as an aware datetime in UTC."""
    return EPOCH + timedelta(microseconds=us)


def machine_zone() -> str:
    """The IANA name of this machine's zone, `UTC` if it does not say."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named:
        try:
            named = str(Path("/etc/localtime").resolve()).split("zoneinfo/", 1)[1]
        except (IndexError, OSError):
            named = ""
    return named if named in available_timezones() else "UTC"


def iso(us: int | None, zone: str = "UTC") -> str | None:
    """An instant as ISO 8601 with its offset in `zone`; None stays None."""
    return None if us is None else from_us(us).astimezone(ZoneInfo(zone)).isoformat()
