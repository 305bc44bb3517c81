"""Which lines of a log are meant, in the same words for every backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from store.enums import Level
from store.frozen import value
from store.values import LogLine

LEVELS = {10: Level.DEBUG, 20: Level.INFO, 30: Level.WARNING, 40: Level.ERROR}
"""What the stored numbers mean."""

NUMBERS = {level: number for number, level in LEVELS.items()}


@value
class Which:
    """Lines that hold `text` (capitals count only if it has some), are at least that loud, are of that attempt."""

    text: str = ""
    level: Level = Level.DEBUG
    attempt: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether every line is meant."""
        return not self.text and self.level is Level.DEBUG and self.attempt is None

    @property
    def has_capitals(self) -> bool:
        """Whether capitals count. Letters beyond ASCII are compared as they are, as SQLite's LIKE does."""
        return self.text.lower() != self.text


ALL = Which()


class Log(Protocol):
    """The lines of one run, wherever they lie; numbered from 1 to `size`."""

    @property
    def size(self) -> int:
        """How many lines there are."""

    def lines(self, which: Which, first: int, last: int, limit: int, *, backward: bool) -> list[LogLine]:
        """At most `limit` of them (-1: all) from `first` to `last`, in order; with `backward` the last ones."""

    def seqs(self, which: Which, first: int, last: int, limit: int, *, backward: bool) -> list[int]:
        """Their numbers alone."""

    def at(self, seqs: Sequence[int]) -> list[LogLine]:
        """The lines with these numbers, given in their order; those that are not there are left out."""

    def printed(self, attempt: int, streams: tuple[str, ...] = ("stdout", "stderr")) -> int:
        """How many lines of the job's own output are kept of an attempt, or of other streams."""
