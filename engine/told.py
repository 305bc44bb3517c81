"""What a run tells of itself through its channel (`engine.jobs.channel`), until the store knows it.

It comes from a person's process, so anything may stand in it: what makes no sense is a line of the log.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.artifacts import Kept
from engine.rules.loudness import DEBUG, ERROR, INFO, WARNING
from engine.rules.progress import rate

CHANNEL = "channel"
"""The stream of the supervisor by which it comes."""
STREAM = "log"
"""The stream of log lines that came this way."""

_HELD = "id = ? AND fence = ? AND state IN ('starting', 'running')"
_PROGRESS = f"UPDATE run SET progress = ?, progress_text = ?, progress_rate = ?, progress_at = ? WHERE {_HELD}"
_RESULT = f"UPDATE run SET result = ? WHERE {_HELD}"
_ARTIFACT = """
INSERT INTO artifact (run_id, name, size, file, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (run_id, name) DO NOTHING
"""
_COUNTED = "UPDATE run SET artifacts = (SELECT count(*) FROM artifact WHERE run_id = run.id) WHERE id = ?"
_LEVELS = frozenset({DEBUG, INFO, WARNING, ERROR})
_SHORT = 200

Line = tuple[str, int]
"""Text and level."""


@dataclass(slots=True)
class Told:
    """Of one attempt. `has_begun`: it has a channel and uses it. `end`: word and sentence. `logged`: log lines known.

    `progress`: percent, text, rate in the author's words, and when, microseconds UTC. `parts` of a result, as JSON, and
    `pieces` of the part that is coming.
    """

    has_begun: bool = False
    end: tuple[str, str] | None = None
    logged: int = 0
    progress: tuple[int, str, str, int] | None = None
    result: str | None = None
    artifacts: list[Kept] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def take(self, text: str, at: int, say: Callable[[list[Line]], None]) -> None:
        """Lines of the channel, joined by newlines; `say` gets those for the log."""
        lines = list[Line]()
        for each in text.split("\n"):
            try:
                message = json.loads(each)
                lines += self._one(message, at)
            except (ValueError, TypeError, IndexError, KeyError, RecursionError):
                lines.append((each, INFO))
        if lines:
            say(lines)

    def write(self, connection: sqlite3.Connection, held: tuple[int, int], began: int | None) -> None:
        """In the caller's transaction, before the state of the run changes; repeatable."""
        if self.progress is not None:
            percent, text, speed, at = self.progress
            connection.execute(_PROGRESS, (percent, text, speed or rate(percent, began, at), at, *held))
        if self.result is not None:
            connection.execute(_RESULT, (self.result, *held))
        if self.artifacts:
            connection.executemany(_ARTIFACT, [(held[0], *kept) for kept in self.artifacts])
            connection.execute(_COUNTED, (held[0],))

    def stored(self) -> None:
        """The store knows it."""
        self.progress = self.result = None
        self.artifacts = []

    def _one(self, message: list[object], at: int) -> list[Line]:
        kind, *rest = message
        self.has_begun = True
        if kind == "log":
            number, level, text = rest
            if not isinstance(number, int) or number <= self.logged:
                return []
            self.logged = number
            return [(str(text), level if isinstance(level, int) and level in _LEVELS else INFO)]
        if kind == "progress":
            percent, text, speed = rest
            if not isinstance(percent, int):
                raise TypeError(percent)
            self.progress = min(100, max(0, percent)), str(text)[:_SHORT], str(speed)[:_SHORT], at
        elif kind == "result":
            self.result = json.dumps(rest[0], ensure_ascii=False)
        elif kind == "more":
            self.pieces.append(str(rest[0]))
        elif kind == "part":
            self._part(json.loads("".join(self.pieces)) if not rest else rest[0])
        elif kind == "end":
            self.end = str(rest[0]), str(rest[1])
        elif kind != "begin":
            raise ValueError(kind)
        return []

    def _part(self, value: object) -> None:
        """One more of several results, which are a list."""
        self.pieces = []
        self.parts.append(json.dumps(value, ensure_ascii=False))
        self.result = f"[{', '.join(self.parts)}]"
