"""The closed sets of words that rows may hold. Each value is the word people see."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """What makes a task event happen."""

    STATUS_CHANGE = "status_change"
    DATE_FIELD = "date_field"


class TaskKind(StrEnum):
    """Actionable work, information that is done when it appears, or a line of contact history."""

    ACTIONABLE = "actionable"
    INFORMATIONAL = "informational"
    CONTACT = "contact"


class TaskView(StrEnum):
    """Which tasks a list shows."""

    WAITING = "waiting"
    UPCOMING = "upcoming"
    OPEN = "open"
    DONE = "done"
    HISTORY = "history"
    ALL = "all"


class RunState(StrEnum):
    """Where a run is; the last four are final."""

    PENDING = "pending"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


FINAL = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED, RunState.LOST})
ACTIVE = frozenset({RunState.STARTING, RunState.RUNNING})


class LogBackend(StrEnum):
    """Where the log lines of a run lie; each run remembers it."""

    DATABASE = "database"
    FILE = "file"


class Category(StrEnum):
    """Whether a person or the system asked for a run."""

    USER = "user"
    SYSTEM = "system"


class OccurrenceState(StrEnum):
    """How a planned instant ended; every one ends as exactly one of the last four."""

    PLANNED = "planned"
    FIRED = "fired"
    MERGED = "merged"
    SKIPPED = "skipped"
    MISSED = "missed"


class Cause(StrEnum):
    """Why an occurrence did not run as planned: the one word by which it is counted, beside the words of its reason.

    It names what stood in the way, not what was done about it: after an outage one is merged, another missed, and
    both are `down`. One that fired on time has none.
    """

    LATE = "late"
    """The engine was at work, but up to a minute behind."""
    DOWN = "down"
    """No engine ran, or it could not work: a locked store, a full disk."""
    ASLEEP = "asleep"
    """The machine was suspended."""
    CLOCK = "clock"
    """The clock was set forward over it."""
    OVERLAP = "overlap"
    """The previous run was still open, or a newer one took its place."""
    QUEUE = "queue"
    """Too many runs waited already."""
    EXPIRED = "expired"
    """Its run had not begun when its window ended."""
    CANCELLED = "cancelled"
    """Its run was cancelled before it began."""
    PAUSED = "paused"
    OFF = "off"
    """The schedule was switched off."""
    EXCLUDED = "excluded"
    """It lay on an excluded date."""
    EDITED = "edited"
    """An undo or redo put another definition in place, or somebody left it out after a clock step."""


class Missed(StrEnum):
    """What to do with occurrences that passed while nothing could fire them."""

    SKIP = "skip"
    RUN_ONCE = "run_once"
    RUN_ALL = "run_all"


class Overlap(StrEnum):
    """What to do when the previous run of the same schedule is still open."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"
    REPLACE = "replace"


class AfterExecution(StrEnum):
    """What becomes of a one-off schedule after its run."""

    KEEP = "keep"
    DISABLE = "disable"
    DELETE = "delete"


class RepeatAxis(StrEnum):
    """The unit of `repeat_step`."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class NodeState(StrEnum):
    """What an engine is doing: firing, standing by, or gone on purpose."""

    ACTIVE = "active"
    STANDBY = "standby"
    STOPPED = "stopped"


class Level(StrEnum):
    """How loud a log line is."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Action(StrEnum):
    """What a schedule does when its time has come."""

    RUN = "run"
    """Run a job."""
    CREATE = "create"
    """Make the task of its template, ahead of time as far as its horizon."""
    REOPEN = "reopen"
    """Open the one task of its template again."""
    ACT = "act"
    """What its trigger says."""


class Basis(StrEnum):
    """What the times of a schedule are counted from."""

    FIXED = "fixed"
    """The calendar."""
    COMPLETION = "completion"
    """The day its last task was done."""


class Roll(StrEnum):
    """Where a day goes that is no working day of its calendar."""

    NONE = "none"
    SKIP = "skip"
    PREVIOUS = "previous"
    NEXT = "next"
