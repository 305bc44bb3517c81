"""From the columns of a schedule to its rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.rules.errors import BadValue
from engine.rules.when import Rule
from engine.timing import rule_from
from store.instants import to_us
from tests.engine.firing_stage import at

ANCHOR = at("2025-06-01T12:00")


def rule(spec: str | None = None, **columns: Any) -> Rule:
    usual = {
        "moment": None, "repeat_axis": None, "repeat_step": None, "is_recurring": True, "zone": "UTC",
        "anchor_at": to_us(ANCHOR), "start_at": None, "end_at": None, "max_count": None, "excluded_dates": "[]",
    }  # fmt: skip
    return rule_from(spec, **{**usual, **columns})


def coming(found: Rule, count: int = 9) -> list[str]:
    return [f"{each:%m-%d %H:%M}" for each in found.between(ANCHOR, ANCHOR + timedelta(days=365), count)]


def test_steps_count_from_the_anchor() -> None:
    assert coming(rule("every 3 days"), 2) == ["06-04 12:00", "06-07 12:00"]


def test_steps_count_from_the_start_which_is_one_of_them() -> None:
    start = to_us(at("2025-06-10T08:00"))
    assert coming(rule("every 3 days", start_at=start), 2) == ["06-10 08:00", "06-13 08:00"]
    assert coming(rule("Every 3 days", start_at=start, max_count=2)) == ["06-10 08:00", "06-13 08:00"]


def test_a_moment_is_the_first_of_its_steps() -> None:
    moment = to_us(at("2025-06-30T10:00"))
    monthly = rule(moment=moment, repeat_axis="month", repeat_step=2)
    assert coming(monthly, 3) == ["06-30 10:00", "08-30 10:00", "10-30 10:00"]


def test_a_moment_without_repetition_is_once() -> None:
    moment = to_us(at("2025-06-30T10:00:07"))
    once = rule(moment=moment, is_recurring=False, zone="Europe/Brussels")
    assert once.next(ANCHOR) == at("2025-06-30T10:00:07")
    assert once.next(at("2025-06-30T10:00:07")) is None


def test_limits_are_kept() -> None:
    limited = rule("daily 00:00", end_at=to_us(at("2025-06-05T00:00")), excluded_dates='["2025-06-03"]')
    assert coming(limited) == ["06-02 00:00", "06-04 00:00", "06-05 00:00"]
    assert coming(rule("daily 00:00", max_count=3)) == ["06-02 00:00", "06-03 00:00", "06-04 00:00"]


def test_schedules_of_one_spec_share_one_rule() -> None:
    assert rule("daily 00:00", anchor_at=1) is rule("daily 00:00", anchor_at=2)
    assert rule("every 3 days", anchor_at=1) is not rule("every 3 days", anchor_at=86_400_000_001)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe", "a\0b", "x" * 5000])
def test_F57_an_unknown_zone_is_a_sentence(zone: str) -> None:
    with pytest.raises(BadValue, match="zone"):
        rule("daily 00:00", zone=zone)
