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


class Scope(StrEnum):
    """What a trigger is for."""

    ALL = "all"
    TASK = "task"
    LIST = "list"
    """The tasks that lie in a list, or in one below it."""
    LABEL = "label"
    USER = "user"
    """The tasks that somebody does."""
    CLASS = "class"
    """The entities of a class."""


class TriggerEvent(StrEnum):
    """What makes a trigger act."""

    CREATED = "created"
    COMPLETED = "completed"
    REOPENED = "reopened"
    DELETED = "deleted"
    DATE = "date reached"
    DEADLINE = "deadline reached"
    LABEL = "label added"
    SCHEDULE = "schedule"
    STATUS = "status"
    """An entity took a status."""
    FIELD = "field"
    """A date field of an entity has come."""
    RUN_FAILED = "run failed"
    RUN_RECOVERED = "run recovered"
    RUN_LATE = "run late"
    WORKFLOW = "workflow finished"


OF_TASKS = frozenset({
    TriggerEvent.CREATED, TriggerEvent.COMPLETED, TriggerEvent.REOPENED, TriggerEvent.DELETED, TriggerEvent.DATE,
    TriggerEvent.DEADLINE, TriggerEvent.LABEL,
})  # fmt: skip
OF_ENTITIES = frozenset({TriggerEvent.STATUS, TriggerEvent.FIELD})
OF_RUNS = frozenset({TriggerEvent.RUN_FAILED, TriggerEvent.RUN_RECOVERED, TriggerEvent.RUN_LATE})


class TriggerAction(StrEnum):
    """What a trigger does."""

    CREATE = "create task"
    COMPLETE = "complete"
    REOPEN = "reopen"
    DELETE = "delete"
    MOVE_DATE = "move date"
    MOVE_DEADLINE = "move deadline"
    ADD_LABEL = "add label"
    REMOVE_LABEL = "remove label"
    NOTIFY = "notify"
    RUN = "run"
    WORKFLOW = "start workflow"
    SET_STATUS = "set status"


class PendingState(StrEnum):
    """Where a pending action is; the last two are final."""

    WAITING = "waiting"
    ACTED = "acted"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    """Where a message to a person is. Of an `unknown` one nobody can say whether it came, so it is not sent again."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """What a node of a workflow is."""

    START = "start"
    """Somebody or something begins; with fields, by a form."""
    HUMAN = "human"
    """A task with a form on somebody's list."""
    MACHINE = "machine"
    """A method of the workflow, in a process of its own."""
    RUN = "run"
    """A run of a controller."""
    WAIT = "wait"
    """A length of time."""
    JOIN = "join"
    """Waits for all, or any, of the branches that lead to it."""
    CHOOSE = "choose"
    """A gateway: of its branches those whose condition holds."""
    NOTIFY = "notify"
    STATUS = "status"
    """The entity of the workflow takes a status."""
    OVERRIDE = "override"
    """Somebody cancelled what was open and said what comes next."""


class StepState(StrEnum):
    """Where a step is; the last three are final, but a failed one can be run again or skipped."""

    PENDING = "pending"
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """For a person, for a time, for other branches, or until its check says yes."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STEPS = frozenset({StepState.PENDING, StepState.STARTING, StepState.RUNNING, StepState.WAITING})


class FlowState(StrEnum):
    """Where a workflow is."""

    OPEN = "open"
    ATTENTION = "needs attention"
    """A step failed, or a join waits for a branch that cannot come."""
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
