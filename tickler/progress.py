"""A progress line on stderr with rate and remaining time, for long commands at a terminal."""

from __future__ import annotations

import sys
import time


class Bar:
    """Draws at most ten times a second; the last call leaves a finished line."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._drawn = 0.0

    def show(self, done: int, total: int) -> None:
        """`done` of `total` pieces are through."""
        now = time.monotonic()
        if done < total and now - self._drawn < 0.1:
            return
        self._drawn = now
        seconds = max(now - self._began, 1e-6)
        rate = done / seconds
        left = (total - done) / rate if rate else 0.0
        filled = round(24 * done / total) if total else 24
        bar = "=" * filled + "-" * (24 - filled)
        words = f"{self._title}  [{bar}] {done:,}/{total:,}  {rate:,.0f}/s  {left:.0f} s left"
        sys.stderr.write("\r\x1b[K" + words + ("\n" if done >= total else ""))
        sys.stderr.flush()
