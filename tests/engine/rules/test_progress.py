"""How fast a run goes and how long it will still take."""

from __future__ import annotations

import pytest

from engine.rules.progress import rate, remaining, words

S = 1_000_000
MINUTE = 60 * S


@pytest.mark.parametrize(
    ("percent", "began", "at", "now", "left"),
    [
        (50, 0, 10 * MINUTE, 10 * MINUTE, 600),
        (50, 0, 10 * MINUTE, 14 * MINUTE, 360),
        (50, 0, 10 * MINUTE, 30 * MINUTE, 0),
        (25, 0, 10 * MINUTE, 10 * MINUTE, 1_800),
        (0, 0, 10 * MINUTE, 10 * MINUTE, None),
        (1, 0, 10 * MINUTE, 10 * MINUTE, None),
        (100, 0, 10 * MINUTE, 10 * MINUTE, None),
        (50, 0, S, S, None),
        (50, None, 10 * MINUTE, 10 * MINUTE, None),
        (50, 0, None, 10 * MINUTE, None),
        (2, 0, 40 * 86_400 * S, 40 * 86_400 * S, None),
    ],
)
def test_remaining_time_counts_down_from_the_mean_speed(
    percent: int, began: int | None, at: int | None, now: int, left: int | None
) -> None:
    assert remaining(percent, began, at, now) == left


@pytest.mark.parametrize(
    ("percent", "minutes", "words_"),
    [(50, 10, "5 %/min"), (50, 2, "25 %/min"), (10, 60, "10 %/h"), (2, 48 * 60, "1 %/d"), (1, 10, "")],
)
def test_rate_in_the_unit_that_can_be_read(percent: int, minutes: int, words_: str) -> None:
    assert rate(percent, 0, minutes * MINUTE) == words_
    assert rate(percent, None, minutes * MINUTE) == ""


def test_words_leave_out_what_is_not_known() -> None:
    assert words(40, "reading", "12 %/min", 300) == "40 %  reading  12 %/min, about 5m 00s left"
    assert words(40, "", "", None) == "40 %"
