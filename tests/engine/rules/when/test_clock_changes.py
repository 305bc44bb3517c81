"""Clock changes of six zones, worked out by hand, and against a walk over every minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.when import Rule, parse, preview, zone_of
from engine.rules.zones import wall_instant
from tests.engine.rules.when.telling import at, nexts, rule_of, told, utc

PARIS, NEW_YORK, LORD_HOWE = "Europe/Paris", "America/New_York", "Australia/Lord_Howe"
SAO_PAULO, BEIRUT, APIA = "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia"

# zone, spec, asked from the morning before (local), the next local times
TABLE = [
    # 02:00 -> 03:00
    (PARIS, "daily 02:00", "2026-03-28 12:00", ["03-29 03:00", "03-30 02:00"]),
    (PARIS, "daily 02:30", "2026-03-28 12:00", ["03-29 03:00", "03-30 02:30"]),
    (PARIS, "daily 02:15,02:45", "2026-03-28 12:00", ["03-29 03:00", "03-30 02:15", "03-30 02:45"]),
    (PARIS, "daily 02:30,03:00", "2026-03-28 12:00", ["03-29 03:00", "03-30 02:30", "03-30 03:00"]),
    (PARIS, "daily 03:00", "2026-03-28 12:00", ["03-29 03:00", "03-30 03:00"]),
    (PARIS, "monthly last sunday 02:59", "2026-03-28 12:00", ["03-29 03:00", "04-26 02:59"]),
    (PARIS, "cron: 30 2 * * *", "2026-03-28 12:00", ["03-29 03:00", "03-30 02:30"]),
    (PARIS, "cron: 0 * * * *", "2026-03-29 00:30", ["03-29 01:00", "03-29 03:00", "03-29 04:00"]),
    (PARIS, "cron: */30 2 * * *", "2026-03-28 12:00", ["03-30 02:00", "03-30 02:30"]),
    (PARIS, "cron: 0 1-4 * * *", "2026-03-29 00:30", ["03-29 01:00", "03-29 03:00", "03-29 04:00"]),
    (PARIS, "every hour", "2026-03-29 00:30", ["03-29 01:00", "03-29 03:00", "03-29 04:00"]),
    # 03:00 -> 02:00
    (PARIS, "daily 02:30", "2026-10-24 12:00", ["10-25 02:30", "10-26 02:30"]),
    (PARIS, "daily 02:00,03:00", "2026-10-25 00:00", ["10-25 02:00", "10-25 03:00", "10-26 02:00"]),
    (PARIS, "cron: 30 2 * * *", "2026-10-24 12:00", ["10-25 02:30", "10-26 02:30"]),
    (
        PARIS,
        "cron: 30 * * * *",
        "2026-10-25 01:00",
        ["10-25 01:30", "10-25 02:30", "10-25 02:30", "10-25 03:30"],
    ),
    (
        PARIS,
        "cron: */30 2 * * *",
        "2026-10-25 01:00",
        ["10-25 02:00", "10-25 02:30", "10-25 02:00", "10-25 02:30"],
    ),
    (PARIS, "cron: 0 1-4 * * *", "2026-10-25 01:30", ["10-25 02:00", "10-25 03:00", "10-25 04:00"]),
    (PARIS, "every hour", "2026-10-25 01:30", ["10-25 02:00", "10-25 02:00", "10-25 03:00"]),
    (PARIS, "every 3 hours", "2026-10-25 00:30", ["10-25 02:00", "10-25 05:00"]),
    # the other way round of the year, and at another hour
    (NEW_YORK, "daily 02:30", "2026-03-07 12:00", ["03-08 03:00", "03-09 02:30"]),
    (NEW_YORK, "daily 01:30", "2026-10-31 12:00", ["11-01 01:30", "11-02 01:30"]),
    # half an hour: 02:00 -> 02:30 in October, 02:00 -> 01:30 in April
    (LORD_HOWE, "daily 02:15", "2025-10-04 12:00", ["10-05 02:30", "10-06 02:15"]),
    (LORD_HOWE, "daily 02:00,02:30,02:45", "2025-10-05 00:00", ["10-05 02:30", "10-05 02:45", "10-06 02:00"]),
    (LORD_HOWE, "daily 01:45", "2025-04-05 12:00", ["04-06 01:45", "04-07 01:45"]),
    (LORD_HOWE, "cron: 0,30 1-2 * * *", "2025-04-06 00:00", ["04-06 01:00", "04-06 01:30", "04-06 02:00"]),
    (
        LORD_HOWE,
        "cron: */15 * * * *",
        "2025-04-06 01:20",
        ["04-06 01:30", "04-06 01:45", "04-06 01:30", "04-06 01:45", "04-06 02:00"],
    ),
    (LORD_HOWE, "cron: */15 * * * *", "2025-10-05 01:40", ["10-05 01:45", "10-05 02:30", "10-05 02:45"]),
    # midnight that is not there: 00:00 -> 01:00
    (SAO_PAULO, "daily", "2017-10-14 12:00", ["10-15 01:00", "10-16 00:00"]),
    (SAO_PAULO, "daily 00:59,01:00", "2017-10-14 12:00", ["10-15 01:00", "10-16 00:59", "10-16 01:00"]),
    (SAO_PAULO, "cron: */20 0-1 * * *", "2017-10-14 12:00", ["10-15 01:00", "10-15 01:20", "10-15 01:40"]),
    (SAO_PAULO, "cron: */20 0 * * *", "2017-10-14 12:00", ["10-16 00:00", "10-16 00:20"]),
    (BEIRUT, "weekly sun", "2025-03-29 12:00", ["03-30 01:00", "04-06 00:00"]),
    # midnight that comes twice: 00:00 -> 23:00 of the day before
    (SAO_PAULO, "daily 23:30", "2018-02-17 12:00", ["02-17 23:30", "02-18 23:30"]),
    (SAO_PAULO, "cron: 30 * * * *", "2018-02-17 22:45", ["02-17 23:30", "02-17 23:30", "02-18 00:30"]),
    (BEIRUT, "daily 23:30", "2025-10-25 12:00", ["10-25 23:30", "10-26 23:30"]),
    # a day that was left out: 2011-12-30
    (APIA, "daily 09:00", "2011-12-28 12:00", ["12-29 09:00", "12-31 00:00", "12-31 09:00"]),
    (APIA, "cron: 0 */12 * * *", "2011-12-29 01:00", ["12-29 12:00", "12-31 00:00", "12-31 12:00"]),
]


@pytest.mark.parametrize(("zone", "spec", "after", "coming"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_F51_by_hand(zone: str, spec: str, after: str, coming: list[str]) -> None:
    start = at(after, zone)
    rule = rule_of(spec, zone, anchor=f"{after[:8]}01 00:00" if "every" in spec else after)
    assert told(rule, start, len(coming)) == [f"{after[:4]}-{text}" for text in coming]


def test_second_pass_is_behind_a_fixed_time() -> None:
    rule = rule_of("daily 02:30", PARIS)
    second = at("2026-10-25 02:15", PARIS).replace(fold=1)
    assert rule.next(second) == utc("2026-10-26 01:30")
    assert rule.last(second, utc("2026-10-01")) == utc("2026-10-25 00:30")


def test_midnight_that_is_over_before_its_day_begins() -> None:
    """In St John's the clock went from 00:01 back to 23:01 of the day before."""
    rule = rule_of("cron: * 0 7 11 *", "America/St_Johns")
    evening = utc("2010-11-07 03:00")
    assert rule.last(evening, utc("2010-11-01")) == utc("2010-11-07 02:30")
    assert rule.next(utc("2010-11-07 02:30")) == utc("2010-11-07 03:30")
    assert rule.count(utc("2010-11-01"), evening) == 1


