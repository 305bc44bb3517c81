"""What the engine is told of its shell jobs.

`at` is wall-clock time in microseconds UTC, taken in the supervisor. `key` is the job's.
"""

from __future__ import annotations

from store.frozen import value


@value
class Started:
    """The command runs. `pid` leads a process group; `pid_start` (clock ticks since boot) makes it unique."""

    key: str
    pid: int
    pid_start: int
    at: int


@value
class Output:
    """Whole lines of one stream, "stdout", "stderr" or "channel", in the order they were read.

    `text` holds `lines` lines joined by newlines, without one at its end: `text.split("\\n")` gives them (not
    `splitlines`, which splits at more). Bytes that are no UTF-8 became U+FFFD; control characters are as
    printed. `first` lines of the job came before (of its channel, if it is that): a reader that stored some
    already knows which these are. A cap that was exceeded leaves a gap, where `Dropping` comes with the final counts.
    """

    key: str
    at: int
    stream: str
    lines: int
    text: str
    first: int


@value
class Dropping:
    """The job prints more than its cap; this much of the middle is gone so far. At most two a second."""

    key: str
    lines: int
    bytes: int


@value
class Exited:
    """The job is over, and all its processes with it. The last event of its key.

    `at`: when the command itself ended. `code` or `signal`, the other is None; both are None for a job that
    was cancelled before it started, and for a command that survived SIGKILL (`left_behind` counts what did).
    `reason`: "exit", "timeout", "cancelled", "engine lost"; "exit" also when a stop came after the end.
    `left_behind`: processes that outlived the command and had to be stopped, without their descendants.
    `dropped_lines`, `dropped_bytes`: what was printed and is in no `Output`, exactly: lines beyond the cap
    with their newline, and what was cut off long lines.
    """

    key: str
    at: int
    code: int | None
    signal: int | None
    reason: str
    left_behind: int
    dropped_lines: int
    dropped_bytes: int


@value
class Failed:
    """The command could not be started, in a sentence. Nothing ran. The last event of its key."""

    key: str
    at: int
    error: str


@value
class Lost:
    """The supervisor died or was killed: `recovery.left_by` tells what became of the jobs. The last event.

    `error`: its own last words, "" when it had none.
    """

    error: str = ""


Event = Started | Output | Dropping | Exited | Failed | Lost
