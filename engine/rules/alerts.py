"""When a schedule speaks: from counts, never from the clock or the store.

One event says one thing at most, the loudest: a job that fails every minute is told of once, then when it has become
worse in the way its policy names, then when it works again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum

from engine.rules.alert_policy import DEFAULT, KEYS, Policy, alert_text, parse_policy
from engine.rules.durations import duration_text
from engine.rules.wording import count_of
from engine.rules.zones import local, wall_instant
from store.enums import RunState
from store.frozen import value

__all__ = ["DEFAULT", "KEYS", "Policy", "alert_text", "parse_policy"]


class Severity(StrEnum):
    """How loud a notice is; the last two come as a toast too."""

    NOTICE = "notice"
    WARNING = "warning"
    IMPORTANT = "important"
    URGENT = "urgent"


class Say(StrEnum):
    """What is told of a schedule."""

    FAILED = "failed"
    FAILING = "failing"
    OFTEN = "often"
    OVERDUE = "overdue"
    RECOVERED = "recovered"


SEVERITY: Mapping[Say, Severity] = {
    Say.FAILED: Severity.IMPORTANT,
    Say.FAILING: Severity.URGENT,
    Say.OFTEN: Severity.URGENT,
    Say.OVERDUE: Severity.URGENT,
    Say.RECOVERED: Severity.NOTICE,
}
TROUBLE = (Say.FAILED, Say.FAILING, Say.OFTEN, Say.OVERDUE)
"""What a recovery takes back."""


class TaskMove(StrEnum):
    """What becomes of the followup task of a schedule."""

    OPEN = "open"
    FOLD = "fold"
    CLOSE = "close"


@value
class History:
    """What is known before an event: failures in a row, of this day with this one, and what was made of them.

    `was_said`: trouble was told and not taken back. `has_task`: the followup task is open.
    """

    failures: int
    of_day: int
    was_said: bool
    has_task: bool


@value
class Decision:
    """Failures in a row from now on, what to tell, and what becomes of the task."""

    failures: int
    say: Say | None
    task: TaskMove | None
    takes_back: bool = False


def decide(policy: Policy, history: History, ended: RunState | None) -> Decision:
    """What follows when a run of the schedule has ended, or when it did not finish in time (None).

    Only success is recovery. A run that was cancelled says nothing about the job: neither failure nor recovery.
    """
    if ended is None:
        return Decision(history.failures, Say.OVERDUE, None)
    if ended is RunState.SUCCEEDED:
        say = Say.RECOVERED if history.was_said and policy.recovery else None
        return Decision(0, say, TaskMove.CLOSE if history.has_task else None, takes_back=history.was_said)
    if ended not in (RunState.FAILED, RunState.LOST):
        return Decision(history.failures, None, None)
    task = TaskMove.FOLD if history.has_task else TaskMove.OPEN if policy.task else None
    return Decision(history.failures + 1, _failure(policy, history), task)


def _failure(policy: Policy, history: History) -> Say | None:
    if policy.nth_failure == history.failures + 1:
        return Say.FAILING
    if policy.failures_a_day is not None and history.of_day >= policy.failures_a_day:
        return Say.OFTEN  # once a day: its key holds the day
    return Say.FAILED if policy.first_failure and history.failures == 0 else None


def sentence(say: Say, name: str, policy: Policy, failures: int, of_day: int = 0, planned: str = "") -> str:
    """The notice: `nightly backup failed 3 times in a row`. `failures`: in a row, with this one or until now."""
    if say is Say.FAILING:
        return f"{name} failed {count_of(failures, 'time')} in a row"
    if say is Say.OFTEN:
        return f"{name} failed {count_of(of_day, 'time')} today"
    if say is Say.RECOVERED:
        return f"{name} works again" + (f" after {count_of(failures, 'failure')}" if failures else "")
    if say is Say.OVERDUE:
        return f"{name} did not finish {deadline_words(policy, planned)}"
    return f"{name} failed"


def deadline_words(policy: Policy, planned: str) -> str:
    """`by 06:00`, `within 2h of 02:30`; the earlier of the two is not told apart."""
    if policy.finish_within is None:
        return f"by {policy.finish_by}"
    within = f"within {duration_text(policy.finish_within)}" + (f" of {planned}" if planned else "")
    return f"{within} or by {policy.finish_by}" if policy.finish_by else within


def expected(policy: Policy, planned: datetime, zone: str) -> datetime | None:
    """By when the job that is planned for this instant should have finished; None if nobody waits for it.

    A time of day is the first one after the planned instant: a job of 23:00 may finish by 06:00.
    """
    found = []
    if policy.finish_within is not None:
        found.append(planned + timedelta(seconds=policy.finish_within))
    if policy.finish_by is not None:
        here = local(planned, zone)
        wall = datetime.combine(here.date(), time.fromisoformat(policy.finish_by))
        at = wall_instant(wall, zone)
        found.append(at if at > planned else wall_instant(wall + timedelta(days=1), zone))
    return min(found, default=None)
