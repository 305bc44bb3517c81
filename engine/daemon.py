"""`tickler engine`: the engine without a desk, for systemd and for rehearsals.

`tickler engine install` writes the unit (`engine.unitfile`).
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

from engine.clock import Clock, ShiftedClock, SystemClock
from engine.engine import Engine
from engine.loop import Loop
from engine.rules.wording import count_of, full_instant
from engine.systemd import Systemd
from store import settings
from store.connection import reading
from store.current import store_path
from store.enums import NodeState
from store.errors import Refused
from store.instants import from_us, to_us
from store.reads.pulse import engine as firing_engine

DRAIN_SECONDS = 60.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(once: bool = False, at: datetime | None = None) -> int:
    """Fire for the store of this process until a signal ends it; the exit status.

    With `once` a single pass: what is due at `at` (now if None) is fired, the runs it makes are started and their
    ends waited for, retries not. Refused while another engine is active.
    """
    clock: Clock = SystemClock() if at is None else ShiftedClock(to_us(at))
    engine = Engine(clock, "once" if once else "daemon", until=clock.now() if once else None, say=_say)
    stop = threading.Event()
    loop = Loop(engine, clock, stop, _say)
    systemd = Systemd(_say)
    with _signals(engine, stop):
        engine.open()
        try:
            if once:
                _be_alone(engine, clock)
            systemd.tell("READY=1")
            if systemd.listens:
                signs = (lambda: loop.ticked_at, lambda: _words(engine), stop)
                threading.Thread(target=systemd.watch, args=signs, name="tickler-watchdog", daemon=True).start()
            loop.run(until_idle=once, ends_when_failed=True)
            systemd.tell("STOPPING=1")
            systemd.status(f"stops; {count_of(engine.running, 'run')} at work")
            engine.drain(DRAIN_SECONDS)
        finally:
            stop.set()
            engine.close()
    return 1 if loop.has_failed else 0


def _be_alone(engine: Engine, clock: Clock) -> None:
    """The lease, or a refusal that says who has it."""
    if engine.claim_lease():
        return
    with reading(store_path()) as connection:
        holder, zone = firing_engine(connection, clock.now()), settings.read(connection, "zone")
    who = ""
    if holder is not None:
        who = f": pid {holder.pid} on {holder.host} since {full_instant(from_us(holder.since), zone)}"
    raise Refused(f"An engine is active{who}; stop it first.")


@contextmanager
def _signals(engine: Engine, stop: threading.Event) -> Iterator[None]:
    """TERM, INT and HUP end the engine in good order."""

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        engine.wake()

    former = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _words(engine: Engine) -> str:
    """What `systemctl status` says of it."""
    if engine.trouble:
        return engine.trouble
    if engine.state is NodeState.STANDBY:
        return "standby: another engine fires"
    return f"fires; {count_of(engine.running, 'run')} at work" if engine.state is NodeState.ACTIVE else "begins"


def _say(words: str) -> None:
    sys.stderr.write(f"tickler engine: {words}\n")
    sys.stderr.flush()
