"""When a schedule speaks: from counts, never from the clock or the store.

One event says one thing at most, the loudest: a job that fails every minute is told of once, then when it has become
worse in the way its policy names, then when it works again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from engine.rules.durations import duration_text, parse_duration
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.wording import count_of
from engine.rules.zones import local, wall_instant
from store.enums import RunState
from store.frozen import value

MOST = 1000
"""Failures in a row, or of a day, that can be waited for."""


@value
class Policy:
    """What a schedule tells of. `finish_by`: a time of day in its zone, `06:00`; `finish_within`: seconds."""

    first_failure: bool = True
    nth_failure: int | None = None
    failures_a_day: int | None = None
    recovery: bool = True
    finish_by: str | None = None
    finish_within: int | None = None
    task: bool = False

    @property
    def expects(self) -> bool:
        """Whether a job that does not finish is told of."""
        return self.finish_by is not None or self.finish_within is not None

    def kept(self) -> dict[str, Any]:
        """What differs from the default, as it is stored and written to the desk file."""
        return {key: item for key in KEYS if (item := getattr(self, key)) != getattr(DEFAULT, key)}

    def words(self) -> str:
        """`the first failure, the 3rd in a row, recovery; opens a task`."""
        told = [
            "the first failure" if self.first_failure else "",
            f"failure {self.nth_failure} in a row" if self.nth_failure else "",
            f"{count_of(self.failures_a_day, 'failure')} in a day" if self.failures_a_day else "",
            f"not finished by {self.finish_by}" if self.finish_by else "",
            f"not finished within {duration_text(self.finish_within)}" if self.finish_within else "",
            "recovery" if self.recovery else "",
        ]
        said = ", ".join(each for each in told if each) or "nothing"
        return f"{said}; a failure opens a task" if self.task else said


KEYS = Policy.__match_args__
DEFAULT = Policy()


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
        wall = datetime.combine(here.date(), _clock(policy.finish_by))
        at = wall_instant(wall, zone)
        found.append(at if at > planned else wall_instant(wall + timedelta(days=1), zone))
    return min(found, default=None)


def parse_policy(given: Any) -> Policy:
    """A policy from an object of `KEYS`, the same as JSON text, or words such as `first nth=3 by=06:00 task`.

    Words say all there is to tell: what is not named is not told. None and an empty text are the default.
    Raises BadValue with what was expected.
    """
    if given is None or given == "" or given == ():
        return DEFAULT
    if isinstance(given, str):
        if given.lstrip().startswith("{"):
            return parse_policy(_json(given))
        given = given.replace(",", " ").split()
    if isinstance(given, Mapping):
        return _of_object(given)
    if not isinstance(given, Iterable):
        raise BadValue(f"expected an object such as {{first_failure = true, task = true}}, not '{shown(given)}'")
    words = [word for text in given for word in str(text).replace(",", " ").split()]
    if len(words) == 1 and words[0].startswith("{"):
        return parse_policy(words[0])
    return _of_words(words)


def _of_object(given: Mapping[str, Any]) -> Policy:
    found: dict[str, Any] = {}
    for key, item in given.items():
        if key not in _READ:
            raise BadValue(unknown(str(key), KEYS, "alert"))
        try:
            found[key] = _READ[key](item)
        except BadValue as fault:
            raise BadValue(f"{key}: {fault}") from fault
    return Policy(**found)


def _of_words(words: Iterable[str]) -> Policy:
    found: dict[str, Any] = {"first_failure": False, "recovery": False}
    for word in words:
        if word == "default":
            found |= {"first_failure": True, "recovery": True}
            continue
        if word == "nothing":
            continue
        short, sign, text = word.partition("=")
        key = _SHORT.get(short)
        if key is None:
            raise BadValue(unknown(short, [*_SHORT, "default", "nothing"], "alert"))
        is_flag = _READ[key] is _flag
        if is_flag == bool(sign):
            example = short if is_flag else f"{short}={_EXAMPLES[short]}"
            raise BadValue(f"'{shown(word)}': expected {example}")
        try:
            found[key] = True if is_flag else _READ[key](text)
        except BadValue as fault:
            raise BadValue(f"{short}: {fault}") from fault
    return Policy(**found)


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise BadValue(f"'{shown(text)}' is not JSON ({shown(fault)})") from fault
    if not isinstance(found, dict):
        raise BadValue("expected a JSON object")
    return found


def _flag(item: Any) -> bool:
    if not isinstance(item, bool):
        raise BadValue(f"expected true or false, not '{shown(item)}'")
    return item


def _times(least: int) -> Callable[[Any], int | None]:
    def read(item: Any) -> int | None:
        if item is None:
            return None
        if isinstance(item, str) and item.isascii() and item.isdigit() and len(item) < 6:
            item = int(item)
        if isinstance(item, bool) or not isinstance(item, int) or not least <= item <= MOST:
            raise BadValue(f"expected a whole number from {least} to {MOST}, not '{shown(str(item)[:50])}'")
        return item

    return read


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


def _time_of_day(item: Any) -> str | None:
    if item is None:
        return None
    if isinstance(item, time):
        item = f"{item:%H:%M}"
    hours, sign, minutes = item.partition(":") if isinstance(item, str) else ("", "", "")
    whole = all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (hours, minutes))
    if not sign or not whole or int(hours) > 23 or int(minutes) > 59:
        raise BadValue(f"expected a time of day such as 06:00, not '{shown(item)}'")
    return f"{int(hours):02}:{int(minutes):02}"


def _length(item: Any) -> int | None:
    if item is None:
        return None
    if isinstance(item, bool) or not isinstance(item, (str, int)):
        raise BadValue(f"expected a length of time such as 2h or 90m, not '{shown(item)}'")
    seconds = parse_duration(item)
    if not seconds:
        raise BadValue("expected more than 0 seconds")
    return seconds


_READ: Mapping[str, Callable[[Any], Any]] = {
    "first_failure": _flag,
    "nth_failure": _times(2),
    "failures_a_day": _times(2),
    "recovery": _flag,
    "finish_by": _time_of_day,
    "finish_within": _length,
    "task": _flag,
}
_SHORT = {
    "first": "first_failure",
    "nth": "nth_failure",
    "day": "failures_a_day",
    "recovery": "recovery",
    "by": "finish_by",
    "within": "finish_within",
    "task": "task",
}
_EXAMPLES = {"nth": "3", "day": "5", "by": "06:00", "within": "2h"}
