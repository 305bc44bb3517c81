"""A run in the hands of this engine, from its claim to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.closing import Count, Start
from engine.loglines import Piece, printed, said
from engine.rules.loudness import INFO
from engine.supervisor.events import Exited, Failed, Output


@dataclass(slots=True)
class Live:
    """What is known of it in memory. `pieces`, `start` and `end` are what the store does not know yet."""

    run_id: int
    fence: int
    attempt: int
    max_attempts: int
    timeout: int
    command: str
    lines: int
    errors: int
    dropped_lines: int
    dropped_bytes: int
    folder: str | None = None
    asked: int = 0
    pieces: list[Piece] = field(default_factory=list)
    start: Start | None = None
    began_at: int | None = None
    end: Exited | Failed | None = None
    gap: tuple[int, int] = (0, 0)

    @property
    def key(self) -> str:
        """What the supervisor calls it; the journal of a dead one leads back to run and fence by it."""
        return f"{self.run_id}:{self.fence}"

    @property
    def held(self) -> tuple[int, int]:
        """By what every write of it is guarded."""
        return self.run_id, self.fence

    @property
    def count(self) -> Count:
        """What it has printed, with what is not stored yet."""
        lines, size = self.gap
        return Count(self.lines, self.errors, self.dropped_lines + lines, self.dropped_bytes + size)

    def print(self, output: Output, at: int) -> None:
        """Take what the job printed."""
        self._take(printed(self.attempt, self.lines + 1, at, output.stream, output.text))

    def say(self, at: int, line: str, level: int = INFO) -> None:
        """Add a line of tickler's own."""
        self._take(said(self.attempt, self.lines + 1, at, line, level))

    def stored(self) -> None:
        """The store knows everything now."""
        self.pieces = []
        self.start = None

    def _take(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.lines += len(piece.lines)
        self.errors += piece.errors


def named(key: str) -> tuple[int, int]:
    """Run and fence of a key."""
    run_id, _, fence = key.partition(":")
    return int(run_id), int(fence)