def test_summer_that_lasted_one_week() -> None:
    """Recife had its clock forward from 8 to 15 October 2000 only."""
    rule = rule_of("weekly tue 12:00", "America/Recife")
    found = nexts(rule, utc("2000-10-01"), 3)
    assert found == [utc("2000-10-03 15:00"), utc("2000-10-10 14:00"), utc("2000-10-17 15:00")]


def test_moment_in_the_second_pass_of_an_hour() -> None:
    second = at("2026-10-25 02:30", PARIS).replace(fold=1)
    rule = rule_of("every hour from 2026-10-25T02:30+01:00", PARIS)
    assert rule.next(second - timedelta(seconds=1)) == utc("2026-10-25 01:30")
    assert parse(rule.spec, PARIS) == rule


@pytest.mark.parametrize(
    ("spec", "after", "notes"),
    [
        ("daily 02:30", "2026-03-28 12:00", ["clocks go forward: 02:30 does not exist", ""]),
        ("daily 03:00", "2026-03-28 12:00", ["", ""]),
        ("daily 02:30", "2026-10-24 12:00", ["clocks go back: 02:30 comes twice, the first is taken", ""]),
        ("daily 03:30", "2026-10-24 12:00", ["", ""]),
        ("cron: 30 * * * *", "2026-10-25 02:00", ["", "clocks go back: 02:30 comes a second time", ""]),
        ("monthly 31 clamp", "2026-02-01 12:00", ["February has no 31st: the last day is taken", ""]),
        ("monthly 30 clamp", "2026-04-01 12:00", ["", ""]),
        (
            "every month from 2026-01-31",
            "2026-02-01 12:00",
            ["February has no 31st: the last day is taken", ""],
        ),
        (
            "every month from 2026-01-31T02:30",
            "2030-02-28 12:00",
            ["clocks go forward: 02:30 does not exist", "April has no 31st: the last day is taken"],
        ),
        ("yearly 29 feb clamp", "2027-01-01 12:00", ["February has no 29th: the last day is taken", ""]),
    ],
)
def test_preview_says_what_is_odd(spec: str, after: str, notes: list[str]) -> None:
    planned = preview(rule_of(spec, PARIS), at(after, PARIS), len(notes))
    found = [one.note for one in planned]
    assert found == notes
    assert all(one.local.astimezone(UTC) == one.at and one.at.tzinfo is UTC for one in planned)


