"""What a person means who goes to a time of a log."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from engine.rules.dates import parse_instant
from engine.rules.durations import parse_duration

_DAY = timedelta(days=1)
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}.*")


def log_time(text: str, here: datetime, first: datetime, last: datetime, zone: str) -> datetime:
    """The instant that `text` names, seen from the line at `here`, in a log from `first` to `last`. BadValue if none.

    `-10m` is ten minutes before that line. `14:05` is on that line's day, or on the day before or after if the log
    has lines then and not on its own day: a job of the night goes over midnight.
    """
    plain = text.strip()
    if plain[:1] in ("+", "-"):
        distance = timedelta(seconds=parse_duration(plain[1:].strip()))
        return here + distance if plain[0] == "+" else here - distance
    found = parse_instant(plain, here, zone)
    if first <= found <= last:
        return found
    for other in (found - _DAY, found + _DAY):
        if first <= other <= last and _CLOCK.fullmatch(plain):
            return other
    return found
