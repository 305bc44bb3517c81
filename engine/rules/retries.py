"""When a failed run is tried again by itself."""

from __future__ import annotations

import random

_BASE = 10.0
_MOST = 3_600.0
_SPREAD = 0.25


def retry_delay(failed_attempts: int, seed: int) -> float:
    """Seconds to wait after so many failed attempts: 10, 20, 40 to 3600, and up to a quarter more.

    The spread keeps runs that failed together from coming back together; it comes from `seed` (the run's
    id), so that a rehearsal gives the same times.
    """
    plain = min(_MOST, _BASE * 2.0 ** min(failed_attempts - 1, 20))
    return plain * (1 + _SPREAD * random.Random(f"{seed}.{failed_attempts}").random())
