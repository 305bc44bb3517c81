"""The acceptance statements and faults that touch the time rules alone, with their dates and with others."""

from __future__ import annotations

import sys
from datetime import date, timedelta

import pytest

from engine.rules.when import BadSpec, bounded, from_moment, parse, preview
from tests.engine.rules.when.telling import BRUSSELS, at, days, nexts, rule_of, told, utc

R = utc("2025-03-03 09:00")


def test_E12_daily_job_after_days_off() -> None:
    rule = from_moment(utc("2025-06-01 00:00"), "day", 1, "UTC")
    off, on = utc("2025-05-31 00:00"), utc("2025-06-05 08:30")
    assert rule.count(off, on) == 5
    assert rule.last(on, off) == utc("2025-06-05 00:00")
    assert rule.next(on) == utc("2025-06-06 00:00")


def test_E12_months_are_counted_from_the_moment() -> None:
    rule = from_moment(utc("2025-01-31 10:00"), "month", 1, "UTC")
    expected = ["2025-01-31 10:00", "2025-02-28 10:00", "2025-03-31 10:00", "2025-04-30 10:00"]
    assert told(rule, utc("2025-01-01"), 4) == expected
    assert told(rule, utc("2028-02-01"), 2) == ["2028-02-29 10:00", "2028-03-31 10:00"]
    assert rule.next(utc("2025-02-28 10:00")) == utc("2025-03-31 10:00")


@pytest.mark.parametrize(
    ("axis", "step", "expected"),
    [
        ("minute", 45, ["2024-01-31 10:00", "2024-01-31 10:45", "2024-01-31 11:30"]),
        ("hour", 36, ["2024-01-31 10:00", "2024-02-01 22:00", "2024-02-03 10:00"]),
        ("day", 30, ["2024-01-31 10:00", "2024-03-01 10:00", "2024-03-31 10:00"]),
        ("week", 5, ["2024-01-31 10:00", "2024-03-06 10:00", "2024-04-10 10:00"]),
        ("month", 13, ["2024-01-31 10:00", "2025-02-28 10:00", "2026-03-31 10:00"]),
        ("year", 1, ["2024-01-31 10:00", "2025-01-31 10:00", "2026-01-31 10:00"]),
    ],
)
def test_E12_every_axis_begins_with_the_moment(axis: str, step: int, expected: list[str]) -> None:
    rule = from_moment(utc("2024-01-31 10:00"), axis, step, "UTC")
    assert told(rule, utc("2020-01-01"), 3) == expected
    assert parse(rule.spec, "UTC") == rule


def test_E12_a_leap_day_is_kept_where_it_exists() -> None:
    rule = from_moment(utc("2024-02-29 08:00"), "year", 1, "UTC")
    assert days(rule, utc("2024-03-01"), 4) == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_W1_daily() -> None:
    assert days(rule_of("daily"), utc("2025-03-03 11:00"), 7) == [f"2025-03-{day:02d}" for day in range(4, 11)]


def test_W2_weekly_by_numbers_with_sunday_as_0() -> None:
    assert days(rule_of("weekly 1,4"), R, 4) == ["2025-03-06", "2025-03-10", "2025-03-13", "2025-03-17"]
    assert rule_of("weekly 1,4") == rule_of("weekly mon,thu")


def test_W3_every_x_days_and_weeks() -> None:
    now = utc("2025-03-03 11:00")
    assert days(rule_of("every 3 days"), now, 2) == ["2025-03-06", "2025-03-09"]
    assert days(rule_of("every 2 weeks"), now, 2) == ["2025-03-17", "2025-03-31"]
    assert days(rule_of("every 3 days"), R, 2) == ["2025-03-06", "2025-03-09"]


def test_W4_monthly_on_the_15th() -> None:
    assert days(rule_of("monthly 15"), utc("2025-01-10"), 2) == ["2025-01-15", "2025-02-15"]


@pytest.mark.parametrize("day", [29, 30, 31])
def test_W4_late_days_are_refused_with_what_to_write_instead(day: int) -> None:
    with pytest.raises(BadSpec) as refusal:
        parse(f"monthly {day}", "UTC")
    for hint in ("monthly last day", f"monthly {day} clamp", f"monthly {day} skip"):
        assert f"'{hint}'" in str(refusal.value)
        parse(hint, "UTC")


def test_W4_the_three_ways_out() -> None:
    start = utc("2025-01-15")
    assert days(rule_of("monthly last day"), start, 3) == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert days(rule_of("monthly 30 clamp"), start, 3) == ["2025-01-30", "2025-02-28", "2025-03-30"]
    assert days(rule_of("monthly 30 skip"), start, 3) == ["2025-01-30", "2025-03-30", "2025-04-30"]


def test_W5_first_monday() -> None:
    expected = ["2025-09-01", "2025-10-06", "2025-11-03", "2025-12-01"]
    assert days(rule_of("monthly first monday", BRUSSELS), at("2025-08-04 00:00", BRUSSELS), 4) == expected


def test_W6_last_friday_and_first_sunday() -> None:
    fridays = ["2025-01-31", "2025-02-28", "2025-03-28", "2025-04-25", "2025-05-30", "2025-06-27"]
    assert days(rule_of("monthly last friday"), utc("2025-01-01"), 6) == fridays
    sundays = ["2025-03-02", "2025-04-06", "2025-05-04", "2025-06-01"]
    assert days(rule_of("monthly first sunday"), utc("2025-02-15"), 4) == sundays


