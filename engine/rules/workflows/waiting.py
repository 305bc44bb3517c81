"""Steps that say that it is not yet time: when they are asked again, and when it is too late."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.rules.zones import local

FIRST = timedelta(seconds=10)
LAST = timedelta(hours=1)


def next_check(now: datetime, checks: int) -> datetime:
    """When a step is asked again that has said no `checks` times before and now once more; an hour later at most."""
    return now + min(FIRST * (1 << min(checks, 20)), LAST)


def too_late(deadline: datetime, zone: str) -> str:
    """Why a step fails that still says no."""
    return f"it was not time by {local(deadline, zone):%Y-%m-%d %H:%M}"
