"""Counting in working days, against counting one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.errors import BadValue, OutOfCalendar
from engine.rules.workdays import shift_workdays

weeks = st.frozensets(st.integers(0, 6), min_size=1)
days = st.dates(date(2024, 1, 1), date(2025, 12, 31))


def one_by_one(day: date, count: int, holidays: frozenset[date], week: frozenset[int]) -> date:
    step = timedelta(1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() not in week or day in holidays:
            day += step
    return day


@settings(max_examples=200, deadline=None)
@given(days, st.integers(-60, 60), st.frozensets(days, max_size=60), weeks)
def test_equal_to_counting_one_by_one(day: date, count: int, holidays: frozenset[date], week: frozenset[int]) -> None:
    assert shift_workdays(day, count, holidays=holidays, week=week) == one_by_one(day, count, holidays, week)


def test_a_long_holiday_is_walked_through() -> None:
    summer = frozenset(date(2025, 7, 1) + timedelta(n) for n in range(62))
    assert shift_workdays(date(2025, 6, 30), 1, holidays=summer) == date(2025, 9, 1)
    assert shift_workdays(date(2025, 9, 1), -2, holidays=summer) == date(2025, 6, 27)


def test_easter_week_in_belgium() -> None:
    off = frozenset({date(2025, 4, 21), date(2025, 5, 1)})
    assert shift_workdays(date(2025, 4, 18), 1, holidays=off) == date(2025, 4, 22)
    assert shift_workdays(date(2025, 5, 2), -1, holidays=off) == date(2025, 4, 30)


@pytest.mark.parametrize("week", [frozenset(), frozenset({7}), frozenset({-1, 0})])
def test_a_week_that_is_none_is_refused(week: frozenset[int]) -> None:
    with pytest.raises(BadValue, match=r"0 \(Monday\) to 6 \(Sunday\)"):
        shift_workdays(date(2025, 1, 1), 1, week=week)


def test_the_calendar_ends() -> None:
    with pytest.raises(OutOfCalendar, match="leave the years 1 to 9999"):
        shift_workdays(date(9999, 12, 1), 70_000)
    with pytest.raises(OutOfCalendar, match="leave the years 1 to 9999"):
        shift_workdays(date(1, 1, 3), -3)
