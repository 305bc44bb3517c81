"""What a search finds in a log, collected while the person goes on reading."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from store.reads import logs
from store.reads.log_which import Which

CHUNK = 50_000
"""Lines looked through before what they gave is shown: some hundredths of a second."""


@dataclass(slots=True)
class Hits:
    """The numbers of the lines that match, in order, up to line `looked`. Written by the screen's loop alone."""

    which: Which
    seqs: array[int] = field(default_factory=lambda: array("q"))
    looked: int = 0

    def take(self, seqs: array[int], looked: int) -> None:
        """Add what lies between what was looked through and line `looked`."""
        self.seqs.extend(seqs)
        self.looked = looked

    def rank(self, seq: int) -> int | None:
        """Which of the hits so far the line is, from 1; None if it is none."""
        index = bisect_left(self.seqs, seq)
        return index + 1 if index < len(self.seqs) and self.seqs[index] == seq else None


def collect(log: logs.Log, which: Which, looked: int, tell: Callable[[array[int], int], bool]) -> None:
    """Look through the rest of a log, on a thread of its own; `tell` gets each stretch, and says whether to go on."""
    while looked < log.size:
        last = min(looked + CHUNK, log.size)
        found = array("q", log.seqs(which, looked + 1, last, -1, backward=False))
        looked = last
        if not tell(found, looked):
            return
