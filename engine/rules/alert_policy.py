"""What a schedule may ask to be told of: as an object, as words of the command line, and back.

A policy is stored as what differs from the default, so that `{}` is the default of today and of tomorrow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any

from engine.rules.durations import duration_text, parse_duration
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.wording import count_of
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
    texts = [str(text) for text in given]
    if len(texts) == 1 and texts[0].lstrip().startswith("{"):
        return parse_policy(texts[0])
    return _of_words(word for text in texts for word in text.replace(",", " ").split())


def alert_text(given: Any) -> str:
    """The words of a policy, which `parse_policy` reads back: `first nth=3 by=06:00 recovery`."""
    policy = parse_policy(given)
    words = []
    for short, key in _SHORT.items():
        item = getattr(policy, key)
        if item is True:
            words.append(short)
        elif item:
            words.append(f"{short}={duration_text(item) if key == 'finish_within' else item}")
    return " ".join(words) or "nothing"


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