CHANGES = {
    PARIS: ["2026-03-29 01:00", "2026-10-25 01:00"],
    NEW_YORK: ["2026-03-08 07:00", "2026-11-01 06:00"],
    LORD_HOWE: ["2025-04-05 15:00", "2025-10-04 15:30"],
    SAO_PAULO: ["2017-10-15 03:00", "2018-02-18 02:00"],
    BEIRUT: ["2025-03-29 22:00", "2025-10-25 21:00"],
    APIA: ["2011-12-30 10:00"],
    "America/St_Johns": ["2010-03-14 03:31", "2010-11-07 02:31"],
    "Africa/Casablanca": ["2025-02-23 02:00", "2025-04-06 02:00"],
    "UTC": ["2026-03-29 01:00"],
}
WINDOW = timedelta(days=2)


def fields(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high).map(str)
    pair = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return st.one_of(
        st.just("*"),
        st.integers(2, 30).filter(lambda step: step <= high).map("*/{}".format),
        one,
        pair.map(lambda ends: f"{ends[0]}-{ends[1]}"),
        st.lists(one, min_size=2, max_size=4).map(",".join),
    )


def matching(minute: str, hour: str, day: str) -> Callable[[datetime], bool]:
    minutes, hours = named(minute, range(60)), named(hour, range(24))
    return lambda wall: wall.minute in minutes and wall.hour in hours and day in ("* *", f"{wall.day} {wall.month}")


def named(field: str, values: range) -> set[int]:
    """The plain half of cron's fields, written a second time and simply."""
    if field.startswith("*/"):
        return set(values[:: int(field[2:])])
    if field == "*":
        return set(values)
    if "-" in field:
        low, high = field.split("-")
        return set(range(int(low), int(high) + 1))
    return {int(part) for part in field.split(",")}


def walked(line: tuple[str, str, str], zone: str, start: datetime, end: datetime) -> list[datetime]:
    """What the law of clock changes gives, by trying every minute in (start, end]."""
    match, place, one = matching(*line), zone_of(zone), timedelta(minutes=1)
    if "*" in (line[0][0], line[1][0]):
        span = int((end - start) / one)
        every = (start + one * step for step in range(1, span + 1))
        return [now for now in every if match(now.astimezone(place))]
    wall = (start - timedelta(days=3)).replace(tzinfo=None)
    walls = (wall + one * step for step in range(11 * 1440))
    fired = {wall_instant(now, zone).astimezone(UTC) for now in walls if match(now)}
    return sorted(now for now in fired if start < now <= end)


everywhere = sorted(available_timezones())


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(everywhere), st.datetimes(datetime(1905, 1, 1), datetime(2095, 1, 1)))  # noqa: DTZ001
def test_walls_of_every_zone_and_year(zone: str, wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    rule = parse(f"once {wall.isoformat()}", zone)
    expected = wall_instant(wall, zone).astimezone(UTC)
    assert rule.next(expected - timedelta(days=3)) == expected
    assert rule.next(expected) is None


@settings(max_examples=120, deadline=None)
@given(
    fields(0, 59),
    fields(0, 23),
    st.sampled_from([None, None, -1, 0, 0, 1]),
    st.sampled_from([(zone, text) for zone in CHANGES for text in CHANGES[zone]]),
)
def test_F51_equal_to_trying_every_minute(minute: str, hour: str, day: int | None, change: tuple[str, str]) -> None:
    zone, text = change
    local = (utc(text) + timedelta(days=day or 0)).astimezone(zone_of(zone))
    line = (minute, hour, "* *" if day is None else f"{local.day} {local.month}")
    rule = parse(f"cron: {' '.join(line)} *", zone)
    start, end = utc(text) - WINDOW, utc(text) + WINDOW
    expected = walked(line, zone, start, end)
    assert list(rule.between(start, end, 10_000)) == expected
    agree_from_everywhere(rule, start, end, expected)


def agree_from_everywhere(rule: Rule, start: datetime, end: datetime, expected: list[datetime]) -> None:
    """next, last and count at points that lie on, between and beside the occurrences."""
    for step in range(0, 2 * 2880, 97):
        now = start + timedelta(minutes=step, seconds=step % 3)
        passed = [one for one in expected if one <= now]
        assert rule.count(start, now) == len(passed)
        assert rule.last(now, start) == (passed[-1] if passed else None)
        coming = [one for one in expected if one > now]
        if coming:
            assert rule.next(now) == coming[0]


def test_F51_every_local_day_has_one_fixed_time() -> None:
    for zone, texts in CHANGES.items():
        for text in texts:
            for hour in range(24):
                rule = parse(f"daily {hour:02d}:30", zone)
                found = nexts(rule, utc(text) - timedelta(days=5), 9)
                walls = [now.astimezone(zone_of(zone)).date() for now in found]
                assert len(set(found)) == 9
                assert zone == APIA or len(set(walls)) == 9