def test_W7_months_do_not_chain() -> None:
    rule = rule_of("every 3 months", anchor="2025-01-31 00:00")
    assert days(rule, utc("2025-01-31"), 4) == ["2025-04-30", "2025-07-31", "2025-10-31", "2026-01-31"]
    rule = rule_of("every month", anchor="2023-12-31 00:00")
    assert days(rule, utc("2023-12-31"), 4) == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


def test_W12_end_and_count() -> None:
    daily = rule_of("daily")
    expected = ["2025-03-04", "2025-03-05", "2025-03-06"]
    assert days(bounded(daily, end=utc("2025-03-06 00:00")), R, 9) == expected
    assert days(bounded(daily, count=3), R, 9) == expected
    assert days(bounded(rule_of("every 3 days"), count=2), R, 9) == ["2025-03-06", "2025-03-09"]


def test_W13_weekly_saturday() -> None:
    rule = rule_of("weekly sat")
    assert rule.next(utc("2025-06-05 15:00")) == utc("2025-06-07 00:00")
    assert rule.next(utc("2025-06-07 12:00")) == utc("2025-06-14 00:00")


def test_W14_days_are_those_of_the_zone() -> None:
    rule = rule_of("daily", "America/New_York")
    assert rule.next(utc("2025-03-04 02:00")) == at("2025-03-04 00:00", "America/New_York")
    assert rule.last(utc("2025-03-04 02:00"), utc("2025-01-01")) == at("2025-03-03 00:00", "America/New_York")


@pytest.mark.parametrize("spec", ["daily 02:30", "cron: 30 2 * * *", "every day from 2025-01-01T02:30"])
def test_W19_daily_through_both_changes(spec: str) -> None:
    rule = rule_of(spec, BRUSSELS)
    spring = preview(rule, at("2025-03-29 12:00", BRUSSELS), 2)
    assert [planned.at for planned in spring] == [utc("2025-03-30 01:00"), utc("2025-03-31 00:30")]
    assert f"{spring[0].local:%H:%M %z}" == "03:00 +0200"
    assert spring[0].note == "clocks go forward: 02:30 does not exist"
    autumn = preview(rule, at("2025-10-25 12:00", BRUSSELS), 2)
    assert [planned.at for planned in autumn] == [utc("2025-10-26 00:30"), utc("2025-10-27 01:30")]
    assert autumn[0].note == "clocks go back: 02:30 comes twice, the first is taken"
    assert spring[1].note == autumn[1].note == ""


@pytest.mark.parametrize("day", ["2025-03-30", "2025-10-26"])
@pytest.mark.parametrize("spec", ["every 15 minutes", "cron: */15 * * * *"])
def test_W19_every_15_minutes_runs_evenly(spec: str, day: str) -> None:
    rule = rule_of(spec, BRUSSELS, anchor="2025-01-01 00:00")
    start = utc(f"{day} 00:00") - timedelta(hours=2)
    found = nexts(rule, start, 24)
    assert found == [start + timedelta(minutes=15 * step) for step in range(1, 25)]


def test_Z7_cron_every_five_minutes() -> None:
    rule = rule_of("*/5 * * * *")
    assert rule.next(utc("2025-06-01 09:59")) == utc("2025-06-01 10:00")
    assert rule.next(utc("2025-06-01 10:00")) == utc("2025-06-01 10:05")


def test_F59_sixty_days_of_minutes_are_counted_not_walked() -> None:
    rule = parse("cron: * * * * *", BRUSSELS)
    until = utc("2025-04-30 12:00:30")
    after = until - timedelta(days=60)
    assert rule.count(after, until) == 86_400
    assert rule.last(until, after) == utc("2025-04-30 12:00")
    assert calls(lambda: rule.count(after, until)) < 200


def test_F63_a_million_instances_cost_what_fifty_do() -> None:
    rule = bounded(rule_of("every 5 minutes"), count=1_000_000)
    assert rule.count(R, utc("2100-01-01")) == 1_000_000
    assert rule.last(utc("2100-01-01"), R) == R + timedelta(minutes=5_000_000)
    assert len(preview(rule, R, 10**9)) == 1000
    assert calls(lambda: preview(rule, R, 50)) < 5_000


RULES = [
    "every 5 minutes",
    "every 3 days",
    "every 2 weeks on fri",
    "every month",
    "every year",
    "daily 09:00",
]


@pytest.mark.parametrize("spec", RULES)
def test_goal_13_the_distance_to_the_start_costs_nothing(spec: str) -> None:
    now = utc("2025-06-01 12:00")
    near = parse(spec, BRUSSELS, anchor=now - timedelta(days=366))
    far = parse(spec, BRUSSELS, anchor=now - timedelta(days=20 * 366))
    for rule in (near, far):
        rule.next(now)
    assert calls(lambda: far.next(now)) <= 1.2 * calls(lambda: near.next(now))


def test_skipped_dates_are_local() -> None:
    rule = bounded(rule_of("daily 00:30", BRUSSELS), excluded={date(2025, 6, 2)})
    assert days(rule, utc("2025-05-31 12:00"), 2) == ["2025-06-01", "2025-06-03"]


def calls(act: object) -> int:
    """How many functions ran: a cost that does not depend on the machine."""
    seen = 0

    def see(_frame: object, event: str, _arg: object) -> None:
        nonlocal seen
        seen += event in ("call", "c_call")

    assert callable(act)
    sys.setprofile(see)
    try:
        act()
    finally:
        sys.setprofile(None)
    return seen
