"""When a run that was made for an occurrence may begin, and until when."""

from __future__ import annotations

import hashlib

from engine.rules.missed import GRACE
from store.frozen import value

SPREAD_SECONDS = 30
"""Over how long what was missed while a machine slept is spread: it does not all begin in the second it wakes."""

_SECOND = 1_000_000
_GRACE = round(GRACE.total_seconds()) * _SECOND


@value
class Window:
    """Microseconds UTC. A run that has not begun at `not_after` expires; None: it may begin however late."""

    available_at: int
    not_after: int | None


def offset_of(schedule_id: int, host: str, jitter: int) -> int:
    """Seconds from 0 to `jitter` - 1, always the same for a schedule on a host.

    It is never drawn: a daily timer whose delay is drawn anew at every start may never run at all
    (systemd/systemd#21166).
    """
    if jitter <= 1:
        return 0
    digest = hashlib.blake2b(f"{schedule_id} {host}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % jitter


def window(
    planned: int, now: int, offset: int, start_window: int | None, following: int | None, *, may_wait: bool
) -> Window:
    """The window of a run that is made at `now` for what was planned at `planned` (microseconds UTC).

    `offset` (seconds) moves its begin. `start_window` is its length in seconds, 0 for none; None lets it end when the
    `following` occurrence is due, unless the run `may_wait`: in a queue, or when all that was missed is caught up
    with. What is caught up with begins its window now: counted from the time it was planned for, it would be over
    already.
    """
    begin = planned if 0 <= now - planned <= _GRACE else now
    available = max(now, begin + offset * _SECOND)
    if start_window is not None:
        return Window(available, begin + (offset + start_window) * _SECOND if start_window else None)
    if following is None or may_wait:
        return Window(available, None)
    return Window(available, following if available < following else following + offset * _SECOND)
