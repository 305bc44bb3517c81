"""Which time of a log a person means."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.rules.errors import BadValue
from engine.rules.logtimes import log_time
from engine.rules.zones import wall_instant

ZONE = "Europe/Brussels"


def at(text: str) -> datetime:
    return wall_instant(datetime.fromisoformat(text), ZONE)


FIRST, HERE, LAST = at("2025-06-16T23:40:00"), at("2025-06-17T00:10:00"), at("2025-06-17T01:00:00")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-10m", "2025-06-17T00:00:00"),
        ("+1h30m", "2025-06-17T01:40:00"),
        ("- 90s", "2025-06-17T00:08:30"),
        ("00:30", "2025-06-17T00:30:00"),
        ("23:55", "2025-06-16T23:55:00"),
        ("23:55:30", "2025-06-16T23:55:30"),
        ("12:00", "2025-06-17T12:00:00"),
        ("2025-06-16 23:50", "2025-06-16T23:50:00"),
    ],
)
def test_times(text: str, found: str) -> None:
    assert log_time(text, HERE, FIRST, LAST, ZONE) == at(found)


@pytest.mark.parametrize("text", ["soon", "", "-", "-soon", "25:00", "+1e9y"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadValue):
        log_time(text, HERE, FIRST, LAST, ZONE)
