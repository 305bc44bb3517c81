"""Pauses between attempts."""

from __future__ import annotations

from engine.rules.retries import retry_delay


def test_pauses_double_from_ten_seconds_to_an_hour_and_at_most_a_quarter_more() -> None:
    for attempts, plain in ((1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (5000, 3600)):
        found = {retry_delay(attempts, seed) for seed in range(50)}
        assert plain <= min(found) < max(found) <= plain * 1.25
        assert len(found) == 50


def test_the_same_run_waits_the_same() -> None:
    assert retry_delay(2, 7) == retry_delay(2, 7)
