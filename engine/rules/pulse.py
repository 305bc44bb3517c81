"""What the header says about the engine."""

from __future__ import annotations

from datetime import datetime

from engine.rules.durations import duration_words
from engine.rules.wording import clock

BEAT_SECONDS = 5
"""How often an engine says that it lives."""

SILENT_SECONDS = 3 * BEAT_SECONDS
"""After this long without a beat people are told."""

SUSPECT = "clock suspect"
"""How an engine that does not believe the clock begins; a header that has no room for more says this."""

ENDED = "ended by "
"""How the trouble of an engine begins that works no more."""


def ended_words(fault: BaseException) -> str:
    """`ended by ImportError: no module named x`: why an engine works no more, on one line."""
    reason = " ".join(str(fault).split())
    return f"{ENDED}{type(fault).__name__}{': ' if reason else ''}{reason}"


def engine_words(
    pid: int | None,
    since: datetime | None,
    beat: datetime | None,
    now: datetime,
    zone: str,
    *,
    own: bool,
    trouble: str = "",
) -> str:
    """One short clause for the header.

    `pid`, `since`, `beat` are of the engine that fires, all None if there is none; `own` says that it is the
    one inside this desk, `trouble` what keeps it from its work.
    """
    if pid is None or since is None or beat is None:
        return "no engine: jobs wait; start `tickler engine`"
    silent = (now - beat).total_seconds()
    if silent > SILENT_SECONDS:
        return f"engine silent for {duration_words(int(silent))} (pid {pid})"
    if trouble:
        return f"engine: {trouble}"
    return "engine ok" if own else f"standby: engine is pid {pid} since {clock(since, zone)}"
