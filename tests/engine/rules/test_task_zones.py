"""A task's times are those of its list, else of who does it, else of the store."""

from __future__ import annotations

import pytest

from engine.rules.task_zones import zone_of_task


@pytest.mark.parametrize(
    ("lists", "people", "zone"),
    [
        ((), (), "UTC"),
        ((None, None), (None,), "UTC"),
        (("Europe/Moscow",), ("Asia/Vladivostok",), "Europe/Moscow"),
        ((None, "Europe/Moscow"), (), "Europe/Moscow"),
        (("Asia/Tokyo", "Europe/Moscow"), (), "Asia/Tokyo"),
        ((None,), ("Asia/Vladivostok",), "Asia/Vladivostok"),
        ((), ("Asia/Vladivostok", "Asia/Tokyo"), "UTC"),
    ],
)
def test_the_nearest_zone_counts(lists: tuple[str | None, ...], people: tuple[str | None, ...], zone: str) -> None:
    assert zone_of_task(lists, people, "UTC") == zone
