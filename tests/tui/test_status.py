"""What the header says of the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from store.enums import NodeState
from store.instants import to_us
from store.values import Node
from tui.status import engine_status, recurring

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("words", "seconds", "expected", "short"),
    [
        (
            "clock suspect: it went forward by 1d 02h", 2,
            "engine: clock suspect: it went forward by 1d 02h; C if it is right", "clock suspect",
        ),
        ("the store is locked by process 7", 2, "engine: the store is locked by process 7", "engine stuck"),
        ("clock suspect: it shows the year 2099", 60, "engine silent for 1m 00s (pid 7)", "silent for 1m 00s (pid 7)"),
    ],
)  # fmt: skip
def test_what_keeps_an_engine_from_its_work(own: bool, words: str, seconds: int, expected: str, short: str) -> None:
    beat = to_us(NOW - timedelta(seconds=seconds))
    node = Node("x", "desk", "host", 7, "1", NodeState.ACTIVE, beat, beat, words)
    found = engine_status(node, NOW, ZoneInfo("UTC"), "x" if own else "y", "")
    assert (found.long, found.short, found.token) == (expected, short, "warning")


def test_that_recurring_tasks_are_off_is_said() -> None:
    assert recurring(is_on=True) == []
    assert [each.long for each in recurring(is_on=False)] == ["recurring tasks off"]
