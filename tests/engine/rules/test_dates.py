"""Days and instants as people type them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.dates import parse_day, parse_instant, parse_iso_day
from engine.rules.errors import BadValue
from engine.rules.wording import long_day, short_day

Read = TypeVar("Read")

SATURDAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)
BRUSSELS = "Europe/Brussels"
many = settings(max_examples=200, deadline=None)
WORDS = """
    in ago at next noon now today tomorrow fri sat thursday nov feb 29 30 31 2026 -3d +2h 1mo eom am bd m
    14:00 25:61 03/04 2026-02-30 2026-03-29T02:30 Z +02:00 15th 0th days @1764000000 : - . / ,
"""
sentences = st.lists(st.sampled_from(WORDS.split()), max_size=5).map(" ".join)
scraps = st.text("0123456789-/:.+ TZapm@thndrs", max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30", "2026-11-30"),
        (" 2026-11-30\n", "2026-11-30"),
        ("30 nov", "2026-11-30"),
        ("nov 30", "2026-11-30"),
        ("30nov", "2026-11-30"),
        ("November 30th", "2026-11-30"),
        ("21 nov", "2026-11-21"),
        ("20 nov", "2027-11-20"),
        ("29 feb", "2028-02-29"),
        ("30 nov 2025", "2025-11-30"),
        ("Nov 30, 2025", "2025-11-30"),
        ("Sat 14 Jun 2025", "2025-06-14"),
        ("sept 1", "2027-09-01"),
        ("today", "2026-11-21"),
        ("Tomorrow", "2026-11-22"),
        ("yesterday", "2026-11-20"),
        ("sat", "2026-11-21"),
        ("fri", "2026-11-27"),
        ("thurs", "2026-11-26"),
        ("next fri", "2026-11-27"),
        ("next sat", "2026-11-28"),
        ("in 3 days", "2026-11-24"),
        ("in 3", "2026-11-24"),
        ("3 days ago", "2026-11-18"),
        ("in 2 business days", "2026-11-24"),
        ("+3d", "2026-11-24"),
        ("+3bd", "2026-11-25"),
        ("-1mo", "2026-10-21"),
        ("15th", "2026-12-15"),
        ("21st", "2026-11-21"),
        ("31st", "2026-12-31"),
        ("eow", "2026-11-22"),
        ("eom", "2026-11-30"),
        ("eoq", "2026-12-31"),
        ("eoy", "2026-12-31"),
    ],
)
def test_days_seen_from_a_saturday(text: str, expected: str) -> None:
    assert parse_day(text, SATURDAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        ("2026-11-16", "fri", "2026-11-20"),
        ("2026-11-16", "next fri", "2026-11-27"),
        ("2026-11-16", "next mon", "2026-11-23"),
        ("2026-11-22", "next mon", "2026-11-23"),
        ("2026-01-31", "31st", "2026-01-31"),
        ("2026-02-01", "31st", "2026-03-31"),
        ("2024-02-10", "eom", "2024-02-29"),
        ("2026-12-31", "1 jan", "2027-01-01"),
        ("2096-03-01", "29 feb", "2104-02-29"),
        ("2026-11-23", "eow", "2026-11-29"),
        ("2026-05-01", "eoq", "2026-06-30"),
    ],
)
def test_days_seen_from_elsewhere(today: str, text: str, expected: str) -> None:
    assert parse_day(text, date.fromisoformat(today)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2025", "03/04/2025 may be 3 April or 4 March: write 2025-04-03 or 2025-03-04"),
        ("03/04", "03/04 may be 3 April or 4 March: write 3 apr or 4 mar"),
        ("3.4.", "3.4. may be 3 April or 4 March: write 3 apr or 4 mar"),
        ("12-11-10", "12-11-10 may be 12 November or 11 December: write 2010-11-12 or 2010-12-11"),
        ("13/04/2025", "13/04/2025 looks like 13 April: write 2025-04-13"),
        ("04/13", "04/13 looks like 13 April: write 13 apr"),
        ("04/04/2025", "04/04/2025 looks like 4 April: write 2025-04-04"),
        ("30/31/2025", "30/31/2025 is not a date (expected YYYY-MM-DD)"),
        ("00/00/0000", "00/00/0000 is not a date (expected YYYY-MM-DD)"),
        ("2025/04/03", "write 2025-04-03"),
        ("2025-4-3", "2025-4-3 is not complete: write 2025-04-03"),
        ("2025-13-01", "2025-13-01 is not a date: there is no month 13 (expected YYYY-MM-DD)"),
        ("2025-02-30", "2025-02-30 is not a date: February 2025 has 28 days"),
        ("0000-01-01", "there is no year 0"),
        ("30 feb", "30 feb is not a date: February has at most 29 days"),
        ("29 feb 2025", "February 2025 has 28 days"),
        ("0 nov", "November has at most 30 days"),
        ("32nd", "32nd is not a day of a month (expected 1st to 31st)"),
        ("Fri 14 Jun 2025", "2025-06-14 is a Saturday"),
        ("0001-01-01", "a day lies between 1900 and 2200"),
        ("9999-12-31", "a day lies between 1900 and 2200"),
        ("+100000d", "a day lies between 1900 and 2200"),
        ("+100001d", "at most 100000 days"),
        ("-2h", "names a time, not a day"),
        ("in 30m", "'30m' may be minutes or months"),
        ("14:00", "'14:00' is not a day"),
        ("3", "'3' is not a day"),
        ("in 3 days before", "is not a day"),
        ("٣٠ nov", "is not a day"),
        ("nov\0 30", "is not a day"),
        ("", "cannot be read"),
        (" \n", "cannot be read"),
        pytest.param("9" * 5000, "cannot be read", id="5000 nines"),
    ],
)
def test_what_is_no_day_or_has_two_readings_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadValue, match=re.escape(said)) as refused:
        parse_day(text, SATURDAY)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ["2025-13-40", "2025-7-14", "14/07/2025", "2025-07-14T00:00", "today", "2025-02-29"])
def test_imports_take_one_form_only(text: str) -> None:
    with pytest.raises(BadValue, match=r"^\S+ is not a date \(expected YYYY-MM-DD\)$"):
        parse_iso_day(text)


def test_the_one_form_of_imports() -> None:
    assert parse_iso_day("2024-02-29") == date(2024, 2, 29)
    with pytest.raises(BadValue, match="nothing is not a date"):
        parse_iso_day("")
    with pytest.raises(BadValue, match="between 1900 and 2200"):
        parse_iso_day("0001-01-01")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-20T10:15", "2025-05-20T10:15+02:00"),
        ("2025-05-20 10:15:30.5", "2025-05-20T10:15:30.500000+02:00"),
        ("2025-05-20T10:15Z", "2025-05-20T12:15+02:00"),
        ("2025-05-20T10:15:00+00:00", "2025-05-20T12:15+02:00"),
        ("2025-05-20T10:15-0530", "2025-05-20T17:45+02:00"),
        ("2025-05-20 10:15 +02", "2025-05-20T10:15+02:00"),
        ("2025-05-20", "2025-05-20T00:00+02:00"),
        ("now", "2026-11-21T13:34:56+01:00"),
        ("@1764000000", "2025-11-24T17:00+01:00"),
        ("+2h", "2026-11-21T15:34:56+01:00"),
        ("-2h", "2026-11-21T11:34:56+01:00"),
        ("30min ago", "2026-11-21T13:04:56+01:00"),
        ("in 3 days", "2026-11-24T13:34:56+01:00"),
        ("14:00", "2026-11-21T14:00+01:00"),
        ("at 9:05", "2026-11-21T09:05+01:00"),
        ("2pm", "2026-11-21T14:00+01:00"),
        ("12am", "2026-11-21T00:00+01:00"),
        ("12:30 PM", "2026-11-21T12:30+01:00"),
        ("tomorrow", "2026-11-22T00:00+01:00"),
        ("tomorrow 9", "2026-11-22T09:00+01:00"),
        ("fri 14:00", "2026-11-27T14:00+01:00"),
        ("fri at 9", "2026-11-27T09:00+01:00"),
        ("today at noon", "2026-11-21T12:00+01:00"),
        ("30 nov 2026 at 14:00:30", "2026-11-30T14:00:30+01:00"),
        ("nov 30 14:00", "2026-11-30T14:00+01:00"),
        ("2026-03-29T02:30", "2026-03-29T03:00+02:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T02:30+01:00"),
    ],
)
def test_instants_in_brussels(text: str, expected: str) -> None:
    at = parse_instant(text, NOW, BRUSSELS)
    assert at.isoformat() == datetime.fromisoformat(expected).isoformat()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2025 10:15", "03/04/2025 may be 3 April or 4 March"),
        ("2025-13-01T00:00", "there is no month 13"),
        ("2025-02-30 09:00", "February 2025 has 28 days"),
        ("2025-05-20T24:00", "24:00 is not a time of day (expected 00:00 to 23:59)"),
        ("2025-05-20T10:60", "10:60 is not a time of day"),
        ("25:00", "25:00 is not a time of day"),
        ("13pm", "pm goes with 1 to 12"),
        ("2025-05-20T10:15+99:00", "no zone is +99:00 away from UTC"),
        ("1969-12-31", "1969-12-31 is out of range: a point in time lies between 1970 and 2200"),
        ("0001-01-01T00:00", "a point in time lies between 1970 and 2200"),
        ("9999-12-31T23:59-12:00", "a point in time lies between 1970 and 2200"),
        ("2201-01-01T00:00Z", "a point in time lies between 1970 and 2200"),
        ("@9999999999", "a point in time lies between 1970 and 2200"),
        ("-100000d", "a point in time lies between 1970 and 2200"),
        ("@99999999999", "is not a time"),
        ("2025-05-20T10", "'2025-05-20T10' is not a time (expected a time such as"),
        ("fri 9", "is not a time"),
        ("9", "is not a time"),
        ("-30m", "'-30m' may be minutes or months"),
        ("14:00\0", "is not a time"),
        ("", "cannot be read"),
        pytest.param("1" * 5000, "cannot be read", id="5000 ones"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadValue, match=re.escape(said)) as refused:
        parse_instant(text, NOW, BRUSSELS)
    assert str(refused.value).isprintable()


def test_today_is_the_day_of_the_zone() -> None:
    assert parse_instant("today", datetime(2026, 11, 21, 23, 30, tzinfo=UTC), BRUSSELS).day == 22


@many
@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_what_the_screens_show_can_be_typed(day: date, today: date) -> None:
    assert parse_day(long_day(day), today) == day
    assert parse_day(day.isoformat(), today) == parse_iso_day(day.isoformat()) == day
    if day.year != today.year or day >= today:
        assert parse_day(short_day(day, today), today) == day


@many
@given(st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2199-01-01")))
def test_iso_with_an_offset_is_exact_in_any_zone(at: datetime) -> None:
    exact = at.replace(tzinfo=UTC)
    assert parse_instant(exact.isoformat(), NOW, BRUSSELS).astimezone(UTC) == exact
    shown = parse_instant(exact.isoformat(), NOW, BRUSSELS).isoformat()
    assert parse_instant(shown, NOW, "America/New_York").astimezone(UTC) == exact


@many
@given(st.text() | sentences | scraps, st.dates())
def test_any_text_on_any_day_is_a_day_or_bad_value(text: str, today: date) -> None:
    day = read_or_refuse(lambda: parse_day(text, today))
    assert str(day).isprintable() if isinstance(day, BadValue) else 1900 <= day.year <= 2200


@many
@given(st.text() | sentences | scraps, st.datetimes(timezones=st.just(UTC)))
def test_any_text_at_any_time_is_an_instant_or_bad_value(text: str, now: datetime) -> None:
    at = read_or_refuse(lambda: parse_instant(text, now, BRUSSELS))
    assert str(at).isprintable() if isinstance(at, BadValue) else 1970 <= at.year <= 2200


def read_or_refuse(read: Callable[[], Read]) -> Read | BadValue:
    try:
        return read()
    except BadValue as refused:
        return refused
