"""What two looks at three clocks tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.rules.clocks import Stride, Tick, clock_words, stride, suspicion
from store.instants import to_us

NOON = to_us(datetime(2026, 3, 29, 12, tzinfo=UTC))
HOUR = 3600.0


def later(wall: float, running: float, awake: float) -> Tick:
    return Tick(NOON + round(wall * 1e6), 100.0 + running, 90.0 + awake)


@pytest.mark.parametrize(
    ("wall", "running", "awake", "slept", "jump"),
    [
        (1, 1, 1, 0, 0),
        (300, 300, 300, 0, 0),
        (2.5, 1, 1, 0, 0),
        (7 * HOUR, 7 * HOUR, 5, 7 * HOUR - 5, 0),
        (-HOUR + 1, 1, 1, 0, -HOUR),
        (HOUR + 1, 1, 1, 0, HOUR),
        (8 * HOUR, 7 * HOUR, 0, 7 * HOUR, HOUR),
    ],
)
def test_F52_F17_a_sleep_and_a_set_clock_are_told_apart(
    wall: float, running: float, awake: float, slept: float, jump: float
) -> None:
    found = stride(later(0, 0, 0), later(wall, running, awake))
    assert found == Stride(pytest.approx(slept), pytest.approx(jump))


@pytest.mark.parametrize(
    ("jump", "at", "words"),
    [
        (0, "2041-12-31", ""),
        (86_400, "2026-01-01", ""),
        (-86_400 * 400, "2026-01-01", ""),
        (86_401, "2026-01-01", "clock suspect: it went forward by 1d 00h"),
        (0, "2042-01-02", "clock suspect: it shows the year 2042"),
        (0, "1970-01-02", ""),
    ],
)
def test_F52_what_is_not_believed(jump: float, at: str, words: str) -> None:
    assert suspicion(jump, to_us(datetime.fromisoformat(f"{at}T00:00+00:00"))) == words


def test_words_of_a_schedule_whose_past_lies_in_the_future() -> None:
    assert clock_words(NOON + 3 * 3_600_000_000, NOON) == "waits 3h00m for the clock, which was set back"
    assert clock_words(NOON, NOON) == clock_words(NOON - 1, NOON) == ""
