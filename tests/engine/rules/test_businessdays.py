"""Working days: weeks, holidays, own days, and where a day off goes."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.businessdays import (
    FARTHEST,
    MONDAY_TO_FRIDAY,
    BusinessDays,
    OwnDay,
    ranges,
    shift_words,
)
from engine.rules.errors import BadValue, OutOfCalendar
from store.enums import Roll

MAY = date(2025, 5, 1)  # a Thursday
LABOUR = {2025: {MAY: "Labour Day", date(2025, 12, 25): "Christmas Day"}}


def holidays(year: int) -> dict[date, str]:
    return LABOUR.get(year, {})


OFFICE = BusinessDays(
    "office",
    own=(OwnDay(date(2025, 5, 2), "bridge"), OwnDay(date(2025, 5, 3), "stocktaking", is_working=True)),
    holidays=holidays,
)
weeks = st.frozensets(st.integers(0, 6))
near = st.dates(date(2025, 1, 1), date(2025, 12, 31))
own_days = st.lists(st.builds(OwnDay, near, st.just("own"), st.booleans()), max_size=30).map(tuple)
calendars = st.builds(BusinessDays, st.just("any"), weeks, own_days, st.just(holidays))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2025-04-30", ""), ("2025-05-01", "Labour Day"), ("2025-05-02", "bridge"), ("2025-05-03", ""),
        ("2025-05-04", "weekend"), ("2025-05-05", ""), ("2026-05-01", ""),
    ],
)  # fmt: skip
def test_a_day_is_off_for_a_reason(day: str, why: str) -> None:
    assert OFFICE.why_off(date.fromisoformat(day)) == why
    assert OFFICE.is_working(date.fromisoformat(day)) is not bool(why)


def test_friday_is_weekend_where_the_week_begins_on_sunday_and_wednesday_is_not() -> None:
    assert BusinessDays(week=frozenset({0, 1, 2, 3, 4})).why_off(date(2025, 5, 2)) == "weekend"
    assert BusinessDays(week=frozenset({1, 2, 4, 5})).why_off(date(2025, 4, 30)) == "no work on a Wednesday"


@pytest.mark.parametrize(
    ("day", "roll", "goes"),
    [
        ("2025-05-01", Roll.NONE, "2025-05-01"), ("2025-05-01", Roll.SKIP, None),
        ("2025-05-01", Roll.NEXT, "2025-05-03"), ("2025-05-02", Roll.PREVIOUS, "2025-04-30"),
        ("2025-05-04", Roll.NEXT, "2025-05-05"), ("2025-05-04", Roll.PREVIOUS, "2025-05-03"),
        ("2025-05-05", Roll.NEXT, "2025-05-05"), ("2025-05-05", Roll.SKIP, "2025-05-05"),
    ],
)  # fmt: skip
def test_where_a_day_off_goes(day: str, roll: Roll, goes: str | None) -> None:
    assert OFFICE.roll(date.fromisoformat(day), roll) == (goes and date.fromisoformat(goes))


def test_the_words_name_the_cause() -> None:
    assert shift_words(OFFICE, MAY) == "from Thu 1 May: Labour Day"
    assert shift_words(OFFICE, date(2025, 6, 1)) == "from Sun 1 June: weekend"
    assert shift_words(OFFICE, date(2025, 6, 2)) == ""


@given(calendars, near, st.sampled_from((Roll.NEXT, Roll.PREVIOUS)))
def test_a_roll_lands_on_the_nearest_working_day_of_its_side(days: BusinessDays, day: date, roll: Roll) -> None:
    found = days.roll(day, roll)
    step = timedelta(1 if roll is Roll.NEXT else -1)
    expected = next((day + step * n for n in range(FARTHEST) if days.is_working(day + step * n)), None)
    assert found == expected


@given(calendars, near, near, st.sampled_from(tuple(Roll)))
def test_a_later_day_never_rolls_before_an_earlier_one(days: BusinessDays, one: date, other: date, roll: Roll) -> None:
    first, second = (days.roll(day, roll) for day in sorted((one, other)))
    assert first is None or second is None or first <= second


@given(calendars.filter(lambda days: days.week), near, st.integers(-40, 40))
def test_shifting_counts_working_days(days: BusinessDays, day: date, count: int) -> None:
    found = days.shift(day, count)
    low, high = sorted((day, found))
    between = [low + timedelta(n) for n in range((high - low).days + 1)]
    passed = [each for each in between if days.is_working(each) and each != day]
    assert len(passed) == abs(count)
    assert days.is_working(found) or not count


def test_a_calendar_without_a_working_day_answers_at_once_and_at_the_end_of_time() -> None:
    never = BusinessDays(week=frozenset())
    assert never.roll(MAY, Roll.NEXT) is None
    assert never.roll(MAY, Roll.PREVIOUS) is None
    for days, day in ((never, MAY), (MONDAY_TO_FRIDAY, date.max)):
        with pytest.raises(OutOfCalendar):
            days.shift(day, 1)
    assert MONDAY_TO_FRIDAY.first_from(date(9999, 12, 31)) == date(9999, 12, 31)
    assert MONDAY_TO_FRIDAY.last_until(date.min) == date.min  # a Monday
    with pytest.raises(BadValue, match="0 \\(Sunday\\) to 6"):
        BusinessDays(week=frozenset({7}))


def test_it_can_be_kept_and_sent() -> None:
    assert pickle.loads(pickle.dumps(OFFICE)) == OFFICE
    assert hash(pickle.loads(pickle.dumps(OFFICE))) == hash(OFFICE)


def test_neighbours_of_one_name_are_a_range() -> None:
    days = [(MAY + timedelta(n), "closed") for n in (2, 0, 1, 5)] + [(MAY + timedelta(3), "fair")]
    assert ranges(days) == [
        (MAY, MAY + timedelta(2), "closed"),
        (MAY + timedelta(3), MAY + timedelta(3), "fair"),
        (MAY + timedelta(5), MAY + timedelta(5), "closed"),
    ]
