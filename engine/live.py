"""A run in the hands of this engine, from its claim to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.closing import Count, Start
from engine.loglines import Lines
from engine.rules.loudness import ERROR, INFO
from engine.rules.retries import BACKOFF, BACKOFF_LIMIT
from engine.supervisor.events import Exited, Failed, Output
from engine.told import CHANNEL, STREAM, Line, Told
from store.enums import LogBackend


@dataclass(slots=True)
class Live:
    """What is known of it in memory. `unstored`, `start` and `end` are what the store does not know yet.

    `repeats`: how often it may still begin anew after it was lost.
    """

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
    log_backend: str = LogBackend.DATABASE
    folder: str | None = None
    asked: int = 0
    unstored: Lines = field(init=False)
    start: Start | None = None
    began_at: int | None = None
    end: Exited | Failed | None = None
    gap: tuple[int, int] = (0, 0)
    told: Told = field(default_factory=Told)
    backoff: int = BACKOFF
    backoff_limit: int = BACKOFF_LIMIT
    repeats: int = 0

    def __post_init__(self) -> None:
        self.unstored = self.new_lines()

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

    def new_lines(self) -> Lines:
        """An empty collection of lines that go where this run's go."""
        return Lines(self.log_backend)

    def print(self, output: Output, at: int) -> None:
        """Take what the job printed, or told of itself."""
        if output.stream == CHANNEL:
            self.told.take(output.text, at, lambda lines: self._log(at, lines))
            return
        where = self.run_id, self.lines + 1, self.attempt, at
        lines, errors = self.unstored.print(*where, output.stream, output.text)
        self.lines += lines
        self.errors += errors

    def say(self, at: int, line: str, level: int = INFO) -> None:
        """Add a line of tickler's own."""
        self.lines += 1
        self.errors += level >= ERROR
        self.unstored.say(self.run_id, self.lines, self.attempt, at, line, level)

    def stored(self) -> None:
        """The store knows everything now."""
        self.unstored = self.new_lines()
        self.start = None
        self.told.stored()

    def _log(self, at: int, lines: list[Line]) -> None:
        levels = [level for _, level in lines]
        self.unstored.put(
            self.run_id, self.lines + 1, self.attempt, at, STREAM, [text for text, _ in lines], levels
        )  # fmt: skip
        self.lines += len(lines)
        self.errors += sum(level >= ERROR for level in levels)
