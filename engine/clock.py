"""Where the engine gets the time from. Rules never ask; they are told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from store.frozen import value
from store.instants import SECOND, Instant

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STAT = Path("/proc/stat")
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@value
class Boot:
    """One start of a machine: its id, and when it was, in microseconds UTC."""

    id: str
    at: int


class Clock(Protocol):
    """Wall time for what is planned and recorded, monotonic seconds for how long something took."""

    def now(self) -> Instant:
        """Microseconds UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment; never steps."""

    def running(self) -> float:
        """Seconds since the machine was started, those counted in which it slept."""

    def awake(self) -> float:
        """The same without those in which it slept."""

    def boot(self) -> Boot | None:
        """The start of the machine in which it runs; None if that is not to be spoken of."""

    def of_machine(self, us: int) -> Instant:
        """What this clock shows at an instant of the machine's own, by which a supervisor tells the time."""

    def machine_now(self) -> int:
        """The machine's own time, microseconds UTC."""


class SystemClock:
    """The clock of this machine."""

    def running(self) -> float:
        """By the kernel's count; a system that has none seems never to sleep."""
        return time.clock_gettime(_RUNNING)

    def awake(self) -> float:
        """By the kernel's count."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)

    def machine_now(self) -> int:
        """The machine's own time, microseconds UTC."""
        return time.time_ns() // 1000

    def boot(self) -> Boot | None:
        """By the kernel's account."""
        return _this_boot()

    def of_machine(self, us: int) -> Instant:
        """The same."""
        return Instant(us)

    def now(self) -> Instant:
        """Microseconds UTC."""
        return Instant(time.time_ns() // 1000)

    def monotonic(self) -> float:
        """Seconds since some moment; never steps."""
        return time.monotonic()


class ShiftedClock:
    """Starts at another time and goes on at normal speed: `tickler engine --once --at T`."""

    def __init__(self, at: Instant) -> None:
        self._at = at
        self._since = time.monotonic_ns()
        self._machine = time.time_ns() // 1000

    def running(self) -> float:
        """As the time it shows: nobody sets it, and it sleeps with the machine."""
        return time.monotonic()

    def awake(self) -> float:
        """The same."""
        return time.monotonic()

    def now(self) -> Instant:
        """Microseconds UTC."""
        return Instant(self._at + (time.monotonic_ns() - self._since) // 1000)

    def machine_now(self) -> int:
        """The machine's own time, microseconds UTC."""
        return time.time_ns() // 1000

    def boot(self) -> Boot | None:
        """None: no machine started at a time that is only rehearsed."""
        return None

    def of_machine(self, us: int) -> Instant:
        """As far from the start as it was for the machine."""
        return Instant(self._at + us - self._machine)

    def monotonic(self) -> float:
        """Seconds since some moment; never steps."""
        return time.monotonic()


class HandClock:
    """Stands still until it is turned: rehearsals and tests."""

    def __init__(self, at: Instant) -> None:
        self.at = at
        self._running = self._awake = 0.0
        self._boot: Boot | None = None

    def running(self) -> float:
        """Seconds turned or slept."""
        return self._running

    def awake(self) -> float:
        """Seconds turned."""
        return self._awake

    def now(self) -> Instant:
        """Microseconds UTC."""
        return self.at

    def machine_now(self) -> int:
        """The machine's own time, microseconds UTC."""
        return time.time_ns() // 1000

    def boot(self) -> Boot | None:
        """As `restart` had it."""
        return self._boot

    def restart(self, name: str) -> Instant:
        """Let a machine of that boot id start now; returns the time. Engines see it when they take over."""
        self._boot = Boot(name, self.at)
        return self.at

    def of_machine(self, us: int) -> Instant:
        """Now: what real processes do takes no time here."""
        return self.at

    def monotonic(self) -> float:
        """The machine's: supervisors and pauses are real."""
        return time.monotonic()

    def turn(self, seconds: float) -> Instant:
        """Go on by so many seconds; returns the new time."""
        self._awake += seconds
        return self.sleep(seconds)

    def sleep(self, seconds: float) -> Instant:
        """Let the machine sleep for so long; returns the new time."""
        self._running += seconds
        return self.set(seconds)

    def set(self, seconds: float) -> Instant:
        """Let somebody set the clock by so many seconds, back if it is less than 0; returns the new time."""
        self.at = Instant(self.at + round(seconds * 1_000_000))
        return self.at


def _this_boot() -> Boot | None:
    """The start that this process runs in; None if the system does not tell."""
    try:
        name = _BOOT_ID.read_text().strip()
        line = next(line for line in _STAT.read_text().splitlines() if line.startswith("btime "))
        return Boot(name, int(line.split()[1]) * SECOND)
    except (OSError, StopIteration, ValueError):
        return _asked()


def _asked() -> Boot | None:
    """The same of systems without /proc; by the minute, as they tell the time of it a little differently each time."""
    import psutil

    try:
        at = round(psutil.boot_time())
    except (OSError, RuntimeError):
        return None
    return Boot(f"about {round(at / 60)}", at * SECOND)
