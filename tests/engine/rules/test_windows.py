"""When a run may begin and until when."""

from __future__ import annotations

import pytest

from engine.rules.windows import Window, offset_of, window

SECOND = 1_000_000
TEN = 36_000 * SECOND
"""Ten o'clock of some day."""
NEXT = TEN + 300 * SECOND


@pytest.mark.parametrize(
    ("late", "offset", "start_window", "may_wait", "begin", "end"),
    [
        (0, 0, None, False, 0, 300),
        (0, 0, None, True, 0, None),
        (0, 0, 0, False, 0, None),
        (0, 0, 0, True, 0, None),
        (0, 0, 600, True, 0, 600),
        (20, 0, 600, False, 20, 600),
        (0, 40, None, False, 40, 300),
        (0, 310, None, False, 310, 610),
        (0, 40, 600, False, 40, 640),
        (50, 40, None, False, 50, 300),
        (7200, 0, 600, False, 7200, 7800),
        (7200, 40, 600, False, 7240, 7840),
    ],
)
def test_Z7_window_in_seconds_after_ten(
    late: int, offset: int, start_window: int | None, may_wait: bool, begin: int, end: int | None
) -> None:
    found = window(TEN, TEN + late * SECOND, offset, start_window, NEXT, may_wait=may_wait)
    assert found == Window(TEN + begin * SECOND, None if end is None else TEN + end * SECOND)


def test_the_last_occurrence_has_no_next_one_to_end_its_window() -> None:
    assert window(TEN, TEN, 0, None, None, may_wait=False) == Window(TEN, None)


def test_an_offset_is_of_the_schedule_and_the_host_and_never_drawn_again() -> None:
    found = {number: offset_of(number, "alpha", 300) for number in range(1, 400)}
    assert found == {number: offset_of(number, "alpha", 300) for number in range(1, 400)}
    assert found != {number: offset_of(number, "beta", 300) for number in range(1, 400)}
    assert min(found.values()) >= 0
    assert max(found.values()) < 300
    assert len(set(found.values())) > 150


@pytest.mark.parametrize("jitter", [0, 1])
def test_without_jitter_there_is_no_offset(jitter: int) -> None:
    assert {offset_of(number, "alpha", jitter) for number in range(50)} == {0}
