"""What two looks at three clocks tell: whether the machine slept, and whether somebody set its wall clock.

The wall clock can be set; the time since the machine was started cannot, and goes on while it sleeps; the time it was
awake stands still meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime

from engine.rules.durations import duration_words
from engine.rules.pulse import SUSPECT
from store.frozen import value

SLACK = 2.0
"""Seconds by which clocks may differ without meaning anything: they are not read at the same instant."""
HOLD = 60.0
"""Seconds for which a clock that cannot be believed is watched before anything is done by it."""
_DAY = 86_400.0
_LAST_YEAR = 2026 + 15
"""A clock that shows a later year is likelier wrong than this program that old: one bad second in 2099 would put off
every schedule for decades."""
_SECOND = 1_000_000


@value
class Tick:
    """The three clocks: microseconds UTC, seconds since the start of the machine, seconds of these it was awake."""

    wall: int
    running: float
    awake: float


@value
class Stride:
    """From one tick to the next, in seconds: how long the machine slept, by how much its clock was set."""

    slept: float
    jump: float


def stride(before: Tick, after: Tick) -> Stride:
    """What lies between; 0 for what is within `SLACK`."""
    passed = after.running - before.running
    slept = passed - (after.awake - before.awake)
    jump = (after.wall - before.wall) / _SECOND - passed
    return Stride(slept if slept > SLACK else 0.0, jump if abs(jump) > SLACK else 0.0)


def suspicion(jump: float, wall: int) -> str:
    """Why the clock cannot be believed, empty if it can: it was set forward by more than a day, or is far ahead."""
    if jump > _DAY:
        return f"{SUSPECT}: it went forward by {duration_words(jump)}"
    year = datetime.fromtimestamp(wall / _SECOND, UTC).year
    return f"{SUSPECT}: it shows the year {year}" if year > _LAST_YEAR else ""


def clock_words(decided_until: int, now: int) -> str:
    """What a schedule waits for whose past lies in the future; empty if it does not (microseconds UTC).

    `waits 3h00m for the clock`: what was decided while the clock was ahead is not decided again.
    """
    ahead = (decided_until - now) / _SECOND
    return f"waits {duration_words(ahead)} for the clock, which was set back" if ahead > SLACK else ""
