"""One value of a schedule, from text or from TOML to what its column holds; BadValue says what was expected.

None and an empty text give what a column holds when nobody says anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from engine.controllers import declared
from engine.rules.alerts import parse_policy
from engine.rules.dates import parse_day, parse_instant
from engine.rules.durations import parse_duration
from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name, plain_text
from engine.rules.retries import BACKOFF, BACKOFF_LIMIT
from engine.rules.slots import parse_slot
from engine.rules.zones import wall_instant, zone_named
from store.enums import AfterExecution, Missed, Overlap, RepeatAxis, Roll
from store.frozen import value
from store.instants import SECOND, to_us

_PARAMS = 100_000
_DATES = 366
_STEP = 9999


@value
class Place:
    """What words about time mean: the instant that counts as now, and the schedule's zone."""

    now: datetime
    zone: str


Reader = Callable[[Any, Place], Any]


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise BadValue(f"expected {what}, not '{shown(value)}'")
    return value


def _name(value: Any, _: Place) -> str:
    return plain_name(_text(value, "a name"))


def _description(value: Any, _: Place) -> str:
    return plain_text(_text(value or "", "a text"))


def _spec(value: Any, _: Place) -> str | None:
    return " ".join(_text(value, "such as 'daily 02:30'").split()) if value else None


def _zone(value: Any, place: Place) -> str:
    return str(zone_named(_text(value or place.zone, "a name such as Europe/Brussels")))


def _instant(value: Any, place: Place) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = parse_instant(value, place.now, place.zone)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise BadValue(f"expected a time such as 2025-06-01T10:00, not '{shown(value)}'")
    at = to_us((value if value.tzinfo else wall_instant(value, place.zone)).astimezone(UTC))
    return at - at % SECOND


def _axis_of(value: Any, _: Place) -> str | None:
    return _member(RepeatAxis, value) if value else None


def _whole(low: int, high: int, default: int | None = None) -> Reader:
    def read(value: Any, _: Place) -> int | None:
        if value is None or value == "":
            return default
        digits = value.strip() if isinstance(value, str) else ""
        if digits.removeprefix("-").isdecimal() and digits.isascii() and len(digits) < 10:
            value = int(digits)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadValue(f"expected a whole number from {low} to {high}, not '{_briefly(value)}'")
        return value

    return read


def _briefly(value: Any) -> str:
    """A wrong value as text; Python refuses to print very long numbers."""
    return "a very large number" if isinstance(value, int) and abs(value) > 10**18 else shown(value)


def _flag(default: bool | None) -> Reader:
    def read(value: Any, _: Place) -> bool | None:
        if value is not None and not isinstance(value, bool):
            raise BadValue(f"expected true or false, not '{shown(value)}'")
        return default if value is None else value

    return read


def _duration(default: int | None, *, least: int = 1) -> Reader:
    def read(value: Any, _: Place) -> int | None:
        if value is None or value == "":
            return default
        if not isinstance(value, (str, int)):
            raise BadValue(f"expected a length of time such as 90s, 15m or 1h30m, not '{shown(value)}'")
        seconds = parse_duration(value)
        if seconds < least:
            raise BadValue("expected more than 0 seconds")
        return seconds

    return read


def _slot(value: Any, _: Place) -> str | None:
    return str(parse_slot(_text(value, "a name such as gpu, or gpu:2 for two places"))) if value else None


def _choice(kind: type[StrEnum], default: StrEnum) -> Reader:
    def read(value: Any, _: Place) -> str:
        return _member(kind, value) if value else default.value

    return read


def _member(kind: type[StrEnum], value: Any) -> str:
    if isinstance(value, str) and value in list(kind):
        return kind(value).value
    raise BadValue(f"expected one of {', '.join(kind)}, not '{shown(value)}'")


def _dates(value: Any, place: Place) -> list[str]:
    if isinstance(value, (str, date)):
        value = [value]
    if not isinstance(value or (), Iterable):
        raise BadValue(f"expected dates such as 2025-12-24, not '{shown(value)}'")
    days = {_day(each, place) for each in value or () if each != ""}
    if len(days) > _DATES:
        raise BadValue(f"{len(days)} dates are too many (at most {_DATES})")
    return [day.isoformat() for day in sorted(days)]


def _day(value: Any, place: Place) -> date:
    if isinstance(value, datetime) or not isinstance(value, (str, date)):
        raise BadValue(f"expected a date such as 2025-12-24, not '{shown(value)}'")
    if isinstance(value, str):
        return parse_day(value, place.now.astimezone(zone_named(place.zone)).date())
    return value


def _calendar(value: Any, _: Place) -> str | None:
    return plain_name(_text(value, "the name of a calendar")) if value else None


def _controller(value: Any, _: Place) -> str:
    name = _text(value or "shell", "the name of a controller")
    return declared(name).name


def _params(value: Any, _: Place) -> dict[str, Any]:
    if isinstance(value, str) or value is None:
        value = _parsed(value or "{}")
    if not isinstance(value, Mapping):
        raise BadValue(f'expected a JSON object such as {{"command": "backup.sh"}}, not \'{shown(value)}\'')
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as fault:
        raise BadValue("expected texts, numbers, lists and objects as JSON has them") from fault
    if len(text) > _PARAMS or "\\u0000" in text:
        raise BadValue(f"expected at most {_PARAMS} characters, without NUL")
    return dict(value)


def _parsed(text: str) -> Any:
    if len(text) > _PARAMS:
        raise BadValue(f"{len(text)} characters are too many (at most {_PARAMS})")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise BadValue(f"'{shown(text)}' is not JSON ({shown(fault)})") from fault


READERS: dict[str, Reader] = {
    "name": _name,
    "description": _description,
    "spec": _spec,
    "moment": _instant,
    "repeat_axis": _axis_of,
    "repeat_step": _whole(1, _STEP),
    "is_recurring": _flag(None),
    "zone": _zone,
    "start_at": _instant,
    "end_at": _instant,
    "max_count": _whole(1, 1_000_000),
    "excluded_dates": _dates,
    "roll": _choice(Roll, Roll.NONE),
    "calendar": _calendar,
    "controller": _controller,
    "params": _params,
    "timeout": _duration(3600),
    "max_retries": _whole(0, 100, 0),
    "missed": _choice(Missed, Missed.RUN_ONCE),
    "missed_limit": _whole(1, 1000, 100),
    "max_lateness": _duration(None),
    "start_window": _duration(None, least=0),
    "jitter": _duration(0, least=0),
    "overlap": _choice(Overlap, Overlap.SKIP),
    "is_exclusive": _flag(False),
    "slot": _slot,
    "backoff": _duration(BACKOFF, least=0),
    "backoff_limit": _duration(BACKOFF_LIMIT, least=0),
    "after_execution": _choice(AfterExecution, AfterExecution.DISABLE),
    "is_enabled": _flag(True),
    "alerts": lambda value, _: parse_policy(value).kept(),
}
"""Key of a schedule -> its reader, in the order in which the desk file is written."""
