"""Offsets: how they are read, what they do to days and instants, and which anchors have fired."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.businessdays import BusinessDays, OwnDay
from engine.rules.errors import BadValue, OutOfCalendar
from engine.rules.offsets import (
    CLOCK_UNITS,
    Offset,
    Unit,
    latest_anchor,
    parse_offset,
    shift_date,
    shift_instant,
)
from engine.rules.zones import local_day

at = datetime.fromisoformat
BRUSSELS = "Europe/Brussels"
many = settings(max_examples=150, deadline=None)
offsets = st.builds(Offset, st.integers(-250, 250), st.sampled_from(Unit))
small_days = st.dates(date(2023, 12, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("text", "stored", "words"),
    [
        ("15d", "15d", "15 days after"),
        (-30, "-30d", "30 days before"),
        ("-30", "-30d", "30 days before"),
        ("+3", "3d", "3 days after"),
        ("+3d", "3d", "3 days after"),
        ("0", "0d", "on the day"),
        (0, "0d", "on the day"),
        ("-0", "0d", "on the day"),
        ("-1mo", "-1mo", "1 month before"),
        ("2h", "2h", "2 hours after"),
        ("0h", "0h", "at that time"),
        ("30min", "30min", "30 minutes after"),
        ("2w", "2w", "2 weeks after"),
        ("1y", "1y", "1 year after"),
        ("-10bd", "-10bd", "10 business days before"),
        (" -  10 BD ", "-10bd", "10 business days before"),
        ("1 business day before", "-1bd", "1 business day before"),
        ("30 days before", "-30d", "30 days before"),
        ("on the day", "0d", "on the day"),
        ("007 days", "7d", "7 days after"),
    ],
)
def test_what_people_write_is_read_and_said_back(text: str | int, stored: str, words: str) -> None:
    offset = parse_offset(text)
    assert (str(offset), offset.words()) == (stored, words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30m", "'30m' may be minutes or months: write 30min or 30mo"),
        ("-2 m", "'-2 m' may be minutes or months: write -2min or -2mo"),
        ("30m before", "write 30min before or 30mo before"),
        ("", "expected a number and a unit"),
        ("d", "expected a number and a unit"),
        ("1.5d", "expected a number and a unit"),
        ("1d2h", "expected a number and a unit"),
        ("--3d", "expected a number and a unit"),
        ("-3 days before", "expected a number and a unit"),
        ("3 parsecs", "'parsecs' is not a unit"),
        ("٣d", "expected a number and a unit"),
        ("3\0d", "expected a number and a unit"),
        pytest.param("9" * 5000, "expected a number and a unit", id="5000 nines"),
        ("9" * 30, "at most 100000 days"),
        pytest.param(10**5000, "at most 100000 days", id="5000 digits"),
        pytest.param(-(10**5000), "at most 100000 days", id="minus 5000 digits"),
        ("-251y", "at most 250 years"),
        ("3001mo", "at most 3000 months"),
        (True, "True is not an offset"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(text: str | int, said: str) -> None:
    with pytest.raises(BadValue, match=said) as refused:
        parse_offset(text)
    assert len(str(refused.value)) < 250


@many
@given(offsets)
def test_stored_form_and_words_read_back_equal(offset: Offset) -> None:
    assert parse_offset(str(offset)) == offset
    said = parse_offset(offset.words())
    assert said == offset if offset.number else not said.number


@many
@given(st.text() | st.text("+-0123456789 dhwmoybdinbefore", max_size=12))
def test_any_text_is_an_offset_or_bad_value(text: str) -> None:
    result = read_or_refuse(text)
    if isinstance(result, BadValue):
        assert str(result).isprintable()
    else:
        assert parse_offset(str(result)) == result


def read_or_refuse(text: str) -> Offset | BadValue:
    try:
        return parse_offset(text)
    except BadValue as refused:
        return refused


@pytest.mark.parametrize(
    ("day", "offset", "expected"),
    [
        ("2025-07-14", "-30d", "2025-06-14"),
        ("2025-07-14", "2w", "2025-07-28"),
        ("2025-01-31", "1mo", "2025-02-28"),
        ("2025-01-31", "2mo", "2025-03-31"),
        ("2024-01-31", "1mo", "2024-02-29"),
        ("2025-03-31", "-1mo", "2025-02-28"),
        ("2025-01-15", "-1mo", "2024-12-15"),
        ("2024-02-29", "1y", "2025-02-28"),
        ("2024-02-29", "-4y", "2020-02-29"),
        ("2025-07-14", "23h", "2025-07-14"),
        ("2025-07-14", "25h", "2025-07-15"),
        ("2025-07-14", "-2h", "2025-07-13"),
        ("2025-07-14", "-1440min", "2025-07-13"),
        ("2025-07-14", "-1441min", "2025-07-12"),
        ("2025-07-12", "1bd", "2025-07-14"),
        ("2025-07-12", "-1bd", "2025-07-11"),
        ("2025-07-12", "0bd", "2025-07-12"),
        ("2025-07-14", "-10bd", "2025-06-30"),
    ],
)
def test_days_move(day: str, offset: str, expected: str) -> None:
    assert shift_date(date.fromisoformat(day), parse_offset(offset)) == date.fromisoformat(expected)


@pytest.mark.parametrize("offset", ["1d", "1w", "1mo", "1y", "24h", "1440min", "1bd"])
def test_leaving_the_calendar_is_a_sentence(offset: str) -> None:
    later = parse_offset(offset)
    earlier = Offset(-later.number, later.unit)
    with pytest.raises(OutOfCalendar, match="years 1 to 9999"):
        shift_date(date.max, later)
    with pytest.raises(OutOfCalendar, match="years 1 to 9999"):
        shift_date(date.min, earlier)
    with pytest.raises(OutOfCalendar, match=r"years? .*1 to 9999"):
        shift_instant(datetime.max.replace(tzinfo=UTC), later, BRUSSELS)
    with pytest.raises(OutOfCalendar, match=r"years? .*1 to 9999"):
        shift_instant(datetime.min.replace(tzinfo=UTC), earlier, "America/New_York")


@many
@given(small_days, small_days, offsets)
def test_a_later_day_is_never_moved_to_an_earlier_one(one: date, other: date, offset: Offset) -> None:
    first, second = sorted((one, other))
    assert shift_date(first, offset) <= shift_date(second, offset)


@many
@given(offsets, small_days, st.frozensets(st.dates(date(2023, 1, 1), date(2026, 1, 1)), max_size=12))
def test_latest_anchor_parts_fired_from_not_fired(offset: Offset, today: date, holidays: frozenset[date]) -> None:
    days = BusinessDays(own=tuple(OwnDay(day, "", day.day % 5 == 0) for day in holidays))
    anchor = latest_anchor(offset, today, days)
    for away in range(-70, 71):
        day = anchor + timedelta(away)
        assert (shift_date(day, offset, days) <= today) == (day <= anchor)


@pytest.mark.parametrize("unit", list(Unit))
def test_latest_anchor_at_the_ends_of_the_calendar(unit: Unit) -> None:
    far = Offset(100_000 if unit in CLOCK_UNITS else 200, unit)
    back = Offset(-far.number, unit)
    assert latest_anchor(back, date.max) == date.max
    assert shift_date(latest_anchor(far, date.max), far) <= date.max
    with pytest.raises(OutOfCalendar):
        latest_anchor(far, date.min)
    assert shift_date(latest_anchor(back, date.min), back) == date.min


def test_without_a_working_day_there_is_no_anchor() -> None:
    assert latest_anchor(parse_offset("-3bd"), date(2025, 7, 1), BusinessDays(week=frozenset())) == date.max
    with pytest.raises(OutOfCalendar, match="3bd from 2025-07-01"):
        latest_anchor(parse_offset("3bd"), date(2025, 7, 1), BusinessDays(week=frozenset()))


@pytest.mark.parametrize(
    ("start", "offset", "expected"),
    [
        ("2026-03-28T12:00+01:00", "1d", "2026-03-29T12:00+02:00"),
        ("2026-03-28T12:00+01:00", "24h", "2026-03-29T13:00+02:00"),
        ("2026-03-28T02:30+01:00", "1d", "2026-03-29T03:00+02:00"),
        ("2026-03-29T03:30+02:00", "-30min", "2026-03-29T03:00+02:00"),
        ("2026-10-24T02:30+02:00", "1d", "2026-10-25T02:30+02:00"),
        ("2026-10-26T02:30+01:00", "-1d", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:30+02:00", "1h", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:30+01:00", "0d", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:30+01:00", "1w", "2026-11-01T02:30+01:00"),
        ("2026-01-31T23:30+00:00", "1mo", "2026-02-28T23:30+00:00"),
        ("2025-07-11T09:00+02:00", "1bd", "2025-07-14T09:00+02:00"),
    ],
)
def test_days_keep_the_wall_time_and_hours_are_elapsed(start: str, offset: str, expected: str) -> None:
    moved = shift_instant(at(start), parse_offset(offset), BRUSSELS)
    assert moved.astimezone(UTC) == at(expected).astimezone(UTC)
    assert moved.utcoffset() == moved.astimezone(UTC).astimezone(moved.tzinfo).utcoffset()


def test_a_day_starts_in_its_own_zone() -> None:
    late = at("2026-06-30T22:30+00:00")
    assert (local_day(late, "UTC"), local_day(late, BRUSSELS)) == (date(2026, 6, 30), date(2026, 7, 1))


@many
@given(st.datetimes(at("1971-01-01"), at("2199-01-01")), st.integers(-5000, 5000))
def test_clock_offsets_add_elapsed_time(start: datetime, minutes: int) -> None:
    before = start.replace(tzinfo=UTC)
    after = shift_instant(before, Offset(minutes, Unit.MINUTE), BRUSSELS)
    assert after.astimezone(UTC) - before == timedelta(minutes=minutes)
