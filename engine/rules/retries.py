"""When a failed run is tried again by itself."""

from __future__ import annotations

import random

BACKOFF = 10
BACKOFF_LIMIT = 3_600
"""Seconds: the pause after the first failure, and the longest one, where nobody says otherwise."""
_SPREAD = 0.25


def retry_delay(failed_attempts: int, seed: int, backoff: int = BACKOFF, limit: int = BACKOFF_LIMIT) -> float:
    """Seconds to wait after so many failed attempts: `backoff`, doubled each time up to `limit`, and up to a quarter
    more.

    The spread keeps runs that failed together from coming back together; it comes from `seed` (the run's
    id), so that a rehearsal gives the same times.
    """
    plain = min(limit, backoff * 2.0 ** min(failed_attempts - 1, 20))
    return plain * (1 + _SPREAD * random.Random(f"{seed}.{failed_attempts}").random())
